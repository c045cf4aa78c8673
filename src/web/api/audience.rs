//! `/api/v1/audience`: who may be written to.

use axum::http::HeaderMap;
use axum::response::Response;

use crate::http::problem::Problem;
use crate::http::respond;
use crate::insights::annotations::answer_annotations;
use crate::insights::audience::{AudienceReport, answer_audience};
use crate::insights::format::Format;
use crate::render::chart::Width;
use crate::render::{charts, frames};
use crate::web::page_scope::Allowed;
use crate::web::request::{self, Asks};

/// Who has opted in to notifications at the end of each day, and customer lists.
#[utoipa::path(get, path = "/api/v1/audience", tag = "people",
    responses((status = 200, body = AudienceReport)))]
pub(crate) async fn audience(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = request::understand(&views, asked, &headers)?;
    let report = answer_audience(&views.store, &question).await.map_err(Problem::from)?;
    match look.format {
        Format::Svg | Format::Png => {
            let found = answer_annotations(&views.store, &question.period).await?;
            let chart = charts::audience(&report.days, Width::Wide).annotated_alone(&found);
            respond::charted(look.format, &chart)
        }
        _ => respond::rendered(&look, report, frames::audience),
    }
}
