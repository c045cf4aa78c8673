//! Takes what a person wrote out of the raw JSON, wherever it stands. Referrals, payloads and ids
//! stay.

use serde_json::{Value, json};

/// Keys whose value is, or is derived from, what a person wrote.
const PERSONAL: [&str; 4] = ["text", "caption", "nlp", "reply_to"];

/// The item without texts, captions and language analysis; attachments keep their types, and who
/// wrote a comment keeps the id.
pub(super) fn without_text(item: &Value) -> Value {
    match item {
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, _)| !PERSONAL.contains(&key.as_str()))
            // A comment's text; a message that is an object is looked into.
            .filter(|(key, value)| *key != "message" || value.is_object())
            .map(|(key, value)| (key.clone(), without_text_of(key, value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_text).collect(),
        plain => plain.clone(),
    }
}

fn without_text_of(key: &str, value: &Value) -> Value {
    match (key, value) {
        ("attachments", Value::Array(items)) => {
            items.iter().map(|one| json!({ "type": one.get("type") })).collect()
        }
        ("attachments", _) => Value::Null,
        ("from", Value::Object(_)) => json!({ "id": value.get("id") }),
        _ => without_text(value),
    }
}
