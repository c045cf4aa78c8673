//! Tells Meta of conversions (Conversions API for business messaging). What is to be told follows from
//! the conversions and from what has become of each; nothing else has to survive a restart. An event has
//! one id: sent again because a crash came before it was noted, Meta takes it for the same.

mod sorting;

use std::collections::BTreeMap;
use std::path::PathBuf;

use metrics::counter;
use thiserror::Error;

pub use sorting::{Sorted, sort};

use crate::domain::{DAY_MS, Timestamp};
use crate::meta::{ApiError, Graph, GraphError, MOST_EVENTS, MessagingEvent, Remedy};
use crate::store::{Store, StoreError, Told, wait_for_lock};

/// How far back conversions are looked for: those that are older than Meta takes are told to be.
const LOOK_BACK_MS: i64 = 28 * DAY_MS;

/// What is sent, and how.
#[derive(Debug, Clone)]
pub struct FeedbackSettings {
    /// Meta's name of each goal that is told.
    pub events: BTreeMap<String, String>,
    /// The dataset of each Page.
    pub datasets: BTreeMap<String, String>,
    /// Older events are not sent, milliseconds.
    pub max_age_ms: i64,
    /// Whether only people are told of who are known to agree.
    pub require_consent: bool,
    /// Shows events in Events Manager's test view. They count all the same.
    pub test_event_code: Option<String>,
    /// Events of one request at most.
    pub batch: usize,
    /// Held by the process that sends.
    pub lock: PathBuf,
}

impl Default for FeedbackSettings {
    fn default() -> Self {
        Self {
            events: BTreeMap::new(),
            datasets: BTreeMap::new(),
            max_age_ms: 7 * DAY_MS,
            require_consent: false,
            test_event_code: None,
            batch: MOST_EVENTS,
            lock: PathBuf::from("feedback.lock"),
        }
    }
}

/// Why not everything could be sent.
#[derive(Debug, Error)]
pub enum FeedbackError {
    /// Meta takes nothing now.
    #[error("dataset {dataset}: {source}{advice}", advice = advice(.source))]
    Graph {
        /// The dataset.
        dataset: String,
        /// What Meta says.
        source: GraphError,
    },
    /// ClickHouse failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lock file cannot be used.
    #[error("{path}: {source}")]
    Lock {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
}

fn advice(error: &GraphError) -> &'static str {
    match error.remedy() {
        Remedy::Authorise => "; renew meta.access_token, or grant it page_events for this dataset",
        Remedy::Stop => "; see meta.datasets: a dataset is made by POST /PAGE/dataset",
        _ => "; nothing is lost, it is tried again",
    }
}

/// What a pass did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Passed {
    /// Events that Meta took.
    pub sent: usize,
    /// Events that Meta refused.
    pub refused: usize,
    /// Events that wait for consent.
    pub withheld: usize,
    /// Events that were found too old now.
    pub expired: usize,
}

/// What would be sent at an instant (UTC milliseconds). Nothing is written.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub async fn plan(
    store: &Store,
    settings: &FeedbackSettings,
    now: i64,
) -> Result<Sorted, StoreError> {
    let names: Vec<&str> = settings.events.keys().map(String::as_str).collect();
    let candidates = store.feedback_candidates(now - LOOK_BACK_MS, now + DAY_MS, &names).await?;
    Ok(sort(&candidates, settings, now))
}

/// Sends what is due.
///
/// # Errors
/// The first of what was in the way; whatever could be sent elsewhere is, and the rest is tried again.
pub async fn pass(
    graph: &Graph,
    store: &Store,
    settings: &FeedbackSettings,
    clock: fn() -> i64,
) -> Result<Passed, FeedbackError> {
    let locked = wait_for_lock(&settings.lock).await;
    let _lock =
        locked.map_err(|source| FeedbackError::Lock { path: settings.lock.clone(), source })?;
    let sorted = plan(store, settings, clock()).await?;
    let mut passed = Passed { withheld: sorted.withheld, ..Passed::default() };
    passed.expired = sorted.kept.iter().filter(|told| told.status == "expired").count();
    store.save_feedback(&sorted.kept).await?;
    let mut problem = None;
    for (dataset, events) in sorted.due {
        for batch in events.chunks(settings.batch.clamp(1, MOST_EVENTS)) {
            let outbox = Outbox { graph, store, settings, clock, dataset: &dataset };
            if let Err(error) = outbox.send(batch, &mut passed).await {
                tracing::warn!(%error, "conversions could not be sent to Meta");
                problem.get_or_insert(error);
                // What hinders one batch of a dataset hinders them all.
                break;
            }
        }
    }
    problem.map_or(Ok(passed), Err)
}

struct Outbox<'a> {
    graph: &'a Graph,
    store: &'a Store,
    settings: &'a FeedbackSettings,
    clock: fn() -> i64,
    dataset: &'a str,
}

impl Outbox<'_> {
    /// Sends a batch. Meta takes it whole or not at all, and does not say which event is wrong: it is
    /// halved until that stands alone.
    async fn send(
        &self,
        batch: &[MessagingEvent],
        passed: &mut Passed,
    ) -> Result<(), FeedbackError> {
        let code = self.settings.test_event_code.as_deref();
        let mut left = vec![batch];
        while let Some(events) = left.pop() {
            let (status, reason, trace) =
                match self.graph.send_events(self.dataset, events, code).await {
                    Ok(accepted) => ("sent", String::new(), accepted.fbtrace_id),
                    Err(GraphError::Api(error)) if is_about_events(&error) => {
                        if events.len() > 1 {
                            let (first, second) = events.split_at(events.len() / 2);
                            left.extend([second, first]);
                            continue;
                        }
                        ("refused", error.to_string(), error.trace.clone())
                    }
                    Err(source) => {
                        let dataset = self.dataset.to_owned();
                        return Err(FeedbackError::Graph { dataset, source });
                    }
                };
            let told: Vec<Told> =
                events.iter().map(|event| self.told(event, status, &reason, &trace)).collect();
            self.store.save_feedback(&told).await?;
            counter!("messenger_funnel_feedback_events_total", "status" => status)
                .increment(told.len() as u64);
            match status {
                "sent" => passed.sent += told.len(),
                _ => passed.refused += told.len(),
            }
        }
        Ok(())
    }

    fn told(&self, event: &MessagingEvent, status: &str, reason: &str, trace: &str) -> Told {
        Told {
            event_id: event.event_id.clone(),
            event_name: event.name.clone(),
            page_id: event.page.clone(),
            person_id: event.person.clone(),
            time: event.time,
            status: status.to_owned(),
            reason: reason.to_owned(),
            trace: trace.to_owned(),
            version: Timestamp((self.clock)()).micros(),
        }
    }
}

/// Whether Meta refuses what the events hold, rather than the dataset or the token. 33: there is no such
/// dataset, or no right to it; 2804131 and 2804132: the dataset has no Page, or is a website's.
fn is_about_events(error: &ApiError) -> bool {
    error.code == 100
        && !matches!(error.subcode, 0 | 33 | 2_804_131 | 2_804_132)
        && error.remedy() == Remedy::Stop
}
