//! What of a refused item is stored: its form, so that it can be tried again once that is understood, without the words.

use serde_json::Value;

use super::places::Place;
use super::{is_shared_contact, types_of};

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

/// A refused body as it is stored: whole if texts are kept. Else `null` stands for each text and number that is neither
/// kept where it stands nor, by its name, an id, a time or a word of Meta's; of what cannot be read the form is left.
#[must_use]
pub fn stored_refusal(body: Vec<u8>, keep_text: bool) -> Vec<u8> {
    if keep_text {
        return body;
    }
    let Ok(mut parsed) = serde_json::from_slice::<Value>(&body) else { return form(&body) };
    clear(&mut parsed, Where::Known(Place::ITEM), false);
    parsed.to_string().into_bytes()
}

/// Where a value's fields stand.
#[derive(Clone, Copy)]
enum Where {
    Known(Place),
    /// In an object of an item that nobody knows yet, which may say who and when.
    New,
    /// In what somebody has written or sent, such as somebody else's card with their number.
    Words,
}

impl Where {
    fn keeps(self, key: &str) -> bool {
        match self {
            Self::Known(place) => is_id(key) || place.keeps(key),
            Self::New => is_id(key),
            Self::Words => false,
        }
    }

    /// Within a field of an item of that type.
    fn within(self, key: &str, of_type: Option<&str>) -> Self {
        match self {
            Self::Known(place) => match place.within(key) {
                Some(within) => Self::Known(within),
                // A message holds what was sent under the name of its type.
                None if place == Place::ITEM && of_type != Some(key) => Self::New,
                None => Self::Words,
            },
            Self::New | Self::Words => Self::Words,
        }
    }
}

fn clear(value: &mut Value, place: Where, is_kept: bool) {
    match value {
        Value::Object(fields) => {
            let of_type = fields.get("type").and_then(Value::as_str).map(str::to_owned);
            for (key, value) in fields {
                if key == "attachments" && place.keeps(key) {
                    *value = types_of(value);
                    continue;
                }
                let is_kept = place.keeps(key) && !is_shared_contact(key, value);
                clear(value, place.within(key, of_type.as_deref()), is_kept);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| clear(item, place, is_kept)),
        Value::String(_) | Value::Number(_) if !is_kept => *value = Value::Null,
        _ => {}
    }
}

/// Of what is no JSON, or nested too deeply, the signs and the names of fields: what else stands there may be words.
fn form(body: &[u8]) -> Vec<u8> {
    let mut form = Vec::new();
    let mut rest = body;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match first {
            b'"' => {
                let length = length_of_text(rest);
                let (text, behind) = rest.split_at(length);
                rest = behind;
                let is_name =
                    behind.get(1..).unwrap_or_default().trim_ascii_start().starts_with(b":");
                form.push(b'"');
                if is_name {
                    form.extend_from_slice(text);
                }
                if let Some(b'"') = rest.first() {
                    form.push(b'"');
                    rest = &rest[1..];
                }
            }
            b'{' | b'}' | b'[' | b']' | b':' | b',' => form.push(*first),
            _ => {}
        }
    }
    form
}

/// Bytes of a text before the sign that ends it.
fn length_of_text(text: &[u8]) -> usize {
    let mut is_escaped = false;
    let ends = |byte: &u8| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    };
    text.iter().position(ends).unwrap_or(text.len())
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
            "message": { "mid": "m", "text": null, "attachments": [{ "type": "location" }] },
            "postback": { "payload": "START", "title": "Start", "note": [null, null] },
            "contact": { "name": null },
        }] }] });
        assert_eq!(serde_json::from_slice::<Value>(&stored).ok(), Some(expected));
        let shared = br#"{"entry":[{"messaging":[{"message":{"quick_reply":{"payload":"+33612345678"}}}]}]}"#;
        let stored = String::from_utf8(stored_refusal(shared.to_vec(), false)).unwrap_or_default();
        assert!(!stored.contains("33612345678"), "{stored}");
        assert_eq!(stored_refusal(b"WORDS".to_vec(), true), b"WORDS");
        assert_eq!(stored_refusal(shared.to_vec(), true), shared);
    }

    #[test]
    fn of_what_was_sent_no_ids_of_others_are_kept() {
        let kept = |item: Value| {
            let stored = stored_refusal(item.to_string().into_bytes(), false);
            String::from_utf8(stored).unwrap_or_default()
        };
        for item in [
            json!({ "type": "contacts", "contacts": [{ "phones": [{ "wa_id": "WORDS", "type": "WORDS" }] }] }),
            json!({ "type": "order", "order": { "ship_to": "WORDS", "national_id": "WORDS" } }),
            json!({ "type": "interactive", "interactive": { "nfm_reply": { "id": "WORDS" } } }),
            json!({ "lead": { "form_id": "9", "data": [{ "id": "WORDS", "answer": "WORDS" }] } }),
            json!({ "something_new": { "within": { "id": "WORDS" } } }),
            json!({ "message": { "attachments": [{ "type": "image", "payload": { "id": "WORDS" } }] } }),
        ] {
            assert!(!kept(item.clone()).contains("WORDS"), "{}", kept(item));
        }
        let image = kept(json!({ "message": { "attachments": [{ "type": "image", "id": 1 }] } }));
        assert_eq!(image, r#"{"message":{"attachments":[{"type":"image"}]}}"#);
    }

    #[test]
    fn of_what_cannot_be_read_the_form_is_left() {
        let deep = "[".repeat(200);
        for (body, form) in [
            (r#"{"a \" b" : "WORDS \" WORDS", "c": 48.12, "d"#, r#"{"a \" b":"","c":,""#),
            ("WORDS", ""),
            (r#"{"text":"WORDS"#, r#"{"text":""#),
            (&format!(r#"{{"text":"WORDS","x":{deep}"#), &format!(r#"{{"text":"","x":{deep}"#)),
        ] {
            let stored = stored_refusal(body.as_bytes().to_vec(), false);
            assert_eq!(String::from_utf8_lossy(&stored), *form, "{body}");
        }
    }
}
