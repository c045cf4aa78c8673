//! What is noted of each request: a number that its log lines and its answer carry, and a span for who traces; and
//! that no cache keeps an answer which does not say that it may be kept.

use axum::extract::{MatchedPath, Request};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::global;
use opentelemetry_http::HeaderExtractor;
use tracing::Instrument;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The header of the number.
const ID: HeaderName = HeaderName::from_static("x-request-id");
/// A proxy's number that is longer is not taken.
const LONGEST: usize = 64;

/// Gives a request its number, or keeps the one that a proxy gave, and has it in a span.
pub async fn noted(request: Request, next: Next) -> Response {
    let id = given(&request).unwrap_or_else(|| uuid::Uuid::new_v4().simple().to_string());
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    // The path itself may name a person.
    let route = route.unwrap_or("-").to_owned();
    let span = tracing::info_span!(
        "request",
        id,
        method = %request.method(),
        route,
        status = Empty,
        otel.name = format!("{} {route}", request.method()),
        otel.kind = "server",
    );
    let caller = global::get_text_map_propagator(|propagator| {
        propagator.extract(&HeaderExtractor(request.headers()))
    });
    // Fails where nobody traces.
    span.set_parent(caller).ok();
    let mut answer = next.run(request).instrument(span.clone()).await;
    span.record("status", answer.status().as_u16());
    let nobody_keeps_it = HeaderValue::from_static("private, no-store");
    answer.headers_mut().entry(CACHE_CONTROL).or_insert(nobody_keeps_it);
    if let Ok(id) = HeaderValue::from_str(&id) {
        answer.headers_mut().insert(ID, id);
    }
    answer
}

fn given(request: &Request) -> Option<String> {
    let id = request.headers().get(ID)?.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_good = (1..=LONGEST).contains(&id.len()) && id.bytes().all(is_plain);
    is_good.then(|| id.to_owned())
}
