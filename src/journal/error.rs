//! Why the journal could not do it.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why the journal could not do it.
#[derive(Debug, Error)]
pub enum JournalError {
    /// Another process owns the folder.
    #[error("the journal {0} is in use by another process")]
    Locked(PathBuf),
    /// The budget is used up by what is still to be shipped.
    #[error("the journal is full: {bytes} of {max_bytes} bytes (journal.max_bytes)")]
    Full {
        /// Bytes taken.
        bytes: u64,
        /// Bytes allowed.
        max_bytes: u64,
    },
    /// The disk said no.
    #[error("the journal {path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The journal has been closed.
    #[error("the journal is closed")]
    Closed,
}

impl JournalError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}
