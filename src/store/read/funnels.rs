//! What custom funnels by conversation ask.

use clickhouse::query::Query;
use polars_core::frame::DataFrame;

use crate::domain::Period;
use crate::store::client::Store;
use crate::store::client::assemble::{assemble, without_comments};
use crate::store::client::error::StoreError;
use crate::store::read::collection::BreakdownColumns;

const CONVERSATIONS: &str = include_str!("../../../queries/funnels/unit_conversations.sql");
const BEFORE: &str = include_str!("../../../queries/funnels/unit_conversations_before.sql");

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
        let mut left_out = by.left_out();
        let of_these = [("page_id", by.page), ("source", by.source)];
        left_out.extend(of_these.iter().filter(|(_, is_asked)| !is_asked).map(|(name, _)| name));
        // What is stored with a conversation needs neither links nor ads.
        let is_named = by.source || by.link || by.ad_names;
        let table = if is_named { "v_conversations" } else { "conversations FINAL" };
        let before = if with_before {
            let before = format!("\n{}", without_comments(BEFORE).trim_end());
            assemble(&before, &[("conversations", table)])
        } else {
            String::new()
        };
        let pieces = [("conversations", table), ("before", &before)];
        let statement = assemble(CONVERSATIONS, &pieces);
        let asked = |question: Query| question.param("from", period.from.0).param("until", until);
        self.frame_without(&statement, &left_out, asked).await
    }
}
