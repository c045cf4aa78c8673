//! Notices: one when an incident opens, one when it is over, each once to each destination.

use super::{Alerting, Reason};
use crate::analysis::{DEFAULT_FUNNEL, Dimension, Funnels};
use crate::domain::Timestamp;
use crate::insights::annotations::answer_annotations;
use crate::insights::error::AnswerError;
use crate::insights::funnel::answer_funnel;
use crate::insights::query::{QueryParams, Question};
use crate::language::say;
use crate::render::chart::png;
use crate::render::charts;
use crate::render::numbers::local_minute;
use crate::reports::{Once, OnceError, Parcel};
use crate::store::{IncidentRow, ReportDelivery, StoreError};

/// What is older is told to nobody any more.
const LATEST_MS: i64 = 24 * 3_600_000;
/// A notice that did not arrive is tried again after this long, milliseconds.
const AGAIN_MS: i64 = 60_000;
/// Under what the deliveries are written down: no report can be called so.
pub(super) const OF: &str = "(alerts)";

/// What is told of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    Opened,
    Closed,
}

impl Notice {
    pub(super) fn run(self, incident: &str) -> String {
        match self {
            Self::Opened => format!("alert-{incident}-opened"),
            Self::Closed => format!("alert-{incident}-closed"),
        }
    }
}

/// What is to be told of an incident now, if anything.
fn due(incident: &IncidentRow, now: i64, is_quiet: bool) -> Option<Notice> {
    let is_recent = |at: i64| now - at < LATEST_MS;
    let is_held = is_quiet && incident.severity != "high";
    let is_snoozed = incident.snoozed_until.is_some_and(|until| now < until);
    if incident.is_muted || is_held {
        return None;
    }
    match incident.closed_at {
        Some(at) if is_recent(at) => Some(Notice::Closed),
        // Who snoozes it knows of it.
        None if is_recent(incident.opened_at) && !is_snoozed => Some(Notice::Opened),
        _ => None,
    }
}

/// Whether a destination has it, may have it, or is to be tried again later.
fn is_settled(before: Option<&ReportDelivery>, now: i64) -> bool {
    before.is_some_and(|before| match before.status.as_str() {
        "sent" | "uncertain" => true,
        // A clock that was put back holds nothing back.
        "failed" => (0..AGAIN_MS).contains(&(now - before.changed_at)),
        _ => false,
    })
}

impl Alerting {
    /// Sends whatever is due and not on its way by another process.
    pub(super) async fn notify(&self, holder: &str) -> Result<(), StoreError> {
        let now = self.catalog.now();
        let zone = &self.catalog.defaults.zone;
        let is_quiet = self.settings.quiet.is_some_and(|quiet| quiet.holds(now.0, zone));
        let rules = self.rules().await?;
        let incidents = self.catalog.store.incidents(Timestamp(now.0 - LATEST_MS), "").await?;
        for incident in incidents {
            let Some(notice) = due(&incident, now.0, is_quiet) else { continue };
            let to = match rules.get(&incident.rule) {
                Some(known) => self.destinations(&known.written).to_vec(),
                // Of a rule that is no more only its end is told, to where those of no rule of their own go.
                None => self.settings.to.clone(),
            };
            let run = notice.run(&incident.id);
            let before = self.catalog.store.report_deliveries(&[&run]).await?;
            let left = to.into_iter().filter(|name| {
                let before = before.iter().find(|one| one.destination == *name);
                !is_settled(before, now.0)
            });
            let left: Vec<String> = left.collect();
            if left.is_empty() {
                continue;
            }
            if let Err(error) = self.send(&incident, notice, &left, holder).await {
                tracing::warn!(id = incident.id, %error, "a notice of an incident was not sent");
            }
        }
        Ok(())
    }

    /// Sends one notice, unless another process does.
    async fn send(
        &self,
        incident: &IncidentRow,
        notice: Notice,
        to: &[String],
        holder: &str,
    ) -> Result<(), OnceError> {
        let store = &self.catalog.store;
        let lasts = self.catalog.settings.lease;
        let run = notice.run(&incident.id);
        let lasts_ms = i64::try_from(lasts.as_millis()).unwrap_or(60_000);
        let work = format!("alert:{run}");
        let Some(lease) = store.try_lease(&work, holder, lasts_ms, false).await? else {
            return Ok(());
        };
        let deliver = async {
            let parcel = Box::pin(self.parcel(incident, notice, run.clone())).await;
            // Between our look and our lease another process may have sent it.
            let before = store.report_deliveries(&[&run]).await?;
            let once =
                Once { store, settings: &self.catalog.settings, clock: self.catalog.clock, of: OF };
            for name in to {
                let before = before.iter().find(|one| one.destination == *name);
                if is_settled(before, self.catalog.now().0) {
                    continue;
                }
                if let Err(reason) = once.deliver(name, before, &parcel, &lease).await? {
                    metrics::counter!("messenger_funnel_alert_failures_total").increment(1);
                    tracing::error!(run, destination = name, reason, "a notice did not arrive");
                }
            }
            Ok(())
        };
        let done = tokio::select! {
            biased;
            done = Box::pin(deliver) => done,
            () = store.keep_renewing(&lease, lasts / 3, |_| {}) => Err(OnceError::LeaseLost),
        };
        if !matches!(done, Err(OnceError::LeaseLost)) {
            store.end_lease(lease).await?;
        }
        done
    }

    /// The notice, in the language of the settings, by the names of Pages.
    async fn parcel(&self, incident: &IncidentRow, notice: Notice, run: String) -> Parcel {
        let make = async {
            let picture = match notice {
                Notice::Opened => self.picture().await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "a notice goes without its chart");
                    None
                }),
                Notice::Closed => None,
            };
            self.written(incident, notice, run, picture)
        };
        let make = Box::pin(self.settings.language.within(make));
        match self.catalog.page_names().await {
            Ok(names) => names.within(make).await,
            Err(_) => make.await,
        }
    }

    fn written(
        &self,
        incident: &IncidentRow,
        notice: Notice,
        run: String,
        picture: Option<Vec<u8>>,
    ) -> Parcel {
        let zone = &self.catalog.defaults.zone;
        let at = |instant: i64| local_minute(Timestamp(instant), zone);
        let reason = serde_json::from_str::<Reason>(&incident.reason);
        let told = reason
            .as_ref()
            .map_or_else(|_| incident.rule.clone(), |reason| reason.message().to_string());
        let severity = say(format!("overview-attention-{}", incident.severity)).to_string();
        let (title, covers) = match (notice, incident.closed_at) {
            (Notice::Closed, Some(closed)) => {
                let covers = say("alert-notice-from-to").with("from", at(incident.opened_at));
                (say("alert-notice-closed"), covers.with("to", at(closed)))
            }
            _ => (
                say("alert-notice-opened"),
                say("alert-notice-since").with("from", at(incident.opened_at)),
            ),
        };
        let title = title.with("rule", &incident.rule).to_string();
        let base = self.catalog.public_url.as_deref().map(|url| url.trim_end_matches('/'));
        let rows = base.zip(reason.ok()).map(|(base, reason)| {
            let rows = format!("{base}{}", self.within(&reason.href()));
            format!("\n{}\n", say("alert-notice-rows").with("href", rows))
        });
        let table = format!(
            "{told}\n{}{}\n",
            say("alert-notice-severity").with("severity", severity),
            rows.unwrap_or_default().trim_end()
        );
        Parcel {
            run,
            title,
            covers: covers.to_string(),
            files: Vec::new(),
            table,
            picture,
            link: base
                .map(|base| format!("{base}{}#incident-{}", self.within("/alerts"), incident.id)),
            is_alert: true,
        }
    }

    /// An address, in the workspace whose alerts these are.
    fn within(&self, address: &str) -> String {
        let Some(workspace) = self.catalog.store.workspace() else { return address.to_owned() };
        let mark = if address.contains('?') { '&' } else { '?' };
        format!("{address}{mark}workspace={}", workspace.name)
    }

    /// The last four weeks by day, with what is to be known of them.
    async fn picture(&self) -> Result<Option<Vec<u8>>, AnswerError> {
        let store = &self.catalog.bounded;
        let question =
            QueryParams::default().understand(&self.catalog.defaults, self.catalog.now())?;
        let question = Question { by: vec![Dimension::Day], ..question };
        let (own, period) = (Funnels::new(), question.period.clone());
        let (report, found) = tokio::try_join!(
            answer_funnel(store, &own, DEFAULT_FUNNEL, &question),
            answer_annotations(store, &period),
        )?;
        let chart = charts::days(&report).annotated_alone(&found);
        Ok(png::png(&chart).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn incident(severity: &str, opened_at: i64, closed_at: Option<i64>) -> IncidentRow {
        IncidentRow {
            id: "1".to_owned(),
            rule: "a".to_owned(),
            about: String::new(),
            reason: String::new(),
            severity: severity.to_owned(),
            opened_at,
            last_seen_at: opened_at,
            closed_at,
            acknowledged_by: String::new(),
            snoozed_until: None,
            is_muted: false,
            version: 0,
        }
    }

    #[test]
    fn an_incident_has_one_notice_at_a_time() {
        let now = 100 * HOUR;
        let open = incident("middle", now - HOUR, None);
        assert_eq!(due(&open, now, false), Some(Notice::Opened));
        let over = incident("middle", now - 2 * HOUR, Some(now - HOUR));
        assert_eq!(due(&over, now, false), Some(Notice::Closed));
        // By night only what is grave; what is held back is told in the morning.
        assert_eq!((due(&open, now, true), due(&over, now, true)), (None, None));
        let grave = incident("high", now - HOUR, None);
        assert_eq!(due(&grave, now, true), Some(Notice::Opened));
        let muted = IncidentRow { is_muted: true, ..grave.clone() };
        let snoozed = IncidentRow { snoozed_until: Some(now + 1), ..grave };
        assert_eq!((due(&muted, now, false), due(&snoozed, now, false)), (None, None));
        // Of yesterday nobody is told.
        assert_eq!(due(&incident("high", now - 24 * HOUR, None), now, false), None);
        let old = incident("high", now - 90 * HOUR, Some(now - 24 * HOUR));
        assert_eq!(due(&old, now, false), None);
    }

    #[test]
    fn what_failed_is_tried_again_after_a_minute_and_what_may_have_arrived_is_not() {
        let delivery = |status: &str, changed_at: i64| ReportDelivery {
            run: String::new(),
            destination: String::new(),
            status: status.to_owned(),
            error: String::new(),
            changed_at,
            version: 0,
        };
        assert!(!is_settled(None, HOUR));
        for (status, changed_at, settled) in [
            ("sent", 0, true),
            ("uncertain", 0, true),
            ("sending", 0, false),
            ("failed", HOUR - 59_999, true),
            ("failed", HOUR - 60_000, false),
        ] {
            assert_eq!(is_settled(Some(&delivery(status, changed_at)), HOUR), settled, "{status}");
        }
        assert!(!is_settled(Some(&delivery("failed", 2 * HOUR)), HOUR));
    }
}
