//! Edits of workspaces.

use std::sync::Arc;

use super::{AccountError, Accounts, Refusal};
use crate::domain::Workspace;

impl Accounts {
    /// The workspace of that name.
    #[must_use]
    pub fn workspace(&self, name: &str) -> Option<Arc<Workspace>> {
        self.known().workspace(name)
    }

    /// Makes a workspace: as it is kept.
    ///
    /// # Errors
    /// If it cannot be, or its name is or was taken.
    pub async fn add_workspace(
        &self,
        workspace: Workspace,
        made_by: &str,
    ) -> Result<Workspace, AccountError> {
        let workspace = workspace.checked().map_err(Refusal::from)?;
        let _alone = self.begin_edit().await?;
        let known = self.known();
        if known.workspace(&workspace.name).is_some() {
            return Err(Refusal::WorkspaceTaken(workspace.name).into());
        }
        if known.removed_workspaces.contains(&workspace.name) {
            return Err(Refusal::WorkspaceRemoved(workspace.name).into());
        }
        self.save_workspace(workspace, false, made_by).await
    }

    /// Changes a workspace: as it is kept. Its members see what it is now at once.
    ///
    /// # Errors
    /// If there is none of its name, or it cannot be so.
    pub async fn edit_workspace(
        &self,
        name: &str,
        made_by: &str,
        change: impl FnOnce(&mut Workspace) + Send,
    ) -> Result<Workspace, AccountError> {
        let _alone = self.begin_edit().await?;
        self.check_workspace(Some(name))?;
        let mut workspace = self.workspace(name).as_deref().cloned().unwrap_or_default();
        change(&mut workspace);
        name.clone_into(&mut workspace.name);
        let workspace = workspace.checked().map_err(Refusal::from)?;
        self.save_workspace(workspace, false, made_by).await
    }

    /// Removes a workspace. What was made in it is kept, and shown to nobody any more.
    ///
    /// # Errors
    /// If there is none of that name, or somebody is a member of it: they would see nothing any more.
    pub async fn remove_workspace(&self, name: &str, made_by: &str) -> Result<(), AccountError> {
        let _alone = self.begin_edit().await?;
        self.check_workspace(Some(name))?;
        let members = self.members(name);
        if !members.is_empty() {
            let (name, members) = (name.to_owned(), members.join(", "));
            return Err(Refusal::WorkspaceInUse { name, members }.into());
        }
        let workspace = Workspace { name: name.to_owned(), ..Workspace::default() };
        self.save_workspace(workspace, true, made_by).await.map(|_| ())
    }

    /// Ids of a workspace of which nothing is known yet.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn unknown_ids(&self, workspace: &Workspace) -> Result<Vec<String>, AccountError> {
        Ok(self.store.unknown_ids(workspace).await?)
    }

    /// Users and tokens of a workspace, by name.
    #[must_use]
    pub fn members(&self, workspace: &str) -> Vec<String> {
        let known = self.known();
        let users = known.users.iter().filter(|user| user.workspace == workspace);
        let tokens = known.tokens.iter().filter(|token| token.workspace == workspace);
        let of_settings = self.tokens.borrow().clone();
        let of_settings =
            of_settings.iter().filter(|token| token.workspace.as_deref() == Some(workspace));
        users
            .map(|user| user.name.clone())
            .chain(tokens.map(|token| token.name.clone()))
            .chain(of_settings.map(|token| token.name.clone()))
            .collect()
    }

    /// Whether there is that workspace, if one is named.
    pub(super) fn check_workspace(&self, name: Option<&str>) -> Result<(), Refusal> {
        match name {
            Some(name) if self.workspace(name).is_none() => {
                Err(Refusal::NoWorkspace(name.to_owned()))
            }
            _ => Ok(()),
        }
    }

    async fn save_workspace(
        &self,
        workspace: Workspace,
        is_removed: bool,
        made_by: &str,
    ) -> Result<Workspace, AccountError> {
        self.store.save_workspace(&workspace, is_removed, made_by, self.now()).await?;
        let act = if is_removed { "remove workspace" } else { "write workspace" };
        self.note(made_by, act, &workspace.name, "").await;
        self.refresh().await?;
        Ok(workspace)
    }
}
