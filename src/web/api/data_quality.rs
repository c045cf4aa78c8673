//! `/api/v1/quality`: how good the data are.

use axum::http::HeaderMap;
use axum::response::Response;

use crate::domain::Timestamp;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::insights::data_quality::{QualityReport, answer_quality};
use crate::render::frames;
use crate::web::page_scope::Allowed;
use crate::web::request::{self, Asks};

/// What came in, what was not understood, what fell silent.
#[utoipa::path(get, path = "/api/v1/quality", tag = "quality",
    responses((status = 200, body = QualityReport)))]
pub(crate) async fn quality(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = request::understand(&views, asked, &headers)?;
    let now = Timestamp((views.clock)());
    let report = answer_quality(&views.store, &question, now).await.map_err(Problem::from)?;
    respond::rendered(&look, report, frames::quality)
}
