//! A round: look, write down what has become of incidents, and bring notices on their way.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::looking::{Eyes, Finding, Found};
use super::rule::Rule;
use super::{Alerting, KnownRule};
use crate::analysis::{IncidentStep, OpenIncident, incident_steps};
use crate::domain::Timestamp;
use crate::http::own::OfWorkspace;
use crate::store::{IncidentRow, SharedLease, StoreError};

/// How long the lease of a look lasts, milliseconds.
const LEASE_MS: i64 = 60_000;
const WORK: &str = "alerts";

/// Rounds in the name of one process.
#[derive(Debug)]
pub struct Rounds {
    alerting: Alerting,
    holder: String,
    /// Of each workspace, and under no name of all.
    eyes: BTreeMap<String, Eyes>,
}

impl Rounds {
    /// Rounds that take leases in a name of their own.
    #[must_use]
    pub fn new(alerting: Alerting) -> Self {
        let holder = uuid::Uuid::new_v4().to_string();
        Self { alerting, holder, eyes: BTreeMap::new() }
    }

    /// Does one: what fails is tried again at the next.
    pub async fn round(&mut self) {
        let whole = self.alerting.clone();
        self.round_of(&whole).await;
        let workspaces = match whole.catalog.store.workspaces().await {
            Ok(workspaces) => workspaces,
            Err(error) => {
                tracing::warn!(%error, "the alert rules of workspaces could not be looked at");
                return;
            }
        };
        for kept in workspaces.into_iter().filter(|kept| !kept.is_removed) {
            let own = whole.of_workspace(&Arc::new(kept.workspace));
            Box::pin(self.round_of(&own)).await;
        }
    }

    async fn round_of(&mut self, alerting: &Alerting) {
        if let Err(error) = self.look_and_keep(alerting).await {
            tracing::warn!(%error, "alert rules could not be looked at");
        }
        if let Err(error) = alerting.notify(&self.holder).await {
            tracing::warn!(%error, "notices of alerts could not be sent");
        }
    }

    /// Looks, if no other process does.
    async fn look_and_keep(&mut self, alerting: &Alerting) -> Result<(), StoreError> {
        let store = alerting.catalog.store.clone();
        let work = store.keyed(WORK);
        let Some(lease) = store.try_lease(&work, &self.holder, LEASE_MS, true).await? else {
            return Ok(());
        };
        let kept = self.keep_under(alerting, &lease).await;
        store.end_lease(lease).await?;
        kept
    }

    async fn keep_under(
        &mut self,
        alerting: &Alerting,
        lease: &SharedLease,
    ) -> Result<(), StoreError> {
        let store = alerting.catalog.store.clone();
        let now = alerting.catalog.now();
        let rules = alerting.rules().await?;
        let whose = store.keyed("");
        let eyes = self.eyes.entry(whose.clone()).or_default();
        let found = alerting.look(&rules, eyes, now).await;
        let known = store.incidents(Timestamp(0), "").await?;
        let changed = changed(&known, found, &rules, (&whose, now));
        // Another process may have looked since; what it wrote must not be overruled.
        if changed.is_empty() || !store.renew(lease).await? {
            return Ok(());
        }
        for mut incident in changed {
            incident.version = lease.version(incident.version);
            store.save_incident(&incident).await?;
            match incident.closed_at {
                Some(_) => {
                    tracing::info!(rule = incident.rule, id = incident.id, "an incident is over");
                }
                None if incident.opened_at == now.0 => {
                    metrics::counter!("messenger_funnel_incidents_total").increment(1);
                    tracing::warn!(
                        rule = incident.rule,
                        about = incident.about,
                        reason = incident.reason,
                        id = incident.id,
                        "an incident has opened"
                    );
                }
                None => {}
            }
        }
        Ok(())
    }
}

/// Incidents as they are to be kept after a look.
fn changed(
    known: &[IncidentRow],
    found: Found,
    rules: &BTreeMap<String, KnownRule>,
    (whose, now): (&str, Timestamp),
) -> Vec<IncidentRow> {
    let is_open = |incident: &&IncidentRow| incident.closed_at.is_none();
    let open: Vec<OpenIncident> = known
        .iter()
        .filter(is_open)
        .map(|incident| OpenIncident {
            id: incident.id.clone(),
            cause: (incident.rule.clone(), incident.about.clone()),
            last_seen: incident.last_seen_at,
        })
        .collect();
    let rule = |name: &str| -> Option<&Rule> {
        let known = rules.get(name).filter(|known| !known.written.is_off)?;
        known.checked.as_ref().ok()
    };
    // What is found of nobody's rule any more, is over; of one that could not be looked at nothing is known.
    let is_looked_at = |name: &str| found.looked_at.contains(name) || rule(name).is_none();
    let calm = |name: &str| rule(name).map_or(0, Rule::calm_ms);
    let causes: BTreeMap<(String, String), (String, String, Finding)> = found
        .findings
        .iter()
        .map(|((rule, about), finding)| {
            let cause = (rule.clone(), about.clone());
            (cause, (rule.clone(), about.clone(), finding.clone()))
        })
        .collect();
    let by_id = |id: &str| known.iter().find(|incident| incident.id == id).cloned();
    let step = |step: IncidentStep<(String, String, Finding)>| match step {
        IncidentStep::Open((rule, about, finding)) => {
            Some(opened(known, (whose, rule), about, &finding, now))
        }
        IncidentStep::Seen(id, (_, _, finding)) => by_id(&id).map(|incident| IncidentRow {
            reason: written(&finding),
            severity: finding.severity.to_owned(),
            last_seen_at: now.0,
            ..incident
        }),
        IncidentStep::Close(id) => {
            by_id(&id).map(|incident| IncidentRow { closed_at: Some(now.0), ..incident })
        }
    };
    incident_steps(&open, causes, is_looked_at, calm, now.0).into_iter().filter_map(step).collect()
}

/// A new incident. Two processes that find it behind the same one before call it the same, so that it is one.
fn opened(
    known: &[IncidentRow],
    (whose, rule): (&str, String),
    about: String,
    finding: &Finding,
    now: Timestamp,
) -> IncidentRow {
    let is_same = |incident: &&IncidentRow| incident.rule == rule && incident.about == about;
    let last = known.iter().find(is_same).map_or("", |incident| incident.id.as_str());
    let id = hex::encode(&Sha256::digest(format!("{whose}{rule}\0{about}\0{last}"))[..12]);
    // One of so long ago that it is not among those that are known any more.
    let version = known.iter().find(|incident| incident.id == id).map_or(0, |row| row.version);
    IncidentRow {
        id,
        rule,
        about,
        reason: written(finding),
        severity: finding.severity.to_owned(),
        opened_at: now.0,
        last_seen_at: now.0,
        closed_at: None,
        acknowledged_by: String::new(),
        snoozed_until: None,
        is_muted: false,
        version,
    }
}

fn written(finding: &Finding) -> String {
    serde_json::to_string(&finding.reason).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerting::rule::What;
    use crate::alerting::{Reason, WrittenRule};

    fn found(minutes: &[i64]) -> Found {
        let mut found = Found::default();
        found.looked_at.insert("stop".to_owned());
        for minutes in minutes {
            let reason = Reason::WebhooksStopped { minutes: *minutes, expected: 9.0 };
            let finding = Finding { severity: "high", reason };
            found.findings.insert(("stop".to_owned(), String::new()), finding);
        }
        found
    }

    #[test]
    fn an_incident_keeps_its_id_and_the_next_one_has_another() {
        let checked = Ok(Rule { what: What::WebhooksStopped, severity: "high" });
        let written = WrittenRule { name: "stop".to_owned(), ..WrittenRule::default() };
        let known = KnownRule { written, checked, made_by: None };
        let rules = BTreeMap::from([("stop".to_owned(), known)]);
        let minute = 60_000;
        let first = changed(&[], found(&[40]), &rules, ("", Timestamp(minute))).pop().unwrap();
        // Two processes that saw the same call it the same.
        assert_eq!(changed(&[], found(&[41]), &rules, ("", Timestamp(2 * minute)))[0].id, first.id);
        let open = [first.clone()];
        let seen = changed(&open, found(&[45]), &rules, ("", Timestamp(6 * minute))).pop().unwrap();
        assert_eq!((&seen.id, seen.opened_at, seen.last_seen_at), (&first.id, minute, 6 * minute));
        // Calm for ten minutes.
        let seen = [seen];
        assert!(changed(&seen, found(&[]), &rules, ("", Timestamp(15 * minute))).is_empty());
        let over = changed(&seen, found(&[]), &rules, ("", Timestamp(16 * minute))).pop().unwrap();
        assert_eq!(over.closed_at, Some(16 * minute));
        let again =
            changed(&[over], found(&[40]), &rules, ("", Timestamp(99 * minute))).pop().unwrap();
        assert_ne!(again.id, first.id);
        // A rule that is no more, or off, ends what it found; one that could not be looked at does not.
        let gone = changed(&seen, Found::default(), &BTreeMap::new(), ("", Timestamp(7 * minute)));
        assert_eq!(gone[0].closed_at, Some(7 * minute));
        let blind = changed(&seen, Found::default(), &rules, ("", Timestamp(99 * minute)));
        assert!(blind.is_empty());
    }
}
