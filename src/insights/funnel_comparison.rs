//! Rows and periods of a funnel compared.

use jiff::ToSpan;

use super::error::AnswerError;
use super::funnel::{answer_funnel, answer_own_by_each, narrowed};
use super::invalid_parameter::Misunderstood;
use super::query::Question;
use crate::analysis::{
    AnalysisError, Dimension, FunnelReport, Funnels, Verdicts, compare_periods, compare_rows,
};
use crate::domain::{Period, Timestamp};
use crate::store::Store;

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
    let report = answer_funnel(store, own, name, question).await?;
    if !question.by.is_empty() {
        return rows_compared(&report, question);
    }
    let other = answer_funnel(store, own, name, &period_before(question)).await?;
    periods_compared(&report, &other, question)
}

/// The funnel `name` by each of some dimensions; of one's own in one pass over the events.
///
/// # Errors
/// If there is no such funnel, or it cannot be computed.
pub(crate) async fn answer_by_each(
    store: &Store,
    own: &Funnels,
    name: &str,
    question: &Question,
    dimensions: Vec<Dimension>,
) -> Result<Vec<FunnelReport>, AnswerError> {
    if let Some(funnel) = own.get(name) {
        let funnel = narrowed(funnel, question);
        return answer_own_by_each(store, &funnel, question, dimensions).await;
    }
    let reports = dimensions.into_iter().map(|dimension| {
        let asked = Question { by: vec![dimension], ..question.clone() };
        async move { answer_funnel(store, own, name, &asked).await }
    });
    futures_util::future::try_join_all(reports).await
}

/// The question over the period that its own is compared with, without a breakdown.
pub(crate) fn period_before(question: &Question) -> Question {
    let period = question.against.clone().unwrap_or_else(|| before(&question.period));
    Question { period, by: Vec::new(), ..question.clone() }
}

/// The rows of a report beside all others, by the question's steps.
pub(crate) fn rows_compared(
    report: &FunnelReport,
    question: &Question,
) -> Result<Verdicts, AnswerError> {
    let (step, of) = asked_steps(report, question);
    compare_rows(report, &step, &of).map_err(about_step)
}

/// A report beside that of another period, by the question's steps.
pub(crate) fn periods_compared(
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
