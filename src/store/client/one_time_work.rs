//! What is done once to what earlier versions have stored, and a note of each part that is done.

use clickhouse::Row;
use serde::Serialize;
use uuid::Uuid;

use crate::store::client::Store;
use crate::store::client::error::StoreError;

const DONE_PARTS: &str = include_str!("../../../queries/stored_events/done_parts.sql");
const FORGET: &str = include_str!("../../../queries/stored_events/forget_done.sql");

/// A piece of such work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OneTimeWork {
    /// The JSON of events. What was noted as `raw` kept fields by their names, wherever they stood; so it is done again.
    Raw,
    /// What was refused.
    Refusals,
    /// The numbers of people on WhatsApp.
    Contacts,
    /// The sequences of events that were there before.
    Sequences,
}

impl OneTimeWork {
    pub(in crate::store) fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw_by_place",
            Self::Refusals => "refusals_by_place",
            Self::Contacts => "contacts",
            Self::Sequences => "event_sequences",
        }
    }
}

/// A row of `one_time_work`.
#[derive(Debug, Row, Serialize)]
struct DoneRow {
    work: &'static str,
    part: String,
}

impl Store {
    /// The parts of it that are done; an empty one among them: all of it.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn done_parts(&self, work: OneTimeWork) -> Result<Vec<String>, StoreError> {
        let question = self.client().query(DONE_PARTS).param("work", work.as_str());
        question.fetch_all().await.map_err(|error| self.failed(error))
    }

    /// Whether all of it is done.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn is_done(&self, work: OneTimeWork) -> Result<bool, StoreError> {
        Ok(self.done_parts(work).await?.iter().any(String::is_empty))
    }

    /// Notes that a part of it is done, or all of it.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn note_done(&self, work: OneTimeWork, part: &str) -> Result<(), StoreError> {
        let row = DoneRow { work: work.as_str(), part: part.to_owned() };
        self.insert_block("one_time_work", &[row], &Uuid::new_v4().to_string()).await
    }

    /// Has all of it done again: what is stored now is something else.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn forget_done(&self) -> Result<(), StoreError> {
        self.everywhere(FORGET, |query| query).await
    }
}
