//! Bodies of requests: how large one may be by its route, how long it may take to come in, and how much memory all
//! take together. Those of strangers have a small memory of their own. A body is read whole before anything is done
//! with it, so that no handler waits for a client.

mod budget;
mod held;
mod limits;

use std::sync::LazyLock;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

pub use budget::{Budget, HeldBody, Most};
pub use held::Held;
use limits::limit_of;

/// Memory of all bodies that come before anybody has said who they are.
const OF_STRANGERS: usize = 4 << 20;
/// Memory of all bodies of whoever may send them.
const OF_KNOWN: usize = 64 << 20;
/// How long a stranger's body may take to come in: it is small.
const STRANGERS_TIME: Duration = Duration::from_secs(10);
/// How long the others may take.
const KNOWN_TIME: Duration = Duration::from_secs(20);

static STRANGERS: LazyLock<Budget> = LazyLock::new(|| Budget::new(OF_STRANGERS));
static KNOWN: LazyLock<Budget> = LazyLock::new(|| Budget::new(OF_KNOWN));

/// Why a body was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// Longer than so many bytes.
    TooLarge(usize),
    /// It did not come in within the time.
    TooSlow,
    /// Other bodies take all memory, or need that of this one.
    NoMemory,
    /// The connection broke.
    Broken(String),
}

impl Unread {
    /// What its sender is told.
    #[must_use]
    pub fn told(&self) -> (StatusCode, String) {
        match self {
            Self::TooLarge(most) => {
                let text =
                    format!("the body is larger than {most} bytes, which is what is taken here");
                (StatusCode::PAYLOAD_TOO_LARGE, text)
            }
            Self::TooSlow => {
                (StatusCode::REQUEST_TIMEOUT, "the body did not come in in time".to_owned())
            }
            Self::NoMemory => {
                let text = "too much is coming in at once, try again".to_owned();
                (StatusCode::SERVICE_UNAVAILABLE, text)
            }
            Self::Broken(error) => (StatusCode::BAD_REQUEST, error.clone()),
        }
    }
}

impl IntoResponse for Unread {
    fn into_response(self) -> Response {
        let (status, detail) = self.told();
        let title = status.canonical_reason().unwrap_or("Error");
        let told = json!({ "title": title, "status": status.as_u16(), "detail": detail });
        let headers = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut answer = (status, headers, told.to_string()).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
        }
        answer
    }
}

/// Reads the body of whoever comes, within what strangers have.
pub async fn of_strangers(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    read(&STRANGERS, STRANGERS_TIME, path, request, next).await
}

/// Reads the body of who may send it.
pub async fn of_known(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    read(&KNOWN, KNOWN_TIME, path, request, next).await
}

async fn read(
    budget: &Budget,
    time: Duration,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    // Nobody reads a body of those.
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let bytes = limit_of(path.as_ref().map_or("", MatchedPath::as_str));
    let (parts, body) = request.into_parts();
    match budget.read(body, Most { bytes, time }).await {
        Ok(held) => {
            let body = Body::from(held.bytes.clone());
            let answer = next.run(Request::from_parts(parts, body)).await;
            drop(held);
            answer
        }
        Err(unread) => {
            tracing::debug!(?unread, "a body was not read");
            unread.into_response()
        }
    }
}
