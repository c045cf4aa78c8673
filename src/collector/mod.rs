//! The front door: Meta's verification handshake and its webhooks, and visits to tracked links. It
//! checks, journals and answers; it neither parses events nor waits for ClickHouse.

mod links;
mod signature;
pub mod signed_request;
mod visitor;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use secrecy::SecretString;
use tokio::sync::{Semaphore, watch};

use crate::domain::Links;
use crate::incoming::{Budget, Most};
use crate::journal::Journal;
pub use signature::{HEADER as SIGNATURE_HEADER, sign};

/// Largest webhook body that is taken, in bytes.
pub const BODY_LIMIT: usize = 8 << 20;
/// Bytes of all bodies together.
const ALL_BODIES: usize = 64 << 20;
/// What one body may take.
const MOST: Most = Most { bytes: BODY_LIMIT, time: Duration::from_secs(20) };

/// By what Meta is known.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Secrets of the apps, by which bodies are signed.
    pub app_secrets: Vec<SecretString>,
    /// What Meta's handshake shows.
    pub verify_tokens: Vec<SecretString>,
}

/// What the door needs to know.
#[derive(Debug, Clone)]
pub struct CollectorState {
    journal: Journal,
    memory: Budget,
    keys: watch::Receiver<Arc<Keys>>,
    links: watch::Receiver<Arc<Links>>,
    /// Visits of links that wait for the journal.
    visits: Arc<Semaphore>,
    /// UTC milliseconds, now.
    clock: fn() -> i64,
}

/// Visits that may wait for the journal at once, of the thousands that it takes: anybody may make them, and webhooks
/// wait behind them.
const VISITS: usize = 256;

impl CollectorState {
    /// A door to `journal` that takes bodies signed by one of `keys`, and leads visitors of
    /// `links` to their threads.
    #[must_use]
    pub fn new(
        journal: Journal,
        keys: watch::Receiver<Arc<Keys>>,
        links: watch::Receiver<Arc<Links>>,
        clock: fn() -> i64,
    ) -> Self {
        let visits = Arc::new(Semaphore::new(VISITS));
        Self { journal, memory: Budget::new(ALL_BODIES), keys, links, visits, clock }
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.borrow())
    }
}

/// The collector's routes.
pub fn router(state: CollectorState) -> Router {
    Router::new()
        .route("/webhooks/meta", get(webhook::verify).post(webhook::receive))
        // As somebody may type it from print.
        .route("/l/{slug}", get(links::follow))
        .route("/l/{slug}/", get(links::follow))
        .route("/l/{slug}/{*rest}", get(links::follow_with_rest))
        .route("/L/{slug}", get(links::follow))
        .route("/L/{slug}/", get(links::follow))
        .route("/L/{slug}/{*rest}", get(links::follow_with_rest))
        // The door reads bodies itself, within its memory.
        .layer(DefaultBodyLimit::disable())
        .with_state(state)
}
