//! The front door: Meta's verification handshake and its webhooks. It checks, journals and
//! answers; it neither parses events nor waits for ClickHouse.

mod signature;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use secrecy::SecretString;

use crate::journal::Journal;
pub use signature::{HEADER as SIGNATURE_HEADER, sign};

/// Largest webhook body that is taken, in bytes.
pub const BODY_LIMIT: usize = 8 << 20;

/// What the door needs to know.
#[derive(Debug, Clone)]
pub struct Door {
    journal: Journal,
    secrets: Arc<[SecretString]>,
    verify_token: SecretString,
    /// UTC milliseconds, now.
    clock: fn() -> i64,
}

impl Door {
    /// A door to `journal` that takes bodies signed with one of `secrets`.
    #[must_use]
    pub fn new(
        journal: Journal,
        secrets: Vec<SecretString>,
        verify_token: SecretString,
        clock: fn() -> i64,
    ) -> Self {
        Self { journal, secrets: secrets.into(), verify_token, clock }
    }
}

/// The collector's routes.
pub fn router(door: Door) -> Router {
    Router::new()
        .route("/webhooks/meta", get(webhook::verify).post(webhook::receive))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(door)
}
