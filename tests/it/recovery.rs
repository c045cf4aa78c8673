//! Stopped or killed: nothing acknowledged is lost or counted twice.

use std::time::Duration;

use messenger_funnel::collector::{SIGNATURE_HEADER, sign};
use serde_json::Value;

use crate::support::{SECRET, World, count, message};

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

fn command_line(world: &World) -> Value {
    let range = ["--from", "2026-11-20", "--to", "2026-11-22", "--by", "page", "--format", "json"];
    world.json(&[&["funnel"], &range[..]].concat())
}

/// Killed under load, again and again. Every webhook that was answered 200 is in the figures
/// exactly once; one that was not answered may be.
#[tokio::test]
async fn kill_9_under_load_loses_nothing_that_was_acknowledged() {
    let world = World::new();
    let mut acknowledged = 0_u64;
    let mut sent = 0_u64;
    for round in 0..6_u64 {
        let server = world.serve();
        let address = server.url("/webhooks/meta");
        let client = reqwest::Client::new();
        let mut posts = tokio::task::JoinSet::new();
        for lane in 0..16_u64 {
            let (client, address) = (client.clone(), address.clone());
            posts.spawn(async move {
                let mut outcome = (0_u64, 0_u64);
                for number in 0_u64.. {
                    let person = format!("{round}-{lane}-{number}");
                    let body = message("1", &person, TIME + number as i64, &format!("m_{person}"));
                    outcome.0 += 1;
                    let request = client
                        .post(&address)
                        .header(SIGNATURE_HEADER, sign(SECRET, &body))
                        .body(body);
                    match request.send().await {
                        Ok(answer) if answer.status() == 200 => outcome.1 += 1,
                        _ => break,
                    }
                }
                outcome
            });
        }
        tokio::time::sleep(Duration::from_millis(150 + 170 * round)).await;
        server.kill();
        while let Some(outcome) = posts.join_next().await {
            let (tried, good) = outcome.unwrap();
            sent += tried;
            acknowledged += good;
        }
    }
    assert!(acknowledged > 500, "only {acknowledged} were acknowledged");
    let opened = count(&command_line(&world), "opened").unwrap();
    assert!(
        (acknowledged..=sent).contains(&opened),
        "{acknowledged} acknowledged, {sent} sent, {opened} counted"
    );
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
