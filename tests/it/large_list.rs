//! A million rows through the API, and how much memory our process takes for it.

use clickhouse::Client;
use futures_util::StreamExt;
use serde_json::Value;

use crate::support::World;

/// Bytes of memory that a process had at most.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_touchpoints_as_csv_take_less_than_100_mb() {
    let world = World::new();
    let server = world.serve();
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
    let peak = peak(server.process());
    assert!(peak < 100_000_000, "{peak}");
}
