//! What the answers about this process are made of.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::http::HeaderMap;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::journal::Journal;
use crate::store::{Progress, Store};

/// What the answers are made of.
#[derive(Debug, Clone)]
pub struct Operations {
    /// Where webhooks are written, if this process takes them.
    pub journal: Option<Journal>,
    /// Where they are shipped to.
    pub store: Store,
    /// How far they are shipped, if this process ships.
    pub progress: Option<watch::Receiver<Progress>>,
    /// How many requests to erase somebody fail, if this process carries them out.
    pub erasures: Option<watch::Receiver<usize>>,
    /// Since when changes wait to be made conversations of, if this process makes them.
    pub waiting: Option<watch::Receiver<Option<Instant>>>,
    /// The metrics of this process.
    pub recorder: Recorder,
    /// UTC milliseconds, now.
    pub clock: fn() -> i64,
    /// Cancelled when this process is about to end.
    pub leaving: CancellationToken,
    /// Who is told why something is not ready.
    pub insiders: Insiders,
}

/// Who is told why something is not ready: addresses and paths are no business of strangers.
#[derive(Clone)]
pub struct Insiders(pub(super) Arc<MayKnow>);

pub(super) type MayKnow = dyn Fn(SocketAddr, &HeaderMap) -> bool + Send + Sync;

impl Insiders {
    /// Those of whom `may_know` says so, by where a request comes from and what it shows.
    #[must_use]
    pub fn new(may_know: impl Fn(SocketAddr, &HeaderMap) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(may_know))
    }
}

impl std::fmt::Debug for Insiders {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Insiders")
    }
}

/// Collects the metrics of this process.
#[derive(Debug, Clone)]
pub struct Recorder(pub(super) PrometheusHandle);
