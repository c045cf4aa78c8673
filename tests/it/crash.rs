//! The real process killed at random moments under load. Every webhook that was answered 200 is in
//! ClickHouse, and in the figures exactly once; one that was not answered may be.
//!
//! `MESSENGER_FUNNEL_TEST_KILLS=200 cargo nextest run crash --no-capture` for the long run.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use messenger_funnel::collector::{SIGNATURE_HEADER, sign};
use messenger_funnel::store::engine::attach;

use crate::support::{SECRET, World, client, count, message};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const LANES: u64 = 16;

fn kills() -> u64 {
    let wanted = std::env::var("MESSENGER_FUNNEL_TEST_KILLS").ok();
    wanted.map_or(8, |text| text.parse().expect("MESSENGER_FUNNEL_TEST_KILLS is a number"))
}

/// Posts one distinct webhook after the other until the server is gone; who was tried and who was
/// acknowledged.
async fn lane(address: String, name: String) -> (Vec<String>, Vec<String>) {
    let client = reqwest::Client::new();
    let (mut tried, mut acknowledged) = (Vec::new(), Vec::new());
    for number in 0.. {
        let person = format!("{name}-{number}");
        let body = message("1", &person, TIME + number, &format!("m_{person}"));
        let request =
            client.post(&address).header(SIGNATURE_HEADER, sign(SECRET, &body)).body(body);
        tried.push(person.clone());
        match request.send().await {
            Ok(answer) if answer.status() == 200 => acknowledged.push(person),
            _ => break,
        }
    }
    (tried, acknowledged)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_under_load_loses_nothing_that_was_acknowledged() {
    let world = World::new();
    let (mut tried, mut acknowledged) = (BTreeSet::new(), BTreeSet::new());
    let kills = kills();
    let started = Instant::now();
    for round in 0..kills {
        let server = world.serve();
        let address = server.url("/webhooks/meta");
        let mut lanes = tokio::task::JoinSet::new();
        for number in 0..LANES {
            lanes.spawn(lane(address.clone(), format!("{round}-{number}")));
        }
        tokio::time::sleep(Duration::from_millis(fastrand::u64(20..900))).await;
        server.kill();
        while let Some(outcome) = lanes.join_next().await {
            let (more_tried, more_acknowledged) = outcome.unwrap();
            tried.extend(more_tried);
            acknowledged.extend(more_acknowledged);
        }
    }
    assert!(acknowledged.len() > 500, "only {} were acknowledged", acknowledged.len());

    let server = world.serve();
    let question = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";
    let least = acknowledged.len() as u64;
    let report = server.wait_until(question, |report| count(report, "opened") >= Some(least)).await;
    let counted = count(&report, "opened").unwrap();

    let attached = attach(&world.data_dir(), "messenger_funnel").await.unwrap().unwrap();
    let client = client(&attached.endpoint);
    let stored: Vec<String> =
        client.query("SELECT DISTINCT person_id FROM events_by_person").fetch_all().await.unwrap();
    let stored: BTreeSet<String> = stored.into_iter().collect();
    let lost = acknowledged.difference(&stored).count();
    let invented = stored.difference(&tried).count();
    let double = counted - stored.len() as u64;
    println!(
        "{kills} kills in {:.0?}: {} webhooks sent, {} acknowledged, {lost} lost, {double} counted \
         twice",
        started.elapsed(),
        tried.len(),
        acknowledged.len(),
    );
    assert_eq!((lost, invented, double), (0, 0, 0));
}
