//! What a funnel answers beside its counts: rows and periods compared, who dropped, flows, what drives
//! a step; and how people go on: sequences, cohorts.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use jiff::ToSpan;
use jiff::civil::Date;
use polars::frame::DataFrame;
use serde::Serialize;
use serde_json::json;

use super::answer::{self, AnswerError};
use super::frames::{self, Columns};
use super::problem::Problem;
use super::{Asked, Misunderstood, Question, Views, api, render, rows};
use crate::analysis::{
    self, AnalysisError, DEFAULT_FUNNEL, Dimension, FunnelReport, Funnels, STAGES, Verdicts,
    compare_periods, compare_rows,
};
use crate::domain::{FUNNEL_WINDOW_MS, Period, Timestamp};
use crate::store::Store;

/// Events of a sequence, and sequences.
const LONGEST_SEQUENCE: u32 = 8;
const MOST_SEQUENCES: u64 = 50;

type Asks = Result<Query<Asked>, QueryRejection>;

/// The rows of the question's breakdown compared with all others, or, without one, its period with another
/// that it names, or with the one before it of the same length.
///
/// # Errors
/// If it cannot be computed, or the funnel has no such step.
pub async fn answer_verdicts(
    store: &Store,
    own: &Funnels,
    name: &str,
    question: &Question,
) -> Result<Verdicts, AnswerError> {
    let report = answer::answer_funnel(store, own, name, question).await?;
    if !question.by.is_empty() {
        return rows_compared(&report, question);
    }
    let other = answer::answer_funnel(store, own, name, &period_before(question)).await?;
    periods_compared(&report, &other, question)
}

/// The question over the period that its own is compared with, without a breakdown.
pub(super) fn period_before(question: &Question) -> Question {
    let period = question.against.clone().unwrap_or_else(|| before(&question.period));
    Question { period, by: Vec::new(), ..question.clone() }
}

/// The rows of a report beside all others, by the question's steps.
pub(super) fn rows_compared(
    report: &FunnelReport,
    question: &Question,
) -> Result<Verdicts, AnswerError> {
    let (step, of) = asked_steps(report, question);
    compare_rows(report, &step, &of).map_err(about_step)
}

/// A report beside that of another period, by the question's steps.
pub(super) fn periods_compared(
    report: &FunnelReport,
    other: &FunnelReport,
    question: &Question,
) -> Result<Verdicts, AnswerError> {
    let (step, of) = asked_steps(report, question);
    compare_periods(report, other, &step, &of).map_err(about_step)
}

fn about_step(error: AnalysisError) -> AnswerError {
    Misunderstood { parameter: "step", reason: error.to_string() }.into()
}

/// The period of the same length before one.
fn before(period: &Period) -> Period {
    let length = period.to.0 - period.from.0;
    let whole_days = period.whole_days().map(|_| period.days().len());
    let from = whole_days.map_or(Timestamp(period.from.0 - length), |days| {
        // Days of 23 or 25 hours are days.
        let days = i64::try_from(days).unwrap_or(0);
        let first = period.first_and_last_day().0.saturating_sub(days.days());
        crate::domain::parse_instant(&first.to_string(), &period.zone)
            .unwrap_or(Timestamp(period.from.0 - length))
    });
    Period { from, to: period.from, zone: period.zone.clone() }
}

/// The step to be reached (the last but for the question's), of the first that has units.
fn asked_steps(report: &FunnelReport, question: &Question) -> (String, String) {
    let units =
        report.steps.iter().filter(|step| !matches!(step.name.as_str(), "impressions" | "clicks"));
    let names: Vec<&String> = units.map(|step| &step.name).collect();
    let last = names.last().map(|name| (*name).clone()).unwrap_or_default();
    let first = names.first().map(|name| (*name).clone()).unwrap_or_default();
    (question.step.clone().unwrap_or(last), question.of.clone().unwrap_or(first))
}

/// `GET /api/v1/funnels/{name}/comparison`.
pub(super) async fn comparison(
    State(views): State<Views>,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = api::understand(&views, asked, &headers)?;
    let verdicts = answer_verdicts(&views.store, &views.funnels, &name, &question).await;
    render::rendered(&look, verdicts.map_err(Problem::from)?, frames::verdicts)
}

/// Which values of which properties go with a step.
///
/// # Errors
/// If it cannot be computed, or the funnel has no such step.
pub async fn answer_drivers(
    store: &Store,
    own: &Funnels,
    name: &str,
    question: &Question,
) -> Result<Verdicts, AnswerError> {
    let dimensions: Vec<Dimension> = Dimension::drivers().into_iter().collect();
    let reports = if let Some(funnel) = own.get(name) {
        answer::answer_own_by_each(store, funnel, question, dimensions).await?
    } else {
        let mut reports = Vec::new();
        for dimension in dimensions {
            let asked = Question { by: vec![dimension], ..question.clone() };
            reports.push(answer::answer_funnel(store, own, name, &asked).await?);
        }
        reports
    };
    let mut all: Option<Verdicts> = None;
    for report in reports {
        let one = rows_compared(&report, question)?;
        match &mut all {
            Some(all) => all.rows.extend(one.rows),
            None => all = Some(one),
        }
    }
    let all = all.ok_or_else(|| AnswerError::Unknown("there is no property".to_owned()))?;
    Ok(analysis::corrected(all))
}

/// `GET /api/v1/funnels/{name}/drivers`.
pub(super) async fn drivers(
    State(views): State<Views>,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = api::understand(&views, asked, &headers)?;
    let drivers = answer_drivers(&views.store, &views.funnels, &name, &question).await;
    render::rendered(&look, drivers.map_err(Problem::from)?, frames::verdicts)
}

/// `GET /api/v1/funnels/{name}/flows`: by door (or the question's one dimension), for a Sankey diagram.
pub(super) async fn flows(
    State(views): State<Views>,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (mut question, look) = api::understand(&views, asked, &headers)?;
    if question.by.is_empty() {
        question.by = vec![Dimension::Source];
    }
    let [dimension] = question.by.as_slice() else {
        let text = "flows begin with the values of one dimension".to_owned();
        return Err(Problem::in_parameter("by", text));
    };
    let dimension = dimension.name().into_owned();
    let report = answer::answer_funnel(&views.store, &views.funnels, &name, &question).await;
    let flows = analysis::flows(&report.map_err(Problem::from)?, &dimension);
    let json = || Json(json!({ "funnel": name, "flows": flows })).into_response();
    render::listed(&look, || frames::flows(&flows), json)
}

/// `GET /api/v1/funnels/{name}/people?step=…`: who reached a step and not the next.
pub(super) async fn people(
    State(views): State<Views>,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = api::understand(&views, asked, &headers)?;
    let steps: Vec<String> = match views.funnels.get(&name) {
        Some(funnel) => funnel.steps.clone(),
        None => std::iter::once("opened").chain(STAGES).map(str::to_owned).collect(),
    };
    let wanted = question.step.clone().unwrap_or_else(|| steps[0].clone());
    let place = steps.iter().position(|step| *step == wanted).filter(|at| at + 1 < steps.len());
    let Some(place) = place else {
        let known = steps[..steps.len() - 1].join(", ");
        let text = format!("{wanted:?} is no step from which somebody can drop; such are {known}");
        return Err(Problem::in_parameter("step", text));
    };
    let (offset, limit) = (question.offset, look.rows_of(&question));
    let (total, people): (u64, DataFrame) = match views.funnels.get(&name) {
        Some(funnel) => {
            let found = answer::answer_dropped(&views.store, funnel, &question, place).await;
            let found = found.map_err(Problem::from)?;
            let total = found.len() as u64;
            let page: Vec<_> = found.into_iter().skip(offset).take(limit).collect();
            let people = Columns::of(&page)
                .text("page_id", |one| one.page_id.as_str())
                .text("person_id", |one| one.person_id.as_str())
                .instant("entered_at", |one| one.entered_at)
                .instant("reached_at", |one| one.reached_at);
            (total, people.done())
        }
        None if name == DEFAULT_FUNNEL => {
            let (reached, missed) = (&steps[place], &steps[place + 1]);
            let (offset, limit) = (offset as u64, limit as u64);
            let period = &question.period;
            let found = views.store.dropped_conversations(period, reached, missed, offset, limit);
            let found = found.await.map_err(|error| Problem::from(AnswerError::from(error)))?;
            let (rows, total) = rows::counted(found);
            (total, frames::typed(&rows))
        }
        None => {
            let text = format!("there is no funnel {name:?}");
            return Err(Problem::from(AnswerError::Unknown(text)));
        }
    };
    let json = || {
        let people = rows::objects(&people);
        let told = json!({ "funnel": name, "step": wanted, "total": total, "offset": offset,
            "people": people });
        Json(told).into_response()
    };
    render::listed(&look, || people.clone(), json)
}

/// `GET /api/v1/sequences`: what people and business do one after the other.
pub(super) async fn sequences(
    State(views): State<Views>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = api::understand(&views, asked, &headers)?;
    let period = &question.period;
    let until = period.to.0.saturating_add(FUNNEL_WINDOW_MS);
    let most = question.limit.map_or(MOST_SEQUENCES, |limit| MOST_SEQUENCES.min(limit as u64));
    let found = views.store.top_sequences(period, until, LONGEST_SEQUENCE, most).await;
    let found = found.map_err(|error| Problem::from(AnswerError::from(error)))?;
    let json = || {
        let (from, to) = (period.from.to_rfc3339(), period.to.to_rfc3339());
        Json(json!({ "from": from, "to": to, "sequences": found })).into_response()
    };
    render::listed(&look, || frames::sequences(&found), json)
}

/// People by the week of their first act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cohort {
    /// The week's Monday.
    pub week: String,
    /// People.
    pub size: u64,
    /// How many of them acted in the first week (all), in the next, and so on.
    pub active: Vec<u64>,
}

/// Who writes again in week n.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub async fn answer_cohorts(
    store: &Store,
    question: &Question,
) -> Result<Vec<Cohort>, AnswerError> {
    let mut by_week: BTreeMap<i32, Cohort> = BTreeMap::new();
    for row in store.cohorts(&question.period).await? {
        let monday = Date::constant(1970, 1, 1).saturating_add(i64::from(row.cohort).days());
        let cohort = by_week.entry(row.cohort).or_insert_with(|| Cohort {
            week: monday.to_string(),
            size: row.size,
            active: Vec::new(),
        });
        // Weeks without anybody have no row.
        cohort.active.resize(usize::try_from(row.week).unwrap_or(0), 0);
        cohort.active.push(row.people);
    }
    Ok(by_week.into_values().collect())
}

/// `GET /api/v1/cohorts`: who writes again in week n.
pub(super) async fn cohorts(
    State(views): State<Views>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = api::understand(&views, asked, &headers)?;
    let cohorts = answer_cohorts(&views.store, &question).await.map_err(Problem::from)?;
    let period = &question.period;
    let json = || {
        let told = json!({
            "from": period.from.to_rfc3339(),
            "to": period.to.to_rfc3339(),
            "time_zone": period.zone.iana_name().unwrap_or("UTC"),
            "cohorts": cohorts,
        });
        Json(told).into_response()
    };
    render::listed(&look, || frames::cohorts(&cohorts), json)
}
