//! Reports by a clock that the test turns: when they are due, and what is tried again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use messenger_funnel::analysis::{DEFAULT_FUNNEL, Model, Parameters};
use messenger_funnel::insights::query::Defaults;
use messenger_funnel::insights::stored_funnels::StoredFunnels;
use messenger_funnel::reports::{
    Destination, ReportCatalog, ReportSettings, Runner, Scheduler, WrittenReport,
};
use messenger_funnel::store::{Bounds, MessagingWindow, Store, migrate};
use serde_json::Value;
use tempfile::TempDir;

use crate::fencing::take_over;
use crate::support::outside::Hook;
use crate::support::stalling::Stalling;
use crate::support::{client, start_engine};

static CLOCK: AtomicI64 = AtomicI64::new(0);

fn clock() -> i64 {
    CLOCK.load(Ordering::SeqCst)
}

fn millis(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// Reports in this process, on an engine of the test's own, with a clock that the test turns.
struct Bench {
    engine: messenger_funnel::store::engine::Engine,
    folder: TempDir,
    shelf: ReportCatalog,
}

impl Bench {
    async fn new(written: WrittenReport, destinations: BTreeMap<String, Destination>) -> Self {
        let folder = TempDir::new().unwrap();
        let engine = start_engine(folder.path()).await.unwrap();
        let store = Store::new(engine.endpoint("a_database"));
        migrate(&store).await.unwrap();
        let defaults = Defaults {
            zone: jiff::tz::TimeZone::get("Europe/Paris").unwrap(),
            model: Model::Last,
            parameters: Parameters::default(),
            refs: Arc::default(),
        };
        let report = written
            .check(&defaults, |name| name == DEFAULT_FUNNEL, |name| destinations.contains_key(name))
            .unwrap();
        let settings = ReportSettings {
            owners: BTreeMap::new(),
            reports: vec![report],
            destinations,
            mailer: None,
            folder: folder.path().join("reports"),
            keep: Duration::from_secs(90 * 86_400),
            lease: Duration::from_secs(60),
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
        Self { engine, folder, shelf }
    }

    /// Turns the clock, and runs what is due: when each run was due, and what became of it.
    async fn turn(&self, to: &str) -> Vec<(String, String)> {
        CLOCK.store(millis(to), Ordering::SeqCst);
        let runner = Runner::new(self.shelf.clone());
        let due = Scheduler::new(runner.clone()).due(self.shelf.now()).await.unwrap();
        let mut became = Vec::new();
        for (report, run) in due {
            let run = runner.run(&report, run).await.unwrap().unwrap();
            let at = jiff::Timestamp::from_millisecond(run.due_at).unwrap();
            became.push((at.to_string(), run.status));
        }
        became
    }
}

/// A destination as the settings write it.
fn destination(toml: &str) -> Destination {
    let source = config::File::from_str(toml, config::FileFormat::Toml);
    let written = config::Config::builder().add_source(source).build().unwrap();
    let written: messenger_funnel::reports::WrittenDestination = written.try_deserialize().unwrap();
    written.check(false).unwrap()
}

fn daily() -> WrittenReport {
    WrittenReport {
        name: "daily".to_owned(),
        schedule: "30 2 * * *".to_owned(),
        ..WrittenReport::default()
    }
}

fn done(times: &[&str]) -> Vec<(String, String)> {
    times.iter().map(|at| ((*at).to_owned(), "done".to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_fires_at_the_right_instants_across_both_changes_of_clocks() {
    let bench = Bench::new(daily(), BTreeMap::new()).await;
    for (begin, end, expected) in [
        // 02:30 is not there on 29 March: the report comes right behind the change.
        (
            "2026-03-27T12:00:00Z",
            "2026-03-31T12:00:00Z",
            done(&[
                "2026-03-28T01:30:00Z",
                "2026-03-29T01:00:00Z",
                "2026-03-30T00:30:00Z",
                "2026-03-31T00:30:00Z",
            ]),
        ),
        // And there twice on 25 October: it comes once. What was missed since March comes once too.
        (
            "2026-10-23T12:00:00Z",
            "2026-10-27T12:00:00Z",
            done(&[
                "2026-10-23T00:30:00Z",
                "2026-10-24T00:30:00Z",
                "2026-10-25T00:30:00Z",
                "2026-10-26T01:30:00Z",
                "2026-10-27T01:30:00Z",
            ]),
        ),
    ] {
        let mut fired = Vec::new();
        let mut now = millis(begin);
        while now <= millis(end) {
            let at = jiff::Timestamp::from_millisecond(now).unwrap().to_string();
            fired.extend(bench.turn(&at).await);
            now += 30 * 60_000;
        }
        assert_eq!(fired, expected);
    }
    let files = std::fs::read_dir(bench.folder.path().join("reports/daily")).unwrap().count();
    assert_eq!(files, 9);
    bench.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_fails_is_tried_again_and_one_that_may_have_arrived_is_not() {
    let (hook, address) = Hook::start().await;
    let folder = TempDir::new().unwrap();
    let destinations = BTreeMap::from([
        ("chat".to_owned(), destination(&format!("webhook = \"{address}\""))),
        ("shelf".to_owned(), destination(&format!("folder = {:?}", folder.path()))),
    ]);
    let to = vec!["chat".to_owned(), "shelf".to_owned()];
    let bench = Bench::new(WrittenReport { to, ..daily() }, destinations).await;
    assert!(bench.turn("2026-11-02T00:00:00Z").await.is_empty());
    hook.troubles.lock().unwrap().extend([503, 500]);
    let failed = |at: &str| vec![(at.to_owned(), "failed".to_owned())];
    let due = "2026-11-02T01:30:00Z";
    assert_eq!(bench.turn("2026-11-02T01:31:00Z").await, failed(due));
    // The folder has its file already; the chat's pause is a minute, then five.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    assert!(bench.turn("2026-11-02T01:31:59Z").await.is_empty());
    assert_eq!(bench.turn("2026-11-02T01:32:00Z").await, failed(due));
    assert!(bench.turn("2026-11-02T01:36:59Z").await.is_empty());
    assert_eq!(bench.turn("2026-11-02T01:37:00Z").await, done(&[due]));
    assert!(bench.turn("2026-11-02T12:00:00Z").await.is_empty());
    let posted = hook.posted();
    assert_eq!(posted.len(), 3);
    assert!(posted.iter().all(|(run, _)| run == "daily_2026-11-02_0130Z"), "{posted:?}");
    let text = posted[0].1["text"].as_str().unwrap();
    assert!(text.starts_with("*daily*, 2026-11-01 (Europe/Paris)\n```\n"), "{text}");
    let runs = bench.shelf.store.report_runs("daily", "", 10).await.unwrap();
    assert_eq!((runs.len(), runs[0].attempt), (1, 3));
    let side: Value = serde_json::from_str(&runs[0].told).unwrap();
    assert_eq!(side["from"], "2026-10-31T23:00:00.000Z");
    assert_eq!(side["time_zone"], "Europe/Paris");
    bench.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_behind_anothers_sends_nothing_twice() {
    let (hook, address) = Hook::start().await;
    let destinations = BTreeMap::from([
        ("chat".to_owned(), destination(&format!("webhook = \"{address}\""))),
        ("other".to_owned(), destination(&format!("webhook = \"{address}\""))),
    ]);
    let to = vec!["chat".to_owned(), "other".to_owned()];
    let bench = Bench::new(WrittenReport { to, ..daily() }, destinations).await;
    assert!(bench.turn("2026-11-02T00:00:00Z").await.is_empty());
    // The second answer, which is the chat of the second destination, comes first in the list of troubles.
    hook.troubles.lock().unwrap().extend([500, 500]);
    let failed = bench.turn("2026-11-02T01:45:00Z").await;
    assert_eq!(failed[0].1, "failed");
    // Ten minutes back: what comes later counts all the same, though its clock says otherwise.
    let mut runs = bench.shelf.store.report_runs("daily", "", 10).await.unwrap();
    let mut run = runs.pop().unwrap();
    CLOCK.store(millis("2026-11-02T01:35:00Z"), Ordering::SeqCst);
    run.ended_at = None;
    let runner = Runner::new(bench.shelf.clone());
    let report = bench.shelf.settings.reports[0].clone();
    run.version += 1;
    bench.shelf.store.save_report_run(&run).await.unwrap();
    let became = runner.run(&report, run.clone()).await.unwrap().unwrap();
    assert_eq!(became.status, "done");
    assert!(runner.run(&report, run).await.unwrap().is_none());
    assert_eq!(hook.posted().len(), 4);
    let told = bench.shelf.store.report_deliveries(&[&became.run]).await.unwrap();
    assert!(told.iter().all(|delivery| delivery.status == "sent"), "{told:?}");
    bench.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_that_is_changed_begins_then() {
    let bench = Bench::new(daily(), BTreeMap::new()).await;
    assert!(bench.turn("2026-11-02T00:00:00Z").await.is_empty());
    let store = &bench.shelf.store;
    // By hand for some days, then by schedule again: what was between is not caught up.
    store.begin_schedule("daily", "", millis("2026-11-02T01:00:00Z")).await.unwrap();
    assert!(bench.turn("2026-11-04T12:00:00Z").await.is_empty());
    assert_eq!(bench.turn("2026-11-05T01:30:00Z").await, done(&["2026-11-05T01:30:00Z"]));
    bench.engine.stop().await;
}

/// Who delivers is stopped before each of its requests to ClickHouse in turn, and another delivers.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_stopped_delivers_nothing_that_another_has_delivered() {
    let (hook, address) = Hook::start().await;
    let chat = destination(&format!("webhook = \"{address}\""));
    let destinations = BTreeMap::from([("chat".to_owned(), chat)]);
    let to = vec!["chat".to_owned()];
    let bench = Bench::new(WrittenReport { to, ..daily() }, destinations).await;
    CLOCK.store(millis("2026-11-02T12:00:00Z"), Ordering::SeqCst);
    let endpoint = bench.engine.endpoint("a_database");
    let (way, slow) = Stalling::start(&endpoint).await;
    let client = client(&endpoint);
    let runner = Runner::new(bench.shelf.clone());
    let slow = Runner::new(ReportCatalog { store: Store::new(slow), ..bench.shelf.clone() });
    let report = bench.shelf.settings.reports[0].clone();
    let mut became = Vec::new();
    for place in 0.. {
        let run = runner.ask_for("daily", bench.shelf.now()).await.unwrap();
        let name = run.run.clone();
        let mut left = place;
        way.hold(move |_| {
            left -= 1;
            left < 0
        });
        let (late, report_of_late, run_of_late) = (slow.clone(), report.clone(), run.clone());
        let late = tokio::spawn(async move { late.run(&report_of_late, run_of_late).await });
        let Some(at) = way.wait(|| late.is_finished()).await else {
            assert_eq!(late.await.unwrap().unwrap().unwrap().status, "done");
            break;
        };
        take_over(&client, &format!("report:{name}")).await;
        // It may be done, as far as anybody knows.
        runner.run(&report, run.clone()).await.unwrap();
        way.go_on();
        late.await.unwrap().ok();
        runner.run(&report, run).await.unwrap();
        let posted = hook.posted().iter().filter(|(key, _)| *key == name).count();
        let known = bench.shelf.store.report_runs("daily", &name, 1).await.unwrap();
        let told = bench.shelf.store.report_deliveries(&[&name]).await.unwrap();
        assert_eq!((known[0].status.as_str(), told.len()), ("done", 1), "at {place}: {at}");
        let told = told[0].status.clone();
        assert!(posted == 1 || posted == 0 && told == "uncertain", "{posted} at {place}: {at}");
        became.push((told, posted));
    }
    for (status, posted) in [("sent", 1), ("uncertain", 1)] {
        assert!(became.contains(&(status.to_owned(), posted)), "{status}: {became:?}");
    }
    bench.engine.stop().await;
}
