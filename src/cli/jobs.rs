//! All that `serve` does in the background: each job with its name, when its rounds begin, and the lease by which one
//! process of several does it.
//!
//! The work itself takes its lease (`Store::wait_for_lease`, `Store::try_lease`), because commands do the same work.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::feedback::Sending;
use super::page_names::{KnownNames, NamesOfGraph};
use super::{clock, spend};
use crate::accounts::Accounts;
use crate::alerting::{self, Alerting};
use crate::config::Settings;
use crate::erasure::{Eraser, Rounds};
use crate::jobs::{AtStop, Job, Round, When};
use crate::journal::Journal;
use crate::operations::KnownLinks;
use crate::reports::Scheduler;
use crate::store::Store;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// How long a stop waits for notices of alerts: longer than a chat's webhook may take to answer.
const NOTICE_LIMIT: Duration = Duration::from_secs(35);

/// A job of every process. No lease: each knows links for itself, so late another's edit may become known.
pub(super) fn known_links(links: KnownLinks, stop: &CancellationToken) {
    let job = Job {
        name: "links",
        when: When::Every(SECOND),
        at_stop: AtStop::Finish,
        work: async move || links.refresh().await,
    };
    tokio::spawn(job.run(stop.clone()));
}

/// A job of every process. No lease, as for links.
pub(super) fn known_users(accounts: Accounts, stop: &CancellationToken) {
    let job = Job {
        name: "users",
        when: When::Every(2 * SECOND),
        at_stop: AtStop::Finish,
        work: async move || accounts.look_again().await,
    };
    tokio::spawn(job.run(stop.clone()));
}

/// A job of a process that shows pages. No lease, as for links.
pub(super) fn known_names(names: KnownNames, stop: &CancellationToken) {
    let job = Job {
        name: "page_names",
        when: When::Every(10 * SECOND),
        at_stop: AtStop::Finish,
        work: async move || names.refresh().await,
    };
    tokio::spawn(job.run(stop.clone()));
}

/// Jobs of a process that has a journal, whose lock keeps all others from it.
pub(super) fn of_collector(
    journal: Journal,
    keep_shipped: Duration,
    eraser: Eraser,
    stop: &CancellationToken,
) {
    // Has even a journal that hardly grows give its raw bodies up when their time has come.
    let age = (keep_shipped / 4).clamp(SECOND, HOUR);
    let old_segments = Job {
        name: "journal_segments",
        when: When::After(age),
        at_stop: AtStop::Finish,
        work: async move || match journal.close_older_than(age).await {
            Ok(()) => Round::Done,
            Err(_) => Round::Last,
        },
    };
    // Lease: `conversations`, while rows are erased.
    let mut rounds = Rounds::new(eraser, stop.clone());
    let erasures = Job {
        name: "erasures",
        when: When::Every(SECOND),
        at_stop: AtStop::Finish,
        work: async move || rounds.round().await,
    };
    tokio::spawn(old_segments.run(stop.clone()));
    tokio::spawn(erasures.run(stop.clone()));
}

/// Looks at alert rules, and tells of what they find. Leases: `alerts` while it looks, and each notice's. What is returned
/// ends after a stop, when no notice is on its way any more.
pub(super) fn alerts(alerting: Alerting, stop: &CancellationToken) -> JoinHandle<()> {
    let mut rounds = alerting::Rounds::new(alerting);
    let job = Job {
        name: "alerts",
        when: When::Every(MINUTE),
        at_stop: AtStop::Finish,
        work: async move || rounds.round().await,
    };
    tokio::spawn(job.run(stop.clone()))
}

/// Jobs of a worker, beside `alerts`. What is returned ends after a stop, when no report and no notice is under way any more.
pub(super) fn of_worker(
    now: &watch::Receiver<Settings>,
    store: &Store,
    scheduler: Scheduler,
    alerts: JoinHandle<()>,
    stop: &CancellationToken,
) -> JoinHandle<()> {
    // Lease: the ad account's.
    if let Some(syncing) = spend::Syncing::new(now, store) {
        let schedule = Box::new(now.borrow().spend.schedule.clone());
        let spend = Job {
            name: "spend",
            when: When::Scheduled { schedule, retry: HOUR, clock: clock::now },
            at_stop: AtStop::Cut,
            work: async move || syncing.round().await,
        };
        tokio::spawn(spend.run(stop.clone()));
    }
    // Lease: the business account's.
    if let Some(syncing) = spend::MessageSyncing::new(now, store) {
        let schedule = Box::new(now.borrow().spend.schedule.clone());
        let message_costs = Job {
            name: "message_costs",
            when: When::Scheduled { schedule, retry: HOUR, clock: clock::now },
            at_stop: AtStop::Cut,
            work: async move || syncing.round().await,
        };
        tokio::spawn(message_costs.run(stop.clone()));
    }
    // Lease: `feedback`.
    if let Some(sending) = Sending::new(now, store) {
        let feedback = Job {
            name: "feedback",
            when: When::Every(MINUTE),
            at_stop: AtStop::Cut,
            work: async move || sending.round().await,
        };
        tokio::spawn(feedback.run(stop.clone()));
    }
    // No lease: names that two processes ask for are the same.
    if let Some(names) = NamesOfGraph::new(now, store) {
        let names = Job {
            name: "graph_names",
            when: When::Every(HOUR),
            at_stop: AtStop::Cut,
            work: async move || names.round().await,
        };
        tokio::spawn(names.run(stop.clone()));
    }
    // No lease: a file that another process has removed is no failure.
    let old = scheduler.clone();
    let old_files = Job {
        name: "report_files",
        when: When::Every(HOUR),
        at_stop: AtStop::Finish,
        work: async move || old.remove_old_files(),
    };
    tokio::spawn(old_files.run(stop.clone()));
    // Lease: the run's, for `reports_lease_seconds`.
    let due = scheduler.clone();
    let reports = Job {
        name: "reports",
        when: When::Every(5 * SECOND),
        at_stop: AtStop::Finish,
        work: async move || due.begin_due().await,
    };
    let stop = stop.clone();
    tokio::spawn(async move {
        reports.run(stop).await;
        // What became of a notice that takes longer stays uncertain.
        let alerts = tokio::time::timeout(NOTICE_LIMIT, alerts);
        if let ((), Ok(Err(error))) = tokio::join!(scheduler.finish(), alerts) {
            tracing::error!(%error, "looking at alerts broke off");
        }
    })
}
