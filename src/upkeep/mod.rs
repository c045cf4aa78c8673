//! Keeps conversations, touchpoints and conversions up to date with the events: only people with new
//! events are looked at, and of those only what may have changed. The result is the same as if all
//! were made from nothing, in whatever order events come ([`rebuild()`] proves it).
//!
//! One process at a time works: whose turn it is ([`Upkeep::turn`]). Each step may be
//! done twice: rows that are no more are taken away first, then the person's lists are written, then
//! the rows, and only then are the people worked off.

mod making;
mod rebuild;

use std::path::PathBuf;
use std::time::Duration;

use metrics::{counter, gauge};
use polars::frame::DataFrame;
use polars::prelude::Column;
use rustc_hash::FxHashMap;
use thiserror::Error;
use tokio::sync::watch;

pub use making::{Making, bound, make};
pub use rebuild::{Difference, Rebuilt, rebuild};

use crate::store::{MadeTables, Store, StoreError, Turn};

/// People in one pass at most, if there are several blocks to choose from.
const PEOPLE_AT_ONCE: u64 = 100_000;
/// How often changes that another process has shipped are looked for.
const IDLE: Duration = Duration::from_secs(1);
/// How long changes gather between two rounds.
const GATHERING: Duration = Duration::from_millis(300);
const FIRST_RETRY: Duration = Duration::from_millis(500);
const LONGEST_RETRY: Duration = Duration::from_secs(30);

/// Why conversations could not be made.
#[derive(Debug, Error)]
pub enum UpkeepError {
    /// ClickHouse failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The arithmetic failed.
    #[error("making conversations: {0}")]
    Analysis(#[from] polars::error::PolarsError),
    /// The work was cut off, by a panic or by shutting down.
    #[error("making conversations was cut off: {0}")]
    CutOff(String),
}

/// Makes conversations of one database's events.
#[derive(Debug, Clone)]
pub struct Upkeep {
    store: Store,
    lock: PathBuf,
    /// UTC milliseconds.
    clock: fn() -> i64,
}

impl Upkeep {
    /// Works on `store`; the file `lock` decides whose turn it is, and names the work.
    #[must_use]
    pub fn new(store: Store, lock: PathBuf, clock: fn() -> i64) -> Self {
        Self { store, lock, clock }
    }

    /// Works whenever `shipped` tells of something new, and once more when that ends. Failures are
    /// retried.
    pub async fn run<T>(self, mut shipped: watch::Receiver<T>) {
        let mut wait = FIRST_RETRY;
        loop {
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

    /// Works off everything that has changed until now; how many people that were.
    ///
    /// # Errors
    /// If ClickHouse or the arithmetic fails; what was done is done, and trying again is harmless.
    pub async fn catch_up(&self) -> Result<u64, UpkeepError> {
        let until = self.micros();
        let mut people = 0;
        // Mostly there is nothing to do, and nobody to wait for.
        if self.next_batches(MadeTables::Live, until).await?.is_empty() {
            gauge!("messenger_funnel_upkeep_pending_people").set(0);
            return Ok(people);
        }
        let turn = self.turn().await?;
        let worked = loop {
            match self.pass(MadeTables::Live, until, &turn).await {
                Ok(Some(done)) => people += done,
                Ok(None) => break Ok(people),
                Err(error) => break Err(error),
            }
        };
        turn.end().await;
        worked
    }

    /// Makes the conversations of one lot of changed people; `None` if there are none.
    async fn pass(
        &self,
        tables: MadeTables,
        until: u64,
        turn: &Turn,
    ) -> Result<Option<u64>, UpkeepError> {
        let batches = self.next_batches(tables, until).await?;
        if batches.is_empty() {
            return Ok(None);
        }
        let people = self.store.changed_people(tables, &batches).await?;
        let events = self.store.thread_events(tables, &batches, bound(&people)).await?;
        let (count, now) = (people.len() as u64, self.micros());
        let work = move || make(&people, &events, now);
        let made = self.store.compute(work).await;
        let mut made = made.map_err(|error| UpkeepError::CutOff(error.to_string()))??;
        self.know_links(&mut made.conversations, &mut made.touchpoints).await?;
        if !turn.holds() {
            return Err(UpkeepError::CutOff("another process may have begun".to_owned()));
        }
        self.write(tables, &made, &format!("{batches:?}")).await?;
        self.store.work_off(tables, &batches).await?;
        counter!("messenger_funnel_upkeep_people_total").increment(count);
        Ok(Some(count))
    }

    async fn next_batches(&self, tables: MadeTables, until: u64) -> Result<Vec<u64>, StoreError> {
        let pending = self.store.changed_batches(tables).await?;
        let all: u64 = pending.iter().map(|batch| batch.people).sum();
        if tables == MadeTables::Live {
            #[expect(clippy::cast_precision_loss, reason = "a gauge")]
            gauge!("messenger_funnel_upkeep_pending_people").set(all as f64);
        }
        let mut people = 0;
        let mut batches = Vec::new();
        for batch in pending.iter().filter(|batch| batch.batch <= until) {
            people += batch.people;
            if !batches.is_empty() && people > PEOPLE_AT_ONCE {
                break;
            }
            batches.push(batch.batch);
        }
        Ok(batches)
    }

    /// Which links the clicks were on.
    async fn know_links(
        &self,
        conversations: &mut DataFrame,
        touchpoints: &mut DataFrame,
    ) -> Result<(), UpkeepError> {
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

    async fn write(&self, tables: MadeTables, made: &Making, lot: &str) -> Result<(), StoreError> {
        let version = made.people.first().map_or(0, |person| person.version);
        // Two lots of one version are two blocks.
        let version = format!("{version}-{lot}");
        for (table, rows) in [
            ("conversations", &made.gone_conversations),
            ("touchpoints", &made.gone_touchpoints),
            ("conversions", &made.gone_conversions),
        ] {
            self.store.save_made(tables, table, rows, &format!("{version}-gone")).await?;
        }
        self.store.save_people(tables, &made.people, &version).await?;
        for (table, rows) in [
            ("conversations", &made.conversations),
            ("touchpoints", &made.touchpoints),
            ("conversions", &made.conversions),
        ] {
            self.store.save_made(tables, table, rows, &version).await?;
        }
        Ok(())
    }

    /// Waits until no other process works, and keeps all from it until the turn ends.
    ///
    /// # Errors
    /// If the lock file cannot be used, or ClickHouse cannot be asked.
    pub async fn turn(&self) -> Result<Turn, UpkeepError> {
        Ok(self.store.wait_for_turn(&self.lock).await?)
    }

    fn micros(&self) -> u64 {
        u64::try_from((self.clock)()).unwrap_or_default().saturating_mul(1000).saturating_add(999)
    }
}
