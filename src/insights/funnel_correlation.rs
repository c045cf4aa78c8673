//! Which properties go with a step of a funnel. Rows are compared within entry points: whoever comes by an ad differs from
//! whoever comes by a link, and a Page that has more of the one would else seem better.

use super::error::AnswerError;
use super::funnel_comparison::{answer_by_each, by_day, rows_compared};
use super::funnel_verdicts::reversals;
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
    let dimensions: Vec<Vec<Dimension>> = Dimension::drivers().map(|one| vec![one]).into();
    let by_day = |by: &Vec<Dimension>| {
        let within = (by[0] != Dimension::Source).then_some(Dimension::Source);
        let by = by.iter().cloned().chain(within).collect();
        by_day(&Question { by, ..question.clone() })
    };
    let days: Vec<Question> = dimensions.iter().map(by_day).collect();
    let Some(over_days) = days.first() else {
        return Err(AnswerError::Unknown("there is no property".to_owned()));
    };
    let breakdowns = days.iter().map(|asked| asked.by.clone()).collect();
    let (reports, days) = tokio::try_join!(
        answer_by_each(store, own, name, question, dimensions),
        answer_by_each(store, own, name, over_days, breakdowns),
    )?;
    let mut all: Option<Verdicts> = None;
    for (report, days) in reports.iter().zip(&days) {
        let one = rows_compared(report, days, question)?;
        match &mut all {
            Some(all) => all.rows.extend(one.rows),
            None => all = Some(one),
        }
    }
    let all = all.ok_or_else(|| AnswerError::Unknown("there is no property".to_owned()))?;
    let mut all = analysis::corrected(all);
    for dimension in Dimension::drivers() {
        let of_it = Question { by: vec![dimension], ..question.clone() };
        all = reversals(store, own, name, &of_it, all).await?;
    }
    Ok(all)
}
