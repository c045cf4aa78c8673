//! The pages of reports.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::dataset::Dataset;
use super::dto::{self, ToldDelivery, ToldReport, ToldRun};
use super::form;
use super::problems::{failed, no_report};
use super::rhythm::{self, Rhythm};
use super::{ReportCatalog, ReportError, WrittenReport, range};
use crate::analysis::{DEFAULT_FUNNEL, Dimension, Model};
use crate::http::own::Own;
use crate::http::page::html;
use crate::http::problem::Problem;
use crate::language::{Message, filters, say};

/// Runs that a page shows.
const RUNS: u64 = 30;

#[derive(Template)]
#[template(path = "reports.html", config = "dashboards/askama.toml")]
struct ReportsPage {
    page: &'static str,
    reports: Vec<ReportRow>,
    runs: Vec<RunRow>,
}

#[derive(Template)]
#[template(path = "report.html", config = "dashboards/askama.toml")]
struct ReportPage {
    page: &'static str,
    title: String,
    report: Option<ReportRow>,
    runs: Vec<RunRow>,
    said: Option<Message>,
    error: Option<String>,
    /// The form, where the report can be changed.
    form: Option<ReportForm>,
}

/// What the form of a report shows.
struct ReportForm {
    is_new: bool,
    written: WrittenReport,
    by: String,
    filters: String,
    /// Each with what people call it, as models and ranges are.
    questions: Vec<(&'static str, Message)>,
    funnels: Vec<String>,
    models: Vec<(&'static str, Message)>,
    dimensions: String,
    ranges: [&'static str; 9],
    formats: [&'static str; 5],
    destinations: Vec<(String, Message)>,
    zone: String,
    /// Each with what people call it; which is chosen (`hand`, one of these, or `cron`), and at what time.
    rhythms: Vec<(&'static str, Message)>,
    every: &'static str,
    at: String,
}

/// A report with its times in its zone.
struct ReportRow {
    told: ToldReport,
    /// The schedule in words, if it is a simple one.
    schedule: Option<Message>,
    next: String,
    last: Option<RunRow>,
}

/// A run with its times in its report's zone.
struct RunRow {
    told: ToldRun,
    due: String,
    status: Message,
    is_bad: bool,
    /// Whether nothing more comes of it by itself.
    is_over: bool,
}

impl RunRow {
    fn new(told: ToldRun, zone: &str) -> Self {
        let is_uncertain = told.deliveries.iter().any(|delivery| delivery.status == "uncertain");
        let (status, is_bad) = match told.status.as_str() {
            "asked" => ("reports-status-asked", false),
            "running" => ("reports-status-running", false),
            "done" if is_uncertain => ("reports-status-uncertain", true),
            "done" => ("reports-status-done", false),
            "failed" => ("reports-status-failed", true),
            _ => ("reports-status-given-up", true),
        };
        let status = say(status);
        let is_over = matches!(told.status.as_str(), "done" | "given_up");
        Self { due: local(&told.due_at, zone), told, status, is_bad, is_over }
    }
}

/// What became of a delivery; why, as the destination says it.
fn of_delivery(delivery: &ToldDelivery) -> Message {
    let ToldDelivery { destination, status, error } = delivery;
    let status = say(format!("reports-delivery-{status}"));
    let told = match error {
        Some(error) => say("reports-delivery-why").with("error", error),
        None => say("reports-delivery"),
    };
    told.with("destination", destination).with("status", status)
}

impl ReportRow {
    fn new(told: ToldReport) -> Self {
        let next = told.next_run_at.as_deref().map(|next| local(next, &told.time_zone));
        let last = told.last_run.clone().map(|run| RunRow::new(run, &told.time_zone));
        let schedule = told.schedule.as_deref().and_then(Rhythm::of_cron).map(Rhythm::told);
        Self { next: next.unwrap_or_default(), last, schedule, told }
    }
}

/// An instant as a clock in a zone shows it.
fn local(instant: &str, zone: &str) -> String {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    instant.parse::<jiff::Timestamp>().map_or_else(
        |_| instant.to_owned(),
        |at| at.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    saved: Option<String>,
    asked: Option<String>,
}

/// `GET /reports`.
pub(super) async fn list(Own(catalog): Own<ReportCatalog>) -> Result<Response, Problem> {
    let reports = dto::reports(&catalog).await.map_err(|error| failed(&error))?;
    let runs = dto::runs(&catalog, "", RUNS).await.map_err(|error| failed(&error))?;
    let zone = |run: &ToldRun| {
        let report = reports.iter().find(|report| report.name == run.report);
        report.map_or("UTC", |report| report.time_zone.as_str())
    };
    let runs = runs.into_iter().map(|run| {
        let zone = zone(&run).to_owned();
        RunRow::new(run, &zone)
    });
    let runs = runs.collect();
    let reports = reports.into_iter().map(ReportRow::new).collect();
    let page = ReportsPage { page: "reports", reports, runs };
    Ok(html(StatusCode::OK, page.render()))
}

/// `GET /reports/new`, filled in with what the address says in the form's fields.
pub(super) async fn new(
    Own(catalog): Own<ReportCatalog>,
    Query(fields): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let catalog = catalog.with_stored_funnels().await.map_err(|error| failed(&error))?;
    let written =
        if fields.is_empty() { WrittenReport::default() } else { form::written(&fields).0 };
    Ok(form_page(&catalog, written, true, None))
}

/// The form again, with what is wrong.
pub(super) fn again(
    catalog: &ReportCatalog,
    written: WrittenReport,
    is_new: bool,
    error: &ReportError,
) -> Response {
    form_page(catalog, written, is_new, Some(error.to_string()))
}

fn form_page(
    catalog: &ReportCatalog,
    written: WrittenReport,
    is_new: bool,
    error: Option<String>,
) -> Response {
    let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let title = if is_new { say("reports-new").to_string() } else { written.name.clone() };
    let form = Some(ReportForm::new(catalog, written, is_new));
    let page = ReportPage {
        page: "reports",
        title,
        report: None,
        runs: Vec::new(),
        said: None,
        error,
        form,
    };
    html(status, page.render())
}

/// `GET /reports/{name}`.
pub(super) async fn one(
    Own(catalog): Own<ReportCatalog>,
    Path(name): Path<String>,
    Query(said): Query<Said>,
) -> Result<Response, Problem> {
    let catalog = catalog.with_stored_funnels().await.map_err(|error| failed(&error))?;
    let found = catalog.find(&name).await.map_err(|error| failed(&error))?;
    let found = found.ok_or_else(|| no_report(&name))?;
    let written = found.written.clone();
    let is_editable = found.is_editable;
    let reports = dto::reports(&catalog).await.map_err(|error| failed(&error))?;
    let report = reports.into_iter().find(|report| report.name == name);
    let zone = report.as_ref().map_or("UTC".to_owned(), |report| report.time_zone.clone());
    let runs = dto::runs(&catalog, &name, RUNS).await.map_err(|error| failed(&error))?;
    let said = match (said.saved, said.asked) {
        (Some(_), _) => Some(say("reports-saved")),
        (_, Some(_)) => Some(say("reports-run-asked")),
        _ => None,
    };
    let page = ReportPage {
        page: "reports",
        title: report.as_ref().map_or(name, |report| report.title.clone()),
        error: report.as_ref().and_then(|report| report.error.clone()),
        report: report.map(ReportRow::new),
        runs: runs.into_iter().map(|run| RunRow::new(run, &zone)).collect(),
        said,
        form: written.filter(|_| is_editable).map(|one| ReportForm::new(&catalog, one, false)),
    };
    Ok(html(StatusCode::OK, page.render()))
}

impl ReportForm {
    fn new(catalog: &ReportCatalog, written: WrittenReport, is_new: bool) -> Self {
        let own = catalog.funnels.values();
        let own = own.filter(|funnel| !funnel.is_archived || funnel.name == written.funnel);
        let own: Vec<String> = own.map(|funnel| funnel.name.clone()).collect();
        let places = catalog.settings.destinations.iter();
        let rhythm = Rhythm::of_cron(&written.schedule);
        let every = match rhythm.and_then(Rhythm::choice) {
            Some(choice) => choice,
            None if written.schedule.is_empty() => "hand",
            None => "cron",
        };
        Self {
            is_new,
            every,
            at: rhythm.map_or_else(|| "07:00".to_owned(), Rhythm::time),
            rhythms: rhythm::choices(),
            by: written.by.join(", "),
            filters: written
                .filters
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join("; "),
            written,
            questions: Dataset::names()
                .map(|name| (name, say(format!("reports-topic-{name}"))))
                .collect(),
            funnels: std::iter::once(DEFAULT_FUNNEL.to_owned()).chain(own).collect(),
            models: Model::ALL
                .iter()
                .map(|model| (model.as_str(), say(format!("model-{}", model.as_str()))))
                .collect(),
            dimensions: Dimension::names(),
            ranges: [
                "yesterday",
                "today",
                "last_7_days",
                "last_28_days",
                "last_90_days",
                "this_week",
                "last_week",
                "this_month",
                "last_month",
            ],
            formats: ["csv", "xlsx", "parquet", "arrow", "json"],
            destinations: places
                .map(|(name, place)| (name.clone(), say(format!("reports-kind-{}", place.kind()))))
                .collect(),
            zone: catalog.defaults.zone.iana_name().unwrap_or("UTC").to_owned(),
        }
    }

    /// Whether a choice that few need was made.
    fn has_more(&self) -> bool {
        let WrittenReport { top, model, conversion, lookback_days, time_zone, locale, bom, .. } =
            &self.written;
        let is_chosen = top.is_some() || model.is_some() || conversion.is_some() || *bom;
        let is_local = !time_zone.is_empty() || !locale.is_empty();
        is_chosen || lookback_days.is_some() || is_local || self.every == "cron"
    }

    fn has_format(&self, name: &str) -> bool {
        self.written.formats.iter().any(|format| format == name)
    }

    fn goes_to(&self, name: &str) -> bool {
        self.written.to.iter().any(|to| to == name)
    }

    /// Ranges to choose from, and the one that is written if it is another, each with what people call it.
    fn all_ranges(&self) -> Vec<(String, String)> {
        let mut all: Vec<String> = self.ranges.iter().map(|range| (*range).to_owned()).collect();
        if !all.contains(&self.written.range) {
            all.push(self.written.range.clone());
        }
        all.into_iter().map(|name| (name.clone(), range::told(&name))).collect()
    }
}
