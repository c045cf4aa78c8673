//! Conversions told to Meta: a dry run by default, each event once, refusals with Meta's reason, consent,
//! age, and a thousand failures and restarts.

use std::collections::BTreeSet;
use std::time::Duration;

use messenger_funnel::feedback::{FeedbackSettings, Passed, pass};
use messenger_funnel::meta::{Graph, Patience};
use messenger_funnel::store::Store;
use serde_json::{Value, json};

use crate::graph::{FakeGraph, TOKEN, Trouble};
use crate::support::{World, start_engine};

pub const HOUR: i64 = 3_600_000;

pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Somebody taps a button that makes a conversion.
pub fn taps(person: &str, payload: &str, time: i64) -> String {
    json!({ "object": "page", "entry": [{ "id": "7", "time": time, "messaging": [{
        "sender": { "id": person }, "recipient": { "id": "7" }, "timestamp": time,
        "postback": { "mid": format!("m_{person}_{time}_{payload}"), "title": "B", "payload": payload },
    }]}]})
    .to_string()
}

pub fn world(fake: &FakeGraph) -> World {
    let mut world = World::new().with("meta.datasets.7", "771");
    for (key, value) in fake.settings() {
        world = world.with(key, &value);
    }
    world
}

pub fn import(world: &World, lines: &[String]) {
    let path = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
}

/// The (name, person) of everything that the fake was told.
pub fn told(fake: &FakeGraph) -> BTreeSet<(String, String)> {
    fake.with(|inner| {
        let events = inner.events.values().map(|event| {
            let person = event["user_data"]["page_scoped_user_id"].as_str().unwrap();
            (event["event_name"].as_str().unwrap().to_owned(), person.to_owned())
        });
        events.collect()
    })
}

pub fn pairs(pairs: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    pairs.iter().map(|(name, person)| ((*name).to_owned(), (*person).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_conversion_is_told_once_and_refusals_are_listed() {
    let fake = FakeGraph::start(Vec::new(), Trouble::none()).await;
    let world = world(&fake).with("feedback.test_event_code", "TEST42");
    let run = |args: &[&str]| tokio::task::block_in_place(|| world.succeed(args));
    import(
        &world,
        &[
            taps("ann", "LEAD", now() - HOUR),
            taps("ann", "PURCHASE:49.90:EUR", now() - HOUR + 1000),
            taps("unknown-to-meta", "LEAD", now() - HOUR),
            taps("old", "LEAD", now() - 8 * 24 * HOUR),
        ],
    );
    let dry = run(&["export-conversions"]);
    assert!(
        dry.contains("dataset 771: 3 events would be sent") && dry.contains("1 too old"),
        "{dry}"
    );
    assert!(dry.contains("--send sends"), "{dry}");
    let shown: Value = serde_json::from_str(&run(&["export-conversions", "--json"])).unwrap();
    let purchase = &shown[0]["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["event_name"] == "Purchase")
        .unwrap();
    assert_eq!(purchase["custom_data"], json!({ "currency": "EUR", "value": 49.9 }));
    assert_eq!(purchase["user_data"], json!({ "page_id": "7", "page_scoped_user_id": "ann" }));
    assert_eq!(fake.with(|inner| inner.requests), 0);

    let sent = run(&["export-conversions", "--send"]);
    assert_eq!(sent, "2 sent, 1 refused, 0 withheld, 1 too old\n");
    assert_eq!(told(&fake), pairs(&[("LeadSubmitted", "ann"), ("Purchase", "ann")]));
    assert_eq!(fake.with(|inner| inner.batches[0]["test_event_code"].clone()), "TEST42");
    let refused = run(&["export-conversions", "--refused"]);
    assert!(refused.contains("Insufficient customer information: Nobody is named."), "{refused}");
    assert_eq!(
        run(&["export-conversions", "--send"]),
        "0 sent, 0 refused, 0 withheld, 0 too old\n"
    );
    assert_eq!(
        run(&["export-conversions", "--refused", "--again"]),
        "1 events will be sent again\n"
    );
    assert_eq!(
        run(&["export-conversions", "--send"]),
        "0 sent, 1 refused, 0 withheld, 0 too old\n"
    );

    // What others report is told too, if the person agrees; a correction is not told again.
    let report = |id: &str, value: &str, consent: &str| {
        let time = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(30);
        let item = json!({ "id": id, "name": "purchase", "time": time.to_string(), "value": value,
            "currency": "EUR", "page": "7", "person": format!("person-{id}"), "consent": consent == "yes" });
        tokio::task::block_in_place(|| {
            world.succeed_with_input(&["import", "conversions", "-"], item.to_string().as_bytes())
        });
    };
    report("1", "10", "yes");
    report("2", "20", "no");
    assert_eq!(
        run(&["export-conversions", "--send"]),
        "1 sent, 0 refused, 1 withheld, 0 too old\n"
    );
    report("1", "11", "yes");
    assert_eq!(
        run(&["export-conversions", "--send"]),
        "0 sent, 0 refused, 1 withheld, 0 too old\n"
    );
    report("2", "20", "yes");
    assert_eq!(
        run(&["export-conversions", "--send"]),
        "1 sent, 0 refused, 0 withheld, 0 too old\n"
    );

    let server = world.serve();
    let rows = server.json("/api/v1/feedback?status=refused").await;
    assert_eq!((&rows["total"], &rows["events"][0]["status"]), (&json!(1), &json!("refused")));
    let rows = server.json("/api/v1/feedback").await;
    assert_eq!(rows["total"], 5 + 1);
    let (status, told) = server.get("/api/v1/feedback?status=lost").await;
    assert!(status == 400 && told.contains("known are sent, refused"), "{told}");
    server.interrupt();
    // A dataset that is not there refuses nothing of the events.
    import(&world, &[taps("eve", "LEAD", now() - HOUR)]);
    fake.with(|inner| inner.trouble.fatal = Some((0, 100, 33)));
    let output = tokio::task::block_in_place(|| world.run(&["export-conversions", "--send"]));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("dataset 771") && errors.contains("see meta.datasets"), "{errors}");
    assert!(!errors.contains(TOKEN), "{errors}");
    fake.with(|inner| inner.trouble.fatal = None);
    assert_eq!(
        run(&["export-conversions", "--send"]),
        "1 sent, 0 refused, 0 withheld, 0 too old\n"
    );
}

#[tokio::test]
async fn a_server_tells_by_itself_only_if_it_is_told_to() {
    let fake = FakeGraph::start(Vec::new(), Trouble::none()).await;
    let quiet = world(&fake);
    import(&quiet, &[taps("ann", "LEAD", now() - HOUR)]);
    let server = quiet.serve();
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!(fake.with(|inner| inner.batches.len()), 0);
    server.interrupt();
    let world = quiet.with("feedback.send", "true");
    let server = world.serve();
    // Rows and their number are asked for at once: either may see the event first.
    let is_told = |rows: &Value| rows["total"] == 1 && rows["events"][0]["status"] == "sent";
    server.wait_until("/api/v1/feedback", is_told).await;
    assert_eq!(told(&fake), pairs(&[("LeadSubmitted", "ann")]));
}

/// What Meta says of one event without a subcode may be said of the dataset too.
#[tokio::test(flavor = "multi_thread")]
async fn a_tap_that_is_told_again_with_its_id_is_not_sent_again() {
    let fake = FakeGraph::start(Vec::new(), Trouble::none()).await;
    let world = world(&fake);
    let send = || tokio::task::block_in_place(|| world.succeed(&["export-conversions", "--send"]));
    let own = taps("ann", "LEAD", now() - HOUR);
    let mut copy: Value = serde_json::from_str(&own).unwrap();
    copy["entry"][0]["messaging"][0]["postback"].as_object_mut().unwrap().remove("mid");
    import(&world, &[copy.to_string()]);
    assert_eq!(send(), "1 sent, 0 refused, 0 withheld, 0 too old\n");
    // A lead of a moment later is another one.
    let later = taps("ann", "LEAD", now() - HOUR / 2);
    import(&world, &[own, later]);
    assert_eq!(send(), "1 sent, 0 refused, 0 withheld, 0 too old\n");
    assert_eq!(fake.with(|inner| inner.events.len()), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_person_blocks_nobody_else() {
    let fake = FakeGraph::start(Vec::new(), Trouble::none()).await;
    let world = world(&fake);
    let send = || tokio::task::block_in_place(|| world.run(&["export-conversions", "--send"]));
    import(&world, &[taps("no-id-1", "LEAD", now() - HOUR)]);
    // Alone it tells nothing of either; nothing is refused.
    let output = send();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("must be a valid ID") && errors.contains("see meta.datasets"),
        "{errors}"
    );
    let many = (0..60).map(|n| {
        let person = if n % 3 == 0 { format!("no-id-{n}") } else { format!("p{n}") };
        taps(&person, "LEAD", now() - HOUR + n)
    });
    import(&world, &many.collect::<Vec<_>>());
    let told = String::from_utf8_lossy(&send().stdout).into_owned();
    assert_eq!(told, "40 sent, 21 refused, 0 withheld, 0 too old\n");
    assert_eq!(fake.with(|inner| inner.taken.values().copied().max()), Some(1));
    // A dataset at fault is blamed soon, and nothing is refused for it.
    import(
        &world,
        &(0..200).map(|n| taps(&format!("q{n}"), "LEAD", now() - HOUR + n)).collect::<Vec<_>>(),
    );
    let before = fake.with(|inner| inner.requests);
    fake.with(|inner| inner.trouble.fatal = Some((0, 100, 0)));
    assert_eq!(send().status.code(), Some(1));
    assert!(fake.with(|inner| inner.requests) - before < 20);
    fake.with(|inner| inner.trouble.fatal = None);
    let told = String::from_utf8_lossy(&send().stdout).into_owned();
    assert_eq!(told, "200 sent, 0 refused, 0 withheld, 0 too old\n");
    // Meta takes fewer than it was sent: which, is found out.
    fake.with(|inner| inner.forgets = 1);
    import(&world, &[taps("r1", "LEAD", now() - HOUR), taps("r2", "LEAD", now() - HOUR)]);
    let told = String::from_utf8_lossy(&send().stdout).into_owned();
    assert_eq!(told, "2 sent, 0 refused, 0 withheld, 0 too old\n");
}

/// The acceptance: a thousand failures and restarts, and each event is with Meta once.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_failures_and_restarts_and_each_event_is_there_once() {
    let fake = FakeGraph::start(Vec::new(), Trouble::none()).await;
    let world = world(&fake);
    let lines: Vec<String> = (0..300)
        .flat_map(|person| {
            let name =
                if person % 40 == 3 { "unknown-to-meta".to_owned() } else { format!("p{person}") };
            let time = now() - HOUR + person * 1000;
            [taps(&name, "LEAD", time), taps(&name, "PURCHASE:5:EUR", time + 500)]
        })
        .collect();
    import(&world, &lines);
    let engine = start_engine(&world.data_dir()).await.unwrap();
    let store = Store::new(engine.endpoint("messenger_funnel"));
    let settings = FeedbackSettings {
        events: [("lead", "LeadSubmitted"), ("purchase", "Purchase")]
            .map(|(goal, name)| (goal.to_owned(), name.to_owned()))
            .into(),
        datasets: [("7".to_owned(), "771".to_owned())].into(),
        batch: 7,
        lock: world.data_dir().join("feedback.lock"),
        ..FeedbackSettings::default()
    };
    let patience = Patience {
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(2),
        retries: 1,
        longest_pause: Duration::from_millis(2),
    };
    // Before the batch is taken, and after it is.
    fake.with(|inner| inner.trouble = Trouble::errors(72, 5));
    let mut random = fastrand::Rng::with_seed(17);
    let (mut restarts, mut passes) = (0, 0);
    let failures =
        |fake: &FakeGraph| fake.with(|inner| inner.requests - inner.batches.len() as u64);
    loop {
        passes += 1;
        assert!(passes < 5000, "it does not come to an end");
        let graph = Graph::new(&fake.address, "v25.0", TOKEN.into(), patience).unwrap();
        let (own, how) = (store.clone(), settings.clone());
        let work = tokio::spawn(async move { pass(&graph, &own, &how, now).await });
        let mut done = None;
        if random.u8(0..3) == 0 {
            // As a kill does, anywhere.
            tokio::time::sleep(Duration::from_micros(random.u64(0..60_000))).await;
            restarts += u64::from(!work.is_finished());
            work.abort();
            work.await.ok();
        } else {
            done = work.await.unwrap().ok();
        }
        let enough = failures(&fake) + restarts >= 1000;
        if enough {
            fake.with(|inner| inner.trouble = Trouble::none());
        }
        // Nothing went wrong, and there was nothing to do.
        if done == Some(Passed::default()) {
            if enough {
                break;
            }
            // Done before a thousand: more comes.
            let person = format!("more{passes}");
            let more: Vec<String> =
                (0..40).map(|n| taps(&format!("{person}-{n}"), "LEAD", now() - HOUR + n)).collect();
            engine_import(&world, &more);
        }
    }
    let all: Vec<Value> = fake.with(|inner| inner.events.values().cloned().collect());
    let people: BTreeSet<(String, String)> = told(&fake);
    assert_eq!(people.len(), all.len(), "an event has two ids");
    for person in (0..300).filter(|person| person % 40 != 3) {
        for name in ["LeadSubmitted", "Purchase"] {
            assert!(
                people.contains(&(name.to_owned(), format!("p{person}"))),
                "{name} of p{person}"
            );
        }
    }
    // Of what Meta does not know, all is refused and nothing else.
    let refused: Vec<(String, String)> =
        crate::support::client(&engine.endpoint("messenger_funnel"))
            .query("SELECT status, person_id FROM feedback FINAL WHERE status != 'sent'")
            .fetch_all()
            .await
            .unwrap();
    assert!(
        refused.iter().all(|row| *row == ("refused".to_owned(), "unknown-to-meta".to_owned())),
        "{refused:?}"
    );
    assert_eq!(refused.len(), 16);
    println!("{} failures, {restarts} restarts, {} events", failures(&fake), all.len());
    assert!(restarts > 20, "{restarts}");
    engine.stop().await;
}

/// Imports beside a running engine.
fn engine_import(world: &World, lines: &[String]) {
    tokio::task::block_in_place(|| import(world, lines));
}

#[tokio::test]
async fn what_an_earlier_version_stored_of_a_region_is_not_sent_again() {
    let world = World::new();
    let server = world.serve();
    let now = jiff::Timestamp::now().as_millisecond();
    // As they were stored before regions were told: what Meta said, and nothing before it.
    let refusals = format!(
        "INSERT INTO feedback (event_id, event_name, page_id, person_id, time, status, reason, trace, version) VALUES \
         ('e1', 'Purchase', '104000000000001', '4915112345678', fromUnixTimestamp64Milli({now}), 'refused', \
          'Messaging Event Within Messaging Restrictive Region (code 100, subcode 2804064)', 't1', 1), \
         ('e2', 'Purchase', '104000000000001', '12125550123', fromUnixTimestamp64Milli({now}), 'refused', \
          'Invalid parameter (code 100)', 't2', 1)"
    );
    crate::erasure::ask(&world, &refusals).await;
    let refused = world.succeed(&["export-conversions", "--refused"]);
    assert!(refused.contains("Page 104000000000001: 1 events of people in regions"), "{refused}");
    assert!(refused.contains("e2 Purchase") && !refused.contains("e1 Purchase"), "{refused}");
    let again = world.succeed(&["export-conversions", "--refused", "--again"]);
    assert_eq!(again, "1 events will be sent again\n");
    let standing = "SELECT event_id, status FROM feedback FINAL ORDER BY event_id";
    assert_eq!(crate::erasure::ask(&world, standing).await, "e1\trefused\ne2\tagain\n");
    drop(server);
}
