//! What is told of workspaces and the rest adds up to what is told of all.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::accounts::workspace;
use crate::limited::ask;
use crate::support::World;
use crate::workspaces::{REST, agency};

const STAGES: [&str; 6] = ["opened", "messaged", "answered", "engaged", "lead", "purchase"];

/// Rows of a CSV answer, by the columns of `key`, with the sums of those of `counts`.
fn sums(csv: &str, key: &[&str], counts: &[&str]) -> BTreeMap<Vec<String>, Vec<f64>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let place = |name: &&str| {
        heads.iter().position(|head| head == *name).unwrap_or_else(|| panic!("no {name} in {csv}"))
    };
    let (keys, values): (Vec<usize>, Vec<usize>) =
        (key.iter().map(place).collect(), counts.iter().map(place).collect());
    let mut all: BTreeMap<Vec<String>, Vec<f64>> = BTreeMap::new();
    for row in reader.records() {
        let row = row.unwrap();
        let key = keys.iter().map(|at| row[*at].to_owned()).collect();
        let known = all.entry(key).or_insert_with(|| vec![0.0; values.len()]);
        for (sum, at) in known.iter_mut().zip(&values) {
            *sum += row[*at].parse::<f64>().unwrap_or(0.0);
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn what_workspaces_and_the_rest_have_adds_up_to_the_whole() {
    let world = World::new();
    let (server, admin) = agency(&world).await;
    workspace(&server, &admin, "rest", REST, REST).await;
    for name in ["own", "zqx"] {
        let slug = format!("{name}-link");
        world.succeed(&[
            "cost",
            "add",
            "--link",
            &slug,
            "--amount",
            "30",
            "--currency",
            "EUR",
            "--from",
            "2026-01-01",
            "--through",
            &today(),
        ]);
    }
    let stages = |before: &[&'static str]| -> Vec<&'static str> {
        before.iter().copied().chain(STAGES).collect()
    };
    let mut told = 0;
    for (path, key, counts) in [
        ("/api/v1/funnels/click-to-messenger?by=source", vec!["source", "step"], vec!["count"]),
        ("/api/v1/funnels/click-to-messenger?by=day", vec!["day", "step"], vec!["count"]),
        ("/api/v1/funnels/click-to-messenger?by=campaign", vec!["campaign", "step"], vec!["count"]),
        ("/api/v1/funnels/click-to-messenger/flows", vec!["from", "to"], vec!["count"]),
        ("/api/v1/sequences", vec!["sequence"], vec!["people"]),
        ("/api/v1/cohorts", vec!["week", "after_weeks"], vec!["size", "people"]),
        (
            "/api/v1/attribution?model=last&by=source",
            vec!["channel", "currency"],
            vec!["conversions", "value"],
        ),
        (
            "/api/v1/attribution/costs?by=source",
            vec!["channel", "currency"],
            vec!["cost", "conversions"],
        ),
        ("/api/v1/ads?by=ad", vec!["id", "currency"], stages(&["spend", "impressions", "clicks"])),
        ("/api/v1/ads?by=link", vec!["id", "currency"], stages(&["spend"])),
        ("/api/v1/ads?by=source", vec!["id", "currency"], stages(&["spend"])),
        ("/api/v1/reconciliation", vec!["account_id", "date"], vec!["ours", "meta"]),
        ("/api/v1/links", vec!["slug"], stages(&["clicks"])),
        (
            "/api/v1/response-times",
            vec!["dimension", "value"],
            vec!["wrote", "answered", "within_5m"],
        ),
        ("/api/v1/audience", vec!["date"], vec!["opted_in", "audience"]),
        ("/api/v1/quality", vec!["channel", "kind", "name"], vec!["events", "people"]),
        ("/api/v1/message-costs", vec!["category", "currency"], vec!["messages"]),
        ("/api/v1/conversations", vec!["page_id", "person_id"], vec!["acts"]),
        ("/api/v1/touchpoints", vec!["page_id", "person_id"], vec!["number"]),
        ("/api/v1/conversions", vec!["page_id"], vec!["value"]),
    ] {
        let mark = if path.contains('?') { '&' } else { '?' };
        let asked = format!("{path}{mark}format=csv");
        let whole = sums(&ask(&server, &admin, &asked).await, &key, &counts);
        let mut parts: BTreeMap<Vec<String>, Vec<f64>> = BTreeMap::new();
        for name in ["acme", "globex", "rest"] {
            let own = ask(&server, &admin, &format!("{asked}&workspace={name}")).await;
            for (key, values) in sums(&own, &key, &counts) {
                let known = parts.entry(key).or_insert_with(|| vec![0.0; values.len()]);
                known.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            }
        }
        let differ = |one: &f64, other: &f64| (one - other).abs() > 1e-6;
        for key in whole.keys().chain(parts.keys()) {
            let none = vec![0.0; counts.len()];
            let (all, sum) = (whole.get(key).unwrap_or(&none), parts.get(key).unwrap_or(&none));
            let is_same = !all.iter().zip(sum).any(|(one, other)| differ(one, other));
            assert!(is_same, "{path} {key:?} {counts:?}: {all:?} of all, {sum:?} of the parts");
        }
        told += usize::from(whole.values().flatten().any(|value| *value > 0.0));
    }
    assert!(told >= 17, "{told} questions had anything to add up");
    // The page of all of them, and its question.
    let report = ask(&server, &admin, "/api/v1/workspaces").await;
    let report: Value = serde_json::from_str(&report).unwrap();
    let rows = report["workspaces"].as_array().unwrap();
    let sum = |key: &str| rows.iter().map(|row| row["figures"][key].as_u64().unwrap()).sum::<u64>();
    for key in ["conversations", "leads", "purchases"] {
        assert_eq!(sum(key), report["all"][key].as_u64().unwrap(), "{key} {report}");
    }
    assert_eq!(report["all"]["conversations"], 23);
    let spend: f64 =
        rows.iter().map(|row| row["figures"]["costs"][0]["spend"].as_f64().unwrap()).sum();
    let all = report["all"]["costs"][0]["spend"].as_f64().unwrap();
    assert!((spend - all).abs() < 1e-6 && all > 22.9, "{spend} {all}");
    let page = ask(&server, &admin, "/workspaces").await;
    for text in ["workspace=acme", "workspace=globex", ">7<", ">12<"] {
        assert!(page.contains(text), "{text} {page}");
    }
}

fn today() -> String {
    jiff::Timestamp::now().to_string()[..10].to_owned()
}
