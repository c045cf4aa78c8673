//! Who reached a step of a funnel, and who of them went no further.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::AnswerError;
use super::funnel::answer_reached;
use super::invalid_parameter::InvalidParameter;
use super::list_filters::{listed_filters, read_stage};
use super::query::Question;
use crate::analysis::{DEFAULT_FUNNEL, Funnels, conversation_steps};
use crate::store::{ConversationRow, Instant, ReachedRow, Span, Store};

/// People of one answer, which is made in memory.
const MOST_PEOPLE: u64 = 100_000;

/// Who reached a step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FunnelPeople {
    /// The funnel.
    pub funnel: String,
    /// The step that they reached.
    pub step: String,
    /// Whether only those are told who went no further.
    pub no_further: bool,
    /// How many there are in all.
    pub total: u64,
    /// Rows left out before the first.
    offset: usize,
    /// In time.
    pub people: Vec<ReachedRow>,
}

/// At most `limit` of those who reached the step `reached`, or, without one, the question's (the first unless it
/// names another) and not the next.
///
/// # Errors
/// If there is no such funnel or step, or it cannot be computed.
pub(crate) async fn answer_people(
    store: &Store,
    own: &Funnels,
    name: &str,
    question: &Question,
    reached: Option<&str>,
    limit: usize,
) -> Result<FunnelPeople, AnswerError> {
    let steps: Vec<String> = match own.get(name) {
        Some(funnel) => funnel.steps.clone(),
        None if name == DEFAULT_FUNNEL => conversation_steps().map(str::to_owned).collect(),
        None => return Err(AnswerError::Unknown(format!("there is no funnel {name:?}"))),
    };
    let reached = reached.filter(|step| !step.is_empty());
    let place = match (reached, question.step.as_deref()) {
        (Some(_), Some(_)) => {
            let reason = "with it stands no step: step is for those who went no further".to_owned();
            return Err(InvalidParameter { parameter: "reached", reason }.into());
        }
        (Some(step), None) => place_of(&steps, step, "reached")?,
        // From the last step nobody can go further.
        (None, step) => place_of(&steps[..steps.len() - 1], step.unwrap_or(&steps[0]), "step")?,
    };
    let no_further = reached.is_none();
    let offset = question.offset;
    let (total, people) = if let Some(funnel) = own.get(name) {
        let found = answer_reached(store, funnel, question, place, no_further);
        let found = found.await?;
        let total = found.len() as u64;
        let row = |one: crate::analysis::Reached| ReachedRow {
            page_id: one.page_id,
            person_id: one.person_id,
            entered_at: Instant(one.entered_at),
            reached_at: Instant(one.reached_at),
        };
        (total, found.into_iter().skip(offset).take(limit).map(row).collect())
    } else {
        let missed = steps.get(place + 1).filter(|_| no_further);
        of_conversations(store, question, &steps[place], missed, limit).await?
    };
    let (funnel, step) = (name.to_owned(), steps[place].clone());
    Ok(FunnelPeople { funnel, step, no_further, total, offset, people })
}

fn place_of(
    steps: &[String],
    wanted: &str,
    parameter: &'static str,
) -> Result<usize, InvalidParameter> {
    steps.iter().position(|step| step == wanted).ok_or_else(|| InvalidParameter {
        parameter,
        reason: format!(
            "{wanted:?} is none of the steps that can stand here: {}",
            steps.join(", ")
        ),
    })
}

/// Of the default funnel: how many, and those that are asked for.
async fn of_conversations(
    store: &Store,
    question: &Question,
    reached: &str,
    missed: Option<&String>,
    limit: usize,
) -> Result<(u64, Vec<ReachedRow>), AnswerError> {
    let filters = listed_filters(question)?;
    let span = Span {
        period: &question.period,
        status: "",
        reached: read_stage("reached", Some(reached))?,
        missed: missed.map_or("", String::as_str),
        filters: &filters,
        after: None,
        offset: question.offset as u64,
        limit: limit as u64,
    };
    let total = store.list_total::<ConversationRow>(&span).await?;
    let told = total.saturating_sub(span.offset).min(span.limit);
    if told > MOST_PEOPLE {
        let reason = format!(
            "{told} people are more than one answer holds ({MOST_PEOPLE}): choose fewer days, or take them in parts \
             by limit and offset"
        );
        return Err(InvalidParameter { parameter: "limit", reason }.into());
    }
    let rows = store.list::<ConversationRow>(&span)?.all().await?;
    let row = |row: ConversationRow| ReachedRow {
        entered_at: row.opened_at,
        reached_at: row.stage_at(reached).unwrap_or(row.opened_at),
        page_id: row.page_id,
        person_id: row.person_id,
    };
    Ok((total, rows.into_iter().map(row).collect()))
}
