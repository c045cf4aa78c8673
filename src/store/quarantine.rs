//! What could not be understood, tried again: after an upgrade it may be.

use super::batch::Rows;
use super::rows::RefusalRow;
use super::{Store, StoreError, queries};
use crate::domain::Timestamp;
use crate::normalize::Settings;

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
        let (found, understood) = Rows::of_refused(rows, settings, &marks, now.micros());
        let token = uuid::Uuid::new_v4().to_string();
        found.insert(store, &token).await?;
        let understood: Vec<RefusalRow> = understood
            .into_iter()
            .map(|row| RefusalRow { replayed_at: now.0, ..row.clone() })
            .collect();
        store.insert_block("quarantine", &understood, &format!("{token}-understood")).await?;
        replayed.understood += understood.len() as u64;
        replayed.events += found.events.len() as u64;
    }
    Ok(replayed)
}
