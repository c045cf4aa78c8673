//! The page of all funnels and that of one stored funnel, with its history; what their forms send.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use serde::Deserialize;

use super::builder_address::address;
use crate::accounts::{Scope, Who};
use crate::analysis::WrittenFunnel;
use crate::domain::Timestamp;
use crate::http::own::Own;
use crate::http::page::{html, refused};
use crate::http::problem::Problem;
use crate::insights::error::AnswerError;
use crate::insights::funnel_edits::{Difference, FunnelChange, history};
use crate::insights::stored_funnels::StoredFunnel;
use crate::language::{Message, filters, say};
use crate::render::numbers::local_minute;
use crate::web::api::stored_funnels::editing;
use crate::web::page_scope::Allowed;
use crate::web::state::Views;

#[derive(Template)]
#[template(path = "stored_funnels.html", config = "dashboards/askama.toml")]
struct ListPage {
    page: &'static str,
    rows: Vec<Row>,
    is_writable: bool,
    /// Whether the reader sees definitions, which may name what is of other Pages.
    error: Option<String>,
    form: Typed,
}

#[derive(Template)]
#[template(path = "stored_funnel.html", config = "dashboards/askama.toml")]
struct FunnelPage {
    page: &'static str,
    row: Row,
    changes: Vec<Change>,
    is_writable: bool,
    said: Option<Message>,
    error: Option<String>,
    form: Typed,
}

/// A funnel of the list.
struct Row {
    name: String,
    title: String,
    /// The file in which it stands; none of a stored one.
    file: Option<String>,
    edited: Option<Message>,
    is_archived: bool,
    /// Why it does not answer.
    error: Option<String>,
    /// The form of the page that makes funnels, to change it and to make another like it.
    edit: Option<String>,
    copy: String,
}

/// An edit.
struct Change {
    version: u64,
    told: Message,
    time: String,
    differences: Vec<Difference>,
}

/// What stands in the form: a funnel as JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    /// Its name, if the definition does not say one.
    name: String,
    /// The stored funnel that it replaces, and which version of it: `weekly@3`.
    edits: String,
    definition: String,
}

/// What the address asks: the funnel that a new one is to be like, and whether one was just kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    like: Option<String>,
    saved: Option<String>,
}

/// `GET /funnels/stored`.
pub(crate) async fn list(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    Query(Asked { like, .. }): Query<Asked>,
) -> Response {
    match list_page(&views, &who, Typed::default(), like.as_deref()).await {
        Ok(page) => html(StatusCode::OK, page.render()),
        Err(error) => refused(error.into()),
    }
}

/// `GET /funnels/stored/{name}`.
pub(crate) async fn one(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
    Query(Asked { saved, .. }): Query<Asked>,
) -> Response {
    let said = saved.map(|_| say("stored-saved"));
    match one_page(&views, &who, &name, None).await {
        Ok(Some(page)) => html(StatusCode::OK, FunnelPage { said, ..page }.render()),
        Ok(None) => {
            let text = say("stored-unknown").with("name", name).to_string();
            refused(Problem::new(StatusCode::NOT_FOUND, text))
        }
        Err(error) => refused(error.into()),
    }
}

/// `POST /funnels/stored`: a new funnel, or a change of one.
pub(crate) async fn save(
    Own(views): Own<Views>,
    Extension(who): Extension<Who>,
    Form(typed): Form<Typed>,
) -> Response {
    match saved(&views, &who, &typed).await {
        Ok(name) => Redirect::to(&format!("/funnels/stored/{name}?saved=1")).into_response(),
        Err(problem) => again(&views, &who, typed, problem).await,
    }
}

/// `POST /funnels/stored/{name}/archive`.
pub(crate) async fn archive(
    Own(views): Own<Views>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
) -> Response {
    archived(&views, &who, &name, true).await
}

/// `POST /funnels/stored/{name}/restore`.
pub(crate) async fn restore(
    Own(views): Own<Views>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
) -> Response {
    archived(&views, &who, &name, false).await
}

async fn archived(views: &Views, who: &Who, name: &str, is_archived: bool) -> Response {
    match editing(views, who).archive(name, is_archived).await {
        Ok(edit) => Redirect::to(&format!("/funnels/stored/{}?saved=1", edit.name)).into_response(),
        Err(error) => refused(error.into()),
    }
}

async fn saved(views: &Views, who: &Who, typed: &Typed) -> Result<String, Problem> {
    let mut written: WrittenFunnel = serde_json::from_str(&typed.definition)
        .map_err(|error| Problem::in_parameter("definition", error.to_string()))?;
    let editing = editing(views, who);
    let Some((name, version)) = typed.edits.rsplit_once('@') else {
        if !typed.name.trim().is_empty() {
            typed.name.trim().clone_into(&mut written.name);
        }
        return Ok(editing.make(&written).await?.name);
    };
    name.clone_into(&mut written.name);
    let unread = |_| Problem::in_parameter("edits", say("stored-no-version").to_string());
    let version = version.parse().map_err(unread)?;
    Ok(editing.change(&written, Some(version)).await?.name)
}

/// The page with what was typed, and what is wrong with it.
async fn again(views: &Views, who: &Who, typed: Typed, problem: Problem) -> Response {
    let status = problem.status();
    let error = Some(problem.detail());
    let edited = typed.edits.rsplit_once('@').map(|(name, _)| name.to_owned());
    if let Some(name) = edited
        && let Ok(Some(page)) = one_page(views, who, &name, Some(&typed)).await
    {
        return html(status, FunnelPage { error, ..page }.render());
    }
    match list_page(views, who, typed, None).await {
        Ok(page) => html(status, ListPage { error, ..page }.render()),
        Err(error) => refused(error.into()),
    }
}

async fn list_page(
    views: &Views,
    who: &Who,
    form: Typed,
    like: Option<&str>,
) -> Result<ListPage, AnswerError> {
    let stored = views.stored_funnels.all(&views.store).await?;
    let like = like.and_then(|name| stored.iter().find(|one| one.edit.name == name));
    let form = match like.and_then(|one| one.written.as_ref()) {
        Some(written) => Typed {
            name: format!("{}-2", written.name.chars().take(60).collect::<String>()),
            definition: pretty(written),
            ..form
        },
        None => form,
    };
    let of_files = views.funnels.values().map(|funnel| Row {
        name: funnel.name.clone(),
        title: funnel.title.clone(),
        file: Some(funnel.file().to_owned()),
        edited: None,
        is_archived: false,
        error: None,
        edit: None,
        copy: String::new(),
    });
    let stored = stored.iter().map(|one| Row::new(one, views));
    let mut rows: Vec<Row> = of_files.chain(stored).collect();
    rows.sort_by_key(|row| row.is_archived);
    let is_writable = may_write(who);
    Ok(ListPage { page: "funnels", rows, is_writable, error: None, form })
}

async fn one_page(
    views: &Views,
    who: &Who,
    name: &str,
    typed: Option<&Typed>,
) -> Result<Option<FunnelPage>, AnswerError> {
    let stored = views.stored_funnels.all(&views.store).await?;
    let Some(stored) = stored.iter().find(|one| one.edit.name == name) else {
        return Ok(None);
    };
    let edits = views.store.funnel_edits(name).await?;
    let change = |change: FunnelChange| {
        let at = change.made_at.parse::<jiff::Timestamp>().unwrap_or_default();
        Change {
            version: change.version,
            told: say(format!("stored-act-{}", change.act)).with("who", change.made_by),
            time: local_minute(Timestamp(at.as_millisecond()), &views.defaults.zone),
            differences: change.differences,
        }
    };
    let form = Typed {
        name: name.to_owned(),
        edits: typed.map_or_else(|| version(stored), |typed| typed.edits.clone()),
        definition: match (typed, &stored.written) {
            (Some(typed), _) => typed.definition.clone(),
            (None, Some(written)) => pretty(written),
            (None, None) => stored.edit.definition.clone(),
        },
    };
    Ok(Some(FunnelPage {
        page: "funnels",
        row: Row::new(stored, views),
        changes: history(&edits).into_iter().map(change).collect(),
        is_writable: may_write(who),
        said: None,
        error: None,
        form,
    }))
}

fn may_write(who: &Who) -> bool {
    who.may(Scope::Write)
}

fn version(stored: &StoredFunnel) -> String {
    format!("{}@{}", stored.edit.name, stored.edit.version)
}

/// As people read it: without the keys that say nothing.
fn pretty(written: &WrittenFunnel) -> String {
    let mut value = serde_json::to_value(written).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

impl Row {
    fn new(stored: &StoredFunnel, views: &Views) -> Self {
        let StoredFunnel { edit, written, checked } = stored;
        let error = match (checked, views.funnels.get(&edit.name)) {
            (Err(error), _) => Some(say("stored-broken").with("reason", error.to_string())),
            (Ok(_), Some(file)) => Some(say("stored-hidden").with("file", file.file())),
            (Ok(_), None) => None,
        };
        let minute = local_minute(Timestamp(edit.made_at), &views.defaults.zone);
        let told = say(format!("stored-act-{}", edit.act)).with("who", &edit.made_by);
        let in_form = |edits: Option<&str>, title: Option<String>| {
            let written = written.clone()?;
            let title = title.or(written.title.clone());
            address(&WrittenFunnel { title, ..written }, edits)
        };
        let copied = say("stored-copy-of").with("title", stored.title()).to_string();
        let by_json = format!("/funnels/stored?like={}#by-json", edit.name);
        Self {
            name: edit.name.clone(),
            title: stored.title().to_owned(),
            file: None,
            edited: Some(say("stored-edited").with("act", told).with("time", minute)),
            is_archived: stored.is_archived(),
            error: error.map(|error| error.to_string()),
            edit: in_form(Some(&version(stored)), None),
            copy: in_form(None, Some(copied)).unwrap_or(by_json),
        }
    }
}
