//! The outbox of conversions that Meta is told of.

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::store::client::Store;
use crate::store::client::error::StoreError;

const FEEDBACK_CANDIDATES: &str = include_str!("../../../queries/feedback/feedback_candidates.sql");

/// What may become of a conversion that Meta is told of.
pub const FEEDBACK_STATUSES: [&str; 5] = ["sent", "refused", "expired", "withheld", "again"];

/// A conversion that Meta may be told of: a row of the question `feedback_candidates`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct Candidate {
    /// By which Meta knows the event again.
    pub event_id: String,
    /// Page or Instagram account.
    pub page_id: String,
    /// Person.
    pub person_id: String,
    /// `messenger`, `instagram` or `whatsapp`.
    pub channel: String,
    /// The goal.
    pub name: String,
    /// UTC milliseconds.
    pub time: i64,
    /// 1/10,000 of `currency`.
    pub value_e4: Option<i64>,
    /// ISO 4217; empty without value.
    pub currency: String,
    /// The WhatsApp business account of the number; empty if it is not known.
    pub business_account: String,
    /// Meta's id of the click on an ad that led to WhatsApp; empty elsewhere.
    pub ctwa_clid: String,
    /// What its report says of consent: 1 or 0.
    pub consent: Option<u8>,
    /// What the person said last: 1 or 0.
    pub person_consent: Option<u8>,
    /// `withheld` or `again`; empty if nothing has become of it.
    pub status: String,
    /// Version of that.
    pub version: u64,
}

/// What became of one: a row of `feedback`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize)]
pub struct Told {
    /// By which Meta knows the event again.
    pub event_id: String,
    /// Meta's name of it.
    pub event_name: String,
    /// Page or Instagram account.
    pub page_id: String,
    /// Person.
    pub person_id: String,
    /// UTC milliseconds of the conversion.
    pub time: i64,
    /// `sent`, `refused`, `expired`, `withheld` or `again`.
    pub status: String,
    /// Why it was not sent.
    pub reason: String,
    /// By which Meta's support finds the request.
    pub trace: String,
    /// The highest counts: UTC microseconds, or one more than the one before.
    pub version: u64,
}

impl Store {
    /// Conversions between two instants (UTC milliseconds, the second exclusive) of some goals that Meta
    /// may be told of, in time.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn feedback_candidates(
        &self,
        from: i64,
        to: i64,
        names: &[&str],
    ) -> Result<Vec<Candidate>, StoreError> {
        let question = self.client().query(FEEDBACK_CANDIDATES).param("from", from).param("to", to);
        let question = question.param("names", names);
        self.fetch_all(question).await
    }

    /// Stores what became of some.
    ///
    /// # Errors
    /// If ClickHouse takes it not.
    pub async fn save_feedback(&self, told: &[Told]) -> Result<(), StoreError> {
        let Some(first) = told.first() else { return Ok(()) };
        let token = format!("{}-{}-{}", first.version, first.event_id, told.len());
        self.insert_block("feedback", told, &token).await
    }
}
