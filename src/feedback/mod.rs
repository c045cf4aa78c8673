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
use crate::meta::{
    ApiError, Graph, GraphError, MOST_EVENTS, MessagingEvent, Remedy, tells_of_region,
};
use crate::store::{Lease, Store, StoreError, Told};

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
    /// Another process sends now.
    #[error("this process was held up for longer than its lease lasts; another one sends the rest")]
    LeaseLost,
}

/// Why Meta refuses events of whole regions: nothing that can be set helps, so they are not sent again.
pub const OF_REGION: &str =
    "of people in regions of which Meta takes no events of threads (Europe, Japan)";

/// Whether a refusal is of a region, by the reason that is stored of it. Earlier versions stored what Meta said, and nothing
/// before it.
#[must_use]
pub fn was_of_region(reason: &str) -> bool {
    reason.contains(OF_REGION) || tells_of_region(reason)
}

fn advice(error: &GraphError) -> &'static str {
    match error.remedy() {
        Remedy::Authorise => "; renew meta.access_token, or grant it page_events for this dataset",
        Remedy::Stop => {
            "; see meta.datasets (a dataset is made by POST /PAGE/dataset), and whether it is the Page's"
        }
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
    let candidates = store.feedback_candidates(now - LOOK_BACK_MS, now + 1, &names).await?;
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
    let lease = store.wait_for_lease(&settings.lock).await?;
    let passed = pass_now(graph, store, settings, clock, &lease).await;
    lease.end().await;
    passed
}

async fn pass_now(
    graph: &Graph,
    store: &Store,
    settings: &FeedbackSettings,
    clock: fn() -> i64,
    lease: &Lease,
) -> Result<Passed, FeedbackError> {
    let sorted = plan(store, settings, clock()).await?;
    let mut passed = Passed { withheld: sorted.withheld, ..Passed::default() };
    passed.expired = sorted.kept.iter().filter(|told| told.status == "expired").count();
    store.save_feedback(&sorted.kept).await?;
    let mut problem = None;
    for (dataset, events) in &sorted.due {
        let mut outbox = Outbox {
            graph,
            store,
            settings,
            clock,
            lease,
            known: &sorted.known,
            dataset: dataset.clone(),
            passed: &mut passed,
            is_taken: false,
            doubtful: Vec::new(),
        };
        if let Err(error) = outbox.send_all(events).await {
            tracing::warn!(%error, "conversions could not be sent to Meta");
            problem.get_or_insert(error);
        }
    }
    problem.map_or(Ok(passed), Err)
}

/// What an error of Meta blames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blame {
    /// An event of the batch.
    Event,
    /// The dataset or the token; or nothing that lasts.
    Dataset,
    /// Either: it shows when another event of the dataset is taken.
    Either,
}

/// So many single events of a dataset are refused, and none is taken, until the dataset is blamed.
const PROBES: usize = 16;

/// A dataset's events on their way.
struct Outbox<'a> {
    graph: &'a Graph,
    store: &'a Store,
    settings: &'a FeedbackSettings,
    clock: fn() -> i64,
    lease: &'a Lease,
    known: &'a BTreeMap<String, u64>,
    dataset: String,
    passed: &'a mut Passed,
    /// Whether Meta has taken one.
    is_taken: bool,
    /// Those that Meta refused alone, if it may be the dataset's fault.
    doubtful: Vec<(&'a MessagingEvent, Box<ApiError>)>,
}

impl<'a> Outbox<'a> {
    async fn send_all(&mut self, events: &'a [MessagingEvent]) -> Result<(), FeedbackError> {
        for batch in events.chunks(self.settings.batch.clamp(1, MOST_EVENTS)) {
            // What hinders one batch of a dataset hinders them all.
            self.send(batch).await?;
            if self.gives_up() {
                break;
            }
        }
        if !self.is_taken
            && let Some((_, error)) = self.doubtful.pop()
        {
            return Err(self.at_fault(GraphError::Api(error)));
        }
        for (event, error) in std::mem::take(&mut self.doubtful) {
            self.note(&[event], "refused", &error.to_string(), &error.trace).await?;
        }
        Ok(())
    }

    /// Sends a batch. Meta takes it whole or not at all, and does not say which event is wrong: it is
    /// halved until that stands alone.
    async fn send(&mut self, batch: &'a [MessagingEvent]) -> Result<(), FeedbackError> {
        let code = self.settings.test_event_code.as_deref();
        let mut left: Vec<Vec<&MessagingEvent>> = vec![batch.iter().collect()];
        while let Some(events) = left.pop() {
            self.check_turn().await?;
            let error = match self.graph.send_events(&self.dataset, &events, code).await {
                Ok(accepted) if accepted.has_all(events.len()) => {
                    self.is_taken = true;
                    self.note(&events, "sent", "", &accepted.fbtrace_id).await?;
                    continue;
                }
                Ok(accepted) => Box::new(ApiError::incomplete(accepted.fbtrace_id)),
                Err(GraphError::Api(error)) => error,
                Err(source) => return Err(self.at_fault(source)),
            };
            match (blame(&error), events.len()) {
                (Blame::Dataset, _) => return Err(self.at_fault(GraphError::Api(error))),
                (Blame::Event, 1) => {
                    let reason = reason(&error, events[0]);
                    self.note(&events, "refused", &reason, &error.trace).await?;
                }
                (Blame::Either, 1) => {
                    self.doubtful.push((events[0], error));
                    if self.gives_up() {
                        break;
                    }
                }
                (Blame::Either, many) if !self.is_taken && self.doubtful.is_empty() => {
                    // Some alone first, from all over: whether the dataset takes any.
                    let apart = many.div_ceil(PROBES);
                    let (alone, others): (Vec<_>, Vec<_>) =
                        events.into_iter().enumerate().partition(|(place, _)| place % apart == 0);
                    left.push(others.into_iter().map(|(_, event)| event).collect());
                    left.extend(alone.into_iter().map(|(_, event)| vec![event]));
                    left.retain(|events| !events.is_empty());
                }
                (_, many) => {
                    let mut first = events;
                    left.push(first.split_off(many / 2));
                    left.push(first);
                }
            }
        }
        Ok(())
    }

    /// Before each request, and before it is noted what became of it: it may have been stopped for any time.
    async fn check_turn(&self) -> Result<(), FeedbackError> {
        if self.lease.is_held().await? { Ok(()) } else { Err(FeedbackError::LeaseLost) }
    }

    fn gives_up(&self) -> bool {
        !self.is_taken && self.doubtful.len() >= PROBES
    }

    fn at_fault(&self, source: GraphError) -> FeedbackError {
        FeedbackError::Graph { dataset: self.dataset.clone(), source }
    }

    async fn note(
        &mut self,
        events: &[&MessagingEvent],
        status: &'static str,
        reason: &str,
        trace: &str,
    ) -> Result<(), FeedbackError> {
        self.check_turn().await?;
        let told: Vec<Told> =
            events.iter().map(|event| self.told(event, status, reason, trace)).collect();
        self.store.save_feedback(&told).await?;
        counter!("messenger_funnel_feedback_events_total", "status" => status)
            .increment(told.len() as u64);
        match status {
            "sent" => self.passed.sent += told.len(),
            _ => self.passed.refused += told.len(),
        }
        Ok(())
    }

    fn told(&self, event: &MessagingEvent, status: &str, reason: &str, trace: &str) -> Told {
        let known = self.known.get(&event.event_id).copied().unwrap_or(0);
        Told {
            event_id: event.event_id.clone(),
            event_name: event.name.clone(),
            page_id: event.page.clone(),
            person_id: event.person.clone(),
            time: event.time,
            status: status.to_owned(),
            reason: reason.to_owned(),
            trace: trace.to_owned(),
            version: Timestamp((self.clock)()).micros().max(known.saturating_add(1)),
        }
    }
}

/// What is said of an event that Meta refuses.
fn reason(error: &ApiError, event: &MessagingEvent) -> String {
    if !error.is_of_region() {
        return error.to_string();
    }
    tracing::warn!(
        page = event.page,
        "Meta refuses a conversion {OF_REGION}: it is not sent again"
    );
    format!("{OF_REGION}: {error}")
}

/// Of code 100: 33 there is no such dataset, or no right to it; 2804131 and 2804132 the dataset has no Page,
/// or is a website's. Without a subcode ("(#100) Param ... must be a valid ID") it may be either.
fn blame(error: &ApiError) -> Blame {
    match error.subcode {
        _ if error.is_of_region() => Blame::Event,
        _ if error.code != 100 || error.remedy() != Remedy::Stop => Blame::Dataset,
        33 | 2_804_131 | 2_804_132 => Blame::Dataset,
        0 => Blame::Either,
        _ => Blame::Event,
    }
}
