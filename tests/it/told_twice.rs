//! A tap that Meta tells twice, once for an app on standby without the message's id, is one act.

use serde_json::{Value, json};

use crate::erasure::ask;
use crate::support::{Server, WHATSAPP_NUMBER, World};

/// 2026-11-20T10:00:00Z, milliseconds.
const TIME: i64 = 1_795_168_800_000;
const PAGE: &str = "104000000000001";
const RANGE: &str = "from=2026-11-18&to=2026-11-30";

/// Of the list `messaging` or `standby`.
fn told(list: &str, person: &str, at: i64, act: Value) -> String {
    let mut item =
        json!({ "sender": { "id": person }, "recipient": { "id": PAGE }, "timestamp": TIME + at });
    item.as_object_mut().unwrap().extend(act.as_object().unwrap().clone());
    json!({ "object": "page", "entry": [{ "id": PAGE, "time": TIME + at, list: [item] }] })
        .to_string()
}

/// Each with the copy that lacks the id, and how many acts and leads they are.
fn cases() -> Vec<(&'static str, [Value; 2], usize, usize)> {
    let postback = |tap: Value| json!({ "postback": tap });
    let message = |tap: Value| json!({ "message": tap });
    let ad = json!({ "source": "ADS", "type": "OPEN_THREAD", "ad_id": "1204" });
    let button = json!({ "mid": "m_1", "title": "Call me", "payload": "LEAD" });
    let with_mid = |mid: &str, mut tap: Value| {
        if !mid.is_empty() {
            tap["mid"] = mid.into();
        }
        message(tap)
    };
    let number = |mid: &str, number: &str| {
        with_mid(mid, json!({ "text": number, "quick_reply": { "payload": number } }))
    };
    let form = |mid: &str| {
        let referral = json!({ "source": "ADS", "type": "LEAD_COMPLETE", "ref": "form" });
        with_mid(
            mid,
            json!({ "text": "Done", "quick_reply": { "payload": "DONE" }, "referral": referral }),
        )
    };
    let yes = json!({ "mid": "m_2", "text": "Yes", "quick_reply": { "payload": "YES" } });
    vec![
        ("poorer", [postback(button.clone()), postback(json!({ "title": "Call me" }))], 1, 1),
        (
            "as_rich",
            [postback(button.clone()), postback(json!({ "title": "Call me", "payload": "LEAD" }))],
            1,
            1,
        ),
        (
            "richer",
            [
                postback(json!({ "mid": "m_3", "title": "Call me" })),
                postback(json!({ "title": "Call me", "payload": "LEAD", "referral": ad })),
            ],
            1,
            1,
        ),
        ("reply", [message(yes.clone()), message(json!({ "text": "Yes" }))], 1, 0),
        (
            "richer_reply",
            [
                message(json!({ "mid": "m_4", "text": "Call me" })),
                message(json!({ "text": "Call me", "quick_reply": { "payload": "CALL" } })),
            ],
            1,
            0,
        ),
        ("typed_beside_a_reply", [message(yes.clone()), message(json!({ "text": "Hello" }))], 2, 0),
        (
            "reply_beside_what_is_typed",
            [
                message(json!({ "mid": "m_5", "text": "Hello" })),
                message(json!({ "text": "Yes", "quick_reply": { "payload": "YES" } })),
            ],
            2,
            0,
        ),
        (
            "another_number",
            [number("m_6", "+33 6 12 34 56 78"), number("", "+33 6 12 34 56 79")],
            2,
            2,
        ),
        ("a_form", [form("m_7"), form("")], 1, 1),
        (
            "another_button",
            [postback(button), postback(json!({ "title": "Prices", "payload": "PRICES" }))],
            2,
            1,
        ),
        (
            "another_reply",
            [
                message(yes.clone()),
                message(json!({ "text": "No", "quick_reply": { "payload": "NO" } })),
            ],
            2,
            0,
        ),
        (
            "a_picture",
            [message(yes), message(json!({ "attachments": [{ "type": "image" }] }))],
            2,
            0,
        ),
    ]
}

#[tokio::test]
async fn a_tap_without_its_id_in_standby_is_one_act_with_the_original_in_any_order() {
    let world = World::new();
    let cases = cases();
    let (mut first, mut last, mut together) = (Vec::new(), Vec::new(), Vec::new());
    for (name, [own, copy], ..) in &cases {
        let mids = |order: &str| own.to_string().replace("m_", &format!("m_{name}_{order}_"));
        let both = |order: &str| {
            let own = serde_json::from_str(&mids(order)).unwrap();
            let person = format!("{name}_{order}");
            [told("messaging", &person, 10, own), told("standby", &person, 10, copy.clone())]
        };
        let [own, copy] = both("own_first");
        first.push(own);
        last.push(copy);
        let [own, copy] = both("copy_first");
        first.push(copy);
        last.push(own);
        together.extend(both("together"));
    }
    for (file, lines) in [("first", &first), ("last", &last), ("together", &together)] {
        let path = world.write(&format!("{file}.jsonl"), lines.join("\n"));
        world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    }
    // Once more, in the other order: nothing changes.
    let path = world.write("again.jsonl", [last, first].concat().join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let server = world.serve();
    check(&server, &cases).await;
    let acts: usize = cases.iter().map(|(.., acts, _)| 3 * acts).sum();
    let leads: usize = cases.iter().map(|(.., leads)| 3 * leads).sum();
    let counted = "SELECT countIf(kind IN ('postback', 'message')), countIf(kind = 'conversion') FROM v_events";
    assert_eq!(ask(&world, counted).await, format!("{acts}\t{leads}\n"));
    let quality = server.json(&format!("/api/v1/quality?{RANGE}")).await;
    let forms = 3;
    assert_eq!(quality["events"], acts + leads + forms, "{quality}");
    // What was merged is the same.
    ask(&world, "OPTIMIZE TABLE events_by_person FINAL").await;
    assert_eq!(ask(&world, counted).await, format!("{acts}\t{leads}\n"));
    drop(server);
    world.succeed(&["conversations", "rebuild", "--strict"]);
    check(&world.serve(), &cases).await;
}

async fn check(server: &Server, cases: &[(&str, [Value; 2], usize, usize)]) {
    for (name, _, acts, leads) in cases {
        for order in ["own_first", "copy_first", "together"] {
            let journey = server.json(&format!("/api/v1/people/{PAGE}/{name}_{order}")).await;
            let events = journey["events"].as_array().unwrap();
            let of = |kinds: &[&str]| {
                events
                    .iter()
                    .filter(|event| kinds.contains(&event["kind"].as_str().unwrap()))
                    .count()
            };
            let found = (of(&["postback", "message"]), of(&["conversion"]));
            assert_eq!(found, (*acts, *leads), "{name} {order}: {journey}");
            if *name == "richer" {
                assert_eq!(journey["conversations"][0]["source"], "ad", "{order}: {journey}");
            }
        }
    }
}

/// A form of a lead ad is told in a message and again alone, at another time: one form, and one lead, in the view too.
#[tokio::test]
async fn a_form_that_is_told_at_two_times_is_one_in_the_view_as_it_is_in_the_reports() {
    let world = World::new();
    let lead = json!({ "type": "LEAD_COMPLETE", "source": "ADS", "ad_id": "1204" });
    let missed = |at: i64, more: &str| {
        crate::support::whatsapp(json!({ "calls": [{
            "id": "wacid.1", "from": "33612345678", "to": "33180000001", "event": "terminate", "status": "REJECTED",
            "direction": "USER_INITIATED", "timestamp": (TIME / 1000 + at).to_string(), "biz_opaque_callback_data": more,
        }]}))
    };
    let lines = [
        told(
            "messaging",
            "ann",
            0,
            json!({ "message": { "mid": "m_1", "text": "hi", "referral": lead } }),
        ),
        told("messaging", "ann", 400, json!({ "referral": lead })),
        missed(0, ""),
        missed(3, "again"),
    ];
    let path = world.write("forms.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let server = world.serve();
    let counted = |range: &str| {
        format!(
            "SELECT countIf(name = 'messaging_in_thread_lead_form_submit'), countIf(kind = 'conversion'), \
             countIf(name = 'call_missed'), count() FROM v_events {range}"
        )
    };
    assert_eq!(ask(&world, &counted("")).await, "1\t1\t1\t5\n");
    assert_eq!(ask(&world, &counted("WHERE time > '2026-11-19'")).await, "1\t1\t1\t5\n");
    assert_eq!(ask(&world, &counted("WHERE day = '2026-11-18'")).await, "0\t0\t0\t0\n");
    let quality = server.json(&format!("/api/v1/quality?{RANGE}")).await;
    assert_eq!(quality["events"], 5, "{quality}");
}

/// Of what is told with several times the earliest counts, whichever copy came in first: an answer of which the app's echo
/// and Meta's status tell, and a form of an ad.
#[tokio::test]
async fn of_several_times_the_earliest_counts_whatever_came_in_first() {
    let person = |order: usize| format!("3361111111{order}");
    let lines = |order: usize| {
        let seconds = |at: i64| (TIME / 1000 + at).to_string();
        let message = |id: &str, at: i64| {
            crate::support::whatsapp(json!({ "messages": [{
                "from": person(order), "id": format!("wamid.{order}.{id}"), "timestamp": seconds(at), "type": "text",
                "text": { "body": "hi" },
            }]}))
        };
        let answer = format!("wamid.{order}.answer");
        let echo = crate::support::whatsapp(json!({ "message_echoes": [{
            "from": "33180000001", "to": person(order), "id": answer, "timestamp": seconds(60), "type": "text",
            "text": { "body": "hello" },
        }]}))
        .replace("\"field\":\"messages\"", "\"field\":\"smb_message_echoes\"");
        let sent = crate::support::whatsapp(json!({ "statuses": [{
            "id": answer, "status": "sent", "recipient_id": person(order), "timestamp": seconds(61),
        }]}));
        let ann = format!("ann{order}");
        let told = |at: i64, act: Value| told("messaging", &ann, at, act);
        let text = |mid: &str| json!({ "mid": format!("{mid}{order}"), "text": "hi" });
        let lead = json!({ "type": "LEAD_COMPLETE", "source": "ADS", "ad_id": "1204" });
        let echo_of_page = json!({ "object": "page", "entry": [{ "id": PAGE, "time": TIME, "messaging": [{
            "sender": { "id": PAGE }, "recipient": { "id": ann }, "timestamp": TIME + 1_000,
            "message": { "mid": format!("e{order}"), "is_echo": true },
        }]}]});
        let mut with_lead = text("l");
        with_lead["referral"] = lead.clone();
        let mut lines = vec![
            message("first", 0),
            echo,
            sent,
            message("second", 61),
            told(0, json!({ "message": text("a") })),
            told(500, json!({ "referral": lead })),
            echo_of_page.to_string(),
            told(2_000, json!({ "message": text("b") })),
            told(3_000, json!({ "message": with_lead })),
        ];
        lines.rotate_left(order * 2);
        if order % 2 == 1 {
            lines.reverse();
        }
        lines
    };
    let world = World::new();
    for order in 0..4 {
        for (at, line) in lines(order).into_iter().enumerate() {
            let path = world.write(&format!("{order}-{at}.jsonl"), line);
            world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
        }
    }
    let server = world.serve();
    let mut found = Vec::new();
    for order in 0..4 {
        let at = format!("/api/v1/people/{WHATSAPP_NUMBER}/{}", person(order));
        let whatsapp = server.json(&at).await;
        let messenger = server.json(&format!("/api/v1/people/{PAGE}/ann{order}")).await;
        let of = |journey: &Value, key: &str| journey["conversations"][0][key].clone();
        assert_eq!(of(&whatsapp, "engaged_at"), "2026-11-20T10:01:01.000Z", "{order}: {whatsapp}");
        found.push((
            of(&whatsapp, "waiting_since"),
            of(&messenger, "lead_at"),
            of(&messenger, "depth"),
        ));
    }
    assert!(found.iter().all(|one| *one == found[0]), "{found:?}");
}
