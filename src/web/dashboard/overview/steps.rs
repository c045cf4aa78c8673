//! The overview's funnels: of all conversations, and of those that ads opened, with what each step cost.

use super::figures::Whole;
use crate::analysis::{AdsRow, FunnelReport};
use crate::render::expected::{ExpectedFigure, expected_count};
use crate::render::labels;
use crate::render::numbers::{of_first, of_previous};
use crate::web::dashboard::drilldown::DrilldownLinks;
use crate::web::dashboard::funnel_columns::{Column, ad_columns, drawn};

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
            of_previous: of_previous(step),
            of_first: of_first(step),
            dropped,
            notes: expected_count(step).map(ExpectedFigure::told).into_iter().collect(),
            drawn: drawn(step.count, first, place),
            is_cut: false,
            name: step.name.clone(),
        }
    };
    steps.iter().enumerate().map(column).collect()
}

/// What ads brought, from the impression to the purchase, by the currency in which they are paid, the dearest first; none
/// of which it is unknown what they cost and how often they were shown.
pub(crate) fn of_ads(whole: &Whole, behind: &DrilldownLinks) -> Vec<Vec<Column>> {
    let is_known = |total: &&AdsRow| total.spend.is_some() || total.impressions.is_some();
    let mut known: Vec<&AdsRow> = whole.ads.totals.iter().filter(is_known).collect();
    let spend = |total: &AdsRow| total.spend.unwrap_or(0.0);
    known.sort_by(|one, other| spend(other).total_cmp(&spend(one)));
    let behind = behind.filtered("source", "ad");
    known.into_iter().map(|total| ad_columns(total, &behind)).collect()
}
