//! Logging in by the provider of `server.oidc`: leaving for it, and coming back.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::login::{inside, login_page};
use super::{Shares, refused, unavailable};
use crate::accounts::{AccountError, Accounts, Provider, ProviderError, Started};
use crate::language::{Message, say};

/// Letters of what a provider says that go into the log.
const LONGEST_LOGGED: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Leaving {
    next: String,
}

/// What the provider sends somebody back with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Back {
    code: String,
    state: String,
    error: Option<String>,
    error_description: Option<String>,
}

/// `GET /login/oidc`.
pub(super) async fn leave(
    State(accounts): State<Accounts>,
    State(provider): State<Option<Provider>>,
    State(shares): State<Shares>,
    Query(Leaving { next }): Query<Leaving>,
) -> Response {
    let Some(provider) = provider else { return Redirect::to("/login").into_response() };
    let _turn = match shares.provider.turn().await {
        Ok(turn) => turn,
        Err(busy) => return busy.into_response(),
    };
    match provider.start(&accounts, inside(&next)).await {
        Ok(Started { url, cookie }) => {
            ([(header::SET_COOKIE, cookie)], Redirect::to(&url)).into_response()
        }
        Err(error) => told(&provider, error),
    }
}

/// `GET /login/oidc/callback`.
pub(super) async fn come_back(
    State(accounts): State<Accounts>,
    State(provider): State<Option<Provider>>,
    State(shares): State<Shares>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Response {
    let Some(provider) = provider else { return Redirect::to("/login").into_response() };
    if let Some(error) = back.error {
        let said = back.error_description.unwrap_or_default();
        let said: String = said.chars().take(LONGEST_LOGGED).collect();
        let known = known_error(&error);
        tracing::warn!(error = known, said, provider = provider.name(), "a login was refused");
        let told = say(words_for(known)).with("provider", provider.name());
        return again(&provider, StatusCode::FORBIDDEN, told);
    }
    let _turn = match shares.provider.turn().await {
        Ok(turn) => turn,
        Err(busy) => return busy.into_response(),
    };
    let from = accounts.address(peer.ip(), &headers);
    match provider.finish(&accounts, &headers, back.code, &back.state, from).await {
        Ok((cookie, next)) => {
            ([(header::SET_COOKIE, cookie)], Redirect::to(inside(&next))).into_response()
        }
        Err(error) => told(&provider, error),
    }
}

/// Errors that a provider may send somebody back with (RFC 6749, section 4.1.2.1; OpenID Connect Core, 3.1.2.6).
const ERRORS: [&str; 16] = [
    "access_denied",
    "account_selection_required",
    "consent_required",
    "interaction_required",
    "invalid_request",
    "invalid_request_object",
    "invalid_request_uri",
    "invalid_scope",
    "login_required",
    "registration_not_supported",
    "request_not_supported",
    "request_uri_not_supported",
    "server_error",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_response_type",
];

fn known_error(error: &str) -> &'static str {
    ERRORS.into_iter().find(|known| *known == error).unwrap_or("unknown")
}

/// Words of our own: what stands in an address may be anybody's.
fn words_for(error: &str) -> &'static str {
    match error {
        "access_denied" => "login-provider-denied",
        "server_error" | "temporarily_unavailable" => "login-provider-away",
        "account_selection_required"
        | "consent_required"
        | "interaction_required"
        | "login_required" => "login-provider-asks",
        _ => "login-provider-refuses",
    }
}

fn told(provider: &Provider, error: ProviderError) -> Response {
    match error {
        ProviderError::Refused(refusal) | ProviderError::Account(AccountError::Wrong(refusal)) => {
            again(provider, StatusCode::FORBIDDEN, refused::told(&refusal))
        }
        ProviderError::Account(error) => unavailable(&error).into_response(),
        ProviderError::Failed(reason) => {
            tracing::error!(
                reason,
                provider = provider.name(),
                "nobody can log in by the provider"
            );
            let said = say("login-provider-fails").with("provider", provider.name());
            again(provider, StatusCode::BAD_GATEWAY, said)
        }
    }
}

/// The page for logging in, with why the provider's way failed.
fn again(provider: &Provider, status: StatusCode, error: Message) -> Response {
    login_page(Some(provider), status, String::new(), String::new(), Some(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_an_address_is_not_shown() {
        for error in ERRORS {
            let told = say(words_for(known_error(error))).with("provider", "Example ID");
            assert!(told.to_string().starts_with("Example ID"), "{told}");
        }
        for strange in ["", "Your account is locked, call 555", "<b>", "ACCESS_DENIED"] {
            assert_eq!(known_error(strange), "unknown");
        }
    }
}
