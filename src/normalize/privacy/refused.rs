//! What of a refused item is stored: its form, so that it can be tried again once that is understood, without the words.

use serde_json::Value;

use super::is_shared_contact;
use super::places::Place;

/// How names of fields end that hold ids, times, or words of Meta's, also of fields that nobody knows yet.
const ENDINGS: [&str; 16] = [
    "id",
    "ids",
    "mid",
    "mids",
    "psid",
    "clid",
    "ref",
    "from",
    "to",
    "time",
    "timestamp",
    "watermark",
    "type",
    "status",
    "field",
    "object",
];

/// A refused body as it is stored: whole if texts are kept, or if it is not JSON. Else `null` stands for each text and
/// number that is neither kept where it stands nor, by its name, an id, a time or a word of Meta's.
#[must_use]
pub fn stored_refusal(body: Vec<u8>, keep_text: bool) -> Vec<u8> {
    if keep_text {
        return body;
    }
    let Ok(mut parsed) = serde_json::from_slice::<Value>(&body) else { return body };
    clear(&mut parsed, Some(Place::ITEM), false);
    parsed.to_string().into_bytes()
}

/// `place`: where a value's fields stand, if it is one that is known.
fn clear(value: &mut Value, place: Option<Place>, is_kept: bool) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let within = place.and_then(|place| place.within(key));
                let is_kept = is_id(key) || place.is_some_and(|place| place.keeps(key));
                let is_kept = is_kept && !is_shared_contact(key, value);
                clear(value, within, is_kept);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| clear(item, place, is_kept)),
        Value::String(_) | Value::Number(_) if !is_kept => *value = Value::Null,
        _ => {}
    }
}

fn is_id(key: &str) -> bool {
    let last = key.rsplit(['_', '-']).next().unwrap_or(key);
    ENDINGS.contains(&last)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refused_item_keeps_its_form_and_no_words() {
        let item = json!({ "object": "page", "entry": [{ "id": "1", "time": 2, "messaging": [{
            "someone_new": { "scoped_id": "77" },
            "timestamp": 3,
            "message": { "mid": "m", "text": "WORDS", "attachments": [{ "type": "location",
                "payload": { "coordinates": { "lat": 1.5, "long": 2.5 } } }] },
            "postback": { "payload": "START", "title": "Start", "note": ["WORDS", 7] },
            "contact": { "name": "WORDS" },
        }] }] });
        let stored = stored_refusal(item.to_string().into_bytes(), false);
        let expected = json!({ "object": "page", "entry": [{ "id": "1", "time": 2, "messaging": [{
            "someone_new": { "scoped_id": "77" },
            "timestamp": 3,
            "message": { "mid": "m", "text": null, "attachments": [{ "type": "location",
                "payload": { "coordinates": { "lat": null, "long": null } } }] },
            "postback": { "payload": "START", "title": "Start", "note": [null, null] },
            "contact": { "name": null },
        }] }] });
        assert_eq!(serde_json::from_slice::<Value>(&stored).ok(), Some(expected));
        let shared = br#"{"entry":[{"messaging":[{"message":{"quick_reply":{"payload":"+33612345678"}}}]}]}"#;
        let stored = String::from_utf8(stored_refusal(shared.to_vec(), false)).unwrap_or_default();
        assert!(!stored.contains("33612345678"), "{stored}");
        assert_eq!(stored_refusal(b"WORDS".to_vec(), false), b"WORDS");
        assert_eq!(stored_refusal(shared.to_vec(), true), shared);
    }
}
