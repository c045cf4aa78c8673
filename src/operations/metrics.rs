//! `/metrics`, in the text form of Prometheus. [`METRICS`] says what each means.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use metrics::{describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder};

use super::metric_list::{METRICS, MetricKind};
use super::state::{Operations, Recorder};
use crate::journal::{Health, set_aside};

/// Begins to record; once in a process.
///
/// # Errors
/// If somebody records already.
pub fn record() -> Result<Recorder, BuildError> {
    let recorder = Recorder(PrometheusBuilder::new().install_recorder()?);
    for metric in METRICS {
        let unit = metric.unit;
        match metric.kind {
            MetricKind::Counter => describe_counter!(metric.name, unit, metric.help),
            MetricKind::Gauge => describe_gauge!(metric.name, unit, metric.help),
        }
    }
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
