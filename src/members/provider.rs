//! Logging in by the provider of `server.oidc`: leaving for it, and coming back.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::login::{inside, login_page};
use super::unavailable;
use crate::accounts::{AccountError, Accounts, Provider, ProviderError, Started};

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
        return told(
            &provider,
            ProviderError::Refused(format!("{} says: {text}", provider.name())),
        );
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
    let (status, text) = match error {
        ProviderError::Refused(text) | ProviderError::Account(AccountError::Wrong(text)) => {
            (StatusCode::FORBIDDEN, text)
        }
        ProviderError::Account(error) => return unavailable(&error).into_response(),
        ProviderError::Failed(reason) => {
            tracing::error!(
                reason,
                provider = provider.name(),
                "nobody can log in by the provider"
            );
            let text = format!(
                "{} cannot be asked who you are now; the log of this server says why",
                provider.name()
            );
            (StatusCode::BAD_GATEWAY, text)
        }
    };
    login_page(Some(provider), status, String::new(), String::new(), Some(text))
}
