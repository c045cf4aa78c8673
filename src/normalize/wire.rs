//! Lenient readers of JSON fields: Meta sends ids and times as numbers or as texts.

use serde_json::Value;

use crate::domain::Timestamp;

/// Lists of a WhatsApp change that hold an event in each item.
pub(super) const WHATSAPP_LISTS: [&str; 8] = [
    "messages",
    "message_echoes",
    "statuses",
    "calls",
    "user_preferences",
    "user_id_update",
    "user_actions",
    "automatic_events",
];

/// A text, or a number as its digits; empty if the field is missing, null or something else.
pub(super) fn text(object: &Value, key: &str) -> String {
    match object.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A time: milliseconds or seconds, as number or text, or ISO 8601.
pub(super) fn time(object: &Value, key: &str) -> Option<Timestamp> {
    time_of(object.get(key)?)
}

/// The same of a field's value.
pub(super) fn time_of(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(number) => {
            number.as_i64().or_else(|| number.as_f64().map(whole)).map(Timestamp::from_wire_number)
        }
        Value::String(text) => match text.trim().parse::<i64>() {
            Ok(number) => Some(Timestamp::from_wire_number(number)),
            Err(_) => text
                .parse::<jiff::Timestamp>()
                .ok()
                .map(|instant| Timestamp(instant.as_millisecond())),
        },
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a time beyond 64 bits is no time")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// The elements of a list, the one object that stands in its place, or nothing.
pub(super) fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    let many = match value {
        Value::Array(items) => items.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    many.iter()
}

/// One of Meta's words, in small letters; of a list of them the last.
pub(super) fn word(object: &Value, key: &str) -> String {
    let words = one_or_many(object.get(key).unwrap_or(&Value::Null)).filter_map(Value::as_str);
    words.last().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a flag is set, also as a text or as 1.
pub(super) fn flag(object: &Value, key: &str) -> bool {
    match object.get(key) {
        Some(Value::Bool(is_set)) => *is_set,
        Some(Value::String(text)) => {
            let text = text.trim();
            text.eq_ignore_ascii_case("true") || text == "1"
        }
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_flag_and_a_word_are_read_however_they_are_written() {
        for set in
            [json!(true), json!("true"), json!("True"), json!(" TRUE "), json!(1), json!("1")]
        {
            assert!(flag(&json!({ "is": set }), "is"), "{set}");
        }
        for unset in [json!(false), json!("false"), json!(0), json!(""), json!({}), json!(null)] {
            assert!(!flag(&json!({ "is": unset }), "is"), "{unset}");
        }
        for (said, is) in [
            (json!("Sent"), "sent"),
            (json!(["RINGING", "REJECTED"]), "rejected"),
            (json!([]), ""),
            (json!(7), ""),
        ] {
            assert_eq!(word(&json!({ "said": said }), "said"), is);
        }
    }
}
