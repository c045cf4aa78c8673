//! Accepts connections and serves them, within limits: a client that sends its head slowly, that takes its answer
//! slowly, or that holds connections open, costs a little memory and nobody else anything.

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
use ipnet::IpNet;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::hang_up::Watched;
use super::patience::Patient;
use super::places::{Place, Places};

/// How long a request's head may take, also on a connection that is kept open.
const HEAD_LIMIT: Duration = Duration::from_secs(30);
/// Bytes of a request's head: enough for the longest ref, and for many cookies.
const HEAD_BYTES: usize = 32 << 10;
/// The same while there are many connections.
const SMALL_HEAD_BYTES: usize = 8 << 10;
/// How long nothing may be taken of an answer.
const STALL_LIMIT: Duration = Duration::from_secs(60);
/// How long what somebody asked who has hung up is still worked at: hyper notices it at once, unless they have sent more
/// than one question.
const LEAVING_LIMIT: Duration = Duration::from_secs(1);
/// How long requests under way may take after the stop.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// How long the handshake of TLS may take.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// The certificate of new connections; `None`: they come without TLS.
pub type Certificate = Option<watch::Receiver<Arc<ServerConfig>>>;

/// Serves until `stop`, then lets requests that are under way end. From `proxies` come the connections of everybody.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    certificate: Certificate,
    proxies: Vec<IpNet>,
    stop: CancellationToken,
) {
    let places = Places::new(proxies);
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = stop.cancelled() => break,
        };
        let (stream, peer, place) = match accepted {
            Ok((stream, peer, Some(place))) => (stream, peer, place),
            Ok((_, peer, None)) => {
                metrics::counter!("messenger_funnel_connections_refused_total").increment(1);
                tracing::debug!(%peer, "too many connections from one address");
                continue;
            }
            Err(error) => {
                // Out of file descriptors, mostly: those that end make room.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (routes, watcher) = (routes.clone(), graceful.watcher());
        let head_bytes = if places.are_many_taken() { SMALL_HEAD_BYTES } else { HEAD_BYTES };
        let tls = certificate.as_ref().map(|now| TlsAcceptor::from(Arc::clone(&now.borrow())));
        tokio::spawn(async move {
            let (stream, watch) = Watched::new(stream);
            let answered = async {
                match tls {
                    None => answer(stream, peer, head_bytes, routes, watcher).await,
                    Some(tls) => {
                        match tokio::time::timeout(HANDSHAKE_LIMIT, tls.accept(stream)).await {
                            Ok(Ok(stream)) => {
                                answer(stream, peer, head_bytes, routes, watcher).await;
                            }
                            Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS came about"),
                            Err(_) => tracing::debug!(%peer, "no TLS came about in time"),
                        }
                    }
                }
            };
            let left = async {
                watch.hung_up().await;
                tokio::time::sleep(LEAVING_LIMIT).await;
            };
            tokio::select! { () = answered => {}, () = left => {} }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_LIMIT, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time and are cut off");
    }
}

/// Answers all requests of one connection.
async fn answer<S>(stream: S, peer: SocketAddr, head_bytes: usize, routes: Router, watcher: Watcher)
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
        .max_buf_size(head_bytes)
        .serve_connection(
            TokioIo::new(Patient::new(stream, STALL_LIMIT)),
            TowerToHyperService::new(service),
        );
    // A client that breaks off has its reasons.
    watcher.watch(connection).await.ok();
}

type Accepted = (TcpStream, SocketAddr, Option<Place>);

async fn accept(listener: &TcpListener, places: &Places) -> std::io::Result<Accepted> {
    let free = places.free().await?;
    let (stream, mut peer) = listener.accept().await?;
    // On a socket of both families an IPv4 address comes in the words of IPv6.
    peer.set_ip(peer.ip().to_canonical());
    stream.set_nodelay(true)?;
    let place = places.give(free, peer.ip());
    Ok((stream, peer, place))
}
