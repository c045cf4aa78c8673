//! Which conversions Meta may be told of.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::super::statements::{Answer, Parameters};
use super::super::table::{Row, Tables};
use super::super::value::Value;
use super::{Named, Whose, named, set, settled};

/// A conversion and the report that it is of.
struct Told<'a> {
    row: Named<'a>,
    report: String,
    id: String,
}

pub fn candidates(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let (from, to, names) = (asked.number("from"), asked.number("to"), set(asked.list("names")));
    let in_range = |row: &Named<'_>| (from..to).contains(&row.number("time"));
    let all = tables.get("conversions").settled();
    let found = settled(tables.get("conversions"), &all).filter(in_range).filter(|row| {
        let person = row.text("person_id");
        names.contains(row.get("name"))
            && ["messenger", "instagram", ""].contains(&row.text("channel"))
            && row.get("event_id").wide() != 0
            && !person.starts_with("user_ref:")
            && !person.starts_with("lead:")
    });
    let mut of_report: BTreeMap<u128, String> = BTreeMap::new();
    for row in named(tables.get("conversion_report_events")).filter(in_range) {
        let report = row.text("report_id").to_owned();
        of_report.entry(row.get("event_id").wide()).or_insert(report);
    }
    let mut told: BTreeMap<String, Told<'_>> = BTreeMap::new();
    for row in found {
        let event = row.get("event_id").wide();
        let report = of_report.get(&event).cloned().unwrap_or_default();
        let known_by = if report.is_empty() {
            format!("event {}", uuid::Uuid::from_u128(event))
        } else {
            format!("report {report} {}", row.text("name"))
        };
        let id = hex::encode(&Sha256::digest(known_by)[..16]);
        let one = Told { row, report, id: id.clone() };
        match told.get(&id) {
            Some(first) if first.row.text("person_id") <= row.text("person_id") => {}
            _ => drop(told.insert(id, one)),
        }
    }
    let words = Words::of(tables);
    let mut rows: Vec<(i64, String, Row)> = Vec::new();
    for one in told.into_values() {
        let time = one.row.number("time");
        let channel = match one.row.text("channel") {
            "" => channel_of(tables, one.row.get("page_id")),
            channel => channel.to_owned(),
        };
        let (status, told_time, version) = words.done.get(&one.id).cloned().unwrap_or_default();
        let is_due = matches!(status.as_str(), "" | "withheld" | "again")
            || (status == "expired" && told_time != time);
        if !is_due || !["messenger", "instagram"].contains(&channel.as_str()) {
            continue;
        }
        let word = words.of_reports.get(&one.report).cloned().unwrap_or(Value::Null);
        let said = words.of_people.get(&one.row.whose()).map(|(_, consent)| consent.clone());
        let row = vec![
            Value::from(&*one.id),
            one.row.get("page_id").clone(),
            one.row.get("person_id").clone(),
            Value::Text(channel),
            one.row.get("name").clone(),
            Value::from(time),
            one.row.get("value_e4").clone(),
            one.row.get("currency").clone(),
            // Nobody is on WhatsApp here.
            Value::from(""),
            Value::from(""),
            word,
            said.unwrap_or(Value::Null),
            Value::Text(status),
            Value::from(version),
        ];
        rows.push((time, one.id, row));
    }
    rows.sort();
    let columns = vec![
        ("event_id", "String"),
        ("page_id", "String"),
        ("person_id", "String"),
        ("channel", "String"),
        ("name", "String"),
        ("time", "Int64"),
        ("value_e4", "Nullable(Int64)"),
        ("currency", "String"),
        ("business_account", "String"),
        ("ctwa_clid", "String"),
        ("consent", "Nullable(UInt8)"),
        ("person_consent", "Nullable(UInt8)"),
        ("status", "String"),
        ("version", "UInt64"),
    ];
    Answer { columns, rows: rows.into_iter().map(|(.., row)| row).collect() }
}

/// What was said of consent, and what has become of what was told.
struct Words {
    of_reports: BTreeMap<String, Value>,
    /// By person: version and consent.
    of_people: BTreeMap<Whose, (u128, Value)>,
    /// By what Meta knows them: the status, the time, the version.
    done: BTreeMap<String, (String, i64, i64)>,
}

impl Words {
    fn of(tables: &Tables) -> Self {
        let rows = tables.get("conversion_report_consents").settled();
        let of_reports = settled(tables.get("conversion_report_consents"), &rows)
            .map(|row| (row.text("report_id").to_owned(), row.get("consent").clone()))
            .collect();
        let aliases: BTreeMap<Whose, Value> = named(tables.get("aliases"))
            .map(|row| {
                let alias = (row.get("page_id").clone(), row.get("alias").clone());
                (alias, row.get("person_id").clone())
            })
            .collect();
        let rows = tables.get("person_consents").settled();
        let mut of_people: BTreeMap<Whose, (u128, Value)> = BTreeMap::new();
        for row in settled(tables.get("person_consents"), &rows) {
            let (page, name) = row.whose();
            let person = aliases.get(&(page.clone(), name.clone())).cloned().unwrap_or(name);
            let said = (row.get("version").wide(), row.get("consent").clone());
            let stands = of_people.entry((page, person)).or_insert_with(|| said.clone());
            if said.0 > stands.0 {
                *stands = said;
            }
        }
        let rows = tables.get("feedback").settled();
        let done = settled(tables.get("feedback"), &rows)
            .map(|row| {
                let status = row.text("status").to_owned();
                let became = (status, row.number("time"), row.number("version"));
                (row.text("event_id").to_owned(), became)
            })
            .collect();
        Self { of_reports, of_people, done }
    }
}

/// Where a Page's people are.
fn channel_of(tables: &Tables, page: &Value) -> String {
    let mut rows = named(tables.get("conversations")).filter(|row| row.get("page_id") == page);
    rows.next().map_or_else(|| "messenger".to_owned(), |row| row.text("channel").to_owned())
}
