//! Every metric, with what it means: `# HELP` of `/metrics` and `docs/reference/metrics.md` tell this.

use metrics::Unit;

/// How a metric goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// Only upwards, from 0 at the start of the process.
    Counter,
    /// Up and down.
    Gauge,
}

/// A metric.
#[derive(Debug)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// How it goes.
    pub kind: MetricKind,
    /// What its value counts.
    pub unit: Unit,
    /// Its label and the values of that.
    pub label: Option<(&'static str, &'static [&'static str])>,
    /// What it counts or measures.
    pub help: &'static str,
}

const fn counter(name: &'static str, help: &'static str) -> Metric {
    Metric { name, kind: MetricKind::Counter, unit: Unit::Count, label: None, help }
}

const fn gauge(name: &'static str, help: &'static str) -> Metric {
    Metric { name, kind: MetricKind::Gauge, unit: Unit::Count, label: None, help }
}

impl Metric {
    const fn by(self, label: &'static str, values: &'static [&'static str]) -> Self {
        Self { label: Some((label, values)), ..self }
    }

    const fn of(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }
}

/// All of them, by subject.
pub const METRICS: &[Metric] = &[
    // Collecting.
    counter(
        "messenger_funnel_webhooks_total",
        "Webhooks by the status they were answered with; 503: not stored, Meta tries again",
    )
    .by("status", &["200", "400", "401", "408", "413", "415", "503", "other"]),
    counter("messenger_funnel_link_visits_total", "Visits to tracked links")
        .by("visitor", &["person", "program"]),
    counter(
        "messenger_funnel_link_visits_lost_total",
        "Visits to tracked links that could not be recorded; the visitor was led on",
    ),
    counter(
        "messenger_funnel_reported_conversions_total",
        "Conversions that others report by POST /api/v1/conversions",
    )
    .by("status", &["accepted", "rejected"]),
    counter(
        "messenger_funnel_connections_refused_total",
        "Connections beyond the 1,000 of their address",
    ),
    // The journal.
    gauge("messenger_funnel_journal_bytes", "Disk that the journal takes").of(Unit::Bytes),
    gauge(
        "messenger_funnel_journal_max_bytes",
        "Disk that the journal may take (journal.max_bytes)",
    )
    .of(Unit::Bytes),
    gauge(
        "messenger_funnel_journal_refusing",
        "1 while the journal takes no webhooks: full, or the disk refuses",
    ),
    counter(
        "messenger_funnel_journal_damage_total",
        "Ranges of the journal that could not be read",
    ),
    gauge(
        "messenger_funnel_journal_damaged_files",
        "Damaged ranges that were put aside as files and that nobody has removed since",
    ),
    // Shipping.
    gauge(
        "messenger_funnel_shipping_lag_seconds",
        "Age of the oldest webhook that is not in ClickHouse yet; 0 if there is none",
    )
    .of(Unit::Seconds),
    counter("messenger_funnel_shipped_webhooks_total", "Webhooks shipped to ClickHouse"),
    counter("messenger_funnel_shipped_events_total", "Events in the webhooks that were shipped"),
    counter(
        "messenger_funnel_shipping_failures_total",
        "Inserts that ClickHouse refused; each is tried again",
    ),
    counter("messenger_funnel_quarantined_total", "Parts of webhooks that could not be understood"),
    gauge(
        "messenger_funnel_broken_parts",
        "Parts of ClickHouse's tables that could not be read at its start and lie aside",
    ),
    // Conversations.
    gauge(
        "messenger_funnel_upkeep_pending_people",
        "People with new events whose conversations are not made yet; all that wait, whatever any clock says",
    ),
    counter(
        "messenger_funnel_upkeep_people_total",
        "People whose conversations were made again because of new events",
    ),
    counter(
        "messenger_funnel_upkeep_failures_total",
        "How often making conversations failed; it is tried again",
    ),
    // Erasing.
    counter(
        "messenger_funnel_erased_again_total",
        "Events, reported conversions and refused items that were not taken: their person had been erased after them",
    ),
    counter(
        "messenger_funnel_erasure_failures_total",
        "How often a request to erase somebody failed; each is tried again",
    ),
    gauge(
        "messenger_funnel_erasures_failing",
        "Requests to erase somebody that failed last and are tried again",
    ),
    // Reports, and Meta's Graph API.
    counter(
        "messenger_funnel_report_failures_total",
        "Runs of scheduled reports that failed; each is tried again, six times in all",
    ),
    counter("messenger_funnel_incidents_total", "Incidents that alert rules have found"),
    counter(
        "messenger_funnel_alert_failures_total",
        "Notices of incidents that did not arrive; each is tried again for a day",
    ),
    counter("messenger_funnel_graph_requests_total", "Requests to Meta's Graph API"),
    counter(
        "messenger_funnel_graph_retries_total",
        "Requests to Meta's Graph API that are made again, because the last one had no answer",
    ),
    counter(
        "messenger_funnel_spend_sync_failures_total",
        "How often reading what ads cost failed for an ad account",
    ),
    counter(
        "messenger_funnel_message_cost_sync_failures_total",
        "How often reading what WhatsApp messages cost failed for a business account",
    ),
    gauge(
        "messenger_funnel_spend_synced_timestamp_seconds",
        "When what ads cost was last read of all ad accounts, in seconds since 1970",
    )
    .of(Unit::Seconds),
    counter("messenger_funnel_feedback_events_total", "Conversions told to Meta, by its answer")
        .by("status", &["sent", "refused"]),
    counter(
        "messenger_funnel_feedback_failures_total",
        "How often telling Meta of conversions failed; it is tried again",
    ),
];
