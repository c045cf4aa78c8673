//! What a store has to do to take the place of the journal.

use std::path::Path;

use anyhow::Result;
use bytes::Bytes;

/// Takes records from many tasks at once.
pub trait Log: Sized + Send + Sync + 'static {
    type Backlog: Backlog;

    fn open(folder: &Path) -> Result<Self>;

    /// Returns when `body` is on disk.
    fn append(&self, body: Bytes) -> impl Future<Output = Result<()>> + Send;

    /// How often it has made something durable.
    fn commits(&self) -> u64;

    /// Ends the writing.
    fn into_backlog(self) -> Result<Self::Backlog>;
}

/// Records waiting to be read.
pub trait Backlog {
    /// The next records in the order of writing, about so many bytes of them; none at the end.
    fn read(&mut self, bytes: usize) -> Result<Vec<Bytes>>;

    /// Deletes, durably, what has been read.
    fn forget(&mut self) -> Result<()>;
}
