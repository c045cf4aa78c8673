//! The overview as texts: every number formatted, every label chosen, ready for the template.

use std::collections::BTreeMap;

use askama::Template;

use super::super::chart::{self, Day};
use super::super::charts;
use super::super::conversation_steps;
use super::figures::Figures;
use super::range::{self, Range};
use super::text::{dash, local_minute, money, numbered, percent, thousands};
use super::words;
use crate::analysis::{AttributionReport, Breakdown, DEFAULT_FUNNEL, FunnelReport, Step};
use crate::domain::{Period, Timestamp};
use crate::store::CollectionState;

/// Rows of the ads table.
const MOST_ADS: usize = 25;

#[derive(Template)]
#[template(path = "overview.html", config = "dashboards/askama.toml")]
pub(super) struct Overview {
    page: &'static str,
    range: Range,
    all_time: String,
    stored: Stored,
    is_empty: bool,
    tiles: Vec<Tile>,
    funnel_chart: String,
    steps: Vec<StepTexts>,
    trend_chart: String,
    days: Vec<DayTexts>,
    columns: Vec<&'static str>,
    sources: Vec<Row>,
    ads: Vec<Row>,
    ads_left_out: usize,
    /// Address of the funnel's figures, to which a breakdown and a format are added.
    api: String,
}

struct Stored {
    is_nothing: bool,
    as_of: Option<String>,
    quarantined: Option<String>,
}

struct Tile {
    id: &'static str,
    label: &'static str,
    /// One a line.
    values: Vec<String>,
    note: String,
    meaning: &'static str,
}

struct StepTexts {
    name: String,
    label: &'static str,
    meaning: &'static str,
    count: String,
    of_previous: String,
    of_first: String,
}

struct DayTexts {
    date: String,
    opened: String,
    leads: String,
    purchases: String,
}

struct Row {
    id: String,
    label: String,
    meaning: &'static str,
    counts: Vec<String>,
    rate: String,
    value: String,
}

impl Overview {
    pub(super) fn new(
        figures: &Figures,
        state: &CollectionState,
        period: &Period,
        now: Timestamp,
    ) -> Self {
        let total = &figures.by_source;
        let days = days_of(&figures.by_day, period);
        let mut ads: Vec<Row> = figures
            .by_ad
            .breakdown
            .iter()
            .filter_map(|row| Some((row.value("ad")?, row)))
            .map(|(ad, row)| {
                let title = figures.ad_titles.get(ad).map_or("Ad without a title", String::as_str);
                new_row(ad, title, "", row, String::new())
            })
            .collect();
        let ads_left_out = ads.len().saturating_sub(MOST_ADS);
        ads.truncate(MOST_ADS);
        Self {
            page: "overview",
            range: Range::new(period, now, "/", ""),
            all_time: range::all_time(state, period, now),
            stored: Stored {
                is_nothing: state.events == 0,
                as_of: (state.made_at > 0)
                    .then(|| local_minute(Timestamp(state.made_at), &period.zone)),
                quarantined: (state.quarantined > 0)
                    .then(|| numbered(state.quarantined, "item", "items")),
            },
            is_empty: total.count("opened").unwrap_or(0) == 0,
            tiles: tiles(total, &figures.last_touch),
            funnel_chart: charts::funnel(total),
            steps: total.steps.iter().map(step_texts).collect(),
            trend_chart: trend_chart(&days),
            days: days
                .iter()
                .map(|day| DayTexts {
                    date: day.date.clone(),
                    opened: thousands(day.counts[0]),
                    leads: thousands(day.counts[1]),
                    purchases: thousands(day.counts[2]),
                })
                .collect(),
            columns: conversation_steps().map(|stage| words::stage(stage).0).collect(),
            sources: sources(total, &figures.last_touch),
            ads,
            ads_left_out,
            api: format!(
                "/api/v1/funnels/{DEFAULT_FUNNEL}?from={}&to={}",
                period.from.to_rfc3339(),
                period.to.to_rfc3339()
            ),
        }
    }
}

fn tiles(total: &FunnelReport, last_touch: &AttributionReport) -> Vec<Tile> {
    let step = |name: &str| total.steps.iter().find(|step| step.name == name);
    let count = |name| step(name).and_then(|step| step.count).map_or_else(dash, thousands);
    let of_previous = |name| percent(step(name).and_then(|step| step.rate_from_previous));
    let of_first = |name| percent(step(name).and_then(|step| step.rate_from_first));
    let mut tiles = vec![
        Tile {
            id: "opened",
            label: "Conversations",
            values: vec![count("opened")],
            note: format!("{} wrote", of_previous("messaged")),
            meaning: words::stage("opened").1,
        },
        Tile {
            id: "answered",
            label: "Answered",
            values: vec![of_previous("answered")],
            note: format!("{} of those who wrote", count("answered")),
            meaning: words::stage("answered").1,
        },
        Tile {
            id: "lead",
            label: "Leads",
            values: vec![count("lead")],
            note: format!("{} of conversations", of_first("lead")),
            meaning: words::stage("lead").1,
        },
        Tile {
            id: "purchase",
            label: "Purchases",
            values: vec![count("purchase")],
            note: format!("{} of conversations", of_first("purchase")),
            meaning: words::stage("purchase").1,
        },
    ];
    let worth = worth(last_touch, |_| true);
    if !worth.is_empty() {
        tiles.push(Tile {
            id: "value",
            label: "Value",
            values: worth,
            note: format!("of {} conversions", last_touch.total_conversions),
            meaning: "Value of all conversions that happened in these days, whenever their \
                      conversation was opened",
        });
    }
    tiles
}

fn trend_chart(days: &[Day]) -> String {
    let total = |series: usize| thousands(days.iter().map(|day| day.counts[series]).sum());
    let description = format!(
        "Conversations by day of opening over {} days: {} opened, {} leads, {} purchases. The \
         table below has each day.",
        days.len(),
        total(0),
        total(1),
        total(2)
    );
    chart::trend(days, &description)
}

/// Every day of the period, those without a conversation too.
fn days_of(report: &FunnelReport, period: &Period) -> Vec<Day> {
    let by_date: BTreeMap<&str, &Breakdown> =
        report.breakdown.iter().filter_map(|row| Some((row.value("day")?, row))).collect();
    let counts = |date: &str| {
        let row = by_date.get(date);
        ["opened", "lead", "purchase"].map(|step| row.and_then(|row| row.count(step)).unwrap_or(0))
    };
    let days = period.days().into_iter().map(|(date, _)| date.to_string());
    days.map(|date| Day { counts: counts(&date), date }).collect()
}

fn sources(total: &FunnelReport, last_touch: &AttributionReport) -> Vec<Row> {
    let rows = total.breakdown.iter().filter_map(|row| Some((row.value("source")?, row)));
    rows.map(|(name, row)| {
        let (label, meaning) = words::source(name);
        new_row(name, label, meaning, row, worth(last_touch, |channel| channel == name).join(" + "))
    })
    .collect()
}

fn new_row(id: &str, label: &str, meaning: &'static str, row: &Breakdown, value: String) -> Row {
    let counts = conversation_steps().map(|stage| row.count(stage).map_or_else(dash, thousands));
    let last = row.steps.last().and_then(|step| step.rate_from_first);
    Row {
        id: id.to_owned(),
        label: label.to_owned(),
        meaning,
        counts: counts.collect(),
        rate: percent(last),
        value: if value.is_empty() { dash() } else { value },
    }
}

/// The value of some channels' conversions, each currency for itself.
fn worth(report: &AttributionReport, belongs: impl Fn(&str) -> bool) -> Vec<String> {
    let mut by_currency: BTreeMap<&str, f64> = BTreeMap::new();
    for row in report.channels.iter().filter(|row| belongs(&row.channel)) {
        if let (Some(value), Some(currency)) = (row.value, &row.currency) {
            *by_currency.entry(currency).or_default() += value;
        }
    }
    by_currency
        .into_iter()
        .map(|(currency, value)| format!("{}\u{a0}{currency}", money(value)))
        .collect()
}

fn step_texts(step: &Step) -> StepTexts {
    let (label, meaning) = words::stage(&step.name);
    StepTexts {
        name: step.name.clone(),
        label,
        meaning,
        count: step.count.map_or_else(dash, thousands),
        of_previous: percent(step.rate_from_previous),
        of_first: percent(step.rate_from_first),
    }
}
