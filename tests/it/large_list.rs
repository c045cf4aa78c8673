//! A million rows through the API, and how much memory our process takes for it.

use clickhouse::Client;
use futures_util::StreamExt;
use serde_json::Value;

use crate::support::World;

/// Bytes of memory that a process has (`VmRSS`), or had at most (`VmHWM`).
fn memory(process: u32, which: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(which)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_touchpoints_as_csv_take_less_than_20_mb() {
    let world = World::new();
    let server = world.serve();
    with_a_million(&world).await;
    // Beside what the program takes by itself, most of which is its own text.
    let before = memory(server.process(), "VmRSS:");
    let path = "/api/v1/touchpoints?from=2026-10-01&to=2026-11-01&format=csv";
    let answer = reqwest::get(server.url(path)).await.unwrap();
    assert_eq!(answer.status(), 200);
    let mut body = answer.bytes_stream();
    let (mut lines, mut bytes) = (0, 0);
    while let Some(chunk) = body.next().await {
        let chunk = chunk.unwrap();
        bytes += chunk.len();
        lines += chunk.split(|byte| *byte == b'\n').count() - 1;
    }
    assert_eq!(lines, 1_000_001);
    assert!(bytes > 100_000_000, "{bytes}");
    let peak = memory(server.process(), "VmHWM:");
    assert!(peak - before < 20_000_000, "{before} {peak}");
}

/// Writes a million touchpoints; what to ask ClickHouse by.
async fn with_a_million(world: &World) -> Client {
    let engine = std::fs::read(world.data_dir().join("clickhouse/engine.json")).unwrap();
    let engine: Value = serde_json::from_slice(&engine).unwrap();
    let client = Client::default()
        .with_url(format!("http://127.0.0.1:{}", engine["port"]))
        .with_user("funnel")
        .with_password(engine["password"].as_str().unwrap())
        .with_database("messenger_funnel");
    let insert = "INSERT INTO touchpoints \
         (time, page_id, person_id, number, channel, source, source_name, ref, ad_id, ad_title, version) \
         SELECT toDateTime64('2026-10-01 00:00:00', 3, 'UTC') + number * 2, '104857600000001', \
                toString(7000000000000000 + number), 1, 'messenger', 'ad', 'ADS', \
                concat('campaign=', toString(number % 1000)), toString(120211234567890000 + number % 50), \
                'Two for one', 1 FROM numbers(1000000)";
    client.query(insert).execute().await.unwrap();
    client
}

/// Somebody asks for a long list, reads its beginning and goes away: ClickHouse does not go on for nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_ends_when_nobody_waits_for_it() {
    let world = World::new();
    let server = world.serve();
    let client = with_a_million(&world).await;
    let running = async || {
        let question = "SELECT count() FROM system.processes \
             WHERE query LIKE '%touchpoints%' AND query NOT LIKE '%system.processes%'";
        client.query(question).fetch_one::<u64>().await.unwrap()
    };
    let within = async |wanted: u64| {
        for _ in 0..100 {
            if running().await == wanted {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        false
    };
    let path = "/api/v1/touchpoints?from=2026-10-01&to=2026-11-01&format=csv";
    let answer = reqwest::get(server.url(path)).await.unwrap();
    let mut body = answer.bytes_stream();
    body.next().await.unwrap().unwrap();
    // It is not read on, and so it is not sent on: it stays under way.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(running().await, 1);
    drop(body);
    assert!(within(0).await, "it goes on for nobody");
    // The next one is answered as if nothing had been.
    let count = server.json("/api/v1/touchpoints?from=2026-10-01&to=2026-11-01&limit=1").await;
    assert_eq!(count["total"], 1_000_000);
}
