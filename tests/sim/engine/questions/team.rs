//! What a team wrote down, and what is noted of days by itself: the model has neither annotations nor spend.

use super::super::statements::Answer;
use super::super::table::Tables;
use super::{Named, named};

pub fn annotations(tables: &Tables) -> Answer {
    let columns = vec![
        ("id", "String"),
        ("day", "Date"),
        ("text", "String"),
        ("page_id", "String"),
        ("made_by", "String"),
        ("made_at", "Int64"),
    ];
    none_of(tables, "annotations", columns)
}

pub fn first_spend(tables: &Tables) -> Answer {
    let columns =
        vec![("day", "Date"), ("kind", "String"), ("many", "UInt64"), ("names", "Array(String)")];
    none_of(tables, "ad_days", columns)
}

pub fn spend_imports(tables: &Tables) -> Answer {
    let columns =
        vec![("imported_at", "UInt64"), ("ad_days", "UInt64"), ("first", "Date"), ("last", "Date")];
    none_of(tables, "ad_days", columns)
}

pub fn policy_events(tables: &Tables) -> Answer {
    let columns =
        vec![("time", "Int64"), ("page_id", "String"), ("action", "String"), ("reason", "String")];
    let is_policy = |row: &Named<'_>| row.text("name") == "policy_enforcement";
    let mut policy = named(tables.get("events_by_person")).filter(is_policy);
    assert!(policy.next().is_none(), "the model does not know policy events");
    Answer { columns, rows: Vec::new() }
}

fn none_of(tables: &Tables, table: &str, columns: Vec<(&'static str, &'static str)>) -> Answer {
    assert!(tables.get(table).settled().is_empty(), "the model does not know {table}");
    Answer { columns, rows: Vec::new() }
}
