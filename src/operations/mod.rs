//! What whoever runs the server asks (is it alive, is it ready, the metrics), the limits of its
//! connections, and the link registry at hand.

mod aside;
mod hang_up;
mod metric_list;
mod metrics;
mod patience;
mod places;
mod ready;
mod registry;
mod requests;
mod serve;
mod state;
mod telemetry;
mod tls;

use axum::Router;
use axum::routing::get;

pub use aside::{Aside, aside};
pub use metric_list::{METRICS, Metric, MetricKind};
pub use metrics::record;
use ready::LastWord;
pub use registry::KnownLinks;
pub use requests::noted;
pub use serve::{Certificate, serve};
pub use state::{Insiders, Operations, Recorder};
pub use telemetry::traces;
pub use tls::{TlsError, TlsFiles, tls};

/// `/healthz`, `/readyz` and `/metrics`. They name no person and no secret, and need no token.
pub fn router(operations: Operations) -> Router {
    let ready = get(ready::ready).with_state((operations.clone(), LastWord::default()));
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", ready)
        .route("/metrics", get(metrics::metrics))
        .with_state(operations)
}
