//! The overview's funnels: of all conversations, and of those that ads opened, with what each step cost.

use super::figures::Whole;
use crate::analysis::{AdsRow, FunnelReport, conversation_steps};
use crate::language::say;
use crate::render::labels;
use crate::render::numbers::{dash, money, percent, thousands};
use crate::web::dashboard::drilldown::{DrilldownLinks, LinkedCount};
use crate::web::dashboard::funnel_columns::{Column, drawn, share};

/// All conversations, from the opening to the purchase.
pub(crate) fn conversations(report: &FunnelReport, behind: &DrilldownLinks) -> Vec<Column> {
    let steps: Vec<_> = report.unit_steps().collect();
    let first = steps.first().and_then(|step| step.count).unwrap_or(0);
    let column = |(place, step): (usize, &&crate::analysis::Step)| {
        let (label, meaning) = labels::stage(&step.name);
        let next = steps.get(place + 1);
        let dropped = next.map(|next| {
            let count = step.count.unwrap_or(0).saturating_sub(next.count.unwrap_or(0));
            behind.with("reached", &step.name).with("missed", &next.name).count(Some(count))
        });
        Column {
            label,
            meaning,
            count: behind.with("reached", &step.name).count(step.count),
            of_previous: percent(step.rate_from_previous),
            of_first: percent(step.rate_from_first),
            dropped,
            notes: Vec::new(),
            drawn: drawn(step.count, first, place),
            is_cut: false,
            name: step.name.clone(),
        }
    };
    steps.iter().enumerate().map(column).collect()
}

/// What ads of the currency that most was spent in brought, from the impression to the purchase; none if it is unknown
/// what they cost.
pub(crate) fn of_ads(whole: &Whole, behind: &DrilldownLinks) -> Option<Vec<Column>> {
    let spent = |total: &&AdsRow| total.spend.is_some_and(|spend| spend > 0.0);
    let known = whole.ads.totals.iter().filter(spent);
    let total = known
        .max_by(|one, other| one.spend.unwrap_or(0.0).total_cmp(&other.spend.unwrap_or(0.0)))?;
    let currency = total.currency.as_deref().unwrap_or_default();
    let counts = conversation_steps().map(|name| {
        let step = total.steps.iter().find(|step| step.name == name);
        (name, step.and_then(|step| step.count), step.and_then(|step| step.cost?.value))
    });
    let before = [
        ("impressions", total.impressions, total.cpm),
        ("clicks", total.clicks, total.cost_per_click.and_then(|cost| cost.value)),
    ];
    let all: Vec<_> = before.into_iter().chain(counts).collect();
    // Impressions would leave no room for the others.
    let most = all.iter().skip(1).filter_map(|(_, count, _)| *count).max().unwrap_or(0);
    let behind = behind.filtered("source", "ad");
    let mut previous = None;
    let column = |(place, (name, count, cost)): (usize, &(&str, Option<u64>, Option<f64>))| {
        let (label, meaning) = labels::stage(name);
        let of_previous = share(*count, previous);
        previous = *count;
        let is_listed = !matches!(*name, "impressions" | "clicks");
        let told =
            if *name == "impressions" { "overview-cost-thousand" } else { "overview-cost-each" };
        Column {
            name: (*name).to_owned(),
            label,
            meaning,
            count: if is_listed {
                behind.with("reached", *name).count(*count)
            } else {
                LinkedCount { text: count.map_or_else(dash, thousands), rows: String::new() }
            },
            of_previous: percent(of_previous),
            of_first: String::new(),
            dropped: None,
            notes: cost
                .map(|cost| say(told).with("amount", money(cost, currency)))
                .into_iter()
                .collect(),
            drawn: drawn(*count, most, place),
            is_cut: count.is_some_and(|count| count > most),
        }
    };
    Some(all.iter().enumerate().map(column).collect())
}
