//! `GET` and `POST /webhooks/meta`.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::IgnoredAny;
use subtle::ConstantTimeEq;

use super::{BODY_LIMIT, Door, signature};
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

/// Meta's handshake: the challenge back as plain text if the token is ours, else 403.
pub(super) async fn verify(State(door): State<Door>, Query(asked): Query<Handshake>) -> Response {
    let expected = door.verify_token.expose_secret();
    let known =
        !expected.is_empty() && bool::from(asked.token.as_bytes().ct_eq(expected.as_bytes()));
    if asked.mode == "subscribe" && known {
        ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], asked.challenge).into_response()
    } else {
        tracing::warn!(mode = asked.mode, "webhook verification refused: wrong mode or token");
        (StatusCode::FORBIDDEN, "wrong hub.mode or hub.verify_token\n").into_response()
    }
}

/// One webhook: 200 when it is on disk, 401 for a wrong signature, 400 for what is not JSON,
/// 413 for a body over the limit, 503 if the disk refuses (Meta tries again).
pub(super) async fn receive(
    State(door): State<Door>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let text = format!("the body is larger than {BODY_LIMIT} bytes\n");
            return (StatusCode::PAYLOAD_TOO_LARGE, text).into_response();
        }
        Err(rejection) => return rejection.into_response(),
    };
    let signature = headers.get(signature::HEADER).and_then(|value| value.to_str().ok());
    if !signature.is_some_and(|signature| signature::is_valid(&door.secrets, signature, &body)) {
        tracing::warn!(
            present = signature.is_some(),
            bytes = body.len(),
            "webhook refused: X-Hub-Signature-256 is missing or fits none of meta.app_secrets"
        );
        let text = "X-Hub-Signature-256 is missing or fits no app secret\n";
        return (StatusCode::UNAUTHORIZED, text).into_response();
    }
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(&body) {
        return (StatusCode::BAD_REQUEST, format!("not JSON: {error}\n")).into_response();
    }
    let envelope = Envelope { kind: EnvelopeKind::Webhook, received_at_ms: (door.clock)(), body };
    match door.journal.append(envelope).await {
        Ok(_) => (StatusCode::OK, "EVENT_RECEIVED\n").into_response(),
        Err(error) => {
            tracing::error!(%error, "webhook not journaled; answering 503 so that Meta retries");
            let retry = [(header::RETRY_AFTER, "10")];
            (StatusCode::SERVICE_UNAVAILABLE, retry, "cannot store, try again\n").into_response()
        }
    }
}
