//! Erasing over HTTP: the API's requests, Meta's data-deletion callback, and the page that tells what became of one.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use tokio::sync::watch;
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Asker, Entry, ErasureError, Found, Ledger, Subject};
use crate::collector::Keys;
use crate::collector::signed_request::{self, SignedRequestError};
use crate::domain::Timestamp;
use crate::http::problem::Problem;
use crate::incoming;
use crate::store::{Store, TABLES_OF_EXPORT};

/// Where Meta's callback and its status pages are.
const CALLBACK: &str = "/webhooks/meta/deletion";

/// What the door for requests needs to know.
#[derive(Debug, Clone)]
pub struct DeletionState {
    /// The requests.
    pub ledger: Ledger,
    /// Where the rows are.
    pub store: Store,
    /// The apps whose callbacks are taken.
    pub keys: watch::Receiver<Arc<Keys>>,
    /// Address under which people reach us.
    pub public_url: Option<String>,
}

/// A request to erase somebody.
#[derive(Debug, Serialize, ToSchema)]
struct ToldErasure {
    /// Its number.
    code: String,
    /// `open` or `done`.
    status: &'static str,
    /// When it was made, RFC 3339.
    asked_at: String,
    /// When it was done, RFC 3339.
    done_at: Option<String>,
    /// What is gone.
    found: Found,
    /// Why it is not done yet; empty if nothing went wrong.
    error: String,
    /// How often it failed.
    failures: u32,
}

impl From<Entry> for ToldErasure {
    fn from(entry: Entry) -> Self {
        Self {
            status: if entry.done_at.is_some() { "done" } else { "open" },
            asked_at: Timestamp(entry.asked_at).to_rfc3339(),
            done_at: entry.done_at.map(|at| Timestamp(at).to_rfc3339()),
            code: entry.code,
            found: entry.found,
            error: entry.error,
            failures: entry.failures,
        }
    }
}

/// Everything that is stored of a person.
#[derive(Serialize)]
struct ToldPerson {
    page: String,
    person: String,
    /// Rows by table.
    tables: BTreeMap<&'static str, Vec<Box<RawValue>>>,
}

/// The API's routes, and their description.
pub fn router(state: DeletionState) -> (Router, OpenApi) {
    let (routes, description) = OpenApiRouter::new()
        .routes(routes!(erase))
        .routes(routes!(erasure))
        .routes(routes!(export))
        .split_for_parts();
    (routes.with_state(state), description)
}

/// Meta's routes: as public as its webhooks.
pub fn callback(state: DeletionState) -> Router {
    Router::new()
        .route(CALLBACK, post(called))
        .route("/webhooks/meta/deletion/{code}", get(status))
        .route_layer(middleware::from_fn(incoming::of_strangers))
        .with_state(state)
}

/// Erases a person: rows, journaled bodies, quarantined items and files of reports. It takes up to a few minutes.
#[utoipa::path(delete, path = "/api/v1/people/{page}/{id}", tag = "people",
    params(("page" = String, Path, description = "Page or Instagram account"),
        ("id" = String, Path, description = "Person")),
    responses((status = 202, description = "It is noted, and will be done", body = ToldErasure)))]
async fn erase(
    State(state): State<DeletionState>,
    Path((page, person)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let subject = Subject { page: Some(page), person };
    let entry = note(&state, subject, |ledger, subject| ledger.ask(subject, Asker::Api)).await?;
    let place = [(header::LOCATION, format!("/api/v1/erasures/{}", entry.code))];
    Ok((StatusCode::ACCEPTED, place, Json(ToldErasure::from(entry))).into_response())
}

/// What became of a request to erase somebody.
#[utoipa::path(get, path = "/api/v1/erasures/{code}", tag = "people",
    params(("code" = String, Path, description = "Number of the request")),
    responses((status = 200, body = ToldErasure)))]
async fn erasure(
    State(state): State<DeletionState>,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let entry = find(&state, &code).await?;
    Ok(Json(ToldErasure::from(entry)).into_response())
}

/// Everything that is stored of a person, by table, as it is stored.
#[utoipa::path(get, path = "/api/v1/people/{page}/{id}/export", tag = "people",
    params(("page" = String, Path, description = "Page or Instagram account"),
        ("id" = String, Path, description = "Person")),
    responses((status = 200, body = serde_json::Value)))]
async fn export(
    State(state): State<DeletionState>,
    Path((page, person)): Path<(String, String)>,
) -> Result<Response, Problem> {
    // Whoever is known by several names asks for what is stored under all of them, as an erasure does.
    let names = state.store.names_of_person(&page, &person).await;
    let names = names.map_err(|error| unavailable(&error))?;
    let mut tables = BTreeMap::new();
    for (table, name) in TABLES_OF_EXPORT {
        let mut all: Vec<Box<RawValue>> = Vec::new();
        for own in &names {
            let lines = state.store.rows_of_person(table, &page, own).await;
            let lines = lines.map_err(|error| unavailable(&error))?;
            // As they were written: some numbers are larger than what JSON readers hold.
            let rows = serde_json::Deserializer::from_slice(&lines).into_iter::<Box<RawValue>>();
            let rows = rows.collect::<Result<Vec<_>, _>>().map_err(|error| unavailable(&error))?;
            // A row that names the person twice, such as an alias, is found by either name.
            let known: HashSet<&str> = all.iter().map(|row| row.get()).collect();
            let fresh: Vec<_> = rows.into_iter().filter(|row| !known.contains(row.get())).collect();
            all.extend(fresh);
        }
        if !all.is_empty() {
            tables.insert(name, all);
        }
    }
    if tables.is_empty() {
        let text = format!("nothing is known of person {person:?} of the Page {page:?}");
        return Err(Problem::new(StatusCode::NOT_FOUND, text));
    }
    let name = [(header::CONTENT_DISPOSITION, "attachment; filename=\"person.json\"")];
    Ok((name, Json(ToldPerson { page, person, tables })).into_response())
}

/// What Meta sends: a form with one field.
#[derive(Debug, Deserialize)]
struct Called {
    signed_request: String,
}

async fn called(
    State(state): State<DeletionState>,
    headers: HeaderMap,
    form: Result<Form<Called>, axum::extract::rejection::FormRejection>,
) -> Result<Response, Problem> {
    let Form(Called { signed_request }) = form.map_err(|error| {
        let text = format!("send a form with signed_request: {}", error.body_text());
        Problem::in_parameter("signed_request", text)
    })?;
    let keys = Arc::clone(&state.keys.borrow());
    let request = signed_request::verify(&keys.app_secrets, &signed_request).map_err(|error| {
        let status = match error {
            SignedRequestError::Signature => StatusCode::UNAUTHORIZED,
            SignedRequestError::Form | SignedRequestError::Content(_) => StatusCode::BAD_REQUEST,
        };
        Problem::new(status, error.to_string())
    })?;
    let subject = Subject { page: None, person: request.user_id };
    let signed = request.issued_at.map(|_| signed_request.replace('=', ""));
    let ask = move |ledger: &Ledger, subject| ledger.ask_once(subject, signed.as_deref());
    let entry = note(&state, subject, ask).await?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let site = state
        .public_url
        .clone()
        .unwrap_or_else(|| format!("https://{}", host.unwrap_or("localhost")));
    let url = format!("{}{CALLBACK}/{}", site.trim_end_matches('/'), entry.code);
    Ok(Json(json!({ "url": url, "confirmation_code": entry.code })).into_response())
}

/// For the person who asked: plain words, and nothing about anybody.
async fn status(
    State(state): State<DeletionState>,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let entry = find(&state, &code).await?;
    let asked = Timestamp(entry.asked_at).to_rfc3339();
    let told = match entry.done_at {
        Some(at) => format!("Your data was deleted at {}.", Timestamp(at).to_rfc3339()),
        None if entry.failures > 0 => {
            "Your data could not be deleted wholly yet. It is tried again until it is done."
                .to_owned()
        }
        None => "Your data is being deleted; look again in a few minutes.".to_owned(),
    };
    let text = format!("Request {code}, received at {asked}.\n{told}\n");
    Ok(([(header::CACHE_CONTROL, "no-store")], text).into_response())
}

/// Has the ledger note a request about somebody.
async fn note(
    state: &DeletionState,
    subject: Subject,
    note: impl FnOnce(&Ledger, Subject) -> Result<Entry, ErasureError> + Send + 'static,
) -> Result<Entry, Problem> {
    if subject.person.is_empty() || subject.person.len() > 256 {
        return Err(Problem::in_parameter("id", "it is no person's id".to_owned()));
    }
    let ledger = state.ledger.clone();
    let noted = tokio::task::spawn_blocking(move || note(&ledger, subject)).await;
    noted.map_err(|error| unavailable(&error))?.map_err(|error| unavailable(&error))
}

async fn find(state: &DeletionState, code: &str) -> Result<Entry, Problem> {
    let (ledger, wanted) = (state.ledger.clone(), code.to_owned());
    let found = tokio::task::spawn_blocking(move || ledger.find(&wanted)).await;
    let found = found.map_err(|error| unavailable(&error))?.map_err(|error| unavailable(&error))?;
    found.ok_or_else(|| {
        Problem::new(StatusCode::NOT_FOUND, "there is no request of this number".to_owned())
    })
}

fn unavailable(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "a request about a person's data failed");
    let text = "this cannot be done now; the log of this server says why".to_owned();
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, text)
}
