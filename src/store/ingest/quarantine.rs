//! What could not be understood, tried again: after an upgrade it may be.

use crate::domain::Timestamp;
use crate::normalize::Settings;
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::ingest::batch::Rows;
use crate::store::rows::RefusalRow;

const QUARANTINED: &str = include_str!("../../../queries/ingest/quarantined.sql");

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
    let rows: Vec<RefusalRow> = store.fetch_all(store.client().query(QUARANTINED)).await?;
    let marks = store.marks()?;
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
