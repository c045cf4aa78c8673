//! `GET` and `POST /webhooks/meta`.

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::IgnoredAny;
use subtle::ConstantTimeEq;

use super::{CollectorState, MOST, signature};
use crate::incoming::Unread;
use crate::journal::{Envelope, EnvelopeKind};

#[derive(Debug, Deserialize)]
pub(super) struct Handshake {
    #[serde(rename = "hub.mode", default)]
    mode: String,
    #[serde(rename = "hub.verify_token", default)]
    token: String,
    #[serde(rename = "hub.challenge", default)]
    challenge: String,
}

/// Meta's handshake: the challenge back as plain text if the token is one of ours, else 403.
pub(super) async fn verify(
    State(state): State<CollectorState>,
    Query(asked): Query<Handshake>,
) -> Response {
    let known = state.keys().verify_tokens.iter().fold(false, |known, token| {
        let token = token.expose_secret().as_bytes();
        (bool::from(asked.token.as_bytes().ct_eq(token)) & !token.is_empty()) | known
    });
    if asked.mode == "subscribe" && known {
        ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], asked.challenge).into_response()
    } else {
        tracing::warn!(mode = asked.mode, "webhook verification refused: wrong mode or token");
        (StatusCode::FORBIDDEN, "wrong hub.mode or hub.verify_token\n").into_response()
    }
}

/// One webhook: 200 when it is on disk. Everything else is counted by status.
pub(super) async fn receive(
    State(state): State<CollectorState>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = take(&state, &headers, body).await;
    let status = match &answer {
        Ok(()) => StatusCode::OK,
        Err(refusal) => refusal.status,
    };
    metrics::counter!("messenger_funnel_webhooks_total", "status" => status_label(status))
        .increment(1);
    match answer {
        Ok(()) => (StatusCode::OK, "EVENT_RECEIVED\n").into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn take(state: &CollectorState, headers: &HeaderMap, body: Body) -> Result<(), Refusal> {
    // What is not signed at all is not worth reading.
    let signature = headers.get(signature::HEADER).and_then(|value| value.to_str().ok());
    let signature = signature.ok_or_else(|| Refusal::unsigned(0))?;
    if headers.contains_key(header::CONTENT_ENCODING) {
        let text = "Meta's webhooks are not compressed; Content-Encoding is not taken";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
    }
    let held = state.memory.read(body, MOST).await.map_err(Refusal::unread)?;
    if !signature::is_valid(&state.keys().app_secrets, signature, &held.bytes) {
        return Err(Refusal::unsigned(held.bytes.len()));
    }
    let body = without_mark(&held.bytes);
    serde_json::from_slice::<IgnoredAny>(&body)
        .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, format!("not JSON: {error}")))?;
    let envelope = Envelope { kind: EnvelopeKind::Webhook, received_at_ms: (state.clock)(), body };
    // The journal itself logs why it refuses, once.
    state.journal.append(envelope).await.map_err(|_| Refusal::later("cannot store, try again"))?;
    Ok(())
}

/// A body without the byte order mark that gateways may put in front.
fn without_mark(body: &Bytes) -> Bytes {
    let mark = b"\xef\xbb\xbf";
    if body.starts_with(mark) { body.slice(mark.len()..) } else { body.clone() }
}

/// Why a webhook is not taken.
struct Refusal {
    status: StatusCode,
    text: String,
}

impl Refusal {
    fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }

    fn unsigned(bytes: usize) -> Self {
        tracing::warn!(bytes, "webhook refused: its signature fits none of meta.app_secrets");
        let text = "X-Hub-Signature-256 is missing or fits no app secret";
        Self::new(StatusCode::UNAUTHORIZED, text)
    }

    /// Meta tries again.
    fn later(text: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, text)
    }

    fn unread(unread: Unread) -> Self {
        let (status, text) = unread.told();
        Self::new(status, text)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.text + "\n").into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            let seconds = header::HeaderValue::from_static("10");
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

fn status_label(status: StatusCode) -> &'static str {
    match status.as_u16() {
        200 => "200",
        400 => "400",
        401 => "401",
        408 => "408",
        413 => "413",
        415 => "415",
        503 => "503",
        _ => "other",
    }
}
