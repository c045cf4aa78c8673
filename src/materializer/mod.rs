//! Keeps conversations, touchpoints and conversions up to date with the events: only people with new
//! events are looked at, and of those only what may have changed. The result is the same as if all
//! were made from nothing, in whatever order events come ([`rebuild()`] proves it).
//!
//! One process at a time works: the holder of the lease ([`Materializer::lease`]). Each step may be done twice: rows
//! that are no more are taken away first, then the person's lists are written, then the rows, and only then are the
//! people worked off.
//!
//! A process that was stopped longer than its lease lasts goes on where it was, beside another. What it writes has a
//! lower version. Rows that the other cannot know of it does not write: it asks between the lists and the rows whether
//! the lease still is its own, and who has had it since has read these lists.

mod making;
mod rebuild;
mod waiting;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use metrics::{counter, gauge};
use polars_core::frame::DataFrame;
use polars_core::prelude::Column;
use rustc_hash::FxHashMap;
use thiserror::Error;
use tokio::sync::watch;

pub use making::{Making, bound, make};
pub use rebuild::{Difference, Rebuilt, rebuild};

use crate::store::{
    ChangedBatch, ChangedPerson, Lease, MaterializedTables, OneTimeWork, Store, StoreError,
};
use waiting::{Waiting, lots};

/// How often changes that another process has shipped are looked for.
const IDLE: Duration = Duration::from_secs(1);
/// How long changes gather between two rounds.
const GATHERING: Duration = Duration::from_millis(300);
const FIRST_RETRY: Duration = Duration::from_millis(500);
const LONGEST_RETRY: Duration = Duration::from_secs(30);

/// Why conversations could not be made.
#[derive(Debug, Error)]
pub enum MaterializeError {
    /// ClickHouse failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The arithmetic failed.
    #[error("making conversations: {0}")]
    Analysis(#[from] polars_core::error::PolarsError),
    /// The work was cut off, by a panic or by shutting down.
    #[error("making conversations was cut off: {0}")]
    CutOff(String),
}

fn cut_off(error: tokio::task::JoinError) -> MaterializeError {
    MaterializeError::CutOff(error.to_string())
}

/// Makes conversations of one database's events.
#[derive(Debug, Clone)]
pub struct Materializer {
    store: Store,
    lock: PathBuf,
    /// UTC milliseconds: by it only the time is told at which something was made.
    clock: fn() -> i64,
    waiting: Arc<Waiting>,
}

impl Materializer {
    /// Works on `store`; the file `lock` is that of its lease, and names the work.
    #[must_use]
    pub fn new(store: Store, lock: PathBuf, clock: fn() -> i64) -> Self {
        Self { store, lock, clock, waiting: Arc::new(Waiting::new()) }
    }

    /// Since when changes wait, as far as this process knows; `None`: none do.
    #[must_use]
    pub fn waiting(&self) -> watch::Receiver<Option<Instant>> {
        self.waiting.oldest()
    }

    /// Works whenever `shipped` tells of something new, and once more when that ends. Failures are
    /// retried.
    pub async fn run<T>(self, mut shipped: watch::Receiver<T>) {
        let mut wait = FIRST_RETRY;
        let (mut is_swept, mut is_whole) = (false, false);
        loop {
            if !is_swept {
                let swept = self.sweep().await;
                is_swept = swept
                    .inspect_err(|error| tracing::warn!(%error, "a rebuild's tables are left"))
                    .is_ok();
            }
            if !is_whole {
                let whole = self.make_sequences_of_before().await;
                is_whole = whole
                    .inspect_err(|error| tracing::warn!(%error, "there are no sequences yet"))
                    .is_ok();
            }
            let pause = match self.catch_up().await {
                Ok(people) => {
                    wait = FIRST_RETRY;
                    if people > 0 {
                        // A round costs ClickHouse about the same for one person as for hundreds.
                        tokio::time::sleep(GATHERING).await;
                    }
                    IDLE
                }
                Err(error) => {
                    counter!("messenger_funnel_upkeep_failures_total").increment(1);
                    tracing::warn!(%error, retry_in = ?wait, "conversations are not up to date");
                    let pause = wait;
                    wait = (wait * 2).min(LONGEST_RETRY);
                    pause
                }
            };
            tokio::select! {
                biased;
                () = tokio::time::sleep(pause) => {}
                changed = shipped.changed() => if changed.is_err() {
                    if let Err(error) = self.catch_up().await {
                        tracing::warn!(%error, "conversations are made at the next start");
                    }
                    return;
                }
            }
        }
    }

    /// Removes what rebuilds have left that were cut off.
    async fn sweep(&self) -> Result<(), MaterializeError> {
        if self.store.left_rebuilt().await?.is_empty() {
            return Ok(());
        }
        let lease = self.lease().await?;
        let swept = self.store.drop_left_rebuilt().await;
        lease.end().await;
        let tables = swept?;
        tracing::info!(tables, "removed what a rebuild had left that was cut off");
        Ok(())
    }

    /// Makes everything anew where an earlier version, which made no sequences, has left events.
    async fn make_sequences_of_before(&self) -> Result<(), MaterializeError> {
        if self.store.is_done(OneTimeWork::Sequences).await? {
            return Ok(());
        }
        let mut lease = self.lease().await?;
        // Another process may have made them meanwhile.
        let made = match self.store.is_done(OneTimeWork::Sequences).await {
            Ok(false) => {
                tracing::info!("sequences are made of what earlier versions have stored");
                rebuild::begin_anew(self, &mut lease, &|_, _| {}).await.map(|_| ())
            }
            Ok(true) => Ok(()),
            Err(error) => Err(error.into()),
        };
        lease.end().await;
        made
    }

    /// Works off everything that has changed until now; how many people that were.
    ///
    /// # Errors
    /// If ClickHouse or the arithmetic fails; what was done is done, and trying again is harmless.
    pub async fn catch_up(&self) -> Result<u64, MaterializeError> {
        // Mostly there is nothing to do, and nobody to wait for.
        if self.pending(MaterializedTables::Live).await?.is_empty() {
            return Ok(0);
        }
        let mut lease = self.lease().await?;
        let worked = self.work(&mut lease).await;
        lease.end().await;
        worked
    }

    async fn work(&self, lease: &mut Lease) -> Result<u64, MaterializeError> {
        let mut pending = self.pending(MaterializedTables::Live).await?;
        if pending.iter().any(ChangedBatch::is_exchange) {
            // Which tables are the new ones nobody knows: all are made anew.
            tracing::warn!("a rebuild was cut off in the end; all conversations are made anew");
            rebuild::begin_anew(self, lease, &|_, _| {}).await?;
            pending = self.pending(MaterializedTables::Live).await?;
        }
        self.work_off(MaterializedTables::Live, &pending, lease, &|_| {}).await
    }

    /// Makes the conversations of everybody in these blocks, and of nobody who has changed since they were read: so
    /// that it ends. `done` is told of people.
    async fn work_off(
        &self,
        tables: MaterializedTables,
        pending: &[ChangedBatch],
        lease: &mut Lease,
        done: &(dyn Fn(u64) + Sync),
    ) -> Result<u64, MaterializeError> {
        let mut people = 0;
        let mut worked_off = 0;
        for lot in lots(pending) {
            people += self.pass(tables, lot, lease).await?;
            worked_off += lot.len();
            self.note(tables, &pending[worked_off..]);
            done(people);
        }
        Ok(people)
    }

    /// Makes the conversations of one lot of changed people; how many they are.
    async fn pass(
        &self,
        tables: MaterializedTables,
        lot: &[ChangedBatch],
        lease: &mut Lease,
    ) -> Result<u64, MaterializeError> {
        let taken_over = || MaterializeError::CutOff("another process may have begun".to_owned());
        let version = lease.version().await?;
        let batches: Vec<u64> = lot.iter().map(|batch| batch.batch).collect();
        let people = self.store.changed_people(tables, &batches).await?;
        // Of a later lease, perhaps.
        let is_overtaken = people.iter().any(|person| person.version >= version);
        if is_overtaken && !lease.is_held().await? {
            return Err(taken_over());
        }
        let bound = bound(&people);
        let events = self.store.thread_events(tables, &batches, &people, bound).await?;
        let standing = if people.iter().any(ChangedPerson::is_from_nothing) {
            self.store.standing_rows(tables, &batches).await?
        } else {
            Vec::new()
        };
        let count = people.len() as u64;
        let work = move || (make(&people, &events, &standing, version), people);
        let (made, people) = self.store.compute(work).await.map_err(cut_off)?;
        let mut made = made?;
        self.know_links(&mut made.conversations, &mut made.touchpoints).await?;
        if !lease.holds() {
            return Err(taken_over());
        }
        // What is written again after a failure may be something else: it is not the same block.
        let token = format!("made-{}", uuid::Uuid::new_v4());
        self.write_lists(tables, &mut made, &token).await?;
        if !lease.is_held().await? {
            return Err(taken_over());
        }
        // Before the rows: whoever sees a conversation finds its events.
        self.store.make_sequences(tables, &batches, &people, bound, made.version).await?;
        self.write_rows(tables, &made, &token).await?;
        self.store.work_off(tables, lot, &token).await?;
        counter!("messenger_funnel_upkeep_people_total").increment(count);
        Ok(count)
    }

    /// All blocks that wait, whenever they were written by whichever clock.
    async fn pending(&self, tables: MaterializedTables) -> Result<Vec<ChangedBatch>, StoreError> {
        let pending = self.store.changed_batches(tables).await?;
        self.note(tables, &pending);
        Ok(pending)
    }

    fn note(&self, tables: MaterializedTables, pending: &[ChangedBatch]) {
        if tables == MaterializedTables::Live {
            self.waiting.note(pending);
            let people: u64 = pending.iter().map(|batch| batch.people).sum();
            #[expect(clippy::cast_precision_loss, reason = "a gauge")]
            gauge!("messenger_funnel_upkeep_pending_people").set(people as f64);
        }
    }

    /// Which links the clicks were on.
    async fn know_links(
        &self,
        conversations: &mut DataFrame,
        touchpoints: &mut DataFrame,
    ) -> Result<(), MaterializeError> {
        let mut clicks: Vec<String> = Vec::new();
        for frame in [&*conversations, &*touchpoints] {
            let found = frame.column("click")?.str()?;
            clicks.extend(found.iter().flatten().filter(|one| !one.is_empty()).map(str::to_owned));
        }
        clicks.sort_unstable();
        clicks.dedup();
        let links: FxHashMap<String, String> =
            self.store.clicked_links(&clicks).await?.into_iter().collect();
        for frame in [conversations, touchpoints] {
            let found = frame.column("click")?.str()?;
            let slug = |click: &str| links.get(click).map_or("", String::as_str);
            let clicked: Vec<&str> = found.iter().map(|one| one.map_or("", slug)).collect();
            let clicked = Column::new("clicked".into(), clicked);
            frame.with_column(clicked)?;
        }
        Ok(())
    }

    /// Takes rows away that are no more, and writes the lists of those that are to be there.
    async fn write_lists(
        &self,
        tables: MaterializedTables,
        made: &mut Making,
        token: &str,
    ) -> Result<(), StoreError> {
        for (table, rows) in [
            ("conversations", &made.gone_conversations),
            ("touchpoints", &made.gone_touchpoints),
            ("conversions", &made.gone_conversions),
        ] {
            self.store.save_made(tables, table, rows, &format!("{token}-gone")).await?;
        }
        let people = std::mem::take(&mut made.people);
        self.store.save_people(tables, people, (self.clock)(), token).await
    }

    async fn write_rows(
        &self,
        tables: MaterializedTables,
        made: &Making,
        token: &str,
    ) -> Result<(), StoreError> {
        for (table, rows) in [
            ("conversations", &made.conversations),
            ("touchpoints", &made.touchpoints),
            ("conversions", &made.conversions),
        ] {
            self.store.save_made(tables, table, rows, token).await?;
        }
        Ok(())
    }

    /// Waits until no other process works, and keeps all from it until the lease ends.
    ///
    /// # Errors
    /// If the lock file cannot be used, or ClickHouse cannot be asked.
    pub async fn lease(&self) -> Result<Lease, MaterializeError> {
        Ok(self.store.wait_for_lease(&self.lock).await?)
    }
}
