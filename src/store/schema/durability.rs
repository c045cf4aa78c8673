//! Whether the tables survive a power cut: ClickHouse writes parts into the system's cache and syncs nothing unless a
//! table's settings say so. What a cut leaves of an unsynced part is set aside as broken at the next start.

use clickhouse::Row;
use clickhouse::query::Query;
use serde::Deserialize;

use crate::store::client::Store;
use crate::store::client::error::StoreError;

const UNSYNCED: &str = include_str!("../../../queries/schema/unsynced_tables.sql");
const SYNC: &str = include_str!("../../../queries/schema/sync_table.sql");
const BROKEN_PARTS: &str = include_str!("../../../queries/schema/broken_parts.sql");

/// Settings of every table that `syncs`, or not. A sync covers the files of a part and its folder, of an insert and of
/// a merge. Merged parts are kept for a minute: if the merge turns out broken, its sources are still there. Parts
/// that are broken at a start are set aside, however many: a start that refuses to go on helps nobody, because
/// what they held is shipped again from the journal.
pub(in crate::store) fn settings(syncs: bool) -> [(&'static str, &'static str); 7] {
    let on = if syncs { "1" } else { "0" };
    [
        ("fsync_after_insert", on),
        ("fsync_part_directory", on),
        ("min_rows_to_fsync_after_merge", on),
        ("min_compressed_bytes_to_fsync_after_merge", on),
        // Unsynced merges need the time that ClickHouse itself gives the system for writing them.
        ("old_parts_lifetime", if syncs { "60" } else { "480" }),
        ("max_suspicious_broken_parts", "1000000"),
        ("max_suspicious_broken_parts_bytes", "1000000000000000"),
    ]
}

/// A part that ClickHouse could not read when it loaded a table.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct BrokenPart {
    /// The table.
    pub table: String,
    /// Name of its folder below the table's `detached`.
    pub name: String,
    /// Bytes of its files.
    pub bytes: u64,
}

impl Store {
    /// Tables whose inserts or merges are not synced.
    ///
    /// # Errors
    /// Returns an error if ClickHouse cannot be asked.
    pub async fn unsynced_tables(&self) -> Result<Vec<String>, StoreError> {
        let query = self.client().query(&self.about_nodes(UNSYNCED, true));
        let query = query.param("database", self.home());
        self.fetch_all(query).await
    }

    /// Has every table of a configured server sync what is written. The embedded engine has it in its own settings.
    ///
    /// # Errors
    /// Returns an error if ClickHouse fails.
    pub async fn sync_writes(&self) -> Result<(), StoreError> {
        for table in self.unsynced_tables().await? {
            self.everywhere(SYNC, |query: Query| query.param("table", &table)).await?;
            tracing::info!(table, "inserts and merges are synced from now on");
        }
        Ok(())
    }

    /// Parts that were set aside as broken and are still there.
    ///
    /// # Errors
    /// Returns an error if ClickHouse cannot be asked.
    pub async fn broken_parts(&self) -> Result<Vec<BrokenPart>, StoreError> {
        let query = self.client().query(&self.about_nodes(BROKEN_PARTS, true));
        let query = query.param("database", self.home());
        self.fetch_all(query).await
    }
}
