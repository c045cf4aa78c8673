//! What earlier versions stored on the shards of a cluster is brought up to date on each.

use super::nodes::{Cluster, Node};

const AS_BEFORE: &str = "ALTER TABLE events_by_person UPDATE raw = concat('{\"flow\":\"my words\",', substring(raw, 2)) \
                         WHERE kind != 'conversion' SETTINGS mutations_sync = 2";
const COUNTS: &str = "SELECT count(), countIf(position(raw, 'my words') > 0), uniqExact(event_id) FROM events_by_person";

#[tokio::test(flavor = "multi_thread")]
async fn each_shard_loses_what_people_wrote_and_keeps_its_events() {
    let cluster = Cluster::start(2).await;
    let world = cluster.world();
    let traffic = world.folder().join("traffic.jsonl");
    let traffic = traffic.to_str().unwrap();
    let generate = ["generate", "--people", "200", "--seed", "5", "--output", traffic];
    let range = ["--from", "2026-10-01", "--to", "2026-11-20"];
    world.succeed(&[&generate[..], &range].concat());
    world.succeed(&["import", "webhooks", traffic]);
    let local: Vec<clickhouse::Client> = cluster.nodes.iter().map(Node::client).collect();
    let mut before = Vec::new();
    for node in &local {
        node.query("OPTIMIZE TABLE events_by_person FINAL").execute().await.unwrap();
        for older in [AS_BEFORE, "TRUNCATE TABLE one_time_work"] {
            node.query(older).execute().await.unwrap();
        }
        let (all, holding, events): (u64, u64, u64) = node.query(COUNTS).fetch_one().await.unwrap();
        assert!(holding > 0, "a shard has no part of it");
        before.push((all, 0, events));
    }
    world.succeed(&["migrate"]);
    for (node, before) in local.iter().zip(before) {
        let after: (u64, u64, u64) = node.query(COUNTS).fetch_one().await.unwrap();
        assert_eq!(after, before);
    }
    let again = world.succeed(&["conversations", "rebuild", "--strict"]);
    assert!(again.contains("0 were missing, 0 should not have been there"), "{again}");
}
