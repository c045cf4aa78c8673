//! The overview as texts: every number formatted, every label chosen, ready for the template.

mod extremes;
mod figures;
mod tiles;

use std::collections::BTreeMap;

use askama::Template;
use axum::Extension;
use axum::response::Response;

use super::super::alerts::{Alert, Watched};
use super::super::answer::{self, AnswerError, Ways};
use super::super::chart::Day;
use super::super::{Credit, Question, ads, charts, conversation_steps};
use super::range::{self, Range};
use super::text::{dash, local_minute, money, percent, thousands};
use super::{Asks, show, words};
use crate::accounts::{Scope, Who};
use crate::analysis::{
    AttributionReport, Breakdown, DEFAULT_FUNNEL, Dimension, FunnelReport, Model, Parameters, Step,
};
use crate::domain::{Period, Timestamp};
use crate::language::{Message, filters, say};
use crate::store::{Apart, CollectionState, ResponseTimes, Store};
use crate::views::allowed::Allowed;
use extremes::{Extremes, extremes};
pub(super) use figures::ad_titles;
use figures::{Fetched, Figures};
use tiles::{Tile, tiles};

/// Rows of the ads table.
const MOST_ADS: usize = 25;
/// Days that have a row each.
const MOST_DAYS: usize = 92;
/// Alerts that are told; the others are on the page of quality.
const MOST_ALERTS: usize = 5;

#[derive(Template)]
#[template(path = "overview.html", config = "dashboards/askama.toml")]
pub(super) struct Overview {
    page: &'static str,
    range: Range,
    all_time: String,
    stored: Stored,
    is_empty: bool,
    /// Where Meta sends webhooks.
    webhook: String,
    alerts: Vec<Message>,
    more_alerts: usize,
    tiles: Vec<Tile>,
    funnel_chart: String,
    steps: Vec<StepTexts>,
    trend: Trend,
    extremes: Option<Extremes>,
    columns: Vec<Column>,
    sources: Vec<Row>,
    ads: Vec<Row>,
    ads_left_out: usize,
    /// Address of the funnel's figures, to which a breakdown and a format are added.
    api: String,
    /// Address of the list of conversations, to which a filter or a stage is added; empty for who may see none.
    rows: String,
}

struct Stored {
    is_nothing: bool,
    as_of: Option<String>,
    quarantined: Option<Message>,
}

struct StepTexts {
    name: String,
    label: String,
    meaning: String,
    count: String,
    of_previous: String,
    of_first: String,
    /// Whether it counts conversations, which can be listed.
    is_of_conversations: bool,
}

/// Day by day, or seven days each, beside the period before.
struct Trend {
    chart: String,
    days: Vec<DayTexts>,
    /// Whether there was anything in the period before.
    has_before: bool,
    /// Whether rows are seven days each.
    is_weekly: bool,
    /// Whether the last day is not over.
    is_open: bool,
}

impl Trend {
    fn new(all_days: &[Day], is_open: bool) -> Self {
        let days = weekly(all_days);
        Self {
            chart: charts::trend(&days, all_days.len()),
            has_before: days.iter().any(|day| day.before.is_some()),
            is_weekly: all_days.len() > MOST_DAYS,
            days: days.iter().map(day_texts).collect(),
            is_open,
        }
    }
}

struct DayTexts {
    date: String,
    /// Of the day, and of the day as many days before as are shown.
    counts: [String; 6],
}

struct Column {
    label: String,
    meaning: String,
}

struct Row {
    id: String,
    label: String,
    meaning: String,
    counts: Vec<String>,
    rate: String,
    value: String,
    /// Where its conversations are listed: the filter, as it stands in an address.
    filter: String,
}

/// What was found for the page.
struct Found {
    figures: Figures,
    answers: Option<ResponseTimes>,
    alerts: Vec<Alert>,
    state: CollectionState,
}

/// `GET /`.
pub(in crate::views) async fn overview(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    asking: Asks,
) -> Response {
    let webhook = format!("{}/webhooks/meta", views.public_url.as_deref().unwrap_or_default());
    let shows_people = who.may(Scope::People);
    let is_limited = who.pages.is_some();
    show(&views, asking, async |views, question, now| {
        let found = Box::pin(found(&views.store, &question, now, is_limited)).await?;
        let rows = if shows_people { "/conversations/rows" } else { "" };
        Ok(Overview::new(&found, &question.period, now, webhook, rows))
    })
    .await
}

/// Asks for everything at once.
async fn found(
    store: &Store,
    question: &Question,
    now: Timestamp,
    is_limited: bool,
) -> Result<Found, AnswerError> {
    // The last touch of every conversion: by the usual window, whatever the question's credit.
    let parameters = Parameters::default();
    let credit = Credit { model: Model::Last, parameters, conversion: None, intervals: false };
    let question = Question { by: Vec::new(), credit, ..question.clone() };
    let before = so_far(super::super::funnels::period_before(&question).period, &question, now);
    let lookback = question.credit.parameters.lookback_ms();
    let fetch = async {
        let (ads, titles, touchpoints, conversions, before) = tokio::try_join!(
            ads::facts(store, &question.period),
            store.ad_titles(&question.period),
            store.touchpoints(&question.period, lookback, true, Apart::default()),
            store.conversions(&question.period, 0),
            store.funnel_counts(&before, answer::apart(&[Dimension::Day])),
        )?;
        Ok(Fetched { ads, titles, ways: Ways { touchpoints, conversions }, before })
    };
    let asked = (question.clone(), before.clone());
    let figures = answer::in_turn(fetch, move |fetched| Figures::new(fetched, &asked.0, &asked.1));
    // What is wrong is wrong with all Pages.
    let alerts = async {
        if is_limited {
            return Ok(Vec::new());
        }
        Ok(Watched::of(store, &question, now).await?.alerts())
    };
    let answers = async { Ok(store.response_times(&question.period).await?) };
    let state = async { Ok(store.collection_state().await?) };
    let (figures, alerts, answers, state) = tokio::try_join!(figures, alerts, answers, state)?;
    let answers = answers.into_iter().find(|row| row.dimension == "all");
    Ok(Found { figures, answers, alerts, state })
}

/// The period before as far as the question's own has come: what is not over is not compared with what is.
fn so_far(before: Period, question: &Question, now: Timestamp) -> Period {
    let length = question.period.to.0 - question.period.from.0;
    let to = before.to.0.min(now.0 - length).max(before.from.0);
    Period { to: Timestamp(to), ..before }
}

impl Overview {
    fn new(found: &Found, period: &Period, now: Timestamp, webhook: String, rows: &str) -> Self {
        let Found { figures, answers, alerts, state } = found;
        let total = &figures.by_source;
        let first = local_minute(Timestamp(state.first_event), &period.zone);
        let days = days_of(&figures.by_day, &figures.before, period, &first);
        let is_open = period.to > now;
        let mut ads: Vec<Row> = figures
            .by_ad
            .breakdown
            .iter()
            .filter_map(|row| Some((row.value("ad")?, row)))
            .map(|(ad, row)| {
                let untitled = || say("overview-untitled").to_string();
                let title = figures.ad_titles.get(ad).cloned().unwrap_or_else(untitled);
                new_row("ad", ad, title, String::new(), row, String::new())
            })
            .collect();
        let ads_left_out = ads.len().saturating_sub(MOST_ADS);
        ads.truncate(MOST_ADS);
        let range = Range::new(period, now, "/", "");
        let days_asked = format!("?from={}&through={}", range.first_day, range.last_day);
        Self {
            page: "overview",
            all_time: range::all_time(state, period, now),
            range,
            stored: Stored {
                is_nothing: state.events == 0,
                as_of: (state.made_at > 0)
                    .then(|| local_minute(Timestamp(state.made_at), &period.zone)),
                quarantined: (state.quarantined > 0)
                    .then(|| say("overview-quarantined").with("count", state.quarantined)),
            },
            is_empty: total.count("opened").unwrap_or(0) == 0,
            webhook,
            alerts: alerts.iter().take(MOST_ALERTS).map(|alert| alert.text.clone()).collect(),
            more_alerts: alerts.len().saturating_sub(MOST_ALERTS),
            tiles: tiles(figures, answers.as_ref(), days.len(), is_open),
            funnel_chart: charts::funnel(total),
            steps: total.steps.iter().map(step_texts).collect(),
            trend: Trend::new(&days, is_open),
            extremes: extremes(&figures.ads, &figures.ad_titles),
            columns: conversation_steps()
                .map(words::stage)
                .map(|(label, meaning)| Column { label, meaning })
                .collect(),
            sources: sources(total, &figures.last_touch),
            ads,
            ads_left_out,
            api: format!(
                "/api/v1/funnels/{DEFAULT_FUNNEL}?from={}&to={}",
                period.from.to_rfc3339(),
                period.to.to_rfc3339()
            ),
            rows: if rows.is_empty() { String::new() } else { format!("{rows}{days_asked}") },
        }
    }
}

/// Every day of the period, those without a conversation too, each beside the same one before.
/// Before the `first` event there is nothing to compare with.
fn days_of(report: &FunnelReport, before: &FunnelReport, period: &Period, first: &str) -> Vec<Day> {
    let by_date = |report: &'_ FunnelReport| -> BTreeMap<String, [u64; 3]> {
        let rows = report.breakdown.iter().filter_map(|row| Some((row.value("day")?, row)));
        let counts = |row: &Breakdown| {
            ["opened", "lead", "purchase"].map(|step| row.count(step).unwrap_or(0))
        };
        rows.map(|(date, row)| (date.to_owned(), counts(row))).collect()
    };
    let (own, before_by_date) = (by_date(report), by_date(before));
    let days: Vec<_> = period.days().into_iter().map(|(date, _)| date).collect();
    let back = i64::try_from(days.len()).unwrap_or(0);
    days.into_iter()
        .map(|date| {
            let same = date.saturating_sub(jiff::Span::new().days(back)).to_string();
            let date = date.to_string();
            Day {
                counts: own.get(&date).copied().unwrap_or_default(),
                before: (same.as_str() >= first.split(' ').next().unwrap_or_default())
                    .then(|| before_by_date.get(&same).copied().unwrap_or_default()),
                date,
            }
        })
        .collect()
}

/// Seven days a row, each called by its first, if single ones would be too many.
fn weekly(days: &[Day]) -> Vec<Day> {
    if days.len() <= MOST_DAYS {
        return days.to_vec();
    }
    let sum = |all: &mut [u64; 3], more: [u64; 3]| {
        all.iter_mut().zip(more).for_each(|(all, more)| *all += more);
    };
    let week = |days: &[Day]| {
        let mut week = Day { date: days[0].date.clone(), counts: [0; 3], before: None };
        for day in days {
            sum(&mut week.counts, day.counts);
            if let Some(before) = day.before {
                sum(week.before.get_or_insert_default(), before);
            }
        }
        week
    };
    days.chunks(7).map(week).collect()
}

fn day_texts(day: &Day) -> DayTexts {
    let [opened, leads, purchases] = day.counts.map(thousands);
    let [opened_before, leads_before, purchases_before] =
        day.before.map_or_else(|| std::array::from_fn(|_| dash()), |before| before.map(thousands));
    let counts = [opened, opened_before, leads, leads_before, purchases, purchases_before];
    DayTexts { date: day.date.clone(), counts }
}

fn sources(total: &FunnelReport, last_touch: &AttributionReport) -> Vec<Row> {
    let rows = total.breakdown.iter().filter_map(|row| Some((row.value("source")?, row)));
    rows.map(|(name, row)| {
        let (label, meaning) = words::source(name);
        let value = worth(last_touch, |channel| channel == name).join(" + ");
        new_row("source", name, label, meaning, row, value)
    })
    .collect()
}

fn new_row(
    dimension: &str,
    id: &str,
    label: String,
    meaning: String,
    row: &Breakdown,
    value: String,
) -> Row {
    let counts = conversation_steps().map(|stage| row.count(stage).map_or_else(dash, thousands));
    let last = row.steps.last().and_then(|step| step.rate_from_first);
    let mut filter = form_urlencoded::Serializer::new(String::new());
    filter.append_pair("filter", &format!("{dimension}={id}"));
    Row {
        id: id.to_owned(),
        label,
        meaning,
        counts: counts.collect(),
        rate: percent(last),
        value: if value.is_empty() { dash() } else { value },
        filter: filter.finish(),
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
    by_currency.into_iter().map(|(currency, value)| money(value, currency)).collect()
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
        is_of_conversations: conversation_steps().any(|stage| stage == step.name),
    }
}
