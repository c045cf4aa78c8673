//! Any bytes as the body of a webhook. What must hold of what is read out of them:
//!
//! - the same body is the same events, and their ids do not depend on the time of receipt, on the
//!   order of the delivery or on whether text is kept;
//! - two events of a delivery have one id only if they are the same thing;
//! - every time lies between Facebook's foundation and a day after receipt;
//! - every item becomes an event or a refusal, and a refusal replayed is the same refusal;
//! - without `store_message_text` no event keeps anything that a person wrote.

#![no_main]

use std::collections::HashMap;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use messenger_funnel_fuzz::domain::{Event, EventId, Kind, PLACE_BITS, TimeOrigin, Timestamp};
use messenger_funnel_fuzz::mutate;
use messenger_funnel_fuzz::normalize::{Normalized, Refusal, Settings, normalize};
use serde_json::Value;

/// 2026-11-24T12:00:00Z.
const RECEIVED: Timestamp = Timestamp(1_795_521_600_000);
/// 2004-02-04T00:00:00Z.
const EARLIEST: Timestamp = Timestamp(1_075_852_800_000);
const LATEST: Timestamp = Timestamp(RECEIVED.0 + 86_400_000);
const LISTS: [&str; 3] = ["messaging", "standby", "changes"];
/// Stands where a person's text stood.
const WRITTEN: &str = "~what a person wrote~";

thread_local! {
    static SETTINGS: [Settings; 2] = [false, true]
        .map(|store_message_text| Settings { store_message_text, ..Settings::default() });
}

fuzz_target!(|body: &[u8]| SETTINGS.with(|[without, with]| check(body, without, with)));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    // Two of three times as JSON, else as bytes.
    let mutated = if seed % 3 == 0 { None } else { mutate::json(&data[..size], seed) };
    match mutated.filter(|mutated| mutated.len() <= max_size) {
        Some(mutated) => {
            data[..mutated.len()].copy_from_slice(&mutated);
            mutated.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
});

fn check(body: &[u8], without: &Settings, with: &Settings) {
    let found = normalize(body, RECEIVED, without);
    let again = normalize(body, RECEIVED, without);
    assert_eq!(found.events, again.events, "twice the same body");
    assert_eq!(found.refusals, again.refusals, "twice the same body");

    let later = normalize(body, Timestamp(RECEIVED.0 + 77_000), without);
    assert_eq!(ids(&found), ids(&later), "the time of receipt changes the ids");

    let with = normalize(body, RECEIVED, with);
    assert_eq!(found.refusals, with.refusals, "keeping text changes what is refused");
    let same_but_text = with.events.iter().zip(&found.events).all(|(with, without)| {
        let text = without.text.clone();
        let raw = without.raw.clone();
        Event { text, raw, ..with.clone() } == *without
    });
    assert!(same_but_text && with.events.len() == found.events.len(), "keeping text changes more");

    for (place, event) in found.events.iter().enumerate() {
        check_event(event, place);
    }
    check_ids(&found.events);
    for refusal in &found.refusals {
        check_refusal(refusal, without);
    }

    // What is not JSON is refused, or repaired and read.
    let Ok(mut body) = serde_json::from_slice::<Value>(body) else { return };
    for refusal in &found.refusals {
        let alone = serde_json::from_slice::<Value>(&refusal.body).unwrap_or_default();
        assert_eq!(alone["object"], body["object"], "a refusal loses its object");
    }
    let expected = expected(&body);
    let seen = found.events.len() + found.refusals.len();
    assert!(seen >= expected, "{expected} items, but {seen} events and refusals");

    if reverse(&mut body) {
        let reversed = normalize(body.to_string().as_bytes(), RECEIVED, without);
        let (mut one, mut other) = (ids(&found), ids(&reversed));
        one.sort_unstable();
        other.sort_unstable();
        assert_eq!(one, other, "the order of the delivery changes the ids");
    }
    if plant(&mut body) {
        let planted = normalize(body.to_string().as_bytes(), RECEIVED, without);
        for event in &planted.events {
            assert!(!event.raw.contains(WRITTEN), "an event keeps text: {}", event.raw);
        }
    }
}

fn ids(found: &Normalized) -> Vec<EventId> {
    found.events.iter().map(|event| event.id).collect()
}

fn check_event(event: &Event, place: usize) {
    let order = event.kind.order_with(event.touch.is_some());
    let expected = (order << PLACE_BITS) | u32::try_from(place).unwrap();
    assert_eq!(event.place, expected, "what explains comes first, then the place");
    assert!((EARLIEST..=LATEST).contains(&event.time), "the time is {}", event.time.0);
    if event.time_origin == TimeOrigin::Receipt {
        assert_eq!(event.time, RECEIVED);
    }
    assert_eq!(event.text, "", "text is kept");
    assert!(serde_json::from_str::<Value>(&event.raw).is_ok(), "raw is JSON: {}", event.raw);
    assert_eq!(event.kind == Kind::Conversion, event.conversion.is_some());
    if let Some(mark) = &event.conversion {
        assert!(mark.value.is_some() || mark.currency.is_empty(), "a currency without a value");
    }
}

/// One id is one thing: the same kind of it, on the same page, with the same person. A message id
/// is Meta's and needs no person to be unique; a conversion is as unique as its cause.
fn check_ids(events: &[Event]) {
    let mut known: HashMap<EventId, (&Event, bool)> = HashMap::new();
    let mut by_mid = false;
    for event in events {
        if event.kind != Kind::Conversion {
            // On WhatsApp a referral is a message, too.
            by_mid =
                matches!(event.kind, Kind::Message | Kind::Echo | Kind::Postback | Kind::Referral)
                    && !event.mid.is_empty();
        }
        let (first, _) = known.entry(event.id).or_insert((event, by_mid));
        // An answer that is told is taken back by the same id.
        let name = |event: &Event| Some(event.name.clone()).filter(|_| event.kind != Kind::Echo);
        // Told with and without its contacts, somebody has a name more.
        let is_one_person = first.person == event.person
            || first.aliases.contains(&event.person)
            || event.aliases.contains(&first.person);
        assert!(
            (first.kind, name(first), &first.page) == (event.kind, name(event), &event.page)
                && (by_mid || is_one_person),
            "one id for two things: {first:?} and {event:?}"
        );
    }
}

/// What was refused is refused again when it is replayed, and is known again by its bytes.
fn check_refusal(refusal: &Refusal, settings: &Settings) {
    let replayed = normalize(&refusal.body, RECEIVED, settings);
    let again = replayed.refusals.iter().map(|one| (&one.reason, &one.body));
    assert!(
        replayed.events.is_empty() && again.eq([(&refusal.reason, &refusal.body)]),
        "{refusal:?} replayed is {replayed:?}"
    );
}

/// How many events and refusals a body must at least become.
fn expected(body: &Value) -> usize {
    if !body.is_object() {
        return 1;
    }
    let Some(entries) = body.get("entry") else { return expected_of_entry(body) };
    many(entries).iter().map(expected_of_entry).sum()
}

fn expected_of_entry(entry: &Value) -> usize {
    if !entry.is_object() {
        return 1;
    }
    let items: usize = LISTS.iter().map(|key| many(&entry[*key]).len()).sum();
    // Meta's reminder that something happened, without what: only the id and the time.
    let is_bare =
        ["sender", "recipient", "value", "from"].iter().any(|key| entry.get(key).is_some());
    items.max(usize::from(is_bare || entry.get("id").is_none()))
}

fn many(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}

fn many_mut(value: Option<&mut Value>) -> &mut [Value] {
    match value {
        Some(Value::Array(items)) => items,
        Some(Value::Null) | None => &mut [],
        Some(one) => std::slice::from_mut(one),
    }
}

/// Applies `change` to every entry that is an object.
fn each_entry(body: &mut Value, mut change: impl FnMut(&mut Value)) {
    if body.get("entry").is_some() {
        many_mut(body.get_mut("entry")).iter_mut().filter(|one| one.is_object()).for_each(change);
    } else if body.is_object() {
        change(body);
    }
}

/// Turns the delivery's lists around; `false` if there is nothing to turn.
fn reverse(body: &mut Value) -> bool {
    let mut turned = many(&body["entry"]).len() > 1;
    if turned {
        many_mut(body.get_mut("entry")).reverse();
    }
    each_entry(body, |entry| {
        for key in LISTS {
            let items = many_mut(entry.get_mut(key));
            turned |= items.len() > 1;
            items.reverse();
        }
    });
    turned
}

/// Writes [`WRITTEN`] over every text that a person wrote; `false` if there is none.
fn plant(body: &mut Value) -> bool {
    let mut planted = false;
    let mut write = |text: Option<&mut Value>| {
        if let Some(Value::String(text)) = text {
            WRITTEN.clone_into(text);
            planted = true;
        }
    };
    let mut write_item = |item: &mut Value| {
        for key in ["message", "message_edit"] {
            write(item.get_mut(key).and_then(|message| message.get_mut("text")));
        }
    };
    each_entry(body, |entry| {
        write_item(entry);
        for key in ["messaging", "standby"] {
            many_mut(entry.get_mut(key)).iter_mut().for_each(&mut write_item);
        }
        for change in many_mut(entry.get_mut("changes")) {
            if let Some(value) = change.get_mut("value") {
                write_item(value);
            }
        }
    });
    each_entry(body, |entry| {
        let mut write_value = |value: &mut Value| {
            // A comment's text, on a Page and on Instagram.
            write(value.get_mut("message"));
            write(value.get_mut("text"));
            for key in ["messages", "message_echoes"] {
                for message in many_mut(value.get_mut(key)) {
                    write(message.get_mut("text").and_then(|text| text.get_mut("body")));
                    for media in ["image", "video", "document"] {
                        write(message.get_mut(media).and_then(|media| media.get_mut("caption")));
                    }
                }
            }
        };
        if let Some(value) = entry.get_mut("value") {
            write_value(value);
        }
        for change in many_mut(entry.get_mut("changes")) {
            if let Some(value) = change.get_mut("value") {
                write_value(value);
            }
        }
    });
    planted
}
