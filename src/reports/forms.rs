//! What is sent to reports: by the forms of their pages, and over the API.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde_json::json;
use tokio_util::io::ReaderStream;

use super::{ReportError, Runner, Shelf, WrittenReport, pages, told};
use crate::store::StoreError;
use crate::views::Problem;

/// Pages, forms and API of reports.
pub fn router(shelf: Shelf) -> Router {
    Router::new()
        .route("/reports", get(pages::list).post(save))
        .route("/reports/new", get(pages::new))
        .route("/reports/{name}", get(pages::one))
        .route("/reports/{name}/remove", post(remove))
        .route("/reports/{name}/run", post(run_by_form))
        .route("/api/v1/reports", get(list))
        .route("/api/v1/reports/{name}/runs", get(runs).post(run))
        .route("/api/v1/reports/{name}/runs/{run}/{file}", get(download))
        .with_state(shelf)
}

pub(super) fn failed(error: &StoreError) -> Problem {
    tracing::error!(%error, "reports could not be looked up");
    let text = "ClickHouse did not answer. The log of this server says why.".to_owned();
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, text)
}

fn no_report(name: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is no report {name:?}"))
}

/// All reports, with when each is due next and what became of its latest run.
async fn list(State(shelf): State<Shelf>) -> Result<Response, Problem> {
    let reports = told::reports(&shelf).await.map_err(|error| failed(&error))?;
    Ok(Json(json!({ "reports": reports })).into_response())
}

/// The latest runs of a report.
async fn runs(State(shelf): State<Shelf>, Path(name): Path<String>) -> Result<Response, Problem> {
    if shelf.find(&name).await.map_err(|error| failed(&error))?.is_none() {
        return Err(no_report(&name));
    }
    let runs = told::runs(&shelf, &name, 100).await.map_err(|error| failed(&error))?;
    Ok(Json(json!({ "runs": runs })).into_response())
}

/// Asks for a run as of now: the worker makes it and delivers it.
async fn run(State(shelf): State<Shelf>, Path(name): Path<String>) -> Result<Response, Problem> {
    let asked = ask(shelf, &name).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "run": asked }))).into_response())
}

async fn run_by_form(
    State(shelf): State<Shelf>,
    Path(name): Path<String>,
) -> Result<Redirect, Problem> {
    ask(shelf, &name).await?;
    Ok(Redirect::to(&format!("/reports/{name}?asked=1")))
}

async fn ask(shelf: Shelf, name: &str) -> Result<String, Problem> {
    let found = shelf.find(name).await.map_err(|error| failed(&error))?;
    match found.ok_or_else(|| no_report(name))?.report {
        Ok(_) => {
            let run = Runner::new(shelf).ask_for(name).await.map_err(|error| failed(&error))?;
            Ok(run.run)
        }
        Err(error) => Err(Problem::new(StatusCode::CONFLICT, error.to_string())),
    }
}

/// A file of a run. Only names that the run has told are looked for.
async fn download(
    State(shelf): State<Shelf>,
    Path((name, run, file)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let found = told::run(&shelf, &name, &run).await.map_err(|error| failed(&error))?;
    let is_known = found.is_some_and(|run| run.files.contains(&file));
    let no_file = |text: &str| Problem::new(StatusCode::NOT_FOUND, text.to_owned());
    if !is_known {
        return Err(no_file("there is no such file of that run"));
    }
    let path = shelf.settings.folder.join(&name).join(&run).join(&file);
    let opened = tokio::fs::File::open(path).await;
    let opened = opened.map_err(|_| {
        no_file("this file is no longer here, or on another machine: run the report again")
    })?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    let body = axum::body::Body::from_stream(ReaderStream::new(opened));
    Ok((headers, body).into_response())
}

/// Keeps a report that was written on the page.
async fn save(
    State(shelf): State<Shelf>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let written = written(&fields);
    let name = written.name.clone();
    let is_new = fields.iter().any(|(key, _)| key == "is_new");
    let known = shelf.find(&name).await.map_err(|error| failed(&error))?;
    let taken = |reason: &str| ReportError { key: "name", reason: reason.to_owned() };
    let checked = match known {
        Some(known) if !known.is_editable => {
            Err(taken("a report of the settings has this name; it is changed there"))
        }
        Some(_) if is_new => Err(taken("there is a report of that name already")),
        _ => shelf.check(written.clone()),
    };
    if let Err(error) = checked {
        return Ok(pages::again(&shelf, written, is_new, &error));
    }
    let definition = serde_json::to_string(&written).unwrap_or_default();
    let version = shelf.now().micros();
    let saved = shelf.store.save_report_definition(&name, Some(definition), version).await;
    saved.map_err(|error| failed(&error))?;
    Ok(Redirect::to(&format!("/reports/{name}?saved=1")).into_response())
}

async fn remove(State(shelf): State<Shelf>, Path(name): Path<String>) -> Result<Redirect, Problem> {
    let known = shelf.find(&name).await.map_err(|error| failed(&error))?;
    if !known.ok_or_else(|| no_report(&name))?.is_editable {
        let text = "a report of the settings is removed there".to_owned();
        return Err(Problem::new(StatusCode::CONFLICT, text));
    }
    let removed = shelf.store.save_report_definition(&name, None, shelf.now().micros()).await;
    removed.map_err(|error| failed(&error))?;
    Ok(Redirect::to("/reports"))
}

/// The report that a form describes.
fn written(fields: &[(String, String)]) -> WrittenReport {
    let all = |key: &str| -> Vec<String> {
        let own = fields.iter().filter(|(name, _)| name == key);
        own.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
    };
    let some = |key: &str| all(key).into_iter().next();
    let text = |key: &str| some(key).unwrap_or_default();
    let list = |text: String| -> Vec<String> {
        let parts = text.split(',').map(|one| one.trim().to_owned());
        parts.filter(|one| !one.is_empty()).collect()
    };
    let usual = WrittenReport::default();
    WrittenReport {
        name: text("name"),
        title: text("title"),
        question: text("question"),
        funnel: some("funnel").unwrap_or(usual.funnel),
        range: text("range"),
        by: list(text("by")),
        top: some("top").and_then(|top| top.parse().ok()),
        model: some("model"),
        conversion: some("conversion"),
        lookback_days: some("lookback_days").and_then(|days| days.parse().ok()),
        schedule: text("schedule"),
        time_zone: text("time_zone"),
        formats: all("formats"),
        locale: text("locale"),
        bom: some("bom").is_some(),
        to: all("to"),
    }
}
