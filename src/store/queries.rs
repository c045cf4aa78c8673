//! One function for each question in `queries/`.

use std::io::Cursor;

use clickhouse::Row;
use clickhouse::query::Query;
use polars::frame::DataFrame;
use polars_io::SerReader;
use polars_io::ipc::IpcStreamReader;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::domain::{FUNNEL_WINDOW_MS, Period};

pub(super) const PING: &str = include_str!("../../queries/ping.sql");
pub(super) const QUARANTINED: &str = include_str!("../../queries/quarantined.sql");
const THREAD_EVENTS: &str = include_str!("../../queries/thread_events.sql");
const PERSON_EVENTS: &str = include_str!("../../queries/person_events.sql");
const COLLECTION_STATE: &str = include_str!("../../queries/collection_state.sql");

/// Behind every instant that ClickHouse keeps (2299).
const LATEST: i64 = 10_000_000_000_000;

/// How much is stored, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct CollectionState {
    /// Distinct events.
    pub events: u64,
    /// People with at least one event.
    pub people: u64,
    /// Time of the oldest event, UTC milliseconds; 0 if there is none.
    pub first_event: i64,
    /// Time of the newest event, UTC milliseconds; 0 if there is none.
    pub last_event: i64,
    /// When the newest event came in, UTC milliseconds; 0 if there is none.
    pub last_received: i64,
    /// Events whose time was impossible; they have that of their webhook.
    pub clamped: u64,
    /// Parts of webhooks that are not understood yet.
    pub quarantined: u64,
}

impl Store {
    /// The events of everyone who acted in the period, as `analysis::walk_threads` takes them, and
    /// until `behind` (milliseconds) after it.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn thread_events(
        &self,
        period: &Period,
        behind: i64,
    ) -> Result<DataFrame, StoreError> {
        let question = self
            .client
            .query(THREAD_EVENTS)
            .param("from", period.from.0)
            .param("to", period.to.0)
            .param("until", period.to.0.saturating_add(behind.max(FUNNEL_WINDOW_MS) + 1))
            .param("page", "")
            .param("person", "");
        self.frame(question).await
    }

    /// All events of one person, as `analysis::walk_threads` takes them.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn thread_events_of(
        &self,
        page: &str,
        person: &str,
    ) -> Result<DataFrame, StoreError> {
        let question = self
            .client
            .query(THREAD_EVENTS)
            .param("from", 0_i64)
            .param("to", LATEST)
            .param("until", LATEST)
            .param("page", page)
            .param("person", person);
        self.frame(question).await
    }

    /// What one person did and what the business did in their thread: the latest `limit` events, in
    /// order. Columns: `queries/person_events.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn person_events(
        &self,
        page: &str,
        person: &str,
        limit: u64,
    ) -> Result<DataFrame, StoreError> {
        let question = self.client.query(PERSON_EVENTS).param("page", page);
        self.frame(question.param("person", person).param("limit", limit)).await
    }

    async fn frame(&self, question: Query) -> Result<DataFrame, StoreError> {
        let mut cursor = question
            .with_setting("output_format_arrow_compression_method", "none")
            .fetch_bytes("ArrowStream")
            .map_err(|error| self.failed(error))?;
        let bytes = cursor.collect().await.map_err(|error| self.failed(error))?;
        IpcStreamReader::new(Cursor::new(bytes)).finish().map_err(|source| StoreError::Answer {
            url: self.endpoint.url.clone(),
            source: Box::new(source),
        })
    }

    /// How much is stored, and until when.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn collection_state(&self) -> Result<CollectionState, StoreError> {
        let question = self.client.query(COLLECTION_STATE).fetch_one();
        question.await.map_err(|error| self.failed(error))
    }
}
