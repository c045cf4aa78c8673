//! What a team wrote down, and what is noted of days by itself: the model has neither annotations nor spend.

use super::super::statements::Answer;
use super::super::table::Tables;

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

fn none_of(tables: &Tables, table: &str, columns: Vec<(&'static str, &'static str)>) -> Answer {
    assert!(tables.get(table).settled().is_empty(), "the model does not know {table}");
    Answer { columns, rows: Vec::new() }
}
