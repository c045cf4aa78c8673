//! The service in parts: a collector, a worker and a web process on one ClickHouse.

use crate::support::{Server, World, count, message, start_engine, succeeded};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";

#[tokio::test]
async fn parts_do_together_what_one_process_does() {
    let folder = tempfile::tempdir().unwrap();
    let engine = start_engine(folder.path()).await.unwrap();
    let endpoint = engine.endpoint("shared");
    let part = |role: &str| {
        let world = World::new().on(&endpoint);
        let server = Server::start(world.command(&["serve", "--role", role]));
        (world, server)
    };
    let (_first, one) = part("collector");
    let (_second, other) = part("collector");
    let (_third, _worker) = part("worker");
    let (fourth, web) = part("web");
    // One webhook comes to both: it counts once.
    let body = message("1", "ann", TIME, "m1");
    assert_eq!((one.post(&body).await, other.post(&body).await), (200, 200));
    assert_eq!(other.post(&message("1", "ben", TIME, "m2")).await, 200);
    web.wait_until(QUESTION, |report| count(report, "opened") == Some(2)).await;
    // Each has what is its part, and says so.
    assert_eq!(web.post(&body).await, 404);
    assert_eq!(one.get(QUESTION).await.0, 404);
    assert!(one.get("/readyz").await.1.contains("journal: ready"));
    assert_eq!(web.get("/readyz").await, (200, "clickhouse: ready\n".to_owned()));
    assert!(!fourth.data_dir().join("journal").exists());
}

#[test]
fn the_embedded_engine_is_not_split() {
    let split = World::new().run(&["serve", "--role", "web,worker"]);
    assert_eq!(split.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&split.stderr).contains("set clickhouse.url"));
    let unknown = World::new().run(&["serve", "--role", "boss"]);
    assert_eq!(unknown.status.code(), Some(2));
    let help = World::new().run(&["serve", "--help"]);
    assert!(succeeded(&help).contains("collector"));
}
