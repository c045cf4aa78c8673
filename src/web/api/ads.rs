//! `/api/v1/ads`: what ads cost.

use axum::http::HeaderMap;
use axum::response::Response;

use crate::analysis::AdsReport;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::insights::ads::answer_ads;
use crate::insights::format::Format;
use crate::render::charts;
use crate::render::frames::ads::ads_frame;
use crate::web::page_scope::Allowed;
use crate::web::request::{self, Asks};

/// What ads cost, each stage and what each cost, by campaign (or `by`).
#[utoipa::path(get, path = "/api/v1/ads", tag = "costs",
    responses((status = 200, body = AdsReport)))]
pub(crate) async fn ads(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = request::understand(&views, asked, &headers)?;
    let report = answer_ads(&views.store, &question).await.map_err(Problem::from)?;
    match look.format {
        Format::Svg | Format::Png => respond::charted(look.format, &charts::ads(&report)),
        _ => respond::rendered(&look, report, ads_frame),
    }
}
