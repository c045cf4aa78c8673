//! What paths, cohorts and custom funnels by conversation ask.

use clickhouse::Row;
use clickhouse::query::Query;
use polars_core::frame::DataFrame;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Period;
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;
use crate::store::client::months::of_months;
use crate::store::read::collection::BreakdownColumns;

const WHOLE: &str = include_str!("../../../queries/sequences/sequences_whole.sql");
const COHORTS: &str = include_str!("../../../queries/retention/cohorts.sql");
const TOP_SEQUENCES: &str = include_str!("../../../queries/funnels/top_sequences.sql");
const CONVERSATIONS: &str = include_str!("../../../queries/funnels/unit_conversations.sql");

/// Those of a cohort who acted in a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct CohortWeek {
    /// The Monday of the week of the first act, days since 1970-01-01.
    pub cohort: i32,
    /// Weeks since; 0 is the first.
    pub week: u32,
    /// People who acted in it.
    pub people: u64,
    /// People in the cohort.
    pub size: u64,
}

/// What some people and the business did one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct Sequence {
    /// The entry point, then what happened, joined by ` > `.
    pub sequence: String,
    /// People of whom that is true.
    pub people: u64,
}

/// A statement over the sequences of `from` to `until`.
fn over_sequences(store: &Store, statement: &str, from: i64, until: i64) -> Query {
    let statement = assemble(statement, &[("sequences_whole", WHOLE.trim_end())]);
    of_months(store.client().query(&statement), from, until)
}

impl Store {
    /// The conversations of `period` and until `until` (UTC milliseconds), and, `with_before`, each
    /// person's last one before it, with what `by` asks for. Columns: `queries/funnels/unit_conversations.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn unit_conversations(
        &self,
        period: &Period,
        until: i64,
        with_before: bool,
        by: BreakdownColumns,
    ) -> Result<DataFrame, StoreError> {
        let asked = |question: Query| {
            let question = question.param("from", period.from.0).param("until", until);
            question.param("with_before", with_before)
        };
        self.frame_without(CONVERSATIONS, &by.left_out(), asked).await
    }

    /// People by the week of their first act, and who acted in each week after it.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn cohorts(&self, period: &Period) -> Result<Vec<CohortWeek>, StoreError> {
        let question = over_sequences(self, COHORTS, period.from.0, period.to.0);
        let question = question.param("from", period.from.0).param("to", period.to.0);
        let question = question.param("zone", period.zone.iana_name().unwrap_or("UTC"));
        self.fetch_all(question).await
    }

    /// What people and business do one after the other, most frequent first: `length` events of those
    /// who opened a conversation in the period, until `until` (UTC milliseconds).
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn top_sequences(
        &self,
        period: &Period,
        until: i64,
        length: u32,
        limit: u64,
    ) -> Result<Vec<Sequence>, StoreError> {
        let question = over_sequences(self, TOP_SEQUENCES, period.from.0, until);
        let question = question.param("from", period.from.0);
        let question = question.param("to", period.to.0).param("until", until);
        let question = question.param("length", length).param("limit", limit);
        self.fetch_all(question).await
    }
}
