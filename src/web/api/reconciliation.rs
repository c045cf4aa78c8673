//! `/api/v1/reconciliation`: our count beside Meta's.

use axum::http::HeaderMap;
use axum::response::Response;

use crate::http::problem::Problem;
use crate::http::respond;
use crate::insights::reconciliation::{ReconciliationReport, answer_reconciliation};
use crate::render::frames::reconciliation::days_frame;
use crate::web::page_scope::Allowed;
use crate::web::request::{self, Asks};

/// Our count of conversations beside Meta's, by ad and day, with causes.
#[utoipa::path(get, path = "/api/v1/reconciliation", tag = "costs",
    responses((status = 200, body = ReconciliationReport)))]
pub(crate) async fn reconciliation(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = request::understand(&views, asked, &headers)?;
    let found = answer_reconciliation(&views.store, &question).await;
    respond::rendered(&look, found.map_err(Problem::from)?, days_frame)
}
