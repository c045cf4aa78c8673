//! What the quality report asks.

use clickhouse::{Row, RowOwned, RowRead};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Period;
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::rows::webhook_counts::SLOT_MS;

const WEBHOOK_COUNTS: &str = include_str!("../../../queries/ingest/webhook_counts.sql");
const EVENTS: &str = include_str!("../../../queries/data_quality/quality_events.sql");
const REFUSED_REASONS: &str = include_str!("../../../queries/data_quality/refused_reasons.sql");
const UNKNOWN_REFS: &str = include_str!("../../../queries/data_quality/unknown_refs.sql");
const THREADS_WITHOUT_REFERRAL: &str =
    include_str!("../../../queries/data_quality/threads_without_referral.sql");
const LIVE_DOORS: &str = include_str!("../../../queries/data_quality/active_entry_points.sql");
const TOUCHPOINT_HOURS: &str = include_str!("../../../queries/data_quality/touchpoint_hours.sql");
const POLICY_EVENTS: &str = include_str!("../../../queries/data_quality/policy_events.sql");

/// Events of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct KindCount {
    /// messenger, instagram or whatsapp.
    pub channel: String,
    /// Kind.
    pub kind: String,
    /// Of an other event: its name on the wire.
    pub name: String,
    /// Distinct events.
    pub events: u64,
    /// People who had them.
    pub people: u64,
    /// Events that are nobody's.
    pub without_person: u64,
    /// Events whose own time was impossible; they have that of their webhook.
    pub clamped: u64,
    /// Events that came in more than an hour after their time.
    pub late: u64,
    /// The newest, UTC milliseconds.
    pub last_event: i64,
}

/// Why items are not understood.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct RefusedReason {
    /// In words.
    pub reason: String,
    /// Distinct items.
    pub items: u64,
}

/// What came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Row, Deserialize)]
pub struct Received {
    /// Events of webhooks, each as often as it came.
    pub events: u64,
    /// Events, reported conversions and refused items that were not taken: their person had been erased after them.
    pub erased: u64,
}

/// A ref that no registered link has.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct UnknownRef {
    /// Page or Instagram account.
    pub page_id: String,
    /// The ref.
    #[serde(rename = "ref")]
    pub referral_ref: String,
    /// How often people entered through it.
    pub touchpoints: u64,
    /// When last, UTC milliseconds.
    pub last_seen: i64,
}

/// New threads of a Page.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct PageThreads {
    /// Page or Instagram account.
    pub page_id: String,
    /// People who opened their first conversation.
    pub threads: u64,
    /// Those of them who came without a referral.
    pub without_referral: u64,
}

/// A ref or an ad that people come by.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct ActiveEntryPoint {
    /// `ad` or `ref`.
    pub door: String,
    /// The ad's id, or the ref.
    pub id: String,
    /// A Page that it leads to.
    pub page_id: String,
    /// How often people entered through it.
    pub touchpoints: u64,
    /// In how many hours somebody did.
    pub hours: u64,
    /// When first, UTC milliseconds.
    pub first_seen: i64,
    /// When last, UTC milliseconds.
    pub last_seen: i64,
}

/// Something that Meta did to a Page.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct PolicyEvent {
    /// UTC milliseconds.
    pub time: i64,
    /// Page.
    pub page_id: String,
    /// `block`, `warning` or `unblock`.
    pub action: String,
    /// Meta's words.
    pub reason: String,
}

impl Store {
    /// What came in of a period; `None` of a period that is not made of whole quarters of an hour.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn received(&self, period: &Period) -> Result<Option<Received>, StoreError> {
        if period.from.0 % SLOT_MS != 0 || period.to.0 % SLOT_MS != 0 {
            return Ok(None);
        }
        let question = self.client().query(WEBHOOK_COUNTS).param("from", period.from.0);
        self.fetch_one(question.param("to", period.to.0)).await.map(Some)
    }

    /// What came in of a period, by kind.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn kind_counts(&self, period: &Period) -> Result<Vec<KindCount>, StoreError> {
        self.rows_of(EVENTS, period).await
    }

    /// Why items that came in in a period are not understood, most frequent first.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn refused_reasons(&self, period: &Period) -> Result<Vec<RefusedReason>, StoreError> {
        self.rows_of(REFUSED_REASONS, period).await
    }

    /// Refs that belong to no registered link, most frequent first.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn unknown_refs(&self, period: &Period) -> Result<Vec<UnknownRef>, StoreError> {
        self.rows_of(UNKNOWN_REFS, period).await
    }

    /// New threads by Page.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn page_threads(&self, period: &Period) -> Result<Vec<PageThreads>, StoreError> {
        self.rows_of(THREADS_WITHOUT_REFERRAL, period).await
    }

    /// Refs and ads that people entered through.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn active_entry_points(
        &self,
        period: &Period,
    ) -> Result<Vec<ActiveEntryPoint>, StoreError> {
        self.rows_of(LIVE_DOORS, period).await
    }

    /// How often people entered through any of them in each hour (its start, UTC milliseconds).
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn touchpoint_hours(&self, period: &Period) -> Result<Vec<(i64, u64)>, StoreError> {
        self.rows_of(TOUCHPOINT_HOURS, period).await
    }

    /// What Meta did to Pages, the latest first.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn policy_events(&self, period: &Period) -> Result<Vec<PolicyEvent>, StoreError> {
        self.rows_of(POLICY_EVENTS, period).await
    }

    /// All rows of a statement whose parameters are `from` and `to`.
    pub(in crate::store) async fn rows_of<R>(
        &self,
        statement: &str,
        period: &Period,
    ) -> Result<Vec<R>, StoreError>
    where
        R: RowOwned + RowRead,
    {
        let question = self.client().query(statement).param("from", period.from.0);
        let question = question.param("to", period.to.0);
        self.fetch_all(question).await
    }
}
