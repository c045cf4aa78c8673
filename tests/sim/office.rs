//! What a worker does beside making conversations: it tells Meta of conversions, and delivers reports.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::tz::TimeZone;
use messenger_funnel::analysis::{Model, Parameters};
use messenger_funnel::domain::DAY_MS;
use messenger_funnel::feedback::{FeedbackSettings, pass};
use messenger_funnel::insights::query::Defaults;
use messenger_funnel::insights::stored_funnels::StoredFunnels;
use messenger_funnel::jobs::{AtStop, Job, When};
use messenger_funnel::meta::{Graph, Patience, choose_cryptography};
use messenger_funnel::reports::{
    Destination, ReportCatalog, ReportSettings, Runner, Scheduler, WrittenReport,
};
use messenger_funnel::store::{Bounds, MessagingWindow, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{outside, time};

/// The world's Pages (`synthetic`), which share a dataset.
const PAGES: [&str; 3] = ["104857600000001", "104857600000002", "17841400000000001"];

/// How often Meta is told of conversions.
const PAUSE: Duration = Duration::from_secs(7);
/// How often what is due of reports is begun.
const REPORTS_PAUSE: Duration = Duration::from_secs(5);

/// Systems of others.
#[derive(Clone)]
pub struct Outside {
    pub graph: outside::Graph,
    pub chat: outside::Chat,
}

/// What Meta is told of.
pub fn feedback_settings(folder: &Path) -> FeedbackSettings {
    let events = [("lead", "LeadSubmitted"), ("purchase", "Purchase")];
    let events = events.map(|(name, event)| (name.to_owned(), event.to_owned()));
    FeedbackSettings {
        events: events.into(),
        datasets: PAGES.map(|page| (page.to_owned(), "77".to_owned())).into(),
        // Older ones than usual, so that there are some.
        max_age_ms: 27 * DAY_MS,
        lock: folder.join("feedback.lock"),
        ..FeedbackSettings::default()
    }
}

/// A way to Meta that gives up soon.
fn graph(outside: &Outside) -> Graph {
    static BASE: OnceLock<Graph> = OnceLock::new();
    let base = BASE.get_or_init(|| {
        choose_cryptography();
        let patience = Patience {
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(2),
            retries: 2,
            longest_pause: Duration::from_secs(5),
        };
        Graph::new("http://graph", "v25.0", "a token".to_owned().into(), patience).unwrap()
    });
    base.by(Arc::new(outside.graph.clone()))
}

/// Tells Meta of conversions until it is dropped.
pub fn tell(
    store: Store,
    folder: &Path,
    outside: &Outside,
    clock: fn() -> i64,
    stop: CancellationToken,
) -> JoinHandle<()> {
    let (graph, settings) = (graph(outside), feedback_settings(folder));
    tokio::spawn(time::watched(async move {
        while !stop.is_cancelled() {
            tokio::select! {
                biased;
                () = tokio::time::sleep(PAUSE) => {}
                () = stop.cancelled() => return,
            }
            // Whatever was in the way is tried again.
            drop(pass(&graph, &store, &settings, clock).await);
        }
    }))
}

/// Delivers a report when it is due.
pub fn deliver(
    store: Store,
    folder: &Path,
    outside: &Outside,
    clock: fn() -> i64,
    stop: CancellationToken,
) -> JoinHandle<()> {
    let parameters = Parameters::default();
    let defaults =
        Defaults { zone: TimeZone::UTC, model: Model::Last, parameters, refs: Arc::default() };
    let written = WrittenReport {
        name: "lists".to_owned(),
        question: "audience".to_owned(),
        range: "last_7_days".to_owned(),
        schedule: "0,1 0 1 12 *".to_owned(),
        formats: vec!["json".to_owned()],
        to: vec!["chat".to_owned()],
        ..WrittenReport::default()
    };
    let report = written.check(&defaults, |_| true, |_| true).unwrap();
    let chat =
        Destination::webhook("http://chat/hook".to_owned().into(), Arc::new(outside.chat.clone()));
    let settings = ReportSettings {
        reports: vec![report],
        destinations: BTreeMap::from([("chat".to_owned(), chat.unwrap())]),
        mailer: None,
        folder: folder.join("reports"),
        owners: std::collections::BTreeMap::new(),
        // Files have the date of the real clock.
        keep: Duration::from_secs(100 * 365 * 86_400),
        lease: Duration::from_secs(15),
    };
    let shelf = ReportCatalog {
        bounded: store.within(Bounds::default().unattended()),
        store,
        settings: Arc::new(settings),
        defaults,
        funnels: Arc::default(),
        stored_funnels: StoredFunnels::default(),
        window: MessagingWindow {
            hours: 24,
            by_channel: Vec::new(),
            by_source: Vec::new(),
            free_entry_hours: 72,
        },
        page_names: BTreeMap::default(),
        public_url: None,
        clock,
    };
    let scheduler = Scheduler::new(Runner::new(shelf));
    let due = scheduler.clone();
    let reports = Job {
        name: "reports",
        when: When::Every(REPORTS_PAUSE),
        at_stop: AtStop::Finish,
        work: async move || due.begin_due().await,
    };
    tokio::spawn(time::watched(async move {
        reports.run(stop).await;
        scheduler.finish().await;
    }))
}
