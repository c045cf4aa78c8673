//! What is told of reports: on the page, over the API, in the terminal.

use serde::Serialize;
use utoipa::ToSchema;

use super::catalog::{CatalogEntry, ReportCatalog};
use super::definition::WrittenReport;
use super::files::Side;
use super::range;
use crate::domain::Timestamp;
use crate::language::say;
use crate::store::{ReportDelivery, ReportRun, StoreError};

/// A report, as others see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ToldReport {
    /// By which it is known.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What is asked, and over which range.
    pub question: String,
    /// Its cron expression; none: by hand only.
    pub schedule: Option<String>,
    /// The zone of schedule and days.
    pub time_zone: String,
    /// When it is due next, RFC 3339.
    pub next_run_at: Option<String>,
    /// The files that are made.
    pub formats: Vec<String>,
    /// Where they go.
    pub to: Vec<String>,
    /// Whether it was written on the page, and can be changed there.
    pub is_editable: bool,
    /// What is wrong with it: it is not run.
    pub error: Option<String>,
    /// Its latest run.
    pub last_run: Option<ToldRun>,
}

/// A run, as others see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ToldRun {
    /// By which it is known.
    pub run: String,
    /// The report.
    pub report: String,
    /// `asked`, `running`, `done`, `failed` (it is tried again) or `given_up`.
    pub status: String,
    /// Whether somebody asked for it.
    pub by_hand: bool,
    /// The instant as of which it was asked, RFC 3339.
    pub due_at: String,
    /// How often it was begun.
    pub attempt: u32,
    /// When it was begun last, RFC 3339.
    pub started_at: String,
    /// When it ended, RFC 3339.
    pub ended_at: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// Its files; they can be fetched below the run.
    pub files: Vec<String>,
    /// What became of its deliveries.
    pub deliveries: Vec<ToldDelivery>,
}

/// A delivery, as others see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ToldDelivery {
    /// Where to.
    pub destination: String,
    /// `sending`, `sent`, `failed` (it is tried again) or `uncertain` (it may have arrived).
    pub status: String,
    /// Why.
    pub error: Option<String>,
}

/// The latest runs of a report, or of all (an empty name).
///
/// # Errors
/// If ClickHouse cannot be asked.
pub async fn runs(
    catalog: &ReportCatalog,
    report: &str,
    limit: u64,
) -> Result<Vec<ToldRun>, StoreError> {
    let runs = catalog.store.report_runs(report, "", limit).await?;
    with_deliveries(catalog, runs).await
}

/// One run.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub(super) async fn run(
    catalog: &ReportCatalog,
    report: &str,
    run: &str,
) -> Result<Option<ToldRun>, StoreError> {
    let found = catalog.store.report_runs(report, run, 1).await?;
    Ok(with_deliveries(catalog, found).await?.pop())
}

async fn with_deliveries(
    catalog: &ReportCatalog,
    runs: Vec<ReportRun>,
) -> Result<Vec<ToldRun>, StoreError> {
    let names: Vec<&str> = runs.iter().map(|run| run.run.as_str()).collect();
    let deliveries =
        if names.is_empty() { Vec::new() } else { catalog.store.report_deliveries(&names).await? };
    Ok(runs.into_iter().map(|run| told_run(run, &deliveries)).collect())
}

/// All reports, each with its latest run.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub async fn reports(catalog: &ReportCatalog) -> Result<Vec<ToldReport>, StoreError> {
    let mut told = Vec::new();
    for one in catalog.all().await? {
        let last = runs(catalog, &one.name, 1).await?.pop();
        told.push(told_report(one, last, catalog.now()));
    }
    Ok(told)
}

fn told_report(one: CatalogEntry, last_run: Option<ToldRun>, now: Timestamp) -> ToldReport {
    let CatalogEntry { name, report, is_editable, .. } = one;
    match report {
        Ok(report) => {
            let next = report.schedule.as_ref().and_then(|schedule| schedule.next_after(now.0));
            let written = &report.written;
            ToldReport {
                title: report.title().to_owned(),
                question: question(written),
                schedule: Some(written.schedule.clone()).filter(|text| !text.is_empty()),
                time_zone: report.zone().to_owned(),
                next_run_at: next.map(|next| Timestamp(next).to_rfc3339()),
                formats: written.formats.clone(),
                to: written.to.clone(),
                is_editable,
                error: None,
                last_run,
                name,
            }
        }
        Err(error) => ToldReport {
            title: name.clone(),
            question: String::new(),
            schedule: None,
            time_zone: String::new(),
            next_run_at: None,
            formats: Vec::new(),
            to: Vec::new(),
            is_editable,
            error: Some(error.to_string()),
            last_run,
            name,
        },
    }
}

/// What is asked, in one line.
fn question(written: &WrittenReport) -> String {
    let mut told = match written.question.as_str() {
        "funnel" => say("reports-funnel").with("name", &written.funnel),
        other => say(format!("reports-topic-{other}")),
    };
    if !written.by.is_empty() {
        told = say("reports-by").with("question", told).with("by", written.by.join(", "));
    }
    if !written.filters.is_empty() {
        let filters = written.filters.iter().map(|(name, value)| format!("{name}={value}"));
        let filters = filters.collect::<Vec<_>>().join(", ");
        told = say("reports-filtered").with("question", told).with("filters", filters);
    }
    let range = range::told(&written.range);
    say("reports-asked").with("question", told).with("range", range).to_string()
}

fn told_run(run: ReportRun, deliveries: &[ReportDelivery]) -> ToldRun {
    let side: Option<Side> = serde_json::from_str(&run.told).ok();
    let mut files: Vec<String> =
        side.map(|side| side.files.into_iter().map(|file| file.name).collect()).unwrap_or_default();
    if !files.is_empty() {
        files.push(format!("{}.json", run.run));
    }
    let own = deliveries.iter().filter(|delivery| delivery.run == run.run);
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    ToldRun {
        report: run.report,
        status: run.status,
        by_hand: run.by_hand == 1,
        due_at: Timestamp(run.due_at).to_rfc3339(),
        attempt: run.attempt,
        started_at: Timestamp(run.started_at).to_rfc3339(),
        ended_at: run.ended_at.map(|ended| Timestamp(ended).to_rfc3339()),
        error: some(&run.error),
        files,
        deliveries: own
            .map(|delivery| ToldDelivery {
                destination: delivery.destination.clone(),
                status: delivery.status.clone(),
                error: some(&delivery.error),
            })
            .collect(),
        run: run.run,
    }
}
