//! Results as charts.

use std::collections::BTreeMap;

use super::chart::drawing::Drawing;
use super::chart::shares::{SharePoint, shares};
use super::chart::{self, Bar, Day, Width, sankey};
use super::labels::stage;
use super::lettering::told;
use super::numbers::{credit, credit_share, of_first, of_previous, thousands};
use crate::analysis::{
    AdsReport, AdsRow, AttributionReport, Breakdown, Flow, FunnelReport, SubscriberDay,
};
use crate::insights::funnel_over_time::ShareInTime;
use crate::language::say;

const MOST_BARS: usize = 12;

/// A bar a step. Impressions and clicks would leave no room for conversations.
pub(crate) fn funnel(report: &FunnelReport) -> Drawing {
    let known = || report.unit_steps().filter_map(|step| Some((step, step.count?)));
    let bars: Vec<Bar> = known()
        .map(|(step, count)| Bar {
            label: stage(&step.name).0,
            length: length(count),
            note: match step.rate_from_previous {
                Some(_) => say("chart-step")
                    .with("count", count)
                    .with("previous", of_previous(step))
                    .with("first", of_first(step))
                    .to_string(),
                None => thousands(count),
            },
        })
        .collect();
    let said: Vec<String> = known()
        .map(|(step, count)| format!("{} {}", told(&stage(&step.name).0), thousands(count)))
        .collect();
    chart::bars(&bars, &say("chart-funnel").with("steps", said.join(", ")).to_string())
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn length(count: u64) -> f64 {
    count as f64
}

/// Conversations by day of opening, with their leads and purchases.
pub(crate) fn trend(days: &[Day], over: usize, is_open: bool, width: Width) -> Drawing {
    let total = |series: usize| days.iter().map(|day| day.counts[series]).sum::<u64>();
    let description = say("chart-trend")
        .with("days", over)
        .with("opened", total(0))
        .with("leads", total(1))
        .with("purchases", total(2));
    chart::trend(days, is_open, &description.to_string(), width)
}

/// The trend of a report that is broken down by day.
pub(crate) fn days(report: &FunnelReport) -> Drawing {
    let day = |row: &Breakdown| {
        let counts = ["opened", "lead", "purchase"].map(|step| row.count(step).unwrap_or_default());
        Some(Day { date: row.value("day")?.to_owned(), counts, before: None, expected: [None; 3] })
    };
    let mut days: Vec<Day> = report.breakdown.iter().filter_map(day).collect();
    days.sort_by(|one, other| one.date.cmp(&other.date));
    trend(&days, days.len(), false, Width::Wide)
}

/// A step's share of another by day or week.
pub(crate) fn rates(days: &[ShareInTime], step: &str, of: &str, width: Width) -> Drawing {
    let unfinished = days.iter().filter(|day| day.is_unfinished()).count();
    let description = say("chart-rates")
        .with("step", told(step))
        .with("of", told(of))
        .with("count", days.len())
        .with("unfinished", unfinished);
    let point = |day: &ShareInTime| SharePoint {
        date: day.day.clone(),
        share: (day.of > 0).then(|| length(day.reached) / length(day.of)),
        is_unfinished: day.is_unfinished(),
        expected: day.expected.filter(|_| day.is_unfinished()),
    };
    let points: Vec<SharePoint> = days.iter().map(point).collect();
    shares(&points, &description.to_string(), width)
}

/// Who has opted in at the end of each day, who did on it and who is lost.
pub(crate) fn audience(days: &[SubscriberDay], width: Width) -> Drawing {
    let day = |day: &SubscriberDay| Day {
        date: day.date.clone(),
        counts: [day.audience, day.opted_in, day.stopped + day.expired],
        before: None,
        expected: [None; 3],
    };
    let last = days.last().map_or(0, |day| day.audience);
    let days: Vec<Day> = days.iter().map(day).collect();
    let description = say("audience-chart").with("days", days.len()).with("count", last);
    chart::trend(&days, false, &description.to_string(), width)
}

/// From entry points over the steps to the end, as a Sankey diagram.
pub(crate) fn flows(flows: &[Flow], steps: &[(String, u64)]) -> Drawing {
    let said: Vec<String> =
        steps.iter().map(|(name, count)| format!("{} {}", told(name), thousands(*count))).collect();
    let description = say("funnels-flow-told").with("steps", said.join(", "));
    sankey::sankey(flows, steps, &description.to_string())
}

/// A bar a channel, of name and credited conversions; `total` is all there are.
pub(crate) fn attribution(channels: impl Iterator<Item = (String, f64)>, total: f64) -> Drawing {
    let bar = |(label, length): (String, f64)| Bar {
        label,
        length,
        note: format!("{} · {}", credit(length), credit_share(Some(length / total), total)),
    };
    let bars: Vec<Bar> = channels.take(MOST_BARS).map(bar).collect();
    let said: Vec<String> =
        bars.iter().map(|bar| format!("{} {}", told(&bar.label), credit(bar.length))).collect();
    chart::bars(&bars, &say("chart-credit").with("channels", said.join(", ")).to_string())
}

/// A bar a row of what costs money: its leads.
pub(crate) fn ads(report: &AdsReport) -> Drawing {
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
            note: {
                let leads = say("chart-row-leads").with("count", leads(row));
                let note = match (row.spend, &row.currency) {
                    (Some(spend), Some(currency)) => say("chart-row-cost")
                        .with("leads", leads)
                        .with("amount", credit(spend))
                        .with("currency", told(currency)),
                    _ => leads,
                };
                note.to_string()
            },
        })
        .collect();
    let said: Vec<String> =
        bars.iter().map(|bar| format!("{} {}", told(&bar.label), bar.note)).collect();
    let description = say("chart-leads").with("level", report.level).with("rows", said.join(", "));
    chart::bars(&bars, &description.to_string())
}

/// The chart of a report, without currencies.
pub(crate) fn credits(report: &AttributionReport) -> Drawing {
    let mut channels: BTreeMap<&str, f64> = BTreeMap::new();
    for row in &report.channels {
        *channels.entry(&row.channel).or_default() += row.conversions;
    }
    let mut channels: Vec<(String, f64)> =
        channels.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    channels.sort_by(|one, other| other.1.total_cmp(&one.1));
    attribution(channels.into_iter(), report.total_conversions)
}
