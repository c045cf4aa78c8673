//! Leases among processes on whatever machines: who inserts a lease's row into `claims` first has it. ClickHouse drops
//! the second block with a token that it has seen, so that all read the same holder.
//!
//! Leases end by the clock of ClickHouse alone. If that is put back or ahead, one may end too soon; who has lost one
//! finds out, and what it writes later has a lower version.
//!
//! Each lease of a piece of work has a number, one higher than the one before: `turn` in the table.

use std::time::Duration;

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::client::moment::Moment;

const LEASE_NOW: &str = include_str!("../../../queries/jobs/lease_now.sql");

/// How far apart the clocks of a cluster's nodes may be, milliseconds.
const SKEW_MS: i64 = 10_000;
/// Where the number stands in a version: above microseconds, which need 51 bits.
const NUMBER_SHIFT: u32 = 52;
const NUMBERS: u32 = (1 << 12) - 2;
/// Numbers that are tried where ClickHouse remembers their tokens, and their rows are gone.
const MOST_TRIES: u32 = 30;

/// A row of the question `lease_now`.
#[derive(Debug, Row, Deserialize)]
struct LeaseNow {
    turn: u32,
    holder: String,
    until: i64,
    now: i64,
}

/// A row of `claims`.
#[derive(Debug, Row, Serialize)]
struct ClaimRow {
    work: String,
    turn: u32,
    holder: String,
    until: i64,
}

/// A lease that this process has or had.
#[derive(Debug, Clone)]
pub struct SharedLease {
    work: String,
    holder: String,
    /// Its number.
    pub number: u32,
    lasts_ms: i64,
}

impl SharedLease {
    /// A version for what is written under this lease: higher than what was written under earlier ones, and than
    /// `known`. Who goes on with a lease that is over therefore overrules nothing. Older programs wrote UTC
    /// microseconds, which are lower.
    #[must_use]
    pub fn version(&self, known: u64) -> u64 {
        (u64::from(self.number.min(NUMBERS)) << NUMBER_SHIFT).max(known) + 1
    }
}

impl LeaseNow {
    fn is(&self, lease: &SharedLease) -> bool {
        self.turn == lease.number && self.holder == lease.holder
    }
}

impl Store {
    /// Takes the lease of a piece of work if nobody has it: for `lasts_ms`, unless it is renewed. `None` if another
    /// process has it. Leases of work that `comes_back` begin with another number after their rows are gone: ClickHouse
    /// drops what it has seen before.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn try_lease(
        &self,
        work: &str,
        holder: &str,
        lasts_ms: i64,
        comes_back: bool,
    ) -> Result<Option<SharedLease>, StoreError> {
        let before = self.lease_now(work, lasts_ms).await?;
        let mut number = match &before {
            Some(lease) if lease.until > lease.now => return Ok(None),
            Some(lease) => lease.turn + 1,
            None if comes_back => self.first_number().await?,
            None => 1,
        };
        for step in 0..MOST_TRIES {
            let lease =
                SharedLease { work: work.to_owned(), holder: holder.to_owned(), number, lasts_ms };
            // Who comes second with it is dropped.
            self.write_lease(&lease, &format!("{work}-{number}")).await?;
            match self.lease_now(work, lasts_ms).await? {
                Some(now) if now.turn >= number => return Ok(now.is(&lease).then_some(lease)),
                // Its token is known of a lease whose row is gone: ClickHouse's clock was put back.
                _ => number = number.saturating_add(1 << step),
            }
        }
        Ok(None)
    }

    /// The first number of work whose earlier leases are gone: above theirs. That of conversations is part of their
    /// versions, so that it is known even where the clock was put back.
    async fn first_number(&self) -> Result<u32, StoreError> {
        let day = u32::try_from(self.clock().await? / 86_400_000).unwrap_or_default();
        let made = u32::try_from(self.newest_made().await? >> 32).unwrap_or(u32::MAX);
        Ok(day.saturating_mul(100_000).max(made.saturating_add(1)))
    }

    /// Renews a lease; false if it is over, and another process may have begun.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn renew(&self, lease: &SharedLease) -> Result<bool, StoreError> {
        let now = self.lease_now(&lease.work, lease.lasts_ms).await?;
        let Some(now) = now.filter(|now| now.is(lease) && now.until > now.now) else {
            return Ok(false);
        };
        self.write_lease(lease, &format!("{}-{}-{}", lease.work, lease.number, now.now)).await?;
        // Between the look and the word of it the lease may have been another's.
        self.is_held(lease).await
    }

    /// Whether nobody has had the next lease since. Who takes it later reads what was written before this was asked.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn is_held(&self, lease: &SharedLease) -> Result<bool, StoreError> {
        let now = self.lease_now(&lease.work, lease.lasts_ms).await?;
        Ok(now.is_some_and(|now| now.is(lease)))
    }

    /// Renews a lease after each `pause` until it is lost, and tells when it was asked for.
    pub async fn keep_renewing(
        &self,
        lease: &SharedLease,
        pause: Duration,
        mut renewed: impl FnMut(Moment) + Send,
    ) {
        loop {
            tokio::time::sleep(pause).await;
            let asked = Moment::now();
            match self.renew(lease).await {
                Ok(true) => renewed(asked),
                Ok(false) => return,
                // It goes on while ClickHouse is away, and ends if it stays away.
                Err(error) => {
                    tracing::warn!(work = lease.work, %error, "a lease could not be renewed");
                }
            }
        }
    }

    /// Ends a lease.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn end_lease(&self, lease: SharedLease) -> Result<(), StoreError> {
        // A lease's end is the latest that was said of it: the next one has begun and ended at once.
        let ended = SharedLease { number: lease.number + 1, lasts_ms: 0, ..lease };
        let token = format!("{}-{}", ended.work, ended.number);
        self.write_lease(&ended, &token).await
    }

    async fn write_lease(&self, lease: &SharedLease, token: &str) -> Result<(), StoreError> {
        let until = self.clock().await?.saturating_add(lease.lasts_ms);
        let SharedLease { work, holder, number, .. } = lease.clone();
        self.insert_block("claims", &[ClaimRow { work, turn: number, holder, until }], token).await
    }

    async fn lease_now(&self, work: &str, lasts_ms: i64) -> Result<Option<LeaseNow>, StoreError> {
        let longest = lasts_ms.saturating_mul(2).saturating_add(SKEW_MS);
        let question = self.client().query(LEASE_NOW).param("work", work).param("longest", longest);
        self.fetch_optional(question).await
    }
}
