//! Who may look at dashboard and API.
//!
//! With access tokens configured, a request needs one: as `Authorization: Bearer`, as `?token=`
//! (which the dashboard turns into a cookie), or as that cookie. Without any, only this machine
//! may look: the caller and the `Host` must be loopback, and a request that a proxy or a tunnel
//! has passed on is not from this machine.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::Views;
use super::problem::Problem;

const COOKIE: &str = "messenger_funnel_token";
/// Headers that proxies and tunnels add.
const FORWARDED: [&str; 5] =
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/// The rule.
#[derive(Debug, Clone)]
pub struct Access(Arc<[SecretString]>);

impl Access {
    /// With tokens, who holds one; without, this machine.
    #[must_use]
    pub fn new(tokens: Vec<SecretString>) -> Self {
        Self(tokens.into())
    }

    fn opens(&self, token: &str) -> bool {
        self.0.iter().fold(false, |opens, known| {
            bool::from(known.expose_secret().as_bytes().ct_eq(token.as_bytes())) | opens
        })
    }
}

/// Lets a request through or answers 401.
pub(super) async fn guard(
    State(views): State<Views>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let access = &views.access;
    if access.0.is_empty() {
        if is_local(peer.ip(), request.headers()) {
            return next.run(request).await;
        }
        let detail = "Without server.access_tokens in the configuration, dashboard and API answer \
                      this machine only."
            .to_owned();
        return Problem::new(StatusCode::UNAUTHORIZED, detail).into_response();
    }
    let in_query = in_query(request.uri());
    if let Some(token) = in_query.filter(|token| access.opens(token)) {
        // A page keeps the token out of its address, a program has it where it likes.
        return if request.uri().path() == "/" {
            remember(&token)
        } else {
            next.run(request).await
        };
    }
    let shown = [bearer(request.headers()), cookie(request.headers())];
    if shown.into_iter().flatten().any(|token| access.opens(token)) {
        return next.run(request).await;
    }
    let detail = "A token is needed: Authorization: Bearer …, or ?token=… for the dashboard.";
    let mut refusal = Problem::new(StatusCode::UNAUTHORIZED, detail.to_owned()).into_response();
    let challenge = header::HeaderValue::from_static("Bearer");
    refusal.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    refusal
}

fn is_local(peer: IpAddr, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
    });
    // Names that only this machine answers to: a foreign page cannot make a browser send them.
    let is_host_local = name.eq_ignore_ascii_case("localhost")
        || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    peer.is_loopback() && is_host_local && !FORWARDED.iter().any(|name| headers.contains_key(*name))
}

#[derive(Deserialize)]
struct Shown {
    token: Option<String>,
}

fn in_query(uri: &Uri) -> Option<String> {
    Query::<Shown>::try_from_uri(uri).ok()?.0.token
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

fn remember(token: &str) -> Response {
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000");
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}
