//! Reports by schedule, and leases.

use std::collections::BTreeMap;

use super::super::statements::{Answer, Parameters};
use super::super::table::{Row, Tables};
use super::super::value::Value;
use super::{Named, named, set, settled};

pub fn lease_now(tables: &Tables, asked: Parameters<'_>, now: i64) -> Answer {
    let work = asked.text("work");
    let own: Vec<Named<'_>> =
        named(tables.get("claims")).filter(|row| row.text("work") == work).collect();
    let columns =
        vec![("turn", "UInt32"), ("holder", "String"), ("until", "Int64"), ("now", "Int64")];
    let Some(turn) = own.iter().map(|row| row.number("turn")).max() else {
        return Answer { columns, rows: Vec::new() };
    };
    let of_turn = || own.iter().filter(|row| row.number("turn") == turn);
    let holder = of_turn().map(|row| row.get("holder").clone()).next();
    let latest = now + asked.number("longest");
    let until = of_turn().map(|row| row.number("until")).filter(|until| *until <= latest).max();
    let row = vec![
        Value::from(turn),
        holder.unwrap_or(Value::Null),
        Value::from(until.unwrap_or_default()),
        Value::from(now),
    ];
    Answer { columns, rows: vec![row] }
}

pub fn definitions(tables: &Tables) -> Answer {
    let rows = tables.get("report_definitions").settled();
    let rows = settled(tables.get("report_definitions"), &rows);
    let rows = rows.map(|row| row.pick(&["name", "definition"])).collect();
    Answer { columns: vec![("name", "String"), ("definition", "String")], rows }
}

pub fn page_names(tables: &Tables) -> Answer {
    let table = tables.get("page_names");
    let all = table.settled();
    let mut rows: Vec<Named<'_>> =
        settled(table, &all).filter(|row| !row.text("name").is_empty()).collect();
    rows.sort_by_key(|row| (row.text("page_id"), row.text("origin")));
    let rows = rows.into_iter().map(|row| row.pick(&["page_id", "name"])).collect();
    Answer { columns: vec![("page_id", "String"), ("name", "String")], rows }
}

pub fn schedule_since(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let report = asked.text("report");
    let own = named(tables.get("report_schedules")).filter(|row| row.text("report") == report);
    let latest = own.max_by(|a, b| {
        let since = |row: &Named<'_>| (row.get("version").clone(), row.number("since"));
        // Of one version and instant the first in order.
        since(a).cmp(&since(b)).then_with(|| b.text("schedule").cmp(a.text("schedule")))
    });
    let rows = latest.map(|row| row.pick(&["schedule", "since"])).into_iter().collect();
    Answer { columns: vec![("schedule", "String"), ("since", "Int64")], rows }
}

pub fn runs(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let (report, run) = (asked.text("report"), asked.text("run"));
    let is_unfinished = asked.is("is_unfinished");
    let all = tables.get("report_runs").settled();
    let mut rows: Vec<Row> = settled(tables.get("report_runs"), &all)
        .filter(|row| report.is_empty() || row.text("report") == report)
        .filter(|row| run.is_empty() || row.text("run") == run)
        .filter(|row| {
            !is_unfinished || ["asked", "running", "failed"].contains(&row.text("status"))
        })
        .map(|row| {
            row.pick(&[
                "report",
                "run",
                "due_at",
                "by_hand",
                "status",
                "attempt",
                "started_at",
                "ended_at",
                "told",
                "error",
                "version",
            ])
        })
        .collect();
    rows.sort_by(|a, b| (b[6].number(), &a[1]).cmp(&(a[6].number(), &b[1])));
    rows.truncate(usize::try_from(asked.number("limit")).unwrap());
    let columns = vec![
        ("report", "String"),
        ("run", "String"),
        ("due_at", "Int64"),
        ("by_hand", "UInt8"),
        ("status", "String"),
        ("attempt", "UInt32"),
        ("started_at", "Int64"),
        ("ended_at", "Nullable(Int64)"),
        ("told", "String"),
        ("error", "String"),
        ("version", "UInt64"),
    ];
    Answer { columns, rows }
}

pub fn deliveries(tables: &Tables, asked: Parameters<'_>) -> Answer {
    let runs = set(asked.list("runs"));
    let all = tables.get("report_deliveries").settled();
    let found = settled(tables.get("report_deliveries"), &all);
    let found = found.filter(|row| runs.contains(row.get("run"))).map(|row| {
        let key = (row.get("run").clone(), row.get("destination").clone());
        (key, row.pick(&["run", "destination", "status", "error", "changed_at", "version"]))
    });
    let found: BTreeMap<_, Row> = found.collect();
    let columns = vec![
        ("run", "String"),
        ("destination", "String"),
        ("status", "String"),
        ("error", "String"),
        ("changed_at", "Int64"),
        ("version", "UInt64"),
    ];
    Answer { columns, rows: found.into_values().collect() }
}

pub fn collection_state(tables: &Tables) -> Answer {
    let times = || named(tables.get("events_by_person")).map(|row| row.number("time"));
    let made = named(tables.get("people")).map(|row| row.number("made_at")).max();
    let row = vec![
        Value::from(times().count() as i64),
        Value::from(times().min().unwrap_or(0)),
        Value::from(times().max().unwrap_or(0)),
        Value::from(made.unwrap_or(0)),
        Value::from(0),
    ];
    let columns = vec![
        ("events", "UInt64"),
        ("first_event", "Int64"),
        ("last_event", "Int64"),
        ("made_at", "Int64"),
        ("quarantined", "UInt64"),
    ];
    Answer { columns, rows: vec![row] }
}

/// No list of customers is uploaded here.
pub fn audiences() -> Answer {
    let columns = vec![
        ("audience", "String"),
        ("members", "UInt64"),
        ("imported_at", "Int64"),
        ("known", "UInt64"),
        ("people", "UInt64"),
        ("conversations", "UInt64"),
        ("leads", "UInt64"),
        ("purchases", "UInt64"),
    ];
    Answer { columns, rows: Vec::new() }
}
