//! What of an item's JSON is stored: what is named here, so that a field that Meta adds tomorrow is not, and nothing that
//! somebody wrote, nor where they are, what they are called or whom they know.

mod places;
mod refused;
mod text_mark;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Value, json};

use self::places::Place;
pub use self::refused::stored_refusal;
pub use self::text_mark::{MarkKey, is_same_text};
use crate::domain::contact_hash;

/// The item's JSON as it is stored: whole if texts are kept, else what is named above. Then attachments keep their types
/// only, and by a `key` a mark stands for the text of a message.
pub(super) fn raw(item: &Value, keep_text: bool, key: Option<MarkKey>) -> String {
    let json = if keep_text {
        serde_json::to_string(item)
    } else {
        serde_json::to_string(&Part(item, Place::ITEM, key))
    };
    // A value has only text keys, and so can always be written.
    json.unwrap_or_default()
}

/// What is stored today of JSON that was stored before; `None` if all of it.
///
/// # Errors
/// If it is no JSON.
pub fn stored_raw(stored: &str) -> serde_json::Result<Option<String>> {
    let item: Value = serde_json::from_str(stored)?;
    let today = raw(&item, false, None);
    // Not the text as it is stored: numbers may have been written otherwise.
    Ok((today != raw(&item, true, None)).then_some(today))
}

/// A part of an item, written without what is not named.
struct Part<'a>(&'a Value, Place, Option<MarkKey>);

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(value, place, key_of_marks) = self;
        match value {
            Value::Object(fields) => {
                let mut out = serializer.serialize_map(None)?;
                for (key, value) in fields {
                    let is_text = key == "text" && place.keeps(text_mark::FIELD);
                    let text = value.as_str().filter(|_| is_text);
                    if let Some((text, key)) = text.zip(*key_of_marks) {
                        out.serialize_entry(text_mark::FIELD, &key.mark(text))?;
                    } else if key == text_mark::FIELD && fields.contains_key("text") {
                        // It is made of the text.
                    } else if key == "attachments" && place.keeps(key) {
                        out.serialize_entry(key, &types_of(value))?;
                    } else if is_plain(value) {
                        if place.keeps(key) && !is_shared_contact(key, value) {
                            out.serialize_entry(key, value)?;
                        }
                    } else if let Some(within) = place.within(key) {
                        out.serialize_entry(key, &Part(value, within, *key_of_marks))?;
                    }
                }
                out.end()
            }
            Value::Array(items) => {
                let items = items.iter().filter(|item| item.is_object());
                let mut out = serializer.serialize_seq(None)?;
                for item in items {
                    out.serialize_element(&Part(item, *place, *key_of_marks))?;
                }
                out.end()
            }
            _ => serializer.serialize_none(),
        }
    }
}

/// Whether a value is a text, a number or the like, or a list of such.
fn is_plain(value: &Value) -> bool {
    let is_one = |value: &Value| !value.is_object() && !value.is_array();
    is_one(value) || value.as_array().is_some_and(|items| items.iter().all(is_one))
}

/// Whether somebody shared this number or address with a tap; it is kept as a hash.
fn is_shared_contact(key: &str, value: &Value) -> bool {
    key == "payload" && value.as_str().is_some_and(|payload| contact_hash(payload).is_some())
}

/// An attachment's type is one of Meta's words.
fn types_of(attachments: &Value) -> Value {
    let of = |one: &Value| json!({ "type": one["type"].as_str() });
    attachments.as_array().map_or(Value::Null, |all| all.iter().map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(item: &Value) -> Value {
        serde_json::from_str(&raw(item, false, None)).unwrap_or_default()
    }

    #[test]
    fn a_field_is_kept_where_it_stands_and_nowhere_else() {
        let words = json!({ "title": "WORDS", "payload": "WORDS", "value": "WORDS", "id": "WORDS", "label": "WORDS" });
        for item in [
            json!({ "message": { "mid": "m", "title": "WORDS", "value": "WORDS", "location": words } }),
            json!({ "message": { "mid": "m" }, "something_new": words }),
            json!({ "message": { "mid": "m", "quick_reply": { "title": "WORDS", "value": [words] } } }),
            json!({ "message": { "mid": "m", "quick_reply": "WORDS", "context": ["WORDS"] } }),
            json!({ "message": { "mid": "m", "edit": words }, "edit": "WORDS", "system": { "body": "WORDS" } }),
            json!({ "message": { "mid": "m" }, "sender": { "name": "WORDS" }, "from": { "title": "WORDS" } }),
            json!({ "message": { "mid": { "is": "WORDS" } }, "contacts": [{ "id": "WORDS" }] }),
            json!({ "field": "feed", "value": { "message": "WORDS", "from": { "id": "1", "name": "WORDS" } } }),
            json!({ "interactive": { "nfm_reply": { "id": "WORDS" }, "type": "nfm_reply" } }),
            json!({ "message": { "mid": "m", "attachments": [{ "type": { "is": "WORDS" } }, { "payload": words }] } }),
        ] {
            assert!(!raw(&item, false, None).contains("WORDS"), "{}", raw(&item, false, None));
        }
    }

    #[test]
    fn what_is_named_at_its_place_is_kept() {
        for item in [
            json!({ "sender": { "id": "1" }, "timestamp": 2, "message": { "mid": "m", "tags": [{ "source": "x" }],
                "quick_reply": { "payload": "YES" }, "attachments": [{ "type": "image" }] } }),
            json!({ "field": "feed", "value": { "item": "comment", "from": { "id": "1" }, "media": { "id": "7" } } }),
            json!({ "from": "336", "id": "w", "type": "interactive", "interactive": { "button_reply": { "id": "a" } } }),
            json!({ "delivery": { "mids": ["m", "n"], "watermark": 3 } }),
            json!({ "field": "user_id_update", "value": { "user_id_update": [{ "wa_id": "336", "timestamp": "1",
                "user_id": { "previous": "FR.1", "current": "FR.2" }, "parent_user_id": { "current": "FR.ENT.2" } }] } }),
            json!({ "field": "messages", "value": { "standby": { "statuses": [{ "id": "w", "status": "sent" }] } } }),
        ] {
            assert_eq!(kept(&item), item);
        }
    }

    #[test]
    fn a_number_that_was_shared_with_a_tap_is_not_kept() {
        for shared in ["+33 6 12 34 56 78", "33612345678", "a@example.org"] {
            let item = json!({ "message": { "mid": "m", "quick_reply": { "payload": shared } } });
            assert_eq!(kept(&item), json!({ "message": { "mid": "m", "quick_reply": {} } }));
        }
    }
}
