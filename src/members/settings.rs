//! The settings page: users, tokens, and what was done.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;

use super::workspace_lines::{WorkspaceLine, lines};
use super::{EffectiveSettings, Room, refused, unavailable};
use crate::accounts::{AccountError, Accounts, NewToken, Refusal, Role, Scope, Who};
use crate::domain::Timestamp;
use crate::http::page::html;
use crate::language::{Language, Message, filters, say};
use crate::render::labels;

/// Acts that the page shows.
const ACTS: u64 = 50;

#[derive(Template)]
#[template(path = "settings.html", config = "dashboards/askama.toml")]
struct SettingsPage {
    page: &'static str,
    users: Vec<UserLine>,
    tokens: Vec<TokenLine>,
    workspaces: Vec<WorkspaceLine>,
    languages: Vec<&'static str>,
    acts: Vec<[String; 5]>,
    effective: Arc<EffectiveSettings>,
    /// Each with what it may do.
    roles: [(&'static str, Message); 3],
    scopes: [(&'static str, Message); 5],
    /// Told once: what it is, and the secret itself.
    secret: Option<Secret>,
    error: Option<Message>,
}

pub(super) type Secret = (Message, String);

struct UserLine {
    name: String,
    role: String,
    workspace: String,
    has_password: bool,
    since: String,
}

struct TokenLine {
    name: String,
    scopes: String,
    workspace: String,
    made: Message,
    expires: String,
    is_expired: bool,
    used: String,
}

/// `GET /settings`.
pub(super) async fn page(State(room): State<Room>) -> Response {
    shown(&room, None, None).await
}

pub(super) async fn shown(room: &Room, secret: Option<Secret>, error: Option<Message>) -> Response {
    let accounts = &room.accounts;
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
        workspace: user.workspace.clone(),
        has_password: !user.password.is_empty(),
        since: day(user.created_at),
    });
    let now = accounts.now().0;
    let never = || say("settings-never").to_string();
    let tokens = known.tokens.iter().map(|token| TokenLine {
        name: token.name.clone(),
        scopes: if token.question.is_empty() {
            token.scopes.join(", ")
        } else {
            token.question.clone()
        },
        workspace: token.workspace.clone(),
        made: say("settings-made-by").with("day", day(token.made_at)).with("who", &token.made_by),
        expires: token.expires_at.map_or_else(never, day),
        is_expired: token.expires_at.is_some_and(|until| until <= now),
        used: token.used_at.map_or_else(never, minute),
    });
    let workspaces = match lines(accounts).await {
        Ok(lines) => lines,
        Err(error) => return unavailable(&error).into_response(),
    };
    let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let acts =
        acts.into_iter().map(|act| [minute(act.at), act.who, act.act, act.about, act.address]);
    let page = SettingsPage {
        page: "settings",
        users: users.collect(),
        tokens: tokens.collect(),
        workspaces,
        languages: Language::all().map(Language::tag).collect(),
        acts: acts.collect(),
        roles: Role::ALL.map(Role::as_str).map(|role| (role, say(format!("role-{role}")))),
        scopes: Scope::ALL.map(Scope::as_str).map(|scope| (scope, say(format!("scope-{scope}")))),
        effective: room.effective.clone(),
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
    State(room): State<Room>,
    headers: HeaderMap,
    Form(form): Form<UserForm>,
) -> Response {
    let name = form.name.trim().to_owned();
    let link = match Role::parse(&form.role) {
        Ok(role) => room.accounts.add_user(&name, role).await,
        Err(error) => Err(Refusal::Unreadable(error).into()),
    };
    let told = link.map(|link| {
        let what = say("settings-one-time-link").with("name", &name);
        Some((what, whole(&room.accounts, &headers, &link)))
    });
    done(&room, told).await
}

/// Gives a user another role.
pub(super) async fn give_role(
    State(room): State<Room>,
    Path(name): Path<String>,
    Form(form): Form<UserForm>,
) -> Response {
    let given = match Role::parse(&form.role) {
        Ok(role) => room.accounts.give_role(&name, role).await,
        Err(error) => Err(Refusal::Unreadable(error).into()),
    };
    done(&room, given.map(|()| None)).await
}

#[derive(Debug, Deserialize)]
pub(super) struct MemberForm {
    workspace: String,
}

/// Makes a user a member of a workspace, or lets them see all.
pub(super) async fn give_workspace(
    State(room): State<Room>,
    Path(name): Path<String>,
    Form(form): Form<MemberForm>,
) -> Response {
    let workspace = Some(form.workspace.as_str()).filter(|name| !name.is_empty());
    let given = room.accounts.give_workspace(&name, workspace).await;
    done(&room, given.map(|()| None)).await
}

/// Ends a user's sessions and password; the page shows a new one-time link.
pub(super) async fn reset(
    State(room): State<Room>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Response {
    let told = room.accounts.reset(&name).await.map(|link| {
        let what = say("settings-new-link-told").with("name", &name);
        Some((what, whole(&room.accounts, &headers, &link)))
    });
    done(&room, told).await
}

/// Removes a user.
pub(super) async fn remove_user(State(room): State<Room>, Path(name): Path<String>) -> Response {
    let removed = room.accounts.remove_user(&name).await;
    done(&room, removed.map(|()| None)).await
}

/// Makes a token; the page shows it once.
pub(super) async fn add_token(
    State(room): State<Room>,
    Extension(who): Extension<Who>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let all = |key: &str| -> Vec<String> {
        let own = fields.iter().filter(|(name, _)| name == key);
        own.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
    };
    let Ok(days) = all("days").first().map(|text| text.parse()).transpose() else {
        return shown(&room, None, Some(say("settings-days-no-number"))).await;
    };
    let name = all("name").into_iter().next().unwrap_or_default();
    let workspace = all("workspace").into_iter().next();
    let new = NewToken { name, scopes: all("scope"), days, workspace };
    let told = room
        .accounts
        .add_token(&new, &who.name)
        .await
        .map(|secret| Some((say("settings-token-told").with("name", &new.name), secret)));
    done(&room, told).await
}

/// Revokes a token.
pub(super) async fn revoke(State(room): State<Room>, Path(name): Path<String>) -> Response {
    let revoked = room.accounts.revoke(&name).await;
    done(&room, revoked.map(|()| None)).await
}

/// Back to the page, with what is to be shown once, or with what is wrong.
pub(super) async fn done(room: &Room, done: Result<Option<Secret>, AccountError>) -> Response {
    match done {
        Ok(None) => Redirect::to("/settings").into_response(),
        Ok(secret) => shown(room, secret, None).await,
        Err(AccountError::Wrong(refusal)) => shown(room, None, Some(refused::told(&refusal))).await,
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
