//! Whether we are well.

use axum::extract::State;
use axum::http::StatusCode;

use super::Views;

/// The process lives.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// ClickHouse answers. Webhooks are taken even when it does not.
pub(super) async fn ready(State(views): State<Views>) -> (StatusCode, String) {
    match views.store.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {error}\n")),
    }
}
