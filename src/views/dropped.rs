//! Who reached a step of a funnel and not the next.

use axum::Json;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::allowed::Allowed;
use super::answer::{self, AnswerError};
use super::problem::Problem;
use super::{Asks, Misunderstood, Question, Views, api, conversation_steps, frames, render};
use crate::analysis::DEFAULT_FUNNEL;
use crate::store::{DroppedRow, Instant};

/// Who went no further.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DroppedPeople {
    /// The funnel.
    pub funnel: String,
    /// The step that they reached.
    pub step: String,
    /// How many there are in all.
    pub total: u64,
    /// Rows left out before the first.
    offset: usize,
    /// In time.
    pub people: Vec<DroppedRow>,
}

/// Who reached a step and not the next, in time.
#[utoipa::path(get, path = "/api/v1/funnels/{name}/people", tag = "funnels",
    params(("name" = String, Path, description = "The funnel")),
    responses((status = 200, body = DroppedPeople)))]
pub(super) async fn people(
    Allowed(views): Allowed,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = api::understand(&views, asked, &headers)?;
    let limit = look.rows_of(&question);
    let told = answer_dropped_people(&views, &name, &question, limit).await;
    let told = told.map_err(Problem::from)?;
    let json = || Json(&told).into_response();
    render::listed(&look, || frames::dropped(&told.people), json)
}

/// At most `limit` of those who reached the question's step (the first without one) and not the next.
///
/// # Errors
/// If there is no such funnel or step, or it cannot be computed.
pub(super) async fn answer_dropped_people(
    views: &Views,
    name: &str,
    question: &Question,
    limit: usize,
) -> Result<DroppedPeople, AnswerError> {
    let steps: Vec<String> = match views.funnels.get(name) {
        Some(funnel) => funnel.steps.clone(),
        None if name == DEFAULT_FUNNEL => conversation_steps().map(str::to_owned).collect(),
        None => return Err(AnswerError::Unknown(format!("there is no funnel {name:?}"))),
    };
    let wanted = question.step.clone().unwrap_or_else(|| steps[0].clone());
    let place = steps.iter().position(|step| *step == wanted).filter(|at| at + 1 < steps.len());
    let Some(place) = place else {
        let known = steps[..steps.len() - 1].join(", ");
        let reason =
            format!("{wanted:?} is no step from which somebody can drop; such are {known}");
        return Err(Misunderstood { parameter: "step", reason }.into());
    };
    let offset = question.offset;
    let (total, people) = match views.funnels.get(name) {
        Some(funnel) => {
            let found = answer::answer_dropped(&views.store, funnel, question, place).await?;
            let total = found.len() as u64;
            let row = |one: crate::analysis::Dropped| DroppedRow {
                page_id: one.page_id,
                person_id: one.person_id,
                entered_at: Instant(one.entered_at),
                reached_at: Instant(one.reached_at),
            };
            (total, found.into_iter().skip(offset).take(limit).map(row).collect())
        }
        None => of_conversations(views, question, &steps[place..=place + 1], limit).await?,
    };
    Ok(DroppedPeople { funnel: name.to_owned(), step: wanted, total, offset, people })
}

/// Of the default funnel.
async fn of_conversations(
    views: &Views,
    question: &Question,
    steps: &[String],
    limit: usize,
) -> Result<(u64, Vec<DroppedRow>), AnswerError> {
    let ask = async |offset, limit| {
        let period = &question.period;
        views.store.dropped_conversations(period, &steps[0], &steps[1], offset, limit).await
    };
    let (total, rows) = ask(question.offset as u64, limit as u64).await?;
    // Behind the last one nothing tells how many there are.
    let total = if rows.is_empty() && question.offset > 0 { ask(0, 1).await?.0 } else { total };
    Ok((total, rows))
}
