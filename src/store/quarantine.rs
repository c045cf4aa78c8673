//! What could not be understood, tried again: after an upgrade it may be.

use super::made::ChangedRow;
use super::rows::{EventRow, RefusalRow};
use super::{Store, StoreError, queries};
use crate::domain::Timestamp;
use crate::normalize::{self, Settings};

/// What a replay did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replayed {
    /// Items that were tried.
    pub tried: u64,
    /// Items that are understood now; their events are stored.
    pub understood: u64,
    /// Their events.
    pub events: u64,
}

/// Items that are tried and stored at once.
const AT_ONCE: usize = 10_000;

/// Normalizes again what is in quarantine, and stores the events of what is understood now. An
/// item counts as understood only if nothing of it is refused.
///
/// # Errors
/// If ClickHouse fails; what was stored until then is stored, and running again is harmless.
pub async fn replay_quarantined(
    store: &Store,
    settings: &Settings,
    now: Timestamp,
) -> Result<Replayed, StoreError> {
    let failed = |error| store.failed(error);
    let rows: Vec<RefusalRow> =
        store.client().query(queries::QUARANTINED).fetch_all().await.map_err(failed)?;
    let marks = store.marks();
    let mut replayed = Replayed { tried: rows.len() as u64, ..Replayed::default() };
    for rows in rows.chunks(AT_ONCE) {
        let mut events = Vec::new();
        let mut understood = Vec::new();
        for row in rows {
            let received_at = Timestamp(row.received_at);
            let found = normalize::normalize(&row.body, received_at, settings);
            if found.refusals.is_empty() {
                for event in found.events.into_iter().filter(|event| !marks.covers(event)) {
                    events.push(EventRow::new(event, received_at, events.len()));
                }
                understood.push(RefusalRow { replayed_at: now.0, ..row.clone() });
            }
        }
        let token = uuid::Uuid::new_v4().to_string();
        store.insert_block("events_by_person", &events, &token).await?;
        let number = now.micros();
        let changed = ChangedRow::of_events(&events, number);
        store.note_changed(&changed, &token).await?;
        store.insert_block("quarantine", &understood, &token).await?;
        replayed.understood += understood.len() as u64;
        replayed.events += events.len() as u64;
    }
    Ok(replayed)
}
