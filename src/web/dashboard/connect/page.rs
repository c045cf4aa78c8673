//! The page on which an address for a spreadsheet is made, shown once, and taken back.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;

use crate::accounts::{AccountError, OnlyQuestion, Scope, Who};
use crate::domain::Timestamp;
use crate::http::page::{html, refused};
use crate::http::problem::Problem;
use crate::http::visitor::may_connect;
use crate::language::{Message, filters, say};
use crate::web::routes;
use crate::web::state::Views;

/// Days that an address is good for: some, and which of them is proposed.
const DAYS: [u32; 4] = [30, 90, 180, 365];
const USUAL_DAYS: u32 = 90;
/// An address at most.
const LONGEST: usize = 4 << 10;

#[derive(Template)]
#[template(path = "connect.html", config = "dashboards/askama.toml")]
struct ConnectPage {
    page: &'static str,
    question: String,
    /// The same without its days, if it names some.
    rolling: Option<String>,
    days: &'static [u32],
    usual_days: u32,
    /// Told once.
    address: Option<String>,
    tokens: Vec<TokenLine>,
}

struct TokenLine {
    name: String,
    question: String,
    made: Message,
    expires: String,
    used: String,
    is_revocable: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    question: String,
    #[serde(default)]
    days: Option<u32>,
    /// Whether it is to be of the last 30 days, whenever it is asked.
    #[serde(default)]
    is_rolling: bool,
}

/// `GET /connect`.
pub(crate) async fn connect(
    State(views): State<Views>,
    Extension(who): Extension<Who>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let only = match asked {
        Ok(Query(asked)) => read(&asked.question),
        Err(rejection) => Err(Problem::new(StatusCode::BAD_REQUEST, rejection.body_text())),
    };
    match only {
        Ok(only) => shown(&views, &who, &only, None),
        Err(problem) => refused(problem),
    }
}

/// `POST /connect`: makes the token; the page shows the address once.
pub(crate) async fn make(
    State(views): State<Views>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Form(asked): Form<Asked>,
) -> Response {
    let read = match read(&asked.question) {
        Ok(read) => read,
        Err(problem) => return refused(problem),
    };
    let rolling = rolling(&read).filter(|_| asked.is_rolling);
    let only = rolling.as_ref().unwrap_or(&read);
    let days = asked.days.filter(|days| DAYS.contains(days)).unwrap_or(USUAL_DAYS);
    let number = uuid::Uuid::new_v4().simple().to_string();
    let name = format!("sheet-{}", &number[..12]);
    let asks_as = who.is_user.then_some(who.name.as_str());
    let workspace = who.workspace.as_ref().map(|workspace| workspace.name.as_str());
    let made = views.accounts.add_token_of(only, &name, days, &who.name, asks_as, workspace).await;
    match made {
        Ok(secret) => {
            let mark = if only.as_str().contains('?') { '&' } else { '?' };
            let home = home(&views, &headers);
            let address = format!("{home}{}{mark}format=csv&token={secret}", only.as_str());
            shown(&views, &who, &read, Some(address))
        }
        Err(error) => told(error),
    }
}

/// `POST /connect/{name}/revoke`.
pub(crate) async fn revoke(
    State(views): State<Views>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
) -> Response {
    let known = views.accounts.known();
    let found = known.tokens.iter().find(|token| token.name == name && !token.question.is_empty());
    let Some(token) = found.filter(|token| is_revocable(&who, &token.made_by)) else {
        let text = say("connect-none").with("name", &name).to_string();
        return refused(Problem::new(StatusCode::NOT_FOUND, text));
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("question", &token.question)
        .finish();
    match views.accounts.revoke(&name).await {
        Ok(()) => Redirect::to(&format!("/connect?{query}")).into_response(),
        Err(error) => told(error),
    }
}

/// Who made it takes it back, and whoever may take back all.
fn is_revocable(who: &Who, made_by: &str) -> bool {
    who.may(Scope::Admin) || who.name == made_by
}

/// Whether whoever looks at a page may connect a spreadsheet with this question.
pub(crate) fn is_connectable(question: impl AsRef<str>) -> bool {
    may_connect() && read(question.as_ref()).is_ok()
}

/// A question that has rows, shows nobody, and is written as it is asked.
fn read(text: &str) -> Result<OnlyQuestion, Problem> {
    let wrong = || {
        let text = say("connect-no-question").to_string();
        Problem::new(StatusCode::BAD_REQUEST, text)
    };
    let is_short = text.len() <= LONGEST;
    let address: Uri = text.parse().ok().filter(|_| is_short).ok_or_else(wrong)?;
    let route = routes::find_asked(&Method::GET, address.path());
    let route = route.filter(|route| {
        route.scope() == Scope::Read && route.formats().contains(&"csv") && address.host().is_none()
    });
    let taken: Vec<&str> =
        route.and_then(routes::Route::parameters).ok_or_else(wrong)?.map(|one| one.name).collect();
    let only = OnlyQuestion::at(&address);
    let query = address.query().unwrap_or_default();
    let is_known =
        form_urlencoded::parse(query.as_bytes()).all(|(name, _)| taken.contains(&&*name));
    if is_known { Ok(only) } else { Err(wrong()) }
}

/// The question without its days: always of the last 30. Nothing if it names none.
fn rolling(only: &OnlyQuestion) -> Option<OnlyQuestion> {
    let address: Uri = only.as_str().parse().ok()?;
    let asked = form_urlencoded::parse(address.query()?.as_bytes());
    let kept = asked.filter(|(name, _)| !matches!(&**name, "from" | "to"));
    let kept = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    let rolling = OnlyQuestion::at(&format!("{}?{kept}", address.path()).parse().ok()?);
    (rolling != *only).then_some(rolling)
}

/// The address under which somebody else reaches this server.
fn home(views: &Views, headers: &HeaderMap) -> String {
    if let Some(url) = &views.public_url {
        return url.trim_end_matches('/').to_owned();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if views.accounts.is_secure() { "https" } else { "http" };
    format!("{scheme}://{host}")
}

fn shown(views: &Views, who: &Who, only: &OnlyQuestion, address: Option<String>) -> Response {
    let known = views.accounts.known();
    let rolling = rolling(only).map(|rolling| rolling.as_str().to_owned());
    let own = known.tokens.iter().filter(|token| {
        let is_same = token.question == only.as_str() || rolling.as_ref() == Some(&token.question);
        let workspace = who.workspace.as_ref().map(|workspace| workspace.name.as_str());
        is_same && workspace.is_none_or(|own| token.workspace == own)
    });
    let never = || say("settings-never").to_string();
    let tokens = own.map(|token| TokenLine {
        name: token.name.clone(),
        question: token.question.clone(),
        made: say("settings-made-by").with("day", day(token.made_at)).with("who", &token.made_by),
        expires: token.expires_at.map_or_else(never, day),
        used: token.used_at.map_or_else(never, day),
        is_revocable: is_revocable(who, &token.made_by),
    });
    let tokens = tokens.collect();
    let page = ConnectPage {
        page: "connect",
        question: only.as_str().to_owned(),
        rolling,
        days: &DAYS,
        usual_days: USUAL_DAYS,
        address,
        tokens,
    };
    html(StatusCode::OK, page.render())
}

fn told(error: AccountError) -> Response {
    let (status, text) = match error {
        AccountError::Wrong(refusal) => (StatusCode::BAD_REQUEST, refusal.to_string()),
        error => {
            tracing::error!(%error, "an address for a spreadsheet could not be made or taken back");
            (StatusCode::SERVICE_UNAVAILABLE, say("connect-unavailable").to_string())
        }
    };
    refused(Problem::new(status, text))
}

fn day(at: i64) -> String {
    Timestamp(at).to_rfc3339().chars().take(10).collect()
}
