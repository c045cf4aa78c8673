//! Conversions that an earlier edition of parser and rules made of some events, and this one does not: where webhooks are
//! read again they are taken back. A later edition may make them again.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use uuid::Uuid;

use crate::domain::{EventId, Kind, Timestamp};
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::ingest::stored_raw::StoredRow;
use crate::store::ingest::told_twice::{Instant, TOLD_AT, fingerprint, in_questions};
use crate::store::rows::EventRow;
use crate::store::rows::reading::{Reading, Weight, edition_of};

impl Store {
    /// Takes back what earlier editions than this one made of some events, and it does not.
    ///
    /// # Errors
    /// If ClickHouse fails; it can be done again.
    pub(super) async fn take_back_unmade(
        &self,
        events: &[EventRow],
        edition: u16,
        token: &str,
    ) -> Result<(), StoreError> {
        let is_made = |row: &&EventRow| row.kind == Kind::Conversion.as_str();
        let made: HashSet<Uuid> = events.iter().filter(is_made).map(|row| row.event_id).collect();
        let causes = events.iter().filter(|row| !is_made(row) && !row.person_id.is_empty());
        let instants: BTreeSet<Instant> = causes.clone().map(Instant::of).collect();
        let causes: HashSet<String> =
            causes.map(|row| EventId(row.event_id.as_u128()).to_string()).collect();
        let mut written = Vec::new();
        for part in in_questions(&instants.into_iter().collect::<Vec<_>>()) {
            let rows = self.at::<StoredRow>(TOLD_AT, part).await?;
            written.extend(unmade(rows, &causes, &made, edition));
        }
        if written.is_empty() {
            return Ok(());
        }
        let identity: Vec<_> = written.iter().map(|row| (row.event_id, row.version)).collect();
        let token = format!("{token}-unmade-{}", fingerprint(&identity));
        self.insert_block("events_by_person", &written, &token).await
    }
}

/// The rows that take back which conversions of these `causes` are not `made` any more.
fn unmade(
    rows: Vec<StoredRow>,
    causes: &HashSet<String>,
    made: &HashSet<Uuid>,
    edition: u16,
) -> Vec<StoredRow> {
    let mut standing: BTreeMap<Uuid, StoredRow> = BTreeMap::new();
    for row in rows {
        if standing.get(&row.event_id).is_none_or(|best| best.version < row.version) {
            standing.insert(row.event_id, row);
        }
    }
    let is_unmade = |row: &StoredRow| {
        let is_ours = row.cause().is_some_and(|cause| causes.contains(&cause));
        is_ours
            && !row.is_taken_back()
            && !made.contains(&row.event_id)
            && edition_of(row.version, weight(row)) < edition
    };
    standing.into_values().filter(is_unmade).map(|row| taken_back(&row, edition)).collect()
}

/// Below all that this edition makes of the event, which another copy of it may tell.
fn taken_back(row: &StoredRow, edition: u16) -> StoredRow {
    let last = Reading { edition, checksum: 0, nth: u8::MAX };
    let version = last.version(Timestamp(row.time), weight(row));
    StoredRow { version, ..row.taken_back() }
}

/// How much a stored conversion says.
fn weight(row: &StoredRow) -> Weight {
    let has_sender = !row.app_id.is_empty() || !row.persona_id.is_empty();
    Weight::told(!row.source.is_empty(), !row.payload.is_empty(), has_sender)
}
