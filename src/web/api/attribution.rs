//! `/api/v1/attribution`: who earns credit.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::IntoResponse;

use crate::analysis::{AttributionReport, Comparison, CostReport, Description};
use crate::http::problem::Problem;
use crate::http::respond::{self, rendered};
use crate::insights::attribution::{
    answer_attribution, answer_comparison, answer_costs, answer_journeys,
};
use crate::insights::format::Format;
use crate::render::{charts, frames};
use crate::web::page_scope::Allowed;
use crate::web::request::{Answer, Asks, understand};

/// Every channel's credit for conversions, by one model.
#[utoipa::path(get, path = "/api/v1/attribution", tag = "attribution",
    responses((status = 200, body = AttributionReport)))]
pub(crate) async fn attribution(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    let report = answer_attribution(&views.store, &question).await.map_err(Problem::from)?;
    match look.format {
        Format::Svg | Format::Png => respond::charted(look.format, &charts::credits(&report)),
        _ => rendered(&look, report, frames::attribution),
    }
}

/// Every channel's credit by every model.
#[utoipa::path(get, path = "/api/v1/attribution/comparison", tag = "attribution",
    responses((status = 200, body = Comparison)))]
pub(crate) async fn comparison(Allowed(views): Allowed, asked: Asks, headers: HeaderMap) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    let comparison = answer_comparison(&views.store, &question).await.map_err(Problem::from)?;
    rendered(&look, comparison, frames::comparison)
}

/// What every channel's credit cost.
#[utoipa::path(get, path = "/api/v1/attribution/costs", tag = "attribution",
    responses((status = 200, body = CostReport)))]
pub(crate) async fn costs(Allowed(views): Allowed, asked: Asks, headers: HeaderMap) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    let report = answer_costs(&views.store, &question).await.map_err(Problem::from)?;
    rendered(&look, report, frames::costs)
}

/// How journeys look: lengths, days, assists, common paths, steps between channels.
#[utoipa::path(get, path = "/api/v1/attribution/journeys", tag = "attribution",
    responses((status = 200, body = Description)))]
pub(crate) async fn journeys(Allowed(views): Allowed, asked: Asks, headers: HeaderMap) -> Answer {
    let (question, _) = understand(&views, asked, &headers)?;
    let journeys = answer_journeys(&views.store, &question).await.map_err(Problem::from)?;
    Ok(Json(journeys).into_response())
}
