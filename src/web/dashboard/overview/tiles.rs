//! The figures at the top of the overview: each with its change, its days and the way to what is behind it.

use std::collections::BTreeMap;

use super::changes::{Change, Days, percents, signed};
use super::figures::{Counts, Figures};
use crate::analysis::{AttributionReport, Breakdown, FunnelReport, Step};
use crate::language::{Message, places_of, say};
use crate::render::expected::{ExpectedFigure, expected_count};
use crate::render::numbers::{self, amount, credit, dash, money, span, thousands};
use crate::render::{chart, labels};
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::drilldown::DrilldownLinks;

/// Points of a line at most: it has about as many as it has room for.
const MOST_POINTS: usize = 46;

pub(crate) struct Tile {
    pub id: &'static str,
    pub label: Message,
    /// One a line.
    pub values: Vec<String>,
    pub change: Option<Change>,
    /// Its days, as SVG; empty if they are unknown.
    pub spark: String,
    pub notes: Vec<Message>,
    pub meaning: String,
    /// Stage that it counts.
    pub stage: Option<&'static str>,
    /// Address of what is behind it.
    pub rows: String,
}

pub(crate) fn tiles(
    figures: &Figures,
    days: &Days,
    range: &Range,
    behind: &DrilldownLinks,
) -> Vec<Tile> {
    let total = &figures.own.by_source;
    let before = figures.before.as_ref().map(|before| &before.by_source);
    let before = before.filter(|before| before.count("opened").is_some_and(|count| count > 0));
    let step = |name: &str| total.steps.iter().find(|step| step.name == name);
    let count = |name| step(name).and_then(|step| step.count).map_or_else(dash, thousands);
    let of_previous = |name| step(name).map_or_else(dash, numbers::of_previous);
    let of_first = |name| step(name).map_or_else(dash, numbers::of_first);
    let of_all = |name| say("overview-of-conversations").with("share", of_first(name));
    let counted = |id: &'static str, series: usize, note: Message| Tile {
        id,
        label: say(format!("overview-tile-{id}")),
        values: vec![count(id)],
        change: before.and_then(|before| days.change(series, total.count(id)?, before.count(id)?)),
        spark: spark(&figures.own, |row| {
            Some(row.and_then(|row| row.count(id)).map_or(0.0, float))
        }),
        notes: [note]
            .into_iter()
            .chain(step(id).and_then(expected_count).map(ExpectedFigure::told))
            .collect(),
        meaning: labels::stage(id).1,
        stage: Some(id),
        rows: behind.with("reached", id).count(step(id).and_then(|step| step.count)).rows,
    };
    let wrote = say("overview-wrote").with("share", of_previous("messaged"));
    let mut tiles = vec![counted("opened", 0, wrote)];
    tiles.push(reply_rate(figures, before, behind));
    let table = |page: &str, more: &str| {
        format!("{page}?from={}&through={}{more}", range.first_day, range.last_day)
    };
    tiles.extend(response_time(figures, table("/conversations", "")));
    tiles.push(counted("lead", 1, of_all("lead")));
    tiles.extend(cost_per_lead(figures, table("/ads", "&by=ad")));
    tiles.push(counted("purchase", 2, of_all("purchase")));
    tiles.extend(value(figures, table("/attribution", "&model=last")));
    tiles
}

/// A figure of each day, of several days a point if there are more than the line has room for. Of a day without a row
/// conversations are none, and rates are unknown.
fn spark(counts: &Counts, figure: impl Fn(Option<&Breakdown>) -> Option<f64>) -> String {
    let rows = counts.by_day.breakdown.iter().filter_map(|row| Some((row.value("day")?, row)));
    let by_day: BTreeMap<&str, &Breakdown> = rows.collect();
    let days = counts.period.days().into_iter();
    let days: Vec<Option<f64>> =
        days.map(|(date, _)| figure(by_day.get(date.to_string().as_str()).copied())).collect();
    let mean = |days: &[Option<f64>]| {
        let known: Vec<f64> = days.iter().flatten().copied().collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / float(known.len() as u64))
    };
    let by = days.len().div_ceil(MOST_POINTS).max(1);
    let points: Vec<Option<f64>> = days.chunks(by).map(mean).collect();
    if points.len() < 2 { String::new() } else { chart::spark(&points, "").on_page() }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}

fn reply_rate(figures: &Figures, before: Option<&FunnelReport>, behind: &DrilldownLinks) -> Tile {
    let total = &figures.own.by_source;
    let step = |report: &'_ FunnelReport| {
        report.steps.iter().find(|step| step.name == "answered").cloned()
    };
    let own = step(total);
    let rate = own.as_ref().and_then(|step| step.rate_from_previous);
    let then = before.and_then(step);
    let rates = rate.zip(then.as_ref().and_then(|step| Some((step.rate_from_previous?, step))));
    let of = |step: &Step| numbers::of_how_many(step.count, step.rate_from_previous);
    let fewer = own.as_ref().map_or(0, of).min(then.as_ref().map_or(0, of));
    let places = places_of(fewer);
    let change = rates.map(|(now, (rate, then))| Change {
        text: say("overview-points")
            .with("number", signed((now - rate) * 100.0, places))
            .to_string(),
        tone: "flat",
        meaning: say("overview-change-before")
            .with("before", numbers::of_previous(then))
            .to_string(),
    });
    let count = own.as_ref().and_then(|step| step.count);
    let answered = say("overview-answered").with("count", count.map_or_else(dash, thousands));
    Tile {
        id: "answered",
        label: say("overview-tile-answered"),
        values: vec![own.as_ref().map_or_else(dash, numbers::of_previous)],
        change,
        spark: spark(&figures.own, |row| {
            row?.steps.iter().find(|step| step.name == "answered")?.rate_from_previous
        }),
        notes: vec![answered],
        meaning: labels::stage("answered").1,
        stage: Some("answered"),
        rows: behind.with("reached", "answered").count(count).rows,
    }
}

fn value(figures: &Figures, rows: String) -> Option<Tile> {
    let report = &figures.whole.as_ref()?.last_touch;
    let values = worth(report, |_| true);
    let count = credit(report.total_conversions);
    (!values.is_empty()).then(|| Tile {
        id: "value",
        label: say("overview-tile-value"),
        values,
        change: None,
        spark: String::new(),
        notes: vec![say("overview-of-conversions").with("count", count)],
        meaning: say("overview-tile-value.meaning").to_string(),
        stage: None,
        rows,
    })
}

/// What a lead by an ad cost, each currency for itself.
fn cost_per_lead(figures: &Figures, rows: String) -> Option<Tile> {
    let paid = figures.whole.as_ref()?.ads.totals.iter().filter_map(|total| {
        let spend = total.spend.filter(|spend| *spend > 0.0)?;
        let cost = total.steps.iter().find(|step| step.name == "lead")?.cost?;
        let currency = total.currency.as_deref().unwrap_or_default();
        let value = cost.value.map_or_else(dash, |value| money(value, currency));
        let leads = total.steps.iter().find(|step| step.name == "lead").and_then(|step| step.count);
        let told = say("overview-spent").with("amount", amount(spend)).with("currency", currency);
        let told = told.with("leads", leads.unwrap_or(0));
        let step = total.steps.iter().find(|step| step.name == "lead")?;
        let expected = ExpectedFigure::of(step.matured_share, step.expected_cost, |value| {
            money(value, currency)
        });
        Some((value, [Some(told), expected.map(ExpectedFigure::told)]))
    });
    let (values, notes): (Vec<_>, Vec<_>) = paid.unzip();
    let notes = notes.into_iter().flatten().flatten().collect();
    (!values.is_empty()).then(|| Tile {
        id: "cost-per-lead",
        label: say("overview-tile-cost"),
        values,
        change: None,
        spark: String::new(),
        notes,
        meaning: say("overview-tile-cost.meaning").to_string(),
        stage: None,
        rows,
    })
}

fn response_time(figures: &Figures, rows: String) -> Option<Tile> {
    let answers = figures.own.answers.as_ref()?;
    let median = answers.median_ms?;
    let then = figures.before.as_ref().and_then(|before| before.answers.as_ref()?.median_ms);
    let change = then.filter(|then| *then > 0.0).map(|then| Change {
        text: percents(median / then - 1.0),
        tone: "flat",
        meaning: say("overview-change-before").with("before", span(Some(then))).to_string(),
    });
    let slow = say("overview-response-slow").with("time", span(answers.p90_ms));
    Some(Tile {
        id: "response",
        label: say("overview-tile-response"),
        values: vec![span(Some(median))],
        change,
        spark: String::new(),
        notes: vec![slow],
        meaning: say("overview-tile-response.meaning").to_string(),
        stage: None,
        rows,
    })
}

/// The value of some channels' conversions, each currency for itself.
pub(crate) fn worth(report: &AttributionReport, belongs: impl Fn(&str) -> bool) -> Vec<String> {
    let mut by_currency: BTreeMap<&str, f64> = BTreeMap::new();
    for row in report.channels.iter().filter(|row| belongs(&row.channel)) {
        if let (Some(value), Some(currency)) = (row.value, &row.currency) {
            *by_currency.entry(currency).or_default() += value;
        }
    }
    by_currency.into_iter().map(|(currency, value)| money(value, currency)).collect()
}
