//! A handle to one database, and what every question to it and every insert into it share.

pub(in crate::store) mod arrow;
pub(in crate::store) mod assemble;
pub(in crate::store) mod chunks;
mod cluster_state;
pub(in crate::store) mod decimal;
pub(in crate::store) mod endpoint;
pub(in crate::store) mod error;
mod insert;
mod kept_twice;
pub(in crate::store) mod moment;
pub(in crate::store) mod months;
pub(in crate::store) mod native;
mod nodes;
pub(in crate::store) mod one_time_work;
pub(in crate::store) mod query_limits;
pub(in crate::store) mod tombstones;
pub(in crate::store) mod workspace_filter;

use std::sync::Arc;
use std::time::Duration;

use clickhouse::query::Query;
use clickhouse::{Client, RowOwned, RowRead};
use futures_util::TryFutureExt;
use tokio::task::JoinError;

use cluster_state::ClusterState;
use endpoint::Endpoint;
use error::StoreError;
use nodes::Nodes;
use tombstones::{Marks, Tombstones};

use crate::domain::Workspace;

const PING: &str = include_str!("../../../queries/schema/ping.sql");

/// A handle to one database: cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(in crate::store) nodes: Nodes,
    pub(in crate::store) endpoint: Endpoint,
    pub(in crate::store) cluster: Arc<ClusterState>,
    tombstones: Option<Tombstones>,
    pub(in crate::store) computing: Computing,
    /// The workspace whose rows alone can be read.
    workspace: Option<Arc<Workspace>>,
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
        Self {
            nodes,
            endpoint,
            cluster: Arc::default(),
            tombstones: None,
            computing,
            workspace: None,
        }
    }

    /// A handle whose requests to one node go by `client`, over whatever transport that has.
    #[must_use]
    pub fn by(client: Client, endpoint: Endpoint, computing: Computing) -> Self {
        let nodes = Nodes::by(client, &endpoint);
        Self {
            nodes,
            endpoint,
            cluster: Arc::default(),
            tombstones: None,
            computing,
            workspace: None,
        }
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

    /// Who was erased.
    ///
    /// # Errors
    /// If that is not known: then nothing may be written of anybody.
    pub(in crate::store) fn marks(&self) -> Result<Arc<Marks>, StoreError> {
        let Some(tombstones) = &self.tombstones else { return Ok(Arc::default()) };
        tombstones
            .marks()
            .map_err(|source| StoreError::Tombstones { path: tombstones.path(), source })
    }

    pub(in crate::store) fn client(&self) -> &Client {
        self.nodes.next()
    }

    /// The same store, of which everything is asked with this setting.
    pub(in crate::store) fn with_setting(&self, name: &str, value: &str) -> Self {
        let nodes = self.nodes.map(|client| client.with_setting(name, value));
        Self { nodes, ..self.clone() }
    }

    /// Whether ClickHouse answers with these credentials, within a few seconds.
    ///
    /// # Errors
    /// What it said, or that it did not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let question = self.client().query(PING).fetch_one::<u8>();
        match tokio::time::timeout(Duration::from_secs(5), question).await {
            Ok(answer) => answer.map(|_| ()).map_err(|error| self.failed(error)),
            Err(_) => Err(self.failed(clickhouse::error::Error::TimedOut)),
        }
    }

    // No `async fn`s: those would hold the question twice, and futures that ask much would be large.

    /// All rows of an answer.
    pub(in crate::store) fn fetch_all<T: RowOwned + RowRead>(
        &self,
        question: Query,
    ) -> impl Future<Output = Result<Vec<T>, StoreError>> {
        question.fetch_all().map_err(|error| self.failed(error))
    }

    /// The only row of an answer.
    pub(in crate::store) fn fetch_one<T: RowOwned + RowRead>(
        &self,
        question: Query,
    ) -> impl Future<Output = Result<T, StoreError>> {
        question.fetch_one().map_err(|error| self.failed(error))
    }

    /// The row of an answer, if there is one.
    pub(in crate::store) fn fetch_optional<T: RowOwned + RowRead>(
        &self,
        question: Query,
    ) -> impl Future<Output = Result<Option<T>, StoreError>> {
        question.fetch_optional().map_err(|error| self.failed(error))
    }

    /// Has a statement done that answers nothing.
    pub(in crate::store) fn execute(
        &self,
        statement: Query,
    ) -> impl Future<Output = Result<(), StoreError>> {
        statement.execute().map_err(|error| self.failed(error))
    }

    pub(in crate::store) fn failed(&self, source: clickhouse::error::Error) -> StoreError {
        StoreError::ClickHouse { url: self.endpoint.url.clone(), source: Box::new(source) }
    }
}
