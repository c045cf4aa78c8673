//! `/api/v1/funnels/{name}/people`: who reached a step, and who of them went no further.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use crate::analysis::Funnels;
use crate::http::problem::Problem;
use crate::http::respond::{self, OutputOptions};
use crate::insights::funnel_people::{FunnelPeople, answer_people};
use crate::insights::query::Question;
use crate::render::frames;
use crate::web::page_scope::WithFunnels;
use crate::web::request::{self, Asks};
use crate::web::state::Views;

/// Who reached a step and not the next, in time; with `reached` all who reached a step.
#[utoipa::path(get, path = "/api/v1/funnels/{name}/people", tag = "funnels",
    params(("name" = String, Path, description = "The funnel")),
    responses((status = 200, body = FunnelPeople)))]
pub(crate) async fn people(
    WithFunnels(views): WithFunnels,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let reached = asked.as_ref().ok().and_then(|Query(asked)| asked.reached.clone());
    let (question, look) = request::understand(&views, asked, &headers)?;
    people_in(&views, &views.funnels, &name, &question, reached.as_deref(), &look).await
}

/// The same of a funnel of `own`, in the form that was asked for.
pub(crate) async fn people_in(
    views: &Views,
    own: &Funnels,
    name: &str,
    question: &Question,
    reached: Option<&str>,
    look: &OutputOptions,
) -> Result<Response, Problem> {
    let limit = look.rows_of(question);
    let told = answer_people(&views.store, own, name, question, reached, limit).await;
    let told = told.map_err(Problem::from)?;
    let json = || Json(&told).into_response();
    respond::listed(look, || frames::reached(&told.people), json)
}
