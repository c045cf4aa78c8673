//! Pages of users: logging in and out, the one-time link by which a password is set, and the settings page with
//! users, tokens and the audit log.

mod login;
mod settings;

use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Router, middleware};

use crate::accounts::{AccountError, Accounts};
use crate::views::Problem;

/// Pages that open to everybody.
pub fn login(accounts: Accounts) -> Router {
    Router::new()
        .route("/login", get(login::page).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route("/welcome/{code}", get(login::welcome).post(login::accept))
        .route_layer(middleware::from_fn(login::own_forms))
        .with_state(accounts)
}

/// The settings page; its guard is the views'.
pub fn settings(accounts: Accounts) -> Router {
    Router::new()
        .route("/settings", get(settings::page))
        .route("/settings/users", post(settings::add_user))
        .route("/settings/users/{name}/role", post(settings::give_role))
        .route("/settings/users/{name}/reset", post(settings::reset))
        .route("/settings/users/{name}/remove", post(settings::remove_user))
        .route("/settings/tokens", post(settings::add_token))
        .route("/settings/tokens/{name}/revoke", post(settings::revoke))
        .with_state(accounts)
}

/// What somebody is told of a failure that is not theirs.
fn unavailable(error: &AccountError) -> Problem {
    tracing::error!(%error, "users and tokens cannot be reached");
    let text =
        "Users and tokens cannot be reached now; the log of this server says why.".to_owned();
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, text)
}
