//! `/api/v1/annotations`: what is to be known of days.

use axum::http::HeaderMap;
use axum::response::Response;

use crate::http::problem::Problem;
use crate::http::respond;
use crate::insights::annotations::{AnnotationsReport, answer_annotations};
use crate::render::frames;
use crate::web::page_scope::Allowed;
use crate::web::request::{self, Asks};

/// What is to be known of days: what somebody wrote, policy events, first days of spend, imports.
#[utoipa::path(get, path = "/api/v1/annotations", tag = "team",
    responses((status = 200, body = AnnotationsReport)))]
pub(crate) async fn annotations(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = request::understand(&views, asked, &headers)?;
    let report = answer_annotations(&views.store, &question.period).await.map_err(Problem::from)?;
    respond::rendered(&look, report, frames::annotations)
}
