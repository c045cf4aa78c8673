//! What whoever runs the server asks (is it alive, is it ready, the metrics), the limits of its
//! connections, and the link registry at hand.

mod aside;
mod metrics;
mod patience;
mod places;
mod ready;
mod registry;
mod requests;
mod serve;
mod telemetry;
mod tls;

use std::time::Instant;

use axum::Router;
use axum::routing::get;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::journal::Journal;
use crate::store::{Progress, Store};
pub use aside::{Aside, aside};
pub use metrics::{Recorder, record};
pub use ready::Insiders;
use ready::LastWord;
pub use registry::follow_links;
pub use requests::noted;
pub use serve::{Certificate, serve};
pub use telemetry::traces;
pub use tls::{TlsError, TlsFiles, tls};

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

/// `/healthz`, `/readyz` and `/metrics`. They name no person and no secret, and need no token.
pub fn router(operations: Operations) -> Router {
    let ready = get(ready::ready).with_state((operations.clone(), LastWord::default()));
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", ready)
        .route("/metrics", get(metrics::metrics))
        .with_state(operations)
}
