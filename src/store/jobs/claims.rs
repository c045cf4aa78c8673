//! Work that one process of several does, whatever machine it runs on: whoever inserts a turn's row first has
//! it. ClickHouse drops the second block with a token that it has seen, so that all read the same holder.
//!
//! Leases end by the clock of ClickHouse alone. If that is put back or ahead, one may end too soon; who has lost one
//! finds out, and what it writes later is of a lower turn.

use std::time::Duration;

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::client::moment::Moment;

const CLAIM_NOW: &str = include_str!("../../../queries/jobs/claim_now.sql");

/// How far apart the clocks of a cluster's nodes may be, milliseconds.
const SKEW_MS: i64 = 10_000;
/// Where the turn stands in a version: above microseconds, which need 51 bits.
const TURN_SHIFT: u32 = 52;
const TURNS: u32 = (1 << 12) - 2;
/// Numbers of turns that are tried where ClickHouse remembers their tokens, and their rows are gone.
const MOST_TRIES: u32 = 30;

/// A row of the question `claim_now`.
#[derive(Debug, Row, Deserialize)]
struct ClaimNow {
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

/// A turn that this process has.
#[derive(Debug, Clone)]
pub struct Claim {
    work: String,
    holder: String,
    /// Its number.
    pub turn: u32,
    lasts_ms: i64,
}

impl Claim {
    /// A version for what is written under this turn: higher than what was written under earlier ones, and than
    /// `known`. Who goes on with a turn that is over therefore overrules nothing. Older programs wrote UTC
    /// microseconds, which are lower.
    #[must_use]
    pub fn version(&self, known: u64) -> u64 {
        (u64::from(self.turn.min(TURNS)) << TURN_SHIFT).max(known) + 1
    }
}

impl ClaimNow {
    fn is_of(&self, claim: &Claim) -> bool {
        self.turn == claim.turn && self.holder == claim.holder
    }
}

impl Store {
    /// Takes a piece of work if nobody has it: for `lasts_ms`, unless it is prolonged. `None` if another
    /// process has it. Work that `comes_back` begins with another number after its rows are gone: ClickHouse drops
    /// what it has seen before.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn claim(
        &self,
        work: &str,
        holder: &str,
        lasts_ms: i64,
        comes_back: bool,
    ) -> Result<Option<Claim>, StoreError> {
        let before = self.claim_now(work, lasts_ms).await?;
        let mut turn = match &before {
            Some(claim) if claim.until > claim.now => return Ok(None),
            Some(claim) => claim.turn + 1,
            None if comes_back => self.first_turn().await?,
            None => 1,
        };
        for step in 0..MOST_TRIES {
            let claim = Claim { work: work.to_owned(), holder: holder.to_owned(), turn, lasts_ms };
            // Who comes second with it is dropped.
            self.hold(&claim, &format!("{work}-{turn}")).await?;
            match self.claim_now(work, lasts_ms).await? {
                Some(now) if now.turn >= turn => return Ok(now.is_of(&claim).then_some(claim)),
                // Its token is known of a turn whose row is gone: ClickHouse's clock was put back.
                _ => turn = turn.saturating_add(1 << step),
            }
        }
        Ok(None)
    }

    /// The first turn's number of work whose earlier turns are gone: above theirs. That of conversations is part of
    /// their versions, so that it is known even where the clock was put back.
    async fn first_turn(&self) -> Result<u32, StoreError> {
        let day = u32::try_from(self.clock().await? / 86_400_000).unwrap_or_default();
        let made = u32::try_from(self.newest_made().await? >> 32).unwrap_or(u32::MAX);
        Ok(day.saturating_mul(100_000).max(made.saturating_add(1)))
    }

    /// Prolongs a turn; false if it is over, and another process may have begun.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn prolong(&self, claim: &Claim) -> Result<bool, StoreError> {
        let now = self.claim_now(&claim.work, claim.lasts_ms).await?;
        let Some(now) = now.filter(|now| now.is_of(claim) && now.until > now.now) else {
            return Ok(false);
        };
        self.hold(claim, &format!("{}-{}-{}", claim.work, claim.turn, now.now)).await?;
        // Between the look and the word of it the turn may have been another's.
        self.is_held(claim).await
    }

    /// Whether nobody has begun another turn since. Who does begin one later reads what was written before this was
    /// asked.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn is_held(&self, claim: &Claim) -> Result<bool, StoreError> {
        let now = self.claim_now(&claim.work, claim.lasts_ms).await?;
        Ok(now.is_some_and(|now| now.is_of(claim)))
    }

    /// Prolongs a turn after each `pause` until it is lost, and tells when it was asked for.
    pub async fn keep_prolonging(
        &self,
        claim: &Claim,
        pause: Duration,
        mut prolonged: impl FnMut(Moment) + Send,
    ) {
        loop {
            tokio::time::sleep(pause).await;
            let asked = Moment::now();
            match self.prolong(claim).await {
                Ok(true) => prolonged(asked),
                Ok(false) => return,
                // It goes on while ClickHouse is away, and ends if it stays away.
                Err(error) => {
                    tracing::warn!(work = claim.work, %error, "a lease could not be prolonged");
                }
            }
        }
    }

    /// Ends a turn.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn give_up(&self, claim: Claim) -> Result<(), StoreError> {
        // A turn's end is the latest that was said of it: the next turn has begun and ended at once.
        let ended = Claim { turn: claim.turn + 1, lasts_ms: 0, ..claim };
        let token = format!("{}-{}", ended.work, ended.turn);
        self.hold(&ended, &token).await
    }

    async fn hold(&self, claim: &Claim, token: &str) -> Result<(), StoreError> {
        let until = self.clock().await?.saturating_add(claim.lasts_ms);
        let Claim { work, holder, turn, .. } = claim.clone();
        self.insert_block("claims", &[ClaimRow { work, turn, holder, until }], token).await
    }

    async fn claim_now(&self, work: &str, lasts_ms: i64) -> Result<Option<ClaimNow>, StoreError> {
        let longest = lasts_ms.saturating_mul(2).saturating_add(SKEW_MS);
        let question = self.client().query(CLAIM_NOW).param("work", work).param("longest", longest);
        question.fetch_optional().await.map_err(|error| self.failed(error))
    }
}
