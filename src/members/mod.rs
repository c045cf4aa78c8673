//! Pages of users: logging in and out, the one-time link by which a password is set, and the settings page with
//! users, tokens and the audit log.

mod login;
mod provider;
mod refused;
mod settings;
mod workspace_lines;
mod workspaces;

use std::sync::Arc;

use axum::extract::FromRef;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Router, middleware};

use crate::accounts::{AccountError, Accounts, Provider};
use crate::http::problem::Problem;
use crate::incoming;
use crate::insights::share::Share;
use crate::language::{Message, say};
use utoipa::openapi::OpenApi;

/// Passwords that are looked at at once.
const PASSWORDS_AT_ONCE: usize = 2;
/// Logins of which a provider is asked at once.
const ASKED_AT_ONCE: usize = 8;
/// More of each wait.
const MOST_WAITING: usize = 30;

/// What strangers may have done at once.
#[derive(Debug, Clone)]
struct Shares {
    passwords: Share,
    provider: Share,
}

impl Shares {
    fn new() -> Self {
        let passwords = Share::new(PASSWORDS_AT_ONCE, MOST_WAITING);
        Self { passwords, provider: Share::new(ASKED_AT_ONCE, MOST_WAITING) }
    }
}

/// What the pages for logging in need to know.
#[derive(Debug, Clone)]
struct Doors {
    accounts: Accounts,
    provider: Option<Provider>,
    shares: Shares,
}

impl FromRef<Doors> for Accounts {
    fn from_ref(doors: &Doors) -> Self {
        doors.accounts.clone()
    }
}

impl FromRef<Doors> for Shares {
    fn from_ref(doors: &Doors) -> Self {
        doors.shares.clone()
    }
}

impl FromRef<Doors> for Option<Provider> {
    fn from_ref(doors: &Doors) -> Self {
        doors.provider.clone()
    }
}

/// Pages that open to everybody.
pub fn login(accounts: Accounts, provider: Option<Provider>) -> Router {
    Router::new()
        .route("/login/oidc", get(provider::leave))
        .route("/login/oidc/callback", get(provider::come_back))
        .route("/login", get(login::page).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route("/welcome/{code}", get(login::welcome).post(login::accept))
        .route_layer(middleware::from_fn(incoming::of_strangers))
        .route_layer(middleware::from_fn(login::own_forms))
        .with_state(Doors { accounts, provider, shares: Shares::new() })
}

/// What the settings file says and people ask about.
#[derive(Debug, Clone, Default)]
pub struct EffectiveSettings {
    /// Zone of dates and days.
    pub time_zone: String,
    /// Address under which the server is reached, if it is known.
    pub public_url: Option<String>,
    /// Name of the attribution model that holds where none is chosen.
    pub model: String,
    /// Days before a conversion in which touchpoints earn credit.
    pub lookback_days: u32,
    /// What makes an event a conversion: the conversion, the kind of the event, the pattern of its payload.
    pub rules: Vec<[String; 3]>,
    /// Names of the team's custom funnels.
    pub funnels: Vec<String>,
}

impl EffectiveSettings {
    /// What the model is called.
    fn model_name(&self) -> Message {
        say(format!("model-{}", self.model))
    }
}

/// What the settings page needs to know.
#[derive(Debug, Clone)]
struct Room {
    accounts: Accounts,
    effective: Arc<EffectiveSettings>,
}

/// The settings page and the API of workspaces, and that API's description; their guard is that of `web`.
pub fn settings(accounts: Accounts, effective: EffectiveSettings) -> (Router, OpenApi) {
    let (api, description) = workspaces::api().split_for_parts();
    let routes = api
        .route("/settings", get(settings::page))
        .route("/settings/users", post(settings::add_user))
        .route("/settings/users/{name}/role", post(settings::give_role))
        .route("/settings/users/{name}/workspace", post(settings::give_workspace))
        .route("/settings/users/{name}/reset", post(settings::reset))
        .route("/settings/users/{name}/remove", post(settings::remove_user))
        .route("/settings/tokens", post(settings::add_token))
        .route("/settings/tokens/{name}/revoke", post(settings::revoke))
        .route("/settings/workspaces", post(workspaces::add_by_form))
        .route("/settings/workspaces/{name}", post(workspaces::edit_by_form))
        .route("/settings/workspaces/{name}/remove", post(workspaces::remove_by_form))
        .with_state(Room { accounts, effective: Arc::new(effective) });
    (routes, description)
}

/// What somebody is told of a failure that is not theirs.
fn unavailable(error: &AccountError) -> Problem {
    tracing::error!(%error, "users and tokens cannot be reached");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, say("login-unavailable").to_string())
}
