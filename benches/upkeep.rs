//! What new events cost when few and when many are stored: shipping them and making their
//! conversations, in turn beside a small and a large history. Then a rebuild of the large one from
//! nothing. `make bench-upkeep`; `-- SMALL LARGE` (people) for other sizes.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail loudly")]
#![expect(clippy::cast_possible_wrap, reason = "rounds are few")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod history;

use std::time::{Duration, Instant};

use bytes::Bytes;
use history::{History, TO};
use messenger_funnel::materializer::rebuild;

/// People of the two histories: about 1 and 20 million events.
const SMALL: u64 = 137_000;
const LARGE: u64 = 2_740_000;
const ROUNDS: usize = 30;
/// New events of a round, of people half of whom are known.
const NEW: usize = 1_000;
const DAY: i64 = 86_400_000;

fn main() {
    let [small, large] = history::arguments().try_into().unwrap_or([SMALL, LARGE]);
    tokio::runtime::Runtime::new().unwrap().block_on(measure(small, large));
}

async fn measure(small: u64, large: u64) {
    let (engine, folder) = history::start_engine().await;
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

/// A round of new events.
trait Round {
    async fn round(&mut self, round: usize) -> [Duration; 2];
    fn new_events(&self, round: usize) -> Vec<Bytes>;
}

impl Round for History {
    /// How long it takes to ship new events, and to make their conversations.
    async fn round(&mut self, round: usize) -> [Duration; 2] {
        let bodies = self.new_events(round);
        let shipped = self.ship(&bodies).await.1;
        let started = Instant::now();
        assert!(self.upkeep.catch_up().await.unwrap() > 0);
        [shipped, started.elapsed()]
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
