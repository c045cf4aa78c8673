//! The figures at the top of the overview.

use std::collections::BTreeMap;

use super::figures::Figures;
use crate::analysis::{AttributionReport, FunnelReport};
use crate::language::{Message, decimal, say};
use crate::render::labels;
use crate::render::numbers::{amount, credit, dash, money, percent, span, thousands};
use crate::store::ResponseTimes;
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::drilldown::DrilldownLinks;

pub(crate) struct Tile {
    pub id: &'static str,
    pub label: Message,
    /// One a line.
    pub values: Vec<String>,
    pub notes: Vec<Message>,
    pub meaning: String,
    /// Stage that it counts.
    pub stage: Option<&'static str>,
    /// Address of what is behind it.
    pub rows: String,
}

pub(crate) fn tiles(
    figures: &Figures,
    answers: Option<&ResponseTimes>,
    days: usize,
    is_open: bool,
    range: &Range,
    behind: &DrilldownLinks,
) -> Vec<Tile> {
    let total = &figures.by_source;
    let step = |name: &str| total.steps.iter().find(|step| step.name == name);
    let count = |name| step(name).and_then(|step| step.count).map_or_else(dash, thousands);
    let of_previous = |name| percent(step(name).and_then(|step| step.rate_from_previous));
    let of_first = |name| percent(step(name).and_then(|step| step.rate_from_first));
    let of_all = |name| say("overview-of-conversations").with("share", of_first(name));
    let changed = |name| {
        let change = change(total, &figures.before, name)?;
        let told = match (name, is_open) {
            ("opened", false) => "overview-change",
            ("opened", true) => "overview-change-so-far",
            _ => "overview-change-later",
        };
        Some(say(told).with("change", change).with("days", days))
    };
    let tile = |id: &'static str, value: String, notes: Vec<Message>| Tile {
        id,
        label: say(format!("overview-tile-{id}")),
        values: vec![value],
        notes,
        meaning: labels::stage(id).1,
        stage: Some(id),
        rows: behind.with("reached", id).count(step(id).and_then(|step| step.count)).rows,
    };
    let wrote = say("overview-wrote").with("share", of_previous("messaged"));
    let answered = say("overview-answered").with("count", count("answered"));
    let mut tiles = vec![
        tile("opened", count("opened"), vec![wrote].into_iter().chain(changed("opened")).collect()),
        tile("answered", of_previous("answered"), vec![answered]),
        tile(
            "lead",
            count("lead"),
            vec![of_all("lead")].into_iter().chain(changed("lead")).collect(),
        ),
        tile(
            "purchase",
            count("purchase"),
            vec![of_all("purchase")].into_iter().chain(changed("purchase")).collect(),
        ),
    ];
    let table = |page: &str, more: &str| {
        format!("{page}?from={}&through={}{more}", range.first_day, range.last_day)
    };
    tiles.extend(value(figures, table("/attribution", "&model=last")));
    tiles.extend(cost_per_lead(figures, table("/ads", "&by=ad")));
    tiles.extend(answers.and_then(|times| response_time(times, table("/conversations", ""))));
    tiles
}

fn value(figures: &Figures, rows: String) -> Option<Tile> {
    let values = worth(&figures.last_touch, |_| true);
    let count = credit(figures.last_touch.total_conversions);
    (!values.is_empty()).then(|| Tile {
        id: "value",
        label: say("overview-tile-value"),
        values,
        notes: vec![say("overview-of-conversions").with("count", count)],
        meaning: say("overview-tile-value.meaning").to_string(),
        stage: None,
        rows,
    })
}

/// What a lead by an ad cost, each currency for itself.
fn cost_per_lead(figures: &Figures, rows: String) -> Option<Tile> {
    let paid = figures.ads.totals.iter().filter_map(|total| {
        let spend = total.spend.filter(|spend| *spend > 0.0)?;
        let cost = total.steps.iter().find(|step| step.name == "lead")?.cost?;
        let currency = total.currency.as_deref().unwrap_or_default();
        let value = cost.value.map_or_else(dash, |value| money(value, currency));
        let told = say("overview-spent").with("amount", amount(spend)).with("currency", currency);
        Some((value, told))
    });
    let (values, notes): (Vec<_>, Vec<_>) = paid.unzip();
    (!values.is_empty()).then(|| Tile {
        id: "cost-per-lead",
        label: say("overview-tile-cost"),
        values,
        notes,
        meaning: say("overview-tile-cost.meaning").to_string(),
        stage: None,
        rows,
    })
}

fn response_time(answers: &ResponseTimes, rows: String) -> Option<Tile> {
    let median = answers.median_ms?;
    let slow = say("overview-response-slow").with("time", span(answers.p90_ms));
    Some(Tile {
        id: "response",
        label: say("overview-tile-response"),
        values: vec![span(Some(median))],
        notes: vec![slow],
        meaning: say("overview-tile-response.meaning").to_string(),
        stage: None,
        rows,
    })
}

/// How a count has changed since the period before.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn change(now: &FunnelReport, before: &FunnelReport, step: &str) -> Option<String> {
    let (now, before) = (now.count(step)? as f64, before.count(step).filter(|count| *count > 0)?);
    let percents = (now / before as f64 - 1.0) * 100.0;
    let sign = if percents < -0.5 {
        "−"
    } else if percents >= 0.5 {
        "+"
    } else {
        "±"
    };
    Some(format!("{sign}{}", decimal(percents.abs(), 0)))
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
