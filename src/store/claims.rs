//! Work that one process of several does, whatever machine it runs on: whoever inserts a turn's row first has
//! it. ClickHouse drops the second block with a token that it has seen, so that all read the same holder.

use std::time::{Duration, Instant};

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};

const CLAIM_NOW: &str = include_str!("../../queries/claim_now.sql");

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
        let before = self.claim_now(work).await?;
        let turn = match &before {
            Some(claim) if claim.until > claim.now => return Ok(None),
            Some(claim) => claim.turn + 1,
            None if comes_back => {
                let day = u32::try_from(self.clock().await? / 86_400_000).unwrap_or_default();
                day.saturating_mul(100_000)
            }
            None => 1,
        };
        let claim = Claim { work: work.to_owned(), holder: holder.to_owned(), turn, lasts_ms };
        // Who comes second with it is dropped.
        self.hold(&claim, &format!("{work}-{turn}")).await?;
        let now = self.claim_now(work).await?;
        Ok(now.is_some_and(|now| now.turn == turn && now.holder == holder).then_some(claim))
    }

    /// Prolongs a turn; false if it is over, and another process may have begun.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn prolong(&self, claim: &Claim) -> Result<bool, StoreError> {
        let Some(now) = self.claim_now(&claim.work).await? else { return Ok(false) };
        if now.turn != claim.turn || now.holder != claim.holder || now.until <= now.now {
            return Ok(false);
        }
        self.hold(claim, &format!("{}-{}-{}", claim.work, claim.turn, now.now)).await?;
        // Between the look and the word of it the turn may have been another's.
        let after = self.claim_now(&claim.work).await?;
        Ok(after.is_some_and(|after| after.turn == claim.turn && after.holder == claim.holder))
    }

    /// Prolongs a turn after each `pause` until it is lost, and tells when it was asked for.
    pub async fn keep_prolonging(
        &self,
        claim: &Claim,
        pause: Duration,
        mut prolonged: impl FnMut(Instant) + Send,
    ) {
        loop {
            tokio::time::sleep(pause).await;
            let asked = Instant::now();
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

    async fn claim_now(&self, work: &str) -> Result<Option<ClaimNow>, StoreError> {
        let question = self.client().query(CLAIM_NOW).param("work", work);
        question.fetch_optional().await.map_err(|error| self.failed(error))
    }
}
