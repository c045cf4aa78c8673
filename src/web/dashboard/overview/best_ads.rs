//! The ads by which a lead cost least and most, and whether that could be chance.

use std::collections::{BTreeMap, HashMap};

use crate::analysis::{AdsReport, AdsRow, Estimate, Paid, StageCost, daily_spread, surely_differ};
use crate::language::{Message, say};
use crate::render::numbers::{between, dash, money};
use crate::web::dashboard::drilldown::{DrilldownLinks, LinkedCount};

/// Where paying more is worth it, and where less.
pub(crate) struct BestAndWorstAds {
    /// The best and the worst, with the names of their messages.
    pub ads: [(&'static str, Ad); 2],
    /// How far the two can be trusted.
    pub verdict: Message,
}

pub(crate) struct Ad {
    pub id: String,
    pub title: String,
    pub spend: String,
    pub leads: LinkedCount,
    pub cost: String,
    /// The cost's 95 % interval.
    pub range: String,
}

/// The leads by an ad.
fn leads(row: &AdsRow) -> Option<&StageCost> {
    row.steps.iter().find(|step| step.name == "lead")
}

/// What a lead cost by an ad.
fn cost(row: &AdsRow) -> Option<Estimate> {
    leads(row)?.cost
}

/// Leads by an ad, and what was paid for it.
fn paid_for(row: &AdsRow) -> Paid {
    let came = leads(row).and_then(|step| step.count).unwrap_or(0);
    Paid { came, spend: row.paid().unwrap_or(0.0) }
}

/// The best is the ad whose lead surely costs least, by the upper end of its interval; the worst that whose
/// lead surely costs most, by the lower end, which an ad that has brought none has too. Ads of the currency
/// that most was spent in; none with fewer than two ads, or without a lead.
pub(crate) fn extremes(
    report: &AdsReport,
    titles: &HashMap<String, String>,
    behind: &DrilldownLinks,
) -> Option<BestAndWorstAds> {
    let mut by_currency: BTreeMap<&str, f64> = BTreeMap::new();
    for row in &report.rows {
        let spend = row.spend.unwrap_or(0.0);
        *by_currency.entry(row.currency.as_deref()?).or_default() += spend;
    }
    let (currency, _) = by_currency.into_iter().max_by(|one, other| one.1.total_cmp(&other.1))?;
    let paid = report.rows.iter().filter(|row| {
        row.currency.as_deref() == Some(currency) && row.spend.is_some_and(|spend| spend > 0.0)
    });
    let costs: Vec<(&AdsRow, Estimate)> = paid.filter_map(|row| Some((row, cost(row)?))).collect();
    let with_leads = costs.iter().filter_map(|(row, cost)| Some((row, cost, cost.high?)));
    let (best, cheapest, _) = with_leads.min_by(|one, other| one.2.total_cmp(&other.2))?;
    let (worst, dearest) = costs.iter().max_by(|one, other| one.1.low.total_cmp(&other.1.low))?;
    if best.id == worst.id {
        return None;
    }
    let spread = daily_spread(&costs.iter().map(|(row, _)| *row).collect::<Vec<_>>());
    let differ = surely_differ(paid_for(best), paid_for(worst), costs.len(), spread);
    let verdict = if differ { "overview-ads-sure" } else { "overview-ads-chance" };
    let ad = |row: &AdsRow, cost: &Estimate| Ad {
        id: row.id.clone(),
        title: titles.get(&row.id).unwrap_or(&row.name).clone(),
        spend: money(row.spend.unwrap_or(0.0), currency),
        leads: behind
            .filtered("ad", &row.id)
            .with("reached", "lead")
            .count(leads(row).and_then(|step| step.count)),
        cost: cost.value.map_or_else(dash, |value| money(value, currency)),
        range: match cost.high {
            Some(high) => between(money(cost.low, currency), money(high, currency)),
            None => say("overview-at-least").with("amount", money(cost.low, currency)).to_string(),
        },
    };
    Some(BestAndWorstAds {
        ads: [("overview-best", ad(best, cheapest)), ("overview-worst", ad(worst, dearest))],
        verdict: say(verdict).with("count", u64::try_from(costs.len()).unwrap_or_default()),
    })
}
