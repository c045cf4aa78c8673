//! Who edits the link registry: the command line and the forms of the links page, one after the other.

mod edit;
mod handlers;
mod messages;

use std::path::PathBuf;

use thiserror::Error;

pub use edit::{About, Edit, EditError, Form};
pub use handlers::router;

use crate::domain::{Link, LinkNote, Timestamp};
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
}

impl Registry {
    /// The registry in `store`; edits wait for one another.
    #[must_use]
    pub fn new(store: Store, lock: PathBuf, clock: fn() -> i64) -> Self {
        Self { store, lock, clock }
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
        let link = edit.of(&links)?;
        let now = Timestamp((self.clock)()).micros();
        let version = self.store.next_version("links", now).await?;
        self.store.save_link(link.clone(), version).await?;
        let others: Vec<Link> = links.into_values().collect();
        Ok((link.clone(), link.lint(&others)))
    }
}
