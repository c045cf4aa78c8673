//! What custom funnels by conversation ask.

use clickhouse::query::Query;
use polars_core::frame::DataFrame;
use polars_core::prelude::{IdxCa, IdxSize, PolarsResult};

use crate::domain::Period;
use crate::store::client::Store;
use crate::store::client::assemble::{assemble, without_comments};
use crate::store::client::error::StoreError;
use crate::store::read::collection::BreakdownColumns;
use crate::store::read::source::STORED_SOURCE;

const CONVERSATIONS: &str = include_str!("../../../queries/funnels/unit_conversations.sql");
const BEFORE: &str = include_str!("../../../queries/funnels/unit_conversations_before.sql");

impl Store {
    /// The conversations of `period` and until `until` (UTC milliseconds), and, `with_before`, each
    /// person's last one before it, with what `by` asks for; in the order of people's hashes and of time. Columns: `queries/funnels/unit_conversations.sql`, and the
    /// names of links and ads.
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
        let names = by.names_entrances();
        let columns = [("page_id", by.page || names), ("source", by.source || names)];
        let unread = columns.into_iter().filter(|(_, is_read)| !is_read).map(|(name, _)| name);
        let left_out: Vec<&str> = by.left_out().into_iter().chain(unread).collect();
        let source = ("stored_source", STORED_SOURCE);
        let before = if with_before {
            assemble(&format!("\n{}", without_comments(BEFORE).trim_end()), &[source])
        } else {
            String::new()
        };
        let statement = assemble(CONVERSATIONS, &[source, ("before", &before)]);
        let asked = |question: Query| question.param("from", period.from.0).param("until", until);
        let found = self.named(self.frame_without(&statement, &left_out, asked), by).await?;
        by_people(&found).map_err(|source| self.unexpected(source))
    }
}

/// Conversations in the order of people's hashes and of time.
fn by_people(found: &DataFrame) -> PolarsResult<DataFrame> {
    let number = |name: &str| PolarsResult::Ok(found.column(name)?.u64()?.rechunk().into_owned());
    let (high, low) = (number("person_high")?, number("person_low")?);
    let opened = found.column("opened_at")?.i64()?.rechunk().into_owned();
    let people = high.into_no_null_iter().zip(low.into_no_null_iter());
    let rows = people.zip(opened.into_no_null_iter()).zip(0..);
    let mut order: Vec<(_, IdxSize)> = rows.collect();
    order.sort_unstable();
    let order = order.into_iter().map(|(_, row)| row).collect();
    found.take(&IdxCa::from_vec("order".into(), order))
}
