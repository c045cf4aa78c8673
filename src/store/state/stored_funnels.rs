//! Funnels that were made on the page or over the API, with all their edits. Schema:
//! `queries/schema/migrations/0140_stored_funnels.sql`.

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::store::client::Store;
use crate::store::client::error::StoreError;

const VERSIONS: &str = include_str!("../../../queries/team/stored_funnel_versions.sql");
const FUNNELS: &str = include_str!("../../../queries/team/stored_funnels.sql");

/// Edits of one funnel that are told.
const MOST_EDITS: u64 = 1000;

/// An edit of a funnel: a row of the question `stored_funnels`, and of the table `funnel_edits`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct FunnelEdit {
    /// By which the funnel is known.
    pub name: String,
    /// Number of the edit, from 1.
    pub version: u64,
    /// Whose of two edits of one version it was.
    pub id: String,
    /// `made`, `changed`, `archived` or `restored`.
    pub act: String,
    /// The funnel's keys, as JSON.
    pub definition: String,
    /// User or token who made the edit.
    pub made_by: String,
    /// When, UTC milliseconds.
    pub made_at: i64,
}

/// A row of the question `stored_funnel_versions`.
#[derive(Debug, Row, Deserialize)]
struct VersionRow {
    name: String,
    version: u64,
}

impl Store {
    /// Names of the stored funnels, with the number of the latest edit of each.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn stored_funnel_versions(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let mut rows: Vec<VersionRow> = self.fetch_all(self.client().query(VERSIONS)).await?;
        rows.retain_mut(|row| self.is_own(&mut row.name));
        Ok(rows.into_iter().map(|row| (row.name, row.version)).collect())
    }

    /// The latest edit of each stored funnel, by name.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn stored_funnels(&self) -> Result<Vec<FunnelEdit>, StoreError> {
        self.edits_of("", 1).await
    }

    /// Edits of one funnel, the latest first; none if there is no such funnel.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn funnel_edits(&self, name: &str) -> Result<Vec<FunnelEdit>, StoreError> {
        if name.is_empty() {
            return Ok(Vec::new());
        }
        self.edits_of(&self.keyed(name), MOST_EDITS).await
    }

    async fn edits_of(&self, key: &str, edits: u64) -> Result<Vec<FunnelEdit>, StoreError> {
        let question = self.client().query(FUNNELS).param("funnel", key).param("edits", edits);
        let mut found: Vec<FunnelEdit> = self.fetch_all(question).await?;
        found.retain_mut(|edit| self.is_own(&mut edit.name));
        Ok(found)
    }

    /// Keeps an edit; false if somebody else's of this version came first, on whatever server.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn save_funnel_edit(&self, edit: &FunnelEdit) -> Result<bool, StoreError> {
        let FunnelEdit { name, version, id, .. } = edit;
        let kept = FunnelEdit { name: self.keyed(name), ..edit.clone() };
        let token = format!("funnel-{}-{version}", kept.name);
        self.insert_block("funnel_edits", &[kept], &token).await?;
        let edits = self.funnel_edits(name).await?;
        let kept = edits.iter().find(|kept| kept.version == *version);
        Ok(kept.is_some_and(|kept| kept.id == *id))
    }
}
