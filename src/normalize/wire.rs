//! Lenient readers of JSON fields: Meta sends ids and times as numbers or as texts.

use serde_json::Value;

use crate::domain::Timestamp;

/// Lists of a WhatsApp change that hold an event in each item.
pub(super) const WHATSAPP_LISTS: [&str; 7] = [
    "messages",
    "message_echoes",
    "statuses",
    "calls",
    "user_preferences",
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

/// Whether a flag is set, also as a text.
pub(super) fn flag(object: &Value, key: &str) -> bool {
    let is_set = |value: &Value| value.as_bool() == Some(true) || value.as_str() == Some("true");
    object.get(key).is_some_and(is_set)
}
