//! Reported conversions and whose they are.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::super::statements::{Answer, Parameters};
use super::super::table::{Row, Tables};
use super::super::value::Value;
use super::{Named, Whose, named, set, settled, uuid_order};

pub fn reports_waiting(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let keys = set(asked.list("keys"));
    let rows = named(tables.get("waiting_conversions")).filter(|row| keys.contains(row.get("key")));
    let ids: BTreeSet<Value> = rows.map(|row| row.get("report_id").clone()).collect();
    let rows = ids.into_iter().map(|id| vec![id]).collect();
    Answer { columns: vec![("report_id", "String")], rows }
}

pub fn reports_to_match(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let ids = set(asked.list("ids"));
    let said = tables.get("conversion_report_consents").settled();
    let said: BTreeMap<Value, (Value, Value)> =
        settled(tables.get("conversion_report_consents"), &said)
            .map(|row| {
                let word = (row.get("consent").clone(), row.get("version").clone());
                (row.get("report_id").clone(), word)
            })
            .collect();
    let reports = tables.get("conversion_reports").settled();
    let reports = settled(tables.get("conversion_reports"), &reports);
    let rows = reports.filter(|row| ids.contains(row.get("report_id"))).map(|row| {
        let mut picked = row.pick(&[
            "report_id",
            "name",
            "time",
            "value",
            "currency",
            "is_retracted",
            "page_id",
            "person_id",
            "click",
            "contacts",
            "received_at",
            "version",
        ]);
        let (consent, version) =
            said.get(row.get("report_id")).cloned().unwrap_or((Value::Null, Value::Wide(0)));
        picked.extend([consent, version]);
        picked
    });
    let columns = vec![
        ("report_id", "String"),
        ("name", "String"),
        ("time", "Int64"),
        ("value", "Nullable(Decimal(18, 4))"),
        ("currency", "String"),
        ("is_retracted", "UInt8"),
        ("page_id", "String"),
        ("person_id", "String"),
        ("click", "String"),
        ("contacts", "Array(String)"),
        ("received_at", "Int64"),
        ("version", "UInt128"),
        ("consent", "Nullable(UInt8)"),
        ("consent_version", "UInt128"),
    ];
    Answer { columns, rows: rows.collect() }
}

pub fn events_of_reports(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let ids = set(asked.list("ids"));
    let mut found: BTreeMap<(Value, Value, (u64, u64)), Row> = BTreeMap::new();
    for row in named(tables.get("conversion_report_events"))
        .filter(|row| ids.contains(row.get("report_id")))
    {
        let uuid = uuid_order(row.get("event_id").wide());
        let key = (row.get("report_id").clone(), row.get("version").clone(), uuid);
        found.entry(key).or_insert_with(|| {
            row.pick(&[
                "report_id",
                "event_id",
                "matched_by",
                "page_id",
                "person_id",
                "time",
                "version",
            ])
        });
    }
    let columns = vec![
        ("report_id", "String"),
        ("event_id", "UUID"),
        ("matched_by", "String"),
        ("page_id", "String"),
        ("person_id", "String"),
        ("time", "Int64"),
        ("version", "UInt128"),
    ];
    Answer { columns, rows: found.into_values().collect() }
}

pub fn latest_report(tables: &Tables) -> Answer {
    let latest = named(tables.get("conversion_reports")).map(|row| row.number("received_at")).max();
    let rows = vec![vec![Value::from(latest.unwrap_or(0))]];
    Answer { columns: vec![("received_at", "Int64")], rows }
}

pub fn holders(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let ids = set(asked.list("ids"));
    let mut found: BTreeMap<Value, Named<'_>> = BTreeMap::new();
    // Of one version somebody before nobody, then the first event.
    let order = |row: &Named<'_>| {
        let uuid = uuid_order(row.get("event_id").wide());
        (row.get("version").wide(), !row.text("person_id").is_empty(), Reverse(uuid))
    };
    for row in named(tables.get("conversion_report_events"))
        .filter(|row| ids.contains(row.get("report_id")))
    {
        let stands = found.entry(row.get("report_id").clone()).or_insert(row);
        if order(&row) > order(stands) {
            *stands = row;
        }
    }
    let rows = found.into_values().map(|row| row.pick(&["report_id", "page_id", "person_id"]));
    let columns = vec![("report_id", "String"), ("page_id", "String"), ("person_id", "String")];
    Answer { columns, rows: rows.collect() }
}

pub fn people_behind(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let keys = set(asked.list("keys"));
    let mut found: BTreeSet<Row> = BTreeSet::new();
    for (table, key) in [("arrivals", "click"), ("contacts", "hash")] {
        let rows = named(tables.get(table)).filter(|row| keys.contains(row.get(key)));
        found.extend(rows.map(|row| row.pick(&[key, "page_id", "person_id"])));
    }
    let columns = vec![("key", "String"), ("page_id", "String"), ("person_id", "String")];
    Answer { columns, rows: found.into_iter().collect() }
}

pub fn people_seen(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let people: BTreeSet<Whose> =
        asked.list("pages").into_iter().zip(asked.list("people")).collect();
    let mut seen: BTreeMap<Whose, i64> = BTreeMap::new();
    for row in named(tables.get("events_by_person")) {
        if people.contains(&row.whose()) && row.text("kind") != "conversion" {
            let last = seen.entry(row.whose()).or_insert(i64::MIN);
            *last = row.number("time").max(*last);
        }
    }
    let rows = seen.into_iter().map(|((page, person), last)| vec![page, person, Value::from(last)]);
    let columns = vec![("page_id", "String"), ("person_id", "String"), ("last_seen", "Int64")];
    Answer { columns, rows: rows.collect() }
}
