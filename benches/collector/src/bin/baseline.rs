//! The yardstick: the product's kind of server without a disk. It checks the signature, parses the
//! JSON and answers 200; it prints where it listens and serves until it is killed.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use clap::Parser;
use collector_bench::signature;
use serde::de::IgnoredAny;
use tokio::net::TcpListener;

/// The product's limit.
const BODY_LIMIT: usize = 8 << 20;

/// A webhook server that keeps nothing
#[derive(Parser)]
struct Args {
    /// The app secret
    #[arg(long)]
    secret: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let router = Router::new()
        .route("/webhooks/meta", post(receive))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(Arc::from(args.secret));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("baseline listens on http://{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}

async fn receive(State(secret): State<Arc<str>>, headers: HeaderMap, body: Bytes) -> Response {
    let header = headers.get(signature::HEADER).and_then(|value| value.to_str().ok());
    if !header.is_some_and(|header| signature::is_valid(&secret, header, &body)) {
        return (StatusCode::UNAUTHORIZED, "wrong signature\n").into_response();
    }
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(&body) {
        return (StatusCode::BAD_REQUEST, format!("not JSON: {error}\n")).into_response();
    }
    (StatusCode::OK, "EVENT_RECEIVED\n").into_response()
}
