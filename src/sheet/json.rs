//! JSON: an object a line, a list of objects, or an answer of an API with such a list.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use serde_json::{Map, Value};

use super::{Cell, Sheet};
use crate::domain::actions_by_type;

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

/// The Marketing API has some figures in a list of actions: each becomes a field of its type's name.
fn with_actions(mut object: Map<String, Value>) -> Map<String, Value> {
    let Some(actions) = object.remove("actions") else { return object };
    let figures = actions_by_type(&actions).into_iter();
    // What is no number is told of if its column is read.
    object.extend(figures.map(|(kind, sum)| {
        (kind, Value::String(sum.map_or_else(|text| text, |sum| sum.to_string())))
    }));
    object
}
