//! What is left of a body without somebody makes exactly the events of the others: `normalize` is the oracle.

use std::collections::BTreeSet;

use messenger_funnel::domain::{Event, Timestamp};
use messenger_funnel::normalize::{
    PersonName, Remains, Settings, normalize, reports_without_erased, without_erased,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::payloads;

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const PAGE: &str = "100200300";

fn events(body: &[u8]) -> Vec<Event> {
    normalize(body, Timestamp(TIME + 60_000), &Settings::default()).events
}

/// The events of a body without somebody, as they are made of what is left of it; nothing else may differ but their
/// places.
fn left(body: &[u8], page: &str, person: &str, until: i64) -> Vec<Event> {
    let is_erased = |name: PersonName<'_>, time: Timestamp| match name {
        PersonName::Person { page: of, id } => {
            id == person && (of == page || of.is_empty()) && time.0 <= until
        }
        PersonName::Contact(_) | PersonName::Report(_) => false,
    };
    match without_erased(body, Timestamp(TIME + 60_000), &is_erased) {
        Remains::Everything => events(body),
        Remains::Rest(rest) => events(&rest),
        Remains::Nothing => Vec::new(),
    }
}

fn check(body: &[u8], event: &Event, until: i64) {
    let (page, person) = (&event.page, &event.person);
    let is_theirs = |one: &Event| {
        let is_named = one.person == *person || one.aliases.contains(person);
        one.page == *page && is_named && one.time.0 <= until
    };
    let wanted: Vec<_> = events(body).into_iter().filter(|one| !is_theirs(one)).collect();
    let found = left(body, page, person, until);
    let ids = |events: &[Event]| events.iter().map(|event| event.id).collect::<Vec<_>>();
    let text = String::from_utf8_lossy(body);
    assert_eq!(ids(&found), ids(&wanted), "{page} {person} in {text}");
}

#[test]
fn of_real_payloads_exactly_one_person_goes() {
    let mut checked = 0;
    for (_, body) in payloads() {
        for event in events(&body).iter().filter(|event| !event.person.is_empty()) {
            check(&body, event, i64::MAX);
            check(&body, event, 0);
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}

/// Of a contact that two have the one who is named decides.
#[test]
fn reported_conversions_are_told_apart() {
    let report = |id: &str, person: &str, contact: &str| {
        json!({ "id": id, "name": "purchase", "time": 5, "value": null, "currency": "", "is_retracted": false,
            "page": PAGE, "person": person, "click": "", "contacts": [contact], "consent": null, "version": 5 })
    };
    let all = json!([
        report("o1", "a", "h1"),
        report("o2", "b", "h2"),
        report("o3", "", "h3"),
        report("o4", "b", "h3")
    ]);
    let is_erased = |name: PersonName<'_>, time: Timestamp| {
        let names = [PersonName::Person { page: PAGE, id: "a" }, PersonName::Contact("h3")];
        time <= Timestamp(5) && names.contains(&name)
    };
    let remains = reports_without_erased(all.to_string().as_bytes(), Timestamp(TIME), &is_erased);
    let Remains::Rest(rest) = remains else { panic!("{remains:?}") };
    let rest: Value = serde_json::from_slice(&rest).unwrap();
    assert_eq!(rest, json!([report("o2", "b", "h2"), report("o4", "b", "h3")]));
    let never = |_: PersonName<'_>, _: Timestamp| false;
    let remains = reports_without_erased(all.to_string().as_bytes(), Timestamp(TIME), &never);
    assert_eq!(remains, Remains::Everything);
}

/// Items of a few people, of all forms that the wire has.
fn item() -> impl Strategy<Value = Value> {
    let who = prop::sample::select(vec!["71000001", "710000012", "72000002"]);
    let other = prop::sample::select(vec!["71000001", "72000002"]);
    let form = 0..9_u8;
    (who, other, form, 0..4_i64).prop_map(|(who, other, form, minute)| {
        let timestamp = TIME + minute;
        let (sender, recipient) = (json!({ "id": who }), json!({ "id": PAGE }));
        let quote = format!("not {other} but me");
        match form {
            0 => json!({ "sender": sender, "recipient": recipient, "timestamp": timestamp,
                "message": { "mid": format!("m{who}{minute}"), "text": quote } }),
            1 => json!({ "sender": recipient, "recipient": sender, "timestamp": timestamp,
                "message": { "mid": format!("e{minute}"), "is_echo": true } }),
            2 => json!({ "recipient": recipient, "timestamp": timestamp,
                "optin": { "ref": other, "user_ref": format!("cart/{who}") } }),
            3 => json!({ "sender": sender, "recipient": recipient, "timestamp": timestamp,
                "message": { "mid": format!("p{who}{minute}"),
                "prior_message": { "source": "checkbox_plugin", "identifier": format!("cart/{other}") } } }),
            4 => json!({ "sender": sender, "recipient": recipient, "timestamp": timestamp,
                "postback": { "mid": format!("b{who}"), "payload": other } }),
            5 => json!({ "sender": sender, "recipient": recipient, "timestamp": timestamp,
                "read": { "watermark": timestamp } }),
            6 => json!({ "sender": { "id": who.parse::<u64>().unwrap() }, "recipient": recipient,
                "timestamp": timestamp, "reaction": { "mid": "m", "action": "react" } }),
            7 => json!({ "sender": { "user_ref": who }, "recipient": recipient, "timestamp": timestamp,
                "referral": { "ref": other, "source": "SHORTLINK", "type": "OPEN_THREAD" } }),
            _ => json!({ "sender": sender, "recipient": recipient, "timestamp": timestamp, "custom": quote }),
        }
    })
}

fn change() -> impl Strategy<Value = Value> {
    let id = prop::sample::select(vec!["33600000001", "33600000002", "33600000011"]);
    let messages = prop::collection::vec((id.clone(), id, 0..3_i64), 0..5);
    messages.prop_map(|messages| {
        let each = |make: &dyn Fn(&str, &str, i64) -> Value| -> Value {
            messages.iter().map(|(one, other, n)| make(one, other, *n)).collect()
        };
        json!({ "field": "messages", "value": { "messaging_product": "whatsapp",
            "metadata": { "phone_number_id": "5550001" },
            "contacts": each(&|one, _, _| json!({ "wa_id": one })),
            "messages": each(&|one, other, n| json!({ "from": one, "id": format!("w{one}{n}"),
                "timestamp": TIME / 1000 + n, "text": { "body": other }, "context": { "from": other } })),
            "statuses": each(&|one, _, n| json!({ "recipient_id": one, "id": format!("s{n}"),
                "status": "read", "timestamp": TIME / 1000 + n })) } })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exactly_one_person_goes(
        items in prop::collection::vec(item(), 0..6),
        changes in prop::collection::vec(change(), 0..3),
        until in 0..5_i64,
    ) {
        let page = json!({ "object": "page", "entry": [
            { "id": PAGE, "time": TIME, "messaging": items },
            { "id": PAGE, "time": TIME, "standby": items.iter().take(1).collect::<Vec<_>>() },
        ] });
        let whatsapp = json!({ "object": "whatsapp_business_account",
            "entry": [{ "id": "9", "time": TIME / 1000, "changes": changes }] });
        for body in [page, whatsapp] {
            let body = serde_json::to_vec(&body).unwrap();
            let found = events(&body);
            let people: BTreeSet<(&String, &String)> =
                found.iter().map(|event| (&event.page, &event.person)).collect();
            for (page, person) in people.into_iter().filter(|(page, person)| !person.is_empty() && page != person) {
                let event = found.iter().find(|one| one.page == *page && one.person == *person);
                check(&body, event.unwrap(), TIME + until);
            }
        }
    }
}
