//! A disk that is really full: the journal on a small tmpfs of its own mount namespace.

use std::process::Command;
use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{Server, World, count, start_engine};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";

/// A webhook of about a megabyte.
fn large(number: u32) -> Vec<u8> {
    json!({ "object": "page", "entry": [{ "id": "1", "time": TIME, "messaging": [{
        "sender": { "id": format!("p{number}") }, "recipient": { "id": "1" },
        "timestamp": TIME + i64::from(number),
        "message": { "mid": format!("m{number}"), "text": "x".repeat(1_000_000) },
    }]}]})
    .to_string()
    .into_bytes()
}

/// `serve` with its data folder on a tmpfs of 16 MiB that nobody else sees.
fn serve_on_small_disk(world: &World) -> Server {
    let inner = world.command(&["serve"]);
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
    command.arg("mount -t tmpfs -o size=16m tmpfs \"$0\" && exec \"$@\"");
    command.arg(world.data_dir()).arg(inner.get_program()).args(inner.get_args());
    for (key, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(key, value),
            None => command.env_remove(key),
        };
    }
    Server::start(command)
}

#[tokio::test]
async fn a_full_disk_answers_503_and_recovers_by_itself() {
    let folder = TempDir::new().unwrap();
    let mut engine = start_engine(folder.path()).await.unwrap();
    let endpoint = engine.endpoint("default");
    let world = World::new()
        .with("clickhouse.url", &endpoint.url)
        .with("clickhouse.user", &endpoint.user)
        .with("clickhouse.password", endpoint.password.expose_secret());
    std::fs::create_dir_all(world.data_dir()).unwrap();
    let server = serve_on_small_disk(&world);
    assert_eq!(server.post(&large(0)).await, 200);
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(1)).await;

    // ClickHouse stands still, so nothing is shipped and the disk fills up.
    let stopped = engine.process().unwrap();
    crate::support::signal(stopped, libc::SIGSTOP);
    let mut acknowledged = 1;
    let refused = loop {
        match server.post(&large(acknowledged)).await {
            200 => acknowledged += 1,
            status => break status,
        }
        assert!(acknowledged < 40, "the disk never filled up");
    };
    assert_eq!(refused, 503);
    assert!(acknowledged >= 8, "{acknowledged}");
    let (_, metrics) = server.get("/metrics").await;
    assert!(metrics.contains("messenger_funnel_journal_refusing 1"), "{metrics}");
    assert!(metrics.contains("messenger_funnel_webhooks_total{status=\"503\"} 1"), "{metrics}");
    crate::support::signal(stopped, libc::SIGCONT);

    // Back again: what is shipped makes room, and Meta's next try is taken.
    let started = Instant::now();
    let last = large(acknowledged);
    while server.post(&last).await != 200 {
        assert!(started.elapsed() < Duration::from_secs(60), "it does not recover");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let all = u64::from(acknowledged) + 1;
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(all)).await;
    let (status, ready) = server.get("/readyz").await;
    assert_eq!(
        (status, ready.as_str()),
        (200, "journal: ready\nclickhouse: ready\nshipping: ready\nconversations: ready\n")
    );
    drop(server);
    drop(tokio::time::timeout(Duration::from_millis(1), engine.ended()).await);
    engine.stop().await;
}
