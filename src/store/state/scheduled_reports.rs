//! Reports: definitions that were written on the page, runs and deliveries.

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::store::client::Store;
use crate::store::client::error::StoreError;

const DEFINITIONS: &str = include_str!("../../../queries/scheduled_reports/report_definitions.sql");
const WORKSPACES: &str =
    include_str!("../../../queries/scheduled_reports/workspaces_with_reports.sql");
const RUNS: &str = include_str!("../../../queries/scheduled_reports/report_runs.sql");
const DELIVERIES: &str = include_str!("../../../queries/scheduled_reports/report_deliveries.sql");
const SCHEDULE_SINCE: &str =
    include_str!("../../../queries/scheduled_reports/report_schedule_since.sql");

/// A report that was written on the page.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct WrittenDefinition {
    /// Its name.
    pub name: String,
    /// Its keys, as JSON.
    pub definition: String,
}

/// A run of a report: a row of the question `report_runs`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct ReportRun {
    /// Name of the report.
    pub report: String,
    /// The report and when it was due.
    pub run: String,
    /// The instant that its range ends by, UTC milliseconds.
    pub due_at: i64,
    /// 1 if somebody asked for it.
    pub by_hand: u8,
    /// `running`, `done`, `failed` or `given_up`.
    pub status: String,
    /// How often it was begun.
    pub attempt: u32,
    /// When it was begun last, UTC milliseconds.
    pub started_at: i64,
    /// When it ended, UTC milliseconds.
    pub ended_at: Option<i64>,
    /// Its side file, as JSON; empty until the files are made.
    pub told: String,
    /// Why it failed.
    pub error: String,
    /// The highest counts: that of the latest lease, and under it the latest ([`crate::store::SharedLease::version`]).
    pub version: u64,
}

/// A delivery of a run: a row of the question `report_deliveries`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct ReportDelivery {
    /// The run.
    pub run: String,
    /// Where to.
    pub destination: String,
    /// `sending`, `sent`, `failed` or `uncertain`.
    pub status: String,
    /// Why it failed.
    pub error: String,
    /// When, UTC milliseconds.
    pub changed_at: i64,
    /// As that of a run.
    pub version: u64,
}

#[derive(Debug, Row, Serialize)]
struct DefinitionRow {
    name: String,
    definition: String,
    version: u64,
    is_deleted: u8,
}

#[derive(Debug, Row, Serialize)]
struct RunRow {
    report: String,
    run: String,
    due_at: i64,
    by_hand: u8,
    status: String,
    attempt: u32,
    started_at: i64,
    ended_at: Option<i64>,
    told: String,
    error: String,
    version: u64,
}

#[derive(Debug, Row, Serialize)]
struct DeliveryRow {
    report: String,
    run: String,
    destination: String,
    status: String,
    error: String,
    changed_at: i64,
    version: u64,
}

#[derive(Debug, Row, Serialize)]
struct ScheduleRow {
    report: String,
    schedule: String,
    since: i64,
    version: u64,
}

#[derive(Debug, Row, Deserialize)]
struct SinceRow {
    schedule: String,
    since: i64,
}

impl Store {
    /// Reports that were written on the page.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn report_definitions(&self) -> Result<Vec<WrittenDefinition>, StoreError> {
        let mut all: Vec<WrittenDefinition> =
            self.fetch_all(self.client().query(DEFINITIONS)).await?;
        all.retain_mut(|one| self.is_own(&mut one.name));
        Ok(all)
    }

    /// Names of workspaces in which reports were written.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn workspaces_with_reports(&self) -> Result<Vec<String>, StoreError> {
        self.fetch_all(self.client().query(WORKSPACES)).await
    }

    /// Keeps a report, or removes it (without `definition`); of two edits that with the higher
    /// `version` counts ([`Store::next_version`]).
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn save_report_definition(
        &self,
        name: &str,
        definition: Option<String>,
        version: u64,
    ) -> Result<(), StoreError> {
        let is_deleted = u8::from(definition.is_none());
        let definition = definition.unwrap_or_default();
        let row = DefinitionRow { name: self.keyed(name), definition, version, is_deleted };
        let token = format!("{}-{version}-{is_deleted}", row.name);
        self.insert_block("report_definitions", &[row], &token).await
    }

    /// Runs, the latest first; only those of a report, or that run, unless these are empty.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn report_runs(
        &self,
        report: &str,
        run: &str,
        limit: u64,
    ) -> Result<Vec<ReportRun>, StoreError> {
        self.runs(report, run, false, limit).await
    }

    /// Runs of which something is left to do.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn unfinished_runs(&self) -> Result<Vec<ReportRun>, StoreError> {
        self.runs("", "", true, u64::MAX).await
    }

    async fn runs(
        &self,
        report: &str,
        run: &str,
        is_unfinished: bool,
        limit: u64,
    ) -> Result<Vec<ReportRun>, StoreError> {
        let key = if report.is_empty() { String::new() } else { self.keyed(report) };
        let question = self.client().query(RUNS).param("report", key).param("run", run);
        let question = question.param("is_unfinished", is_unfinished);
        let mut runs: Vec<ReportRun> = self.fetch_all(question.param("limit", limit)).await?;
        runs.retain_mut(|run| self.is_own(&mut run.report));
        Ok(runs)
    }

    /// Says what became of a run.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn save_report_run(&self, run: &ReportRun) -> Result<(), StoreError> {
        let run = run.clone();
        let report = self.keyed(&run.report);
        let version = run.version;
        let token = format!(
            "{report}-{}-{}-{}-{}-{version}",
            run.run,
            run.status,
            run.attempt,
            run.told.len()
        );
        let row = RunRow {
            report,
            run: run.run,
            due_at: run.due_at,
            by_hand: run.by_hand,
            status: run.status,
            attempt: run.attempt,
            started_at: run.started_at,
            ended_at: run.ended_at,
            told: run.told,
            error: run.error,
            version,
        };
        self.insert_block("report_runs", &[row], &token).await
    }

    /// What became of the deliveries of some runs.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn report_deliveries(
        &self,
        runs: &[&str],
    ) -> Result<Vec<ReportDelivery>, StoreError> {
        let question = self.client().query(DELIVERIES).param("runs", runs);
        self.fetch_all(question.param("is_of_workspace", self.workspace().is_some())).await
    }

    /// Says what became of a delivery.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn save_report_delivery(
        &self,
        report: &str,
        delivery: &ReportDelivery,
    ) -> Result<(), StoreError> {
        let ReportDelivery { run, destination, status, error, changed_at, version } =
            delivery.clone();
        let report = self.keyed(report);
        let token = format!("{report}-{run}-{destination}-{status}-{version}");
        let row = DeliveryRow { report, run, destination, status, error, changed_at, version };
        self.insert_block("report_deliveries", &[row], &token).await
    }

    /// Since when a report has its schedule, UTC milliseconds: since `now` if it had another before, or none.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn schedule_since(
        &self,
        report: &str,
        schedule: &str,
        now: i64,
    ) -> Result<i64, StoreError> {
        let question = self.client().query(SCHEDULE_SINCE).param("report", self.keyed(report));
        let last = self.fetch_optional::<SinceRow>(question).await?;
        match last {
            Some(last) if last.schedule == schedule => Ok(last.since),
            _ => self.begin_schedule(report, schedule, now).await.map(|()| now),
        }
    }

    /// Says that a report has a schedule (empty: by hand only) from now on.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn begin_schedule(
        &self,
        report: &str,
        schedule: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let micros = Timestamp(now).micros();
        let version = self.next_version("report_schedules", micros).await?;
        let (report, schedule) = (self.keyed(report), schedule.to_owned());
        let token = format!("{report}-{schedule}-{now}-{version}");
        let row = ScheduleRow { report, schedule, since: now, version };
        self.insert_block("report_schedules", &[row], &token).await
    }
}
