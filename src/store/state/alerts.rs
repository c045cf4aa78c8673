//! Alert rules, what they found, and what people said of it. Schema: `queries/schema/migrations/0121_alerts.sql`.

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::store::client::Store;
use crate::store::client::error::StoreError;

const RULES: &str = include_str!("../../../queries/alerting/alert_rules.sql");
const INCIDENTS: &str = include_str!("../../../queries/alerting/incidents.sql");
const WEBHOOK_SLOTS: &str = include_str!("../../../queries/alerting/webhook_slots.sql");
const CONVERSATION_SLOTS: &str = include_str!("../../../queries/alerting/conversation_slots.sql");

/// An alert rule that somebody wrote: a row of the question `alert_rules`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct KeptRule {
    /// By which it is known.
    pub name: String,
    /// Its keys, as JSON.
    pub definition: String,
    /// Who wrote it last.
    pub made_by: String,
    /// When, UTC milliseconds.
    pub made_at: i64,
}

/// An incident: a row of the question `incidents`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct IncidentRow {
    /// By which it is known.
    pub id: String,
    /// The rule that found it.
    pub rule: String,
    /// What it is about; empty: everything.
    pub about: String,
    /// What was found, as JSON.
    pub reason: String,
    /// `high`, `middle` or `low`.
    pub severity: String,
    /// When it was found first, UTC milliseconds.
    pub opened_at: i64,
    /// When it was found last, UTC milliseconds.
    pub last_seen_at: i64,
    /// When it was over, UTC milliseconds; `None`: it is open.
    pub closed_at: Option<i64>,
    /// Who has taken note of it; empty: nobody.
    pub acknowledged_by: String,
    /// Until when it is kept out of sight, UTC milliseconds.
    pub snoozed_until: Option<i64>,
    /// Whether nothing is to be alerted of it.
    pub is_muted: bool,
    /// The highest counts ([`crate::store::SharedLease::version`]).
    pub version: u64,
}

/// What somebody says of an incident.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentMark {
    /// Who has taken note of it; empty: nobody.
    pub acknowledged_by: String,
    /// Until when it is kept out of sight, UTC milliseconds.
    pub snoozed_until: Option<i64>,
}

/// What is counted in slots of five minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Webhooks, by when they came in.
    Webhooks,
    /// Conversations, by when they were opened.
    Conversations,
}

#[derive(Debug, Row, Serialize)]
struct SavedIncident {
    id: String,
    rule: String,
    about: String,
    reason: String,
    severity: String,
    opened_at: i64,
    last_seen_at: i64,
    closed_at: Option<i64>,
    version: u64,
}

#[derive(Debug, Row, Serialize)]
struct SavedMark {
    incident: String,
    acknowledged_by: String,
    snoozed_until: Option<i64>,
    made_by: String,
    made_at: i64,
    version: u64,
}

#[derive(Debug, Row, Serialize)]
struct SavedMute {
    rule: String,
    about: String,
    made_by: String,
    made_at: i64,
    version: u64,
    is_deleted: u8,
}

/// A row of the questions `webhook_slots` and `conversation_slots`.
#[derive(Debug, Row, Deserialize)]
struct SlotRow {
    slot: i64,
    count: u64,
}

impl Store {
    /// Alert rules that somebody wrote, by name.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn alert_rules(&self) -> Result<Vec<KeptRule>, StoreError> {
        let mut rules: Vec<KeptRule> = self.fetch_all(self.client().query(RULES)).await?;
        rules.retain_mut(|rule| self.is_own(&mut rule.name));
        Ok(rules)
    }

    /// Keeps an alert rule, or removes it (without a definition).
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn save_alert_rule(
        &self,
        name: &str,
        definition: Option<String>,
        made_by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.save_definition(("alert_rules", "rule"), name, definition, made_by, now).await
    }

    /// Incidents that are open or were over after `since`, the latest first; with an `id` that one, if it is among them.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn incidents(
        &self,
        since: Timestamp,
        id: &str,
    ) -> Result<Vec<IncidentRow>, StoreError> {
        let question = self.client().query(INCIDENTS).param("since", since.0).param("id", id);
        let mut incidents: Vec<IncidentRow> = self.fetch_all(question).await?;
        incidents.retain_mut(|incident| self.is_own(&mut incident.rule));
        Ok(incidents)
    }

    /// Says what has become of an incident.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn save_incident(&self, incident: &IncidentRow) -> Result<(), StoreError> {
        let IncidentRow { id, rule, about, reason, severity, version, .. } = incident.clone();
        let IncidentRow { opened_at, last_seen_at, closed_at, .. } = *incident;
        let token = format!("incident-{id}-{version}-{last_seen_at}-{}", closed_at.is_some());
        let row = SavedIncident {
            id,
            rule: self.keyed(&rule),
            about,
            reason,
            severity,
            opened_at,
            last_seen_at,
            closed_at,
            version,
        };
        self.insert_block("incidents", &[row], &token).await
    }

    /// Keeps what somebody says of an incident.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn mark_incident(
        &self,
        incident: &str,
        mark: &IncidentMark,
        made_by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let version = self.next_version("incident_marks", now.micros()).await?;
        let row = SavedMark {
            incident: incident.to_owned(),
            acknowledged_by: mark.acknowledged_by.clone(),
            snoozed_until: mark.snoozed_until,
            made_by: made_by.to_owned(),
            made_at: now.0,
            version,
        };
        self.insert_block("incident_marks", &[row], &format!("mark-{incident}-{version}")).await
    }

    /// Has nothing be alerted of what a rule finds about something, or has it again.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn mute_alerts(
        &self,
        (rule, about): (&str, &str),
        is_muted: bool,
        made_by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let version = self.next_version("alert_mutes", now.micros()).await?;
        let rule = self.keyed(rule);
        let block = format!("mute-{rule}-{about}-{version}");
        let row = SavedMute {
            rule,
            about: about.to_owned(),
            made_by: made_by.to_owned(),
            made_at: now.0,
            version,
            is_deleted: u8::from(!is_muted),
        };
        self.insert_block("alert_mutes", &[row], &block).await
    }

    /// Counts of the slots of five minutes in which there was something, between two instants (UTC milliseconds): slot and
    /// count.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn slots(
        &self,
        counted: Counted,
        from: i64,
        to: i64,
    ) -> Result<Vec<(i64, u64)>, StoreError> {
        let question = match counted {
            Counted::Webhooks => WEBHOOK_SLOTS,
            Counted::Conversations => CONVERSATION_SLOTS,
        };
        let question = self.client().query(question).param("from", from).param("to", to);
        let rows: Vec<SlotRow> = self.fetch_all(question).await?;
        Ok(rows.into_iter().map(|row| (row.slot, row.count)).collect())
    }
}
