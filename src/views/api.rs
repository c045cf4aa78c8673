//! `/api/v1`: funnels and attribution.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::allowed::Allowed;
use super::problem::Problem;
use super::render::{self, Look, rendered};
use super::{Asks, Format, Question, Views, answer, charts, frames};
use crate::analysis::{
    AttributionReport, Comparison, CostReport, DEFAULT_FUNNEL, Description, FunnelReport, Funnels,
    STAGES, Unit, WrittenFunnel,
};
use crate::domain::Timestamp;

type Answer = Result<Response, Problem>;

/// The funnels there are.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FunnelList {
    /// The one that everybody has, then those of the settings.
    funnels: Vec<FunnelName>,
}

/// A funnel.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FunnelName {
    /// By which it is known.
    name: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// What is counted: `conversation` or `person`.
    unit: &'static str,
    /// Its steps, in order.
    steps: Vec<String>,
}

/// The funnels there are.
#[utoipa::path(get, path = "/api/v1/funnels", tag = "funnels", responses((status = 200, body = FunnelList)))]
pub(super) async fn funnels(Allowed(views): Allowed) -> Json<FunnelList> {
    let steps = ["impressions", "clicks", "opened"].into_iter().chain(STAGES);
    let usual = FunnelName {
        name: DEFAULT_FUNNEL.to_owned(),
        title: None,
        unit: "conversation",
        steps: steps.map(str::to_owned).collect(),
    };
    let own = views.funnels.values().map(|funnel| FunnelName {
        name: funnel.name.clone(),
        title: Some(funnel.title.clone()),
        unit: match funnel.unit {
            Unit::Conversation => "conversation",
            Unit::Person => "person",
        },
        steps: funnel.steps.clone(),
    });
    Json(FunnelList { funnels: std::iter::once(usual).chain(own).collect() })
}

/// A funnel that is written in the request's body, without being kept.
#[utoipa::path(post, path = "/api/v1/funnels/preview", tag = "funnels", request_body = WrittenFunnel,
    responses((status = 200, body = FunnelReport)))]
pub(super) async fn preview(
    Allowed(views): Allowed,
    asked: Asks,
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

/// One funnel's figures: counts, rates, times between steps, and a breakdown.
#[utoipa::path(get, path = "/api/v1/funnels/{name}", tag = "funnels",
    params(("name" = String, Path, description = "The funnel")),
    responses((status = 200, body = FunnelReport)))]
pub(super) async fn funnel(
    Allowed(views): Allowed,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    funnel_of(&views, &views.funnels, &name, &question, &look).await
}

/// One of `own`, or the default one, in the form that was asked for.
pub(super) async fn funnel_of(
    views: &Views,
    own: &Funnels,
    name: &str,
    question: &Question,
    look: &Look,
) -> Answer {
    let report = answer::answer_funnel(&views.store, own, name, question).await;
    funnel_in(look, report.map_err(Problem::from)?)
}

fn funnel_in(look: &Look, report: FunnelReport) -> Answer {
    match look.format {
        Format::Svg | Format::Png => {
            let by_day = report.by.as_slice() == ["day"];
            let chart = if by_day { charts::days(&report) } else { charts::funnel(&report) };
            render::charted(look.format, &chart)
        }
        _ => rendered(look, report, frames::funnel),
    }
}

/// Every channel's credit for conversions, by one model.
#[utoipa::path(get, path = "/api/v1/attribution", tag = "attribution",
    responses((status = 200, body = AttributionReport)))]
pub(super) async fn attribution(
    Allowed(views): Allowed,
    asked: Asks,
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
#[utoipa::path(get, path = "/api/v1/attribution/comparison", tag = "attribution",
    responses((status = 200, body = Comparison)))]
pub(super) async fn comparison(Allowed(views): Allowed, asked: Asks, headers: HeaderMap) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    let comparison =
        answer::answer_comparison(&views.store, &question).await.map_err(Problem::from)?;
    rendered(&look, comparison, frames::comparison)
}

/// What every channel's credit cost.
#[utoipa::path(get, path = "/api/v1/attribution/costs", tag = "attribution",
    responses((status = 200, body = CostReport)))]
pub(super) async fn costs(Allowed(views): Allowed, asked: Asks, headers: HeaderMap) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    let report = answer::answer_costs(&views.store, &question).await.map_err(Problem::from)?;
    rendered(&look, report, frames::costs)
}

/// How journeys look: lengths, days, assists, common paths, steps between channels.
#[utoipa::path(get, path = "/api/v1/attribution/journeys", tag = "attribution",
    responses((status = 200, body = Description)))]
pub(super) async fn journeys(Allowed(views): Allowed, asked: Asks, headers: HeaderMap) -> Answer {
    let (question, _) = understand(&views, asked, &headers)?;
    let journeys = answer::answer_journeys(&views.store, &question).await.map_err(Problem::from)?;
    Ok(Json(journeys).into_response())
}

pub(super) fn understand(
    views: &Views,
    asked: Asks,
    headers: &HeaderMap,
) -> Result<(Question, Look), Problem> {
    let Query(asked) =
        asked.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let now = Timestamp((views.clock)());
    let question = asked.understand(&views.defaults, now).map_err(answer::AnswerError::from)?;
    let look = look(&question, headers);
    Ok((question, look))
}

/// How the answer is to look.
pub(super) fn look(question: &Question, headers: &HeaderMap) -> Look {
    let format = question.format.unwrap_or_else(|| render::accepted(headers));
    Look { format, csv: question.csv.clone() }
}
