//! How long rows are kept: by ClickHouse itself, as a TTL of each table.

use clickhouse::query::Query;

use crate::store::client::Store;
use crate::store::client::error::StoreError;

const NOW: &str = include_str!("../../../queries/schema/retention_now.sql");
const KEEP_FOR: &str = include_str!("../../../queries/schema/keep_for.sql");
const KEEP_FOR_GOOD: &str = include_str!("../../../queries/schema/keep_for_good.sql");
const KEEP_RAW_FOR: &str = include_str!("../../../queries/schema/keep_raw_for.sql");
const KEEP_RAW_FOR_GOOD: &str = include_str!("../../../queries/schema/keep_raw_for_good.sql");
const EVENTS: &str = "events_by_person";

/// Days of a month, less one: events stay so much longer than what is made of them.
const LONGEST_MONTH: u32 = 30;

/// Days that rows are kept; 0: for good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// The JSON of events as it came.
    pub raw: u32,
    /// Events.
    pub events: u32,
    /// What is made of events: conversations, touchpoints, conversions.
    pub conversations: u32,
    /// Visits to tracked links.
    pub visits: u32,
    /// What could not be understood.
    pub quarantine: u32,
}

impl Store {
    /// Has ClickHouse keep rows so long, and no longer. It takes its time with what is too old: a merge removes it.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn keep(&self, retention: &Retention) -> Result<(), StoreError> {
        let Retention { raw, events, conversations, visits, quarantine } = *retention;
        // From the month's first day: its last conversations go with it, and its first events are there still.
        let months =
            if conversations == 0 { 0 } else { conversations.saturating_add(LONGEST_MONTH) };
        let wanted = [
            (EVENTS, "time", events),
            ("webhook_counts", "slot", events),
            ("conversations", "opened_at", conversations),
            ("touchpoints", "time", conversations),
            ("conversions", "time", conversations),
            ("event_sequences", "month", months),
            ("event_classes", "month", months),
            ("link_visits", "time", visits),
            ("quarantine", "received_at", quarantine),
        ];
        let tables = wanted.map(|(table, ..)| table).to_vec();
        let now = self.client().query(NOW).param("database", self.home()).param("tables", tables);
        let now: Vec<(String, u32, u32)> = self.fetch_all(now).await?;
        for (table, column, days) in wanted {
            let found = now.iter().find(|(name, ..)| name == table);
            let (now, raw_now) = found.map_or((0, 0), |(_, days, raw_days)| (*days, *raw_days));
            if now != days {
                let change = if days == 0 { KEEP_FOR_GOOD } else { KEEP_FOR };
                let ask = |query: Query| match days {
                    0 => query.param("table", table),
                    _ => query.param("table", table).param("column", column).param("days", days),
                };
                self.everywhere(change, ask).await?;
                tracing::info!(table, days, "rows are kept so long from now on (0: for good)");
            }
            if table == EVENTS && raw_now != raw {
                let change = if raw == 0 { KEEP_RAW_FOR_GOOD } else { KEEP_RAW_FOR };
                let ask = |query: Query| if raw == 0 { query } else { query.param("days", raw) };
                self.everywhere(change, ask).await?;
            }
        }
        Ok(())
    }
}
