//! Whoever is known by several names is one person in all that is told of them.

use messenger_funnel::domain::Timestamp;
use messenger_funnel::normalize::{Settings, normalize};
use serde_json::{Value, json};

use crate::support::{Server, WHATSAPP_NUMBER as NUMBER, World, counts, whatsapp};

/// 2026-11-20T10:00:00Z, seconds.
const TIME: i64 = 1_795_168_800;

/// While another app answers, the contacts may stand with its lists or beside them.
#[test]
fn contacts_beside_what_is_on_standby_tell_who_it_is_too() {
    let contacts = json!([{ "wa_id": "33612345678", "user_id": "FR.900000001" }]);
    let message = json!([{ "id": "wamid.1", "from_user_id": "FR.900000001", "type": "text" }]);
    let within = json!({ "standby": { "contacts": contacts, "messages": message } });
    let beside = json!({ "contacts": contacts, "standby": { "messages": message } });
    for list in [within, beside] {
        let body = whatsapp(list);
        let received = Timestamp(1_795_176_000_000);
        let found = normalize(body.as_bytes(), received, &Settings::default()).events;
        assert_eq!(found[0].person, "FR.900000001");
        assert_eq!(found[0].aliases, ["33612345678"], "{body}");
    }
}

/// One of the names is in the number, the other in the user id; each stands with some of the rows.
#[tokio::test]
async fn whoever_has_two_names_is_shown_and_exported_by_either() {
    let world = World::new();
    let message = |from: Value, at: i64| {
        let mut message = json!({
            "id": format!("wamid.two.{at}"), "timestamp": (TIME + at).to_string(),
            "type": "text", "text": { "body": "hello" },
        });
        message.as_object_mut().unwrap().extend(from.as_object().unwrap().clone());
        whatsapp(json!({ "messages": [message] }))
    };
    let status = whatsapp(json!({ "statuses": [{
        "id": "wamid.answer.two", "status": "sent", "recipient_user_id": "FR.900000001",
        "timestamp": (TIME + 60).to_string(),
    }]}));
    let read = whatsapp(json!({ "statuses": [{
        "id": "wamid.answer.two", "status": "read", "recipient_id": "33612345678",
        "timestamp": (TIME + 90).to_string(),
    }]}));
    let lines = [
        message(json!({ "from": "33612345678", "from_user_id": "FR.900000001" }), 0),
        status,
        read,
        message(json!({ "from_user_id": "FR.900000001" }), 120),
        // In the week behind.
        message(json!({ "from_user_id": "FR.900000001" }), 6 * 86_400),
    ];
    let path = world.write("two.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let server = world.serve();
    let range = "from=2026-11-16&to=2026-11-30";
    let sequences = server.json(&format!("/api/v1/sequences?{range}")).await;
    assert_eq!(
        sequences["sequences"][0]["sequence"], "organic > message > echo > message",
        "{sequences}"
    );
    let quality = server.json(&format!("/api/v1/quality?{range}")).await;
    let kinds = quality["kinds"].as_array().unwrap();
    let messages = kinds.iter().find(|row| row["kind"] == "message").unwrap();
    assert_eq!((&messages["events"], &messages["people"]), (&json!(3), &json!(1)), "{quality}");
    let cohorts = server.json(&format!("/api/v1/cohorts?{range}")).await;
    assert_eq!(cohorts["cohorts"][0]["active"], json!([1, 1]), "{cohorts}");
    let answers = server.json(&format!("/api/v1/response-times?{range}")).await;
    let sent = &answers["sent"][0];
    assert_eq!((&sent["sent"], &sent["read"]), (&json!(1), &json!(1)), "{answers}");
    let funnel = json!({ "name": "again", "steps": [
        { "name": "wrote", "kind": "message" }, { "name": "answered", "kind": "echo" },
        { "name": "again", "kind": "message" },
    ]});
    let request = reqwest::Client::new();
    let request = request.post(server.url(&format!("/api/v1/funnels/preview?{range}")));
    let answer = request.json(&funnel).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    let reached: Vec<u64> = counts(&answer["steps"]).into_iter().map(|(_, count)| count).collect();
    assert_eq!(reached, [1, 1, 1], "{answer}");
    let mut told = Vec::new();
    for name in ["33612345678", "FR.900000001"] {
        let export = server.json(&format!("/api/v1/people/{NUMBER}/{name}/export")).await;
        let tables = export["tables"].as_object().unwrap();
        let mut counts: Vec<(String, usize)> = tables
            .iter()
            .map(|(table, rows)| (table.clone(), rows.as_array().unwrap().len()))
            .collect();
        counts.sort();
        assert!(counts.contains(&("events_by_person".to_owned(), 6)), "{name}: {counts:?}");
        let shown = server.json(&format!("/api/v1/people/{NUMBER}/{name}")).await;
        let length = |key: &str| shown[key].as_array().unwrap().len();
        assert_eq!((length("conversations"), length("events")), (1, 5), "{name}: {shown}");
        told.push(counts);
    }
    assert_eq!(told[0], told[1]);
}

/// A number as people and programs write it, an id that changed as `user_id_update` tells it, and a portfolio's id: one
/// person, who is erased by any of them.
#[tokio::test]
async fn a_number_with_signs_and_an_update_of_ids_are_one_person_and_are_erased_as_one() {
    let world = World::new();
    let lines = |line: usize| {
        let update = json!([{
            "wa_id": "+33 6 11 22 33 44", "detail": "…", "timestamp": (TIME + 120).to_string(),
            "user_id": { "previous": "FR.81", "current": "FR.82" },
            "parent_user_id": { "previous": "FR.ENT.81", "current": "FR.ENT.82" },
        }]);
        let status = |to: Value, id: &str, at: i64| {
            let mut status =
                json!({ "id": id, "status": "SENT", "timestamp": (TIME + at).to_string() });
            status.as_object_mut().unwrap().extend(to.as_object().unwrap().clone());
            of_line(json!({ "statuses": [status] }), line)
        };
        vec![
            message(line, json!({ "from": "+33 (6) 11-22-33-44" }), "first", 0),
            status(json!({ "recipient_id": "33 6.11.22.33.44" }), "w1", 60),
            message(line, json!({ "from_user_id": "FR.81" }), "second", 90),
            of_line(json!({ "user_id_update": update }), line)
                .replace("\"messages\"", "\"user_id_update\""),
            message(
                line,
                json!({ "from_user_id": "FR.82", "from_parent_user_id": "FR.ENT.82" }),
                "third",
                180,
            ),
            status(json!({ "recipient_parent_user_id": "FR.ENT.82" }), "w2", 240),
            message(line, json!({ "from": "33700000000" }), "other", 300),
        ]
    };
    let names = ["+33 6 11 22 33 44", "FR.81", "FR.ENT.82"];
    for line in 0..names.len() {
        let mut lines = lines(line);
        lines.rotate_left(line % 4);
        if line % 2 == 1 {
            lines.reverse();
        }
        let path = world.write("names.jsonl", lines.join("\n"));
        world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    }
    let server = world.serve();
    let page = |line: usize| format!("10400000000001{line}");
    for line in 0..names.len() {
        let shown = server.json(&format!("/api/v1/people/{}/FR.82", page(line))).await;
        // As the number is written on a card; for an address only the blanks are spelled out.
        let written = format!("/api/v1/people/{}/+33%206%2011%2022-33-44", page(line));
        let by_number = server.json(&written).await;
        assert_eq!(by_number["events"], shown["events"], "{by_number}");
        assert_eq!(by_number["conversations"], shown["conversations"], "{by_number}");
        let exported = server.json(&format!("{written}/export")).await;
        assert_eq!(exported["tables"]["events_by_person"].as_array().unwrap().len(), 6);
        let kinds = |kind: &str| {
            shown["events"].as_array().unwrap().iter().filter(|event| event["kind"] == kind).count()
        };
        let conversations = shown["conversations"].as_array().unwrap();
        assert_eq!(conversations.len(), 1, "{shown}");
        assert_eq!((kinds("message"), kinds("echo"), kinds("other")), (3, 2, 1), "{shown}");
        assert_eq!(conversations[0]["person_id"], "33611223344", "{shown}");
    }
    server.interrupt();
    for (line, name) in names.iter().enumerate() {
        let told = world.succeed(&["erase", "--page", &page(line), "--person", name]);
        assert!(told.contains("erased: 6 events"), "{name}: {told}");
    }
    let server = world.serve();
    for line in 0..names.len() {
        let shown = server.json(&format!("/api/v1/people/{}/33700000000", page(line))).await;
        assert_eq!(shown["conversations"].as_array().unwrap().len(), 1, "{shown}");
    }
    let quality = server.json("/api/v1/quality?from=2026-11-16&to=2026-11-30").await;
    assert_eq!(quality["events"], names.len(), "{quality}");
}

/// The body of a number of the business's own for each order.
fn of_line(list: Value, line: usize) -> String {
    whatsapp(list).replace(NUMBER, &format!("10400000000001{line}"))
}

fn message(line: usize, from: Value, id: &str, at: i64) -> String {
    let mut message = json!({
        "id": format!("wamid.{line}.{id}"), "timestamp": (TIME + at).to_string(), "type": "text",
        "text": { "body": "hello" },
    });
    message.as_object_mut().unwrap().extend(from.as_object().unwrap().clone());
    of_line(json!({ "messages": [message] }), line)
}

fn changed(line: usize, old: &str, new: &str, at: i64) -> String {
    of_line(
        json!({ "messages": [{
            "id": format!("wamid.{line}.{new}"), "timestamp": (TIME + at).to_string(), "type": "system",
            "from_user_id": new, "system": { "type": "user_changed_user_id", "previous_user_id": old,
                "user_id": new },
        }]}),
        line,
    )
}

async fn exported(server: &Server, line: usize, name: &str) -> usize {
    let path = format!("/api/v1/people/10400000000001{line}/{name}/export");
    let export = server.json(&path).await;
    export["tables"]["events_by_person"].as_array().map_or(0, Vec::len)
}

/// Each webhook comes in by itself, in different orders, and each order at a number of its own.
#[tokio::test]
async fn whoever_changes_the_id_is_one_person_by_every_name_in_any_order() {
    let world = World::new();
    let names = ["33612345678", "FR.1", "FR.2", "FR.3"];
    let orders: [[usize; 5]; 5] =
        [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1], [1, 3, 4, 0, 2], [3, 0, 4, 2, 1]];
    for step in 0..5 {
        let bodies = orders.iter().enumerate().map(|(line, order)| match order[step] {
            0 => message(line, json!({ "from": names[0] }), "a", 0),
            1 => message(line, json!({ "from": names[0], "from_user_id": "FR.1" }), "b", 60),
            2 => changed(line, "FR.1", "FR.2", 120),
            3 => changed(line, "FR.2", "FR.3", 180),
            _ => message(line, json!({ "from_user_id": "FR.3" }), "c", 240),
        });
        let bodies: Vec<String> = bodies.collect();
        let path = world.write(&format!("step{step}.jsonl"), bodies.join("\n"));
        world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    }
    let server = world.serve();
    let range = "from=2026-11-16&to=2026-11-30";
    let all = server.json(&format!("/api/v1/conversations?{range}")).await;
    let people: Vec<&Value> =
        all["conversations"].as_array().unwrap().iter().map(|row| &row["person_id"]).collect();
    assert_eq!(people, vec!["33612345678"; orders.len()], "{all}");
    let shown = "SELECT groupUniqArray(person_id), count() FROM v_events";
    assert_eq!(crate::erasure::ask(&world, shown).await, "['33612345678']\t25\n");
    for (line, name) in (0..orders.len()).flat_map(|line| names.map(|name| (line, name))) {
        assert_eq!(exported(&server, line, name).await, 5, "{line} {name}");
    }
    // By the number of one, and by an id that is neither the first nor the last of another.
    for (line, name) in [(0, names[0]), (1, names[2])] {
        let page = format!("10400000000001{line}");
        world.succeed(&["erase", "--page", &page, "--person", name]);
        for table in ["events_by_person", "aliases", "told_names", "conversations", "contacts"] {
            let question = format!("SELECT count() FROM {table} WHERE page_id = '{page}'");
            assert_eq!(crate::erasure::ask(&world, &question).await, "0\n", "{name} {table}");
        }
    }
    assert_eq!(exported(&server, 4, "FR.2").await, 5);
}

/// A number goes to somebody else: each keeps what was told beside their id, in whatever order it came in.
#[tokio::test]
async fn a_number_that_goes_to_somebody_else_makes_nobody_of_two() {
    let world = World::new();
    let number = "33612345678";
    let orders: [[usize; 3]; 3] = [[0, 1, 2], [2, 1, 0], [1, 0, 2]];
    let day = 86_400;
    for step in 0..3 {
        let bodies = orders.iter().enumerate().map(|(line, order)| match order[step] {
            0 => message(line, json!({ "from": number, "from_user_id": "FR.1" }), "a", 0),
            1 => message(line, json!({ "from": number, "from_user_id": "FR.2" }), "b", day),
            _ => message(line, json!({ "from": number }), "c", 2 * day),
        });
        let bodies: Vec<String> = bodies.collect();
        let path = world.write(&format!("step{step}.jsonl"), bodies.join("\n"));
        world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    }
    let page = |line: usize| format!("10400000000001{line}");
    let server = world.serve();
    for line in 0..orders.len() {
        for (name, events) in [("FR.1", 1), ("FR.2", 2), (number, 2)] {
            assert_eq!(exported(&server, line, name).await, events, "{line} {name}");
        }
    }
    // The second by the id at one number, by the number at another.
    for (line, name) in [(0, "FR.2"), (1, number)] {
        world.succeed(&["erase", "--page", &page(line), "--person", name]);
    }
    // The first owner is still there, also where webhooks are shipped again.
    let again: Vec<String> = (0..2)
        .flat_map(|line| {
            let first = json!({ "from": number, "from_user_id": "FR.1" });
            let second = json!({ "from": number, "from_user_id": "FR.2" });
            [message(line, first, "a", 0), message(line, second, "b", day)]
        })
        .collect();
    let path = world.write("again.jsonl", again.join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    for line in 0..2 {
        let left = format!(
            "SELECT uniqExact(event_id), groupUniqArray(person_id) FROM events_by_person WHERE page_id = '{}'",
            page(line)
        );
        assert_eq!(crate::erasure::ask(&world, &left).await, "1\t['FR.1']\n", "{line}");
    }
}
