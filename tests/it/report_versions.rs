//! Versions of reported conversions in any order, cut off anywhere, by two at once: the latest counts.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use messenger_funnel::domain::Timestamp;
use messenger_funnel::journal::{Envelope, EnvelopeKind, Journal, Limits};
use messenger_funnel::materializer::Materializer;
use messenger_funnel::normalize::{Settings, read_reported};
use messenger_funnel::store::{Shipper, Store, migrate};
use serde_json::json;
use tempfile::TempDir;

use crate::conversions::{TIME, shares};
use crate::support::{client, start_engine};

/// What a report comes to: person, time, value; nothing if it is given back or nobody's.
type Kept = Option<(String, i64, Option<i64>)>;

/// Any order of versions, contacts and repeated deliveries ends with the latest version of each; cut off
/// anywhere, and by two at once.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_order_versions_come_in_the_latest_counts() {
    let folder = TempDir::new().unwrap();
    let engine = start_engine(&folder.path().join("data")).await.unwrap();
    let mut random = fastrand::Rng::with_seed(29);
    let endpoint = engine.endpoint("reported");
    let store = Store::new(endpoint.clone());
    migrate(&store).await.unwrap();
    let lock = folder.path().join("lock");
    let upkeep = Materializer::new(store.clone(), lock, || jiff::Timestamp::now().as_millisecond());
    for case in 0..30_usize {
        let (deliveries, expected) = deliveries(case, &mut random);
        let journal = |number: usize| {
            let path = folder.path().join(format!("journal{case}-{number}"));
            Journal::open(&path, Limits::default()).unwrap()
        };
        let journals = [journal(0), journal(1)];
        let shipper = |journal: &Journal| {
            let keep = Duration::from_secs(3600);
            Shipper::new(journal, store.clone(), Settings::default(), keep).unwrap()
        };
        for (kind, body, received_at_ms) in deliveries {
            let body = Bytes::from(body);
            let journal = &journals[random.usize(0..2)];
            journal.append(Envelope { kind, received_at_ms, body }).await.unwrap();
            let [mut one, mut two] = [shipper(&journals[0]), shipper(&journals[1])];
            match random.u8(0..4) {
                0 => {}
                1 => {
                    one.drain().await.unwrap();
                    upkeep.catch_up().await.unwrap();
                }
                2 => {
                    let (first, second) = tokio::join!(one.drain(), two.drain());
                    first.unwrap();
                    second.unwrap();
                }
                // As a kill does.
                _ => {
                    let cut_off = Duration::from_micros(random.u64(0..60_000));
                    tokio::time::timeout(cut_off, one.drain()).await.ok();
                }
            }
        }
        for journal in &journals {
            shipper(journal).drain().await.unwrap();
        }
        upkeep.catch_up().await.unwrap();
        let mut made: Vec<(String, i64, Option<i64>)> = client(&endpoint)
            .query(
                "SELECT person_id, toUnixTimestamp64Milli(time) AS time, value_e4 FROM conversions FINAL \
                 WHERE name = 'purchase' AND startsWith(person_id, ?)",
            )
            .bind(format!("{case}-"))
            .fetch_all()
            .await
            .unwrap();
        made.sort();
        let mut right: Vec<_> = expected.into_values().flatten().collect();
        right.sort();
        assert_eq!(made, right, "case {case}");
    }
    engine.stop().await;
}

type Delivery = (EnvelopeKind, Vec<u8>, i64);

/// Deliveries in a random order, and what each report has to come to.
fn deliveries(case: usize, random: &mut fastrand::Rng) -> (Vec<Delivery>, BTreeMap<String, Kept>) {
    let people = ["ann", "bob", "cid"].map(|name| format!("{case}-{name}"));
    let phones =
        [1, 2, 3].map(|digit| format!("+336{case:02}{digit}{digit}{digit}{digit}{digit}{digit}"));
    let mut deliveries: Vec<Delivery> = Vec::new();
    for (person, phone) in people.iter().zip(&phones) {
        deliveries.push((EnvelopeKind::Webhook, shares(person, phone), TIME + 5000));
    }
    let mut comes_to: BTreeMap<Vec<u8>, (String, i64, Kept)> = BTreeMap::new();
    for version in 0..random.i64(1..12) {
        let id = format!("{case}-R{}", random.u8(0..3));
        let person = random.usize(0..3);
        let time = TIME + random.i64(10..14) * 60_000;
        let value = random.i64(0..5);
        let is_retracted = random.u8(0..4) == 0;
        let updated_at = TIME + version / 3 * 1000;
        let mut item = json!({
            "id": id, "name": "purchase", "time": time, "value": value, "currency": "EUR",
            "retracted": is_retracted, "updated_at": updated_at,
        });
        let whose = if random.bool() {
            json!({ "page": "77", "person": people[person] })
        } else {
            json!({ "phone": phones[person] })
        };
        item.as_object_mut().unwrap().extend(whose.as_object().unwrap().clone());
        let read = read_reported(&item, Timestamp(TIME + 86_400_000)).unwrap();
        let kept = (!is_retracted).then(|| (people[person].clone(), time, Some(value * 10_000)));
        let body = serde_json::to_vec(&[read]).unwrap();
        comes_to.insert(body.clone(), (id, updated_at, kept));
        for _ in 0..random.usize(1..3) {
            deliveries.push((EnvelopeKind::Report, body.clone(), 0));
        }
    }
    random.shuffle(&mut deliveries);
    // Of versions of one instant the one that came in last counts.
    let mut latest: BTreeMap<String, ((i64, i64), Kept)> = BTreeMap::new();
    for (place, (_, body, received)) in (0_i64..).zip(&mut deliveries) {
        *received = TIME + 86_400_000 + place;
        let Some((id, updated_at, kept)) = comes_to.get(body) else { continue };
        let version = (*updated_at, *received);
        let entry = latest.entry(id.clone()).or_insert((version, kept.clone()));
        if version >= entry.0 {
            *entry = (version, kept.clone());
        }
    }
    let expected = latest.into_iter().map(|(id, (_, kept))| (id, kept)).collect();
    (deliveries, expected)
}
