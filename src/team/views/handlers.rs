//! What is sent to saved views: by forms, and over the API.

use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Json, Router};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::told::ToldView;
use super::{Team, pages};
use crate::accounts::Who;
use crate::http::own::Own;
use crate::http::page::refused;
use crate::http::problem::Problem;
use crate::insights::saved_views::href;

/// A view as somebody keeps it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewView {
    /// What it is called.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The page with what it is asked, as it stands in the browser: `/funnels?by=ad`.
    pub address: String,
    /// Whether the whole team sees it (scope `write`).
    #[serde(default)]
    pub is_shared: bool,
    /// Whether it stands in the side bar of whoever sees it.
    #[serde(default)]
    pub is_pinned: bool,
    /// Whether its days move with today.
    #[serde(default = "yes")]
    pub is_moving: bool,
}

/// What is changed of a view; what is not said stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ViewEdit {
    /// What it is called.
    pub name: Option<String>,
    /// Whether the whole team sees it.
    pub is_shared: Option<bool>,
    /// Whether it stands in the side bar of whoever sees it.
    pub is_pinned: Option<bool>,
}

/// With what somebody begins.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StartPage {
    /// A view; `null`: the overview.
    view: Option<String>,
}

/// Saved views.
#[derive(Debug, Serialize, ToSchema)]
struct ViewList {
    /// By name.
    views: Vec<ToldView>,
}

fn yes() -> bool {
    true
}

pub(in crate::team) fn api() -> OpenApiRouter<Team> {
    OpenApiRouter::new()
        .routes(routes!(list, keep))
        .routes(routes!(change, remove))
        .routes(routes!(start_with))
}

pub(in crate::team) fn forms() -> Router<Team> {
    Router::new()
        .route("/views", get(pages::list).post(keep_by_form))
        .route("/views/{id}", post(change_by_form))
        .route("/views/{id}/remove", post(remove_by_form))
        .route("/views/start", post(start_by_form))
        .route("/start", get(start))
}

/// Saved views that the asker sees: their own, and the team's.
#[utoipa::path(get, path = "/api/v1/views", tag = "team", responses((status = 200, body = ViewList)))]
async fn list(Own(team): Own<Team>, Extension(who): Extension<Who>) -> Result<Response, Problem> {
    let reader = team.reader(&who).await?;
    let views = team.views(&reader).await?;
    let views = views.iter().map(|view| reader.told(view)).collect();
    Ok(Json(ViewList { views }).into_response())
}

/// Keeps a page under a name.
#[utoipa::path(post, path = "/api/v1/views", tag = "team", request_body = NewView,
    responses((status = 201, body = ToldView), (status = 409, body = Problem, content_type = "application/problem+json")))]
async fn keep(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    written: Result<Json<NewView>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(new) = written.map_err(|rejection| unread(&rejection))?;
    let kept = team.keep(&new, &who).await?;
    let told = team.reader(&who).await?.told(&kept);
    Ok((StatusCode::CREATED, Json(told)).into_response())
}

/// Changes what a view is called, and who sees it where.
#[utoipa::path(put, path = "/api/v1/views/{id}", tag = "team", request_body = ViewEdit,
    params(("id" = String, Path, description = "The view")),
    responses((status = 200, body = ToldView)))]
async fn change(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    written: Result<Json<ViewEdit>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(edit) = written.map_err(|rejection| unread(&rejection))?;
    let changed = team.change(&id, &edit, &who).await?;
    Ok(Json(team.reader(&who).await?.told(&changed)).into_response())
}

/// Removes a view.
#[utoipa::path(delete, path = "/api/v1/views/{id}", tag = "team",
    params(("id" = String, Path, description = "The view")), responses((status = 204)))]
async fn remove(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    team.forget(&id, &who).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says with which view the asker begins.
#[utoipa::path(put, path = "/api/v1/start-page", tag = "team", request_body = StartPage,
    responses((status = 204)))]
async fn start_with(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    written: Result<Json<StartPage>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(StartPage { view }) = written.map_err(|rejection| unread(&rejection))?;
    team.start_with(view.as_deref(), &who).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The form above a page, and that of a view: a box that is not ticked sends nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    name: String,
    address: String,
    is_shared: Option<String>,
    is_pinned: Option<String>,
    is_moving: Option<String>,
}

/// The view with which somebody is to begin; none: the overview.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Start {
    view: String,
}

async fn keep_by_form(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Form(typed): Form<Typed>,
) -> Response {
    let new = NewView {
        name: typed.name,
        address: typed.address,
        is_shared: typed.is_shared.is_some(),
        is_pinned: typed.is_pinned.is_some(),
        is_moving: typed.is_moving.is_some(),
    };
    done(team.keep(&new, &who).await, "/views?saved=1")
}

async fn change_by_form(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Response {
    let edit = ViewEdit {
        name: Some(typed.name),
        is_shared: Some(typed.is_shared.is_some()),
        is_pinned: Some(typed.is_pinned.is_some()),
    };
    done(team.change(&id, &edit, &who).await, "/views?saved=1")
}

async fn remove_by_form(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
) -> Response {
    done(team.forget(&id, &who).await, "/views")
}

async fn start_by_form(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Form(Start { view }): Form<Start>,
) -> Response {
    let view = Some(view.as_str()).filter(|view| !view.is_empty());
    done(team.start_with(view, &who).await, "/views?saved=1")
}

/// `GET /start`: where somebody begins; the overview if they chose nothing, or do not see it any more.
async fn start(Own(team): Own<Team>, Extension(who): Extension<Who>) -> Redirect {
    let found = async {
        let reader = team.reader(&who).await.ok()?;
        let view = team.view(&reader, reader.start.as_deref()?).await.ok()?;
        Some(href(&view, reader.today))
    };
    Redirect::to(found.await.as_deref().unwrap_or("/"))
}

/// Where a form leads, or what is wrong as a page.
fn done<T>(result: Result<T, Problem>, then: &str) -> Response {
    match result {
        Ok(_) => Redirect::to(then).into_response(),
        Err(problem) => refused(problem),
    }
}

fn unread(rejection: &JsonRejection) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, rejection.body_text())
}
