//! `/api/v1/response-times`: how conversations are answered.

use axum::Extension;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::accounts::Who;
use crate::domain::Timestamp;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::insights::response_times::{ResponseReport, answer_responses};
use crate::render::frames;
use crate::web::page_scope::Allowed;
use crate::web::request::{self, Asks};

/// How conversations are answered: shares, times, windows that are closing.
#[utoipa::path(get, path = "/api/v1/response-times", tag = "people",
    responses((status = 200, body = ResponseReport)))]
pub(crate) async fn response_times(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = request::understand(&views, asked, &headers)?;
    let now = Timestamp((views.clock)());
    let report = answer_responses(&views.store, &question, &views.window, now).await;
    let report = report.map_err(Problem::from)?.for_whom(&who, &views.accounts);
    respond::rendered(&look, report, frames::responses)
}
