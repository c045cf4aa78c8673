//! Logging in by the provider of `server.oidc`: leaving for it, and coming back.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::login::{inside, login_page};
use super::{refused, unavailable};
use crate::accounts::{AccountError, Accounts, Provider, ProviderError, Started};
use crate::language::{Message, say};

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
    Query(Leaving { next }): Query<Leaving>,
) -> Response {
    let Some(provider) = provider else { return Redirect::to("/login").into_response() };
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
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Response {
    let Some(provider) = provider else { return Redirect::to("/login").into_response() };
    if let Some(error) = back.error {
        let text = back.error_description.unwrap_or(error);
        let said = say("login-provider-says").with("provider", provider.name()).with("text", text);
        return again(&provider, StatusCode::FORBIDDEN, said);
    }
    let from = accounts.address(peer.ip(), &headers);
    match provider.finish(&accounts, &headers, back.code, &back.state, from).await {
        Ok((cookie, next)) => {
            ([(header::SET_COOKIE, cookie)], Redirect::to(inside(&next))).into_response()
        }
        Err(error) => told(&provider, error),
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
