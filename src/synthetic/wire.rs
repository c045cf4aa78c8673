//! The JSON of single events, in the shapes of Meta's webhook reference.

use serde_json::{Value, json};

use super::world::EntryPoint;

/// The two sides of a thread.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thread<'a> {
    pub page: &'a str,
    pub person: &'a str,
}

impl Thread<'_> {
    fn item(self, time: i64, key: &str, body: Value) -> Value {
        json!({
            "sender": { "id": self.person },
            "recipient": { "id": self.page },
            "timestamp": time,
            key: body,
        })
    }

    pub(super) fn message(self, time: i64, mid: &str, text: &str) -> Value {
        self.item(time, "message", json!({ "mid": mid, "text": text }))
    }

    pub(super) fn message_with_referral(
        self,
        time: i64,
        mid: &str,
        text: &str,
        entry_point: &EntryPoint,
    ) -> Value {
        let body = json!({ "mid": mid, "text": text, "referral": referral(entry_point) });
        self.item(time, "message", body)
    }

    pub(super) fn quick_reply(self, time: i64, mid: &str, payload: &str) -> Value {
        let body = json!({ "mid": mid, "text": payload, "quick_reply": { "payload": payload } });
        self.item(time, "message", body)
    }

    pub(super) fn postback(self, time: i64, mid: &str, title: &str, payload: &str) -> Value {
        self.item(time, "postback", json!({ "mid": mid, "title": title, "payload": payload }))
    }

    pub(super) fn get_started(
        self,
        time: i64,
        mid: &str,
        entry_point: Option<&EntryPoint>,
    ) -> Value {
        let mut body = json!({ "mid": mid, "title": "Get Started", "payload": "GET_STARTED" });
        if let Some(entry_point) = entry_point {
            body["referral"] = referral(entry_point);
        }
        self.item(time, "postback", body)
    }

    pub(super) fn referral(self, time: i64, entry_point: &EntryPoint) -> Value {
        self.item(time, "referral", referral(entry_point))
    }

    pub(super) fn notification_opt_in(self, time: i64, token: &str) -> Value {
        let body = json!({
            "type": "one_time_notif_req",
            "payload": "restock",
            "one_time_notif_token": token,
        });
        self.item(time, "optin", body)
    }

    pub(super) fn echo(self, time: i64, mid: &str, text: &str) -> Value {
        json!({
            "sender": { "id": self.page },
            "recipient": { "id": self.person },
            "timestamp": time,
            "message": { "mid": mid, "text": text, "is_echo": true, "app_id": 1_517_776_481_860_111_u64 },
        })
    }

    pub(super) fn delivery(self, time: i64, mid: &str) -> Value {
        self.item(time, "delivery", json!({ "mids": [mid], "watermark": time - 1 }))
    }

    pub(super) fn read(self, time: i64) -> Value {
        self.item(time, "read", json!({ "watermark": time - 1 }))
    }

    pub(super) fn reaction(self, time: i64, mid: &str) -> Value {
        let body =
            json!({ "mid": mid, "action": "react", "reaction": "love", "emoji": "\u{2764}" });
        self.item(time, "reaction", body)
    }

    /// A comment under a post of the Page: an item of `changes`, whose time is in seconds.
    pub(super) fn comment(self, seconds: i64, number: u64) -> Value {
        json!({
            "field": "feed",
            "value": {
                "item": "comment",
                "verb": "add",
                "comment_id": format!("{}_{number}", self.page),
                "post_id": format!("{}_901097836652708", self.page),
                "from": { "id": self.person, "name": "Émile" },
                "created_time": seconds,
                "message": "How much is the one with strawberries?",
            },
        })
    }
}

/// An item whose referral has no source, but a mark of its click if it was a tracked link's.
pub(super) fn without_source(mut item: Value, click: Option<u64>) -> Value {
    for place in ["/referral", "/message/referral", "/postback/referral"] {
        let Some(told) = item.pointer_mut(place).and_then(Value::as_object_mut) else { continue };
        told.remove("source");
        if let (Some(click), Some(Value::String(reference))) = (click, told.get_mut("ref")) {
            *reference = format!("{reference}-mfc{click:020x}");
        }
    }
    item
}

fn referral(entry_point: &EntryPoint) -> Value {
    let mut referral = json!({ "source": entry_point.wire_name, "type": "OPEN_THREAD" });
    if !entry_point.referral_ref.is_empty() {
        referral["ref"] = json!(entry_point.referral_ref);
    }
    if !entry_point.ad_id.is_empty() {
        referral["ad_id"] = json!(entry_point.ad_id);
        referral["ads_context_data"] =
            json!({ "ad_title": entry_point.ad_title, "post_id": "104857600000001_55" });
    }
    if entry_point.wire_name == "CUSTOMER_CHAT_PLUGIN" {
        referral["referer_uri"] = json!("https://bakery.example/shop?x=1");
        referral["is_guest_user"] = json!(false);
    }
    referral
}
