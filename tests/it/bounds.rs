//! A question that is too large is answered with advice, and the next one as if nothing had been.

use crate::support::World;

fn traffic(world: &World) {
    let path = world.folder().join("traffic.jsonl").display().to_string();
    let range = ["--from", "2026-09-01", "--to", "2026-11-20", "--output", &path];
    world.succeed(&[&["generate", "--people", "8000", "--seed", "3"][..], &range[..]].concat());
    world.succeed(&["import", "webhooks", &path]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_takes_too_much_memory_is_answered_with_advice() {
    let world = World::new();
    tokio::task::block_in_place(|| traffic(&world));
    let large = "/api/v1/cohorts?from=2026-09-01&to=2026-11-20";
    let server = world.serve();
    assert_eq!(server.get(large).await.0, 200);
    server.interrupt();

    let world = world.with("clickhouse.question_memory_mb", "1");
    let server = world.serve();
    let (status, told) = server.get(large).await;
    assert_eq!(status, 422, "{told}");
    assert!(told.contains("more memory") && told.contains("question_memory_mb"), "{told}");
    assert!(told.contains("fewer days"), "{told}");
    // As a page too; and what is small goes on.
    let (status, page) = server.get("/cohorts?from=2026-09-01&through=2026-11-19").await;
    assert!(status == 422 && page.contains("Choose fewer days"), "{status} {page}");
    assert_eq!(server.get("/api/v1/funnels").await.0, 200);
    server.interrupt();
}

#[test]
fn a_bound_of_nothing_is_refused() {
    let output = World::new().with("clickhouse.question_seconds", "0").run(&["config", "check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("question_seconds"));
}
