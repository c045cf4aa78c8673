//! What lists consist of: the rows as ClickHouse gives them, and as JSON tells them.

use clickhouse::Row;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use crate::domain::Timestamp;

/// UTC milliseconds, told as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, PartialOrd, Ord)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Timestamp(self.0).to_rfc3339())
    }
}

/// An empty text is none.
fn text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    Some(text).filter(|text| !text.is_empty()).serialize(serializer)
}

/// A conversation: a row of the question `conversation_list`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct ConversationRow {
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Instant,
    /// Page or Instagram account.
    pub page_id: String,
    /// Person.
    pub person_id: String,
    /// The person's conversations up to this one: 1 is their first.
    pub number: u32,
    /// `messenger`, `instagram` or `whatsapp`.
    pub channel: String,
    /// Entry point of the opening act.
    pub source: String,
    /// The entry point on the wire.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub source_name: String,
    /// Referral parameter, without a click's mark.
    #[serde(rename = "ref", serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub referral_ref: String,
    /// Ad of the referral.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub ad_id: String,
    /// Title of the ad's creative.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub ad_title: String,
    /// Host and path of the page that the visitor was on.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub referer: String,
    /// The person's country (ISO 3166-1), if their number or id on WhatsApp tells it.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub country: String,
    /// Registered link.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub link: String,
    /// Campaign of the link, else of the ad.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub campaign: String,
    /// Ad set of the ad.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub ad_set: String,
    /// Medium of the link.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub medium: String,
    /// Owner of the link.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub owner: String,
    /// When the stage `messaged` was reached.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub messaged_at: Option<Instant>,
    /// When the stage `answered` was reached.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<Instant>,
    /// When the stage `engaged` was reached.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub engaged_at: Option<Instant>,
    /// When the stage `lead` was reached.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub lead_at: Option<Instant>,
    /// When the stage `purchase` was reached.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub purchase_at: Option<Instant>,
    /// The person's last act in it.
    #[schema(value_type = String, format = DateTime)]
    pub last_act_at: Instant,
    /// The first message or postback that no answer followed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub waiting_since: Option<Instant>,
    /// The person's acts in it.
    pub acts: u32,
    /// The business's answers in it.
    pub answers: u32,
    /// App of the answer.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub answered_app: String,
    /// Persona of the answer.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub answered_persona: String,
}

/// A touchpoint: a row of the question `touchpoint_list`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct TouchpointRow {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub time: Instant,
    /// Page or Instagram account.
    pub page_id: String,
    /// Person.
    pub person_id: String,
    /// The person's touchpoints up to this one.
    pub number: u32,
    /// `messenger`, `instagram` or `whatsapp`.
    pub channel: String,
    /// Entry point.
    pub source: String,
    /// The entry point on the wire.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub source_name: String,
    /// Referral parameter, without a click's mark.
    #[serde(rename = "ref", serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub referral_ref: String,
    /// Ad of the referral.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub ad_id: String,
    /// Title of the ad's creative.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub ad_title: String,
    /// Host and path of the page that the visitor was on.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub referer: String,
    /// The person's country (ISO 3166-1), if their number or id on WhatsApp tells it.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub country: String,
    /// Meta's id of the click on an ad that opens a chat on WhatsApp.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub ctwa_clid: String,
    /// Registered link.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub link: String,
    /// Campaign of the link, else of the ad.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub campaign: String,
    /// Ad set of the ad.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub ad_set: String,
    /// Medium of the link.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub medium: String,
    /// Owner of the link.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub owner: String,
}

/// A conversion that others have reported: a row of the question `reported_list`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize, ToSchema)]
pub struct ReportedRow {
    /// Its reporter's number.
    pub id: String,
    /// The goal.
    pub name: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub time: Instant,
    /// What it is worth, in units of `currency`.
    pub value: Option<f64>,
    /// ISO 4217.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub currency: String,
    /// 1 if it was taken back.
    pub is_retracted: u32,
    /// By what its person was found.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub matched_by: String,
    /// Page or Instagram account.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub page_id: String,
    /// Person.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub person_id: String,
    /// When it was reported.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Instant,
}

/// What became of a conversion that Meta is told of: a row of the question `feedback_list`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct FeedbackRow {
    /// By which Meta knows the event again.
    pub event_id: String,
    /// Name of the event at Meta.
    pub event_name: String,
    /// Page or Instagram account.
    pub page_id: String,
    /// Person.
    pub person_id: String,
    /// When the conversion happened.
    #[schema(value_type = String, format = DateTime)]
    pub time: Instant,
    /// `sent`, `refused`, `expired`, `withheld` or `again`.
    pub status: String,
    /// Why.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub reason: String,
    /// Meta's number for the request.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub trace: String,
    /// When Meta was told.
    #[schema(value_type = String, format = DateTime)]
    pub told_at: Instant,
}

/// What one person did, or the business in their thread: a row of the question `person_events`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize, ToSchema)]
pub struct EventRow {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub time: Instant,
    /// `message`, `echo`, `postback`, `referral`, `opt_in`, `delivery`, `read`, `conversion` or `other`.
    pub kind: String,
    /// Wire name of another event; goal of a conversion.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub name: String,
    /// Entry point.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub source: String,
    /// The entry point on the wire.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub source_name: String,
    /// Referral parameter as it came.
    #[serde(rename = "ref", serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub referral_ref: String,
    /// Ad of the referral.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub ad_id: String,
    /// Title of the ad's creative.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub ad_title: String,
    /// Payload of a postback or quick reply.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub payload: String,
    /// What a conversion was worth, in units of `currency`.
    pub value: Option<f64>,
    /// ISO 4217.
    #[serde(serialize_with = "text")]
    #[schema(value_type = Option<String>)]
    pub currency: String,
}

impl ConversationRow {
    /// When it reached a stage behind its opening, if it has.
    #[must_use]
    pub fn stage_at(&self, stage: &str) -> Option<Instant> {
        match stage {
            "messaged" => self.messaged_at,
            "answered" => self.answered_at,
            "engaged" => self.engaged_at,
            "lead" => self.lead_at,
            "purchase" => self.purchase_at,
            _ => None,
        }
    }
}

/// An attempt that reached a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReachedRow {
    /// Page or Instagram account.
    pub page_id: String,
    /// Person.
    pub person_id: String,
    /// When the attempt began.
    #[schema(value_type = String, format = DateTime)]
    pub entered_at: Instant,
    /// When it reached the step.
    #[schema(value_type = String, format = DateTime)]
    pub reached_at: Instant,
}
