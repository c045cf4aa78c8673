//! A rebuild that is cut off wherever it stands: figures are right, and nobody is left in its tables.

use std::path::PathBuf;

use messenger_funnel::materializer::{Materializer, rebuild};
use messenger_funnel::store::{Store, migrate};
use serde_json::Value;
use tempfile::TempDir;

use crate::fencing::{Traffic, take_over};
use crate::support::stalling::{Stalling, shared};
use crate::support::{World, client, count, message, start_engine};

fn clock() -> i64 {
    1_795_168_800_000
}

fn upkeep(store: &Store, folder: PathBuf) -> Materializer {
    Materializer::new(store.clone(), folder.join("conversations.lock"), clock)
}

/// What nobody should find in the tables, and what they lack: as after a fault that the rebuild is to mend.
const FAULTS: [&str; 3] = [
    "INSERT INTO conversations (opened_at, page_id, person_id, number, version) \
     VALUES ('2026-11-05 00:00:00', '1', 'person-1', 99, 1)",
    "INSERT INTO touchpoints (time, page_id, person_id, number, source, version) \
     VALUES ('2026-11-05 00:00:00', '1', 'person-2', 99, 'ad', 1)",
    "DELETE FROM conversations WHERE cityHash64(opened_at) % 3 = 0",
];

/// Held up at each of its requests in turn: first as if it was killed there, then as if it went on late.
#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_is_cut_off_anywhere_leaves_right_figures_and_no_tables() {
    let folder = TempDir::new().unwrap();
    let engine = start_engine(&folder.path().join("data")).await.unwrap();
    let endpoint = engine.endpoint("rebuilt");
    let (way, slow) = Stalling::start(&endpoint).await;
    let store = Store::new(shared(&endpoint));
    migrate(&store).await.unwrap();
    let client = client(&endpoint);
    let (cut_off, other) = (Store::new(slow), upkeep(&store, folder.path().join("two")));
    let cut_off = upkeep(&cut_off, folder.path().join("one"));
    let mut traffic = Traffic::new(folder.path(), &store);
    traffic.ship(20).await;
    other.catch_up().await.unwrap();
    let mut exchanges = 0;
    'places: for place in 0.. {
        for goes_on in [false, true] {
            let mut left = place;
            // Each of the statements that make, exchange and remove the tables, and that say so.
            way.hold(move |asked| {
                let changes = ["EXCHANGE ", "DROP ", "INTO `changed_batches", "INTO `people"];
                let changes = changes.iter().any(|word| asked.contains(word));
                left -= i32::from(changes);
                changes && left < 0
            });
            for fault in FAULTS {
                client.query(fault).execute().await.unwrap();
            }
            let late = cut_off.clone();
            let late = tokio::spawn(async move { rebuild(&late, |_, _| {}).await });
            let Some(at) = way.wait(|| late.is_finished()).await else {
                late.await.unwrap().unwrap();
                break 'places;
            };
            let is_exchange = at.contains("EXCHANGE");
            exchanges += usize::from(is_exchange);
            if !goes_on {
                late.abort();
            }
            take_over(&client, "turn conversations").await;
            traffic.ship(2).await;
            other.catch_up().await.unwrap();
            way.go_on();
            if goes_on {
                late.await.unwrap().ok();
            }
            traffic.ship(1).await;
            other.catch_up().await.unwrap();
            // As a worker does when it starts, and an erasure.
            let lease = other.lease().await.unwrap();
            store.drop_left_rebuilt().await.unwrap();
            lease.end().await;
            assert_eq!(store.left_rebuilt().await.unwrap(), [] as [String; 0]);
            if is_exchange {
                // What was half exchanged is made anew; before it began the faults are left.
                let rebuilt = rebuild(&other, |_, _| {}).await.unwrap();
                assert!(rebuilt.is_same(), "{goes_on} at {place}: {at}\n{rebuilt:?}");
            }
        }
    }
    assert_eq!(exchanges, 10);
    engine.stop().await;
}

/// A rebuild that was killed has left a second set of tables: an erasure, and the next start, remove them.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_left_in_the_tables_of_a_rebuild_that_was_killed() {
    const PAGE: &str = "100200300";
    const ANNA: &str = "7100000000000001";
    const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";
    let world = World::new();
    let server = world.serve();
    assert_eq!(server.post(&message(PAGE, ANNA, clock(), "m1")).await, 200);
    // A slow machine makes the tables behind the start.
    while server.get(QUESTION).await.0 != 200 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(1)).await;
    let client = async || {
        let engine = std::fs::read(world.data_dir().join("clickhouse/engine.json")).unwrap();
        let engine: Value = serde_json::from_slice(&engine).unwrap();
        clickhouse::Client::default()
            .with_url(format!("http://127.0.0.1:{}", engine["port"]))
            .with_user("funnel")
            .with_password(engine["password"].as_str().unwrap())
            .with_database("messenger_funnel")
    };
    let leave = async |client: &clickhouse::Client| {
        for table in ["conversations", "people", "changed_people"] {
            for statement in [
                format!("CREATE TABLE {table}_rebuilt_7 AS {table}"),
                format!("INSERT INTO {table}_rebuilt_7 SELECT * FROM {table}"),
            ] {
                client.query(&statement).execute().await.unwrap();
            }
        }
    };
    let left = "SELECT count() FROM system.tables WHERE name LIKE '%rebuilt%'";
    leave(&client().await).await;
    let erase = ["erase", "--page", PAGE, "--person", ANNA];
    let told = tokio::task::block_in_place(|| world.succeed(&erase));
    assert!(told.contains("erased: 1 events"), "{told}");
    assert_eq!(client().await.query(left).fetch_one::<u64>().await.unwrap(), 0);
    leave(&client().await).await;
    server.kill();
    let server = world.serve();
    let started = std::time::Instant::now();
    while client().await.query(left).fetch_one::<u64>().await.unwrap() > 0 {
        assert!(started.elapsed().as_secs() < 30, "they stay");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    server.interrupt();
}
