//! Our conversations beside Meta's.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Span;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::AnswerError;
use super::query::Question;
use crate::analysis::{self, BothCounts, ReconciledAd, ReconciledDay, USUAL_DAYS};
use crate::domain::{DAY_MS, Period};
use crate::language::{Message, say};
use crate::store::Store;

/// The comparison of a period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
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
    #[schema(value_type = Vec<String>)]
    pub notes: Vec<Message>,
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

fn notes(counts: &BothCounts, period: &Period) -> Vec<Message> {
    let report_zone = period.zone.iana_name().unwrap_or("UTC");
    let others = counts.zones.iter().filter(|(_, zone)| *zone != report_zone);
    // In the same order every time.
    let others: BTreeMap<&String, &String> = others.collect();
    let others = others.into_iter().map(|(account, zone)| {
        say("reconciliation-note-zone").with("account", account).with("zone", zone)
    });
    std::iter::once(say("reconciliation-note-days")).chain(others).collect()
}
