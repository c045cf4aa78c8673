//! Workspaces. Schema: `queries/schema/migrations/0160_workspaces.sql`.

use clickhouse::Row;
use serde::Deserialize;

use crate::domain::{Timestamp, Workspace};
use crate::store::client::Store;
use crate::store::client::error::StoreError;

const WORKSPACES: &str = include_str!("../../../queries/accounts/workspaces.sql");
const UNKNOWN: &str = include_str!("../../../queries/accounts/unknown_ids.sql");
const PAYERS: &str = include_str!("../../../queries/accounts/whatsapp_payers.sql");

/// A workspace as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptWorkspace {
    /// The workspace; of a removed one its name alone.
    pub workspace: Workspace,
    /// Whether it was removed. Its name is never given again.
    pub is_removed: bool,
}

/// A row of the question `workspaces`.
#[derive(Debug, Row, Deserialize)]
struct WorkspaceRow {
    name: String,
    definition: String,
    is_removed: bool,
}

/// A row of the question `whatsapp_payers`.
#[derive(Debug, Row, Deserialize)]
struct PayerRow {
    business_account: String,
    numbers: Vec<String>,
}

impl Store {
    /// All workspaces, those that were removed too, by name.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn workspaces(&self) -> Result<Vec<KeptWorkspace>, StoreError> {
        let rows: Vec<WorkspaceRow> = self.fetch_all(self.client().query(WORKSPACES)).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let payers: Vec<PayerRow> = self.fetch_all(self.client().query(PAYERS)).await?;
        let kept = |row: WorkspaceRow| {
            // What another version of the program wrote names nothing that could be shown.
            let read = serde_json::from_str::<Workspace>(&row.definition).unwrap_or_default();
            let is_own = |payer: &&PayerRow| payer.numbers.iter().all(|id| read.has_page(id));
            let own = payers.iter().filter(is_own).map(|payer| payer.business_account.clone());
            let business_accounts = own.collect();
            let workspace = Workspace { name: row.name, business_accounts, ..read };
            KeptWorkspace { workspace, is_removed: row.is_removed }
        };
        Ok(rows.into_iter().map(kept).collect())
    }

    /// Ids of a workspace of which nothing is known: a Page of which nothing has come in, an ad account whose costs were not
    /// read.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn unknown_ids(&self, workspace: &Workspace) -> Result<Vec<String>, StoreError> {
        let question = self.client().query(UNKNOWN).param("pages", &workspace.pages);
        self.fetch_all(question.param("ad_accounts", &workspace.ad_accounts)).await
    }

    /// Keeps a workspace in place of the one of its name, or removes it.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn save_workspace(
        &self,
        workspace: &Workspace,
        is_removed: bool,
        made_by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let definition = serde_json::to_string(workspace).unwrap_or_default();
        let definition = Some(definition).filter(|_| !is_removed);
        let kind = ("workspaces", "workspace");
        self.save_definition(kind, &workspace.name, definition, made_by, now).await
    }
}
