//! `POST|PUT|DELETE /api/v1/funnels`: funnels that are made, changed and archived, and their history.

use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::Who;
use crate::analysis::WrittenFunnel;
use crate::domain::Timestamp;
use crate::http::own::Own;
use crate::http::problem::Problem;
use crate::insights::error::AnswerError;
use crate::insights::funnel_edits::{EditError, Editing, FunnelChange, history};
use crate::language::say;
use crate::store::FunnelEdit;
use crate::web::page_scope::Allowed;
use crate::web::state::Views;

/// A stored funnel after an edit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeptFunnel {
    /// By which it is known.
    name: String,
    /// Number of its latest edit; `If-Match` of the next one takes it.
    version: u64,
    /// `made`, `changed`, `archived` or `restored`.
    act: String,
}

/// Edits of a stored funnel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FunnelHistory {
    /// The latest first.
    changes: Vec<FunnelChange>,
}

impl From<FunnelEdit> for KeptFunnel {
    fn from(edit: FunnelEdit) -> Self {
        Self { name: edit.name, version: edit.version, act: edit.act }
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        let told =
            |status, message: crate::language::Message| Self::new(status, message.to_string());
        match error {
            EditError::Wrong(error) => Self::in_parameter(error.key, error.reason),
            EditError::Refused(message) | EditError::Overtaken(message) => {
                told(StatusCode::CONFLICT, message)
            }
            EditError::Unknown(message) => told(StatusCode::NOT_FOUND, message),
            EditError::Store(error) => AnswerError::from(error).into(),
        }
    }
}

/// Who edits, beside the funnels of files; `views` may write, as those of [`Allowed`] may not.
pub(crate) fn editing<'a>(views: &'a Views, who: &'a Who) -> Editing<'a> {
    let now = Timestamp((views.clock)());
    Editing { store: &views.store, of_files: &views.funnels, who: &who.name, now }
}

/// Keeps a new funnel: all questions that take a funnel take it from now on.
#[utoipa::path(post, path = "/api/v1/funnels", tag = "funnels", request_body = WrittenFunnel,
    responses((status = 201, body = KeptFunnel), (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn make(
    Own(views): Own<Views>,
    Extension(who): Extension<Who>,
    written: Result<Json<WrittenFunnel>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(written) = written.map_err(|rejection| unread(&rejection))?;
    let made = editing(&views, &who).make(&written).await?;
    Ok((StatusCode::CREATED, Json(KeptFunnel::from(made))).into_response())
}

/// Changes a stored funnel; an archived one is offered again. With `If-Match` only if that is the number of its latest
/// edit.
#[utoipa::path(put, path = "/api/v1/funnels/{name}", tag = "funnels", request_body = WrittenFunnel,
    params(("name" = String, Path, description = "The funnel"),
        ("If-Match" = Option<String>, Header, description = "Number of the edit that this one follows")),
    responses((status = 200, body = KeptFunnel), (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn change(
    Own(views): Own<Views>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
    headers: HeaderMap,
    written: Result<Json<WrittenFunnel>, JsonRejection>,
) -> Result<Json<KeptFunnel>, Problem> {
    let Json(mut written) = written.map_err(|rejection| unread(&rejection))?;
    if written.name.is_empty() {
        written.name.clone_from(&name);
    }
    if written.name != name {
        let text = say("stored-no-rename").with("name", &name).to_string();
        return Err(Problem::in_parameter("name", text));
    }
    let expected = headers.get(header::IF_MATCH).map(|value| {
        let text = value.to_str().unwrap_or_default().trim_matches(['"', ' ']);
        text.parse::<u64>()
            .map_err(|_| Problem::in_parameter("If-Match", say("stored-no-version").to_string()))
    });
    let changed = editing(&views, &who).change(&written, expected.transpose()?).await?;
    Ok(Json(KeptFunnel::from(changed)))
}

/// Archives a stored funnel: it is offered no more, and what names it (reports, addresses) goes on.
#[utoipa::path(delete, path = "/api/v1/funnels/{name}", tag = "funnels",
    params(("name" = String, Path, description = "The funnel")),
    responses((status = 204), (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn archive(
    Own(views): Own<Views>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    editing(&views, &who).archive(&name, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who changed what of a stored funnel, and when.
#[utoipa::path(get, path = "/api/v1/funnels/{name}/history", tag = "funnels",
    params(("name" = String, Path, description = "The funnel")),
    responses((status = 200, body = FunnelHistory)))]
pub(crate) async fn changes(
    Allowed(views): Allowed,
    Path(name): Path<String>,
) -> Result<Json<FunnelHistory>, Problem> {
    let edits = views.store.funnel_edits(&name).await.map_err(AnswerError::from)?;
    if edits.is_empty() {
        return Err(EditError::Unknown(say("stored-unknown").with("name", name)).into());
    }
    Ok(Json(FunnelHistory { changes: history(&edits) }))
}

fn unread(rejection: &JsonRejection) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, rejection.body_text())
}
