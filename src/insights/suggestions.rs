//! What exists: values of a field or a dimension, for whoever fills in a form.

use super::error::AnswerError;
use super::funnel::answer_funnel;
use super::invalid_parameter::InvalidParameter;
use super::query::Question;
use super::text_match::TextMatch;
use crate::analysis::{DEFAULT_FUNNEL, Dimension, Funnels, NONE};
use crate::store::{EventField, Store};

/// Values of one answer.
const MOST: u64 = 12;

/// What exists of something.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Suggestions {
    pub values: Vec<Suggestion>,
    /// Events and people of all values that match, more than are told too; of dimensions unknown.
    pub all: Option<[u64; 2]>,
}

/// A value, and how often there is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Suggestion {
    pub value: String,
    /// Events of a field, conversations of a dimension.
    pub count: u64,
}

/// The values of `of` that match, most frequent first. A dimension's match by what they are called too.
///
/// # Errors
/// If `of` is neither a field nor a dimension, or the store cannot be asked.
pub(crate) async fn suggestions(
    store: &Store,
    question: &Question,
    of: &str,
    text: &TextMatch,
    label: impl Fn(&str) -> String,
) -> Result<Suggestions, AnswerError> {
    if let Some(field) = EventField::from_name(of) {
        let pattern = text.pattern();
        let rows = store.event_values(&question.period, field, &pattern, MOST).await?;
        let all = rows.iter().find(|row| row.is_all).map(|row| [row.events, row.people]);
        let values = rows.into_iter().filter(|row| !row.is_all);
        let values = values.map(|row| Suggestion { value: row.value, count: row.events }).collect();
        return Ok(Suggestions { values, all: Some(all.unwrap_or_default()) });
    }
    let by = question.by.first().filter(|dimension| dimension.name() == of && !dimension.is_time());
    let by: &Dimension = by.ok_or_else(|| InvalidParameter {
        parameter: "by",
        reason: format!("{of:?} has no values that could be suggested"),
    })?;
    let asked = Question { by: vec![by.clone()], filters: Vec::new(), ..question.clone() };
    let report = answer_funnel(store, &Funnels::new(), DEFAULT_FUNNEL, &asked).await?;
    let wanted = text.text().to_lowercase();
    let rows = report.breakdown.iter().filter_map(|row| Some((row.value(of)?, row)));
    let values = rows
        .filter(|(value, _)| *value != NONE)
        .filter(|(value, _)| {
            value.to_lowercase().contains(&wanted) || label(value).to_lowercase().contains(&wanted)
        })
        .map(|(value, row)| Suggestion {
            value: value.to_owned(),
            count: row.count("opened").unwrap_or(0),
        });
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    Ok(Suggestions { values: values.take(most).collect(), all: None })
}
