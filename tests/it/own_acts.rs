//! What the business does itself, and what a phone does by itself, is nobody's act: neither makes anybody a person.

use messenger_funnel::domain::{Event, Kind, Timestamp};
use messenger_funnel::normalize::{Settings, normalize};
use serde_json::{Value, json};

use crate::support::whatsapp;

/// 2026-11-20T10:00:00Z, seconds.
const TIME: i64 = 1_795_168_800;
const PAGE: &str = "900000000000001";
const PERSON: &str = "7000000000000001";

fn events(body: &str) -> Vec<Event> {
    let normalized =
        normalize(body.as_bytes(), Timestamp(TIME * 1000 + 60_000), &Settings::default());
    assert!(normalized.refusals.is_empty(), "{body}: {:?}", normalized.refusals);
    normalized.events
}

fn told(object: &str, mut item: Value, from: &str, to: &str) -> (Kind, String, String) {
    item["sender"] = json!({ "id": from });
    item["recipient"] = json!({ "id": to });
    item["timestamp"] = json!(TIME * 1000);
    let body = json!({ "object": object, "entry": [{ "id": PAGE, "messaging": [item] }] });
    let [event] = events(&body.to_string()).try_into().unwrap();
    (event.kind, event.name, event.person)
}

#[test]
fn a_page_is_no_person() {
    let deleted = json!({ "message": { "mid": "m_1", "is_deleted": true } });
    let reaction = json!({ "reaction": { "mid": "m_1", "action": "react", "emoji": "x" } });
    let edit = json!({ "message_edit": { "mid": "m_1", "text": "x", "num_edit": 1 } });
    let read = json!({ "read": { "watermark": TIME * 1000 } });
    let text = json!({ "message": { "mid": "m_1", "text": "x" } });
    let echo = json!({ "message": { "mid": "m_1", "text": "x", "is_echo": true } });
    for object in ["page", "instagram"] {
        for (item, name) in [
            (&deleted, "message_deleted"),
            (&reaction, "reaction"),
            (&edit, "message_edit"),
            (&read, "read"),
        ] {
            // What it does in somebody's thread is told with that person.
            let found = told(object, item.clone(), PAGE, PERSON);
            assert_eq!(found, (Kind::Other, name.to_owned(), PERSON.to_owned()), "{item}");
        }
        let found = told(object, text.clone(), PAGE, PERSON);
        assert_eq!(found, (Kind::Echo, String::new(), PERSON.to_owned()));
        // To itself it is nobody's, also without the mark.
        for item in [&deleted, &reaction, &edit, &read, &text, &echo] {
            let (kind, name, person) = told(object, item.clone(), PAGE, PAGE);
            assert_eq!((kind, person.as_str()), (Kind::Other, ""), "{item}");
            assert!(name.starts_with("self_"), "{name}");
        }
        // A person's stay theirs.
        let found = told(object, deleted.clone(), PERSON, PAGE);
        assert_eq!(found, (Kind::Other, "message_deleted".to_owned(), PERSON.to_owned()));
    }
}

fn of_number(list: Value) -> (Kind, String, String) {
    let mut body: Value = serde_json::from_str(&whatsapp(list)).unwrap();
    let metadata = &mut body["entry"][0]["changes"][0]["value"]["metadata"];
    metadata["display_phone_number"] = json!("+33 1 80 00 00 01");
    let [event] = events(&body.to_string()).try_into().unwrap();
    (event.kind, event.name, event.person)
}

#[test]
fn a_number_is_no_person_of_its_own() {
    let message = json!({ "from": "33180000001", "id": "wamid.1", "timestamp": TIME.to_string(),
        "type": "text", "text": { "body": "x" } });
    let found = of_number(json!({ "messages": [message] }));
    assert_eq!(found, (Kind::Other, "self_message".to_owned(), String::new()));
}

#[test]
fn a_call_is_missed_only_if_it_is_known_that_the_person_called_and_nobody_answered() {
    let call = |more: Value| {
        let mut call = json!({ "id": "wacid.1", "from": "33612345678", "to": "33180000001",
            "timestamp": TIME.to_string() });
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        of_number(json!({ "calls": [call] }))
    };
    let (user, business) = ("USER_INITIATED", "BUSINESS_INITIATED");
    let ended = |direction: &str, status: &str| {
        call(json!({ "event": "terminate", "direction": direction, "status": status }))
    };
    let of = |kind, name: &str| (kind, name.to_owned(), "33612345678".to_owned());
    let (missed, unknown) = (of(Kind::Other, "call_missed"), of(Kind::Other, "whatsapp_calls"));
    assert_eq!(ended(user, "FAILED"), missed);
    assert_eq!(ended(user, "REJECTED"), missed);
    assert_eq!(ended(user, "COMPLETED"), of(Kind::Echo, ""));
    assert_eq!(ended(user, ""), unknown);
    // Who called is told by whose number is the business's.
    assert_eq!(call(json!({ "event": "terminate", "status": "FAILED" })), missed);
    assert_eq!(call(json!({ "event": "connect" })), of(Kind::Message, ""));
    let lasted = json!({ "event": "terminate", "direction": user, "duration": 42 });
    assert_eq!(call(lasted), of(Kind::Echo, ""));
    let turned = |more: Value| {
        let mut all = json!({ "from": "33180000001", "to": "33612345678" });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call(all)
    };
    assert_eq!(turned(json!({ "event": "terminate", "status": "FAILED" })), unknown);
    let refused = json!({ "event": "terminate", "direction": business, "status": "REJECTED" });
    assert_eq!(turned(refused), unknown);
    assert_eq!(turned(json!({ "event": "connect" })), unknown);
    // Neither number is the business's: nothing tells who called.
    let strange = json!({ "to": "33199999999", "event": "terminate", "status": "FAILED" });
    assert_eq!(call(strange), unknown);
}

#[test]
fn what_a_setting_answers_is_no_act_of_the_person() {
    let reply = |source: &str| {
        let message = json!({ "from": "33612345678", "id": "wamid.1", "timestamp": TIME.to_string(),
            "type": "interactive", "interactive": { "type": "call_permission_reply",
            "call_permission_reply": { "response": "accept", "response_source": source } } });
        of_number(json!({ "messages": [message] })).0
    };
    assert_eq!(reply("user_action"), Kind::Message);
    assert_eq!(reply("automatic"), Kind::Other);
}
