//! What the questions of `queries/` answer, said in Rust: the slow and obvious way.

mod feedback;
pub mod made;
mod reported;
mod reports;

use std::collections::BTreeSet;

use super::statements::{Answer, Parameters};
use super::table::{Row, Table, Tables};
use super::value::Value;

/// A Page and a person.
pub type Whose = (Value, Value);

/// Answers the question of that name at an instant (ms).
pub fn answer(name: &str, tables: &Tables, asked: Parameters<'_>, now: i64) -> Answer {
    match name {
        "changed_batches" => made::changed_batches(tables, asked),
        "changed_people" => made::changed_people(tables, asked),
        "taps_without_id" | "messages_without_id" => made::taps_without_id(tables),
        "standing_rows" => made::standing_rows(tables, asked),
        "newest_made" => {
            made::highest(tables, &["people", "conversations", "touchpoints", "conversions"])
        }
        "latest_version" => made::highest(tables, &[&asked.text("table")]),
        "clicked_links" => made::clicked_links(tables, asked),
        "clock" => Answer { columns: vec![("now", "Int64")], rows: vec![vec![Value::from(now)]] },
        "lease_now" => reports::lease_now(tables, asked, now),
        "reports_waiting" => reported::reports_waiting(tables, asked),
        "reports_to_match" => reported::reports_to_match(tables, asked),
        "events_of_reports" => reported::events_of_reports(tables, asked),
        "latest_report" => reported::latest_report(tables),
        "holders_of_reports" => reported::holders(tables, asked),
        "people_behind" => reported::people_behind(tables, asked),
        "people_seen" => reported::people_seen(tables, asked),
        "feedback_candidates" => feedback::candidates(tables, asked),
        "report_definitions" => reports::definitions(tables),
        "stored_funnel_versions" => nothing(&[("name", "String"), ("version", "UInt64")]),
        "page_names" => reports::page_names(tables),
        "report_schedule_since" => reports::schedule_since(tables, asked),
        "report_runs" => reports::runs(tables, asked),
        "report_deliveries" => reports::deliveries(tables, asked),
        "collection_state" => reports::collection_state(tables),
        "audiences" => reports::audiences(),
        "annotations" => nothing(&[
            ("id", "String"),
            ("day", "UInt16"),
            ("text", "String"),
            ("page_id", "String"),
            ("made_by", "String"),
            ("made_at", "Int64"),
            ("workspace", "String"),
        ]),
        "workspaces_with_reports" => nothing(&[("workspace", "String")]),
        "policy_events" => nothing(&[
            ("time", "Int64"),
            ("page_id", "String"),
            ("action", "String"),
            ("reason", "String"),
        ]),
        "first_spend" => nothing(&[
            ("day", "UInt16"),
            ("kind", "String"),
            ("many", "UInt64"),
            ("names", "Array(String)"),
        ]),
        "spend_imports" => nothing(&[
            ("imported_at", "UInt64"),
            ("ad_days", "UInt64"),
            ("first", "UInt16"),
            ("last", "UInt16"),
        ]),
        "incidents" => nothing(&INCIDENT),
        // Nothing is rebuilt here.
        "left_rebuilt" => Answer { columns: vec![("name", "String")], rows: Vec::new() },
        _ => panic!("the model does not know {name}"),
    }
}

/// The columns of incidents.
const INCIDENT: [(&str, &str); 12] = [
    ("id", "String"),
    ("rule", "String"),
    ("about", "String"),
    ("reason", "String"),
    ("severity", "String"),
    ("opened_at", "Int64"),
    ("last_seen_at", "Int64"),
    ("closed_at", "Nullable(Int64)"),
    ("acknowledged_by", "String"),
    ("snoozed_until", "Nullable(Int64)"),
    ("is_muted", "UInt8"),
    ("version", "UInt64"),
];

/// What nobody writes down and no alert finds here.
fn nothing(columns: &[(&'static str, &'static str)]) -> Answer {
    Answer { columns: columns.to_vec(), rows: Vec::new() }
}

/// A row whose columns are asked for by their names.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    table: &'a Table,
    row: &'a Row,
}

impl<'a> Named<'a> {
    pub fn get(self, column: &str) -> &'a Value {
        &self.row[self.table.definition.place(column)]
    }

    pub fn text(self, column: &str) -> &'a str {
        self.get(column).text()
    }

    pub fn number(self, column: &str) -> i64 {
        self.get(column).number()
    }

    /// (Page, person).
    pub fn whose(self) -> Whose {
        (self.get("page_id").clone(), self.get("person_id").clone())
    }

    /// These columns.
    pub fn pick(self, columns: &[&str]) -> Row {
        columns.iter().map(|column| self.get(column).clone()).collect()
    }
}

pub fn named(table: &Table) -> impl Iterator<Item = Named<'_>> {
    table.rows().map(move |row| Named { table, row })
}

/// `FINAL`.
pub fn settled<'a>(table: &'a Table, rows: &'a [Row]) -> impl Iterator<Item = Named<'a>> {
    rows.iter().map(move |row| Named { table, row })
}

pub fn set(list: Vec<Value>) -> BTreeSet<Value> {
    list.into_iter().collect()
}

/// By what ClickHouse orders UUIDs: by their second half first.
pub fn uuid_order(uuid: u128) -> (u64, u64) {
    (uuid as u64, (uuid >> 64) as u64)
}
