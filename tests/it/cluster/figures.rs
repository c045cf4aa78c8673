//! The same events on one node and on a cluster: the same figures, one by one.

use super::nodes::{Cluster, DATABASE};
use crate::support::{Server, World};

const RANGE: &str = "from=2026-10-01&to=2026-11-20";

/// Traffic of a few people, with links, costs and conversions that somebody reported.
fn fill(world: &World, traffic: &std::path::Path) {
    let traffic = traffic.to_str().unwrap();
    world.succeed(&["link", "add", "--slug", "poster", "--page", "101", "--ref", "poster"]);
    world.succeed(&["import", "webhooks", traffic]);
    let spend = world.write(
        "spend.csv",
        "Day,Ad ID,Ad name,Campaign name,Amount spent (EUR),Impressions,Link clicks\n\
         2026-11-01,120000000001,One,Spring,12.50,1000,30\n\
         2026-11-02,120000000002,Two,Autumn,7.25,800,20\n",
    );
    world.succeed(&["import", "spend", spend.to_str().unwrap()]);
}

/// What API and pages say, by their addresses.
async fn figures(server: &Server) -> Vec<(String, String)> {
    let rows = server.json(&format!("/api/v1/conversations?{RANGE}&limit=1")).await;
    let row = &rows["conversations"][0];
    let (page, person) = (row["page_id"].as_str().unwrap(), row["person_id"].as_str().unwrap());
    let mut paths: Vec<String> = [
        "/api/v1/funnels/click-to-messenger?by=source,day",
        "/api/v1/funnels/click-to-messenger?by=ad",
        "/api/v1/funnels/click-to-messenger?by=link,campaign",
        "/api/v1/attribution?model=markov",
        "/api/v1/attribution?model=shapley&by=campaign",
        "/api/v1/attribution?model=time_decay",
        "/api/v1/touchpoints?limit=500",
        "/api/v1/conversations?limit=500",
        "/api/v1/conversations?limit=500&reached=lead",
        "/api/v1/ads?by=ad",
        "/api/v1/ads?by=campaign",
        "/api/v1/links",
        "/api/v1/response-times",
        "/api/v1/cohorts",
        "/api/v1/quality",
    ]
    .iter()
    .map(|path| format!("{path}{}{RANGE}", if path.contains('?') { '&' } else { '?' }))
    .collect();
    paths.push(format!("/api/v1/people/{page}/{person}"));
    let mut said = Vec::new();
    for path in paths {
        let (status, text) = server.get(&path).await;
        assert_eq!(status, 200, "{path}: {text}");
        // When it was made is another time on each.
        let told = serde_json::from_str::<serde_json::Value>(&text).map(without_times);
        said.push((path, told.map_or(text, |told| format!("{told:#}"))));
    }
    for page in ["/", "/funnels", "/ads", "/attribution", "/links", "/audience", "/quality"] {
        let (status, text) = server.get(&format!("{page}?{RANGE}")).await;
        assert_eq!(status, 200, "{page}: {text}");
    }
    said
}

fn without_times(mut told: serde_json::Value) -> serde_json::Value {
    if let Some(all) = told.as_object_mut() {
        for name in ["made_at", "watermark", "as_of", "collection"] {
            all.remove(name);
        }
    }
    told
}

fn assert_same(one: &[(String, String)], many: &[(String, String)]) {
    for ((path, one), (_, many)) in one.iter().zip(many) {
        let differ = one.lines().zip(many.lines()).find(|(one, many)| one != many);
        assert!(one == many, "{path}: one node says, and the cluster: {differ:?}");
    }
}

/// Rows of a table that each node has.
async fn counts(cluster: &Cluster, table: &str) -> Vec<u64> {
    let mut counts = Vec::new();
    for node in &cluster.nodes {
        let count = format!("SELECT count() FROM {table} FINAL");
        counts.push(node.client().query(&count).fetch_one().await.unwrap());
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_says_what_one_node_says() {
    let cluster = Cluster::start(2).await;
    let (one, many) = (World::new(), cluster.world());
    let traffic = one.generate(1500, 5, ["2026-10-01", "2026-11-20"]);
    for world in [&one, &many] {
        fill(world, &traffic);
    }
    let (server, of_many) = (one.serve(), many.serve());
    assert_same(&figures(&server).await, &figures(&of_many).await);
    drop((server, of_many));

    // Both shards have their part, and all of a person lies on one.
    for table in ["events_by_person", "conversations", "people"] {
        let counts = counts(&cluster, table).await;
        let all: u64 = counts.iter().sum();
        assert!(counts.iter().all(|count| count * 3 > all), "{table}: {counts:?}");
    }
    let split = format!(
        "SELECT count() FROM (SELECT page_id, person_id FROM \
         (SELECT page_id, person_id, _shard_num FROM {DATABASE}.events_by_person UNION ALL \
          SELECT page_id, person_id, _shard_num FROM {DATABASE}.conversations) \
         GROUP BY page_id, person_id HAVING uniqExact(_shard_num) > 1)"
    );
    let split: u64 = cluster.nodes[1].client().query(&split).fetch_one().await.unwrap();
    assert_eq!(split, 0);

    // Made anew from nothing it is the same; and the same again where somebody is erased.
    let told = many.succeed(&["conversations", "rebuild"]);
    assert!(told.contains("same"), "{told}");
    let server = one.serve();
    let rows = server.json(&format!("/api/v1/conversations?{RANGE}&limit=5")).await;
    drop(server);
    let row = &rows["conversations"][3];
    let (page, person) = (row["page_id"].as_str().unwrap(), row["person_id"].as_str().unwrap());
    for world in [&one, &many] {
        world.succeed(&["erase", "--page", page, "--person", person]);
    }
    let (server, of_many) = (one.serve(), many.serve());
    assert_same(&figures(&server).await, &figures(&of_many).await);
    let journey = of_many.get(&format!("/api/v1/people/{page}/{person}")).await;
    assert_eq!(journey.0, 404, "{}", journey.1);
    drop((server, of_many));

    // From one node onto a cluster, by a backup.
    let folder = one.folder().join("backup").display().to_string();
    one.succeed(&["backup", &folder]);
    let other = Cluster::start(2).await;
    let moved = other.world();
    moved.succeed(&["restore", &folder]);
    let (server, of_many) = (one.serve(), moved.serve());
    assert_same(&figures(&server).await, &figures(&of_many).await);
}
