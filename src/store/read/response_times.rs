//! What the report on answers asks.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Period;
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;
use crate::store::client::months::of_months;
use crate::store::read::collection::LATEST;
use crate::store::read::sequences::WHOLE;
use crate::store::read::source::{SHOWN_SOURCE, STORED_SOURCE};

const FIRST_RESPONSE: &str = include_str!("../../../queries/response_times/first_response.sql");
const RESPONSE_TIMES: &str = include_str!("../../../queries/response_times/response_times.sql");
const CLOSING_WINDOWS: &str = include_str!("../../../queries/response_times/closing_windows.sql");
const OPT_IN_COUNTS: &str = include_str!("../../../queries/audience/opt_in_counts.sql");
const MISSED_CALLS: &str = include_str!("../../../queries/response_times/missed_calls.sql");

/// How some conversations were answered.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize, ToSchema)]
pub struct ResponseTimes {
    /// `all`, `source`, `hour`, `weekday` (1 is Monday), `weekday_hour` (both, as `1 09`), `app`, `persona` or
    /// `reply` (a bucket).
    pub dimension: String,
    /// Its value.
    pub value: String,
    /// Conversations with a message of the person.
    pub wrote: u64,
    /// Of those, answered.
    pub answered: u64,
    /// Answered within five minutes.
    pub within_5m: u64,
    /// Answered within an hour.
    pub within_1h: u64,
    /// Answered within a day.
    pub within_24h: u64,
    /// Median time to the answer, milliseconds.
    pub median_ms: Option<f64>,
    /// 90th percentile of it, milliseconds.
    pub p90_ms: Option<f64>,
    /// Conversations that reached the stage lead.
    pub leads: u64,
    /// Conversations that reached the stage purchase.
    pub purchases: u64,
}

/// A conversation and when its messaging window ends.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct ClosingWindow {
    /// How many windows the question finds in all.
    pub total: u64,
    /// How many of those wait for an answer.
    pub waiting: u64,
    /// Page or Instagram account.
    pub page_id: String,
    /// Person.
    pub person_id: String,
    /// `messenger`, `instagram` or `whatsapp`.
    pub channel: String,
    /// Entry point of the opening.
    pub source: String,
    /// When the conversation was opened, UTC milliseconds.
    pub opened_at: i64,
    /// First message or postback that no answer followed, UTC milliseconds.
    pub waiting_since: Option<i64>,
    /// The person's last act, UTC milliseconds.
    pub last_act_at: i64,
    /// End of the window, UTC milliseconds.
    pub closes_at: i64,
    /// Until when messages of any kind cost nothing (WhatsApp, after an ad), UTC milliseconds.
    pub free_until: Option<i64>,
}

/// How long a business may answer freely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagingWindow {
    /// Hours after the person's last act.
    pub hours: i64,
    /// The same on each channel.
    pub by_channel: Vec<(String, i64)>,
    /// Hours after the person's first message, where they entered through a source, if that is later.
    pub by_source: Vec<SourceWindow>,
    /// Hours after the answer in which messages cost nothing on WhatsApp, where it came in time after an ad.
    pub free_entry_hours: i64,
}

/// A longer window on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceWindow {
    /// `messenger`, `instagram` or `whatsapp`.
    pub channel: String,
    /// The entry point.
    pub source: String,
    /// Hours after the first message.
    pub hours: i64,
}

/// Calls on WhatsApp that nobody took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct MissedCalls {
    /// How many.
    pub missed: u64,
    /// How many of those the business has not answered since, by message or call.
    pub unanswered: u64,
}

/// A statement with the pieces that tell the source.
fn by_source(statement: &str) -> String {
    let pieces = [("stored_source", STORED_SOURCE), ("shown_source", SHOWN_SOURCE)];
    assemble(statement, &pieces)
}

impl Store {
    /// How people who wrote were answered, over all and by each dimension.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn response_times(&self, period: &Period) -> Result<Vec<ResponseTimes>, StoreError> {
        let statement = by_source(RESPONSE_TIMES);
        let question = self.client().query(&statement).param("from", period.from.0);
        let question = question.param("to", period.to.0);
        let question = question.param("zone", period.zone.iana_name().unwrap_or("UTC"));
        self.fetch_all(question).await
    }

    /// How people who wrote were answered, over all of them.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn first_response(&self, period: &Period) -> Result<ResponseTimes, StoreError> {
        let question = self.client().query(FIRST_RESPONSE).param("from", period.from.0);
        self.fetch_one(question.param("to", period.to.0)).await
    }

    /// Conversations whose window ends in the period: all, or those that wait for an answer; the
    /// latest or the earliest first, `limit` at most.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn closing_windows(
        &self,
        period: &Period,
        window: &MessagingWindow,
        unanswered: bool,
        descending: bool,
        limit: u64,
    ) -> Result<Vec<ClosingWindow>, StoreError> {
        let (channels, channel_hours): (Vec<&str>, Vec<i64>) =
            window.by_channel.iter().map(|(channel, hours)| (channel.as_str(), *hours)).unzip();
        let longer = window.by_source.iter();
        let (sources, source_hours): (Vec<String>, Vec<i64>) =
            longer.map(|one| (format!("{} {}", one.channel, one.source), one.hours)).unzip();
        let question = self
            .client()
            .query(&by_source(CLOSING_WINDOWS))
            .param("from", period.from.0)
            .param("to", period.to.0)
            .param("hours", window.hours)
            .param("channels", channels)
            .param("channel_hours", channel_hours)
            .param("sources", sources)
            .param("source_hours", source_hours)
            .param("free_hours", window.free_entry_hours)
            .param("unanswered", unanswered)
            .param("descending", descending)
            .param("limit", limit);
        self.fetch_all(question).await
    }

    /// Calls of people in the period that nobody took.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn missed_calls(&self, period: &Period) -> Result<MissedCalls, StoreError> {
        let statement = assemble(MISSED_CALLS, &[("sequences_whole", WHOLE.trim_end())]);
        // Answers count whenever they came.
        let question = of_months(self.client().query(&statement), period.from.0, LATEST);
        let question = question.param("from", period.from.0).param("to", period.to.0);
        self.fetch_one(question).await
    }

    /// How often people opted in to notifications in the period, and how often they stopped them.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn opt_in_counts(&self, period: &Period) -> Result<(u64, u64), StoreError> {
        let question = self.client().query(OPT_IN_COUNTS).param("from", period.from.0);
        let question = question.param("to", period.to.0);
        self.fetch_one(question).await
    }
}
