//! Our conversations beside Meta's.

use std::collections::{HashMap, HashSet};

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Span;
use serde::Serialize;

use super::answer::AnswerError;
use super::problem::Problem;
use super::{Asked, Question, Views, api, csv};
use crate::analysis::{self, BothCounts, ReconciledAd, ReconciledDay, USUAL_DAYS};
use crate::domain::{DAY_MS, Period};
use crate::store::Store;

/// The comparison of a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReconciliationReport {
    /// First instant of the period, RFC 3339.
    pub from: String,
    /// First instant after the period, RFC 3339.
    pub to: String,
    /// A row an ad account and day.
    pub days: Vec<ReconciledDay>,
    /// A row an ad and day, the largest differences first.
    pub ads: Vec<ReconciledAd>,
    /// What has to be known to read it.
    pub notes: Vec<String>,
}

/// Ours beside Meta's, for the days that the question's period touches.
///
/// # Errors
/// If it cannot be computed.
pub async fn answer_reconciliation(
    store: &Store,
    question: &Question,
) -> Result<ReconciliationReport, AnswerError> {
    let period = &question.period;
    let (first, last) = period.first_and_last_day();
    let begin = first.saturating_sub(Span::new().days(USUAL_DAYS));
    let (meta, known, accounts, ads) = tokio::try_join!(
        store.spend(begin, last),
        store.known_spend_days(begin, last),
        store.ad_accounts(),
        store.named_ads()
    )?;
    let known = known.into_iter().filter(|day| day.is_whole);
    let known = known.map(|day| (day.account_id, day.date)).collect();
    let report_zone = period.zone.iana_name().unwrap_or("UTC").to_owned();
    let zones: HashMap<String, String> =
        accounts.into_iter().map(|account| (account.id, account.time_zone)).collect();
    let all_zones: HashSet<&String> = zones.values().chain([&report_zone]).collect();
    // Days of other zones begin and end up to a day earlier or later.
    let from = period.start_of(begin).0 - DAY_MS;
    let to = period.start_of(last.saturating_add(Span::new().days(1))).0 + DAY_MS;
    let mut ours = HashMap::new();
    for zone in all_zones {
        ours.insert(zone.clone(), store.our_ad_days(from, to, zone).await?);
    }
    let counts = BothCounts { meta, known, ours, zones, report_zone, ads };
    let notes = notes(&counts, period);
    let found = analysis::reconcile(&counts, first, last);
    Ok(ReconciliationReport {
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        days: found.days,
        ads: found.ads,
        notes,
    })
}

fn notes(counts: &BothCounts, period: &Period) -> Vec<String> {
    let mut notes = vec![
        "Meta counts a conversation on the day of the ad's impression and may model what it cannot see; \
         we count it on the day on which it was opened."
            .to_owned(),
    ];
    let report_zone = period.zone.iana_name().unwrap_or("UTC");
    for (account, zone) in &counts.zones {
        if zone != report_zone {
            notes.push(format!("act_{account} has its days in {zone}: so have its rows here."));
        }
    }
    notes.sort();
    notes
}

/// `GET /api/v1/reconciliation`.
pub(super) async fn reconciliation(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, format) = api::understand(&views, asked, &headers)?;
    let found = answer_reconciliation(&views.store, &question).await;
    Ok(api::rendered(format, found.map_err(Problem::from)?, days_csv))
}

/// A row an ad account and day; the columns are listed in the README.
fn days_csv(report: &ReconciliationReport) -> String {
    let titles = [
        "account_id",
        "date",
        "ours",
        "meta",
        "gap",
        "our_first",
        "meta_first",
        "without_referral",
        "opened_silently",
        "within_7_days",
        "late",
        "moved_by_zone",
        "usual",
        "usual_low",
        "usual_high",
        "is_unusual",
    ];
    let number = |number: Option<f64>| number.map(|it| it.to_string()).unwrap_or_default();
    let rows: Vec<Vec<String>> = report
        .days
        .iter()
        .map(|day| {
            let causes = &day.causes;
            vec![
                day.account_id.clone(),
                day.date.clone(),
                day.ours.to_string(),
                day.meta.to_string(),
                day.gap.to_string(),
                day.our_first.to_string(),
                day.meta_first.map(|first| first.to_string()).unwrap_or_default(),
                causes.without_referral.to_string(),
                causes.opened_silently.to_string(),
                causes.within_7_days.to_string(),
                causes.late.to_string(),
                causes.moved_by_zone.to_string(),
                number(day.usual),
                number(day.usual_band.map(|[low, _]| low)),
                number(day.usual_band.map(|[_, high]| high)),
                day.is_unusual.to_string(),
            ]
        })
        .collect();
    csv::rows(&titles.map(str::to_owned), &rows)
}
