//! Takes what a person wrote out of the raw JSON. Referrals, payloads and ids stay.

use serde_json::Value;

/// Keys whose value is, or is derived from, what a person wrote or sent.
const PERSONAL: [&str; 4] = ["text", "nlp", "attachments", "reply_to"];

/// The item without message text, language analysis and attachments' addresses; attachments keep
/// their types.
pub(super) fn without_text(item: &Value) -> Value {
    let mut item = item.clone();
    for key in ["message", "message_edit"] {
        if let Some(message) = item.get_mut(key).and_then(Value::as_object_mut) {
            for personal in PERSONAL {
                let kept = message.remove(personal).and_then(|value| types_of(personal, &value));
                message.extend(kept.map(|kept| (personal.to_owned(), kept)));
            }
        }
    }
    // A comment's text, and the name of who wrote it.
    if let Some(value) = item.get_mut("value").and_then(Value::as_object_mut) {
        value.remove("message");
        value.remove("text");
        value.remove("message_edit");
        if let Some(from) = value.get_mut("from").and_then(Value::as_object_mut) {
            from.remove("name");
            from.remove("username");
        }
    }
    item
}

/// A WhatsApp item without what the person wrote: texts and captions, wherever they stand.
pub(super) fn without_whatsapp_text(item: &Value) -> Value {
    match item {
        Value::Object(fields) => {
            let kept = fields
                .iter()
                .filter(|(key, _)| !["text", "caption", "message"].contains(&key.as_str()));
            kept.map(|(key, value)| (key.clone(), without_whatsapp_text(value))).collect()
        }
        Value::Array(items) => items.iter().map(without_whatsapp_text).collect(),
        plain => plain.clone(),
    }
}

fn types_of(key: &str, value: &Value) -> Option<Value> {
    let attachments = (key == "attachments").then(|| value.as_array()).flatten()?;
    Some(attachments.iter().map(|one| serde_json::json!({ "type": one.get("type") })).collect())
}
