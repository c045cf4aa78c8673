//! The ads by which a lead cost least and most, and whether that could be chance.

use std::collections::{BTreeMap, HashMap};

use crate::analysis::{
    AdsReport, AdsRow, Drawn, Estimate, Paid, StageCost, daily_spread, surely_differ,
};
use crate::language::{Message, say};
use crate::render::expected::ExpectedFigure;
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
    /// What it comes to when the time of all its conversations is over; none if it is, or if that is unknown.
    pub expected: Option<Message>,
}

/// The leads by an ad.
fn leads(row: &AdsRow) -> Option<&StageCost> {
    row.steps.iter().find(|step| step.name == "lead")
}

/// What a lead cost by an ad, and the same of the part of its leads that there was time for, if that is known.
fn costs(row: &AdsRow) -> Option<[Estimate; 2]> {
    let cost = leads(row)?.cost?;
    let at_same_age = leads(row).and_then(Paid::of);
    Some([cost, at_same_age.map_or(cost, |paid| Drawn::count(paid.came).cost(paid.spend))])
}

/// The best is the ad whose lead surely costs least, by the upper end of its interval; the worst that whose
/// lead surely costs most, by the lower end, which an ad that has brought none has too. Ads of the currency
/// that most was spent in, at the same age; none with fewer than two ads, or without a lead.
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
    let costs: Vec<(&AdsRow, [Estimate; 2])> =
        paid.filter_map(|row| Some((row, costs(row)?))).collect();
    let with_leads = costs.iter().filter_map(|(row, [cost, ripe])| Some((row, cost, ripe.high?)));
    let (best, cheapest, _) = with_leads.min_by(|one, other| one.2.total_cmp(&other.2))?;
    let (worst, [dearest, _]) =
        costs.iter().max_by(|one, other| one.1[1].low.total_cmp(&other.1[1].low))?;
    if best.id == worst.id {
        return None;
    }
    let spread = daily_spread(&costs.iter().map(|(row, _)| *row).collect::<Vec<_>>());
    let paid = |row: &AdsRow| leads(row).and_then(Paid::of);
    let verdict = match paid(best).zip(paid(worst)) {
        None => "overview-ads-unknown",
        Some((best, worst)) if surely_differ(best, worst, costs.len(), spread) => {
            "overview-ads-sure"
        }
        Some(_) => "overview-ads-chance",
    };
    let ad = |row: &AdsRow, cost: &Estimate| Ad {
        id: row.id.clone(),
        title: titles.get(&row.id).unwrap_or(&row.name).clone(),
        spend: money(row.spend.unwrap_or(0.0), currency),
        leads: behind
            .filtered("ad", &row.id)
            .with("reached", "lead")
            .count(leads(row).and_then(|step| step.count)),
        cost: cost.value.map_or_else(dash, |value| money(value, currency)),
        expected: leads(row)
            .and_then(|step| {
                ExpectedFigure::of(step.matured_share, step.expected_cost, |cost| {
                    money(cost, currency)
                })
            })
            .map(ExpectedFigure::told),
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
