//! What is sent to reports: by the forms of their pages, and over the API.

use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde::{Deserialize, Serialize};
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problems::{failed, no_report};
use super::{ReportCatalog, ReportError, Runner, ToldReport, ToldRun, dto, form, pages};
use crate::domain::Timestamp;
use crate::http::own::Own;
use crate::http::problem::Problem;
use crate::language::{Message, say};

/// Pages, forms and API of reports, and the API's description.
pub fn router(catalog: ReportCatalog) -> (Router, OpenApi) {
    let (api, description) = OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(runs, run))
        .routes(routes!(download))
        .split_for_parts();
    let routes = api
        .route("/reports", get(pages::list).post(save))
        .route("/reports/new", get(pages::new))
        .route("/reports/{name}", get(pages::one))
        .route("/reports/{name}/remove", post(remove))
        .route("/reports/{name}/run", post(run_by_form))
        .with_state(catalog);
    (routes, description)
}

/// The reports.
#[derive(Debug, Serialize, ToSchema)]
struct ReportList {
    /// Those of the settings, then those of the page.
    reports: Vec<ToldReport>,
}

/// Runs of a report.
#[derive(Debug, Serialize, ToSchema)]
struct RunList {
    /// The latest first.
    runs: Vec<ToldRun>,
}

/// A run that was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct AskedRun {
    /// By which it is known.
    run: String,
}

/// All reports, with when each is due next and what became of its latest run.
#[utoipa::path(get, path = "/api/v1/reports", tag = "reports", responses((status = 200, body = ReportList)))]
async fn list(Own(catalog): Own<ReportCatalog>) -> Result<Response, Problem> {
    let reports = dto::reports(&catalog).await.map_err(|error| failed(&error))?;
    Ok(Json(ReportList { reports }).into_response())
}

/// The latest runs of a report.
#[utoipa::path(get, path = "/api/v1/reports/{name}/runs", tag = "reports",
    params(("name" = String, Path, description = "The report")), responses((status = 200, body = RunList)))]
async fn runs(
    Own(catalog): Own<ReportCatalog>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    if catalog.find(&name).await.map_err(|error| failed(&error))?.is_none() {
        return Err(no_report(&name));
    }
    let runs = dto::runs(&catalog, &name, 100).await.map_err(|error| failed(&error))?;
    Ok(Json(RunList { runs }).into_response())
}

/// Which run is to be made again.
#[derive(Debug, Default, Deserialize)]
struct Again {
    again: Option<String>,
}

/// Asks for a run as of now, or as of the instant of an earlier one: a worker makes it and delivers it.
#[utoipa::path(post, path = "/api/v1/reports/{name}/runs", tag = "reports",
    params(("name" = String, Path, description = "The report"),
        ("again" = Option<String>, Query, description = "The run whose instant it is to be made for")),
    responses((status = 202, body = AskedRun), (status = 409, body = Problem, content_type = "application/problem+json")))]
async fn run(
    Own(catalog): Own<ReportCatalog>,
    Path(name): Path<String>,
    Query(Again { again }): Query<Again>,
) -> Result<Response, Problem> {
    let run = ask(catalog, &name, again.as_deref()).await?;
    Ok((StatusCode::ACCEPTED, Json(AskedRun { run })).into_response())
}

async fn run_by_form(
    Own(catalog): Own<ReportCatalog>,
    Path(name): Path<String>,
    Form(Again { again }): Form<Again>,
) -> Result<Redirect, Problem> {
    ask(catalog, &name, again.as_deref()).await?;
    Ok(Redirect::to(&format!("/reports/{name}?asked=1")))
}

async fn ask(catalog: ReportCatalog, name: &str, again: Option<&str>) -> Result<String, Problem> {
    let at = match again {
        None => catalog.now(),
        Some(run) => {
            let runs = catalog.store.report_runs(name, run, 1).await;
            let before = runs.map_err(|error| failed(&error))?.pop();
            let no_run = || {
                Problem::in_parameter("again", say("reports-no-run").with("run", run).to_string())
            };
            Timestamp(before.ok_or_else(no_run)?.due_at)
        }
    };
    let found = catalog.find(name).await.map_err(|error| failed(&error))?;
    match found.ok_or_else(|| no_report(name))?.report {
        Ok(_) => {
            let run =
                Runner::new(catalog).ask_for(name, at).await.map_err(|error| failed(&error))?;
            Ok(run.run)
        }
        Err(error) => Err(Problem::new(StatusCode::CONFLICT, error.to_string())),
    }
}

/// A file of a run. Only names that the run has told are looked for.
#[utoipa::path(get, path = "/api/v1/reports/{name}/runs/{run}/{file}", tag = "reports",
    params(("name" = String, Path, description = "The report"), ("run" = String, Path, description = "The run"),
        ("file" = String, Path, description = "The file")),
    responses((status = 200, content_type = "application/octet-stream", body = [u8])))]
async fn download(
    Own(catalog): Own<ReportCatalog>,
    Path((name, run, file)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let found = dto::run(&catalog, &name, &run).await.map_err(|error| failed(&error))?;
    let is_known = found.is_some_and(|run| run.files.contains(&file));
    let no_file = |text| Problem::new(StatusCode::NOT_FOUND, say(text).to_string());
    if !is_known {
        return Err(no_file("reports-unknown-file"));
    }
    let path = catalog.folder_of(&name).join(&run).join(&file);
    let opened = tokio::fs::File::open(path).await;
    let opened = opened.map_err(|_| no_file("reports-file-gone"))?;
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
    Own(catalog): Own<ReportCatalog>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let (written, unread) = form::written(&fields);
    let catalog = catalog.with_stored_funnels().await.map_err(|error| failed(&error))?;
    let name = written.name.clone();
    let is_new = fields.iter().any(|(key, _)| key == "is_new");
    let known = catalog.find(&name).await.map_err(|error| failed(&error))?;
    let taken = |reason: Message| ReportError { key: "name", reason };
    let checked = match known {
        Some(known) if !known.is_editable => Err(taken(say("reports-taken-by-settings"))),
        Some(_) if is_new => Err(taken(say("reports-taken"))),
        _ => match unread {
            Some(error) => Err(error),
            None => catalog.check(written.clone()),
        },
    };
    let report = match checked {
        Ok(report) => report,
        Err(error) => return Ok(pages::again(&catalog, written, is_new, &error)),
    };
    let definition = serde_json::to_string(&written).unwrap_or_default();
    let version = version(&catalog).await?;
    let saved = catalog.store.save_report_definition(&name, Some(definition), version).await;
    saved.map_err(|error| failed(&error))?;
    // From now on, not from when a scheduler sees it; a new report has no instants behind it.
    let (key, now) = (report.schedule_key(), catalog.now().0);
    let begun = if is_new {
        catalog.store.begin_schedule(&name, &key, now).await
    } else {
        catalog.store.schedule_since(&name, &key, now).await.map(|_| ())
    };
    begun.map_err(|error| failed(&error))?;
    Ok(Redirect::to(&format!("/reports/{name}?saved=1")).into_response())
}

/// A version for an edit of a definition.
async fn version(catalog: &ReportCatalog) -> Result<u64, Problem> {
    let version = catalog.store.next_version("report_definitions", catalog.now().micros()).await;
    version.map_err(|error| failed(&error))
}

async fn remove(
    Own(catalog): Own<ReportCatalog>,
    Path(name): Path<String>,
) -> Result<Redirect, Problem> {
    let known = catalog.find(&name).await.map_err(|error| failed(&error))?;
    if !known.ok_or_else(|| no_report(&name))?.is_editable {
        let text = say("reports-removed-there").to_string();
        return Err(Problem::new(StatusCode::CONFLICT, text));
    }
    let removed = catalog.store.save_report_definition(&name, None, version(&catalog).await?).await;
    removed.map_err(|error| failed(&error))?;
    Ok(Redirect::to("/reports"))
}
