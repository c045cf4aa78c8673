//! ClickHouse: finding it, its schema, shipping events into it, and asking it.
//!
//! One protocol to one engine: ClickHouse over HTTP through the official crate. On a laptop the
//! engine is a child process of ours ([`engine`]); elsewhere it is whatever `clickhouse.url`
//! names. Only the address differs.

mod accounts;
mod assemble;
mod audience;
mod batch;
mod bounded;
mod claims;
pub mod cluster;
mod copies;
mod costs;
mod durability;
mod elapsed;
pub mod engine;
mod erasure;
mod feedback;
mod frames;
mod funnels;
mod insert;
mod known_aliases;
mod links;
mod listed;
mod lists;
mod lock;
mod made;
mod matching;
mod migrations;
mod nodes;
mod parameters;
mod quality;
mod quarantine;
mod queries;
mod reader;
mod reading;
mod rebuild;
mod refill;
mod reported;
mod reports;
mod responses;
mod retention;
mod rows;
mod settings;
mod shipper;
mod spend;
mod thread_events;
mod tombstones;
mod versions;
mod visible;
mod webhook_counts;
mod whose;

use std::sync::Arc;
use std::time::Duration;

use clickhouse::Client;
use secrecy::SecretString;
use thiserror::Error;
use tokio::task::JoinError;

use cluster::Known;
use nodes::Nodes;

pub use accounts::{AuditRow, TokenRow, UserRow};
pub use audience::Audience;
pub use bounded::{Bound, Bounds};
pub use claims::Claim;
pub use copies::{Copying, KeptTable, Restoring};
pub use durability::BrokenPart;
pub use elapsed::Moment;
pub use erasure::{SetAside, TABLES_OF_EXPORT, TableToErase, Whom};
pub use feedback::{Candidate, FEEDBACK_STATUSES, Told};
pub use funnels::{CohortWeek, FunnelEvents, Sequence};
pub use links::LinkVisits;
pub use listed::{
    ConversationRow, EventRow, FeedbackRow, Instant, ReachedRow, ReportedRow, TouchpointRow,
};
pub use lists::{Listed, Place, Rows, Span};
pub use lock::Turn;
pub use made::{ChangedBatch, ChangedPerson, MadePerson, MadeTables, StandingRow};
pub use migrations::{Applied, migrate};
pub use quality::{KindCount, LiveDoor, PageThreads, PolicyEvent, Received, UnknownRef};
pub use quarantine::{Replayed, replay_quarantined};
pub use queries::{Apart, CollectionState, LATEST};
pub use reader::Reader;
pub use rebuild::{Compared, DifferingRow};
pub use reports::{ReportDelivery, ReportRun, WrittenDefinition};
pub use responses::{ClosingWindow, MessagingWindow, ResponseTimes, SentMessages};
pub use retention::Retention;
pub use settings::ViewSettings;
pub use shipper::{Progress, Shipper, Waiting};
pub use spend::KnownDay;
pub use tombstones::{Marks, Tombstones};
pub use visible::is_page_id;
pub use whose::ActiveTimes;

/// How to reach a ClickHouse.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// `http://host:port` or `https://…`; of a cluster the addresses of its nodes, with commas.
    pub url: String,
    /// User; the server's default user if empty.
    pub user: String,
    /// Password.
    pub password: SecretString,
    /// Database; made by the migrations if it is missing.
    pub database: String,
    /// Name of the cluster among the servers' `remote_servers`; `None`: one server.
    pub cluster: Option<String>,
    /// Whether other processes than those of this machine may use it.
    pub is_shared: bool,
}

impl Endpoint {
    fn nodes(&self) -> impl Iterator<Item = &str> {
        self.url.split(',').map(str::trim)
    }
}

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
    /// The file that decides whose turn it is cannot be used.
    #[error("{path}: {source}")]
    Lock {
        /// The file.
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

/// A handle to one database: cheap to clone.
#[derive(Clone)]
pub struct Store {
    nodes: Nodes,
    endpoint: Endpoint,
    known: Arc<Known>,
    tombstones: Option<Tombstones>,
    computing: Computing,
}

/// Where a store's user computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Computing {
    /// On other threads, so that nobody who shares its thread has to wait.
    #[default]
    Aside,
    /// Where it is asked for: nothing else is done meanwhile, and the same is always done in the same order.
    Here,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Store({} at {})", self.endpoint.database, self.endpoint.url)
    }
}

impl Store {
    /// A handle; nothing is sent yet.
    #[must_use]
    pub fn new(endpoint: Endpoint) -> Self {
        let nodes = Nodes::of(&endpoint);
        let computing = Computing::default();
        Self { nodes, endpoint, known: Arc::default(), tombstones: None, computing }
    }

    /// A handle whose requests to one node go by `client`, over whatever transport that has.
    #[must_use]
    pub fn by(client: Client, endpoint: Endpoint, computing: Computing) -> Self {
        let nodes = Nodes::by(client, &endpoint);
        Self { nodes, endpoint, known: Arc::default(), tombstones: None, computing }
    }

    /// Computes, or waits for the disk.
    ///
    /// # Errors
    /// If that was cut off, by a panic or by shutting down.
    pub async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        match self.computing {
            Computing::Aside => tokio::task::spawn_blocking(work).await,
            Computing::Here => Ok(work()),
        }
    }

    /// The same store, which takes nothing back of people who were erased.
    #[must_use]
    pub fn mindful_of(mut self, tombstones: Tombstones) -> Self {
        self.tombstones = Some(tombstones);
        self
    }

    /// Who was erased, if this store was told where that is noted.
    #[must_use]
    pub fn tombstones(&self) -> Option<&Tombstones> {
        self.tombstones.as_ref()
    }

    fn marks(&self) -> Arc<Marks> {
        self.tombstones.as_ref().map(Tombstones::marks).unwrap_or_default()
    }

    fn client(&self) -> &Client {
        self.nodes.next()
    }

    /// The same store, of which everything is asked with this setting.
    fn with_setting(&self, name: &str, value: &str) -> Self {
        let nodes = self.nodes.map(|client| client.with_setting(name, value));
        Self { nodes, ..self.clone() }
    }

    /// Whether ClickHouse answers with these credentials, within a few seconds.
    ///
    /// # Errors
    /// What it said, or that it did not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let question = self.client().query(queries::PING).fetch_one::<u8>();
        match tokio::time::timeout(Duration::from_secs(5), question).await {
            Ok(answer) => answer.map(|_| ()).map_err(|error| self.failed(error)),
            Err(_) => Err(self.failed(clickhouse::error::Error::TimedOut)),
        }
    }

    fn failed(&self, source: clickhouse::error::Error) -> StoreError {
        StoreError::ClickHouse { url: self.endpoint.url.clone(), source: Box::new(source) }
    }
}
