//! Who edits the link registry: the command line and the forms of the links page, one after the other.

mod edit;
mod handlers;
mod messages;

use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

pub use edit::{About, Edit, EditError, Form};
pub use handlers::router;

use crate::domain::{Link, LinkNote, Timestamp, Workspace};
use crate::http::own::OfWorkspace;
use crate::store::{Store, StoreError};

/// Why an edit was not made.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// The edit makes no link.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// ClickHouse failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The registry of tracked links.
#[derive(Debug, Clone)]
pub struct Registry {
    store: Store,
    lock: PathBuf,
    /// UTC milliseconds.
    clock: fn() -> i64,
    /// The workspace whose links alone can be edited.
    workspace: Option<Arc<Workspace>>,
}

impl OfWorkspace for Registry {
    fn of_workspace(&self, workspace: &Arc<Workspace>) -> Self {
        Self { workspace: Some(Arc::clone(workspace)), ..self.clone() }
    }
}

impl Registry {
    /// The registry in `store`; edits wait for one another.
    #[must_use]
    pub fn new(store: Store, lock: PathBuf, clock: fn() -> i64) -> Self {
        Self { store, lock, clock, workspace: None }
    }

    /// Makes an edit; the link, and what should be known about it beside the other links.
    ///
    /// # Errors
    /// If the link cannot be, or ClickHouse fails; then nothing has changed.
    pub async fn make(&self, edit: Edit) -> Result<(Link, Vec<LinkNote>), RegistryError> {
        // An edit reads a link and writes it again: one after the other.
        let lease = self.store.wait_for_lease(&self.lock).await?;
        let made = self.make_now(edit).await;
        lease.end().await;
        made
    }

    async fn make_now(&self, edit: Edit) -> Result<(Link, Vec<LinkNote>), RegistryError> {
        let links = self.store.links().await?;
        if let Some(workspace) = &self.workspace {
            edit.check_own(&links, workspace)?;
        }
        let link = edit.of(&links)?;
        if self.workspace.as_ref().is_some_and(|workspace| !workspace.has_page(&link.page_id)) {
            return Err(EditError::Foreign(link.page_id).into());
        }
        let now = Timestamp((self.clock)()).micros();
        let version = self.store.next_version("links", now).await?;
        self.store.save_link(link.clone(), version).await?;
        let is_own = |other: &Link| {
            self.workspace.as_ref().is_none_or(|workspace| workspace.has_page(&other.page_id))
        };
        let others: Vec<Link> = links.into_values().filter(is_own).collect();
        Ok((link.clone(), link.lint(&others)))
    }
}
