//! Places that reports go to: a chat's webhook, a bucket that speaks like S3, a mail server. Each keeps what it got.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What a webhook got: the header `Idempotency-Key`, and the body.
pub type Posted = (String, serde_json::Value);

/// A signature, and the body that was signed.
pub type Signed = (String, Vec<u8>);

/// A chat's webhook.
#[derive(Clone, Default)]
pub struct Hook {
    pub posted: Arc<Mutex<Vec<Posted>>>,
    /// Signatures of what was signed, each with the body.
    pub signed: Arc<Mutex<Vec<Signed>>>,
    /// Answers that are given before 200: a status, or 0, which is none at all.
    pub troubles: Arc<Mutex<Vec<u16>>>,
}

impl Hook {
    /// It, and its address.
    pub async fn start() -> (Self, String) {
        let hook = Self::default();
        let routes = Router::new().route("/hook", post(receive)).with_state(hook.clone());
        let address = serve(routes).await;
        (hook, format!("{address}/hook"))
    }

    pub fn posted(&self) -> Vec<Posted> {
        self.posted.lock().unwrap().clone()
    }
}

async fn receive(State(hook): State<Hook>, headers: HeaderMap, body: Bytes) -> Response {
    if let Some(signature) = headers.get("x-messenger-funnel-signature") {
        let signature = signature.to_str().unwrap().to_owned();
        hook.signed.lock().unwrap().push((signature, body.to_vec()));
    }
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    hook.posted.lock().unwrap().push((key, serde_json::from_slice(&body).unwrap()));
    let trouble = hook.troubles.lock().unwrap().pop();
    match trouble {
        None => "ok".into_response(),
        Some(0) => std::future::pending().await,
        Some(status) => (StatusCode::from_u16(status).unwrap(), "no_service").into_response(),
    }
}

/// A bucket.
#[derive(Clone, Default)]
pub struct Bucket {
    /// Objects by their paths.
    pub objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl Bucket {
    /// It, and its address.
    pub async fn start() -> (Self, String) {
        let bucket = Self::default();
        let routes = Router::new()
            .route("/{*path}", put(keep))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(bucket.clone());
        (bucket, serve(routes).await)
    }
}

/// As S3 takes an object: signed by version 4, in one part.
async fn keep(
    State(bucket): State<Bucket>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let signed = headers.get("authorization").and_then(|signed| signed.to_str().ok());
    if !signed.is_some_and(|signed| signed.starts_with("AWS4-HMAC-SHA256 Credential=a-key/")) {
        return (StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>").into_response();
    }
    bucket.objects.lock().unwrap().insert(path, body.to_vec());
    [("etag", "\"1\"")].into_response()
}

async fn serve(routes: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

/// Recipients and message.
pub type Received = (Vec<String>, String);

/// A mail server (RFC 5321) that keeps every message.
#[derive(Clone, Default)]
pub struct Mail {
    pub messages: Arc<Mutex<Vec<Received>>>,
}

impl Mail {
    /// It, and its port.
    pub async fn start() -> (Self, u16) {
        let mail = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let keeper = mail.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let keeper = keeper.clone();
                tokio::spawn(async move { keeper.talk(stream).await });
            }
        });
        (mail, port)
    }

    async fn talk(&self, stream: TcpStream) {
        let (from, mut to) = stream.into_split();
        let mut lines = BufReader::new(from).lines();
        let mut recipients = Vec::new();
        to.write_all(b"220 mail.test ESMTP\r\n").await.ok();
        while let Ok(Some(line)) = lines.next_line().await {
            let command = line.to_uppercase();
            let answer = if command.starts_with("EHLO") {
                "250 mail.test"
            } else if let Some(address) = command.strip_prefix("RCPT TO:") {
                recipients.push(address.trim_matches(['<', '>']).to_lowercase());
                if address.contains("NOBODY") { "550 no such person" } else { "250 ok" }
            } else if command == "DATA" {
                to.write_all(b"354 go on\r\n").await.ok();
                let mut message = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    message.push_str(line.strip_prefix('.').unwrap_or(&line));
                    message.push('\n');
                }
                let recipients = std::mem::take(&mut recipients);
                self.messages.lock().unwrap().push((recipients, message));
                "250 queued"
            } else if command == "QUIT" {
                "221 bye"
            } else {
                "250 ok"
            };
            to.write_all(format!("{answer}\r\n").as_bytes()).await.ok();
        }
    }
}
