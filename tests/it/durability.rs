//! What a power cut or a failing disk leaves behind, made by hand: parts that are gone or cannot be read, files that
//! were made and never written. `power` cuts the power of a real disk.

use std::fs;
use std::path::{Path, PathBuf};

use messenger_funnel::store::engine::{Engine, EngineOptions, attach, locate};
use messenger_funnel::store::{Store, migrate};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Server, World, client, count, executable, message};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";
const PEOPLE: u64 = 30;

async fn post_all(server: &Server) {
    for number in 0..PEOPLE {
        let body = message("1", &format!("p{number}"), TIME + number as i64, &format!("m{number}"));
        assert_eq!(server.post(&body).await, 200);
    }
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(PEOPLE)).await;
}

/// Folders of a table's parts, the oldest first.
pub async fn parts(world: &World, table: &str) -> Vec<PathBuf> {
    let attached = attach(&world.data_dir(), "messenger_funnel").await.unwrap().unwrap();
    let query = "SELECT path FROM system.parts WHERE active AND database = 'messenger_funnel' AND table = ? \
                 ORDER BY min_block_number";
    let paths: Vec<String> =
        client(&attached.endpoint).query(query).bind(table).fetch_all().await.unwrap();
    let data = world.data_dir().join("clickhouse");
    paths.into_iter().map(|path| data.join(path)).collect()
}

fn received(quality: &Value) -> Option<u64> {
    quality["received"].as_u64()
}

#[tokio::test]
async fn what_an_unsynced_clickhouse_lost_is_shipped_again_after_an_end_that_was_not_clean() {
    let world = World::new();
    let server = world.serve();
    post_all(&server).await;
    let mut gone = Vec::new();
    for table in
        ["events_by_person", "conversations", "people", "changed_people", "changed_batches"]
    {
        gone.extend(parts(&world, table).await);
    }
    server.kill();
    // Names that were never synced are not there after a cut.
    for part in gone {
        fs::remove_dir_all(part).unwrap();
    }
    let server = world.serve();
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(PEOPLE)).await;
    let quality = server.json("/api/v1/quality").await;
    assert_eq!(received(&quality), Some(PEOPLE), "shipped twice, counted once: {quality}");
    // Ended in order, nothing is shipped again.
    server.interrupt();
    let server = world.serve();
    assert_eq!(count(&server.json(QUESTION).await, "opened"), Some(PEOPLE));
    let (_, metrics) = server.get("/metrics").await;
    let shipped =
        metrics.lines().find(|line| line.starts_with("messenger_funnel_shipped_webhooks_total"));
    assert!(shipped.is_none_or(|line| line.ends_with(" 0")), "{shipped:?}");
}

#[tokio::test]
async fn a_command_that_comes_first_after_a_cut_ships_again_too() {
    let world = World::new();
    let server = world.serve();
    post_all(&server).await;
    let gone = parts(&world, "events_by_person").await;
    server.kill();
    for part in gone {
        fs::remove_dir_all(part).unwrap();
    }
    let args = ["funnel", "--from", "2026-11-20", "--to", "2026-11-21", "--format", "json"];
    assert_eq!(count(&world.json(&args), "opened"), Some(PEOPLE));
    assert!(!world.data_dir().join("journal/in-use").exists());
}

#[tokio::test]
async fn broken_parts_are_set_aside_told_and_filled_again() {
    let world = World::new();
    let server = world.serve();
    post_all(&server).await;
    let mut broken = Vec::new();
    for table in ["events_by_person", "conversations", "touchpoints", "people"] {
        broken.extend(parts(&world, table).await);
    }
    server.interrupt();
    for part in &broken {
        // As a file whose pages were never written.
        fs::write(part.join("checksums.txt"), "").unwrap();
    }
    let server = world.serve();
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(PEOPLE)).await;
    let told = format!("tables: warning: {} parts could not be read", broken.len());
    let (status, ready) = server.get("/readyz").await;
    assert!(status == 200 && ready.contains(&told), "{status} {ready}");
    let (_, metrics) = server.get("/metrics").await;
    let gauge = format!("messenger_funnel_broken_parts {}\n", broken.len());
    assert!(metrics.contains(&gauge), "{metrics}");
    let (_, page) = server.get("/quality").await;
    assert!(page.contains("ClickHouse could not read"), "{page}");
    let quality = server.json("/api/v1/quality").await;
    let alerts = quality["alerts"].as_array().unwrap();
    assert!(alerts.iter().any(|alert| alert["kind"] == "broken_parts"), "{quality}");
    server.interrupt();
    // Known already, they cause no further work.
    let server = world.serve();
    let (_, metrics) = server.get("/metrics").await;
    assert!(!metrics.contains("messenger_funnel_shipped_webhooks_total 30"), "{metrics}");
    assert_eq!(count(&server.json(QUESTION).await, "opened"), Some(PEOPLE));
}

#[tokio::test]
async fn an_engine_that_does_not_start_costs_no_webhook() {
    let world = World::new();
    let server = world.serve();
    post_all(&server).await;
    let part = parts(&world, "events_by_person").await.remove(0);
    server.interrupt();
    let version = part.parent().unwrap().join("format_version.txt");
    let text = fs::read(&version).unwrap();
    fs::write(&version, "").unwrap();
    let server = world.serve();
    assert_eq!(server.post(&message("1", "late", TIME, "m_late")).await, 200);
    assert_eq!(server.get("/readyz").await.0, 503);
    fs::write(&version, text).unwrap();
    let started = std::time::Instant::now();
    while server.get("/readyz").await.0 != 200 || server.get(QUESTION).await.0 != 200 {
        assert!(started.elapsed().as_secs() < 60, "the engine is not tried again");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(PEOPLE + 1)).await;
    server.interrupt();
}

/// An engine that syncs nothing, as a server does that nobody has told to.
async fn unsynced_engine(data_dir: &Path) -> Engine {
    let program = locate(None, executable(), std::env::var_os("PATH")).unwrap();
    let options = EngineOptions { syncs: false, ..EngineOptions::default() };
    Engine::start(data_dir, &program, executable(), &options).await.unwrap()
}

#[tokio::test]
async fn tables_of_a_configured_server_sync_and_doctor_tells_of_those_that_do_not() {
    messenger_funnel::meta::choose_cryptography();
    let folder = TempDir::new().unwrap();
    let engine = unsynced_engine(folder.path()).await;
    let endpoint = engine.endpoint("messenger_funnel");
    let store = Store::new(endpoint.clone());
    migrate(&store).await.unwrap();
    let unsynced = store.unsynced_tables().await.unwrap();
    assert!(unsynced.len() > 30 && unsynced.contains(&"users".to_owned()), "{unsynced:?}");
    let careless = World::bare().on(&endpoint).with("clickhouse.sync_writes", "false");
    let told = String::from_utf8(careless.run(&["doctor"]).stdout).unwrap();
    assert!(told.contains("! durability: ") && told.contains("users"), "{told}");
    World::bare().on(&endpoint).succeed(&["migrate"]);
    assert_eq!(store.unsynced_tables().await.unwrap(), Vec::<String>::new());
    let told = String::from_utf8(careless.run(&["doctor"]).stdout).unwrap();
    assert!(told.contains("✓ durability: every table syncs what is written"), "{told}");
    engine.stop().await;

    let own = TempDir::new().unwrap();
    let engine = crate::support::start_engine(own.path()).await.unwrap();
    let store = Store::new(engine.endpoint("messenger_funnel"));
    migrate(&store).await.unwrap();
    assert_eq!(store.unsynced_tables().await.unwrap(), Vec::<String>::new());
    engine.stop().await;
}

#[tokio::test]
async fn an_empty_session_key_does_not_stop_the_server() {
    let world = World::bare();
    world.serve().interrupt();
    fs::write(world.data_dir().join("session.key"), "").unwrap();
    world.serve().interrupt();
    assert_eq!(fs::read(world.data_dir().join("session.key")).unwrap().len(), 64);
}

/// Whoever may send to this machine's ports can close the engine's listener; it may also crash.
#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_ends_or_listens_no_more_is_started_again() {
    let world = World::new();
    let server = world.serve();
    post_all(&server).await;
    let attached = attach(&world.data_dir(), "messenger_funnel").await.unwrap().unwrap();
    let engine = attached.endpoint.url.clone();
    drop(attached);
    let stop = reqwest::Client::new().post(format!("{engine}/?user=default"));
    stop.body("SYSTEM STOP LISTEN HTTP").send().await.ok();
    for number in PEOPLE..PEOPLE + 5 {
        let body = message("1", &format!("p{number}"), TIME + number as i64, &format!("m{number}"));
        assert_eq!(server.post(&body).await, 200);
    }
    let is_there = |count_of: u64| move |report: &Value| count(report, "opened") == Some(count_of);
    let mut answered = 0;
    for _ in 0..600 {
        let (status, text) = server.get(QUESTION).await;
        answered = if status == 200 {
            count(&serde_json::from_str(&text).unwrap(), "opened").unwrap()
        } else {
            answered
        };
        if answered == PEOPLE + 5 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(answered, PEOPLE + 5);
    server.wait_until(QUESTION, is_there(PEOPLE + 5)).await;
}
