//! Goals that somebody wrote. Schema: `queries/schema/migrations/0142_goals.sql`.

use clickhouse::Row;
use serde::Deserialize;

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

impl Store {
    /// Goals that somebody wrote, by name: those of this store's workspace, or of people of all.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn goals(&self) -> Result<Vec<KeptGoal>, StoreError> {
        let mut goals: Vec<KeptGoal> = self.fetch_all(self.client().query(GOALS)).await?;
        goals.retain_mut(|goal| self.is_own(&mut goal.name));
        Ok(goals)
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
        self.save_definition(("goals", "goal"), name, definition, made_by, now).await
    }
}
