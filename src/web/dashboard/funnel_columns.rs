//! A funnel's steps as columns.

use super::drilldown::{DrilldownLinks, LinkedCount};
use crate::analysis::{AdsRow, conversation_steps};
use crate::language::{Message, say};
use crate::render::expected::ExpectedFigure;
use crate::render::numbers::{dash, money, percent, thousands};
use crate::render::{chart, labels};

/// A step of a funnel as a column, with what stands below it.
pub(crate) struct Column {
    pub name: String,
    pub label: String,
    pub meaning: String,
    pub count: LinkedCount,
    /// Of the step before, and of the first.
    pub of_previous: String,
    pub of_first: String,
    /// Those who went no further.
    pub dropped: Option<LinkedCount>,
    /// What else is told of it: what one cost, how long it took.
    pub notes: Vec<Message>,
    /// As SVG.
    pub drawn: String,
    /// Whether it is longer than the others leave room for.
    pub is_cut: bool,
}

/// How strong the first step is drawn, and how much less each other.
const STRENGTH: (f64, f64) = (1.0, 0.07);

/// A part of a whole, if both are known.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(crate) fn share(count: Option<u64>, of: Option<u64>) -> Option<f64> {
    let (count, of) = (count?, of.filter(|of| *of > 0)?);
    Some(count as f64 / of as f64)
}

/// The step at a place of the funnel, beside the largest.
#[expect(clippy::cast_precision_loss, reason = "steps are few")]
pub(crate) fn drawn(count: Option<u64>, most: u64, place: usize) -> String {
    let strength = STRENGTH.0 - STRENGTH.1 * place as f64;
    chart::part(share(count, Some(most)).unwrap_or(0.0), strength.max(0.4))
}

/// A step of ads: its name, how many reached it, what one cost, and what one comes to cost.
type AdStep<'s> = (&'s str, Option<u64>, Option<f64>, Option<ExpectedFigure>);

/// What a row of ads brought, from the impression to the purchase, with the cost of each step; `behind` are its
/// conversations.
pub(crate) fn ad_columns(total: &AdsRow, behind: &DrilldownLinks) -> Vec<Column> {
    let currency = total.currency.as_deref().unwrap_or_default();
    let counts = conversation_steps().map(|name| {
        let step = total.steps.iter().find(|step| step.name == name);
        let cost = step.and_then(|step| step.cost?.value);
        let expected = step.and_then(|step| {
            let written = |value| money(value, currency);
            ExpectedFigure::of(step.matured_share, step.expected_cost, written)
        });
        (name, step.and_then(|step| step.count), cost, expected)
    });
    let before = [
        ("impressions", total.impressions, total.cpm, None),
        ("clicks", total.clicks, total.cost_per_click.and_then(|cost| cost.value), None),
    ];
    let all: Vec<_> = before.into_iter().chain(counts).collect();
    // Impressions would leave no room for the others.
    let most = all.iter().skip(1).filter_map(|(_, count, ..)| *count).max().unwrap_or(0);
    let mut previous = None;
    let column = |(place, (name, count, cost, expected)): (usize, &AdStep<'_>)| {
        let (label, meaning) = labels::stage(name);
        let of_previous = percent(share(*count, previous), previous.unwrap_or(0));
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
            of_previous,
            of_first: String::new(),
            dropped: None,
            notes: cost
                .map(|cost| say(told).with("amount", money(cost, currency)))
                .into_iter()
                .chain(expected.as_ref().map(ExpectedFigure::short))
                .collect(),
            drawn: drawn(*count, most, place),
            is_cut: count.is_some_and(|count| count > most),
        }
    };
    all.iter().enumerate().map(column).collect()
}
