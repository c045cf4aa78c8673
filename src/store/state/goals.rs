//! Goals that somebody wrote. Schema: `queries/schema/migrations/0142_goals.sql`.

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::store::client::Store;
use crate::store::client::error::StoreError;

const GOALS: &str = include_str!("../../../queries/team/goals.sql");

/// A goal: a row of the question `goals`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct KeptGoal {
    /// By which it is known.
    pub name: String,
    /// Its keys, as JSON.
    pub definition: String,
    /// Who wrote it last.
    pub made_by: String,
    /// When, UTC milliseconds.
    pub made_at: i64,
}

/// A row of `goals`.
#[derive(Debug, Row, Serialize)]
struct SavedRow {
    name: String,
    definition: String,
    made_by: String,
    made_at: i64,
    version: u64,
    is_deleted: u8,
}

impl Store {
    /// Goals that somebody wrote, by name.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn goals(&self) -> Result<Vec<KeptGoal>, StoreError> {
        self.fetch_all(self.client().query(GOALS)).await
    }

    /// Keeps a goal in place of the one of its name, or removes it (without a definition).
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn save_goal(
        &self,
        name: &str,
        definition: Option<String>,
        made_by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let version = self.next_version("goals", now.micros()).await?;
        let is_deleted = u8::from(definition.is_none());
        let row = SavedRow {
            name: name.to_owned(),
            definition: definition.unwrap_or_default(),
            made_by: made_by.to_owned(),
            made_at: now.0,
            version,
            is_deleted,
        };
        let token = format!("goal-{name}-{version}-{is_deleted}");
        self.insert_block("goals", &[row], &token).await
    }
}
