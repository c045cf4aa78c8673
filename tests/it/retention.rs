//! Rows are kept as long as the settings say, and no longer.

use jiff::Timestamp;

use crate::support::{Server, World, count, message};

const DAY_MS: i64 = 86_400_000;

fn world(conversations: &str) -> World {
    let keys = [
        ("raw", "10"),
        ("events", "500"),
        ("conversations", conversations),
        ("visits", "90"),
        ("quarantine", "90"),
    ];
    keys.into_iter()
        .fold(World::new(), |world, (key, days)| world.with(&format!("retention.{key}_days"), days))
}

async fn opened(server: &Server) -> u64 {
    let report = server.json("/api/v1/funnels/click-to-messenger?from=2020-01-01").await;
    count(&report, "opened").unwrap()
}

#[tokio::test]
async fn what_is_older_goes_and_the_rest_stays() {
    let world = world("300");
    let server = world.serve();
    let now = Timestamp::now().as_millisecond();
    for (days, person) in [(600, "a"), (400, "b"), (310, "c"), (290, "d"), (5, "e")] {
        let body = message("1", person, now - days * DAY_MS, &format!("m-{person}"));
        assert_eq!(server.post(&body).await, 200);
    }
    let started = std::time::Instant::now();
    while server.get("/api/v1/people/1/e").await.0 != 200 {
        assert!(started.elapsed() < std::time::Duration::from_secs(20));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let is_kept = |value: &serde_json::Value| count(value, "opened") == Some(2);
    server.wait_until("/api/v1/funnels/click-to-messenger?from=2020-01-01", is_kept).await;
    // Of the oldest nothing is left; of one whose conversation is too old the event is.
    assert_eq!(server.get("/api/v1/people/1/a").await.0, 404);
    assert_eq!(server.get("/api/v1/people/1/b").await.0, 200);
    server.interrupt();

    // Kept for good from now on: what comes in later, and is older, stays.
    let world = world.with("retention.events_days", "0").with("retention.conversations_days", "0");
    let server = world.serve();
    assert_eq!(server.post(&message("1", "f", now - 700 * DAY_MS, "m-f")).await, 200);
    server
        .wait_until("/api/v1/funnels/click-to-messenger?from=2020-01-01", |value| {
            count(value, "opened") == Some(3)
        })
        .await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(opened(&server).await, 3);
    server.interrupt();
}

#[test]
fn events_outlive_what_is_made_of_them() {
    let output = world("480").run(&["config", "check"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("retention.events_days") && said.contains("at most 470"), "{said}");
}
