//! What must be true of what Meta and the chat were told.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::engine::questions::{Named, settled};
use crate::engine::table::Tables;
use crate::outside::Told;

/// A conversion is told if it is no older than that, milliseconds.
const MAX_AGE: i64 = 27 * 86_400_000;

/// Each conversion was told once, or again under the same id, and that is noted.
pub fn feedback(tables: &Tables, told: &Told, now: i64, found: &mut Vec<String>) {
    let conversions = tables.get("conversions").settled();
    let event = |row: &Named<'_>| uuid::Uuid::from_u128(row.get("event_id").wide());
    let mut known = BTreeMap::new();
    for row in settled(tables.get("conversions"), &conversions) {
        let name = match row.text("name") {
            "lead" => "LeadSubmitted",
            "purchase" => "Purchase",
            _ => continue,
        };
        let id = hex::encode(&Sha256::digest(format!("event {}", event(&row)))[..16]);
        known.insert((id, name.to_owned()), row.number("time"));
    }
    let noted = tables.get("feedback").settled();
    let noted: BTreeMap<&str, &str> = settled(tables.get("feedback"), &noted)
        .map(|row| (row.text("event_id"), row.text("status")))
        .collect();
    for key in told.keys().filter(|key| !known.contains_key(*key)) {
        found.push(format!("Meta was told of {key:?}, which is no conversion"));
    }
    for (key, time) in known {
        let status = noted.get(key.0.as_str()).copied().unwrap_or_default();
        let is_told = told.contains_key(&key);
        // At the limit of its age either may be.
        let is_due = now - time < MAX_AGE - 7_200_000;
        if is_due && !is_told {
            found.push(format!("Meta was not told of {key:?}, noted {status:?}"));
        }
        if is_told && status != "sent" && is_due {
            found.push(format!("Meta was told of {key:?}, and {status:?} is noted"));
        }
        if !is_told && status == "sent" {
            found.push(format!("{key:?} is noted as sent, and Meta does not know it"));
        }
    }
}

/// Whether a run is under way.
pub fn is_running(tables: &Tables) -> bool {
    let runs = tables.get("report_runs").settled();
    settled(tables.get("report_runs"), &runs).any(|row| row.text("status") == "running")
}

/// Each run came to the chat at most once, and what is said of it is true.
pub fn reports(tables: &Tables, taken: &BTreeMap<String, u64>, found: &mut Vec<String>) {
    for (run, times) in taken.iter().filter(|(_, times)| **times > 1) {
        found.push(format!("the chat has {run} {times} times"));
    }
    let deliveries = tables.get("report_deliveries").settled();
    let deliveries: BTreeMap<&str, &str> = settled(tables.get("report_deliveries"), &deliveries)
        .map(|row| (row.text("run"), row.text("status")))
        .collect();
    let runs = tables.get("report_runs").settled();
    let mut known = BTreeSet::new();
    for row in settled(tables.get("report_runs"), &runs) {
        let (run, status) = (row.text("run"), row.text("status"));
        known.insert(run);
        let delivery = deliveries.get(run).copied().unwrap_or_default();
        let is_taken = taken.contains_key(run);
        let is_true = match (status, delivery) {
            ("done", "sent") => is_taken,
            ("failed" | "given_up", "failed" | "") => !is_taken,
            ("done", "uncertain") | ("failed" | "given_up", "sent" | "uncertain" | "sending") => {
                true
            }
            _ => false,
        };
        if !is_true {
            found.push(format!("{run} is {status}, its delivery {delivery}, taken: {is_taken}"));
        }
    }
    for run in taken.keys().filter(|run| !known.contains(run.as_str())) {
        found.push(format!("the chat has {run}, of which nothing is noted"));
    }
}
