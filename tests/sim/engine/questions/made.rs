//! Whose conversations are to be made.

use std::collections::{BTreeMap, BTreeSet};

use super::super::statements::{Answer, Parameters};
use super::super::table::Tables;
use super::super::value::Value;
use super::{Named, Whose, named, set};

/// What is pending, by batch and people.
fn pending(tables: &Tables, asked: Parameters<'_>) -> BTreeMap<(Value, Value), i64> {
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for row in named(tables.get(&asked.text("batches_table"))) {
        let key = (row.get("batch").clone(), row.get("people").clone());
        *sums.entry(key).or_default() += row.number("pending");
    }
    sums
}

pub fn changed_batches(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let pending = pending(tables, asked).into_iter().filter(|(_, sum)| *sum > 0);
    let rows = pending.map(|((batch, people), sum)| vec![batch, people, Value::from(sum)]);
    let columns = vec![("batch", "UInt64"), ("people", "UInt64"), ("pending", "Int64")];
    Answer { columns, rows: rows.collect() }
}

/// The highest version of some tables.
pub fn highest(tables: &Tables, names: &[&str]) -> Answer {
    let versions = names.iter().flat_map(|name| named(tables.get(name)));
    let highest = versions.map(|row| row.get("version").clone()).max();
    let rows = vec![vec![highest.unwrap_or(Value::Number(0))]];
    Answer { columns: vec![("version", "UInt64")], rows }
}

/// Since when whoever is in some batches has changed, as they are called in them.
pub fn changed_as_written(tables: &Tables, asked: Parameters<'_>) -> BTreeMap<Whose, i64> {
    let batches = set(asked.list("batches"));
    let mut since: BTreeMap<Whose, i64> = BTreeMap::new();
    let rows = named(tables.get(&asked.text("changed")));
    for row in rows.filter(|row| batches.contains(row.get("batch"))) {
        let first = since.entry(row.whose()).or_insert(i64::MAX);
        *first = row.number("since").min(*first);
    }
    since
}

/// Of each person the row of `people` that counts.
fn known<'a>(tables: &'a Tables, asked: Parameters<'_>) -> BTreeMap<Whose, Named<'a>> {
    let mut latest: BTreeMap<Whose, Named<'a>> = BTreeMap::new();
    for row in named(tables.get(&asked.text("people"))) {
        let stands = latest.entry(row.whose()).or_insert(row);
        if row.get("version") >= stands.get("version") {
            *stands = row;
        }
    }
    latest
}

pub fn changed_people(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let written = changed_as_written(tables, asked);
    let mut changed = written.clone();
    for alias in named(tables.get("aliases")) {
        let name = (alias.get("page_id").clone(), alias.get("alias").clone());
        if let Some(since) = written.get(&name) {
            let first = changed.entry(alias.whose()).or_insert(*since);
            *first = (*since).min(*first);
        }
    }
    let known = known(tables, asked);
    let nothing = || Value::List(Vec::new());
    let rows = changed.into_iter().map(|(whose, since)| {
        let row = known.get(&whose);
        let list = |column: &str| row.map_or_else(nothing, |row| row.get(column).clone());
        vec![
            whose.0,
            whose.1,
            Value::from(since),
            row.map_or(Value::Null, |row| row.get("first_event").clone()),
            list("opened"),
            list("touched"),
            list("converted"),
            row.map_or(Value::Number(0), |row| row.get("version").clone()),
        ]
    });
    let columns = vec![
        ("page_id", "String"),
        ("person_id", "String"),
        ("since", "Int64"),
        ("first_event", "Nullable(Int64)"),
        ("opened", "Array(Int64)"),
        ("touched", "Array(Int64)"),
        ("converted", "Array(Int64)"),
        ("version", "UInt64"),
    ];
    Answer { columns, rows: rows.collect() }
}

/// The rows that stand of whoever's conversations are made from nothing.
pub fn standing_rows(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let written = changed_as_written(tables, asked).into_iter();
    let mut whose: BTreeSet<Whose> =
        written.filter(|(_, since)| *since == 0).map(|(who, _)| who).collect();
    for alias in named(tables.get("aliases")) {
        let name = (alias.get("page_id").clone(), alias.get("alias").clone());
        if whose.contains(&name) {
            whose.insert(alias.whose());
        }
    }
    let mut rows = Vec::new();
    let kinds = [
        ("conversation", "conversations", "opened_at"),
        ("touchpoint", "touchpoints", "time"),
        ("conversion", "conversions", "time"),
    ];
    for (kind, parameter, time) in kinds {
        let table = tables.get(&asked.text(parameter));
        let definition = table.definition;
        let page = definition.place("page_id");
        let person = definition.place("person_id");
        for row in table.settled() {
            if !whose.contains(&(row[page].clone(), row[person].clone())) {
                continue;
            }
            let number = if kind == "conversation" {
                Value::Number(0)
            } else {
                row[definition.place("number")].clone()
            };
            let time = row[definition.place(time)].clone();
            rows.push(vec![
                Value::from(kind),
                row[page].clone(),
                row[person].clone(),
                time,
                number,
            ]);
        }
    }
    let columns = vec![
        ("kind", "String"),
        ("page_id", "String"),
        ("person_id", "String"),
        ("time", "Int64"),
        ("number", "UInt32"),
    ];
    Answer { columns, rows }
}

/// Of the traffic here each tap has the id of its message.
pub fn taps_without_id(tables: &Tables) -> Answer {
    let is_tap = |row: &Named<'_>| matches!(row.text("kind"), "message" | "postback");
    let mut taps = named(tables.get("events_by_person")).filter(is_tap);
    assert!(
        taps.all(|row| !row.text("mid").is_empty()),
        "the model does not know taps without an id"
    );
    let columns = vec![("page_id", "String"), ("person_id", "String"), ("time", "Int64")];
    Answer { columns, rows: Vec::new() }
}

pub fn clicked_links(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let clicks = set(asked.list("clicks"));
    let mut links: BTreeMap<Value, Value> = BTreeMap::new();
    for row in named(tables.get("clicks")).filter(|row| clicks.contains(row.get("click"))) {
        links.entry(row.get("click").clone()).or_insert_with(|| row.get("slug").clone());
    }
    let rows = links.into_iter().map(|(click, slug)| vec![click, slug]).collect();
    Answer { columns: vec![("click", "String"), ("slug", "String")], rows }
}
