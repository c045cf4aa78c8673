//! `/api/v1/workspaces`: all workspaces beside one another.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::Response;

use crate::domain::Timestamp;
use crate::http::problem::Problem;
use crate::insights::workspaces::{WorkspacesReport, answer_workspaces};
use crate::web::page_scope::Allowed;
use crate::web::request::{self, Asks};

/// All workspaces beside one another: conversations, replies, leads, purchases and costs, each beside the period before, and
/// open incidents. For people of all workspaces.
#[utoipa::path(get, path = "/api/v1/workspaces", tag = "team",
    responses((status = 200, body = WorkspacesReport)))]
pub(crate) async fn workspaces(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, _) = request::understand(&views, asked, &headers)?;
    let now = Timestamp((views.clock)());
    let known = views.accounts.known();
    let report = answer_workspaces(&views.store, &known.workspaces, &question, now).await;
    Ok(Json(report.map_err(Problem::from)?).into_response())
}
