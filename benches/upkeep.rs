//! What new events cost when few and when many are stored: shipping them and making their
//! conversations, in turn beside a small and a large history. Then a rebuild of the large one from
//! nothing. `make bench-upkeep`; `-- SMALL LARGE` (people) for other sizes.
#![expect(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a benchmark may fail loudly")]
#![expect(clippy::cast_possible_wrap, reason = "rounds are few")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use messenger_funnel::domain::Timestamp;
use messenger_funnel::journal::{Envelope, EnvelopeKind, Journal, Limits};
use messenger_funnel::normalize::Settings;
use messenger_funnel::store::engine::{Engine, EngineArgs, locate, run_in_this_process};
use messenger_funnel::store::{Shipper, Store, migrate};
use messenger_funnel::synthetic::{Plan, Traffic};
use messenger_funnel::upkeep::{Upkeep, rebuild};

/// People of the two histories: about 1 and 20 million events.
const SMALL: u64 = 137_000;
const LARGE: u64 = 2_740_000;
const ROUNDS: usize = 30;
/// New events of a round, of people half of whom are known.
const NEW: usize = 1_000;
/// Bodies that are in memory at once while a history is stored.
const CHUNK: usize = 200_000;
const FROM: i64 = 1_790_000_000_000;
const TO: i64 = 1_792_592_000_000;
const DAY: i64 = 86_400_000;

fn main() {
    // The engine is this program, started again.
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
    let sizes: Vec<u64> = arguments.iter().filter_map(|text| text.parse().ok()).collect();
    let [small, large] = sizes.try_into().unwrap_or([SMALL, LARGE]);
    tokio::runtime::Runtime::new().unwrap().block_on(measure(small, large));
}

/// A database with a history.
struct History {
    store: Store,
    upkeep: Upkeep,
    folder: PathBuf,
    people: u64,
    events: u64,
}

async fn measure(small: u64, large: u64) {
    let place = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let folder = tempfile::TempDir::new_in(place).unwrap();
    let executable = std::env::current_exe().unwrap();
    let program = locate(None, &executable, std::env::var_os("PATH")).unwrap();
    let engine = Engine::start(&folder.path().join("data"), &program, &executable).await.unwrap();
    let mut histories = Vec::new();
    for people in [small, large] {
        histories.push(History::new(&engine, folder.path(), people).await);
    }
    let mut rounds: [Vec<[Duration; 2]>; 2] = Default::default();
    for round in 0..=ROUNDS {
        for (history, rounds) in histories.iter_mut().zip(&mut rounds) {
            let took = history.round(round).await;
            // The first round warms the machine up.
            if round > 0 {
                rounds.push(took);
            }
        }
    }
    println!("| stored events | shipping {NEW} more, ms | making their conversations, ms |");
    println!("| ---: | ---: | ---: |");
    let middle = |rounds: &[[Duration; 2]], part: usize| {
        let mut times: Vec<f64> =
            rounds.iter().map(|took| took[part].as_secs_f64() * 1e3).collect();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    for (history, rounds) in histories.iter().zip(&rounds) {
        let (shipped, made) = (middle(rounds, 0), middle(rounds, 1));
        println!("| {} | {shipped:.1} | {made:.1} |", history.events);
    }
    let [small, large] = [0, 1].map(|part| middle(&rounds[1], part) / middle(&rounds[0], part));
    let whole = |rounds: &[[Duration; 2]]| middle(rounds, 0) + middle(rounds, 1);
    println!(
        "\nmedians of {ROUNDS} rounds; ratio of shipping {small:.2}, of conversations {large:.2}, of both {:.2}",
        whole(&rounds[1]) / whole(&rounds[0])
    );
    let started = Instant::now();
    let rebuilt = rebuild(&histories[1].upkeep, |_, _| {}).await.unwrap();
    println!(
        "rebuilt in {:.1} s, the same: {}",
        started.elapsed().as_secs_f64(),
        rebuilt.is_same()
    );
    println!("{rebuilt:?}");
    engine.stop().await;
}

impl History {
    async fn new(engine: &Engine, folder: &Path, people: u64) -> Self {
        let name = format!("people_{people}");
        let store = Store::new(engine.endpoint(&name));
        migrate(&store).await.unwrap();
        let lock = folder.join(format!("{name}.lock"));
        let now = || jiff::Timestamp::now().as_millisecond();
        let upkeep = Upkeep::new(store.clone(), lock, now);
        let folder = folder.join(&name);
        let mut history = Self { store, upkeep, folder, people, events: 0 };
        let (from, to) = (Timestamp(FROM), Timestamp(TO));
        let started = Instant::now();
        let mut traffic = Traffic::new(Plan { seed: 7, people, from, to }).map(Bytes::from);
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

    /// How long it takes to ship new events, and to make their conversations.
    async fn round(&mut self, round: usize) -> [Duration; 2] {
        let bodies = self.new_events(round);
        let shipped = self.ship(&bodies).await.1;
        let started = Instant::now();
        assert!(self.upkeep.catch_up().await.unwrap() > 0);
        [shipped, started.elapsed()]
    }

    /// Journals and ships; how many events, and how long the shipping took.
    async fn ship(&self, bodies: &[Bytes]) -> (u64, Duration) {
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

    /// A message and its answer of people of whom every second one is known, from all over the
    /// history.
    fn new_events(&self, round: usize) -> Vec<Bytes> {
        let mut random = fastrand::Rng::with_seed(round as u64);
        let body = |number: usize| {
            let person = if number.is_multiple_of(2) {
                7_000_000_000_000_000 + random.u64(0..self.people)
            } else {
                8_000_000_000_000_000 + (round * NEW + number) as u64
            };
            let page = 104_857_600_000_001_u64 + random.u64(0..2);
            let time = TO + (round as i64) * DAY / 30 + number as i64;
            Bytes::from(
                serde_json::json!({ "object": "page", "entry": [{ "id": page.to_string(), "time": time,
                    "messaging": [
                        { "sender": { "id": person.to_string() }, "recipient": { "id": page.to_string() },
                          "timestamp": time, "message": { "mid": format!("{round}-{number}"), "text": "x" } },
                        { "sender": { "id": page.to_string() }, "recipient": { "id": person.to_string() },
                          "timestamp": time + 60_000,
                          "message": { "mid": format!("{round}-{number}-a"), "is_echo": true, "text": "y" } }
                    ] }] })
                .to_string(),
            )
        };
        (0..NEW / 2).map(body).collect()
    }
}
