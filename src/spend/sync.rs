//! Fetches what is due of each ad account and stores it, a window at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use thiserror::Error;

use super::plan::{self, Window};
use super::spool::{self, Spool};
use crate::domain::{AdAccount, AdDay};
use crate::meta::{Graph, GraphError, InsightsPage, InsightsQuery, Remedy, RunState};
use crate::private;
use crate::store::{Store, StoreError};

/// Days that are asked for at once; more is a report that Meta makes in its own time.
const AT_ONCE_DAYS: u64 = 3;
/// How often a report that failed, or a cursor that was lost, is begun again.
const REPORT_TRIES: u32 = 3;
/// Pages without a row, one behind the other, that are taken for the end of an endless report.
const EMPTY_PAGES: u32 = 5;

/// How to sync.
#[derive(Debug, Clone)]
pub struct SyncSettings {
    /// How far back, in months.
    pub months: u32,
    /// What was fetched within this time is not fetched again.
    pub fresh_for: Duration,
    /// Where pages of incomplete windows are kept.
    pub folder: PathBuf,
    /// How often Meta is asked how far a report is.
    pub poll_every: Duration,
    /// How long a report may take.
    pub report_limit: Duration,
}

/// Why an account could not be synced.
#[derive(Debug, Error)]
pub enum SyncError {
    /// Meta gave no answer.
    #[error("{source}{advice}", source = .0, advice = advice(.0))]
    Graph(#[from] GraphError),
    /// ClickHouse failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Meta could not make a report, however small.
    #[error("Meta's report of {since} to {until} failed: {reason}")]
    Report {
        /// First day.
        since: jiff::civil::Date,
        /// Last day.
        until: jiff::civil::Date,
        /// Meta's reason.
        reason: String,
    },
    /// The zone of the account's days is none that is known.
    #[error("the account's time zone {0:?} is unknown")]
    TimeZone(String),
    /// Amounts that nobody can read.
    #[error("Meta does not tell in which currency the business account {0} pays")]
    Currency(String),
    /// A file could not be written.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
}

impl SyncError {
    /// Whether it may be gone soon.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Graph(error) => error.may_pass(),
            Self::Store(_) | Self::Report { .. } | Self::File { .. } => true,
            Self::TimeZone(_) | Self::Currency(_) => false,
        }
    }
}

fn advice(error: &GraphError) -> &'static str {
    match error.remedy() {
        Remedy::Authorise => {
            "; renew meta.access_token, or grant it this account (ads_read; of WhatsApp whatsapp_business_management)"
        }
        Remedy::Wait(_) => "; what was fetched is kept, and the next sync goes on from there",
        _ => "",
    }
}

/// What happens on the way.
#[derive(Debug, Clone, Copy)]
pub enum Advance {
    /// So many days are due.
    Due(u64),
    /// So many days are in the database.
    Stored(u64),
}

/// What became of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDone {
    /// The account.
    pub account: AdAccount,
    /// Days that were fetched.
    pub days: u64,
    /// Rows of them.
    pub rows: u64,
    /// What they cost.
    pub spend: Decimal,
    /// Pages that were fetched.
    pub pages: u64,
    /// Pages that an earlier sync had fetched already.
    pub pages_kept: u64,
}

/// Syncs one account. `clock` tells UTC milliseconds.
///
/// # Errors
/// With what is in the way; complete windows are stored, and of the one under way the pages are kept.
pub async fn sync(
    graph: &Graph,
    store: &Store,
    settings: &SyncSettings,
    account_id: &str,
    clock: fn() -> i64,
    advanced: &(dyn Fn(Advance) + Sync),
) -> Result<AccountDone, SyncError> {
    let path = settings.folder.join(format!("{account_id}.lock"));
    let failed = |source| SyncError::File { path: settings.folder.clone(), source };
    private::folder(&settings.folder).map_err(failed)?;
    let _lease = store.wait_for_lease(&path).await?;

    let started = moment(clock());
    let account = graph.ad_account(account_id).await?;
    let zone = jiff::tz::TimeZone::get(&account.time_zone)
        .map_err(|_| SyncError::TimeZone(account.time_zone.clone()))?;
    store.save_ad_account(&account, micros(started)).await?;
    let today = zone.to_datetime(started).date();
    let first = plan::first_day(today, settings.months);
    let known = store.known_spend_days(first, today).await?;
    let fresh_for = SignedDuration::try_from(settings.fresh_for).unwrap_or_default();
    let fresh_since = started.checked_sub(fresh_for).unwrap_or(Timestamp::MIN);
    let known: BTreeMap<_, _> = known
        .into_iter()
        .filter(|day| day.is_whole && day.account_id == account_id)
        .map(|day| (day.date, fetched(day.version, started, fresh_since)))
        .collect();
    spool::remove_old(&settings.folder, account_id, fresh_since);
    // The newest first: what is on the stack's top is next.
    let mut windows = plan::due(first, today, &known, fresh_since);
    windows.reverse();
    advanced(Advance::Due(windows.iter().map(Window::days).sum()));
    let mut fetch = Fetch { graph, settings, account_id, fresh_since, pages: 0, pages_kept: 0 };
    let mut done =
        AccountDone { account, days: 0, rows: 0, spend: Decimal::ZERO, pages: 0, pages_kept: 0 };
    while let Some(window) = windows.pop() {
        match fetch.window(window).await? {
            Fetched::TooMuch => {
                // It is never TooMuch of a single day.
                let (first, second) = window.halves().unwrap_or((window, window));
                windows.extend([first, second]);
            }
            Fetched::Days(spool) => {
                let Window { since, until } = window;
                let version = micros(moment(clock()));
                let mut days = once_each(&spool.days);
                days.extend(deleted(store.account_spend(account_id, since, until).await?, &days));
                store.save_account_days(account_id, since, until, &days, version).await?;
                done.days += window.days();
                done.rows += days.len() as u64;
                done.spend += days.iter().map(|day| day.spend).sum::<Decimal>();
                spool.remove().map_err(failed)?;
                advanced(Advance::Stored(window.days()));
            }
        }
    }
    (done.pages, done.pages_kept) = (fetch.pages, fetch.pages_kept);
    Ok(done)
}

enum Fetched {
    Days(Spool),
    TooMuch,
}

/// What was read before of ads that Meta does not tell of any more: those that have been deleted since.
/// What they cost was paid.
fn deleted(before: Vec<AdDay>, now: &[AdDay]) -> Vec<AdDay> {
    let told: BTreeSet<_> = now.iter().map(|day| (day.date, &day.ad_id)).collect();
    let is_gone = |day: &AdDay| !told.contains(&(day.date, &day.ad_id));
    before.into_iter().filter(is_gone).collect()
}

/// Each ad, day and placement once: of a row that has moved from one page to another while they were read
/// the later page's.
fn once_each(days: &[AdDay]) -> Vec<AdDay> {
    let key = |day: &AdDay| {
        let placement = (day.platform.clone(), day.position.clone());
        (day.date, day.ad_id.clone(), placement, day.currency.clone())
    };
    let once: BTreeMap<_, _> = days.iter().map(|day| (key(day), day)).collect();
    once.into_values().cloned().collect()
}

/// Fetches windows of one account.
struct Fetch<'a> {
    graph: &'a Graph,
    settings: &'a SyncSettings,
    account_id: &'a str,
    fresh_since: Timestamp,
    pages: u64,
    pages_kept: u64,
}

impl Fetch<'_> {
    async fn window(&mut self, window: Window) -> Result<Fetched, SyncError> {
        let Window { since, until } = window;
        let folder = &self.settings.folder;
        let failed = |source| SyncError::File { path: folder.clone(), source };
        let mut spool =
            Spool::open(folder, self.account_id, window, self.fresh_since).map_err(failed)?;
        self.pages_kept += spool.pages_kept;
        let account_id = self.account_id.to_owned();
        let query = InsightsQuery { account_id, since, until };
        let mut tries = 0;
        loop {
            let is_report = window.days() > AT_ONCE_DAYS;
            let problem = match self.pages(&query, is_report, &mut spool).await {
                Ok(()) => {
                    return Ok(Fetched::Days(spool));
                }
                Err(Hindrance::Error(error)) => return Err(error),
                Err(Hindrance::TooMuch(_)) if window.halves().is_some() => {
                    spool.remove().map_err(failed)?;
                    return Ok(Fetched::TooMuch);
                }
                Err(Hindrance::TooMuch(error)) => return Err(error.into()),
                Err(Hindrance::Lost(reason)) => reason,
            };
            spool.forget().map_err(failed)?;
            tries += 1;
            tracing::warn!(%since, %until, problem, tries, "insights are begun again");
            if tries < REPORT_TRIES {
                continue;
            }
            // A smaller report may be made where a large one is not.
            if window.halves().is_some() {
                spool.remove().map_err(failed)?;
                return Ok(Fetched::TooMuch);
            }
            return Err(SyncError::Report { since, until, reason: problem });
        }
    }

    async fn pages(
        &mut self,
        query: &InsightsQuery,
        is_report: bool,
        spool: &mut Spool,
    ) -> Result<(), Hindrance> {
        if is_report {
            if spool.run_id.is_none() {
                // One that is refused is not one that is lost.
                let started = self.graph.start_report(query).await;
                let run_id = started.map_err(Hindrance::of_start)?;
                self.note(spool.note_run(run_id))?;
            }
            self.wait_for(spool.run_id.clone().unwrap_or_default()).await?;
        }
        let mut empty = 0;
        while !spool.is_complete {
            let after = spool.after.clone();
            let page: InsightsPage = match &spool.run_id {
                Some(run_id) => self.graph.report_page(run_id, after.as_deref()).await?,
                None => self.graph.insights(query, after.as_deref()).await?,
            };
            self.pages += 1;
            empty = if page.days.is_empty() { empty + 1 } else { 0 };
            // Reports have been seen that never end.
            if page.after.is_some() && (page.after == after || empty == EMPTY_PAGES) {
                return Err(Hindrance::Lost("the pages do not end".to_owned()));
            }
            self.note(spool.add(page.days, page.after))?;
        }
        Ok(())
    }

    async fn wait_for(&self, run_id: String) -> Result<(), Hindrance> {
        let polls =
            self.settings.report_limit.as_millis() / self.settings.poll_every.as_millis().max(1);
        for _ in 0..=polls {
            match self.graph.report_state(&run_id).await? {
                RunState::Completed => return Ok(()),
                RunState::Failed(reason) => return Err(Hindrance::Lost(reason)),
                RunState::Running(percent) => {
                    tracing::debug!(run_id, percent, "Meta is making the report");
                }
            }
            tokio::time::sleep(self.settings.poll_every).await;
        }
        Err(Hindrance::Lost("the report was not made in time".to_owned()))
    }

    fn note(&self, written: std::io::Result<()>) -> Result<(), Hindrance> {
        let failed = |source| SyncError::File { path: self.settings.folder.clone(), source };
        written.map_err(|source| Hindrance::Error(failed(source)))
    }
}

/// What is in the way of a window.
enum Hindrance {
    /// Fewer days at once may work.
    TooMuch(GraphError),
    /// The report or the cursor is no more.
    Lost(String),
    /// Nothing helps.
    Error(SyncError),
}

impl Hindrance {
    fn of_start(error: GraphError) -> Self {
        match error.remedy() {
            Remedy::Reduce => Self::TooMuch(error),
            _ => Self::Error(error.into()),
        }
    }
}

impl From<GraphError> for Hindrance {
    fn from(error: GraphError) -> Self {
        // A report that is said to be done, and to be unreadable (Marketing API, code 2601), or one that
        // has expired.
        let is_lost = match &error {
            GraphError::Api(told) => told.code == 2601 || (told.code, told.subcode) == (100, 33),
            _ => false,
        };
        if is_lost || error.remedy() == Remedy::Restart {
            return Self::Lost(error.to_string());
        }
        Self::of_start(error)
    }
}

/// When a day was fetched, by its version. One that is to come is of a clock that was ahead: then it is not fresh.
pub(super) fn fetched(version: u64, now: Timestamp, fresh_since: Timestamp) -> Timestamp {
    let at = moment(i64::try_from(version / 1000).unwrap_or(i64::MAX));
    let stale = fresh_since.checked_sub(SignedDuration::from_secs(1)).unwrap_or(fresh_since);
    if at > now { stale } else { at }
}

pub(super) fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MIN)
}

pub(super) fn micros(moment: Timestamp) -> u64 {
    u64::try_from(moment.as_microsecond()).unwrap_or(0)
}
