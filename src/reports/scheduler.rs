//! Looks at the clock, and at what is left to do.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::runner::is_due;
use super::{Report, Runner};
use crate::domain::{Timestamp, Workspace};
use crate::http::own::OfWorkspace;
use crate::store::{ReportRun, StoreError};

/// Runs that are made at once.
const AT_ONCE: usize = 2;
/// How long a stop waits for what is under way: longer than a chat's webhook may take to answer.
const STOP_LIMIT: Duration = Duration::from_secs(35);

/// Runs reports when they are due.
#[derive(Debug, Clone)]
pub struct Scheduler {
    runner: Runner,
    places: Arc<Semaphore>,
    /// Runs that this process is at.
    at_work: Arc<Mutex<HashSet<String>>>,
    under_way: TaskTracker,
    /// The schedule of each report, and since when.
    seen: Arc<Mutex<HashMap<String, (String, i64)>>>,
}

/// A run's place among those that this process is at.
struct AtWork(Arc<Mutex<HashSet<String>>>, String);

impl Drop for AtWork {
    fn drop(&mut self) {
        if let Ok(mut runs) = self.0.lock() {
            runs.remove(&self.1);
        }
    }
}

impl Scheduler {
    /// A scheduler of these reports.
    #[must_use]
    pub fn new(runner: Runner) -> Self {
        Self {
            runner,
            places: Arc::new(Semaphore::new(AT_ONCE)),
            at_work: Arc::default(),
            under_way: TaskTracker::new(),
            seen: Arc::default(),
        }
    }

    /// Begins whatever is due and not under way.
    pub async fn begin_due(&self) {
        let whole = self.runner.clone();
        self.begin_due_of(&whole).await;
        let workspaces = match Self::workspaces(&whole).await {
            Ok(workspaces) => workspaces,
            Err(error) => {
                tracing::warn!(%error, "what is due in workspaces could not be looked up");
                return;
            }
        };
        for workspace in workspaces {
            self.begin_due_of(&whole.of_workspace(&workspace)).await;
        }
    }

    /// Workspaces that have reports.
    async fn workspaces(whole: &Runner) -> Result<Vec<Arc<Workspace>>, StoreError> {
        let store = &whole.catalog.store;
        let names = store.workspaces_with_reports().await?;
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let all = store.workspaces().await?.into_iter();
        let wanted = all.filter(|kept| !kept.is_removed && names.contains(&kept.workspace.name));
        Ok(wanted.map(|kept| Arc::new(kept.workspace)).collect())
    }

    async fn begin_due_of(&self, runner: &Runner) {
        match self.due_of(runner, runner.catalog.now()).await {
            Ok(due) => due.into_iter().for_each(|(report, run)| self.begin(runner, report, run)),
            Err(error) => tracing::warn!(%error, "what is due could not be looked up"),
        }
    }

    /// Lets nothing more begin, and waits a while for what is under way.
    pub async fn finish(self) {
        self.under_way.close();
        if tokio::time::timeout(STOP_LIMIT, self.under_way.wait()).await.is_err() {
            tracing::warn!(
                "a report is still being delivered: what became of it may stay uncertain"
            );
        }
    }

    /// What of people of all is to be run as of `now`: of each schedule the last instant that was not seen to, and what was
    /// begun or asked for and not ended.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<(Report, ReportRun)>, StoreError> {
        self.due_of(&self.runner, now).await
    }

    async fn due_of(
        &self,
        runner: &Runner,
        now: Timestamp,
    ) -> Result<Vec<(Report, ReportRun)>, StoreError> {
        let reports = &runner.catalog;
        let runs = reports.store.unfinished_runs().await?;
        let mut due = Vec::new();
        for one in reports.all().await? {
            let Ok(report) = one.report else { continue };
            let own = runs.iter().filter(|run| run.report == one.name);
            for run in own.filter(|run| is_due(run, now)) {
                due.push((report.clone(), run.clone()));
            }
            let since = self.since(runner, (&report, one.is_editable), now).await?;
            let Some(schedule) = &report.schedule else { continue };
            let Some(at) = schedule.last_due(since, now.0) else { continue };
            let run = Runner::scheduled(&report, at);
            let known = reports.store.report_runs(&one.name, &run.run, 1).await?;
            if known.is_empty() {
                due.push((report, run));
            }
        }
        Ok(due)
    }

    /// Since when a report has its schedule. One of the settings keeps what this process saw first: another
    /// process with other settings must not put it off for ever.
    async fn since(
        &self,
        runner: &Runner,
        (report, is_editable): (&Report, bool),
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let store = &runner.catalog.store;
        let (name, key) = (store.keyed(report.name()), report.schedule_key());
        let seen = self.seen.lock().ok().and_then(|seen| seen.get(&name).cloned());
        if let Some((_, since)) = seen.filter(|(known, _)| *known == key && !is_editable) {
            return Ok(since);
        }
        let since = store.schedule_since(report.name(), &key, now.0).await?;
        if let Ok(mut seen) = self.seen.lock() {
            seen.insert(name, (key, since));
        }
        Ok(since)
    }

    fn begin(&self, runner: &Runner, report: Report, run: ReportRun) {
        let key = runner.catalog.store.keyed(&run.run);
        let is_new = self.at_work.lock().is_ok_and(|mut runs| runs.insert(key.clone()));
        if !is_new {
            return;
        }
        let at_work = AtWork(Arc::clone(&self.at_work), key);
        let (runner, places, under_way) =
            (runner.clone(), Arc::clone(&self.places), self.under_way.clone());
        let work = async move {
            let at_work = at_work;
            let _place = places.acquire().await;
            // What waited for its place while the server stops is left to the next start.
            if under_way.is_closed() {
                return;
            }
            if let Err(error) = runner.run(&report, run).await {
                tracing::warn!(run = at_work.1, %error, "a report's run was broken off");
            }
        };
        self.under_way.spawn(work.in_current_span());
    }

    /// Removes files that have been kept long enough.
    pub fn remove_old_files(&self) {
        let now = self.runner.catalog.now();
        let settings = &self.runner.catalog.settings;
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
