//! The page of ads: what they cost, what came of them, and what each stage cost.

use std::collections::HashMap;

use askama::Template;

use super::super::Question;
use super::range::Range;
use super::text::{dash, money, percent, thousands};
use super::words;
use crate::analysis::{AdsReport, AdsRow, Estimate, Level};
use crate::domain::Timestamp;

/// Rows that there is room for; the others are in the CSV.
const MOST_ROWS: usize = 200;
/// The steps whose costs have a column.
const STEPS: [&str; 6] = ["opened", "messaged", "answered", "engaged", "lead", "purchase"];

#[derive(Template)]
#[template(path = "ads.html", config = "dashboards/askama.toml")]
pub(super) struct AdsPage {
    page: &'static str,
    range: Range,
    levels: Vec<Tab>,
    level: &'static str,
    label: &'static str,
    /// Label and definition of each column of a step.
    steps: Vec<(&'static str, &'static str)>,
    totals: Vec<Row>,
    rows: Vec<Row>,
    more: usize,
    unknown: Vec<String>,
    notes: Vec<String>,
    has_spend: bool,
    with_intervals: bool,
    /// Address of the page with the intervals, or without them.
    intervals_href: String,
    /// Address of the figures, to which a format is added.
    api: String,
}

struct Tab {
    label: &'static str,
    href: String,
    is_current: bool,
}

struct Row {
    id: String,
    name: String,
    about: String,
    spend: String,
    impressions: String,
    clicks: String,
    ctr: String,
    ctr_range: String,
    /// Count, cost of each, and the cost's interval.
    steps: Vec<[String; 3]>,
    roas: String,
    roas_range: String,
    without_cost: u64,
}

impl AdsPage {
    pub(super) fn new(
        report: &AdsReport,
        titles: &HashMap<String, String>,
        question: &Question,
        now: Timestamp,
    ) -> Self {
        let with_intervals = question.credit.intervals;
        let shown = if with_intervals { "&intervals=true" } else { "" };
        let rest = format!("&by={}{shown}", report.level);
        let range = Range::new(&question.period, now, "/ads", &rest);
        let (from, to) = (&report.from, &report.to);
        let days = format!("from={}&through={}", range.first_day, range.last_day);
        let other = if with_intervals { "" } else { "&intervals=true" };
        let intervals_href = format!("/ads?{days}&by={}{other}", report.level);
        let levels = Level::ALL.into_iter().map(|level| Tab {
            label: label(level.as_str()),
            href: format!("/ads?{days}&by={}{shown}", level.as_str()),
            is_current: level.as_str() == report.level,
        });
        let unknown = report.unknown_days.iter().map(|unknown| {
            let account = if unknown.account_id.is_empty() {
                "Imported files".to_owned()
            } else {
                format!("act_{}", unknown.account_id)
            };
            format!("{account}: {}", spans(&unknown.days))
        });
        // What is put down by hand is not unknown where nothing is.
        let is_by_hand = matches!(report.level, "link" | "source");
        let row = |row: &AdsRow| Row::new(row, titles, is_by_hand);
        let total = |total: &AdsRow| {
            let name = total.currency.as_ref().map_or_else(
                || "All without costs".to_owned(),
                |currency| format!("All in {currency}"),
            );
            Row { name, ..row(total) }
        };
        Self {
            page: "ads",
            levels: levels.collect(),
            level: report.level,
            label: label(report.level),
            steps: STEPS.iter().map(|step| words::stage(step)).collect(),
            totals: report.totals.iter().map(total).collect(),
            rows: report.rows.iter().take(MOST_ROWS).map(row).collect(),
            more: report.rows.len().saturating_sub(MOST_ROWS),
            unknown: unknown.collect(),
            notes: report.notes.clone(),
            with_intervals,
            intervals_href,
            has_spend: report.rows.iter().any(|row| row.spend.is_some()),
            api: format!("/api/v1/ads?from={from}&to={to}&by={}", report.level),
            range,
        }
    }
}

impl Row {
    fn new(row: &AdsRow, titles: &HashMap<String, String>, is_by_hand: bool) -> Self {
        let currency = row.currency.as_deref().unwrap_or_default();
        let in_currency = |amount: f64| format!("{}\u{a0}{currency}", exact(amount));
        let name = match (row.name.as_str(), titles.get(&row.id)) {
            ("", Some(title)) => title.clone(),
            ("", None) => words::source(&row.id).0.to_owned(),
            (name, _) => name.to_owned(),
        };
        let about = [&row.campaign, &row.ad_set]
            .into_iter()
            .filter(|text| !text.is_empty() && **text != name);
        let about: Vec<&str> = about.map(String::as_str).collect();
        let steps = row.steps.iter().map(|step| {
            let cost = step.cost.and_then(|cost| cost.value).map_or_else(dash, exact);
            [
                count(step.count),
                cost,
                step.cost.map_or_else(String::new, |cost| between(cost, exact)),
            ]
        });
        Self {
            spend: match row.spend {
                Some(spend) => in_currency(spend),
                None if is_by_hand => dash(),
                None => "unknown".to_owned(),
            },
            impressions: count(row.impressions),
            clicks: count(row.clicks),
            ctr: percent(row.ctr.map(|ctr| ctr.rate)),
            ctr_range: row.ctr.map_or_else(String::new, |ctr| {
                format!("{} to {}", percent(Some(ctr.low)), percent(Some(ctr.high)))
            }),
            steps: steps.collect(),
            roas: row
                .roas
                .and_then(|roas| roas.value)
                .map_or_else(dash, |value| format!("{value:.2}")),
            roas_range: row
                .roas
                .map_or_else(String::new, |roas| between(roas, |value| format!("{value:.2}"))),
            without_cost: row.without_cost,
            about: about.join(" · "),
            id: row.id.clone(),
            name,
        }
    }
}

fn label(level: &str) -> &'static str {
    match level {
        "campaign" => "Campaigns",
        "ad_set" => "Ad sets",
        "placement" => "Placements",
        "link" => "Links",
        "source" => "Sources",
        _ => "Ads",
    }
}

fn count(count: Option<u64>) -> String {
    count.map_or_else(dash, thousands)
}

/// Small amounts with three digits behind the point: 0.094 is not 0.09.
fn exact(amount: f64) -> String {
    if amount > 0.0 && amount < 1.0 { format!("{amount:.3}") } else { money(amount) }
}

/// The interval of an estimate; nothing for one that says nothing.
fn between(estimate: Estimate, written: impl Fn(f64) -> String) -> String {
    match (estimate.value, estimate.high) {
        (_, Some(high)) => format!("{} to {}", written(estimate.low), written(high)),
        (None, None) if estimate.low > 0.0 => format!("above {}", written(estimate.low)),
        _ => String::new(),
    }
}

/// Days as spans: `2026-11-01 to 2026-11-03, 2026-11-07`.
fn spans(days: &[String]) -> String {
    let dates: Vec<jiff::civil::Date> = days.iter().filter_map(|day| day.parse().ok()).collect();
    let mut spans: Vec<(jiff::civil::Date, jiff::civil::Date)> = Vec::new();
    for date in dates {
        match spans.last_mut() {
            Some((_, last)) if last.tomorrow().is_ok_and(|next| next == date) => *last = date,
            _ => spans.push((date, date)),
        }
    }
    let told = spans.iter().map(|(first, last)| {
        if first == last { first.to_string() } else { format!("{first} to {last}") }
    });
    told.collect::<Vec<_>>().join(", ")
}
