//! The attribution page: models side by side, and the journeys behind them.

use std::collections::HashMap;

use askama::Template;
use axum::Extension;
use axum::response::Response;

use super::channels::Named;
use super::choices::{Choice, channel_choices, goals, models};
use super::journeys::JourneyTables;
use crate::accounts::{Scope, Who};
use crate::analysis::{
    self, AnalysisError, AttributionReport, Comparison, ComparisonRow, CostReport, Description,
    Dimension, Model, Parameters, Wanted,
};
use crate::domain::{AdDay, Timestamp};
use crate::insights::ad_titles::ad_titles;
use crate::insights::attribution::{
    JourneyInputs, credit_by_all_models, credit_by_model, spend_of,
};
use crate::insights::query::{Credit, Question};
use crate::insights::worker;
use crate::language::{self, Message, Value, filters, say};
use crate::render::numbers::{amount, between, credit, credit_share, dash, money};
use crate::render::{charts, labels};
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::drilldown::DrilldownLinks;
use crate::web::dashboard::page::{Asks, show};
use crate::web::page_scope::Allowed;

/// Rows of the tables of channels and paths.
const MOST_ROWS: usize = 25;

/// Everything that the page shows, from one pass over the period's events.
pub(crate) struct Credits {
    report: AttributionReport,
    comparison: Comparison,
    journeys: Description,
    costs: CostReport,
    /// Titles of ads, by id.
    ad_titles: HashMap<String, String>,
    /// Names of the conversions that there are.
    goals: Vec<String>,
}

impl Credits {
    pub(crate) fn new(
        ways: &JourneyInputs,
        question: &Question,
        spend: &[AdDay],
        wanted: &Wanted,
    ) -> Result<Self, AnalysisError> {
        let Credit { model, parameters, intervals, .. } = &question.credit;
        let journeys = ways.journeys(question)?.as_long_as(wanted);
        let report = credit_by_model(&journeys, &question.credit)?;
        wanted.check()?;
        Ok(Self {
            report,
            comparison: credit_by_all_models(&journeys, &question.credit)?,
            journeys: analysis::describe(&journeys),
            costs: analysis::costs(&journeys, *model, parameters, &question.by, spend, *intervals)?,
            ad_titles: ad_titles(&ways.touchpoints, "time", spend)?,
            goals: analysis::goals(&ways.conversions)?,
        })
    }
}

#[derive(Template)]
#[template(path = "attribution.html", config = "dashboards/askama.toml")]
pub(crate) struct AttributionPage {
    page: &'static str,
    range: Range,
    models: Vec<Choice>,
    channels: Vec<Choice>,
    goals: Vec<Choice>,
    lookback_days: u32,
    intervals: bool,
    model: String,
    explanation: Message,
    summary: Message,
    notes: Vec<Message>,
    chart: String,
    has_value: bool,
    has_effect: bool,
    credits: Vec<CreditRow>,
    costs: Vec<CostRow>,
    compared_models: Vec<Choice>,
    compared: Vec<ComparedRow>,
    left_out: usize,
    journeys: JourneyTables,
    meanings: Vec<(String, Message)>,
    /// Address of the figures, to which a format is added.
    api: String,
    comparison_api: String,
    costs_api: String,
    journeys_api: String,
    /// Address of the list of touchpoints; empty for who may see no people.
    touchpoints: String,
}

struct CreditRow {
    id: String,
    label: String,
    /// Address of its touchpoints.
    rows: String,
    meaning: String,
    conversions: String,
    /// One a line.
    intervals: Vec<String>,
    share: String,
    /// One a line.
    values: Vec<String>,
    effect: String,
}

struct CostRow {
    label: String,
    rows: String,
    cells: [String; 6],
    /// `1.20 to 3.40`.
    interval: String,
}

struct ComparedRow {
    label: String,
    rows: String,
    cells: Vec<ComparedCell>,
}

struct ComparedCell {
    conversions: String,
    /// `+12 %` where it counts.
    difference: Option<String>,
}

impl AttributionPage {
    pub(crate) fn new(
        found: &Credits,
        question: &Question,
        now: Timestamp,
        shows_people: bool,
    ) -> Self {
        let asked = &question.credit;
        let query = query(question);
        let report = &found.report;
        let total = report.total_conversions;
        let range = Range::new(&question.period, now, "/attribution", &query);
        let touchpoints = DrilldownLinks::on("/attribution/touchpoints", &range, shows_people);
        let behind = touchpoints.clone();
        let named = Named { question, ad_titles: &found.ad_titles, behind };
        let api = |path: &str| {
            let (from, to) = (question.period.from.to_rfc3339(), question.period.to.to_rfc3339());
            format!("/api/v1/attribution{path}?from={from}&to={to}{query}")
        };
        let channels = by_channel(report);
        let rows = found.comparison.over_currencies();
        Self {
            page: "attribution",
            models: models(asked.model),
            channels: channel_choices(&question.by),
            goals: goals(&found.goals, asked.conversion.as_deref()),
            lookback_days: asked.parameters.lookback_days,
            intervals: asked.intervals,
            model: labels::model(asked.model),
            explanation: asked.model.explanation(),
            summary: summary(found, asked),
            notes: report.notes.clone(),
            chart: charts::attribution(
                channels.iter().map(|one| (named.label(one.channel), one.conversions)),
                total,
            )
            .on_page(),
            has_value: report.channels.iter().any(|row| row.value.is_some()),
            has_effect: report.channels.iter().any(|row| row.removal_effect.is_some()),
            credits: channels
                .iter()
                .take(MOST_ROWS)
                .map(|one| credit_row(one, total, &named))
                .collect(),
            costs: cost_rows(&found.costs, &named),
            compared_models: models(asked.model)
                .into_iter()
                .filter(|choice| found.comparison.models.contains(&choice.value.as_str()))
                .collect(),
            compared: rows.iter().take(MOST_ROWS).map(|row| compared_row(row, &named)).collect(),
            left_out: rows.len().saturating_sub(MOST_ROWS),
            journeys: JourneyTables::new(&found.journeys, &named),
            meanings: Model::ALL.map(|model| (labels::model(model), model.explanation())).into(),
            api: api(""),
            comparison_api: api("/comparison"),
            costs_api: api("/costs"),
            journeys_api: api("/journeys"),
            touchpoints: touchpoints.address(),
            range,
        }
    }
}

/// What was asked besides the days, for addresses.
fn query(question: &Question) -> String {
    let asked = &question.credit;
    let by: Vec<_> = question.by.iter().map(Dimension::name).collect();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("model", asked.model.as_str());
    query.append_pair("lookback_days", &asked.parameters.lookback_days.to_string());
    query.append_pair("by", &by.join(","));
    if let Some(goal) = &asked.conversion {
        query.append_pair("conversion", goal);
    }
    let usual = Parameters::default();
    let own = asked.parameters;
    for (name, value, usual) in [
        ("half_life_days", own.half_life_days, usual.half_life_days),
        ("first_share", own.first_share, usual.first_share),
        ("last_share", own.last_share, usual.last_share),
    ] {
        if value.to_bits() != usual.to_bits() {
            query.append_pair(name, &value.to_string());
        }
    }
    if own.order != usual.order {
        query.append_pair("order", &own.order.to_string());
    }
    if asked.intervals {
        query.append_pair("intervals", "true");
    }
    format!("&{}", query.finish())
}

fn summary(found: &Credits, asked: &Credit) -> Message {
    let conversions = match &asked.conversion {
        Some(goal) => say("attribution-conversions-of").with("goal", goal),
        None => say("attribution-conversions"),
    };
    let journeys = say("attribution-journeys");
    say("attribution-summary")
        .with("conversions", conversions.with("count", counted(found.journeys.conversions)))
        .with("journeys", journeys.with("count", counted(found.journeys.without_conversion)))
        .with("days", u64::from(asked.parameters.lookback_days))
}

/// The same as [`credit`], for messages to choose their words by.
fn counted(conversions: f64) -> Value {
    Value::Decimal(conversions.max(0.0), usize::from(conversions.fract() != 0.0))
}

/// A channel's rows of several currencies as one.
struct ByChannel<'a> {
    channel: &'a str,
    conversions: f64,
    rows: Vec<&'a analysis::ChannelCredit>,
}

fn by_channel(report: &AttributionReport) -> Vec<ByChannel<'_>> {
    let mut channels: Vec<ByChannel<'_>> = Vec::new();
    for row in &report.channels {
        let channel = row.channel.as_str();
        match channels.iter_mut().find(|known| known.channel == channel) {
            Some(known) => {
                known.conversions += row.conversions;
                known.rows.push(row);
            }
            None => {
                channels.push(ByChannel { channel, conversions: row.conversions, rows: vec![row] });
            }
        }
    }
    channels.sort_by(|a, b| b.conversions.total_cmp(&a.conversions));
    channels
}

fn credit_row(one: &ByChannel<'_>, total: f64, named: &Named<'_>) -> CreditRow {
    // Intervals do not add up: with several currencies each has its own.
    let interval = |row: &&analysis::ChannelCredit| {
        let [low, high] = row.conversions_interval?;
        let currency = row.currency.as_deref().filter(|_| one.rows.len() > 1).unwrap_or_default();
        let told = format!("{} {currency}", between(credit(low), credit(high)));
        Some(told.trim_end().to_owned())
    };
    let worth = |row: &&analysis::ChannelCredit| {
        let currency = row.currency.as_deref().unwrap_or_default();
        row.value.map(|value| money(value, currency))
    };
    let values: Vec<String> = one.rows.iter().filter_map(worth).collect();
    CreditRow {
        id: one.channel.to_owned(),
        label: named.label(one.channel),
        rows: named.rows(one.channel),
        meaning: labels::source(one.channel).1,
        conversions: credit(one.conversions),
        intervals: one.rows.iter().filter_map(interval).collect(),
        share: credit_share(Some(one.conversions / total), total),
        values: if values.is_empty() { vec![dash()] } else { values },
        effect: credit_share(one.rows.first().and_then(|row| row.removal_effect), total),
    }
}

fn cost_rows(report: &CostReport, named: &Named<'_>) -> Vec<CostRow> {
    let known = |value: Option<f64>| value.map_or_else(dash, amount);
    let rows = report.channels.iter().take(MOST_ROWS);
    rows.map(|row| {
        let interval = row.cost_per_conversion_interval;
        let told = |[low, high]: [Option<f64>; 2]| between(known(low), known(high));
        CostRow {
            label: named.label(&row.channel),
            rows: named.rows(&row.channel),
            cells: [
                money(row.cost, &row.currency),
                credit(row.conversions),
                known(row.cost_per_conversion),
                known(row.value),
                known(row.roas),
                known(row.cost_per_lost_conversion),
            ],
            interval: interval.map(told).unwrap_or_default(),
        }
    })
    .collect()
}

fn compared_row(row: &ComparisonRow, named: &Named<'_>) -> ComparedRow {
    let cells = Model::ALL.iter().filter_map(|model| row.models.get(model.as_str()));
    let cells = cells.map(|compared| ComparedCell {
        conversions: credit(compared.conversions),
        difference: compared.is_marked.then(|| match compared.difference {
            Some(part) => say("attribution-difference").with("percents", signed(part)).to_string(),
            None => say("attribution-new").to_string(),
        }),
    });
    ComparedRow {
        label: named.label(&row.channel),
        rows: named.rows(&row.channel),
        cells: cells.collect(),
    }
}

/// A part of one in whole percents, with its sign: `+12`.
fn signed(part: f64) -> String {
    let sign = if part < 0.0 { "−" } else { "+" };
    format!("{sign}{}", language::decimal(part.abs() * 100.0, 0))
}

/// `GET /attribution`.
pub(crate) async fn attribution(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    asking: Asks,
) -> Response {
    show(&views, asking, async |views, question, now| {
        let asked = question.clone();
        let spend = spend_of(&views.store, &question.period).await?;
        let credits =
            worker::in_turn(JourneyInputs::of(&views.store, &question), move |ways, wanted| {
                Credits::new(&ways, &asked, &spend, wanted)
            });
        Ok(AttributionPage::new(&credits.await?, &question, now, who.may(Scope::People)))
    })
    .await
}
