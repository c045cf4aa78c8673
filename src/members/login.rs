//! Logging in, logging out, and setting a password by a one-time link.

use std::net::SocketAddr;

use askama::Template;
use axum::Form;
use axum::extract::{ConnectInfo, Path, Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{refused, unavailable};
use crate::accounts::password::SHORTEST;
use crate::accounts::{AccountError, Accounts, Invited, Provider};
use crate::language::{Message, filters, say};
use crate::views::{forgotten_token, html, is_own_page, own_path};

#[derive(Template)]
#[template(path = "login.html", config = "dashboards/askama.toml")]
struct LoginPage {
    next: String,
    name: String,
    /// What the provider is called by whom one may log in too.
    provider: Option<String>,
    error: Option<Message>,
}

#[derive(Template)]
#[template(path = "welcome.html", config = "dashboards/askama.toml")]
struct WelcomePage {
    /// Whose password is set; `None`: the first user, who chooses a name.
    name: Option<String>,
    typed: String,
    shortest: usize,
    is_good: bool,
    error: Option<Message>,
}

/// What the forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    name: String,
    password: String,
    again: String,
    next: String,
}

/// `GET /login`.
pub(super) async fn page(
    State(provider): State<Option<Provider>>,
    Query(typed): Query<Typed>,
) -> Response {
    login_page(provider.as_ref(), StatusCode::OK, typed.next, String::new(), None)
}

/// The page for logging in.
pub(super) fn login_page(
    provider: Option<&Provider>,
    status: StatusCode,
    next: String,
    name: String,
    error: Option<Message>,
) -> Response {
    let provider = provider.map(|provider| provider.name().to_owned());
    html(status, LoginPage { next, name, provider, error }.render())
}

/// `POST /login`.
pub(super) async fn log_in(
    State(accounts): State<Accounts>,
    State(provider): State<Option<Provider>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let from = accounts.address(peer.ip(), &headers);
    let Typed { name, password, next, .. } = typed;
    match accounts.log_in(name.trim(), &password, from).await {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to(inside(&next))).into_response(),
        Err(error) => {
            let (status, wait, told) = match &error {
                AccountError::Wrong(refusal) => {
                    (StatusCode::UNAUTHORIZED, None, refused::told(refusal))
                }
                AccountError::TooMany(seconds) => {
                    let told = say("login-too-many").with("seconds", seconds);
                    (StatusCode::TOO_MANY_REQUESTS, Some(*seconds), told)
                }
                AccountError::Store(_) | AccountError::CutOff(_) => {
                    return unavailable(&error).into_response();
                }
            };
            let mut answer = login_page(provider.as_ref(), status, next, name, Some(told));
            if let Some(wait) = wait {
                answer.headers_mut().insert(header::RETRY_AFTER, wait.into());
            }
            answer
        }
    }
}

/// `POST /logout`.
pub(super) async fn log_out(State(accounts): State<Accounts>) -> Response {
    // Where nobody has to log in there is nothing to go to but the pages.
    let next = if accounts.is_closed() == Some(false) { "/" } else { "/login" };
    let mut answer = Redirect::to(next).into_response();
    for cookie in [accounts.log_out(), forgotten_token()] {
        if let Ok(cookie) = cookie.parse() {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    answer
}

/// `GET /welcome/{code}`.
pub(super) async fn welcome(
    State(accounts): State<Accounts>,
    Path(code): Path<String>,
) -> Response {
    welcome_page(&accounts, &code, String::new(), None)
}

/// `POST /welcome/{code}`.
pub(super) async fn accept(
    State(accounts): State<Accounts>,
    Path(code): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let name = typed.name.trim();
    if typed.password != typed.again {
        let error = say("welcome-differ");
        return welcome_page(&accounts, &code, name.to_owned(), Some(error));
    }
    let from = accounts.address(peer.ip(), &headers);
    match accounts.accept(&code, name, &typed.password, from).await {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response(),
        Err(AccountError::Wrong(refusal)) => {
            welcome_page(&accounts, &code, name.to_owned(), Some(refused::told(&refusal)))
        }
        Err(error) => unavailable(&error).into_response(),
    }
}

fn welcome_page(
    accounts: &Accounts,
    code: &str,
    typed: String,
    error: Option<Message>,
) -> Response {
    let invited = accounts.invited(code);
    let status = match (&invited, &error) {
        (None, _) => StatusCode::NOT_FOUND,
        (_, Some(_)) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let is_good = invited.is_some();
    let name = match invited {
        Some(Invited::User(name)) => Some(name),
        _ => None,
    };
    let page = WelcomePage { name, typed, shortest: SHORTEST, is_good, error };
    html(status, page.render())
}

/// A page of ours; an address elsewhere is not followed.
pub(super) fn inside(next: &str) -> &str {
    own_path(next).unwrap_or("/")
}

/// Refuses forms of other sites' pages.
pub(super) async fn own_forms(request: Request, next: Next) -> Response {
    if request.method() == Method::POST && !is_own_page(request.headers()) {
        return (StatusCode::FORBIDDEN, say("login-foreign-form").to_string()).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        assert_eq!(inside("/ads?by=ad"), "/ads?by=ad");
        for foreign in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "ads", "/a\r\nb"]
        {
            assert_eq!(inside(foreign), "/", "{foreign:?}");
        }
    }
}
