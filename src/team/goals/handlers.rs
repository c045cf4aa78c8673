//! What is sent to goals: by their form, and over the API.

use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Json, Router};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::told::ToldGoal;
use super::typed::Typed;
use super::written::WrittenGoal;
use super::{Team, pages};
use crate::accounts::Who;
use crate::http::own::Own;
use crate::http::page::refused;
use crate::http::problem::Problem;

/// Goals.
#[derive(Debug, Serialize, ToSchema)]
struct GoalList {
    /// By name.
    goals: Vec<ToldGoal>,
}

pub(in crate::team) fn api() -> OpenApiRouter<Team> {
    OpenApiRouter::new().routes(routes!(list, keep)).routes(routes!(remove))
}

pub(in crate::team) fn forms() -> Router<Team> {
    Router::new()
        .route("/goals", get(pages::list).post(keep_by_form))
        .route("/goals/{name}/remove", post(remove_by_form))
}

/// Goals, each with how far it is and what it comes to by the end of its period.
#[utoipa::path(get, path = "/api/v1/goals", tag = "team", responses((status = 200, body = GoalList)))]
async fn list(Own(team): Own<Team>) -> Result<Response, Problem> {
    Ok(Json(GoalList { goals: team.goals().await? }).into_response())
}

/// Keeps a goal, in place of the one of its name.
#[utoipa::path(post, path = "/api/v1/goals", tag = "team", request_body = WrittenGoal,
    responses((status = 200, body = WrittenGoal), (status = 409, body = Problem, content_type = "application/problem+json")))]
async fn keep(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    written: Result<Json<WrittenGoal>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(written) = written
        .map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    team.keep_goal(&written, &who).await??;
    Ok(Json(written).into_response())
}

/// Removes a goal.
#[utoipa::path(delete, path = "/api/v1/goals/{name}", tag = "team",
    params(("name" = String, Path, description = "The goal")), responses((status = 204)))]
async fn remove(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    team.forget_goal(&name, &who).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn keep_by_form(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Form(typed): Form<Typed>,
) -> Response {
    let kept = match typed.written() {
        Ok(written) => team.keep_goal(&written, &who).await,
        Err(error) => Ok(Err(error)),
    };
    match kept {
        Ok(Ok(_)) => Redirect::to("/goals?saved=1").into_response(),
        Ok(Err(error)) => pages::again(&team, &who, typed, &error).await,
        Err(problem) => refused(problem),
    }
}

async fn remove_by_form(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
) -> Response {
    match team.forget_goal(&name, &who).await {
        Ok(()) => Redirect::to("/goals").into_response(),
        Err(problem) => refused(problem),
    }
}
