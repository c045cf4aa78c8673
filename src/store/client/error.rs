//! Why something could not be asked of ClickHouse, or written there.

use thiserror::Error;

/// Why the store could not do it.
#[derive(Debug, Error)]
pub enum StoreError {
    /// ClickHouse could not be reached, or said no.
    #[error("ClickHouse at {url}: {source}")]
    ClickHouse {
        /// Its address.
        url: String,
        /// What went wrong.
        source: Box<clickhouse::error::Error>,
    },
    /// The answer was not of the form that was asked for.
    #[error("ClickHouse at {url} answered in an unexpected form: {source}")]
    Answer {
        /// Its address.
        url: String,
        /// What went wrong.
        source: Box<polars_core::error::PolarsError>,
    },
    /// A migration that has been applied is not the one this program holds.
    #[error(
        "migration {version} ({name}) was applied with another text: this database belongs to \
         another version of the program"
    )]
    MigrationChanged {
        /// Its number.
        version: u32,
        /// Its name.
        name: &'static str,
    },
    /// The cluster is not as it should be.
    #[error("clickhouse.cluster {name:?}: {reason}")]
    Cluster {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database has migrations that this program does not know.
    #[error("the database is at schema version {found}, this program knows {known}: upgrade it")]
    SchemaTooNew {
        /// Highest version applied.
        found: u32,
        /// Highest version known.
        known: u32,
    },
    /// The database has some of the migrations of before the first release.
    #[error(
        "the database is at schema version {found}, of before the first release, and this program takes over version {last}: \
         run `migrate` of the program that was the last to have it, of commit 32d4414, and then this one"
    )]
    SchemaTooOld {
        /// Highest version applied.
        found: u32,
        /// The version that is taken over.
        last: u32,
    },
    /// The file of a lease cannot be used.
    #[error("{path}: {source}")]
    Lock {
        /// The file.
        path: std::path::PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
    /// It is not known who was erased.
    #[error(
        "{path} and its copy cannot be read ({source}): it is not known who was erased, so nothing is stored. Webhooks are \
         taken and stay in the journal. Restore the file from a backup; or remove both, and whoever was erased comes back \
         with what Meta delivers again"
    )]
    Tombstones {
        /// The list.
        path: std::path::PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
    /// The work was cut off, by a panic or by shutting down.
    #[error("shipping was cut off: {0}")]
    CutOff(String),
    /// The journal failed under the shipper.
    #[error(transparent)]
    Journal(#[from] crate::journal::JournalError),
}
