//! What of workspaces stands on the settings page.

use crate::accounts::{AccountError, Accounts};

/// A workspace as the page shows it.
#[derive(Debug, Clone, Default)]
pub(super) struct WorkspaceLine {
    pub name: String,
    /// What people call it.
    pub called: String,
    pub title: String,
    pub pages: String,
    pub ad_accounts: String,
    pub time_zone: String,
    pub currency: String,
    pub language: String,
    /// Users and tokens.
    pub members: String,
    /// Ids of which nothing is known.
    pub unknown: String,
}

/// All workspaces, by name.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub(super) async fn lines(accounts: &Accounts) -> Result<Vec<WorkspaceLine>, AccountError> {
    let mut lines = Vec::new();
    for workspace in &accounts.known().workspaces {
        let unknown = accounts.unknown_ids(workspace).await?;
        lines.push(WorkspaceLine {
            name: workspace.name.clone(),
            called: workspace.called().to_owned(),
            title: workspace.title.clone(),
            pages: workspace.pages.join(", "),
            ad_accounts: workspace.ad_accounts.join(", "),
            time_zone: workspace.time_zone.clone(),
            currency: workspace.currency.clone(),
            language: workspace.language.clone(),
            members: accounts.members(&workspace.name).join(", "),
            unknown: unknown.join(", "),
        });
    }
    Ok(lines)
}
