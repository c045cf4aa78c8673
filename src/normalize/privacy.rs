//! Takes what a person wrote out of the raw JSON, wherever it stands. Referrals, payloads and ids
//! stay.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Value, json};

/// Keys whose value is, or is derived from, what a person wrote, or where they live.
const PERSONAL: [&str; 7] =
    ["text", "caption", "nlp", "reply_to", "follow_up", "sender_name", "requested_user_info"];

/// The item's JSON as it is stored: whole, or without texts, captions and language analysis. Then
/// attachments keep their types only, and who wrote a comment the id.
pub(super) fn raw(item: &Value, keep_text: bool) -> String {
    let json =
        if keep_text { serde_json::to_string(item) } else { serde_json::to_string(&Part(item)) };
    // A value has only text keys, and so can always be written.
    json.unwrap_or_default()
}

/// A part of an item, written without what is personal.
struct Part<'a>(&'a Value);

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                let mut out = serializer.serialize_map(None)?;
                for (key, value) in fields {
                    match (key.as_str(), value) {
                        (key, _) if PERSONAL.contains(&key) => {}
                        // A comment's text; a message that is an object is looked into.
                        ("message", text) if !text.is_object() => {}
                        ("attachments", attachments) => {
                            out.serialize_entry(key, &types_of(attachments))?;
                        }
                        ("from", Value::Object(who)) => {
                            out.serialize_entry(key, &json!({ "id": who.get("id") }))?;
                        }
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

fn types_of(attachments: &Value) -> Value {
    match attachments {
        Value::Array(items) => items.iter().map(|one| json!({ "type": one.get("type") })).collect(),
        _ => Value::Null,
    }
}
