//! Edits of workspaces: by the forms of the settings page, and over the API.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Form, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Room, refused, settings, unavailable};
use crate::accounts::{AccountError, Accounts, Refusal, Who};
use crate::domain::{Workspace, WorkspaceFault};
use crate::http::problem::Problem;
use crate::language::Language;

/// A form as a browser sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    name: String,
    title: String,
    pages: String,
    ad_accounts: String,
    time_zone: String,
    currency: String,
    language: String,
}

impl Typed {
    fn workspace(&self) -> Workspace {
        let ids = |text: &str| -> Vec<String> {
            let ids = text.split(|letter: char| letter == ',' || letter.is_whitespace());
            ids.filter(|id| !id.is_empty()).map(str::to_owned).collect()
        };
        Workspace {
            name: self.name.trim().to_owned(),
            title: self.title.clone(),
            pages: ids(&self.pages),
            ad_accounts: ids(&self.ad_accounts),
            time_zone: self.time_zone.trim().to_owned(),
            currency: self.currency.trim().to_owned(),
            language: self.language.trim().to_owned(),
            business_accounts: Vec::new(),
        }
    }
}

/// Makes a workspace.
pub(super) async fn add_by_form(
    State(room): State<Room>,
    Extension(who): Extension<Who>,
    Form(typed): Form<Typed>,
) -> Response {
    let made = add(&room.accounts, typed.workspace(), &who.name).await;
    settings::done(&room, made.map(|_| None)).await
}

/// Changes a workspace.
pub(super) async fn edit_by_form(
    State(room): State<Room>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
    Form(typed): Form<Typed>,
) -> Response {
    let changed = change(&room.accounts, &name, typed.workspace(), &who.name).await;
    settings::done(&room, changed.map(|_| None)).await
}

/// Removes a workspace that has no members.
pub(super) async fn remove_by_form(
    State(room): State<Room>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
) -> Response {
    let removed = room.accounts.remove_workspace(&name, &who.name).await;
    settings::done(&room, removed.map(|()| None)).await
}

async fn add(
    accounts: &Accounts,
    workspace: Workspace,
    who: &str,
) -> Result<Workspace, AccountError> {
    check_language(&workspace)?;
    accounts.add_workspace(workspace, who).await
}

async fn change(
    accounts: &Accounts,
    name: &str,
    workspace: Workspace,
    who: &str,
) -> Result<Workspace, AccountError> {
    check_language(&workspace)?;
    accounts.edit_workspace(name, who, |known| *known = workspace).await
}

/// Whether there are messages in its language.
fn check_language(workspace: &Workspace) -> Result<(), Refusal> {
    let tag = &workspace.language;
    if tag.is_empty() || Language::tagged(tag).is_some() {
        return Ok(());
    }
    Err(WorkspaceFault::Language(tag.clone()).into())
}

/// A workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct WrittenWorkspace {
    /// By which it is known: small letters, digits and `-`. It is never given again, not even when the workspace was removed.
    name: String,
    /// What people call it.
    title: String,
    /// Ids of its Pages, Instagram accounts and WhatsApp numbers.
    pages: Vec<String>,
    /// Ids of its ad accounts.
    ad_accounts: Vec<String>,
    /// IANA name of the zone of its days; empty: that of the settings.
    time_zone: String,
    /// ISO 4217: the currency of its goals where none is said; may be empty.
    currency: String,
    /// Tag of the language of its pages where a reader has chosen none; may be empty.
    language: String,
}

/// A workspace as it is kept.
#[derive(Debug, Serialize, ToSchema)]
struct KeptWorkspace {
    #[serde(flatten)]
    workspace: WrittenWorkspace,
    /// Ids of which nothing is known yet: slips of the pen, or Pages and ad accounts that are still to be connected.
    unknown: Vec<String>,
}

impl From<WrittenWorkspace> for Workspace {
    fn from(written: WrittenWorkspace) -> Self {
        let WrittenWorkspace { name, title, pages, ad_accounts, time_zone, currency, language } =
            written;
        let business_accounts = Vec::new();
        Self { name, title, pages, ad_accounts, time_zone, currency, language, business_accounts }
    }
}

impl From<Workspace> for WrittenWorkspace {
    fn from(kept: Workspace) -> Self {
        let Workspace { name, title, pages, ad_accounts, time_zone, currency, language, .. } = kept;
        Self { name, title, pages, ad_accounts, time_zone, currency, language }
    }
}

pub(super) fn api() -> OpenApiRouter<Room> {
    OpenApiRouter::new().routes(routes!(make)).routes(routes!(put, remove))
}

type Body = Result<Json<WrittenWorkspace>, JsonRejection>;

/// Makes a workspace.
#[utoipa::path(post, path = "/api/v1/workspaces", tag = "team", request_body = WrittenWorkspace,
    responses((status = 201, body = KeptWorkspace)))]
async fn make(
    State(room): State<Room>,
    Extension(who): Extension<Who>,
    written: Body,
) -> Result<Response, Problem> {
    let workspace = read(written)?;
    let made = add(&room.accounts, workspace, &who.name).await.map_err(problem)?;
    Ok((StatusCode::CREATED, Json(kept(&room, made).await?)).into_response())
}

/// Changes a workspace: it is what the body says from now on, for its members at once.
#[utoipa::path(put, path = "/api/v1/workspaces/{name}", tag = "team", request_body = WrittenWorkspace,
    params(("name" = String, Path, description = "The workspace")), responses((status = 200, body = KeptWorkspace)))]
async fn put(
    State(room): State<Room>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
    written: Body,
) -> Result<Response, Problem> {
    let workspace = read(written)?;
    let changed = change(&room.accounts, &name, workspace, &who.name).await.map_err(problem)?;
    Ok(Json(kept(&room, changed).await?).into_response())
}

/// Removes a workspace that has neither users nor tokens. What was made in it is kept, and shown to nobody any more.
#[utoipa::path(delete, path = "/api/v1/workspaces/{name}", tag = "team",
    params(("name" = String, Path, description = "The workspace")),
    responses((status = 204), (status = 409, body = Problem, content_type = "application/problem+json")))]
async fn remove(
    State(room): State<Room>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    room.accounts.remove_workspace(&name, &who.name).await.map_err(problem)?;
    Ok(StatusCode::NO_CONTENT)
}

fn read(written: Body) -> Result<Workspace, Problem> {
    let Json(written) = written
        .map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    Ok(written.into())
}

async fn kept(room: &Room, workspace: Workspace) -> Result<KeptWorkspace, Problem> {
    let unknown = room.accounts.unknown_ids(&workspace).await;
    let unknown = unknown.map_err(|error| unavailable(&error))?;
    Ok(KeptWorkspace { workspace: workspace.into(), unknown })
}

fn problem(error: AccountError) -> Problem {
    let refusal = match error {
        AccountError::Wrong(refusal) => refusal,
        error => return unavailable(&error),
    };
    let status = match refusal {
        Refusal::NoWorkspace(_) => StatusCode::NOT_FOUND,
        Refusal::WorkspaceTaken(_)
        | Refusal::WorkspaceRemoved(_)
        | Refusal::WorkspaceInUse { .. } => StatusCode::CONFLICT,
        _ => StatusCode::BAD_REQUEST,
    };
    Problem::new(status, refused::told(&refusal).to_string())
}
