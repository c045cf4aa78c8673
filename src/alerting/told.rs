//! What is told of alerts, over the API.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::notices::Notice;
use super::{Alerting, KnownRule, Reason, WrittenRule};
use crate::domain::Timestamp;
use crate::http::problem::Problem;
use crate::language::{Message, say};
use crate::store::{IncidentRow, ReportDelivery, StoreError};

/// How long incidents that are over are told, milliseconds.
pub(super) const TOLD_MS: i64 = 30 * 24 * 3_600_000;

/// What is told where ClickHouse does not answer.
pub(super) fn failed(error: &StoreError) -> Problem {
    tracing::error!(%error, "alerts could not be looked up");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, say("team-unavailable").to_string())
}

/// Incidents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentList {
    /// The latest first.
    pub incidents: Vec<ToldIncident>,
}

/// An incident.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ToldIncident {
    /// By which it is known.
    pub id: String,
    /// The rule that found it.
    pub rule: String,
    /// What it is about: a Page, an ad, an entry point, a currency; empty: everything.
    pub about: String,
    /// `high`, `middle` or `low`.
    pub severity: String,
    /// What was found.
    #[schema(value_type = String)]
    pub text: Message,
    /// Where the rows behind it are.
    pub href: String,
    /// When it was found first, RFC 3339.
    pub opened_at: String,
    /// When it was found last, RFC 3339.
    pub last_seen_at: String,
    /// When it was over, RFC 3339; `null`: it is open.
    pub closed_at: Option<String>,
    /// Who has taken note of it.
    pub acknowledged_by: Option<String>,
    /// Until when it is kept out of sight, RFC 3339.
    pub snoozed_until: Option<String>,
    /// Whether nothing is told of what its rule finds about this.
    pub is_muted: bool,
    /// What became of its notices.
    pub notices: Vec<ToldNotice>,
}

/// What became of a notice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ToldNotice {
    /// `opened` or `closed`.
    pub notice: &'static str,
    /// Where to.
    pub destination: String,
    /// `sending`, `sent`, `failed` (it is tried again) or `uncertain` (it may have arrived).
    pub status: String,
    /// Why it failed.
    pub error: Option<String>,
}

/// Rules.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleList {
    /// By name.
    pub rules: Vec<ToldRule>,
}

/// A rule.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ToldRule {
    /// By which it is known.
    pub name: String,
    /// What is looked at, as a rule is written.
    pub kind: String,
    /// The figure of it; empty where the kind has none.
    pub figure: String,
    /// Over how long, as `6h` or `7d`; empty where the kind has no time.
    pub over: String,
    /// More than this is an incident.
    pub above: Option<f64>,
    /// Less than this is an incident.
    pub below: Option<f64>,
    /// A change by so many percent is an incident.
    pub percent: Option<f64>,
    /// Only what has these values.
    pub filter: String,
    /// Names of destinations; without it those of the settings.
    pub to: Option<Vec<String>>,
    /// `high`, `middle` or `low`; without it that of its kind.
    pub severity: Option<String>,
    /// Whether it is not looked at.
    pub is_off: bool,
    /// Whether nobody has written it: it is one of the default set.
    pub is_default: bool,
    /// Who wrote it last.
    pub made_by: Option<String>,
    /// What is wrong with it: it is not looked at.
    pub error: Option<String>,
}

impl ToldRule {
    pub(crate) fn new(known: &KnownRule) -> Self {
        let WrittenRule {
            name,
            kind,
            figure,
            over,
            above,
            below,
            percent,
            filter,
            to,
            severity,
            is_off,
        } = known.written.clone();
        Self {
            name,
            kind,
            figure,
            over,
            above,
            below,
            percent,
            filter,
            to,
            severity,
            is_off,
            is_default: known.made_by.is_none(),
            made_by: known.made_by.clone(),
            error: known.checked.as_ref().err().map(ToString::to_string),
        }
    }
}

impl ToldIncident {
    fn new(incident: IncidentRow, deliveries: &[ReportDelivery]) -> Self {
        let reason = serde_json::from_str::<Reason>(&incident.reason);
        let (text, href) = match &reason {
            Ok(reason) => (reason.message(), reason.href()),
            // Another version of the program has found it.
            Err(_) => (say("alert-unknown").with("rule", &incident.rule), "/".to_owned()),
        };
        let instant = |at: i64| Timestamp(at).to_rfc3339();
        let notices = [("opened", Notice::Opened), ("closed", Notice::Closed)];
        let notices = notices.into_iter().flat_map(|(name, notice)| {
            let run = notice.run(&incident.id);
            let own = deliveries.iter().filter(move |one| one.run == run);
            own.map(move |one| ToldNotice {
                notice: name,
                destination: one.destination.clone(),
                status: one.status.clone(),
                error: Some(one.error.clone()).filter(|error| !error.is_empty()),
            })
        });
        Self {
            notices: notices.collect(),
            text,
            href,
            opened_at: instant(incident.opened_at),
            last_seen_at: instant(incident.last_seen_at),
            closed_at: incident.closed_at.map(instant),
            acknowledged_by: Some(incident.acknowledged_by).filter(|who| !who.is_empty()),
            snoozed_until: incident.snoozed_until.map(instant),
            is_muted: incident.is_muted,
            id: incident.id,
            rule: incident.rule,
            about: incident.about,
            severity: incident.severity,
        }
    }
}

impl Alerting {
    /// Incidents that are open, or were over since an instant.
    pub(crate) async fn told(&self, since: Timestamp) -> Result<Vec<ToldIncident>, StoreError> {
        let store = &self.catalog.store;
        let incidents = store.incidents(since, "").await?;
        let runs = incidents.iter().flat_map(|incident| {
            [Notice::Opened, Notice::Closed].map(|notice| notice.run(&incident.id))
        });
        let runs: Vec<String> = runs.collect();
        let runs: Vec<&str> = runs.iter().map(String::as_str).collect();
        let deliveries = store.report_deliveries(&runs).await?;
        Ok(incidents.into_iter().map(|one| ToldIncident::new(one, &deliveries)).collect())
    }
}
