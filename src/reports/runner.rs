//! One run from lease to delivery.

use std::sync::Arc;

use thiserror::Error;

use super::delivery::Parcel;
use super::files::{self, LeftOut, Made, MakeError, base_name, covers};
use super::once::{Once, OnceError};
use super::{Report, ReportCatalog, dataset};
use crate::domain::{Timestamp, Workspace};
use crate::http::own::OfWorkspace;
use crate::insights::error::AnswerError;
use crate::insights::query::Question;
use crate::store::{ReportRun, SharedLease, StoreError};

/// A run is begun so often; then somebody has to look at it.
const MOST_ATTEMPTS: u32 = 6;
/// How long a failed run waits for its next attempt, milliseconds: after the first, the second, ….
const PAUSES: [i64; 5] = [60_000, 300_000, 900_000, 3_600_000, 14_400_000];

/// Why a run was not finished.
#[derive(Debug, Error)]
pub enum RunError {
    /// The files were not made.
    #[error(transparent)]
    Make(#[from] MakeError),
    /// The question could not be answered.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// ClickHouse failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Some did not get it.
    #[error("{0}")]
    Undelivered(String),
    /// Another process has gone on with it.
    #[error("this run took longer than its lease; another process has it now")]
    LeaseLost,
}

impl From<OnceError> for RunError {
    fn from(error: OnceError) -> Self {
        match error {
            OnceError::Store(error) => Self::Store(error),
            OnceError::LeaseLost => Self::LeaseLost,
        }
    }
}

impl OfWorkspace for Runner {
    fn of_workspace(&self, workspace: &Arc<Workspace>) -> Self {
        Self { catalog: self.catalog.of_workspace(workspace), ..self.clone() }
    }
}

/// Runs reports, in the name of one process.
#[derive(Debug, Clone)]
pub struct Runner {
    /// The reports.
    pub catalog: ReportCatalog,
    holder: String,
}

impl Runner {
    /// A runner that takes leases in a name of its own.
    #[must_use]
    pub fn new(catalog: ReportCatalog) -> Self {
        Self { catalog, holder: uuid::Uuid::new_v4().to_string() }
    }

    /// The run that a schedule asks for.
    #[must_use]
    pub fn scheduled(report: &Report, due: i64) -> ReportRun {
        let run = base_name(report.name(), Timestamp(due), false);
        new_run(report.name(), run, due, false)
    }

    /// Notes a run that somebody asks for, as of an instant; whoever looks next runs it.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn ask_for(&self, report: &str, at: Timestamp) -> Result<ReportRun, StoreError> {
        let letters = uuid::Uuid::new_v4().simple().to_string();
        let run = format!("{}_{}", base_name(report, at, true), &letters[..6]);
        let mut run = new_run(report, run, at.0, true);
        run.started_at = self.catalog.now().0;
        run.version = self.catalog.now().micros();
        self.catalog.store.save_report_run(&run).await?;
        Ok(run)
    }

    /// Runs it, unless another process does or has: what became of it, or `None`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked; what else fails is part of what became of it.
    pub async fn run(
        &self,
        report: &Report,
        run: ReportRun,
    ) -> Result<Option<ReportRun>, StoreError> {
        let store = &self.catalog.store;
        let lasts = i64::try_from(self.catalog.settings.lease.as_millis()).unwrap_or(60_000);
        let work = format!("report:{}", store.keyed(&run.run));
        let Some(lease) = store.try_lease(&work, &self.holder, lasts, false).await? else {
            return Ok(None);
        };
        // Another process may have ended it between our look and our lease.
        let known = store.report_runs(&run.report, &run.run, 1).await?.pop();
        let mut run = known.unwrap_or(run);
        if !is_due(&run, self.catalog.now()) {
            store.end_lease(lease).await?;
            return Ok(None);
        }
        if run.attempt >= MOST_ATTEMPTS {
            // Each attempt ended with its process.
            "given_up".clone_into(&mut run.status);
            "the process ended each time".clone_into(&mut run.error);
            self.save(&mut run, &lease).await?;
            store.end_lease(lease).await?;
            return Ok(Some(run));
        }
        run.attempt += 1;
        "running".clone_into(&mut run.status);
        run.started_at = self.catalog.now().0;
        run.ended_at = None;
        run.error.clear();
        self.save(&mut run, &lease).await?;
        let done = tokio::select! {
            biased;
            done = Box::pin(self.make_and_deliver(report, &mut run, &lease)) => done,
            () = store.keep_renewing(&lease, self.catalog.settings.lease / 3, |_| {}) => Err(RunError::LeaseLost),
        };
        if matches!(done, Err(RunError::LeaseLost)) {
            // It is no longer ours to say what became of it.
            tracing::warn!(run = run.run, "a report's run took longer than its lease");
            return Ok(None);
        }
        run.ended_at = Some(self.catalog.now().0);
        match &done {
            Ok(()) => {
                "done".clone_into(&mut run.status);
                tracing::info!(run = run.run, attempt = run.attempt, "a report was delivered");
            }
            Err(error) => {
                let is_over = run.attempt >= MOST_ATTEMPTS;
                let status = if is_over { "given_up" } else { "failed" };
                status.clone_into(&mut run.status);
                run.error = error.to_string();
                metrics::counter!("messenger_funnel_report_failures_total").increment(1);
                tracing::error!(run = run.run, attempt = run.attempt, %error, "a report failed");
            }
        }
        self.save(&mut run, &lease).await?;
        store.end_lease(lease).await?;
        Ok(Some(run))
    }

    async fn make_and_deliver(
        &self,
        report: &Report,
        run: &mut ReportRun,
        lease: &SharedLease,
    ) -> Result<(), RunError> {
        let due = Timestamp(run.due_at);
        let question = report.question(&self.catalog.defaults, due).map_err(AnswerError::from)?;
        let catalog = self.catalog.with_stored_funnels().await?;
        let answering = catalog.answering(due);
        let folder = &self.catalog.folder_of(report.name());
        let hash = catalog.hash_of(report);
        // Who has some of it already gets the rest of the same.
        let made = match files::made_before(&hash, &run.run, folder) {
            Some(made) => made,
            None => files::make(report, &hash, &run.run, &question, &answering, folder).await?,
        };
        run.told = serde_json::to_string(&made.side).unwrap_or_default();
        self.save(run, lease).await?;
        if report.written.to.is_empty() {
            return Ok(());
        }
        let parcel = self.parcel(report, run, &made, &question).await?;
        let before = self.catalog.store.report_deliveries(&[&run.run]).await?;
        let once = Once {
            store: &self.catalog.store,
            settings: &self.catalog.settings,
            clock: self.catalog.clock,
            of: report.name(),
        };
        let mut missing = Vec::new();
        for name in &report.written.to {
            let before = before.iter().find(|one| one.destination == *name);
            let delivered = once.deliver(name, before, &parcel, lease).await?;
            if let Err(reason) = delivered {
                missing.push(format!("{name}: {reason}"));
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(RunError::Undelivered(missing.join("; "))) }
    }

    async fn parcel(
        &self,
        report: &Report,
        run: &ReportRun,
        made: &Made,
        question: &Question,
    ) -> Result<Parcel, RunError> {
        let catalog = self.catalog.with_stored_funnels().await?;
        let answering = catalog.answering(Timestamp(run.due_at));
        let told = dataset::tell(&answering, &report.topic, question);
        let (picture, mut table) =
            self.catalog.page_names().await?.within(told).await?.illustrated();
        for LeftOut { name, reason } in &made.side.left_out {
            table.extend([name.as_str(), " could not be written: ", reason, "\n"]);
        }
        let link = self.catalog.public_url.as_deref();
        Ok(Parcel {
            run: run.run.clone(),
            title: report.title().to_owned(),
            covers: covers(question),
            files: made.paths(),
            picture,
            table,
            is_alert: false,
            link: link.map(|url| {
                let within = catalog.store.workspace();
                let within = within.map(|workspace| format!("?workspace={}", workspace.name));
                let (url, within) = (url.trim_end_matches('/'), within.unwrap_or_default());
                format!("{url}/reports/{}{within}", report.name())
            }),
        })
    }

    /// Keeps what became of a run: behind what was kept before, whatever the clocks say, and before what is kept by
    /// who has had the run since.
    async fn save(&self, run: &mut ReportRun, lease: &SharedLease) -> Result<(), StoreError> {
        run.version = lease.version(run.version);
        self.catalog.store.save_report_run(run).await
    }
}

fn new_run(report: &str, run: String, due_at: i64, by_hand: bool) -> ReportRun {
    ReportRun {
        report: report.to_owned(),
        run,
        due_at,
        by_hand: u8::from(by_hand),
        status: "asked".to_owned(),
        attempt: 0,
        started_at: due_at,
        ended_at: None,
        told: String::new(),
        error: String::new(),
        version: 0,
    }
}

/// Whether something is left to do of it now. One that is running is left to its holder.
pub(super) fn is_due(run: &ReportRun, now: Timestamp) -> bool {
    match run.status.as_str() {
        "asked" | "running" => true,
        "failed" => {
            let passed = usize::try_from(run.attempt.saturating_sub(1)).unwrap_or(0);
            let pause = PAUSES[passed.min(PAUSES.len() - 1)];
            // A clock that was put back since does not make the pause longer.
            let is_over = |ended: i64| now.0 < ended || now.0 >= ended.saturating_add(pause);
            run.ended_at.is_none_or(is_over)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_runs_wait_longer_each_time_and_are_given_up() {
        let mut run = new_run("a", "a_1".to_owned(), 1_000, false);
        assert!(is_due(&run, Timestamp(1_000)));
        for (attempt, pause) in (1..).zip(PAUSES) {
            run.status = "failed".to_owned();
            (run.attempt, run.ended_at) = (attempt, Some(5_000));
            assert!(!is_due(&run, Timestamp(4_999 + pause)));
            assert!(is_due(&run, Timestamp(5_000 + pause)));
        }
        for status in ["done", "given_up"] {
            run.status = status.to_owned();
            assert!(!is_due(&run, Timestamp(i64::MAX)));
        }
    }
}
