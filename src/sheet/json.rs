//! JSON: an object a line, a list of objects, or an answer of an API with such a list.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::{Cell, Sheet};

/// Under which answers of APIs have their list.
const LISTS: [&str; 2] = ["data", "conversions"];

/// What a text of JSON holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Items {
    /// What they are counted by.
    pub unit: &'static str,
    /// Each with its number, or why it is none.
    pub items: Vec<(u64, Result<Value, String>)>,
}

pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// The items of a text that begins as JSON does.
///
/// # Errors
/// If it is a list that is not closed.
pub fn items(text: &str) -> anyhow::Result<Items> {
    let numbered = |list: Vec<Value>| {
        let items = (1..).zip(list.into_iter().map(Ok)).collect();
        Items { unit: "item", items }
    };
    match serde_json::from_str(text) {
        Ok(Value::Array(list)) => return Ok(numbered(list)),
        Ok(Value::Object(mut fields)) => {
            if fields.get("paging").is_some_and(|paging| paging["next"].is_string()) {
                bail!(
                    "this is one page of several (paging.next): put the rows of all into one file"
                );
            }
            let list = LISTS.iter().find(|name| fields.get(**name).is_some_and(Value::is_array));
            if let Some(Value::Array(list)) = list.and_then(|name| fields.remove(*name)) {
                return Ok(numbered(list));
            }
            return Ok(Items { unit: "line", items: vec![(1, Ok(Value::Object(fields)))] });
        }
        Err(error) if text.trim_start().starts_with('[') => bail!("not JSON: {error}"),
        _ => {}
    }
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let read =
        |line: &str| serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"));
    Ok(Items { unit: "line", items: lines.map(|(line, text)| (line, read(text))).collect() })
}

/// As a table: the header is every key that any of them has.
pub(super) fn sheet(text: &str) -> anyhow::Result<Sheet> {
    let Items { unit, items } = items(text)?;
    let mut objects = Vec::new();
    let mut header = BTreeSet::new();
    for (number, item) in items {
        let place = || format!("{unit} {number}");
        let item = item.map_err(anyhow::Error::msg).with_context(place)?;
        let Value::Object(object) = item else { bail!("{}: it is no object", place()) };
        let object = with_actions(object);
        header.extend(object.keys().cloned());
        objects.push((number, object));
    }
    let header: Vec<String> = header.into_iter().collect();
    let cell = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Cell::Plain(String::new()),
        Some(Value::String(text)) => Cell::Plain(text.clone()),
        Some(other) => Cell::Plain(other.to_string()),
    };
    let rows = objects.into_iter().map(|(number, object)| {
        (number, header.iter().map(|name| cell(object.get(name))).collect())
    });
    let (unit, rows) = (unit.to_owned(), rows.collect());
    Ok(Sheet { unit, is_json: true, separator: None, rows, header })
}

/// The Marketing API has some figures in a list of actions: each becomes a field of its type's name. A type stands there
/// once for each destination, say: they add up.
fn with_actions(mut object: Map<String, Value>) -> Map<String, Value> {
    let Some(Value::Array(actions)) = object.remove("actions") else { return object };
    let mut figures: BTreeMap<String, Value> = BTreeMap::new();
    for action in actions {
        if let (Some(kind), value) = (action["action_type"].as_str(), &action["value"]) {
            let known = figures.remove(kind);
            let sum = known.and_then(|known| sum(&known, value)).unwrap_or_else(|| value.clone());
            figures.insert(kind.to_owned(), sum);
        }
    }
    object.extend(figures);
    object
}

/// Of two figures, as numbers or as texts; `None` if one is none.
fn sum(one: &Value, other: &Value) -> Option<Value> {
    let figure = |value: &Value| match value {
        Value::String(text) => text.trim().parse::<Decimal>().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    };
    Some(Value::String((figure(one)? + figure(other)?).to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn actions_of_one_type_add_up() {
        let row = json!({ "ad_id": "1", "actions": [
            { "action_type": "started", "action_destination": "a", "value": "4" },
            { "action_type": "started", "action_destination": "b", "value": 7 },
            { "action_type": "replied", "value": "3" },
        ]});
        let Value::Object(row) = row else { unreachable!() };
        let told = with_actions(row);
        assert_eq!((&told["started"], &told["replied"]), (&json!("11"), &json!("3")));
    }
}
