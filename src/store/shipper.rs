//! From the journal into ClickHouse: read a batch, normalize it, insert it as one block, move the
//! checkpoint. A batch that was inserted but not checkpointed is shipped again after a crash and
//! changes nothing: its events have the same ids.

use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::rows::{EventRow, RefusalRow};
use super::{Store, StoreError};
use crate::domain::Timestamp;
use crate::journal::{Batch, EnvelopeKind, Journal, Position, Reader};
use crate::normalize::{self, Settings};

/// Journal bytes in one batch.
const BATCH_BYTES: usize = 8 << 20;
/// How long a batch may fill up while traffic comes in.
const LINGER: Duration = Duration::from_millis(200);
const FIRST_RETRY: Duration = Duration::from_millis(200);
const LONGEST_RETRY: Duration = Duration::from_secs(15);

/// What has been shipped so far, by this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Everything up to here is in ClickHouse.
    pub position: Position,
    /// Bodies shipped.
    pub bodies: u64,
    /// Events in them.
    pub events: u64,
    /// Parts of them that were quarantined.
    pub refusals: u64,
}

/// Ships one journal.
#[derive(Debug)]
pub struct Shipper {
    store: Store,
    settings: Settings,
    reader: Reader,
    durable: watch::Receiver<Position>,
    progress: watch::Sender<Progress>,
    keep: Duration,
}

impl Shipper {
    /// A shipper of `journal`; shipped segments are removed after `keep`.
    ///
    /// # Errors
    /// If the journal's checkpoint cannot be read.
    pub fn new(
        journal: &Journal,
        store: Store,
        settings: Settings,
        keep: Duration,
    ) -> Result<Self, StoreError> {
        let reader = journal.reader()?;
        let progress = Progress { position: reader.position(), ..Progress::default() };
        let progress = watch::channel(progress).0;
        Ok(Self { store, settings, reader, durable: journal.watch(), progress, keep })
    }

    /// Follows what has been shipped.
    #[must_use]
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Ships until `stop`; then ships what is on disk, once, and returns.
    ///
    /// # Errors
    /// If the journal cannot be read or the checkpoint cannot be written. ClickHouse's errors are
    /// retried for as long as it takes.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), StoreError> {
        // The journal's writer is gone when its last handle is; what it wrote is still to ship.
        let mut is_last = false;
        loop {
            // Asked before shipping: what was written before the stop is shipped after it.
            is_last |= stop.is_cancelled();
            while self.ship_batch(&stop).await? {}
            self.reader.remove_shipped(self.keep, now())?;
            if is_last {
                return Ok(());
            }
            tokio::select! {
                changed = self.durable.changed() => is_last = changed.is_err(),
                () = stop.cancelled() => {}
            }
            tokio::select! { () = tokio::time::sleep(LINGER) => {}, () = stop.cancelled() => {} }
        }
    }

    /// Ships everything that is on disk now, and returns.
    ///
    /// # Errors
    /// If the journal or, after a few tries, ClickHouse fails.
    pub async fn drain(&mut self) -> Result<Progress, StoreError> {
        let patience = CancellationToken::new();
        patience.cancel();
        while self.ship_batch(&patience).await? {}
        self.reader.remove_shipped(self.keep, now())?;
        Ok(*self.progress.borrow())
    }

    /// Ships one batch; `false` if there was none. After `stop` an insert is tried three times.
    async fn ship_batch(&mut self, stop: &CancellationToken) -> Result<bool, StoreError> {
        let until = *self.durable.borrow_and_update();
        let batch = self.reader.peek(until, BATCH_BYTES)?;
        let end = batch.end;
        let settings = self.settings.clone();
        let start = self.reader.position();
        let bodies = batch.records.len() as u64;
        if bodies > 0 {
            let rows = tokio::task::spawn_blocking(move || Rows::from_batch(batch, &settings));
            let Ok(rows) = rows.await else { return Ok(false) };
            let token = format!("{start:?}-{end:?}-{}", rows.fingerprint);
            let mut wait = FIRST_RETRY;
            let mut tries = 0;
            while let Err(error) = self.insert(&rows, &token).await {
                tries += 1;
                if stop.is_cancelled() && tries >= 3 {
                    return Err(error);
                }
                tracing::warn!(%error, tries, retry_in = ?wait, "ClickHouse took no events");
                tokio::select! { () = tokio::time::sleep(wait) => {}, () = stop.cancelled() => {} }
                wait = (wait * 2).min(LONGEST_RETRY);
            }
            self.progress.send_modify(|progress| {
                progress.bodies += bodies;
                progress.events += rows.events.len() as u64;
                progress.refusals += rows.refusals.len() as u64;
            });
        }
        self.reader.advance(end)?;
        self.progress.send_modify(|progress| progress.position = end);
        Ok(bodies > 0)
    }

    async fn insert(&self, rows: &Rows, token: &str) -> Result<(), StoreError> {
        self.insert_block("events", &rows.events, token).await?;
        self.insert_block("quarantine", &rows.refusals, token).await
    }

    async fn insert_block<R>(&self, table: &str, rows: &[R], token: &str) -> Result<(), StoreError>
    where
        R: clickhouse::RowOwned + serde::Serialize,
        for<'a> R: clickhouse::RowWrite<Value<'a> = R>,
    {
        if rows.is_empty() {
            return Ok(());
        }
        let failed = |error| self.store.failed(error);
        let mut insert = self
            .store
            .client
            .insert::<R>(table)
            .await
            .map_err(failed)?
            .with_setting("insert_deduplication_token", token)
            .with_setting("async_insert", "0")
            // Late events of many months may come in one block.
            .with_setting("max_partitions_per_insert_block", "0")
            .with_timeouts(Some(Duration::from_secs(30)), Some(Duration::from_secs(120)));
        for row in rows {
            insert.write(row).await.map_err(failed)?;
        }
        insert.end().await.map_err(failed)
    }
}

#[expect(clippy::disallowed_methods, reason = "the age of files is measured by the same clock")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// A batch as rows.
struct Rows {
    events: Vec<EventRow>,
    refusals: Vec<RefusalRow>,
    /// Tells blocks of different journals apart that have the same positions.
    fingerprint: u64,
}

impl Rows {
    fn from_batch(batch: Batch, settings: &Settings) -> Self {
        use std::hash::{DefaultHasher, Hasher};
        let mut rows = Self { events: Vec::new(), refusals: Vec::new(), fingerprint: 0 };
        let mut hash = DefaultHasher::new();
        for (at, envelope) in batch.records {
            hash.write(&envelope.body);
            let received_at = Timestamp(envelope.received_at_ms);
            let EnvelopeKind::Webhook = envelope.kind;
            let found = normalize::normalize(&envelope.body, received_at, settings);
            let events = found.events.into_iter();
            rows.events.extend(events.map(|event| EventRow::new(event, received_at)));
            let refusals = found.refusals.into_iter();
            rows.refusals.extend(refusals.map(|one| RefusalRow::new(one, received_at, at)));
        }
        rows.fingerprint = hash.finish();
        rows
    }
}
