//! Results as charts.

use std::collections::BTreeMap;

use super::chart::{self, Bar};
use super::dashboard::{credit, percent, stage, thousands};
use crate::analysis::{AdsReport, AdsRow, AttributionReport, FunnelReport};

const MOST_BARS: usize = 12;

/// A bar a step. Impressions and clicks would leave no room for conversations.
pub(super) fn funnel(report: &FunnelReport) -> String {
    let of_thread =
        report.steps.iter().filter(|step| !matches!(step.name.as_str(), "impressions" | "clicks"));
    let known = || of_thread.clone().filter_map(|step| Some((step, step.count?)));
    let name = |name: &str| match stage(name).0 {
        "" => name.to_owned(),
        known => known.to_owned(),
    };
    let bars: Vec<Bar> = known()
        .map(|(step, count)| Bar {
            label: name(&step.name),
            length: length(count),
            note: match step.rate_from_previous {
                Some(_) => format!(
                    "{} · {} of the stage before, {} of all",
                    thousands(count),
                    percent(step.rate_from_previous),
                    percent(step.rate_from_first)
                ),
                None => thousands(count),
            },
        })
        .collect();
    let said: Vec<String> =
        known().map(|(step, count)| format!("{} {}", name(&step.name), thousands(count))).collect();
    chart::bars(&bars, &format!("Funnel: {}", said.join(", ")))
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn length(count: u64) -> f64 {
    count as f64
}

/// A bar a channel, of name and credited conversions; `total` is all there are.
pub(super) fn attribution(channels: impl Iterator<Item = (String, f64)>, total: f64) -> String {
    let bar = |(label, length): (String, f64)| Bar {
        label,
        length,
        note: format!("{} · {}", credit(length), percent(Some(length / total))),
    };
    let bars: Vec<Bar> = channels.take(MOST_BARS).map(bar).collect();
    let said: Vec<String> =
        bars.iter().map(|bar| format!("{} {}", bar.label, credit(bar.length))).collect();
    chart::bars(&bars, &format!("Conversions by channel: {}", said.join(", ")))
}

/// A bar a row of what costs money: its leads.
pub(super) fn ads(report: &AdsReport) -> String {
    let leads = |row: &AdsRow| {
        let step = row.steps.iter().find(|step| step.name == "lead");
        step.and_then(|step| step.count).unwrap_or(0)
    };
    let mut rows: Vec<&AdsRow> = report.rows.iter().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(leads(row)));
    let bars: Vec<Bar> = rows
        .into_iter()
        .take(MOST_BARS)
        .map(|row| Bar {
            label: if row.name.is_empty() { row.id.clone() } else { row.name.clone() },
            length: length(leads(row)),
            note: match (row.spend, &row.currency) {
                (Some(spend), Some(currency)) => {
                    format!("{} leads · {} {currency}", thousands(leads(row)), credit(spend))
                }
                _ => format!("{} leads", thousands(leads(row))),
            },
        })
        .collect();
    let said: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.label, bar.note)).collect();
    chart::bars(&bars, &format!("Leads by {}: {}", report.level, said.join(", ")))
}

/// The chart of a report, without currencies.
pub(super) fn credits(report: &AttributionReport) -> String {
    let mut channels: BTreeMap<&str, f64> = BTreeMap::new();
    for row in &report.channels {
        *channels.entry(&row.channel).or_default() += row.conversions;
    }
    let mut channels: Vec<(String, f64)> =
        channels.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    channels.sort_by(|one, other| other.1.total_cmp(&one.1));
    attribution(channels.into_iter(), report.total_conversions)
}
