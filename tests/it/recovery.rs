//! Stopped or killed: nothing acknowledged is lost or counted twice.

use serde_json::Value;

use crate::support::{World, count, message};

const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-22&by=page";
/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;

#[tokio::test]
async fn the_same_figures_after_ctrl_c_and_after_kill_9() {
    let world = World::new();
    let traffic = world.folder().join("traffic.jsonl");
    let generate =
        ["generate", "--people", "150", "--from", "2026-11-19", "--to", "2026-11-22", "-o"];
    world.succeed(&[&generate[..], &[traffic.to_str().unwrap()]].concat());
    world.succeed(&["import", "webhooks", traffic.to_str().unwrap()]);

    let server = world.serve();
    let before = server.json(QUESTION).await;
    assert!(count(&before, "opened").unwrap() > 50);
    server.interrupt();
    let server = world.serve();
    assert_eq!(server.json(QUESTION).await, before);
    server.kill();
    let server = world.serve();
    assert_eq!(server.json(QUESTION).await, before);
    server.kill();
    assert_eq!(command_line(&world), before);
}

/// A Page that got one message must not keep its raw body until the segment is full.
#[tokio::test]
async fn a_raw_body_goes_when_its_time_is_over_however_quiet_the_page() {
    let world = World::new().with("journal.keep_shipped_hours", "0");
    let server = world.serve();
    assert_eq!(server.post(&message("1", "ann", TIME, "m_1")).await, 200);
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(1)).await;
    let holds_it = || {
        let files = std::fs::read_dir(world.data_dir().join("journal")).unwrap();
        files
            .filter_map(|file| std::fs::read(file.unwrap().path()).ok())
            .any(|bytes| bytes.windows(12).any(|window| window == b"secret words"))
    };
    let started = std::time::Instant::now();
    while holds_it() {
        assert!(started.elapsed().as_secs() < 20, "the body stays");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(server.post(&message("1", "bob", TIME, "m_2")).await, 200);
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(2)).await;
}

fn command_line(world: &World) -> Value {
    let range = ["--from", "2026-11-20", "--to", "2026-11-22", "--by", "page", "--format", "json"];
    world.json(&[&["funnel"], &range[..]].concat())
}

/// ClickHouse that is configured and away: webhooks are taken, figures are refused clearly.
#[tokio::test]
async fn without_clickhouse_webhooks_are_still_taken() {
    let world = World::new();
    let away = World::new()
        .with("clickhouse.url", "http://127.0.0.1:9")
        .with("data_dir", world.data_dir().to_str().unwrap());
    let server = away.serve();
    assert_eq!(server.post(&message("1", "ann", TIME, "m_1")).await, 200);
    let (status, said) = server.get(QUESTION).await;
    assert_eq!(status, 503, "{said}");
    assert!(said.contains("ClickHouse did not answer"), "{said}");
    let (status, page) = server.get("/").await;
    assert_eq!(status, 503);
    assert!(page.contains("The figures cannot be shown now"), "{page}");
    assert_eq!(server.get("/healthz").await.0, 200);
    assert_eq!(server.get("/readyz").await.0, 503);
    server.interrupt();
    // Back again (here: the embedded engine), what was journaled is there.
    assert_eq!(count(&command_line(&world), "opened"), Some(1));
}
