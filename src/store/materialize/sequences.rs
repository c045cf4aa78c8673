//! People's events by month, as arrays that funnels are counted over. Schema:
//! `queries/schema/migrations/0112_event_sequences.sql`.

use jiff::tz::TimeZone;

use crate::store::client::Store;
use crate::store::client::assemble::{assemble, without_comments};
use crate::store::client::error::StoreError;
use crate::store::client::months::month_of;
use crate::store::materialize::materialization::{ChangedPerson, MaterializedTables};

const MADE: &str = include_str!("../../../queries/sequences/sequences_made.sql");
const CLASSES: &str = include_str!("../../../queries/sequences/classes_made.sql");
const CHANGED: &str = include_str!("../../../queries/sequences/changed_names.sql");
const CLASS: &str = include_str!("../../../queries/sequences/class.sql");

/// Rows of one event may have several times: a message's statuses come within 30 days (WhatsApp Cloud API, messages).
const APART_MS: i64 = 35 * 86_400_000;

impl Store {
    /// Makes the sequences of everyone who stands in some blocks of changed people. `bound` (UTC milliseconds) is before the
    /// newest events of most of them; it changes no row.
    ///
    /// # Errors
    /// If ClickHouse fails; what was written is right, and trying again is harmless.
    pub async fn make_sequences(
        &self,
        tables: MaterializedTables,
        batches: &[u64],
        people: &[ChangedPerson],
        bound: i64,
        version: u64,
    ) -> Result<(), StoreError> {
        // Those of whom old events are new would have everybody's months made again.
        for is_older in [false, true] {
            let of_these = people.iter().filter(|person| (person.since < bound) == is_older);
            let Some(since) = of_these.map(|person| person.since).min() else { continue };
            let from = month_of(since.saturating_sub(APART_MS));
            let from_month = from.to_string();
            let start = TimeZone::UTC.to_timestamp(from.at(0, 0, 0, 0)).unwrap_or_default();
            let read_from = start.as_millisecond().saturating_sub(APART_MS);
            let asked = |statement: &str| {
                let question = self.client().query(statement);
                let question = question.param("changed", tables.name("changed_people"));
                let question = question.param("batches", batches).param("bound", bound);
                question.param("is_older", is_older).param("from_month", &from_month)
            };
            let class = without_comments(CLASS);
            let definitions = without_comments(CHANGED);
            let pieces = [("definitions", &*definitions), ("class", &*class)];
            // Whoever reads a class finds what it is.
            self.execute(asked(&assemble(CLASSES, &pieces))).await?;
            let made = asked(&assemble(MADE, &pieces));
            let made = made.param("sequences", tables.name("event_sequences"));
            self.execute(made.param("read_from", read_from).param("version", version)).await?;
        }
        Ok(())
    }
}
