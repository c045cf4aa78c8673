//! A second set of the tables that are made of events, and how the two compare.

use clickhouse::Row;
use clickhouse::query::Query;
use serde::{Deserialize, Serialize};

use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;
use crate::store::materialize::materialization::ChangedBatch;
use crate::store::materialize::materialization::MaterializedTables;

const CREATE: &str = include_str!("../../../queries/materialize/create_rebuilt.sql");
const DROP: &str = include_str!("../../../queries/materialize/drop_rebuilt.sql");
const EXCHANGE: &str = include_str!("../../../queries/materialize/exchange_rebuilt.sql");
const LEFT: &str = include_str!("../../../queries/materialize/left_rebuilt.sql");
const EVERYONE_CHANGED: &str = include_str!("../../../queries/materialize/everyone_changed.sql");
const EVERYONE_PENDING: &str = include_str!("../../../queries/materialize/everyone_pending.sql");
const ALSO_CHANGED: &str = include_str!("../../../queries/materialize/also_changed.sql");
const DIFFERING_ROWS: &str = include_str!("../../../queries/materialize/differing_rows.sql");
const ROWS_THAT_DIFFER: &str = include_str!("../../../queries/materialize/rows_that_differ.sql");

/// People last: their lists must never name less than the rows that are in use.
const MADE: [&str; 5] =
    ["conversations", "touchpoints", "conversions", "event_sequences", "people"];
/// Who has changed, and was not made since.
const CHANGED: [&str; 2] = ["changed_people", "changed_batches"];

/// Blocks in one question: they stand in its address.
const BLOCKS_AT_ONCE: usize = 1000;

/// How the rows of two tables compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct Compared {
    /// Rows that are in both.
    pub same: u64,
    /// Rows that only the table in use has.
    pub only_live: u64,
    /// Rows that only the rebuilt table has.
    pub only_rebuilt: u64,
}

/// A row that only one of two tables has.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct DifferingRow {
    /// Whether only the table in use has it; else only the rebuilt one does.
    pub is_live: bool,
    /// The row without its version, as a JSON object.
    pub row: String,
}

impl Store {
    /// Makes a second set, empty, with everyone there is as changed.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn begin_rebuilt(&self, set: MaterializedTables) -> Result<(), StoreError> {
        for table in MADE.into_iter().chain(CHANGED) {
            let rebuilt = set.name(table);
            let make = assemble(CREATE, &[("table", table)]);
            self.everywhere(&make, |query| query.param("rebuilt", &rebuilt)).await?;
            self.distribute(&rebuilt).await?;
        }
        let [changed, batches] = CHANGED.map(|table| set.name(table));
        let everyone = self.client().query(EVERYONE_CHANGED).param("changed", &changed);
        self.execute(everyone).await?;
        let pending = self.client().query(EVERYONE_PENDING).param("changed", &changed);
        self.execute(pending.param("batches_table", &batches)).await
    }

    /// How `table` compares with its rebuilt form.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn compare_rebuilt(
        &self,
        set: MaterializedTables,
        table: &str,
    ) -> Result<Compared, StoreError> {
        let question = self.client().query(ROWS_THAT_DIFFER).param("live", table);
        let question = question.param("rebuilt", set.name(table));
        self.fetch_one(question).await
    }

    /// Says that everybody in some blocks of changed people has changed for a second set too.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn also_changed(
        &self,
        set: MaterializedTables,
        batches: &[ChangedBatch],
    ) -> Result<(), StoreError> {
        let batches: Vec<u64> = batches.iter().map(|batch| batch.batch).collect();
        for batches in batches.chunks(BLOCKS_AT_ONCE) {
            let insert = self.client().query(ALSO_CHANGED);
            let insert = insert.param("changed", set.name(CHANGED[0])).param("batches", batches);
            self.execute(insert).await?;
        }
        Ok(())
    }

    /// A few rows in which `table` and its rebuilt form differ.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn differing_rows(
        &self,
        set: MaterializedTables,
        table: &str,
    ) -> Result<Vec<DifferingRow>, StoreError> {
        let question = self.client().query(DIFFERING_ROWS).param("live", table);
        let question = question.param("rebuilt", set.name(table));
        self.fetch_all(question).await
    }

    /// Puts a second set into the place of the first, each table at once.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn use_rebuilt(&self, set: MaterializedTables) -> Result<(), StoreError> {
        for table in MADE {
            let rebuilt = set.name(table);
            let ask = |query: Query| query.param("live", table).param("rebuilt", &rebuilt);
            self.everywhere(EXCHANGE, ask).await?;
        }
        Ok(())
    }

    /// Takes second sets away that other rebuilds have left; how many tables those are. Only who has the lease of making
    /// conversations may: no rebuild is under way then, and one that was stopped meanwhile finds its tables no more and
    /// puts nothing into the place of what is made since.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn drop_left_rebuilt(&self) -> Result<usize, StoreError> {
        let left = self.left_rebuilt().await?;
        for rebuilt in &left {
            self.everywhere_read(DROP, |query| query.param("rebuilt", rebuilt)).await?;
            self.everywhere(DROP, |query| query.param("rebuilt", rebuilt)).await?;
        }
        Ok(left.len())
    }

    /// Names of the tables of all second sets.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn left_rebuilt(&self) -> Result<Vec<String>, StoreError> {
        let databases = [self.home(), self.endpoint.database.clone()];
        let question = self.client().query(&self.about_nodes(LEFT, true));
        let question = question.param("databases", &databases[..]);
        self.fetch_all(question).await
    }
}
