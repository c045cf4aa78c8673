//! A row of the table as texts.

use std::collections::{BTreeMap, HashMap};

use super::link::address;
use super::selection::STEPS;
use crate::analysis::{AdsRow, Estimate, Filter, beside_others};
use crate::domain::Period;
use crate::language::{decimal, say};
use crate::render::expected::ExpectedFigure;
use crate::render::numbers::{amount, between, dash, percent, thousands};
use crate::render::{chart, labels};
use crate::web::dashboard::drilldown::{DrilldownLinks, LinkedCount};

pub(crate) struct Row {
    pub id: String,
    pub name: String,
    pub about: String,
    /// Conversations by day, drawn.
    pub trend: String,
    pub spend: String,
    /// What messages cost beside it; empty if nothing.
    pub message_cost: String,
    /// Messages that are charged for at a price that is unknown.
    pub unpriced: u64,
    pub impressions: String,
    pub clicks: String,
    pub ctr: String,
    pub ctr_range: String,
    pub steps: Vec<StepCells>,
    pub roas: String,
    pub roas_range: String,
    pub expected_roas: Option<ExpectedFigure>,
    pub without_cost: u64,
    /// Address of its conversations, of an ad that of its page; empty if there is none.
    pub rows: String,
    /// Levels above it that are shown.
    pub depth: usize,
    /// The address that shows its parts, or hides them, and whether they are shown; none if it has none.
    pub toggle: Option<(String, bool)>,
}

pub(crate) struct StepCells {
    /// The step.
    pub name: &'static str,
    pub count: LinkedCount,
    pub cost: String,
    /// The cost's interval.
    pub range: String,
    /// What it comes to, if that is another.
    pub expected: Option<ExpectedFigure>,
    /// `good` or `bad` where it surely lies below or above that of the other rows, else empty.
    pub tone: &'static str,
}

/// What rows are made with.
#[derive(Clone)]
pub(crate) struct Making<'a> {
    pub level: &'static str,
    pub titles: &'a HashMap<String, String>,
    pub period: &'a Period,
    /// All conversations of the days.
    pub behind: DrilldownLinks,
    /// What an ad's address has behind it.
    pub days: &'a str,
    /// Rows that surely cost less or more than the others.
    pub marks: &'a Marks,
}

/// Rows that surely cost less (`true`) or more than the others together, by step, and by id and currency.
#[derive(Debug, Default)]
pub(crate) struct Marks(HashMap<&'static str, BTreeMap<(String, String), bool>>);

impl Marks {
    /// Of the rows of a report.
    pub(crate) fn of(rows: &[AdsRow]) -> Self {
        Self(STEPS.into_iter().map(|step| (step, beside_others(rows, step))).collect())
    }

    fn tone(&self, step: &'static str, row: &AdsRow) -> &'static str {
        let key = (row.id.clone(), row.currency.clone().unwrap_or_default());
        match self.0.get(step).and_then(|rows| rows.get(&key)) {
            Some(true) => "good",
            Some(false) => "bad",
            None => "",
        }
    }
}

/// What a row is called: by its own name, else by what people saw.
pub(crate) fn name(row: &AdsRow, titles: &HashMap<String, String>) -> String {
    match (row.name.as_str(), titles.get(&row.id)) {
        ("", Some(title)) => title.clone(),
        ("", None) => labels::source(&row.id).0,
        (name, _) => name.to_owned(),
    }
}

impl Making<'_> {
    pub(crate) fn row(&self, row: &AdsRow) -> Row {
        // What is put down by hand is not unknown where nothing is.
        let is_by_hand = matches!(self.level, "link" | "source");
        let name = name(row, self.titles);
        let behind = self.behind(row);
        let about = [&row.campaign, &row.ad_set]
            .into_iter()
            .filter(|text| !text.is_empty() && **text != name);
        let about: Vec<&str> = about.map(String::as_str).collect();
        let steps = row.steps.iter().filter(|step| STEPS.contains(&step.name));
        let steps = steps.map(|step| StepCells {
            name: step.name,
            count: behind.with("reached", step.name).count(step.count),
            cost: step.cost.and_then(|cost| cost.value).map_or_else(dash, exact),
            range: step.cost.map_or_else(String::new, |cost| range(cost, exact)),
            expected: ExpectedFigure::of(step.matured_share, step.expected_cost, exact),
            tone: self.marks.tone(step.name, row),
        });
        let ratio = |value: f64| decimal(value, 2);
        let shown = row.impressions.unwrap_or(0);
        Row {
            trend: self.trend(row),
            spend: match row.spend {
                Some(spend) => {
                    let currency = row.currency.as_deref().unwrap_or_default();
                    say("money").with("amount", exact(spend)).with("currency", currency).to_string()
                }
                None if is_by_hand => dash(),
                None => say("ads-unknown").to_string(),
            },
            message_cost: row.message_cost.filter(|cost| *cost > 0.0).map_or_else(
                String::new,
                |cost| {
                    let count = row.charged_messages.unwrap_or(0) - row.messages_without_cost;
                    let currency = row.currency.as_deref().unwrap_or_default();
                    let cost = say("money").with("amount", exact(cost)).with("currency", currency);
                    say("ads-message-cost").with("cost", cost).with("count", count).to_string()
                },
            ),
            unpriced: row.messages_without_cost,
            impressions: count(row.impressions),
            clicks: count(row.clicks),
            ctr: percent(row.ctr.map(|ctr| ctr.rate), shown),
            ctr_range: row.ctr.map_or_else(String::new, |ctr| {
                between(percent(Some(ctr.low), shown), percent(Some(ctr.high), shown))
            }),
            steps: steps.collect(),
            roas: row.roas.and_then(|roas| roas.value).map_or_else(dash, ratio),
            roas_range: row.roas.map_or_else(String::new, |roas| range(roas, ratio)),
            expected_roas: ExpectedFigure::of(row.value_matured_share, row.expected_roas, ratio),
            without_cost: row.without_cost,
            about: about.join(" · "),
            rows: if self.level == "ad" && !row.id.is_empty() {
                format!("{}?{}", address(&row.id), self.days)
            } else {
                behind.address()
            },
            depth: 0,
            toggle: None,
            id: row.id.clone(),
            name,
        }
    }

    fn trend(&self, row: &AdsRow) -> String {
        if self.level == "placement" {
            return String::new();
        }
        let days = self.period.days().into_iter();
        let counts: Vec<u64> =
            days.map(|(_, first)| row.opened_by_day.get(&first.0).copied().unwrap_or(0)).collect();
        // A line has about as many points as it has room for.
        let by = counts.len().div_ceil(31).max(1);
        let counts: Vec<u64> = counts.chunks(by).map(|some| some.iter().sum()).collect();
        let most = counts.iter().copied().max().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let points: Vec<Option<f64>> = counts.iter().map(|count| Some(*count as f64)).collect();
        chart::spark(&points, &say("ads-trend-told").with("most", most).to_string()).on_page()
    }

    /// Conversations are listed by what they have themselves: not by an ad's campaign.
    fn behind(&self, row: &AdsRow) -> DrilldownLinks {
        if row.id.is_empty() || !matches!(self.level, "ad" | "link" | "source") {
            return DrilldownLinks::nowhere();
        }
        self.behind.with("filter", Filter::one_written(self.level, &row.id))
    }
}

fn count(count: Option<u64>) -> String {
    count.map_or_else(dash, thousands)
}

/// Small amounts with three digits behind the point: 0.094 is not 0.09.
fn exact(value: f64) -> String {
    if value > 0.0 && value < 1.0 { decimal(value, 3) } else { amount(value) }
}

/// The interval of an estimate; nothing for one that says nothing.
fn range(estimate: Estimate, written: impl Fn(f64) -> String) -> String {
    match (estimate.value, estimate.high) {
        (_, Some(high)) => between(written(estimate.low), written(high)),
        (None, None) if estimate.low > 0.0 => {
            say("ads-above").with("amount", written(estimate.low)).to_string()
        }
        _ => String::new(),
    }
}
