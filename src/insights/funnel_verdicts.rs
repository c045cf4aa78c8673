//! Rows and periods of a funnel compared, and whether rows that are told apart from the others are so the other way round
//! within channels, Pages or hours.

use super::error::AnswerError;
use super::funnel::answer_funnel;
use super::funnel_comparison::{
    answer_by_each, by_day, period_days, periods_compared, rows_compared,
};
use super::query::Question;
use crate::analysis::{AnalysisError, Dimension, FunnelReport, Funnels, Verdicts, with_reversals};
use crate::store::{Bound, Store};

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
    if !question.by.is_empty() {
        let asked = by_day(question);
        let (report, days) = tokio::try_join!(
            answer_funnel(store, own, name, question),
            answer_funnel(store, own, name, &asked),
        )?;
        let verdicts = rows_compared(&report, &days, question)?;
        return reversals(store, own, name, question, verdicts).await;
    }
    let days = period_days(store, own, name, question, None).await?;
    let to = question.period.to.to_rfc3339();
    periods_compared(&FunnelReport { to, ..days.own.clone() }, &days, question)
}

/// The verdicts with what each claimed row of the question's breakdown is reversed within. Of rows that are not told apart
/// nothing is asked.
///
/// # Errors
/// If it cannot be computed.
pub(crate) async fn reversals(
    store: &Store,
    own: &Funnels,
    name: &str,
    question: &Question,
    verdicts: Verdicts,
) -> Result<Verdicts, AnswerError> {
    let names: Vec<String> = question.by.iter().map(|one| one.name().into_owned()).collect();
    let is_its = |keys: Vec<&String>| {
        keys.len() == names.len() && keys.iter().all(|key| names.contains(key))
    };
    if !verdicts.rows.iter().any(|row| row.is_claim() && is_its(row.by.keys().collect())) {
        return Ok(verdicts);
    }
    let mut asked = by_day(question);
    asked.period.from = question.period.from;
    let strata = [Dimension::Channel, Dimension::Page, Dimension::Hour];
    let breakdowns = strata.into_iter().filter(|one| !question.by.contains(one));
    let breakdowns = breakdowns.map(|one| asked.by.iter().cloned().chain([one]).collect());
    match answer_by_each(store, own, name, &asked, breakdowns.collect()).await {
        Ok(reports) => Ok(with_reversals(verdicts, &reports, &names)?),
        // So much is told apart that nothing can be said of it.
        Err(AnswerError::Store(error)) if error.bound() == Some(Bound::Groups) => Ok(verdicts),
        Err(AnswerError::Analysis(AnalysisError::TooManyGroups { .. })) => Ok(verdicts),
        Err(error) => Err(error),
    }
}
