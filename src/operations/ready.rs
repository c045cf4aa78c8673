//! `/readyz`: whether webhooks are taken and figures can be asked for, with the reason if not.

use axum::extract::State;
use axum::http::StatusCode;

use super::Operations;
use crate::journal::Health;

/// 200 if the journal takes webhooks and ClickHouse answers; else 503. A line a check.
pub(super) async fn ready(State(operations): State<Operations>) -> (StatusCode, String) {
    let journal = operations.journal.as_ref().map(|journal| match journal.health() {
        Health::Good => Ok(()),
        Health::Refusing(reason) => Err(reason),
    });
    let clickhouse = operations.store.ping().await.map_err(|error| error.to_string());
    let journal = journal.map(|health| ("journal", health));
    let checks: Vec<_> = journal.into_iter().chain([("clickhouse", clickhouse)]).collect();
    let is_ready = checks.iter().all(|(_, outcome)| outcome.is_ok());
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let lines = checks.into_iter().map(|(name, outcome)| match outcome {
        Ok(()) => format!("{name}: ready\n"),
        Err(reason) => format!("{name}: not ready: {reason}\n"),
    });
    (status, lines.collect())
}
