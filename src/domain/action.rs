//! Meta's lists of actions: conversations started, first replies and others, counted by type.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::plain_number;

/// A sum, or what stands there that is no number.
type Sum = Result<Decimal, String>;

/// What a list of actions (Marketing API, `actions`) tells of each type; `Err` with what stands there if it is no number. A
/// type stands there once for each destination, say: they add up. What is told without any of them beside is another part,
/// unless it is their sum.
#[must_use]
pub fn actions_by_type(actions: &Value) -> BTreeMap<String, Result<Decimal, String>> {
    let mut sums: BTreeMap<String, [Option<Sum>; 2]> = BTreeMap::new();
    for action in actions.as_array().into_iter().flatten() {
        let Some(kind) = action["action_type"].as_str() else { continue };
        let text = match &action["value"] {
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        let [of_parts, others] = sums.entry(kind.to_owned()).or_default();
        let sum = if is_part(action) { of_parts } else { others };
        let sum = sum.get_or_insert(Ok(Decimal::ZERO));
        *sum = with(sum.clone(), plain_number(&text).ok_or(text));
    }
    sums.into_iter().map(|(kind, [of_parts, others])| (kind, total(of_parts, others))).collect()
}

fn total(of_parts: Option<Sum>, others: Option<Sum>) -> Sum {
    match (of_parts, others) {
        (Some(of_parts), Some(others)) if of_parts == others => of_parts,
        (Some(of_parts), Some(others)) => with(of_parts, others),
        (one, other) => one.or(other).unwrap_or(Ok(Decimal::ZERO)),
    }
}

/// Whether it is of one destination, device or the like.
fn is_part(action: &Value) -> bool {
    let mut fields = action.as_object().into_iter().flatten();
    fields
        .any(|(key, value)| key.starts_with("action_") && key != "action_type" && !value.is_null())
}

fn with(sum: Sum, more: Sum) -> Sum {
    let (sum, more) = (sum?, more?);
    sum.checked_add(more).ok_or_else(|| more.to_string())
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

    #[test]
    fn a_sum_beside_its_parts_counts_once() {
        let of = |whole: &str, parts: [&str; 2]| {
            let part =
                |value| json!({ "action_type": "started", "action_device": value, "value": value });
            let whole = json!({ "action_type": "started", "value": whole });
            let [first, second] = parts.map(part);
            actions_by_type(&json!([first, whole, second]))["started"].clone()
        };
        assert_eq!(of("11", ["4", "7"]), Ok(Decimal::from(11)));
        // Two more of a destination that is not told.
        assert_eq!(of("2", ["4", "7"]), Ok(Decimal::from(13)));
        assert_eq!(of("many", ["4", "7"]), Err("many".to_owned()));
    }
}
