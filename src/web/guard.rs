//! Who may look at dashboard and API, and who may do more.
//!
//! A request shows who sends it by a session's cookie, or by a token: as `Authorization: Bearer`, as `?token=`
//! (which the dashboard turns into a cookie), or as that cookie. While there are neither users nor tokens, only
//! this machine may look: the caller and the `Host` must be loopback, and a request that a proxy or a tunnel
//! has passed on is not from this machine. What changes something must come from a page of ours, or from a
//! program.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, MatchedPath, Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::routes;
use super::state::Views;
use crate::accounts::{Accounts, Scope, Who};
use crate::domain::Workspace;
use crate::http::chosen;
use crate::http::locale;
use crate::http::page::refused;
use crate::http::problem::Problem;
use crate::http::rate_limit;
use crate::http::same_origin::is_own;
use crate::http::token_cookie::{cookie, remember};
use crate::http::visitor::{self, Visitor};

/// Headers that proxies and tunnels add.
const FORWARDED: [&str; 5] =
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/// Who asks by way of another room of this process, which has found out by itself who they are. No request that comes in
/// over a connection carries one.
#[derive(Debug, Clone)]
pub(crate) struct Insider(pub Who);

/// Lets a request through, or answers 401, 403 or 429.
pub(crate) async fn guard(
    State(views): State<Views>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let in_query = in_query(request.uri());
    let mut who = match request.extensions().get::<Insider>() {
        Some(Insider(who)) => who.clone(),
        None => match who(&views, peer.ip(), &request, in_query.as_deref()) {
            Ok(who) => who,
            Err(refusal) => return refusal,
        },
    };
    let method = request.method().clone();
    if who.only.as_ref().is_some_and(|only| !only.is_asked_by(&method, request.uri())) {
        let detail = format!("{:?} is good for one question, and this is another.", who.name);
        return told(&request, Problem::new(StatusCode::FORBIDDEN, detail));
    }
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let matched = matched.unwrap_or_default();
    let route = routes::find(&method, &matched);
    let needed = route.map_or(Scope::Admin, routes::Route::scope);
    if !who.may(needed) {
        let (name, needed) = (&who.name, needed.as_str());
        let detail = format!("{name:?} lacks the scope {needed:?}.");
        return told(&request, Problem::new(StatusCode::FORBIDDEN, detail));
    }
    let is_member = who.workspace.is_some();
    if let Err(problem) = choose(&views, &mut who, request.uri()) {
        return told(&request, problem);
    }
    let chosen = who.workspace.clone().filter(|_| !is_member);
    if who.workspace.is_some() && !route.is_some_and(routes::Route::is_in_workspace) {
        let name = &who.name;
        let detail = format!(
            "{name:?} sees one workspace; this tells of all of them, or changes something for all."
        );
        return told(&request, Problem::new(StatusCode::FORBIDDEN, detail));
    }
    let is_safe = matches!(method, Method::GET | Method::HEAD);
    if !is_safe && !is_own(request.headers()) {
        let detail = "This was sent from another site's page.".to_owned();
        return Problem::new(StatusCode::FORBIDDEN, detail).into_response();
    }
    // A page keeps the token out of its address, a program has it where it likes.
    if let Some(token) = in_query.filter(|_| !who.is_user)
        && request.uri().path() == "/"
        && views.accounts.by_token(&[&token]).is_some()
    {
        return remember(&token, views.accounts.is_secure());
    }
    // An export changes nothing, and takes a person's data away all the same.
    let is_export = needed == Scope::Admin && matched.ends_with("/export");
    let is_noted = route.is_some_and(routes::Route::is_noted);
    let is_act = is_export || is_noted || !is_safe && matches!(needed, Scope::Write | Scope::Admin);
    let from = views.accounts.address(peer.ip(), request.headers()).to_string();
    // A person of a Page is nobody's business in the audit log.
    let about = if matched.contains("/people/") {
        matched.clone()
    } else {
        request.uri().path().to_owned()
    };
    let name = who.name.clone();
    let can_log_out = who.is_user || cookie(request.headers()).is_some();
    let visitor = Visitor {
        name: can_log_out.then(|| name.clone()),
        may_connect: who.may(Scope::Write),
        workspace: who.workspace.as_deref().map(named),
        workspaces: if is_member { Vec::new() } else { workspaces(&views) },
        is_member,
        path: match route.filter(|route| route.is_in_workspace()) {
            Some(_) => request.uri().path().to_owned(),
            None => "/".to_owned(),
        },
    };
    let language = who.workspace.as_deref().filter(|_| is_member);
    let language = language.and_then(|workspace| locale::unless_chosen(&request, workspace));
    request.extensions_mut().insert(who);
    let answer = rate_limit::limited(&views.limit, &name, request, next);
    let answer = visitor::answered(visitor, answer);
    let answer = match language {
        Some(language) => language.within(answer).await,
        None => answer.await,
    };
    let answer = match chosen {
        Some(workspace) => chosen::kept(&workspace.name, answer).await,
        None => answer,
    };
    if is_act && (answer.status().is_success() || answer.status().is_redirection()) {
        views.accounts.note(&name, &format!("{method} {matched}"), &about, &from).await;
    }
    answer
}

/// Puts whoever may see all into the workspace that an address names. A member is in theirs, whatever it names.
fn choose(views: &Views, who: &mut Who, uri: &Uri) -> Result<(), Problem> {
    let query = uri.query().unwrap_or_default();
    let found = form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| name == chosen::WORKSPACE && !value.is_empty());
    let Some((_, name)) = found else { return Ok(()) };
    let found = match &who.workspace {
        Some(own) => Some(own).filter(|own| own.name == name).cloned(),
        None => views.accounts.workspace(&name),
    };
    let unknown = || {
        let name: String = name.chars().take(64).collect();
        let text = format!("There is no workspace {name:?} that you see.");
        Problem::in_parameter(chosen::WORKSPACE, text)
    };
    who.workspace = Some(found.ok_or_else(unknown)?);
    Ok(())
}

fn named(workspace: &Workspace) -> (String, String) {
    (workspace.name.clone(), workspace.called().to_owned())
}

fn workspaces(views: &Views) -> Vec<(String, String)> {
    views.accounts.known().workspaces.iter().map(|workspace| named(workspace)).collect()
}

/// Who sends a request, or what they are told.
#[expect(clippy::result_large_err, reason = "a response is what it is")]
fn who(
    views: &Views,
    peer: IpAddr,
    request: &Request,
    in_query: Option<&str>,
) -> Result<Who, Response> {
    let headers = request.headers();
    let bearer = bearer(headers);
    // A foreign page's link with a token must not make somebody who is logged in somebody else.
    let logged_in = || views.accounts.by_session(headers);
    let by_token = || {
        let tokens = [bearer, in_query, cookie(headers)];
        views.accounts.by_token(&tokens.into_iter().flatten().collect::<Vec<_>>())
    };
    let who = match bearer {
        Some(_) => by_token().or_else(logged_in),
        None => logged_in().or_else(by_token),
    };
    if let Some(who) = who {
        return Ok(who);
    }
    match views.accounts.is_closed() {
        Some(false) if is_local(&views.accounts, peer, headers) => {
            let scopes = Scope::ALL.to_vec();
            let name = "this machine".to_owned();
            Ok(Who { name, scopes, is_user: false, workspace: None, only: None })
        }
        Some(false) => {
            let detail = "While there are neither users nor server.access_tokens, dashboard and API answer this \
                          machine only; the server's log has a link that makes the first user.";
            Err(Problem::new(StatusCode::UNAUTHORIZED, detail.to_owned()).into_response())
        }
        Some(true) if is_browser(request) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair(
                "next",
                request.uri().path_and_query().map_or("/", |path| path.as_str()),
            );
            Err(Redirect::to(&format!("/login?{}", query.finish())).into_response())
        }
        Some(true) => Err(unknown()),
        None => {
            let detail = "ClickHouse did not answer, and has not said yet who may look; events are still collected.";
            let answer = Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail.to_owned());
            Err(([(header::RETRY_AFTER, "2")], told(request, answer)).into_response())
        }
    }
}

/// A refusal in the form that is asked for: a page, or a problem.
fn told(request: &Request, problem: Problem) -> Response {
    let is_page = request.method() == Method::GET && !request.uri().path().starts_with("/api/");
    if is_page { refused(problem) } else { problem.into_response() }
}

/// An address at which there is nothing.
pub(crate) async fn not_found(request: Request) -> Response {
    let text = format!("there is nothing at {}", request.uri().path());
    let problem = Problem::new(StatusCode::NOT_FOUND, text);
    if is_browser(&request) { refused(problem) } else { problem.into_response() }
}

/// Whether somebody looks at a page, who can log in.
fn is_browser(request: &Request) -> bool {
    let wanted = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    request.method() == Method::GET
        && !request.uri().path().starts_with("/api/")
        && wanted.is_some_and(|accept| accept.contains("text/html"))
}

fn unknown() -> Response {
    let detail = "A token is needed: Authorization: Bearer …, or ?token=… for the dashboard; or log in at /login.";
    let mut refusal = Problem::new(StatusCode::UNAUTHORIZED, detail.to_owned()).into_response();
    let challenge = header::HeaderValue::from_static("Bearer");
    refusal.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    refusal
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Whether somebody may know how this server is: whoever shows a session or a token and sees all, and this machine.
#[must_use]
pub fn may_know(accounts: &Accounts, peer: IpAddr, headers: &HeaderMap) -> bool {
    let tokens: Vec<&str> = bearer(headers).into_iter().chain(cookie(headers)).collect();
    is_local(accounts, peer, headers)
        || accounts.by_session(headers).is_some_and(|who| who.workspace.is_none())
        || accounts
            .by_token(&tokens)
            .is_some_and(|who| who.only.is_none() && who.workspace.is_none())
}

/// Whether a request comes from this machine, and not by way of a proxy or tunnel on it. Who runs a proxy says so by
/// `server.trusted_proxies`: what comes from there may be anybody's, whatever the proxy tells.
fn is_local(accounts: &Accounts, peer: IpAddr, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
    });
    // Names that only this machine answers to: a foreign page cannot make a browser send them.
    let is_host_local = name.eq_ignore_ascii_case("localhost")
        || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(is_loopback);
    let is_direct = is_loopback(peer) && !accounts.is_proxy(peer);
    is_direct && is_host_local && !FORWARDED.iter().any(|name| headers.contains_key(*name))
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
