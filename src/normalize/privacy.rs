//! What of an item's JSON is stored: what is named here, so that a field that Meta adds tomorrow is not, and nothing that
//! somebody wrote, nor where they are, what they are called or whom they know.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Value, json};

/// Fields that are kept: who, when, which, of what kind, and what of that the business has written itself.
const KEPT: [&[&str]; 9] = [
    // Who.
    &[
        "sender",
        "recipient",
        "id",
        "user_ref",
        "from",
        "to",
        "user",
        "user_id",
        "psid",
        "wa_id",
        "page_id",
        "recipient_id",
        "from_user_id",
        "to_user_id",
        "recipient_user_id",
        "sender_id",
        "group_id",
        "recipient_type",
        "thread_type",
        "context_type",
        "thread_key",
        "is_group",
        "is_self",
    ],
    // When and in which order.
    &[
        "timestamp",
        "time",
        "created_time",
        "watermark",
        "seq",
        "token_expiry_timestamp",
        "expiration_timestamp",
    ],
    // Items of a thread.
    &[
        "message",
        "messages",
        "mid",
        "mids",
        "is_echo",
        "is_deleted",
        "is_unsupported",
        "app_id",
        "persona_id",
        "tag",
        "tags",
        "metadata",
        "messaging_type",
        "hop_context",
        "prior_message",
        "identifier",
        "source",
        "type",
        "status",
        "postback",
        "title",
        "payload",
        "quick_reply",
        "delivery",
        "read",
        "reaction",
        "message_id",
        "message_edit",
        "num_edit",
        "optin",
        "one_time_notif_token",
        "notification_messages_status",
        "notification_messages_frequency",
        "notification_messages_reoptin",
        "user_token_status",
        "topic",
        "account_linking",
        "app_roles",
    ],
    // Where somebody came from.
    &[
        "referral",
        "ref",
        "ad_id",
        "adgroup_id",
        "ads_context_data",
        "ad_title",
        "post_id",
        "product",
        "referer_uri",
        "is_guest_user",
        "source_url",
        "source_id",
        "source_type",
        "media_type",
        "headline",
        "ctwa_clid",
        "welcome_message",
    ],
    // Changes of a Page.
    &[
        "field",
        "value",
        "item",
        "verb",
        "comment_id",
        "parent_id",
        "media",
        "media_product_type",
        "leadgen_id",
        "form_id",
        "inbox_labels",
        "label",
        "page_label_name",
        "label_name",
        "added_labels",
        "removed_labels",
        "action",
        "messaging_in_thread_lead_form_submit",
    ],
    // Who answers.
    &[
        "pass_thread_control",
        "take_thread_control",
        "request_thread_control",
        "previous_owner_app_id",
        "new_owner_app_id",
        "requested_owner_app_id",
        "messaging_handovers",
    ],
    // What Meta does to a Page.
    &["policy_enforcement", "policy-enforcement", "reason"],
    // WhatsApp.
    &[
        "messaging_product",
        "display_phone_number",
        "phone_number_id",
        "contacts",
        "statuses",
        "message_echoes",
        "standby",
        "conversation",
        "origin",
        "pricing",
        "billable",
        "pricing_model",
        "category",
        "errors",
        "code",
        "context",
        "button",
        "interactive",
        "button_reply",
        "list_reply",
        "system",
        "new_wa_id",
        "new_user_id",
        "previous_user_id",
        "revoke",
        "edit",
        "original_message_id",
        "calls",
        "event",
        "direction",
        "start_time",
        "end_time",
        "duration",
        "user_preferences",
        "automatic_events",
        "event_name",
        "user_actions",
    ],
    // What else it says of itself.
    &["object", "entry", "changes", "messaging"],
];

/// The item's JSON as it is stored: whole if texts are kept, else what is named above. Then attachments keep their types
/// only.
pub(super) fn raw(item: &Value, keep_text: bool) -> String {
    let json =
        if keep_text { serde_json::to_string(item) } else { serde_json::to_string(&Part(item)) };
    // A value has only text keys, and so can always be written.
    json.unwrap_or_default()
}

/// What is stored today of JSON that was stored before; `None` if all of it.
///
/// # Errors
/// If it is no JSON.
pub fn stored_raw(stored: &str) -> serde_json::Result<Option<String>> {
    let item: Value = serde_json::from_str(stored)?;
    let today = raw(&item, false);
    // Not the text as it is stored: numbers may have been written otherwise.
    Ok((today != raw(&item, true)).then_some(today))
}

/// A part of an item, written without what is not named.
struct Part<'a>(&'a Value);

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let mut out = serializer.serialize_map(None)?;
                for (key, value) in fields {
                    match (key.as_str(), value) {
                        ("attachments", attachments) => {
                            out.serialize_entry(key, &types_of(attachments))?;
                        }
                        // A comment's text; a message that is an object is looked into.
                        ("message", Value::String(_)) => {}
                        (key, _) if !is_kept(key) => {}
                        _ => out.serialize_entry(key, &Part(value))?,
                    }
                }
                out.end()
            }
            Value::Array(items) => {
                let mut out = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    out.serialize_element(&Part(item))?;
                }
                out.end()
            }
            plain => plain.serialize(serializer),
        }
    }
}

fn is_kept(key: &str) -> bool {
    static ALL: LazyLock<FxHashSet<&str>> =
        LazyLock::new(|| KEPT.iter().copied().flatten().copied().collect());
    ALL.contains(key)
}

fn types_of(attachments: &Value) -> Value {
    match attachments {
        Value::Array(items) => items.iter().map(|one| json!({ "type": one.get("type") })).collect(),
        _ => Value::Null,
    }
}
