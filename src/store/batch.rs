//! A batch of journaled bodies as rows.

use std::hash::{DefaultHasher, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::rows::{EventRow, RefusalRow};
use super::{Store, StoreError};
use crate::domain::Timestamp;
use crate::journal::{Batch, Envelope, EnvelopeKind, Position};
use crate::normalize::{self, Normalized, Refusal, Settings};

/// The rows of a batch.
#[derive(Debug)]
pub(super) struct Rows {
    pub events: Vec<EventRow>,
    pub refusals: Vec<RefusalRow>,
    /// Tells blocks of different journals apart that have the same positions.
    pub fingerprint: u64,
}

impl Rows {
    pub(super) fn from_batch(batch: Batch, settings: &Settings) -> Self {
        let mut rows = Self { events: Vec::new(), refusals: Vec::new(), fingerprint: 0 };
        let mut hash = DefaultHasher::new();
        for (at, envelope) in batch.records {
            hash.write(&envelope.body);
            let received_at = Timestamp(envelope.received_at_ms);
            let found = normalize_safely(&envelope, settings);
            for event in found.events {
                // The same bodies under other rules, or another parser, are another block.
                hash.write_u128(event.id.0);
                hash.write_usize(event.text.len() + event.raw.len());
                rows.events.push(EventRow::new(event, received_at, rows.events.len()));
            }
            let refusals = found.refusals.into_iter();
            rows.refusals.extend(refusals.map(|one| RefusalRow::new(one, received_at, at)));
        }
        rows.fingerprint = hash.finish();
        rows
    }

    /// Inserts everything; events that ClickHouse refuses go into quarantine. The number of items
    /// that did.
    pub(super) async fn insert(&self, store: &Store, token: &str) -> Result<u64, StoreError> {
        let refused = store.insert_isolating("events", &self.events, token).await?;
        let mut refusals = self.refusals.clone();
        for (event, reason) in refused {
            tracing::error!(reason, "ClickHouse refused an event; it is in quarantine");
            refusals.push(event.refused(reason));
        }
        store.insert_block("quarantine", &refusals, token).await?;
        Ok(refusals.len() as u64)
    }
}

/// One body that the parser fails on must not hold up the others.
fn normalize_safely(envelope: &Envelope, settings: &Settings) -> Normalized {
    let EnvelopeKind::Webhook = envelope.kind;
    let received_at = Timestamp(envelope.received_at_ms);
    let work = || normalize::normalize(&envelope.body, received_at, settings);
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Normalized {
        events: Vec::new(),
        refusals: vec![Refusal {
            place: "body".to_owned(),
            reason: "the parser failed; this is a defect of this version".to_owned(),
            body: envelope.body.to_vec(),
        }],
    })
}

impl EventRow {
    /// Itself as a refusal.
    fn refused(&self, reason: String) -> RefusalRow {
        let received_at = Timestamp(self.received_at);
        let body = self.raw.clone().into_bytes();
        let refusal = Refusal { place: "row".to_owned(), reason, body };
        RefusalRow::new(refusal, received_at, Position::default())
    }
}
