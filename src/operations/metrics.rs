//! `/metrics`, in the text form of Prometheus. What each metric means is told in its `# HELP`.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use metrics::{Unit, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder};

use super::state::{Operations, Recorder};
use crate::journal::{Health, set_aside};

/// Begins to record; once in a process.
///
/// # Errors
/// If somebody records already.
pub fn record() -> Result<Recorder, BuildError> {
    let recorder = Recorder(PrometheusBuilder::new().install_recorder()?);
    describe_counter!(
        "messenger_funnel_webhooks_total",
        "Webhooks by the status they were answered with; 503: not stored, Meta tries again"
    );
    describe_counter!("messenger_funnel_shipped_webhooks_total", "Webhooks shipped to ClickHouse");
    describe_counter!("messenger_funnel_shipped_events_total", "Events in them");
    describe_counter!(
        "messenger_funnel_quarantined_total",
        "Parts of webhooks that could not be understood"
    );
    describe_counter!(
        "messenger_funnel_shipping_failures_total",
        "Inserts that ClickHouse refused"
    );
    describe_counter!(
        "messenger_funnel_erased_again_total",
        "Events, reported conversions and refused items that were not taken: their person had been erased after them"
    );
    describe_counter!(
        "messenger_funnel_erasure_failures_total",
        "How often a request to erase somebody failed; each is tried again"
    );
    describe_gauge!(
        "messenger_funnel_erasures_failing",
        "Requests to erase somebody that failed last and are tried again"
    );
    describe_gauge!("messenger_funnel_journal_bytes", Unit::Bytes, "Disk that the journal takes");
    describe_gauge!(
        "messenger_funnel_journal_max_bytes",
        Unit::Bytes,
        "Disk that the journal may take (journal.max_bytes)"
    );
    describe_gauge!(
        "messenger_funnel_journal_refusing",
        "1 while the journal takes no webhooks: full, or the disk refuses"
    );
    describe_counter!(
        "messenger_funnel_journal_damage_total",
        "Ranges of the journal that could not be read"
    );
    describe_gauge!(
        "messenger_funnel_journal_damaged_files",
        "Damaged ranges that were put aside and that nobody has removed since"
    );
    describe_gauge!(
        "messenger_funnel_shipping_lag_seconds",
        Unit::Seconds,
        "Age of the oldest webhook that is not in ClickHouse yet; 0 if there is none"
    );
    describe_gauge!(
        "messenger_funnel_broken_parts",
        "Parts of ClickHouse's tables that could not be read at its start and lie aside"
    );
    Ok(recorder)
}

/// `GET /metrics`.
#[expect(clippy::cast_precision_loss, reason = "bytes of a disk are far below 2^52")]
pub(super) async fn metrics(State(operations): State<Operations>) -> impl IntoResponse {
    if let Some(journal) = &operations.journal {
        gauge!("messenger_funnel_journal_bytes").set(journal.usage().bytes() as f64);
        gauge!("messenger_funnel_journal_max_bytes").set(journal.usage().max_bytes as f64);
        let is_refusing = matches!(journal.health(), Health::Refusing(_));
        gauge!("messenger_funnel_journal_refusing").set(f64::from(u8::from(is_refusing)));
        // Unknown is not zero: what cannot be looked at stays as it was.
        if let Ok(files) = set_aside(journal.folder()) {
            gauge!("messenger_funnel_journal_damaged_files").set(files.len() as f64);
        }
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, operations.recorder.0.render())
}
