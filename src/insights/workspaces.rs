//! All workspaces beside one another, for people of all of them.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::ads::answer_ads;
use super::error::AnswerError;
use super::funnel::answer_funnel;
use super::funnel_comparison::before;
use super::query::Question;
use crate::analysis::{AdsRow, DEFAULT_FUNNEL, Dimension, Funnels};
use crate::domain::{AgeLimit, Period, Timestamp, Workspace};
use crate::store::{IncidentRow, Store};

/// All workspaces in a period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkspacesReport {
    /// First instant of the period in the zone of the settings, RFC 3339.
    pub from: String,
    /// First instant after it, RFC 3339.
    pub to: String,
    /// By name; each by the days of its zone.
    pub workspaces: Vec<WorkspaceRow>,
    /// Everything, what is in no workspace too.
    pub all: WorkspaceFigures,
    /// The same in the period of the same length before, at the same age and without costs: see `workspaces[].before`.
    pub all_before: WorkspaceFigures,
}

/// A workspace in a period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkspaceRow {
    /// By which it is known: `workspace` of every other question.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Ids of its Pages, Instagram accounts and WhatsApp numbers.
    pub pages: Vec<String>,
    /// Ids of its ad accounts.
    pub ad_accounts: Vec<String>,
    /// The zone of its days; `None`: that of the settings.
    pub time_zone: Option<String>,
    /// ISO 4217, if it has one.
    pub currency: Option<String>,
    /// What it did.
    pub figures: WorkspaceFigures,
    /// Its counts in the period of the same length before: up to the same hour, and of each conversation what happened until it
    /// was as old as those of the period are. Costs are not compared: `costs` is empty.
    pub before: WorkspaceFigures,
    /// Incidents that are open and neither muted nor snoozed.
    pub open_incidents: u64,
}

/// What a workspace did in a period. Conversations count on the day on which they were opened, with what they reached so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct WorkspaceFigures {
    /// Conversations that were opened.
    pub conversations: u64,
    /// The share of those in which somebody wrote that was answered; `None` without any.
    pub reply_rate: Option<f64>,
    /// Conversations that became leads.
    pub leads: u64,
    /// Conversations that became purchases.
    pub purchases: u64,
    /// What it cost, a row a currency: costs are never added across currencies.
    pub costs: Vec<WorkspaceCost>,
}

/// What a workspace cost, in a currency.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkspaceCost {
    /// ISO 4217.
    pub currency: String,
    /// What its ads cost on the days that are known.
    pub spend: f64,
    /// What a lead cost; `None` if it is not known.
    pub cost_per_lead: Option<f64>,
}

/// The workspaces in a period.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub async fn answer_workspaces(
    store: &Store,
    workspaces: &[Arc<Workspace>],
    question: &Question,
    now: Timestamp,
) -> Result<WorkspacesReport, AnswerError> {
    let mut rows = Vec::new();
    for workspace in workspaces {
        let own = store.of_workspace(workspace);
        let period = in_zone_of(&question.period, workspace);
        let asked = Question { period, ..question.clone() };
        let (figures, before) = figures_of_both(&own, &asked).await?;
        let incidents = own.incidents(now, "").await?;
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        rows.push(WorkspaceRow {
            name: workspace.name.clone(),
            title: workspace.called().to_owned(),
            pages: workspace.pages.clone(),
            ad_accounts: workspace.ad_accounts.clone(),
            time_zone: some(&workspace.time_zone),
            currency: some(&workspace.currency),
            figures,
            before,
            open_incidents: open_incidents(&incidents, now) as u64,
        });
    }
    let (all, all_before) = figures_of_both(store, question).await?;
    Ok(WorkspacesReport {
        from: question.period.from.to_rfc3339(),
        to: question.period.to.to_rfc3339(),
        workspaces: rows,
        all,
        all_before,
    })
}

/// How many incidents are open and neither muted nor kept out of sight.
#[must_use]
pub fn open_incidents(incidents: &[IncidentRow], now: Timestamp) -> usize {
    let is_shown = |one: &&IncidentRow| {
        let is_snoozed = one.snoozed_until.is_some_and(|until| now.0 < until);
        one.closed_at.is_none() && !one.is_muted && !is_snoozed
    };
    incidents.iter().filter(is_shown).count()
}

/// The same whole days in a workspace's zone.
fn in_zone_of(period: &Period, workspace: &Workspace) -> Period {
    let (Some(zone), Some((first, last))) = (workspace.zone(), period.whole_days()) else {
        return period.clone();
    };
    let own = Period { zone, ..period.clone() };
    let (from, to) =
        (own.start_of(first), own.start_of(last.saturating_add(jiff::Span::new().days(1))));
    Period { from, to, ..own }
}

async fn figures_of_both(
    store: &Store,
    question: &Question,
) -> Result<(WorkspaceFigures, WorkspaceFigures), AnswerError> {
    let earlier = at_the_same_age(question);
    let (own, before) = (Box::pin(figures(store, question)), Box::pin(counts(store, &earlier)));
    tokio::try_join!(own, before)
}

/// The period before, as long as the question's is known, and of each conversation what happened until it was as old as those
/// of the question's period are: otherwise the later period would always look worse.
fn at_the_same_age(question: &Question) -> Question {
    let (own, now) = (&question.period, question.asked_at);
    let known = Period { to: own.to.min(now).max(own.from), ..own.clone() };
    let before = before(own);
    let to = before.to.min(Timestamp(before.from.0 + known.to.0 - known.from.0));
    let period = Period { to: to.max(Timestamp(before.from.0 + 1)), ..before };
    let counted_until = Some(AgeLimit::as_old_as(&known, &period, now.0));
    Question { period, counted_until, ..question.clone() }
}

async fn figures(store: &Store, question: &Question) -> Result<WorkspaceFigures, AnswerError> {
    let by_ad = Question { by: vec![Dimension::Ad], filters: Vec::new(), ..question.clone() };
    let (counts, ads) = tokio::try_join!(counts(store, question), answer_ads(store, &by_ad))?;
    let cost = |row: &AdsRow| {
        let lead = row.steps.iter().find(|step| step.name == "lead");
        Some(WorkspaceCost {
            currency: row.currency.clone()?,
            spend: row.spend?,
            cost_per_lead: lead.and_then(|step| step.cost?.value),
        })
    };
    Ok(WorkspaceFigures { costs: ads.totals.iter().filter_map(cost).collect(), ..counts })
}

/// The figures without costs.
async fn counts(store: &Store, question: &Question) -> Result<WorkspaceFigures, AnswerError> {
    let asked = Question { by: Vec::new(), filters: Vec::new(), ..question.clone() };
    let funnel = answer_funnel(store, &Funnels::new(), DEFAULT_FUNNEL, &asked).await?;
    let count = |step: &str| funnel.count(step).unwrap_or(0);
    let answered = funnel.steps.iter().find(|step| step.name == "answered");
    Ok(WorkspaceFigures {
        conversations: count("opened"),
        reply_rate: answered.and_then(|step| step.rate_from_previous),
        leads: count("lead"),
        purchases: count("purchase"),
        costs: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn the_same_days_begin_when_they_begin_there() {
        let at = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let period = Period {
            from: at("2026-10-24T00:00:00Z"),
            to: at("2026-10-26T00:00:00Z"),
            zone: TimeZone::UTC,
        };
        let paris = Workspace { time_zone: "Europe/Paris".to_owned(), ..Workspace::default() };
        let own = in_zone_of(&period, &paris);
        // The clock is put back on the 25th.
        assert_eq!(own.from, at("2026-10-23T22:00:00Z"));
        assert_eq!(own.to, at("2026-10-25T23:00:00Z"));
        let same = in_zone_of(&period, &Workspace::default());
        assert_eq!((same.from, same.to), (period.from, period.to));
    }
}
