//! How many questions one token may ask the API in a minute, and how many of whoever asks are worked at; the former is told in the headers of
//! draft-ietf-httpapi-ratelimit-headers, and by 429 with `Retry-After` (RFC 6585) when it is too many.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use moka::sync::Cache;
use tokio::sync::Semaphore;

use super::problem::Problem;
use super::stream::TakesTurn;
use crate::accounts::Who;

/// Requests of one user or token that are worked at; more wait.
const AT_ONCE_OF_ONE: usize = 4;
/// Requests of all.
const AT_ONCE: usize = 8;
/// Users and tokens that are remembered.
const MOST_NAMES: u64 = 1_000;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");

type Limiter =
    RateLimiter<String, DashMapStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// The limit, and how much of it each token has used.
#[derive(Clone)]
pub struct Limit {
    limiter: Arc<Limiter>,
    per_minute: NonZeroU32,
    clock: DefaultClock,
    /// Places of each user and token.
    of_one: Cache<String, Arc<Semaphore>>,
    of_all: Arc<Semaphore>,
}

impl std::fmt::Debug for Limit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} a minute", self.per_minute)
    }
}

impl Limit {
    /// So many in a minute, at once or one by one.
    #[must_use]
    pub fn per_minute(per_minute: NonZeroU32) -> Self {
        let limiter = RateLimiter::dashmap(Quota::per_minute(per_minute)).with_middleware();
        Self {
            limiter: Arc::new(limiter),
            per_minute,
            clock: DefaultClock::default(),
            of_one: Cache::new(MOST_NAMES),
            of_all: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

/// Works at a request when it is its turn: of its sender's own requests first, then among all. Its body is read
/// already: who sends it slowly takes nobody's turn.
pub(crate) async fn worked_at(
    State(limit): State<Limit>,
    request: Request,
    next: Next,
) -> Response {
    let name = request.extensions().get::<Who>().map(|who| who.name.clone()).unwrap_or_default();
    let own = limit.of_one.get_with(name, || Arc::new(Semaphore::new(AT_ONCE_OF_ONE)));
    // Neither is ever closed.
    let Ok(own) = own.acquire_owned().await else { return next.run(request).await };
    let among_all = limit.of_all.acquire().await;
    let answer = next.run(request).await;
    drop(among_all);
    if answer.extensions().get::<TakesTurn>().is_none() {
        return answer;
    }
    // One who reads slowly must not hold all lists that can be sent.
    answer.map(|body| {
        Body::from_stream(body.into_data_stream().map(move |chunk| {
            let _own = &own;
            chunk
        }))
    })
}

/// Answers a request, unless it is one to the API and `token` has asked too much.
pub(crate) async fn limited(limit: &Limit, token: &str, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let per_minute = limit.per_minute;
    let (mut answer, left, wait) = match limit.limiter.check_key(&token.to_owned()) {
        Ok(state) => {
            let left = state.remaining_burst_capacity();
            (next.run(request).await, left, None)
        }
        Err(until) => {
            let wait = until.wait_time_from(limit.clock.now()).as_secs() + 1;
            let detail = format!("More than {per_minute} questions in a minute; wait {wait} s.");
            let refusal = Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).into_response();
            (refusal, 0, Some(wait))
        }
    };
    let headers = answer.headers_mut();
    let mut tell = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    tell(POLICY, format!("\"token\";q={per_minute};w=60"));
    let reset = wait.unwrap_or_else(|| (60 / u64::from(per_minute.get())).max(1));
    tell(STATE, format!("\"token\";r={left};t={reset}"));
    if let Some(wait) = wait {
        tell(header::RETRY_AFTER, wait.to_string());
    }
    answer
}
