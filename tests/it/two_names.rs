//! Whoever is known by several names is one person in all that is told of them.

use serde_json::{Value, json};

use crate::support::{WHATSAPP_NUMBER as NUMBER, World, counts, whatsapp};

/// 2026-11-20T10:00:00Z, seconds.
const TIME: i64 = 1_795_168_800;

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
