//! The generator's own books against the figures, after a walk through the real collector.

use std::collections::BTreeMap;
use std::fs;

use futures_util::{StreamExt, stream};
use messenger_funnel::collector::{SIGNATURE_HEADER, sign};
use serde_json::Value;

use crate::support::{SECRET, Server, World, counts};

const FROM: &str = "2026-09-20";
const TO: &str = "2026-11-20";

/// Sixty days, so that the rare ones who buy only after the funnel's window are among them.
fn generated(world: &World, people: &str) -> (Vec<Vec<u8>>, Value) {
    let truth = world.folder().join("truth.json");
    let range = ["--seed", "11", "--from", FROM, "--to", TO];
    let args = ["generate", "--people", people, "--truth", truth.to_str().unwrap()];
    let traffic = world.succeed(&[&args[..], &range].concat());
    let bodies = traffic.lines().map(|line| line.as_bytes().to_vec()).collect();
    (bodies, serde_json::from_slice(&fs::read(truth).unwrap()).unwrap())
}

async fn post_all(server: &Server, bodies: &[Vec<u8>]) {
    let client = reqwest::Client::new();
    let address = server.url("/webhooks/meta");
    let posted = stream::iter(bodies).map(|body| {
        let request =
            client.post(&address).header(SIGNATURE_HEADER, sign(SECRET, body)).body(body.clone());
        async move { request.send().await.unwrap().status() }
    });
    let statuses: Vec<_> = posted.buffer_unordered(32).collect().await;
    assert!(statuses.iter().all(|status| *status == 200));
}

#[tokio::test]
async fn the_funnel_equals_the_truth_figure_by_figure() {
    let world = World::new();
    let (bodies, truth) = generated(&world, "5000");
    assert_eq!(truth["bodies"].as_u64().unwrap(), bodies.len() as u64);
    // Referrals of links without a source: by tracked ones, and by others.
    for told in
        ["{\"ref\":\"site_footer-mfc", "{\"ref\":\"src=newsletter_medium=email_week=47\",\"type\""]
    {
        let with = bodies.iter().filter(|body| String::from_utf8_lossy(body).contains(told));
        assert!(with.count() > 5, "{told}");
    }
    let server = world.serve();
    post_all(&server, &bodies).await;

    let path = |by: &str| format!("/api/v1/funnels/click-to-messenger?from={FROM}&to={TO}&by={by}");
    let expected = counts(&truth["steps"]);
    assert!(expected.iter().all(|(_, count)| *count > 0), "{expected:?}");
    let report =
        server.wait_until(&path("source"), |report| counts(&report["steps"]) == expected).await;
    compare(&report, "source", &truth["by_source"]);
    compare(&server.json(&path("page")).await, "page", &truth["by_page"]);
    compare(&server.json(&path("ad")).await, "ad", &truth["by_ad"]);

    // The days add up to the whole.
    let by_day = server.json(&path("day")).await;
    let sum: u64 = rows(&by_day, "day").values().map(|steps| steps[0].1).sum();
    assert_eq!(sum, expected[0].1);

    let attribution = server.json(&format!("/api/v1/attribution?from={FROM}&to={TO}")).await;
    assert_eq!(attribution["total_conversions"].as_f64(), truth["conversions"].as_f64());
    compare_credit(&attribution, &truth["attribution_last"]);

    // All of it again, in reverse: nothing changes.
    let reversed: Vec<_> = bodies.iter().rev().cloned().collect();
    post_all(&server, &reversed).await;
    let told = |name: &str| truth[name].as_u64().unwrap();
    let stored = told("events") + told("conversions") - told("undelivered");
    assert!(told("undelivered") > 0);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(server.json(&path("source")).await, report);
    let quality = server.json(&format!("/api/v1/quality?from={FROM}&to={TO}")).await;
    assert_eq!(quality["events"].as_u64(), Some(stored));
}

fn rows(report: &Value, dimension: &str) -> BTreeMap<String, Vec<(String, u64)>> {
    let rows = report["breakdown"].as_array().unwrap().iter();
    rows.filter_map(|row| Some((row["by"][dimension].as_str()?.to_owned(), counts(&row["steps"]))))
        .collect()
}

fn compare(report: &Value, dimension: &str, truth: &Value) {
    let expected: BTreeMap<String, Vec<(String, u64)>> = truth
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, steps)| (name.clone(), counts(steps)))
        .collect();
    assert_eq!(rows(report, dimension), expected, "by {dimension}");
}

fn compare_credit(report: &Value, truth: &Value) {
    let mut conversions: BTreeMap<String, f64> = BTreeMap::new();
    let mut values: BTreeMap<(String, String), f64> = BTreeMap::new();
    for row in report["channels"].as_array().unwrap() {
        let channel = row["channel"].as_str().unwrap().to_owned();
        *conversions.entry(channel.clone()).or_default() += row["conversions"].as_f64().unwrap();
        if let Some(currency) = row["currency"].as_str() {
            values.insert((channel, currency.to_owned()), row["value"].as_f64().unwrap());
        }
    }
    let mut expected = BTreeMap::new();
    let mut expected_values = BTreeMap::new();
    for (channel, credit) in truth.as_object().unwrap() {
        expected.insert(channel.clone(), credit["conversions"].as_f64().unwrap());
        for (currency, value) in credit["value"].as_object().unwrap() {
            let value: f64 = value.as_str().unwrap().parse().unwrap();
            expected_values.insert((channel.clone(), currency.clone()), value);
        }
    }
    assert_eq!(conversions, expected);
    assert_eq!(values, expected_values);
}

#[test]
fn the_same_seed_makes_the_same_bytes_and_another_seed_others() {
    let world = World::new();
    let make = |seed| {
        let range = ["--from", FROM, "--to", TO];
        world.succeed(&[&["generate", "--people", "40", "--seed", seed][..], &range].concat())
    };
    assert_eq!(make("3"), make("3"));
    assert_ne!(make("3"), make("4"));
}

/// More people than one cohort holds: the books and the bytes go on in the next.
#[test]
fn traffic_of_many_cohorts_is_imported_and_equals_the_truth() {
    let world = World::new();
    let traffic = world.folder().join("traffic.jsonl");
    let truth = world.folder().join("truth.json");
    world.succeed(&[
        "generate",
        "--people",
        "9000",
        "--seed",
        "5",
        "--from",
        FROM,
        "--to",
        TO,
        "--truth",
        truth.to_str().unwrap(),
        "--output",
        traffic.to_str().unwrap(),
    ]);
    world.succeed(&["import", "webhooks", traffic.to_str().unwrap()]);
    let truth: Value = serde_json::from_slice(&fs::read(truth).unwrap()).unwrap();
    let report = world.json(&["funnel", "--from", FROM, "--to", TO, "--format", "json"]);
    assert_eq!(counts(&report["steps"]), counts(&truth["steps"]));
}
