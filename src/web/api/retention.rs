//! `/api/v1/cohorts`: who writes again.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::problem::Problem;
use crate::http::respond;
use crate::insights::retention::{Cohort, answer_cohorts};
use crate::render::frames;
use crate::web::page_scope::Allowed;
use crate::web::request::{self, Asks};

/// All cohorts of a range.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CohortList {
    /// Begin of the range, RFC 3339.
    from: String,
    /// Its end, exclusive.
    to: String,
    /// The zone of its weeks.
    time_zone: String,
    /// The earliest first.
    cohorts: Vec<Cohort>,
}

/// Who writes again in week n, by the week of the first act.
#[utoipa::path(get, path = "/api/v1/cohorts", tag = "people", responses((status = 200, body = CohortList)))]
pub(crate) async fn cohorts(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = request::understand(&views, asked, &headers)?;
    let cohorts = answer_cohorts(&views.store, &question).await.map_err(Problem::from)?;
    let period = &question.period;
    let told = CohortList {
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        time_zone: period.zone.iana_name().unwrap_or("UTC").to_owned(),
        cohorts,
    };
    let json = || Json(&told).into_response();
    respond::listed(&look, || frames::cohorts(&told.cohorts), json)
}
