//! Looks at the clock, and at what is left to do.

use std::collections::HashSet;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::running::is_due;
use super::{Report, Runner};
use crate::domain::Timestamp;
use crate::store::{ReportRun, StoreError};

/// How often it looks.
const PAUSE: Duration = Duration::from_secs(5);
/// Runs that are made at once.
const AT_ONCE: usize = 2;
/// Runs that are looked through for what is left to do.
const LATEST: u64 = 500;

/// Runs reports when they are due.
#[derive(Debug, Clone)]
pub struct Scheduler {
    runner: Runner,
    places: Arc<Semaphore>,
    /// Runs that this process is at.
    at_work: Arc<Mutex<HashSet<String>>>,
}

impl Scheduler {
    /// A scheduler of these reports.
    #[must_use]
    pub fn new(runner: Runner) -> Self {
        Self { runner, places: Arc::new(Semaphore::new(AT_ONCE)), at_work: Arc::default() }
    }

    /// Until `stop`.
    pub async fn work(self, stop: CancellationToken) {
        let mut swept: Option<i64> = None;
        loop {
            let now = self.runner.shelf.now();
            if swept.is_none_or(|at| now.0 - at > 3_600_000) {
                self.sweep(now);
                swept = Some(now.0);
            }
            match self.due(now).await {
                Ok(due) => due.into_iter().for_each(|(report, run)| self.begin(report, run)),
                Err(error) => tracing::warn!(%error, "what is due could not be looked up"),
            }
            tokio::select! { () = tokio::time::sleep(PAUSE) => {}, () = stop.cancelled() => return }
        }
    }

    /// What is to be run as of `now`: of each schedule the last instant that was not seen to, and what was
    /// begun or asked for and not ended.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<(Report, ReportRun)>, StoreError> {
        let reports = &self.runner.shelf;
        let runs = reports.store.report_runs("", "", LATEST).await?;
        let mut due = Vec::new();
        for one in reports.all().await? {
            let Ok(report) = one.report else { continue };
            let own = runs.iter().filter(|run| run.report == one.name);
            for run in own.filter(|run| is_due(run, now)) {
                due.push((report.clone(), run.clone()));
            }
            let Some(schedule) = &report.schedule else { continue };
            let key = report.schedule_key();
            let since = reports.store.schedule_since(&one.name, &key, now.0).await?;
            let Some(at) = schedule.last_due(since, now.0) else { continue };
            let run = Runner::scheduled(&report, at);
            let known = reports.store.report_runs(&one.name, &run.run, 1).await?;
            if known.is_empty() {
                due.push((report, run));
            }
        }
        Ok(due)
    }

    fn begin(&self, report: Report, run: ReportRun) {
        let is_new = self.at_work.lock().is_ok_and(|mut runs| runs.insert(run.run.clone()));
        if !is_new {
            return;
        }
        let this = self.clone();
        tokio::spawn(async move {
            let _place = this.places.acquire().await;
            let name = run.run.clone();
            if let Err(error) = this.runner.run(&report, run).await {
                tracing::warn!(run = name, %error, "a report's run was broken off");
            }
            if let Ok(mut runs) = this.at_work.lock() {
                runs.remove(&name);
            }
        });
    }

    /// Removes files that have been kept long enough.
    fn sweep(&self, now: Timestamp) {
        let settings = &self.runner.shelf.settings;
        let keep = i64::try_from(settings.keep.as_millis()).unwrap_or(i64::MAX);
        let folders = |path| fs::read_dir(path).into_iter().flatten().flatten();
        for report in folders(settings.folder.clone()) {
            for run in folders(report.path()) {
                let changed = run.metadata().and_then(|known| known.modified()).ok();
                let changed = changed
                    .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok())
                    .and_then(|age| i64::try_from(age.as_millis()).ok());
                if changed.is_some_and(|at| now.0 - at > keep)
                    && let Err(error) = fs::remove_dir_all(run.path())
                {
                    tracing::warn!(%error, "a report's old files could not be removed");
                }
            }
        }
    }
}
