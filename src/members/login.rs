//! Logging in, logging out, and setting a password by a one-time link.

use std::net::SocketAddr;

use askama::Template;
use axum::Form;
use axum::extract::{ConnectInfo, Path, Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Shares, refused, unavailable};
use crate::accounts::SHORTEST_PASSWORD;
use crate::accounts::{AccountError, Accounts, Invited, Provider};
use crate::http::page::html;
use crate::http::same_origin::{is_own as is_own_page, own_path};
use crate::http::token_cookie::forgotten_token;
use crate::insights::share::{Busy, Share};
use crate::language::{Message, filters, say};

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
    State(shares): State<Shares>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let from = accounts.address(peer.ip(), &headers);
    let Typed { name, password, next, .. } = typed;
    let device = accounts.device_of(name.trim());
    let (known, typed_name) = (accounts.clone(), name.trim().to_owned());
    let tried = in_share(&shares.passwords, async move {
        known.log_in(&typed_name, &password, from, &headers).await
    });
    let tried = match tried.await {
        Ok(tried) => tried,
        Err(busy) => return busy.into_response(),
    };
    match tried {
        Ok(cookie) => welcomed([cookie, device], inside(&next)),
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

/// Has somebody's password looked at when it is their turn: each takes a core and 19 MB for a moment, and strangers
/// send as many as they like. The turn goes with the work, whether they wait for it or not.
async fn in_share<T: Send + 'static>(
    share: &Share,
    work: impl Future<Output = Result<T, AccountError>> + Send + 'static,
) -> Result<Result<T, AccountError>, Busy> {
    let turn = share.turn().await?;
    let done = tokio::spawn(async move {
        let _turn = turn;
        work.await
    });
    Ok(done.await.unwrap_or_else(|error| Err(AccountError::CutOff(error.to_string()))))
}

/// Goes on with the cookies of a session and of its device.
fn welcomed(cookies: [String; 2], next: &str) -> Response {
    let mut answer = Redirect::to(next).into_response();
    with_cookies(&mut answer, cookies);
    answer
}

fn with_cookies(answer: &mut Response, cookies: [String; 2]) {
    for cookie in cookies {
        if let Ok(cookie) = cookie.parse() {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

/// `POST /logout`.
pub(super) async fn log_out(State(accounts): State<Accounts>) -> Response {
    // Where nobody has to log in there is nothing to go to but the pages.
    let next = if accounts.is_closed() == Some(false) { "/" } else { "/login" };
    let mut answer = Redirect::to(next).into_response();
    with_cookies(&mut answer, [accounts.log_out(), forgotten_token()]);
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
    State(shares): State<Shares>,
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
    // A link that is none is not worth asking for.
    let device = match accounts.invited(&code) {
        Some(Invited::User(invited)) => accounts.device_of(&invited),
        Some(Invited::First) => accounts.device_of(name),
        None => return welcome_page(&accounts, &code, name.to_owned(), None),
    };
    let from = accounts.address(peer.ip(), &headers);
    let (known, shown, chosen) = (accounts.clone(), code.clone(), name.to_owned());
    let password = typed.password.clone();
    let accepted =
        in_share(
            &shares.passwords,
            async move { known.accept(&shown, &chosen, &password, from).await },
        );
    let accepted = match accepted.await {
        Ok(accepted) => accepted,
        Err(busy) => return busy.into_response(),
    };
    match accepted {
        Ok(cookie) => welcomed([cookie, device], "/"),
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
    let page = WelcomePage { name, typed, shortest: SHORTEST_PASSWORD, is_good, error };
    html(status, page.render())
}

/// A page of ours; an address elsewhere is not followed. Who asked for no page in particular begins with their own.
pub(super) fn inside(next: &str) -> &str {
    own_path(next).filter(|path| *path != "/").unwrap_or("/start")
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
            assert_eq!(inside(foreign), "/start", "{foreign:?}");
        }
    }
}
