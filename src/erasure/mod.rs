//! Erasing a person for good: rows, journaled bodies, quarantined items, files of reports and journals of imports. A
//! request is a file of `ledger` until it has been carried out; what stays of it names nobody. Whoever was erased does not
//! come back by what happened before (`store::Tombstones`).

mod background;
mod carrying_out;
mod files;
mod imports;
mod ledger;
mod rounds;
mod routes;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;
use tokio::sync::watch;

pub use imports::remove_abandoned_imports;
pub use ledger::{Asker, Entry, Found, Ledger, Plan, Subject};
pub use rounds::Rounds;
pub use routes::{DeletionState, callback, router};

use crate::journal::{Journal, JournalError};
use crate::materializer::{MaterializeError, Materializer};
use crate::meta::Graph;
use crate::reports::ReportSettings;
use crate::store::{Store, StoreError};

/// Why somebody was not erased, or not wholly. All can be done again.
#[derive(Debug, Error)]
pub enum ErasureError {
    /// ClickHouse failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Conversations could not be brought up to date before.
    #[error(transparent)]
    Materializer(#[from] MaterializeError),
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal has not been shipped in time.
    #[error("what is in the journal has not been shipped yet; ClickHouse may be down")]
    NotShipped,
    /// ClickHouse still has files on disk whose rows are deleted.
    #[error("ClickHouse has not removed {0} files with deleted rows yet")]
    OldFiles(u64),
    /// Another process writes rows of the person again and again.
    #[error("{0} rows of this person are there again")]
    RowsLeft(u64),
    /// An import that runs has the person in its journal.
    #[error("an import is under way that holds this person ({0}); this goes on when it has ended")]
    ImportUnderWay(PathBuf),
    /// Who was erased could not be noted.
    #[error("the list of erased people cannot be written: {0}")]
    Tombstones(std::io::Error),
    /// The store was not told where who was erased is noted.
    #[error("there is no list of erased people")]
    NoTombstones,
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The work was cut off, by a panic or by shutting down.
    #[error("erasing was cut off: {0}")]
    CutOff(String),
}

/// What is needed to erase somebody.
#[derive(Debug, Clone)]
pub struct Eraser {
    /// The requests.
    pub ledger: Ledger,
    /// Where the rows are.
    pub store: Store,
    /// Where the bodies are.
    pub journal: Journal,
    /// Makes conversations; nobody is erased while it works.
    pub upkeep: Materializer,
    /// Where reports are made, and where they go.
    pub reports: Arc<ReportSettings>,
    /// What the embedded engine says of its failures, with what it was asked.
    pub engine_log: PathBuf,
    /// Where imports have their journals.
    pub imports: PathBuf,
    /// How many requests fail, for whoever looks after the server.
    pub failing: watch::Sender<usize>,
    /// By which Meta is asked for a person's ids.
    pub graph: Option<Graph>,
}

impl ErasureError {
    /// What the system said of a file.
    fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Disk { path: path.to_owned(), source }
    }
}
