//! Which properties go with a step of a funnel.

use super::error::AnswerError;
use super::funnel::{answer_funnel, answer_own_by_each};
use super::funnel_comparison::rows_compared;
use super::query::Question;
use crate::analysis::{self, Dimension, Funnels, Verdicts};
use crate::store::Store;

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
        answer_own_by_each(store, funnel, question, dimensions).await?
    } else {
        let mut reports = Vec::new();
        for dimension in dimensions {
            let asked = Question { by: vec![dimension], ..question.clone() };
            reports.push(answer_funnel(store, own, name, &asked).await?);
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
