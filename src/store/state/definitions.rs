//! What a team writes under names: alert rules and goals. Of several rows of a name that with the highest version counts.

use clickhouse::Row;
use serde::Serialize;

use crate::domain::Timestamp;
use crate::store::client::Store;
use crate::store::client::error::StoreError;

/// A row of `alert_rules` or `goals`.
#[derive(Debug, Row, Serialize)]
struct SavedDefinition {
    name: String,
    definition: String,
    made_by: String,
    made_at: i64,
    version: u64,
    is_deleted: u8,
}

impl Store {
    /// Keeps a definition in `table` in place of the one of its name, or removes it (without a definition); `kind` is what
    /// its insert is called.
    pub(in crate::store) async fn save_definition(
        &self,
        (table, kind): (&str, &str),
        name: &str,
        definition: Option<String>,
        made_by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let version = self.next_version(table, now.micros()).await?;
        let is_deleted = u8::from(definition.is_none());
        let row = SavedDefinition {
            name: self.keyed(name),
            definition: definition.unwrap_or_default(),
            made_by: made_by.to_owned(),
            made_at: now.0,
            version,
            is_deleted,
        };
        let token = format!("{kind}-{}-{version}-{is_deleted}", row.name);
        self.insert_block(table, &[row], &token).await
    }
}
