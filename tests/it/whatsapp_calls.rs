//! Calls on WhatsApp through HTTP, and conversations that are made again while its webhooks come in.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::support::{World, count, whatsapp};

/// 2026-11-20T10:00:00Z, seconds.
const TIME: i64 = 1_795_168_800;
const RANGE: &str = "from=2026-11-18&to=2026-11-30";

fn webhook(list: Value) -> Vec<u8> {
    whatsapp(list).into_bytes()
}

fn call(from: &str, at: i64, event: &str, status: &str) -> Vec<u8> {
    webhook(json!({ "calls": [{
        "id": format!("wacid.{from}"), "from": from, "to": "33180000001", "event": event,
        "direction": "USER_INITIATED", "status": status, "timestamp": (TIME + at).to_string(),
    }]}))
}

fn sent(to: &str, at: i64) -> Vec<u8> {
    webhook(json!({ "statuses": [{
        "id": format!("wamid.answer.{to}.{at}"), "status": "sent", "recipient_id": to,
        "timestamp": (TIME + at).to_string(),
    }]}))
}

fn permission(from: &str, at: i64) -> Vec<u8> {
    webhook(json!({ "messages": [{
        "from": from, "id": format!("wamid.permission.{from}"), "timestamp": (TIME + at).to_string(),
        "type": "interactive", "context": { "from": "33180000001", "id": "wamid.asked" },
        "interactive": { "type": "call_permission_reply", "call_permission_reply": {
            "response": "accept", "is_permanent": false, "response_source": "user_action",
            "expiration_timestamp": TIME + 604_800,
        } },
    }]}))
}

#[tokio::test]
async fn calls_come_in_and_count_in_response_times() {
    let world = World::new();
    let server = world.serve();
    let bodies = [
        // Taken after 20 s.
        call("33612345678", 0, "connect", ""),
        call("33612345678", 20, "terminate", "COMPLETED"),
        // Missed, and answered in writing after half an hour.
        call("447400123456", 0, "connect", ""),
        call("447400123456", 30, "terminate", "FAILED"),
        sent("447400123456", 1800),
        // Missed, and left so.
        call("12125550123", 0, "connect", ""),
        call("12125550123", 30, "terminate", "REJECTED"),
        // Told again by a poorer copy, as to an app on standby.
        webhook(json!({ "standby": { "calls": [{
            "id": "wacid.12125550123", "from": "12125550123", "to": "33180000001", "event": "terminate",
            "status": "REJECTED", "timestamp": TIME + 30,
        }] } })),
        // Lets the business call: an act, and answered after two minutes.
        permission("4915112345678", 0),
        sent("4915112345678", 120),
    ];
    for body in bodies {
        assert_eq!(server.post(&body).await, 200);
    }
    let path = format!("/api/v1/response-times?{RANGE}");
    let all = |report: &Value| {
        let times = report["times"].as_array().cloned().unwrap_or_default();
        times.into_iter().find(|row| row["dimension"] == "all").unwrap_or_default()
    };
    let report = server
        .wait_until(&path, |report| all(report)["wrote"] == 4 && all(report)["answered"] == 3)
        .await;
    assert_eq!(report["calls"], json!({ "missed": 2, "unanswered": 1 }), "{report}");
    let told = all(&report);
    assert_eq!((&told["within_5m"], &told["within_1h"]), (&json!(2), &json!(3)), "{told}");
    assert_eq!(told["median_ms"], 120_000.0, "{told}");
    // All of them: the copy is a duplicate.
    let quality = format!("/api/v1/quality?{RANGE}");
    server.wait_until(&quality, |quality| quality["received"] == 10).await;
    assert_eq!(server.json(&path).await["calls"], json!({ "missed": 2, "unanswered": 1 }));
}

/// Somebody's webhooks: a message, at times by the business's id for them, and an answer.
fn traffic(person: i64) -> [Vec<u8>; 2] {
    let from = format!("33612{person:06}");
    let at = TIME + person;
    let mut message = json!({
        "id": format!("wamid.{person}"), "timestamp": at.to_string(), "type": "text",
        "text": { "body": "hello" },
    });
    let mut value = json!({});
    match person % 3 {
        0 => message["from"] = json!(from),
        1 => message["from_user_id"] = json!(format!("FR.{person}")),
        _ => {
            message["from_user_id"] = json!(format!("FR.{}", person - 1));
            message["from"] = json!(format!("33612{:06}", person - 1));
            value["contacts"] =
                json!([{ "wa_id": message["from"], "user_id": message["from_user_id"] }]);
        }
    }
    value["messages"] = json!([message]);
    [webhook(value), sent(&from, person + 5)]
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_are_made_again_while_webhooks_of_whatsapp_come_in() {
    const PEOPLE: i64 = 300;
    let world = World::new();
    let server = world.serve();
    let is_over = AtomicBool::new(false);
    let posting = async {
        for person in 0..PEOPLE {
            for body in traffic(person) {
                assert_eq!(server.post(&body).await, 200);
            }
        }
        is_over.store(true, Ordering::Relaxed);
    };
    let rebuilding = async {
        let mut beside = 0;
        loop {
            let is_last = is_over.load(Ordering::Relaxed);
            let command = world.command(&["conversations", "rebuild", "--strict"]);
            let done = tokio::process::Command::from(command).output().await.unwrap();
            let said = String::from_utf8_lossy(&done.stdout);
            assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
            assert!(said.contains("0 were missing, 0 should not have been there"), "{said}");
            if is_last {
                return beside;
            }
            beside += 1;
        }
    };
    let ((), beside) = tokio::join!(posting, rebuilding);
    assert!(beside > 0, "no rebuild ran beside the webhooks");
    // Of three one is known by id alone, and the third tells that they are the second.
    let people = u64::try_from(PEOPLE / 3 * 2).unwrap();
    let path = format!("/api/v1/funnels/click-to-messenger?{RANGE}");
    let funnel = server.wait_until(&path, |report| count(report, "messaged") == Some(people)).await;
    assert_eq!(count(&funnel, "opened"), Some(people), "{funnel}");
    let events = crate::erasure::ask(
        &world,
        "SELECT uniqExactIf(event_id, kind = 'message'), uniqExactIf(event_id, kind = 'echo') FROM events_by_person",
    );
    assert_eq!(events.await, "300\t300\n");
    let again = world.succeed(&["conversations", "rebuild", "--strict"]);
    assert!(again.contains("0 were missing, 0 should not have been there"), "{again}");
}
