//! What is answered where a report cannot be.

use axum::http::StatusCode;

use crate::http::problem::Problem;
use crate::language::say;
use crate::store::StoreError;

pub(super) fn failed(error: &StoreError) -> Problem {
    tracing::error!(%error, "reports could not be looked up");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, say("reports-unavailable").to_string())
}

pub(super) fn no_report(name: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, say("reports-no-report").with("name", name).to_string())
}
