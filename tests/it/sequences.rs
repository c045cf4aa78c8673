//! Custom funnels over sequences answer what they answer over events, and answer over sequences where they can.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::erasure::ask;
use crate::support::{Server, World};

const DAYS: &str = "from=2026-10-10&to=2026-11-20&by=source";

async fn preview(server: &Server, funnel: &Value) -> Value {
    let asked = reqwest::Client::new()
        .post(server.url(&format!("/api/v1/funnels/preview?{DAYS}")))
        .json(funnel)
        .send();
    let answer = asked.await.unwrap();
    assert_eq!(answer.status(), 200, "{funnel}");
    answer.json().await.unwrap()
}

fn funnels() -> Vec<Value> {
    let of = |more: Value| {
        let mut funnel = json!({ "name": "own", "unit": "person", "reentry": "best", "steps": [
            { "name": "wrote", "kind": ["message", "postback"] },
            { "name": "answered", "kind": "echo" },
            { "name": "again", "kind": "message" },
            { "name": "lead", "conversion": "lead" },
            { "name": "purchase", "conversion": "purchase" },
        ] });
        funnel.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        funnel
    };
    let steps = |steps: Value| of(json!({ "steps": steps }));
    vec![
        of(json!({})),
        of(json!({ "unit": "conversation", "reentry": "every", "step_window": "6h" })),
        of(json!({ "order": "strict", "reentry": "every" })),
        of(json!({ "order": "any" })),
        of(json!({ "exclude": [{ "kind": "referral" }, { "kind": "other", "event": "comment" }] })),
        steps(
            json!([{ "source": ["ad", "link"] }, { "payload": "^[A-Z]" }, { "conversion": "lead" }]),
        ),
        steps(json!([{ "kind": "referral", "ref": "." }, { "kind": "echo" }, { "kind": "other" }])),
        // These are asked of events: sequences have no receipts.
        steps(json!([{ "kind": "message" }, { "kind": "read" }, { "kind": "echo" }])),
        steps(json!([{ "kind": "message" }, { "payload": ".*" }])),
    ]
}

#[tokio::test]
async fn sequences_answer_what_events_answer() {
    let world = World::new();
    world.fill(700, 11, ["2026-09-20", "2026-11-20"]);
    let server = world.serve();
    let is_there = format!("/api/v1/conversations?{DAYS}").replace("&by=source", "");
    server.wait_until(&is_there, |list| list["total"].as_u64() > Some(100)).await;
    let mut over_sequences = Vec::new();
    for funnel in funnels() {
        over_sequences.push(preview(&server, &funnel).await);
    }
    let first = &over_sequences[0]["steps"];
    assert!(first[4]["count"].as_u64() > Some(0), "{first}");
    // Without the note that they are whole events are asked.
    ask(&world, "TRUNCATE TABLE one_time_work").await;
    for (funnel, expected) in funnels().iter().zip(&over_sequences) {
        assert_eq!(preview(&server, funnel).await, *expected, "{funnel}");
    }
    ask(&world, "INSERT INTO one_time_work (work, part) VALUES ('event_sequences', '')").await;
    ask(&world, "TRUNCATE TABLE event_sequences").await;
    for (place, (funnel, expected)) in funnels().iter().zip(&over_sequences).enumerate() {
        let is_of_events = place >= funnels().len() - 2;
        assert_eq!(preview(&server, funnel).await == *expected, is_of_events, "{funnel}");
    }
}

/// A database whose sequences are in the table of before.
#[tokio::test]
async fn sequences_of_an_earlier_schema_are_made_anew() {
    let world = World::new();
    world.fill(200, 11, ["2026-10-10", "2026-11-20"]);
    let server = world.serve();
    let is_there = format!("/api/v1/conversations?{DAYS}").replace("&by=source", "");
    server.wait_until(&is_there, |list| list["total"].as_u64() > Some(100)).await;
    let paths = "/api/v1/sequences?from=2026-10-10&to=2026-11-20";
    let expected = server.json(paths).await;
    for statement in [
        "DROP TABLE event_sequences SYNC",
        "DELETE FROM schema_migrations WHERE version >= 112",
        "CREATE TABLE sequences (month Date, page_id String, person_id String) ENGINE = MergeTree ORDER BY month",
        "TRUNCATE TABLE one_time_work",
        "INSERT INTO one_time_work (work, part) VALUES ('sequences', '')",
    ] {
        ask(&world, statement).await;
    }
    drop(server);
    let server = world.serve();
    let funnel = &funnels()[0];
    let over_events = preview(&server, funnel).await;
    let started = Instant::now();
    // Until they are made nothing is told of them.
    while server.get(paths).await.0 != 200 {
        assert!(started.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(server.json(paths).await, expected);
    assert_eq!(preview(&server, funnel).await, over_events);
    assert_eq!(ask(&world, "EXISTS TABLE sequences").await.trim(), "0");
    assert_ne!(ask(&world, "SELECT count() FROM event_sequences").await.trim(), "0");
}
