//! The front door: Meta's verification handshake and its webhooks, and visits to tracked links. It
//! checks, journals and answers; it neither parses events nor waits for ClickHouse.

mod links;
mod memory;
mod signature;
pub mod signed_request;
mod visitor;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use secrecy::SecretString;
use tokio::sync::watch;

use crate::domain::Links;
use crate::journal::Journal;
use memory::Memory;
pub use signature::{HEADER as SIGNATURE_HEADER, sign};

/// Largest webhook body that is taken, in bytes.
pub const BODY_LIMIT: usize = 8 << 20;

/// What the door needs to know.
#[derive(Debug, Clone)]
pub struct Door {
    journal: Journal,
    memory: Memory,
    secrets: Arc<[SecretString]>,
    verify_tokens: Arc<[SecretString]>,
    links: watch::Receiver<Arc<Links>>,
    /// UTC milliseconds, now.
    clock: fn() -> i64,
}

impl Door {
    /// A door to `journal` that takes bodies signed with one of `secrets`, and leads visitors of
    /// `links` to their threads.
    #[must_use]
    pub fn new(
        journal: Journal,
        secrets: Vec<SecretString>,
        verify_tokens: Vec<SecretString>,
        links: watch::Receiver<Arc<Links>>,
        clock: fn() -> i64,
    ) -> Self {
        let (secrets, verify_tokens) = (secrets.into(), verify_tokens.into());
        Self { journal, memory: Memory::new(), secrets, verify_tokens, links, clock }
    }
}

/// The collector's routes.
pub fn router(door: Door) -> Router {
    Router::new()
        .route("/webhooks/meta", get(webhook::verify).post(webhook::receive))
        .route("/l/{slug}", get(links::follow))
        // The door reads bodies itself, within its memory.
        .layer(DefaultBodyLimit::disable())
        .with_state(door)
}
