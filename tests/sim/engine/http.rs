//! The engine as a server of HTTP, on connections that exist in memory only.

use std::collections::HashMap;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use clickhouse::{Client, Compression};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::DuplexStream;
use tower::Service;

use super::statements::Statement;
use super::{Engine, NoAnswer};

/// A client of the engine, in somebody's name.
pub fn client(engine: &Engine, who: usize) -> Client {
    let way = Way { engine: engine.clone(), who };
    let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(way);
    Client::with_http_client(http).with_compression(Compression::None)
}

/// Connects to the engine.
#[derive(Clone)]
struct Way {
    engine: Engine,
    who: usize,
}

/// One end of a connection.
pub struct Stream(TokioIo<DuplexStream>);

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl hyper::rt::Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, into)
    }
}

impl hyper::rt::Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl Service<Uri> for Way {
    type Response = Stream;
    type Error = std::io::Error;
    type Future = std::future::Ready<std::io::Result<Stream>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let Some(generation) = self.engine.connect(self.who) else {
            return std::future::ready(Err(std::io::ErrorKind::ConnectionRefused.into()));
        };
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        let (engine, who) = (self.engine.clone(), self.who);
        let service = service_fn(move |request| {
            let engine = engine.clone();
            async move { serve(&engine, who, generation, request).await }
        });
        let serving = http1::Builder::new()
            .auto_date_header(false)
            .serve_connection(TokioIo::new(theirs), service);
        // A connection that breaks is part of the play.
        tokio::spawn(async move { drop(serving.await) });
        std::future::ready(Ok(Stream(TokioIo::new(ours))))
    }
}

/// The connection is broken off.
#[derive(Debug, thiserror::Error)]
#[error("broken off")]
struct BrokenOff;

async fn serve(
    engine: &Engine,
    who: usize,
    generation: u64,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, BrokenOff> {
    let statement = read(request).await.map_err(|_| BrokenOff)?;
    match engine.ask(who, generation, statement).await {
        Ok(answer) => Ok(Response::new(Full::new(Bytes::from(answer)))),
        Err(NoAnswer::Broken) => Err(BrokenOff),
        Err(NoAnswer::Refused(why)) => {
            let mut response = Response::new(Full::new(Bytes::from(why)));
            *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
            Ok(response)
        }
    }
}

async fn read(request: Request<Incoming>) -> Result<Statement, hyper::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let mut settings: HashMap<String, String> = pairs.into_owned().collect();
    let kind = parts.headers.get(hyper::header::CONTENT_TYPE);
    let boundary = kind.and_then(|kind| kind.to_str().ok()?.split_once("boundary="));
    if let Some((_, boundary)) = boundary {
        let text = std::str::from_utf8(&body).unwrap();
        for (name, value) in fields(text, boundary) {
            settings.insert(name.to_owned(), value.to_owned());
        }
        let text = settings.remove("query").unwrap();
        return Ok(Statement::new(text, settings, Vec::new()));
    }
    let (text, rows) = match settings.remove("query") {
        Some(text) => (text, body.to_vec()),
        None => (String::from_utf8(body.to_vec()).unwrap(), Vec::new()),
    };
    Ok(Statement::new(text, settings, rows))
}

/// Names and values of a form in parts.
fn fields<'a>(text: &'a str, boundary: &str) -> Vec<(&'a str, &'a str)> {
    let edge = format!("--{boundary}");
    let parts = text.split(edge.as_str()).filter_map(|part| {
        let (head, value) = part.strip_prefix("\r\n")?.split_once("\r\n\r\n")?;
        let name = head.split_once("name=\"")?.1.split('"').next()?;
        Some((name, value.strip_suffix("\r\n")?))
    });
    parts.collect()
}
