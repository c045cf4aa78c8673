//! The same thing told twice, in other carriers or by poorer copies, and items of lists that stand elsewhere.

use messenger_funnel::domain::{Event, Kind, Timestamp};
use messenger_funnel::normalize::{Settings, normalize};
use serde_json::{Value, json};

const TIME: i64 = 1_795_168_800_000;

fn read(body: &Value) -> Vec<Event> {
    let body = body.to_string();
    let found = normalize(body.as_bytes(), Timestamp(TIME + 1_000), &Settings::default());
    assert!(found.refusals.is_empty(), "{:?}", found.refusals);
    found.events
}

fn messenger(list: &str, item: &Value) -> Vec<Event> {
    let mut whole =
        json!({ "sender": { "id": "7" }, "recipient": { "id": "1" }, "timestamp": TIME });
    let fields = item.as_object().unwrap().clone();
    whole.as_object_mut().unwrap().extend(fields);
    read(&json!({ "object": "page", "entry": [{ "id": "1", "time": TIME, list: [whole] }] }))
}

fn whatsapp(value: &Value) -> Vec<Event> {
    let mut whole =
        json!({ "messaging_product": "whatsapp", "metadata": { "phone_number_id": "9" } });
    whole.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
    let change = json!({ "field": "messages", "value": whole });
    read(
        &json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [change] }] }),
    )
}

#[test]
fn a_tap_without_an_id_is_the_same_in_a_poorer_copy() {
    let own =
        json!({ "postback": { "title": "Start", "payload": "START", "referral": { "ref": "x" } } });
    let copy = json!({ "postback": { "title": "Start" } });
    let another = json!({ "postback": { "title": "Stop" } });
    let ids = [("messaging", &own), ("standby", &copy), ("messaging", &another)]
        .map(|(list, item)| messenger(list, item)[0].id);
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[test]
fn a_form_that_an_ad_led_to_is_one_lead_whatever_tells_of_it() {
    let referral = json!({ "source": "ADS", "type": "LEAD_COMPLETE", "ad_id": "12" });
    let forms = [
        json!({ "referral": referral }),
        json!({ "message": { "mid": "m", "text": "hi", "referral": referral } }),
        json!({ "postback": { "mid": "n", "title": "Start", "referral": referral } }),
    ];
    let leads = forms.map(|item| {
        let events = messenger("messaging", &item);
        let leads = events.into_iter().filter(|event| event.kind == Kind::Conversion);
        leads.map(|lead| (lead.id, lead.name)).collect::<Vec<_>>()
    });
    assert_eq!(leads[0].len(), 1);
    assert!(leads.iter().all(|found| *found == leads[0]), "{leads:?}");
    let incomplete =
        json!({ "message": { "mid": "m", "referral": { "source": "ADS", "ad_id": "12" } } });
    assert_eq!(messenger("messaging", &incomplete).len(), 1);
}

#[test]
fn a_number_that_was_shared_with_a_tap_is_a_lead_and_kept_as_a_hash() {
    for shared in ["+33612345678", "a@example.org"] {
        let tap = json!({ "message": { "mid": "m", "text": shared, "quick_reply": { "payload": shared } } });
        let events = messenger("messaging", &tap);
        assert_eq!(events[0].payload, "(contact)");
        assert_eq!(events[0].contacts.len(), 1);
        assert_eq!(events[1].name, "lead");
        assert!(!format!("{events:?}").contains(shared), "{events:?}");
    }
}

#[test]
fn what_is_told_in_standby_counts_also_where_it_is_a_list() {
    let message =
        json!({ "from": "33612345678", "id": "w", "timestamp": "1795168800", "type": "text" });
    let held = json!({ "messages": [message] });
    for standby in [held.clone(), json!([held, json!({ "statuses": [] })])] {
        let events = whatsapp(&json!({ "standby": standby }));
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].kind, events[0].person.as_str()), (Kind::Message, "33612345678"));
    }
}

#[test]
fn whether_somebody_takes_marketing_is_told_of_them() {
    let preference = |value: &str| {
        let item = json!({ "wa_id": "33612345678", "detail": "WORDS", "category": "marketing_messages",
            "value": value, "timestamp": 1_795_168_800 });
        let events = whatsapp(&json!({ "user_preferences": [item] }));
        assert_eq!(events.len(), 1);
        assert!(!events[0].raw.contains("WORDS"), "{}", events[0].raw);
        (events[0].person.clone(), events[0].kind, events[0].name.clone())
    };
    let of = |name: &str| ("33612345678".to_owned(), Kind::Other, name.to_owned());
    assert_eq!(preference("stop"), of("notification_messages_stop"));
    assert_eq!(preference("resume"), of("whatsapp_user_preferences"));
}

#[test]
fn what_meta_notes_of_somebody_is_of_them_and_no_conversion() {
    let noted = json!({ "id": "w", "event_name": "Purchase", "timestamp": 1_795_168_800, "wa_id": "33612345678",
        "custom_data": { "value": 25, "currency": "EUR" } });
    let events = whatsapp(&json!({ "automatic_events": [noted] }));
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].kind, events[0].person.as_str()), (Kind::Other, "33612345678"));
}

#[test]
fn what_led_to_an_act_stands_before_an_act_of_the_same_time() {
    let referral = json!({ "source": "ADS", "ad_id": "12" });
    let place = |item: Value| messenger("messaging", &item)[0].place;
    let alone = place(json!({ "referral": referral }));
    let with = place(json!({ "message": { "mid": "b", "referral": referral } }));
    let without = place(json!({ "message": { "mid": "a" } }));
    let answer = place(json!({ "message": { "mid": "a", "is_echo": true } }));
    assert!(
        alone < with && with < without && without < answer,
        "{:?}",
        (alone, with, without, answer)
    );
}

#[test]
fn words_and_flags_of_the_wire_count_however_they_are_spelled() {
    let status = |status: &str| {
        json!({ "id": "w", "status": status, "timestamp": "1795168800",
        "recipient_parent_user_id": "FR.ENT.7" })
    };
    for said in ["sent", "SENT"] {
        let events = whatsapp(&json!({ "statuses": [status(said)] }));
        assert_eq!((events[0].kind, events[0].person.as_str()), (Kind::Echo, "FR.ENT.7"));
    }
    let call = |status: Value| {
        let call = json!({ "id": "c", "from": "33612345678", "event": "terminate", "status": status,
            "direction": "USER_INITIATED", "timestamp": "1795168800" });
        whatsapp(&json!({ "calls": [call] }))[0].name.clone()
    };
    assert_eq!(call(json!("FAILED")), "call_missed");
    assert_eq!(call(json!(["FAILED"])), "call_missed");
    let own = json!({ "is_self": "true", "message": { "mid": "m" } });
    assert_eq!(messenger("messaging", &own)[0].person, "");
}
