//! `/api/v1/links`: tracked links.

use axum::http::HeaderMap;
use axum::response::Response;

use crate::http::problem::Problem;
use crate::http::respond;
use crate::insights::links::{LinksReport, answer_links};
use crate::render::frames;
use crate::web::page_scope::Allowed;
use crate::web::request::{self, Asks};

/// Tracked links: clicks, conversations and stages of each.
#[utoipa::path(get, path = "/api/v1/links", tag = "links",
    responses((status = 200, body = LinksReport)))]
pub(crate) async fn links(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = request::understand(&views, asked, &headers)?;
    let public_url = views.public_url.as_deref();
    let report = answer_links(&views.store, &question, public_url).await.map_err(Problem::from)?;
    respond::rendered(&look, report, frames::links)
}
