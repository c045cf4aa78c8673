//! Who may look at dashboard and API, and who may do more.
//!
//! With access tokens configured, a request needs one: as `Authorization: Bearer`, as `?token=`
//! (which the dashboard turns into a cookie), or as that cookie. Without any, only this machine
//! may look: the caller and the `Host` must be loopback, and a request that a proxy or a tunnel
//! has passed on is not from this machine. A token has scopes; what changes something must come from
//! a page of ours, or from a program.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::own_page::is_own;
use super::problem::Problem;
use super::{Views, limits};

const COOKIE: &str = "messenger_funnel_token";
/// Headers that proxies and tunnels add.
const FORWARDED: [&str; 5] =
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Dashboard, and everything that the API tells.
    Read,
    /// Links and reports: making, changing, running.
    Write,
    /// Reporting conversions.
    Conversions,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Conversions];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Conversions => "conversions",
        }
    }

    /// Reads its name.
    ///
    /// # Errors
    /// If it is none of them.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("{text:?} is no scope; known are {known}")
        })
    }

    /// What a request needs.
    fn of(method: &Method, path: &str) -> Self {
        match (method, path) {
            (&Method::GET | &Method::HEAD, _) | (_, "/api/v1/funnels/preview") => Self::Read,
            (_, "/api/v1/conversions") => Self::Conversions,
            _ => Self::Write,
        }
    }
}

/// A token.
#[derive(Debug, Clone)]
pub struct Token {
    /// By which logs and limits know it.
    pub name: String,
    /// What is shown.
    pub secret: SecretString,
    /// What it is good for.
    pub scopes: Vec<Scope>,
}

/// The rule.
#[derive(Debug, Clone)]
pub struct Access(Arc<[Token]>);

impl Access {
    /// With tokens, who holds one; without, this machine.
    #[must_use]
    pub fn new(tokens: Vec<Token>) -> Self {
        Self(tokens.into())
    }

    fn find(&self, shown: &str) -> Option<&Token> {
        // All are compared, so that the time tells nothing.
        self.0.iter().fold(None, |found, token| {
            let known = token.secret.expose_secret().as_bytes();
            if bool::from(known.ct_eq(shown.as_bytes())) { Some(token) } else { found }
        })
    }
}

/// Lets a request through, or answers 401, 403 or 429.
pub(super) async fn guard(
    State(views): State<Views>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let access = &views.access;
    let in_query = in_query(request.uri());
    let name = if access.0.is_empty() {
        if !is_local(peer.ip(), request.headers()) {
            let detail = "Without server.access_tokens in the configuration, dashboard and API \
                          answer this machine only.";
            return Problem::new(StatusCode::UNAUTHORIZED, detail.to_owned()).into_response();
        }
        "this machine"
    } else {
        let shown = [in_query.as_deref(), bearer(request.headers()), cookie(request.headers())];
        let Some(token) = shown.into_iter().flatten().find_map(|shown| access.find(shown)) else {
            return unknown();
        };
        let needed = Scope::of(request.method(), request.uri().path());
        if !token.scopes.contains(&needed) {
            let needed = needed.as_str();
            let detail = format!("The token {:?} lacks the scope {needed:?}.", token.name);
            return Problem::new(StatusCode::FORBIDDEN, detail).into_response();
        }
        &token.name
    };
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_safe && !is_own(request.headers()) {
        let detail = "This was sent from another site's page.".to_owned();
        return Problem::new(StatusCode::FORBIDDEN, detail).into_response();
    }
    // A page keeps the token out of its address, a program has it where it likes.
    if let Some(token) = in_query.filter(|token| access.find(token).is_some())
        && request.uri().path() == "/"
    {
        return remember(&token);
    }
    limits::limited(&views.limit, name, request, next).await
}

fn unknown() -> Response {
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
