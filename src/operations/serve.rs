//! Accepts connections and serves them, within limits: a client that sends its head slowly, or
//! that holds connections open, costs a little memory and nobody else anything.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long a request's head may take, also on a connection that is kept open.
const HEAD_LIMIT: Duration = Duration::from_secs(30);
/// Connections at once; more wait to be accepted.
const MOST_CONNECTIONS: usize = 20_000;
/// Bytes of a request's head: enough for the longest ref, and for many cookies.
const HEAD_BYTES: usize = 32 << 10;
/// How long requests under way may take after the stop.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// How long the handshake of TLS may take.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// The certificate of new connections; `None`: they come without TLS.
pub type Certificate = Option<watch::Receiver<Arc<ServerConfig>>>;

/// Serves until `stop`, then lets requests that are under way end.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    certificate: Certificate,
    stop: CancellationToken,
) {
    let connections = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &connections) => accepted,
            () = stop.cancelled() => break,
        };
        let (stream, peer, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly: those that end make room.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (routes, watcher) = (routes.clone(), graceful.watcher());
        let tls = certificate.as_ref().map(|now| TlsAcceptor::from(Arc::clone(&now.borrow())));
        tokio::spawn(async move {
            match tls {
                None => answer(stream, peer, routes, watcher).await,
                Some(tls) => {
                    match tokio::time::timeout(HANDSHAKE_LIMIT, tls.accept(stream)).await {
                        Ok(Ok(stream)) => answer(stream, peer, routes, watcher).await,
                        Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS came about"),
                        Err(_) => tracing::debug!(%peer, "no TLS came about in time"),
                    }
                }
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_LIMIT, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time and are cut off");
    }
}

/// Answers all requests of one connection.
async fn answer<S>(stream: S, peer: SocketAddr, routes: Router, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = tower::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        routes.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    // A client that breaks off has its reasons.
    watcher.watch(connection).await.ok();
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, connections: &Arc<Semaphore>) -> std::io::Result<Accepted> {
    let place = Arc::clone(connections).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, mut peer) = listener.accept().await?;
    // On a socket of both families an IPv4 address comes in the words of IPv6.
    peer.set_ip(peer.ip().to_canonical());
    stream.set_nodelay(true)?;
    Ok((stream, peer, place))
}
