//! The overview as texts: every number formatted, every label chosen, ready for the template.

use std::collections::BTreeMap;

use askama::Template;
use axum::Extension;
use axum::response::Response;

use super::best_ads::{BestAndWorstAds, extremes};
use super::figures::{Fetched, Figures};
use super::tiles::{Tile, tiles, worth};
use crate::accounts::{Scope, Who};
use crate::analysis::{
    AttributionReport, Breakdown, DEFAULT_FUNNEL, Dimension, Filter, FunnelReport, Model,
    Parameters, Step, conversation_steps,
};
use crate::domain::{AgeLimit, Period, Timestamp};
use crate::insights::alerts::{Alert, AlertInputs};
use crate::insights::attribution::JourneyInputs;
use crate::insights::breakdown_columns::apart;
use crate::insights::error::AnswerError;
use crate::insights::funnel_comparison::period_before;
use crate::insights::query::{Credit, Question};
use crate::insights::{ads, worker};
use crate::language::{Message, filters, say};
use crate::render::chart::Day;
use crate::render::numbers::{dash, local_minute, percent, thousands};
use crate::render::{charts, labels};
use crate::store::{BreakdownColumns, CollectionState, ResponseTimes, Store};
use crate::web::dashboard::date_range::{self, Range};
use crate::web::dashboard::drilldown::{DrilldownLinks, LinkedCount};
use crate::web::dashboard::page::{Asks, show};
use crate::web::page_scope::Allowed;

/// Rows of the ads table.
const MOST_ADS: usize = 25;
/// Days that have a row each.
const MOST_DAYS: usize = 92;
/// Alerts that are told; the others are on the page of quality.
const MOST_ALERTS: usize = 5;

#[derive(Template)]
#[template(path = "overview.html", config = "dashboards/askama.toml")]
pub(crate) struct Overview {
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
    extremes: Option<BestAndWorstAds>,
    columns: Vec<Column>,
    sources: Vec<Row>,
    ads: Vec<Row>,
    ads_left_out: usize,
    /// Address of the funnel's figures, to which a breakdown and a format are added.
    api: String,
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
    count: LinkedCount,
    of_previous: String,
    of_first: String,
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
    fn new(all_days: &[Day], is_open: bool, range: &Range, behind: &DrilldownLinks) -> Self {
        let days = weekly(all_days);
        Self {
            chart: charts::trend(&days, all_days.len()).on_page(),
            has_before: days.iter().any(|day| day.before.is_some()),
            is_weekly: all_days.len() > MOST_DAYS,
            days: day_texts(&days, all_days, range, behind),
            is_open,
        }
    }
}

struct DayTexts {
    date: String,
    /// Each of the day, and of the day as many days before as are shown.
    counts: Vec<(LinkedCount, String)>,
}

struct Column {
    label: String,
    meaning: String,
}

struct Row {
    id: String,
    label: String,
    meaning: String,
    /// Address of its conversations.
    rows: String,
    counts: Vec<LinkedCount>,
    rate: String,
    value: String,
}

/// What was found for the page.
struct Found {
    figures: Figures,
    answers: Option<ResponseTimes>,
    alerts: Vec<Alert>,
    state: CollectionState,
}

/// `GET /`.
pub(crate) async fn overview(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    asking: Asks,
) -> Response {
    let webhook = format!("{}/webhooks/meta", views.public_url.as_deref().unwrap_or_default());
    let shows_people = who.may(Scope::People);
    let is_limited = who.pages.is_some();
    show(&views, asking, async |views, question, now| {
        let found = Box::pin(found(&views.store, &question, now, is_limited)).await?;
        Ok(Overview::new(&found, &question.period, now, webhook, shows_people))
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
    let before = so_far(period_before(&question).period, &question, now);
    let mut so_far = question.period.clone();
    so_far.to = so_far.to.min(now).max(so_far.from);
    let as_old = AgeLimit::as_old_as(&so_far, &before, now.0);
    let lookback = question.credit.parameters.lookback_ms();
    let fetch = async {
        let (ads, titles, touchpoints, conversions, before) = tokio::try_join!(
            ads::facts(store, &question.period),
            store.ad_titles(&question.period),
            store.touchpoints(&question.period, lookback, true, BreakdownColumns::default()),
            store.conversions(&question.period, 0),
            store.funnel_counts(&before, apart(&[Dimension::Day]), Some(as_old)),
        )?;
        Ok(Fetched { ads, titles, ways: JourneyInputs { touchpoints, conversions }, before })
    };
    let asked = (question.clone(), before.clone());
    let figures =
        worker::in_turn(fetch, move |fetched, _| Figures::new(fetched, &asked.0, &asked.1));
    // What is wrong is wrong with all Pages.
    let alerts = async {
        if is_limited {
            return Ok(Vec::new());
        }
        Ok(AlertInputs::of(store, &question, now).await?.alerts())
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
    fn new(
        found: &Found,
        period: &Period,
        now: Timestamp,
        webhook: String,
        shows_people: bool,
    ) -> Self {
        let Found { figures, answers, alerts, state } = found;
        let total = &figures.by_source;
        let first = local_minute(Timestamp(state.first_event), &period.zone);
        let days = days_of(&figures.by_day, &figures.before, period, &first);
        let is_open = period.to > now;
        let range = Range::new(period, now, "/", "");
        let behind = DrilldownLinks::conversations(&range, shows_people);
        let mut ads: Vec<Row> = figures
            .by_ad
            .breakdown
            .iter()
            .filter_map(|row| Some((row.value("ad")?, row)))
            .map(|(ad, row)| {
                let untitled = || say("overview-untitled").to_string();
                let title = figures.ad_titles.get(ad).cloned().unwrap_or_else(untitled);
                let behind = behind.with("filter", Filter::one_written("ad", ad));
                new_row(ad, title, String::new(), row, String::new(), &behind)
            })
            .collect();
        let ads_left_out = ads.len().saturating_sub(MOST_ADS);
        ads.truncate(MOST_ADS);
        Self {
            page: "overview",
            all_time: date_range::all_time(state, period, now),
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
            tiles: tiles(figures, answers.as_ref(), days.len(), is_open, &range, &behind),
            funnel_chart: charts::funnel(total).on_page(),
            steps: total.steps.iter().map(|step| step_texts(step, &behind)).collect(),
            trend: Trend::new(&days, is_open, &range, &behind),
            extremes: extremes(&figures.ads, &figures.ad_titles, &behind),
            columns: conversation_steps()
                .map(labels::stage)
                .map(|(label, meaning)| Column { label, meaning })
                .collect(),
            sources: sources(total, &figures.last_touch, &behind),
            ads,
            ads_left_out,
            api: format!(
                "/api/v1/funnels/{DEFAULT_FUNNEL}?from={}&to={}",
                period.from.to_rfc3339(),
                period.to.to_rfc3339()
            ),
            range,
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

/// Rows of `days`, each of which is one or more of `all_days`.
fn day_texts(
    days: &[Day],
    all_days: &[Day],
    range: &Range,
    behind: &DrilldownLinks,
) -> Vec<DayTexts> {
    let last_of = |day: &Day| {
        let first = all_days.iter().position(|one| one.date == day.date).unwrap_or(0);
        let many = if days.len() == all_days.len() { 1 } else { 7 };
        &all_days[(first + many).min(all_days.len()) - 1].date
    };
    let texts = |day: &Day| {
        let behind = behind.within(range.days(&day.date, last_of(day)));
        let counts = ["opened", "lead", "purchase"].into_iter().enumerate().map(|(at, stage)| {
            let now = behind.with("reached", stage).count(Some(day.counts[at]));
            (now, day.before.map_or_else(dash, |before| thousands(before[at])))
        });
        DayTexts { date: day.date.clone(), counts: counts.collect() }
    };
    days.iter().map(texts).collect()
}

fn sources(
    total: &FunnelReport,
    last_touch: &AttributionReport,
    behind: &DrilldownLinks,
) -> Vec<Row> {
    let rows = total.breakdown.iter().filter_map(|row| Some((row.value("source")?, row)));
    rows.map(|(name, row)| {
        let (label, meaning) = labels::source(name);
        let value = worth(last_touch, |channel| channel == name).join(" + ");
        new_row(
            name,
            label,
            meaning,
            row,
            value,
            &behind.with("filter", Filter::one_written("source", name)),
        )
    })
    .collect()
}

fn new_row(
    id: &str,
    label: String,
    meaning: String,
    row: &Breakdown,
    value: String,
    behind: &DrilldownLinks,
) -> Row {
    let last = row.steps.last().and_then(|step| step.rate_from_first);
    Row {
        id: id.to_owned(),
        label,
        meaning,
        rows: behind.address(),
        counts: conversation_steps()
            .map(|stage| behind.with("reached", stage).count(row.count(stage)))
            .collect(),
        rate: percent(last),
        value: if value.is_empty() { dash() } else { value },
    }
}

fn step_texts(step: &Step, behind: &DrilldownLinks) -> StepTexts {
    let (label, meaning) = labels::stage(&step.name);
    // What Meta counts is in no list of ours.
    let is_of_conversations = conversation_steps().any(|stage| stage == step.name);
    let behind = if is_of_conversations { behind } else { &DrilldownLinks::nowhere() };
    StepTexts {
        name: step.name.clone(),
        label,
        meaning,
        count: behind.with("reached", &step.name).count(step.count),
        of_previous: percent(step.rate_from_previous),
        of_first: percent(step.rate_from_first),
    }
}
