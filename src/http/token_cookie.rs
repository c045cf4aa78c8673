//! A token that a browser keeps as a cookie.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};

const COOKIE: &str = "messenger_funnel_token";

pub(crate) fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

/// What takes the place of a token's cookie when somebody logs out.
#[must_use]
pub fn forgotten_token() -> String {
    format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
}

pub(crate) fn remember(token: &str, is_secure: bool) -> Response {
    let secure = if is_secure { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000{secure}");
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}
