//! A database with a history of synthetic traffic, for benchmarks.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use messenger_funnel::domain::Timestamp;
use messenger_funnel::journal::{Envelope, EnvelopeKind, Journal, Limits};
use messenger_funnel::materializer::Materializer;
use messenger_funnel::normalize::Settings;
use messenger_funnel::store::engine::{
    Engine, EngineArgs, EngineOptions, locate, run_in_this_process,
};
use messenger_funnel::store::{Shipper, Store, migrate};
use messenger_funnel::synthetic::{Plan, Traffic};

/// The month of the traffic, UTC milliseconds.
pub(crate) const FROM: i64 = 1_790_000_000_000;
pub(crate) const TO: i64 = 1_792_592_000_000;
/// Bodies that are in memory at once while a history is stored.
const CHUNK: usize = 200_000;

/// The numbers among the program's arguments. The engine is this program, started again: then it ends
/// with the engine.
pub(crate) fn arguments() -> Vec<u64> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|first| first == "engine") {
        #[derive(clap::Parser)]
        struct Hidden {
            #[command(flatten)]
            engine: EngineArgs,
        }
        let hidden = <Hidden as clap::Parser>::parse_from(&arguments[1..]);
        std::process::exit(run_in_this_process(&hidden.engine).unwrap());
    }
    arguments.iter().filter_map(|text| text.parse().ok()).collect()
}

/// An engine in a folder that goes away with it.
pub(crate) async fn start_engine() -> (Engine, tempfile::TempDir) {
    let place = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let folder = tempfile::TempDir::new_in(place).unwrap();
    let executable = std::env::current_exe().unwrap();
    let program = locate(None, &executable, std::env::var_os("PATH")).unwrap();
    let engine = Engine::start(
        &folder.path().join("data"),
        &program,
        &executable,
        &EngineOptions::default(),
    )
    .await
    .unwrap();
    (engine, folder)
}

/// A database with a history.
pub(crate) struct History {
    pub(crate) store: Store,
    pub(crate) upkeep: Materializer,
    folder: PathBuf,
    /// People in it.
    pub(crate) people: u64,
    pub(crate) events: u64,
}

impl History {
    /// Stores a month of traffic, and makes its conversations.
    pub(crate) async fn new(engine: &Engine, folder: &Path, people: u64) -> Self {
        let name = format!("people_{people}");
        let store = Store::new(engine.endpoint(&name));
        migrate(&store).await.unwrap();
        let lock = folder.join(format!("{name}.lock"));
        let now = || jiff::Timestamp::now().as_millisecond();
        let upkeep = Materializer::new(store.clone(), lock, now);
        let folder = folder.join(&name);
        let mut history = Self { store, upkeep, folder, people, events: 0 };
        let (from, to) = (Timestamp(FROM), Timestamp(TO));
        let started = Instant::now();
        let mut traffic = Traffic::new(Plan {
            seed: 7,
            people,
            from,
            to,
            has_newest: false,
            has_story: false,
            variation: 0,
        })
        .map(Bytes::from);
        loop {
            let bodies: Vec<Bytes> = traffic.by_ref().take(CHUNK).collect();
            if bodies.is_empty() {
                break;
            }
            history.events += history.ship(&bodies).await.0;
        }
        let shipped = started.elapsed();
        let started = Instant::now();
        let made = history.upkeep.catch_up().await.unwrap();
        eprintln!(
            "{} events stored in {:.1} s, conversations of {made} people in {:.1} s",
            history.events,
            shipped.as_secs_f64(),
            started.elapsed().as_secs_f64()
        );
        history
    }

    /// Journals and ships; how many events, and how long the shipping took.
    pub(crate) async fn ship(&self, bodies: &[Bytes]) -> (u64, Duration) {
        let journal = Journal::open(&self.folder, Limits::default()).unwrap();
        let append = |body: &Bytes| {
            let (journal, body) = (journal.clone(), body.clone());
            let received_at_ms = TO;
            async move {
                let envelope = Envelope { kind: EnvelopeKind::Webhook, received_at_ms, body };
                journal.append(envelope).await.unwrap()
            }
        };
        stream::iter(bodies.iter().map(append)).buffered(1000).collect::<Vec<_>>().await;
        let shipper =
            Shipper::new(&journal, self.store.clone(), Settings::default(), Duration::ZERO);
        let started = Instant::now();
        (shipper.unwrap().drain().await.unwrap().events, started.elapsed())
    }
}
