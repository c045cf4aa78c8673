//! A node that is killed under load: nothing that was acknowledged is lost, and nothing is counted twice.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::nodes::Cluster;
use crate::support::{Server, count, message};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";
const PEOPLE: usize = 1200;

/// Waits until the funnel has so many conversations. While a node is away it says so, rather than less.
async fn wait_for(cluster: &mut Cluster, server: &Server, opened: u64) {
    let started = Instant::now();
    loop {
        for node in &mut cluster.nodes {
            node.revive().await;
        }
        let (status, told) = server.get(QUESTION).await;
        let report: Value = serde_json::from_str(&told).unwrap();
        if status == 200 && count(&report, "opened") == Some(opened) {
            return;
        }
        assert!(matches!(status, 200 | 503), "{told}");
        assert!(started.elapsed() < Duration::from_secs(60), "{told}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_killed_under_load_costs_nothing() {
    let mut cluster = Cluster::start(2).await;
    let world = cluster.world();
    let server = world.serve();
    let mut acknowledged = 0;
    for number in 0..PEOPLE {
        if number == PEOPLE / 4 {
            cluster.nodes[0].kill();
        }
        if number == PEOPLE / 4 * 3 {
            cluster.nodes[0].revive().await;
        }
        let time = TIME + i64::try_from(number).unwrap();
        let body = message("1", &format!("person-{number}"), time, &format!("m{number}"));
        acknowledged += u64::from(server.post(&body).await == 200);
        // Long enough that several blocks are tried while the node is away.
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    assert_eq!(acknowledged, PEOPLE as u64, "the collector needs no ClickHouse");
    wait_for(&mut cluster, &server, acknowledged).await;
    // No row lies there twice either, merged or not.
    let mut rows = 0;
    for node in &cluster.nodes {
        let counted = node.client().query("SELECT count() FROM events_by_person FINAL");
        rows += counted.fetch_one::<u64>().await.unwrap();
    }
    assert_eq!(rows, acknowledged);
    server.interrupt();
}

/// The other node does not answer from the start: the one that does is enough for what needs no rows of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_with_a_dead_node_takes_webhooks() {
    let mut cluster = Cluster::start(2).await;
    let world = cluster.world();
    world.succeed(&["migrate"]);
    cluster.nodes[1].kill();
    tokio::time::sleep(Duration::from_millis(500)).await;
    cluster.nodes[0].revive().await;
    let server = world.serve();
    assert_eq!(server.post(&message("1", "ann", TIME, "m1")).await, 200);
    wait_for(&mut cluster, &server, 1).await;
    server.interrupt();
}
