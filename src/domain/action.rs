//! Meta's lists of actions: conversations started, first replies and others, counted by type.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::plain_number;

/// What a list of actions (Marketing API, `actions`) tells of each type; `Err` with what stands there if it is no number. A
/// type stands there once for each destination, say: they add up.
#[must_use]
pub fn actions_by_type(actions: &Value) -> BTreeMap<String, Result<Decimal, String>> {
    let mut sums: BTreeMap<String, Result<Decimal, String>> = BTreeMap::new();
    for action in actions.as_array().into_iter().flatten() {
        let Some(kind) = action["action_type"].as_str() else { continue };
        let text = match &action["value"] {
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        let sum = sums.entry(kind.to_owned()).or_insert(Ok(Decimal::ZERO));
        if let Ok(known) = sum {
            let more = plain_number(&text).and_then(|value| known.checked_add(value));
            *sum = more.ok_or(text);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn actions_of_one_type_add_up_and_a_bad_one_is_not_left_out() {
        let told = actions_by_type(&json!([
            { "action_type": "started", "action_destination": "a", "value": "4" },
            { "action_type": "started", "action_destination": "b", "value": 7 },
            { "action_type": "replied", "value": "3" },
            { "action_type": "bought", "value": "2" },
            { "action_type": "bought", "value": "many" },
            { "action_type": "bought", "value": "1" },
            { "action_type": "viewed" },
            { "value": "9" },
        ]));
        assert_eq!(told["started"], Ok(Decimal::from(11)));
        assert_eq!(told["replied"], Ok(Decimal::from(3)));
        assert_eq!(told["bought"], Err("many".to_owned()));
        assert_eq!(told["viewed"], Err("null".to_owned()));
        assert_eq!(told.len(), 4);
        assert!(actions_by_type(&Value::Null).is_empty());
    }
}
