//! Tables as bytes, for backups: ClickHouse's own form `Native`, which carries names and types of columns.

use bytes::Bytes;
use clickhouse::Row;
use clickhouse::insert_formatted::InsertFormatted;
use clickhouse::query::BytesCursor;
use serde::Deserialize;

use crate::store::client::Store;
use crate::store::client::assemble::{assemble, without_comments};
use crate::store::client::error::StoreError;

const TABLES: &str = include_str!("../../../queries/backup/kept_tables.sql");
const COPY: &str = include_str!("../../../queries/backup/copy_table.sql");
const RESTORE: &str = include_str!("../../../queries/backup/restore_table.sql");

/// A table and how many rows lie in it, older versions too.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct KeptTable {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
}

/// A table that comes, piece by piece.
pub struct Copying {
    store: Store,
    bytes: BytesCursor,
}

impl std::fmt::Debug for Copying {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Copying({:?})", self.store)
    }
}

impl Copying {
    /// The next piece; `None` behind the last.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        self.bytes.next().await.map_err(|error| self.store.failed(error))
    }
}

/// A table that goes back, piece by piece.
pub struct Restoring {
    store: Store,
    insert: InsertFormatted,
}

impl std::fmt::Debug for Restoring {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Restoring({:?})", self.store)
    }
}

impl Restoring {
    /// Sends a piece.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn send(&mut self, piece: Bytes) -> Result<(), StoreError> {
        self.insert.send(piece).await.map_err(|error| self.store.failed(error))
    }

    /// Ends the table: only then its rows are there.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn end(self) -> Result<(), StoreError> {
        self.insert.end().await.map_err(|error| self.store.failed(error))
    }
}

impl Store {
    /// The tables that hold rows on disk.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn kept_tables(&self) -> Result<Vec<KeptTable>, StoreError> {
        let question = self.client().query(&self.about_nodes(TABLES, false));
        self.fetch_all(question.param("database", self.home())).await
    }

    /// Begins to copy a table.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub fn copy_table(&self, table: &str) -> Result<Copying, StoreError> {
        let question = self.client().query(COPY).param("table", table);
        let bytes = question.fetch_bytes("Native").map_err(|error| self.failed(error))?;
        Ok(Copying { store: self.clone(), bytes })
    }

    /// Begins to put rows back into one of the [`Store::kept_tables`].
    #[must_use]
    pub fn restore_table(&self, table: &KeptTable) -> Restoring {
        // Behind the statement come the rows: nothing else may stand there.
        let statement = without_comments(RESTORE);
        let insert = self
            .client()
            .insert_formatted_with(assemble(&statement, &[("table", &table.name)]))
            .with_setting("max_partitions_per_insert_block", "0")
            // What was dropped before as a block that came twice must not be dropped now.
            .with_setting("insert_deduplicate", "0");
        Restoring { store: self.clone(), insert }
    }
}
