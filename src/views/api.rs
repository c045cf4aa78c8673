//! `/api/v1`: funnels and attribution.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::problem::Problem;
use super::render::{self, Look, rendered};
use super::{Asked, Format, Question, Views, answer, charts, frames};
use crate::analysis::{DEFAULT_FUNNEL, FunnelReport, STAGES, Unit, WrittenFunnel};
use crate::domain::Timestamp;

type Answer = Result<Response, Problem>;

/// The funnels there are.
pub(super) async fn funnels(State(views): State<Views>) -> Json<serde_json::Value> {
    let steps: Vec<&str> = ["impressions", "clicks", "opened"].into_iter().chain(STAGES).collect();
    let usual = json!({ "name": DEFAULT_FUNNEL, "unit": "conversation", "steps": steps });
    let own = views.funnels.values().map(|funnel| {
        let unit = match funnel.unit {
            Unit::Conversation => "conversation",
            Unit::Person => "person",
        };
        json!({ "name": funnel.name, "title": funnel.title, "unit": unit, "steps": funnel.steps })
    });
    let all: Vec<serde_json::Value> = std::iter::once(usual).chain(own).collect();
    Json(json!({ "funnels": all }))
}

/// A funnel that is written in the request's body, without being kept.
pub(super) async fn preview(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
    written: Result<Json<WrittenFunnel>, JsonRejection>,
) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    let Json(written) = written
        .map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let funnel = written.check();
    let funnel = funnel.map_err(|error| Problem::in_parameter(error.key, error.reason))?;
    let report = answer::answer_own_funnel(&views.store, &funnel, &question).await;
    funnel_in(&look, report.map_err(Problem::from)?)
}

/// One funnel's figures.
pub(super) async fn funnel(
    State(views): State<Views>,
    Path(name): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    let report = answer::answer_funnel(&views.store, &views.funnels, &name, &question)
        .await
        .map_err(Problem::from)?;
    funnel_in(&look, report)
}

fn funnel_in(look: &Look, report: FunnelReport) -> Answer {
    match look.format {
        Format::Svg | Format::Png => render::charted(look.format, &charts::funnel(&report)),
        _ => rendered(look, report, frames::funnel),
    }
}

/// Every channel's credit.
pub(super) async fn attribution(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    let report =
        answer::answer_attribution(&views.store, &question).await.map_err(Problem::from)?;
    match look.format {
        Format::Svg | Format::Png => render::charted(look.format, &charts::credits(&report)),
        _ => rendered(&look, report, frames::attribution),
    }
}

/// Every channel's credit by every model.
pub(super) async fn comparison(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    let comparison =
        answer::answer_comparison(&views.store, &question).await.map_err(Problem::from)?;
    rendered(&look, comparison, frames::comparison)
}

/// What every channel's credit cost.
pub(super) async fn costs(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    let report = answer::answer_costs(&views.store, &question).await.map_err(Problem::from)?;
    rendered(&look, report, frames::costs)
}

/// How the journeys look.
pub(super) async fn journeys(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    if look.format != Format::Json {
        let text = "journeys are several tables: ask for json".to_owned();
        return Err(Problem::in_parameter("format", text));
    }
    let journeys = answer::answer_journeys(&views.store, &question).await.map_err(Problem::from)?;
    Ok(Json(journeys).into_response())
}

pub(super) fn understand(
    views: &Views,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: &HeaderMap,
) -> Result<(Question, Look), Problem> {
    let Query(asked) =
        asked.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let now = Timestamp((views.clock)());
    let question = asked.understand(&views.defaults, now).map_err(answer::AnswerError::from)?;
    let format = match question.format {
        Some(format) => format,
        None => render::accepted(headers),
    };
    let look = Look { format, csv: question.csv.clone() };
    Ok((question, look))
}
