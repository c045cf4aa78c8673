//! Who edits the link registry: the command line and the forms of the links page, one after the other.

mod edit;
mod forms;
mod told;

use std::fs::File;
use std::path::PathBuf;

use thiserror::Error;

pub use edit::{About, Edit, EditError, Form};
pub use forms::router;

use crate::domain::{Link, LinkNote, Timestamp};
use crate::store::{Store, StoreError, wait_for_lock};

/// Why an edit was not made.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// The edit makes no link.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// ClickHouse failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lock file cannot be used.
    #[error("{path}: {source}")]
    Lock {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
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
    /// The registry in `store`; edits wait for one another by the file `lock`.
    #[must_use]
    pub fn new(store: Store, lock: PathBuf, clock: fn() -> i64) -> Self {
        Self { store, lock, clock }
    }

    /// Makes an edit; the link, and what should be known about it beside the other links.
    ///
    /// # Errors
    /// If the link cannot be, or ClickHouse fails; then nothing has changed.
    pub async fn make(&self, edit: Edit) -> Result<(Link, Vec<LinkNote>), RegistryError> {
        let _lock = self.lock().await?;
        let links = self.store.links().await?;
        let link = edit.of(&links)?;
        let edited_at = Timestamp((self.clock)()).micros();
        self.store.save_link(link.clone(), edited_at).await?;
        let others: Vec<Link> = links.into_values().collect();
        Ok((link.clone(), link.lint(&others)))
    }

    /// An edit reads a link and writes it again: one after the other.
    async fn lock(&self) -> Result<File, RegistryError> {
        let locked = wait_for_lock(&self.lock).await;
        locked.map_err(|source| RegistryError::Lock { path: self.lock.clone(), source })
    }
}
