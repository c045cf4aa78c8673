//! What others report is told to Meta if its person agrees, under each name once, and on its channel.

use serde_json::{Value, json};

use crate::feedback::{HOUR, import, now, pairs, taps, told, world};
use crate::graph::{FakeGraph, Trouble};
use crate::support::World;

fn reports(world: &World, items: &[Value]) {
    let lines: Vec<String> = items.iter().map(Value::to_string).collect();
    world.succeed_with_input(&["import", "conversions", "-"], lines.join("\n").as_bytes());
}

fn purchase(id: &str, person: &str, value: &str, more: Value) -> Value {
    let mut item = json!({ "id": id, "name": "purchase", "time": now() / 1000 - 3600, "value": value,
        "currency": "EUR", "page": "7", "person": person });
    item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    item
}

/// Values of the purchases that the fake was told.
fn values(fake: &FakeGraph) -> Vec<f64> {
    let value = |event: &Value| event["custom_data"]["value"].as_f64();
    let mut values: Vec<f64> = fake.with(|inner| inner.events.values().filter_map(value).collect());
    values.sort_by(f64::total_cmp);
    values
}

#[tokio::test(flavor = "multi_thread")]
async fn without_consent_nothing_is_told_whatever_else_is_reported() {
    let fake = FakeGraph::start(Vec::new(), Trouble::none()).await;
    let world = world(&fake);
    let send = || tokio::task::block_in_place(|| world.succeed(&["export-conversions", "--send"]));
    let say = |items: &[Value]| tokio::task::block_in_place(|| reports(&world, items));
    let [yes, no] = [json!({ "consent": true }), json!({ "consent": false })];
    // Of one person and instant: in whichever order their ids and events are.
    for n in 0..6 {
        let person = format!("twin{n}");
        let (a, b) = (format!("{n}a"), format!("{n}b"));
        let (agreed, not) = if n % 2 == 0 { (&a, &b) } else { (&b, &a) };
        say(&[
            purchase(agreed, &person, &format!("{n}.25"), yes.clone()),
            purchase(not, &person, "666", no.clone()),
        ]);
    }
    // The last word of each is no: nothing is told of them.
    send();
    assert_eq!(values(&fake), [] as [f64; 0]);
    // Agreed to since, by the person; of the report that forbids itself still nothing.
    let again =
        |n: usize| purchase(&format!("{n}c"), &format!("twin{n}"), &format!("{n}.5"), yes.clone());
    say(&(0..6).map(again).collect::<Vec<_>>());
    send();
    let mut agreed: Vec<f64> =
        (0..6).flat_map(|n| [f64::from(n) + 0.25, f64::from(n) + 0.5]).collect();
    agreed.sort_by(f64::total_cmp);
    assert_eq!(values(&fake), agreed);

    // Whom a plugin knows by a reference; who has an id behind.
    let checkbox = std::fs::read_to_string("tests/entry_points/checkbox-plugin.jsonl").unwrap();
    let checkbox =
        checkbox.replace("\"77\"", "\"7\"").replace("1795168", &(now() / 1_000_000).to_string());
    say(&[purchase("box", "user_ref:cb-123", "666", no.clone())]);
    import(&world, &[checkbox]);
    import(&world, &[taps("cb_ann", "PURCHASE:666:EUR", now() - HOUR)]);
    // Forbidden, then given back; corrected without a word; another person's after all.
    say(&[
        purchase("gone", "given-back", "666", no.clone()),
        purchase("quiet", "corrected", "666", no.clone()),
        purchase("moved", "mistaken", "666", no),
    ]);
    say(&[
        purchase("gone", "given-back", "666", json!({ "retracted": true })),
        purchase("quiet", "corrected", "667", json!({})),
        purchase("moved", "right", "668", json!({})),
    ]);
    let people = ["given-back", "corrected", "mistaken", "right"];
    let lines = people.map(|person| taps(person, "PURCHASE:669:EUR", now() - HOUR));
    import(&world, &lines);
    let told = send();
    assert!(told.starts_with("0 sent"), "{told}");
    assert_eq!(values(&fake), agreed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_told_under_each_name_once_and_on_its_channel() {
    let fake = FakeGraph::start(Vec::new(), Trouble::none()).await;
    let world = world(&fake).with("meta.datasets.178", "772");
    let run = |args: &[&str]| tokio::task::block_in_place(|| world.succeed(args));
    let say = |items: &[Value]| tokio::task::block_in_place(|| reports(&world, items));
    say(&[purchase("1", "ann", "5", json!({ "name": "lead" }))]);
    run(&["export-conversions", "--send"]);
    say(&[purchase("1", "ann", "6", json!({}))]);
    run(&["export-conversions", "--send"]);
    say(&[purchase("1", "ann", "7", json!({}))]);
    run(&["export-conversions", "--send"]);
    assert_eq!(told(&fake), pairs(&[("LeadSubmitted", "ann"), ("Purchase", "ann")]));
    // Reported before they were seen: on Instagram, it turns out.
    say(&[purchase("2", "igbert", "8", json!({ "page": "178" }))]);
    let time = now() - HOUR / 2;
    let message = json!({ "object": "instagram", "entry": [{ "id": "178", "time": time, "messaging": [{
        "sender": { "id": "igbert" }, "recipient": { "id": "178" }, "timestamp": time,
        "message": { "mid": "m_ig", "text": "hello" },
    }]}]});
    import(&world, &[message.to_string()]);
    run(&["export-conversions", "--send"]);
    let channel = fake.with(|inner| {
        let found = inner.events.values().find(|event| event["user_data"]["ig_sid"] == "igbert");
        found.map(|event| event["messaging_channel"].clone())
    });
    assert_eq!(channel, Some(json!("instagram")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_come_waits_and_what_was_too_old_may_be_corrected() {
    let fake = FakeGraph::start(Vec::new(), Trouble::none()).await;
    let world = world(&fake).with("meta.datasets.178", "772");
    let run = |args: &[&str]| tokio::task::block_in_place(|| world.succeed(args));
    let say = |items: &[Value]| tokio::task::block_in_place(|| reports(&world, items));
    let at = |hours: i64| json!({ "time": (now() + hours * HOUR) / 1000 });
    say(&[purchase("old", "ann", "5", at(-9 * 24)), purchase("soon", "bob", "6", at(2))]);
    assert_eq!(
        run(&["export-conversions", "--send"]),
        "0 sent, 0 refused, 0 withheld, 1 too old\n"
    );
    say(&[purchase("old", "ann", "5", at(-1))]);
    assert_eq!(
        run(&["export-conversions", "--send"]),
        "1 sent, 0 refused, 0 withheld, 0 too old\n"
    );
    assert_eq!(values(&fake), [5.0]);
    // Nobody has seen her; but her Page's people are on Instagram.
    let time = now() - HOUR;
    let message = json!({ "object": "instagram", "entry": [{ "id": "178", "time": time, "messaging": [{
        "sender": { "id": "another" }, "recipient": { "id": "178" }, "timestamp": time,
        "message": { "mid": "m_ig", "text": "hello" },
    }]}]});
    import(&world, &[message.to_string()]);
    say(&[purchase("unseen", "igcarla", "7", json!({ "page": "178" }))]);
    run(&["export-conversions", "--send"]);
    let is_carlas = |event: &&Value| event["user_data"]["ig_sid"] == "igcarla";
    assert!(fake.with(|inner| inner.events.values().any(|event| is_carlas(&event))));
}
