//! Versions of what is edited: of two edits the one counts that was made later, whatever the clocks said.

use crate::store::client::Store;
use crate::store::client::error::StoreError;

const LATEST: &str = include_str!("../../../queries/schema/latest_version.sql");
const NEWEST_MADE: &str = include_str!("../../../queries/materialize/newest_made.sql");

impl Store {
    /// A version for an edit in `table`: `now` (UTC microseconds), or one more than the highest that is stored where
    /// that is later. Who edits what others edit too keeps them from it meanwhile.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn next_version(&self, table: &str, now: u64) -> Result<u64, StoreError> {
        let question = self.client().query(LATEST).param("table", table);
        let latest: u64 = self.fetch_one(question).await?;
        Ok(now.max(latest.saturating_add(1)))
    }

    /// The highest version of what was made of events.
    pub(in crate::store) async fn newest_made(&self) -> Result<u64, StoreError> {
        self.fetch_one(self.client().query(NEWEST_MADE)).await
    }
}
