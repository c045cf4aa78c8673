//! From the journal into ClickHouse: read a batch, normalize it, insert it as one block, move the
//! checkpoint. A batch that was inserted but not checkpointed is shipped again after a crash and
//! changes nothing: its events have the same ids. While ClickHouse takes one block of a backlog, the
//! next is made ready.

use std::time::{Duration, Instant, SystemTime};

use metrics::{counter, gauge};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::domain::Timestamp;
use crate::journal::{Envelope, Journal, Position, Reader};
use crate::normalize::Settings;
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::client::moment::Moment;
use crate::store::client::tombstones::Tombstones;
use crate::store::ingest::batch::Rows;
use crate::store::ingest::known_rows::KnownRows;
use crate::store::ingest::refill::Refill;

/// Journal bytes in one batch.
const BATCH_BYTES: usize = 4 << 20;
/// How long a batch may fill up while traffic comes in.
const LINGER: Duration = Duration::from_millis(200);
/// Segments whose time is over are looked for at least this often.
const LONGEST_IDLE: Duration = Duration::from_secs(600);
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
    /// The oldest body that is being shipped for the first time; `None`: there is none.
    pub waiting: Option<Waiting>,
    /// Parts of tables that ClickHouse could not read and set aside.
    pub broken_parts: u64,
}

/// A body that waits to be shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// When it came in, UTC milliseconds.
    received_at: i64,
    /// When this process took it up.
    since: Instant,
}

impl Waiting {
    /// For how long it waits, at an instant (UTC milliseconds): as long as this process knows of it, or since it came
    /// in, whichever is longer. A clock that was put back makes it no shorter than the first.
    #[must_use]
    pub fn seconds(&self, now: i64) -> u64 {
        lag(self.received_at, self.since.elapsed(), now)
    }
}

fn lag(received_at: i64, known: Duration, now: i64) -> u64 {
    let received = now.saturating_sub(received_at).max(0).unsigned_abs() / 1000;
    received.max(known.as_secs())
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
    /// Names this run in tokens: ClickHouse drops a block whose token it has seen, also if a power cut took the block.
    run: String,
    /// What lies before this is shipped for a second time; of the other the conversations are made from nothing.
    again_until: Position,
    anew_until: Position,
    /// Looks for parts that ClickHouse could not read.
    refill: Option<Refill>,
    /// UTC milliseconds.
    clock: fn() -> i64,
    /// The ages of segments.
    ages: Ages,
    /// The batch behind the one that was shipped last, if it was made ready meanwhile.
    ahead: Option<Prepared>,
    known: KnownRows,
}

/// The clock that dates files, without its jumps ahead: they must not make everything that is kept old at once.
#[derive(Debug)]
struct Ages {
    begun: SystemTime,
    since: Moment,
}

impl Ages {
    fn now(&self, shown: SystemTime) -> SystemTime {
        shown.min(self.begun + self.since.elapsed())
    }
}

/// A batch as rows.
#[derive(Debug)]
struct Prepared {
    rows: Rows,
    bodies: u64,
    /// Ranges of the journal that could not be read, and that nobody was told of before.
    damaged: u64,
    /// When the first of them came in that is new, UTC milliseconds.
    oldest: Option<i64>,
    /// Insert deduplication token: the batch's place and content.
    token: String,
    end: Position,
}

impl Prepared {
    fn is_work(&self) -> bool {
        self.bodies > 0 || !self.rows.refusals.is_empty()
    }
}

impl Shipper {
    /// A shipper of `journal`; shipped segments are removed after `keep`, or earlier if the
    /// journal's budget is tight.
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
        Ok(Self {
            store,
            settings,
            reader,
            durable: journal.watch(),
            progress,
            keep,
            run: uuid::Uuid::new_v4().simple().to_string(),
            again_until: Position::default(),
            anew_until: Position::default(),
            refill: None,
            clock,
            ages: Ages { begun: now(), since: Moment::now() },
            ahead: None,
            known: KnownRows::new(),
        })
    }

    /// Says that what lies before `position` was shipped before, and may have been lost since. The conversations of
    /// everybody in the journal are made from nothing: also what lies behind may have been shipped, and not noted.
    #[must_use]
    pub fn shipping_again_until(mut self, position: Option<Position>) -> Self {
        let Some(position) = position else { return self };
        (self.again_until, self.anew_until) = (position, *self.durable.borrow());
        self
    }

    /// Also ships everything again that the journal still has, whenever ClickHouse has set parts of tables aside
    /// that it could not read.
    #[must_use]
    pub fn refilling(mut self) -> Self {
        self.refill = Some(Refill::new(self.reader.folder()));
        self
    }

    /// With another clock (UTC milliseconds).
    #[must_use]
    pub fn by_clock(self, clock: fn() -> i64) -> Self {
        Self { clock, ..self }
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
            self.look_for_broken_parts().await;
            while self.ship_batch(&stop).await? {}
            if is_last {
                return Ok(());
            }
            let idle = (self.keep / 4).clamp(Duration::from_secs(1), LONGEST_IDLE);
            tokio::select! {
                biased;
                changed = self.durable.changed() => is_last = changed.is_err(),
                () = tokio::time::sleep(idle) => {}
                () = stop.cancelled() => {}
            }
            tokio::select! { biased; () = tokio::time::sleep(LINGER) => {}, () = stop.cancelled() => {} }
        }
    }

    async fn look_for_broken_parts(&mut self) {
        let Some(refill) = &mut self.refill else { return };
        match refill.look(&self.store, &mut self.reader).await {
            Ok(None) => {}
            Ok(Some(until)) => {
                self.ahead = None;
                self.again_until = self.again_until.max(until);
            }
            // It is looked again soon.
            Err(error) => tracing::warn!(%error, "whether parts are broken is not known yet"),
        }
        let broken_parts = refill.parts;
        self.progress.send_if_modified(|progress| {
            std::mem::replace(&mut progress.broken_parts, broken_parts) != broken_parts
        });
    }

    /// Ships everything that is on disk now, and returns.
    ///
    /// # Errors
    /// If the journal or, after a few tries, ClickHouse fails.
    pub async fn drain(&mut self) -> Result<Progress, StoreError> {
        let patience = CancellationToken::new();
        patience.cancel();
        while self.ship_batch(&patience).await? {}
        Ok(*self.progress.borrow())
    }

    /// Ships one batch; `false` if there was none. After `stop` an insert is tried three times.
    async fn ship_batch(&mut self, stop: &CancellationToken) -> Result<bool, StoreError> {
        let batch = if let Some(batch) = self.ahead.take() {
            batch
        } else {
            let until = *self.durable.borrow_and_update();
            self.prepare(self.reader.position(), until).await?
        };
        let since = Instant::now();
        let waiting = batch.oldest.map(|received_at| Waiting { received_at, since });
        self.tell_lag(waiting);
        let is_work = batch.is_work();
        if is_work {
            self.progress.send_modify(|progress| progress.waiting = waiting);
            let insert = self.insert_until_it_works(&batch, waiting, stop);
            let (refusals, ahead) = tokio::join!(insert, self.prepare_ahead(batch.end));
            let (refusals, events) = (refusals?, batch.rows.events.len() as u64);
            self.known.note(&batch.rows, self.store.marks()?);
            self.ahead = ahead?;
            counter!("messenger_funnel_shipped_webhooks_total").increment(batch.bodies);
            counter!("messenger_funnel_shipped_events_total").increment(events);
            counter!("messenger_funnel_quarantined_total").increment(refusals);
            counter!("messenger_funnel_journal_damage_total").increment(batch.damaged);
            self.note_erased(&batch.rows);
            self.progress.send_modify(|progress| {
                progress.bodies += batch.bodies;
                progress.events += events;
                progress.refusals += refusals;
            });
        }
        self.reader.advance(batch.end);
        self.reader.remove_shipped(self.keep, self.ages.now(now()))?;
        self.progress.send_modify(|progress| {
            progress.position = batch.end;
            progress.waiting = None;
        });
        Ok(is_work)
    }

    /// Counts what was left out because its person was erased before, and has the journal's records of it looked for.
    fn note_erased(&self, rows: &Rows) {
        if rows.erased.is_empty() {
            return;
        }
        counter!("messenger_funnel_erased_again_total").increment(rows.erased.len() as u64);
        let noted = self.store.tombstones().map(Tombstones::note_returned);
        if let Some(Err(error)) = noted {
            tracing::error!(%error, "the journal keeps records of erased people until their time is over");
        }
    }

    /// The next batch already, if it would be a full one: a block of the few bodies that have come
    /// meanwhile would only be a small one.
    async fn prepare_ahead(&self, from: Position) -> Result<Option<Prepared>, StoreError> {
        let until = *self.durable.borrow();
        let is_backlog =
            until.segment > from.segment || until.offset >= from.offset + BATCH_BYTES as u64;
        if !is_backlog {
            return Ok(None);
        }
        Ok(Some(self.prepare(from, until).await?).filter(Prepared::is_work))
    }

    async fn prepare(&self, from: Position, until: Position) -> Result<Prepared, StoreError> {
        let batch = self.reader.peek_from(from, until, BATCH_BYTES)?;
        let (end, bodies) = (batch.end, batch.records.len() as u64);
        let damaged = batch.damage.iter().filter(|damage| damage.is_new).count() as u64;
        let is_waiting = |(at, _): &&(Position, Envelope)| *at > self.again_until;
        let oldest = batch.records.iter().find(is_waiting);
        let oldest = oldest.map(|(_, envelope)| envelope.received_at_ms);
        let settings = self.settings.clone();
        let number = Timestamp((self.clock)()).micros();
        let is_anew = from < self.again_until.max(self.anew_until);
        let marks = self.store.marks()?;
        let known = self.known.known(&marks);
        let rows = self.store.compute(move || {
            let rows = Rows::from_batch(batch, &settings, &marks, number);
            if is_anew { rows.read_again(settings.edition) } else { rows.without_known(&known) }
        });
        let rows = rows.await.map_err(|error| StoreError::CutOff(error.to_string()))?;
        let token = format!("{}-{from:?}-{end:?}-{}", self.run, rows.fingerprint);
        Ok(Prepared { rows, bodies, damaged, oldest, token, end })
    }

    /// Inserts a batch; the number of items that went into quarantine.
    async fn insert_until_it_works(
        &self,
        batch: &Prepared,
        waiting: Option<Waiting>,
        stop: &CancellationToken,
    ) -> Result<u64, StoreError> {
        let mut wait = FIRST_RETRY;
        let mut tries = 0;
        loop {
            self.tell_lag(waiting);
            let error = match batch.rows.insert(&self.store, &batch.token).await {
                Ok(refusals) => return Ok(refusals),
                Err(error) => error,
            };
            tries += 1;
            counter!("messenger_funnel_shipping_failures_total").increment(1);
            if stop.is_cancelled() && tries >= 3 {
                return Err(error);
            }
            // Several collectors that wait for one ClickHouse must not come back all at once.
            let wait_now = wait.mul_f64(0.5 + fastrand::f64() / 2.0);
            tracing::warn!(%error, tries, retry_in = ?wait_now, "ClickHouse took no events");
            tokio::select! { biased; () = tokio::time::sleep(wait_now) => {}, () = stop.cancelled() => {} }
            wait = (wait * 2).min(LONGEST_RETRY);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge")]
    fn tell_lag(&self, waiting: Option<Waiting>) {
        let lag = waiting.map_or(0, |waiting| waiting.seconds((self.clock)()));
        gauge!("messenger_funnel_shipping_lag_seconds").set(lag as f64);
    }
}

#[expect(clippy::disallowed_methods, reason = "the age of files is measured by the same clock")]
fn now() -> SystemTime {
    SystemTime::now()
}

fn clock() -> i64 {
    let since = now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_ahead_makes_no_segment_old() {
        let begun = now();
        let ages = Ages { begun, since: Moment::now() };
        assert!(ages.now(begun + Duration::from_secs(86_400)) < begun + Duration::from_secs(60));
        let back = begun - Duration::from_secs(7_200);
        assert_eq!(ages.now(back), back);
    }

    #[test]
    fn a_clock_that_was_put_back_does_not_make_what_waits_younger() {
        let known = Duration::from_secs(400);
        assert_eq!(lag(7_200_000, known, 0), 400);
        assert_eq!(lag(7_200_000, known, 7_300_000), 400);
        assert_eq!(lag(7_200_000, known, 8_200_000), 1000);
    }
}
