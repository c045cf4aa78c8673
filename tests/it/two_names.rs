//! Whoever is known by several names is one person in all that is told of them.

use serde_json::{Value, json};

use crate::support::World;

/// 2026-11-20T10:00:00Z, seconds.
const TIME: i64 = 1_795_168_800;
const NUMBER: &str = "104000000000001";

/// A webhook of a WhatsApp number with one list.
fn webhook(value: Value) -> String {
    let mut all = json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": "33180000001", "phone_number_id": NUMBER },
    });
    all.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "204000000000001", "changes": [{ "field": "messages", "value": all }] }],
    })
    .to_string()
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
        webhook(json!({ "messages": [message] }))
    };
    let status = webhook(json!({ "statuses": [{
        "id": "wamid.answer.two", "status": "sent", "recipient_user_id": "FR.900000001",
        "timestamp": (TIME + 60).to_string(),
    }]}));
    let lines = [
        message(json!({ "from": "33612345678", "from_user_id": "FR.900000001" }), 0),
        status,
        message(json!({ "from_user_id": "FR.900000001" }), 120),
    ];
    let path = world.write("two.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let server = world.serve();
    let mut told = Vec::new();
    for name in ["33612345678", "FR.900000001"] {
        let export = server.json(&format!("/api/v1/people/{NUMBER}/{name}/export")).await;
        let tables = export["tables"].as_object().unwrap();
        let mut counts: Vec<(String, usize)> = tables
            .iter()
            .map(|(table, rows)| (table.clone(), rows.as_array().unwrap().len()))
            .collect();
        counts.sort();
        assert!(counts.contains(&("events_by_person".to_owned(), 3)), "{name}: {counts:?}");
        let shown = server.json(&format!("/api/v1/people/{NUMBER}/{name}")).await;
        let length = |key: &str| shown[key].as_array().unwrap().len();
        assert_eq!((length("conversations"), length("events")), (1, 3), "{name}: {shown}");
        told.push(counts);
    }
    assert_eq!(told[0], told[1]);
}
