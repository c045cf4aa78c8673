//! What a funnel answers beside its counts: rows and periods compared, flows, what drives a step.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use jiff::ToSpan;
use serde::Serialize;
use utoipa::ToSchema;

use super::allowed::Allowed;
use super::answer::{self, AnswerError};
use super::problem::Problem;
use super::render::Look;
use super::{Asks, Format, Misunderstood, Question, Views, api, charts, frames, render};
use crate::analysis::{
    self, AnalysisError, Breakdown, Dimension, Flow, FunnelReport, Funnels, Step, Verdicts,
    compare_periods, compare_rows, week_of,
};
use crate::domain::{Period, Timestamp};
use crate::store::Store;

/// A funnel's flows, for a Sankey diagram.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Flows {
    /// The funnel.
    funnel: String,
    /// From doors to steps to outcomes.
    flows: Vec<Flow>,
}

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

/// The funnel `name` by each of some dimensions; of one's own in one pass over the events.
///
/// # Errors
/// If there is no such funnel, or it cannot be computed.
pub(super) async fn answer_by_each(
    store: &Store,
    own: &Funnels,
    name: &str,
    question: &Question,
    dimensions: Vec<Dimension>,
) -> Result<Vec<FunnelReport>, AnswerError> {
    if let Some(funnel) = own.get(name) {
        let funnel = answer::narrowed(funnel, question);
        return answer::answer_own_by_each(store, &funnel, question, dimensions).await;
    }
    let reports = dimensions.into_iter().map(|dimension| {
        let asked = Question { by: vec![dimension], ..question.clone() };
        async move { answer::answer_funnel(store, own, name, &asked).await }
    });
    futures_util::future::try_join_all(reports).await
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
    let names: Vec<&String> = report.unit_steps().map(|step| &step.name).collect();
    let last = names.last().map(|name| (*name).clone()).unwrap_or_default();
    let first = names.first().map(|name| (*name).clone()).unwrap_or_default();
    (question.step.clone().unwrap_or(last), question.of.clone().unwrap_or(first))
}

/// The rows of the breakdown compared with all others, or the range with the one before it, or another that
/// is named: intervals, the probability that one is better, the test, and a sentence.
#[utoipa::path(get, path = "/api/v1/funnels/{name}/comparison", tag = "funnels",
    params(("name" = String, Path, description = "The funnel")),
    responses((status = 200, body = Verdicts)))]
pub(super) async fn comparison(
    Allowed(views): Allowed,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = api::understand(&views, asked, &headers)?;
    comparison_in(&views, &views.funnels, &name, &question, &look).await
}

/// The same of a funnel of `own`. By day or week it has a chart: the share of each.
pub(super) async fn comparison_in(
    views: &Views,
    own: &Funnels,
    name: &str,
    question: &Question,
    look: &Look,
) -> Result<Response, Problem> {
    if !matches!(look.format, Format::Svg | Format::Png) {
        let verdicts = answer_verdicts(&views.store, own, name, question).await;
        return render::rendered(look, verdicts.map_err(Problem::from)?, frames::verdicts);
    }
    if !matches!(question.by.as_slice(), [Dimension::Day | Dimension::Week]) {
        let text = "there is a chart of a comparison by day or by week only".to_owned();
        return Err(Problem::in_parameter("format", text));
    }
    let report = answer::answer_funnel(&views.store, own, name, question).await;
    let report = report.map_err(Problem::from)?;
    let steps = rows_compared(&report, question).map_err(Problem::from)?;
    let shares = shares_in_time(&report, &question.period, &steps.step, &steps.of);
    render::charted(look.format, &charts::rates(&shares, &steps.step, &steps.of))
}

/// Of a report by day or week: each of the period, also those in which nothing was, with how many reached
/// `step`, and of how many.
pub(super) fn shares_in_time(
    report: &FunnelReport,
    period: &Period,
    step: &str,
    of: &str,
) -> Vec<(String, u64, u64)> {
    let unit = report.by.first().map_or("day", String::as_str);
    let row = |row: &Breakdown| {
        let day = row.value(unit)?.to_owned();
        Some((day, (row.count(step).unwrap_or(0), row.count(of).unwrap_or(0))))
    };
    let known: BTreeMap<String, (u64, u64)> = report.breakdown.iter().filter_map(row).collect();
    let mut days: Vec<String> = period
        .days()
        .into_iter()
        .map(|(date, _)| if unit == "week" { week_of(date) } else { date.to_string() })
        .collect();
    days.dedup();
    let counts = |day: &String| known.get(day).copied().unwrap_or_default();
    days.iter().map(|day| (day.clone(), counts(day).0, counts(day).1)).collect()
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

/// Which property values go with reaching a step: the rate of each beside that of all others, with lift.
#[utoipa::path(get, path = "/api/v1/funnels/{name}/drivers", tag = "funnels",
    params(("name" = String, Path, description = "The funnel")),
    responses((status = 200, body = Verdicts)))]
pub(super) async fn drivers(
    Allowed(views): Allowed,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = api::understand(&views, asked, &headers)?;
    let drivers = answer_drivers(&views.store, &views.funnels, &name, &question).await;
    render::rendered(&look, drivers.map_err(Problem::from)?, frames::verdicts)
}

/// How many go from each door to each step and outcome, for a Sankey diagram: by door, or the question's one
/// dimension.
#[utoipa::path(get, path = "/api/v1/funnels/{name}/flows", tag = "funnels",
    params(("name" = String, Path, description = "The funnel")),
    responses((status = 200, body = Flows)))]
pub(super) async fn flows(
    Allowed(views): Allowed,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = api::understand(&views, asked, &headers)?;
    flows_in(&views, &views.funnels, &name, question, &look).await
}

/// The same of a funnel of `own`.
pub(super) async fn flows_in(
    views: &Views,
    own: &Funnels,
    name: &str,
    mut question: Question,
    look: &Look,
) -> Result<Response, Problem> {
    if question.by.is_empty() {
        question.by = vec![Dimension::Source];
    }
    let [dimension] = question.by.as_slice() else {
        let text = "flows begin with the values of one dimension".to_owned();
        return Err(Problem::in_parameter("by", text));
    };
    let dimension = dimension.name().into_owned();
    let report = answer::answer_funnel(&views.store, own, name, &question).await;
    let report = report.map_err(Problem::from)?;
    let flows = analysis::flows(&report, &dimension);
    if matches!(look.format, Format::Svg | Format::Png) {
        let step = |step: &Step| (step.name.clone(), step.count.unwrap_or(0));
        let steps: Vec<(String, u64)> = report.unit_steps().map(step).collect();
        return render::charted(look.format, &charts::flows(&flows, &steps));
    }
    let told = Flows { funnel: name.to_owned(), flows };
    let json = || Json(&told).into_response();
    render::listed(look, || frames::flows(&told.flows), json)
}
