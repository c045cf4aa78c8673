//! The settings page: users, tokens, and what was done.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;

use super::unavailable;
use crate::accounts::{AccountError, Accounts, NewToken, Role, Scope, Who};
use crate::domain::Timestamp;
use crate::views::{html, words};

/// Acts that the page shows.
const ACTS: u64 = 50;

#[derive(Template)]
#[template(path = "settings.html", config = "dashboards/askama.toml")]
struct SettingsPage {
    page: &'static str,
    users: Vec<UserLine>,
    tokens: Vec<TokenLine>,
    acts: Vec<[String; 5]>,
    roles: [(&'static str, &'static str); 3],
    scopes: [(&'static str, &'static str); 5],
    /// Told once: what it is, and the secret itself.
    secret: Option<(String, String)>,
    error: Option<String>,
}

struct UserLine {
    name: String,
    role: String,
    pages: String,
    state: &'static str,
    since: String,
}

struct TokenLine {
    name: String,
    scopes: String,
    made: String,
    expires: String,
    is_expired: bool,
    used: String,
}

/// `GET /settings`.
pub(super) async fn page(State(accounts): State<Accounts>) -> Response {
    shown(&accounts, None, None).await
}

async fn shown(
    accounts: &Accounts,
    secret: Option<(String, String)>,
    error: Option<String>,
) -> Response {
    let acts = match accounts.acts(ACTS).await {
        Ok(acts) => acts,
        Err(error) => return unavailable(&error.into()).into_response(),
    };
    if let Err(error) = accounts.refresh().await {
        return unavailable(&error.into()).into_response();
    }
    let known = accounts.known();
    let users = known.users.iter().map(|user| UserLine {
        name: user.name.clone(),
        role: user.role.clone(),
        pages: user.pages.join(", "),
        state: if user.password.is_empty() { "has not set a password yet" } else { "" },
        since: day(user.created_at),
    });
    let now = accounts.now().0;
    let tokens = known.tokens.iter().map(|token| TokenLine {
        name: token.name.clone(),
        scopes: token.scopes.join(", "),
        made: format!("{} by {}", day(token.made_at), token.made_by),
        expires: token.expires_at.map_or("never".to_owned(), day),
        is_expired: token.expires_at.is_some_and(|until| until <= now),
        used: token.used_at.map_or("never".to_owned(), minute),
    });
    let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let acts =
        acts.into_iter().map(|act| [minute(act.at), act.who, act.act, act.about, act.address]);
    let page = SettingsPage {
        page: "settings",
        users: users.collect(),
        tokens: tokens.collect(),
        acts: acts.collect(),
        roles: [
            ("viewer", "Sees all figures, and nobody's id"),
            ("analyst", "Sees people too, and makes links and reports"),
            ("admin", "Does everything"),
        ],
        scopes: [
            ("read", "Figures"),
            ("people", "Lists of conversations, touchpoints and conversions; journeys"),
            ("write", "Links and reports"),
            ("conversions", "Reporting conversions"),
            ("admin", "Users, tokens, erasing people"),
        ],
        secret,
        error,
    };
    html(status, page.render())
}

#[derive(Debug, Deserialize)]
pub(super) struct UserForm {
    #[serde(default)]
    name: String,
    role: String,
}

/// Makes a user; the page shows the one-time link.
pub(super) async fn add_user(
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    Form(form): Form<UserForm>,
) -> Response {
    let name = form.name.trim().to_owned();
    let link = match Role::parse(&form.role) {
        Ok(role) => accounts.add_user(&name, role).await,
        Err(error) => Err(AccountError::Wrong(error)),
    };
    let told = link.map(|link| {
        Some((
            format!("One-time link for {name}, good for three days"),
            whole(&accounts, &headers, &link),
        ))
    });
    done(&accounts, told).await
}

/// Gives a user another role.
pub(super) async fn give_role(
    State(accounts): State<Accounts>,
    Path(name): Path<String>,
    Form(form): Form<UserForm>,
) -> Response {
    let given = match Role::parse(&form.role) {
        Ok(role) => accounts.give_role(&name, role).await,
        Err(error) => Err(AccountError::Wrong(error)),
    };
    done(&accounts, given.map(|()| None)).await
}

#[derive(Debug, Deserialize)]
pub(super) struct PagesForm {
    pages: String,
}

/// Limits a user to some Pages.
pub(super) async fn limit_to_pages(
    State(accounts): State<Accounts>,
    Path(name): Path<String>,
    Form(form): Form<PagesForm>,
) -> Response {
    let pages = form.pages.split([',', ' ']).filter(|page| !page.is_empty());
    let limited = accounts.limit_to_pages(&name, pages.map(str::to_owned).collect()).await;
    done(&accounts, limited.map(|()| None)).await
}

/// Ends a user's sessions and password; the page shows a new one-time link.
pub(super) async fn reset(
    State(accounts): State<Accounts>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Response {
    let told = accounts.reset(&name).await.map(|link| {
        Some((
            format!("One-time link for {name}, good for three days; their sessions have ended"),
            whole(&accounts, &headers, &link),
        ))
    });
    done(&accounts, told).await
}

/// Removes a user.
pub(super) async fn remove_user(
    State(accounts): State<Accounts>,
    Path(name): Path<String>,
) -> Response {
    let removed = accounts.remove_user(&name).await;
    done(&accounts, removed.map(|()| None)).await
}

/// Makes a token; the page shows it once.
pub(super) async fn add_token(
    State(accounts): State<Accounts>,
    Extension(who): Extension<Who>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let all = |key: &str| -> Vec<String> {
        let own = fields.iter().filter(|(name, _)| name == key);
        own.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
    };
    let Ok(days) = all("days").first().map(|text| text.parse()).transpose() else {
        let wrong = AccountError::Wrong("days: it is no number".to_owned());
        return done(&accounts, Err(wrong)).await;
    };
    let name = all("name").into_iter().next().unwrap_or_default();
    let new = NewToken { name, scopes: all("scope"), days };
    let told = accounts
        .add_token(&new, &who.name)
        .await
        .map(|secret| Some((format!("The token {}: it is shown this once", new.name), secret)));
    done(&accounts, told).await
}

/// Revokes a token.
pub(super) async fn revoke(State(accounts): State<Accounts>, Path(name): Path<String>) -> Response {
    let revoked = accounts.revoke(&name).await;
    done(&accounts, revoked.map(|()| None)).await
}

/// Back to the page, with what is to be shown once, or with what is wrong.
async fn done(
    accounts: &Accounts,
    done: Result<Option<(String, String)>, AccountError>,
) -> Response {
    match done {
        Ok(None) => Redirect::to("/settings").into_response(),
        Ok(secret) => shown(accounts, secret, None).await,
        Err(AccountError::Wrong(error)) => shown(accounts, None, Some(error)).await,
        Err(error) => unavailable(&error).into_response(),
    }
}

/// The address under which somebody else reaches a path: as the admin does.
fn whole(accounts: &Accounts, headers: &HeaderMap, path: &str) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if accounts.is_secure() { "https" } else { "http" };
    format!("{scheme}://{host}{path}")
}

/// Whether a form's box for a scope is ticked at first.
fn is_usual(scope: &str) -> bool {
    scope == Scope::Read.as_str()
}

fn day(at: i64) -> String {
    Timestamp(at).to_rfc3339().chars().take(10).collect()
}

fn minute(at: i64) -> String {
    let text: String = Timestamp(at).to_rfc3339().chars().take(16).collect();
    format!("{} UTC", text.replace('T', " "))
}
