//! `POST /api/v1/conversions`: conversions that others report. Each is checked for itself; those that are
//! right are journaled, and only then it is said so.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::{ReportedConversion, Timestamp};
use crate::journal::{Envelope, EnvelopeKind, Journal, JournalError, last_received};
use crate::normalize::{FieldError, read_reported};

/// Bytes of a request at most.
const BODY_LIMIT: usize = 8 << 20;
/// Conversions of a request at most.
pub const MOST_ITEMS: usize = 10_000;

/// The door for reported conversions. Of versions of one report that do not say when they were changed the one counts
/// that came in last: whatever becomes of the clock, also by a restart, a later receipt is told to be later.
#[derive(Debug, Clone)]
pub struct ConversionsState {
    journal: Journal,
    clock: fn() -> i64,
    /// The latest receipt, UTC milliseconds.
    latest: Arc<AtomicI64>,
}

impl ConversionsState {
    /// A door whose reports go into `journal`; `clock` tells UTC milliseconds.
    ///
    /// # Errors
    /// If it cannot be read until when the journal was written.
    pub fn new(journal: Journal, clock: fn() -> i64) -> Result<Self, JournalError> {
        let latest = last_received(journal.folder())?.unwrap_or(0);
        Ok(Self { journal, clock, latest: Arc::new(AtomicI64::new(latest)) })
    }

    /// Learns of a receipt: those that come are later.
    pub fn learn(&self, received_at: i64) {
        self.latest.fetch_max(received_at, Ordering::Relaxed);
    }

    /// The receipt of what comes in now.
    fn now(&self) -> Timestamp {
        let mut latest = self.latest.load(Ordering::Relaxed);
        loop {
            let now = (self.clock)().max(latest.saturating_add(1));
            let swapped =
                self.latest.compare_exchange(latest, now, Ordering::Relaxed, Ordering::Relaxed);
            match swapped {
                Ok(_) => return Timestamp(now),
                Err(other) => latest = other,
            }
        }
    }
}

/// What became of one item.
#[derive(Debug, Serialize, ToSchema)]
struct Outcome {
    /// Its place in the request, from 0.
    index: usize,
    /// The reporter's id, if it has one.
    id: Option<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// What became of a request.
#[derive(Debug, Serialize, ToSchema)]
struct Outcomes {
    /// Items that are journaled.
    accepted: usize,
    /// Items that are not.
    rejected: usize,
    /// Each item.
    results: Vec<Outcome>,
}

/// The route, and its description.
pub fn router(state: ConversionsState) -> (Router, OpenApi) {
    let (routes, description) = OpenApiRouter::new().routes(routes!(receive)).split_for_parts();
    (routes.layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(state), description)
}

/// Reports conversions: one, a list of them, or a list under `conversions`; docs/guides/conversions.md has the
/// fields. Each is checked for itself.
#[utoipa::path(post, path = "/api/v1/conversions", tag = "rows", request_body = Value, responses(
    (status = 200, description = "All are journaled", body = Outcomes),
    (status = 207, description = "Some are journaled", body = Outcomes),
    (status = 422, description = "None is right", body = Outcomes),
    (status = 413, description = "The body is too large", body = Value, content_type = "application/problem+json"),
    (status = 415, description = "Send application/json", body = Value, content_type = "application/problem+json")))]
async fn receive(
    State(state): State<ConversionsState>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // A form of another site cannot send this type without asking first.
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json")) {
        let told = "send application/json";
        return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, told);
    }
    let items = match items(&body) {
        Ok(items) => items,
        Err(told) => return problem(StatusCode::BAD_REQUEST, &told),
    };
    let now = state.now();
    let mut accepted = Vec::new();
    let mut outcomes = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let item: Result<Value, _> = serde_json::from_str(item.get());
        let id = item.as_ref().ok().and_then(|item| item["id"].as_str().map(str::to_owned));
        let read = match item {
            Ok(item) => read_reported(&item, now),
            Err(error) => {
                let reason = format!("not JSON: {error}");
                Err(vec![FieldError { field: String::new(), reason }])
            }
        };
        let (id, status, errors) = match read {
            Ok(conversion) => {
                let id = conversion.id.clone();
                accepted.push(conversion);
                (Some(id), "accepted", Vec::new())
            }
            Err(errors) => (id, "rejected", errors),
        };
        outcomes.push(Outcome { index, id, status, errors });
    }
    if !accepted.is_empty()
        && let Err(error) = journal(&state.journal, &accepted, now).await
    {
        tracing::error!(%error, "reported conversions could not be journaled");
        return problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "the journal takes nothing now; try again",
        );
    }
    let rejected = outcomes.len() - accepted.len();
    metrics::counter!("messenger_funnel_reported_conversions_total", "status" => "accepted")
        .increment(accepted.len() as u64);
    metrics::counter!("messenger_funnel_reported_conversions_total", "status" => "rejected")
        .increment(rejected as u64);
    let status = match (accepted.len(), rejected) {
        (_, 0) => StatusCode::OK,
        (0, _) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::MULTI_STATUS,
    };
    let told = Outcomes { accepted: accepted.len(), rejected, results: outcomes };
    (status, axum::Json(told)).into_response()
}

/// One item, a list of them, or a list under `conversions`; each still as it was written, so that one that
/// cannot be read is no harm to the others.
fn items(body: &[u8]) -> Result<Vec<Box<RawValue>>, String> {
    #[derive(Deserialize)]
    struct Wrapped {
        conversions: Option<Box<RawValue>>,
    }
    let not_json = |error: serde_json::Error| format!("not JSON: {error}");
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let whole: Box<RawValue> = serde_json::from_slice(body).map_err(not_json)?;
    let list = |raw: &RawValue| serde_json::from_str::<Vec<Box<RawValue>>>(raw.get());
    let items = match whole.get().as_bytes().first() {
        Some(b'[') => list(&whole).map_err(not_json)?,
        Some(b'{') => {
            let wrapped: Wrapped = serde_json::from_str(whole.get()).map_err(not_json)?;
            match wrapped.conversions {
                Some(items) => list(&items).map_err(|_| "conversions: it is no list".to_owned())?,
                None => vec![whole],
            }
        }
        _ => return Err("send a conversion, or a list of them".to_owned()),
    };
    match items.len() {
        0 => Err("there is no conversion in the list".to_owned()),
        many if many > MOST_ITEMS => Err(format!("more than {MOST_ITEMS} conversions at once")),
        _ => Ok(items),
    }
}

/// Journals conversions as one body, without what their reporter said of people in the clear.
///
/// # Errors
/// If they are not on disk.
pub async fn journal(
    journal: &Journal,
    conversions: &[ReportedConversion],
    received_at: Timestamp,
) -> Result<(), JournalError> {
    let body = serde_json::to_vec(conversions).unwrap_or_default();
    let envelope =
        Envelope { kind: EnvelopeKind::Report, received_at_ms: received_at.0, body: body.into() };
    journal.append(envelope).await.map(|_| ())
}

fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let told = json!({ "title": title, "status": status.as_u16(), "detail": detail });
    let headers = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, headers, told.to_string()).into_response()
}
