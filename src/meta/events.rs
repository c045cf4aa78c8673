//! Conversions as Meta takes them: the Conversions API for business messaging.

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Graph;
use super::error::GraphError;

/// Events of one request at most (Conversions API, "Using the API").
pub const MOST_EVENTS: usize = 1000;

/// Where the thread is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessagingChannel {
    /// A Facebook Page's.
    Messenger,
    /// An Instagram professional account's.
    Instagram,
    /// A WhatsApp number's.
    WhatsApp,
}

/// Names that Meta takes for conversions of threads (Conversions API for business messaging, 2026); of others it says
/// "Messaging Event Invalid Event Type", also of `Lead` and of names of one's own.
pub const EVENT_NAMES: [&str; 14] = [
    "LeadSubmitted",
    "QualifiedLead",
    "Purchase",
    "AddToCart",
    "InitiateCheckout",
    "ViewContent",
    "CartAbandoned",
    "OrderCreated",
    "OrderShipped",
    "OrderDelivered",
    "OrderCanceled",
    "OrderReturned",
    "RatingProvided",
    "ReviewProvided",
];

/// One conversion.
#[derive(Debug, Clone, PartialEq)]
pub struct MessagingEvent {
    /// By which Meta knows it again, together with its name.
    pub event_id: String,
    /// Meta's name, such as `Purchase` or `LeadSubmitted`.
    pub name: String,
    /// UTC milliseconds.
    pub time: i64,
    /// Where the thread is.
    pub channel: MessagingChannel,
    /// Page, Instagram account or WhatsApp number.
    pub page: String,
    /// The person as the Page knows them.
    pub person: String,
    /// On WhatsApp, where Meta knows people by the ad that they clicked.
    pub click: Option<WhatsAppClick>,
    /// What it was worth, and its ISO 4217 currency.
    pub value: Option<(String, String)>,
}

/// A click on an ad that opened a chat on WhatsApp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatsAppClick {
    /// The business account of the number.
    pub business_account: String,
    /// Meta's id of the click.
    pub ctwa_clid: String,
}

/// What Meta says of a batch that it took.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Accepted {
    /// Events taken, if it says so.
    #[serde(default)]
    pub events_received: Option<u64>,
    /// By which Meta's support finds the request.
    #[serde(default)]
    pub fbtrace_id: String,
}

impl Accepted {
    /// Whether Meta took as many events as it was sent.
    #[must_use]
    pub fn has_all(&self, sent: usize) -> bool {
        self.events_received.is_none_or(|received| received >= sent as u64)
    }
}

impl MessagingEvent {
    /// As the API takes it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (channel, user) = match self.channel {
            MessagingChannel::Messenger => {
                ("messenger", json!({ "page_id": self.page, "page_scoped_user_id": self.person }))
            }
            MessagingChannel::Instagram => (
                "instagram",
                json!({ "instagram_business_account_id": self.page, "ig_sid": self.person }),
            ),
            MessagingChannel::WhatsApp => {
                let click = self.click.as_ref();
                let user = json!({
                    "whatsapp_business_account_id": click.map(|click| &click.business_account),
                    "ctwa_clid": click.map(|click| &click.ctwa_clid),
                });
                ("whatsapp", user)
            }
        };
        let mut event = json!({
            "event_name": self.name,
            "event_time": self.time.div_euclid(1000),
            "event_id": self.event_id,
            "action_source": "business_messaging",
            "messaging_channel": channel,
            "user_data": user,
        });
        if let Some((value, currency)) = &self.value {
            // A number with the digits of the decimal.
            let value: Value = serde_json::from_str(value).unwrap_or(Value::Null);
            event["custom_data"] = json!({ "currency": currency, "value": value });
        }
        event
    }
}

impl Graph {
    /// Tells a dataset of some events; all are taken or none.
    ///
    /// # Errors
    /// If Meta refuses one of them, or cannot be reached.
    pub async fn send_events(
        &self,
        dataset: &str,
        events: &[&MessagingEvent],
        test_event_code: Option<&str>,
    ) -> Result<Accepted, GraphError> {
        let data: Vec<Value> = events.iter().map(|event| event.to_json()).collect();
        let mut body = json!({ "data": data, "partner_agent": "messenger-funnel" });
        if let Some(code) = test_event_code {
            body["test_event_code"] = json!(code);
        }
        self.post(&format!("{dataset}/events"), &[], &body).await
    }
}
