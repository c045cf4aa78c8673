//! `/api/v1`: the same results as JSON or CSV.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use super::problem::Problem;
use super::{Asked, Format, Question, Views, answer, csv};
use crate::analysis::{DEFAULT_FUNNEL, STAGES, Unit, WrittenFunnel};
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
    let (question, format) = understand(&views, asked, &headers)?;
    let Json(written) = written
        .map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let funnel = written.check();
    let funnel = funnel.map_err(|error| Problem::in_parameter(error.key, error.reason))?;
    let report = answer::answer_own_funnel(&views.store, &funnel, &question).await;
    Ok(rendered(format, report.map_err(Problem::from)?, csv::funnel))
}

/// One funnel's figures.
pub(super) async fn funnel(
    State(views): State<Views>,
    Path(name): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Answer {
    let (question, format) = understand(&views, asked, &headers)?;
    let report = answer::answer_funnel(&views.store, &views.funnels, &name, &question)
        .await
        .map_err(Problem::from)?;
    Ok(rendered(format, report, csv::funnel))
}

/// Every channel's credit.
pub(super) async fn attribution(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Answer {
    let (question, format) = understand(&views, asked, &headers)?;
    let report =
        answer::answer_attribution(&views.store, &question).await.map_err(Problem::from)?;
    Ok(rendered(format, report, csv::attribution))
}

/// Every channel's credit by every model.
pub(super) async fn comparison(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Answer {
    let (question, format) = understand(&views, asked, &headers)?;
    let comparison =
        answer::answer_comparison(&views.store, &question).await.map_err(Problem::from)?;
    Ok(rendered(format, comparison, csv::comparison))
}

/// What every channel's credit cost.
pub(super) async fn costs(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Answer {
    let (question, format) = understand(&views, asked, &headers)?;
    let report = answer::answer_costs(&views.store, &question).await.map_err(Problem::from)?;
    Ok(rendered(format, report, csv::costs))
}

/// How the journeys look.
pub(super) async fn journeys(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Answer {
    let (question, format) = understand(&views, asked, &headers)?;
    if format == Format::Csv {
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
) -> Result<(Question, Format), Problem> {
    let Query(asked) =
        asked.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let now = Timestamp((views.clock)());
    let question = asked.understand(&views.defaults, now).map_err(answer::AnswerError::from)?;
    let format = match question.format {
        Some(Format::Table) => {
            let text = "a table is for the terminal; ask for json or csv".to_owned();
            return Err(Problem::in_parameter("format", text));
        }
        Some(format) => format,
        None => accepted(headers),
    };
    Ok((question, format))
}

/// A result in the form that was asked for.
pub(super) fn rendered<R: Serialize>(format: Format, report: R, csv: fn(&R) -> String) -> Response {
    match format {
        Format::Csv => csv_response(csv(&report)),
        _ => Json(report).into_response(),
    }
}

fn accepted(headers: &HeaderMap) -> Format {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    match accept {
        Some(accept) if accept.starts_with("text/csv") => Format::Csv,
        _ => Format::Json,
    }
}

pub(super) fn csv_response(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], text).into_response()
}
