//! What custom funnels by conversation ask.

use clickhouse::query::Query;
use polars_core::frame::DataFrame;

use crate::domain::Period;
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::read::collection::BreakdownColumns;

const CONVERSATIONS: &str = include_str!("../../../queries/funnels/unit_conversations.sql");

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
}
