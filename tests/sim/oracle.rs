//! What must be true when everything has calmed down.

use std::collections::{BTreeMap, BTreeSet};

use messenger_funnel::analysis::walk_threads;
use messenger_funnel::domain::Timestamp;
use messenger_funnel::normalize::{Settings, normalize};
use messenger_funnel::synthetic::Truth;
use polars_core::frame::DataFrame;

use crate::engine::arrow;
use crate::engine::frames::walkable;
use crate::engine::table::{Row, Tables};
use crate::engine::value::Value;

/// What is wrong, in words; empty if nothing is.
pub fn findings(tables: &Tables, acknowledged: &[Vec<u8>], truth: &Truth) -> Vec<String> {
    let mut found = Vec::new();
    events(tables, acknowledged, truth, &mut found);
    made(tables, &mut found);
    figures(tables, truth, &mut found);
    found
}

/// Each acknowledged event is there, and no other.
fn events(tables: &Tables, acknowledged: &[Vec<u8>], truth: &Truth, found: &mut Vec<String>) {
    let settings = Settings::default();
    // Times that are compared with that of receipt are none of this traffic's.
    let received_at = Timestamp(i64::MAX / 2);
    let wanted: BTreeSet<u128> = acknowledged
        .iter()
        .flat_map(|body| normalize(body, received_at, &settings).events)
        .map(|event| event.id.0)
        .collect();
    let table = tables.get("events_by_person");
    let at = table.definition.place("event_id");
    let stored: Vec<u128> = table.settled().iter().map(|row| row[at].wide()).collect();
    let is: BTreeSet<u128> = stored.iter().copied().collect();
    if stored.len() != is.len() {
        found.push(format!("{} events stand twice", stored.len() - is.len()));
    }
    let (lost, more) = (wanted.difference(&is).count(), is.difference(&wanted).count());
    if lost + more > 0 {
        found.push(format!("of {} events {lost} are lost, {more} nobody sent", wanted.len()));
    }
    let told = truth.events + truth.conversions;
    if wanted.len() as u64 != told {
        found.push(format!("{} events were acknowledged, {told} happened", wanted.len()));
    }
    let refused = tables.get("quarantine").settled().len();
    if refused > 0 {
        found.push(format!("{refused} items are in quarantine"));
    }
}

/// Conversations, touchpoints and conversions are as if they were made from nothing.
fn made(tables: &Tables, found: &mut Vec<String>) {
    let is_somebody = |whose: &(Value, Value)| !whose.1.text().is_empty();
    let events = walkable(
        tables,
        |whose, _| is_somebody(whose),
        |whose| is_somebody(whose).then(|| whose.clone()),
    );
    let threads = walk_threads(events).unwrap();
    compare(tables, "conversations", &threads.conversations, found);
    compare(tables, "touchpoints", &threads.touchpoints, found);
    compare(tables, "conversions", &threads.conversions, found);
}

fn compare(tables: &Tables, name: &str, wanted: &DataFrame, found: &mut Vec<String>) {
    let table = tables.get(name);
    let columns: Vec<usize> =
        wanted.columns().iter().map(|column| table.definition.place(column.name())).collect();
    let pick = |row: Row| -> Row { columns.iter().map(|at| row[*at].clone()).collect() };
    let count = |rows: Vec<Row>| {
        let mut counts: BTreeMap<Row, i64> = BTreeMap::new();
        for row in rows {
            *counts.entry(pick(row)).or_default() += 1;
        }
        counts
    };
    let wanted = count(arrow::rows_of(wanted, table.definition));
    let is = count(table.settled());
    if wanted != is {
        let missing: Vec<_> = wanted.keys().filter(|row| !is.contains_key(*row)).collect();
        let more: Vec<_> = is.keys().filter(|row| !wanted.contains_key(*row)).collect();
        let (m, n) = (missing.len(), more.len());
        let one = |rows: &[&Row]| rows.first().map_or(String::new(), |row| format!("{row:?}"));
        let (missing, more) = (one(&missing), one(&more));
        found.push(format!(
            "{name}: {m} are missing, {n} should not be there; missing {missing}, there {more}"
        ));
    }
}

/// The funnel is the one that the traffic's own books tell.
fn figures(tables: &Tables, truth: &Truth, found: &mut Vec<String>) {
    let table = tables.get("conversations");
    let (depth, source) = (table.definition.place("depth"), table.definition.place("source"));
    let rows = table.settled();
    let mut steps = vec![0_u64; truth.steps.len()];
    let mut opened: BTreeMap<&str, u64> = BTreeMap::new();
    for row in &rows {
        for step in &mut steps[..=usize::try_from(row[depth].number()).unwrap()] {
            *step += 1;
        }
        *opened.entry(row[source].text()).or_default() += 1;
    }
    let true_steps: Vec<u64> = truth.steps.iter().map(|step| step.count).collect();
    if steps != true_steps {
        found.push(format!("the funnel is {steps:?}, in truth {true_steps:?}"));
    }
    let true_opened: BTreeMap<&str, u64> =
        truth.by_source.iter().map(|(source, steps)| (*source, steps[0].count)).collect();
    if opened != true_opened {
        found.push(format!("sources are {opened:?}, in truth {true_opened:?}"));
    }
    let conversions = tables.get("conversions").settled().len() as u64;
    if conversions != truth.conversions {
        found.push(format!("{conversions} conversions, in truth {}", truth.conversions));
    }
}
