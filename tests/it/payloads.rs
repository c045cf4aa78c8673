//! Real webhook payloads from public projects (`tests/payloads/index.tsv` says whence): what each
//! becomes.

use messenger_funnel::domain::{Event, Timestamp};
use messenger_funnel::normalize::{Normalized, Settings, normalize};
use serde_json::{Value, json};

use crate::support::payloads;

/// 2026-11-24T12:00:00Z.
const RECEIVED: Timestamp = Timestamp(1_795_521_600_000);

fn read(body: &[u8]) -> Normalized {
    normalize(body, RECEIVED, &Settings::default())
}

/// An event without its empty fields.
fn shown(event: &Event) -> Value {
    let mut shown = json!({
        "kind": event.kind.as_str(),
        "channel": event.channel.as_str(),
        "page": event.page,
        "person": event.person,
        "time": if event.time == RECEIVED { "received".to_owned() } else { event.time.to_rfc3339() },
        "name": event.name,
        "mid": event.mid,
        "payload": event.payload,
        "text": event.text,
        "app_id": event.app_id,
    });
    if let Some(touch) = &event.touch {
        shown["touch"] = json!({
            "source": touch.source.as_str(),
            "source_name": touch.source_name,
            "ref": touch.referral_ref,
            "ad_id": touch.ad_id,
            "ad_title": touch.ad_title,
            "post_id": touch.post_id,
            "referer_uri": touch.referer_uri,
        });
    }
    prune(&mut shown);
    shown
}

fn prune(value: &mut Value) {
    if let Value::Object(fields) = value {
        fields.values_mut().for_each(prune);
        fields.retain(|_, field| *field != "");
    }
}

#[test]
fn what_each_payload_becomes() {
    let mut all = serde_json::Map::new();
    for (name, body) in payloads() {
        let found = read(&body);
        let events: Vec<Value> = found.events.iter().map(shown).collect();
        let refusals: Vec<String> = found
            .refusals
            .iter()
            .map(|refusal| format!("{}: {}", refusal.place, refusal.reason))
            .collect();
        let mut entry = json!({ "events": events });
        if !refusals.is_empty() {
            entry["refused"] = json!(refusals);
        }
        all.insert(name, entry);
    }
    insta::assert_json_snapshot!(all);
}

#[test]
fn twice_the_same_payload_is_the_same_events() {
    for (name, body) in payloads() {
        let first: Vec<_> = read(&body).events.into_iter().map(|event| event.id).collect();
        let later = normalize(&body, Timestamp(RECEIVED.0 + 77_000), &Settings::default());
        let second: Vec<_> = later.events.into_iter().map(|event| event.id).collect();
        assert_eq!(first, second, "{name}");
    }
}

#[test]
fn message_text_is_kept_only_if_asked_for() {
    let words = [
        "hello, world!",
        "bye, see you",
        "Sharp tools",
        "Thanks for messaging",
        "and the next one",
        "comment message",
        "Can I learn more",
    ];
    for (name, body) in payloads() {
        for event in read(&body).events {
            assert_eq!(event.text, "", "{name}");
            for word in words {
                assert!(!event.raw.contains(word), "{name} keeps {word:?}: {}", event.raw);
            }
        }
    }
    let keep = Settings { store_message_text: true, ..Settings::default() };
    let (_, body) =
        payloads().into_iter().find(|(name, _)| name.ends_with("message-basic")).unwrap();
    let kept = normalize(&body, RECEIVED, &keep).events.remove(0);
    assert_eq!(kept.text, "hello, world!");
    assert!(kept.raw.contains("hello, world!"));
}

#[test]
fn one_bad_item_leaves_the_others() {
    let body = json!({ "object": "page", "entry": [
        { "id": "1", "time": 1_795_521_500_000_i64, "messaging": [
            { "sender": { "id": "a" }, "timestamp": 1_795_521_500_000_i64, "message": { "mid": "m1" } },
            "not an object",
            { "sender": { "id": "b" }, "recipient": { "id": "1" }, "timestamp": 1 },
            { "sender": { "id": "c" }, "timestamp": 1_795_521_500_000_i64, "message": { "mid": "m2" } },
        ]},
        7,
    ]});
    let found = read(body.to_string().as_bytes());
    let people: Vec<_> = found.events.iter().map(|event| event.person.as_str()).collect();
    assert_eq!(people, ["a", "c"]);
    let places: Vec<_> = found.refusals.iter().map(|refusal| refusal.place.as_str()).collect();
    assert_eq!(places, ["entry[0].messaging[1]", "entry[0].messaging[2]", "entry[1]"]);
}

#[test]
fn odd_bodies_are_refused_or_taken_but_never_a_panic() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [&b""[..], b"{}", b"[]", b"null", b"7", b"{\"entry\":{}}", deep.as_bytes(), b"\xff"]
    {
        let found = read(body);
        assert!(found.events.is_empty());
    }
    for time in ["0", "-1", "1795521600", "99999999999999999", "\"x\"", "1e400", "1.5e12"] {
        let body = format!(
            r#"{{"object":"page","entry":[{{"id":1,"messaging":[{{"sender":{{"id":9007199254740993}},
            "timestamp":{time},"message":{{"mid":"m","text":"\u0000 \ud800"}}}}]}}]}}"#
        );
        for event in read(body.as_bytes()).events {
            assert_eq!(event.person, "9007199254740993");
        }
    }
}

/// What fuzzing has found, each once: `fuzz/findings/`.
#[test]
fn findings_stay_fixed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/findings");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("normalize-") {
            continue;
        }
        seen += 1;
        let body = std::fs::read(&path).unwrap();
        let found = read(&body);
        let mut ids: Vec<_> = found.events.iter().map(|event| event.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), found.events.len(), "{name}: two events share an id");
        for event in &found.events {
            assert!(!event.raw.contains("What a person wrote"), "{name} keeps text");
        }
        for refusal in &found.refusals {
            let again = read(&refusal.body);
            assert!(again.events.is_empty(), "{name}: a refusal replays as something else");
            assert_eq!(again.refusals[0].body, refusal.body, "{name}");
            if let Ok(Value::Object(body)) = serde_json::from_slice(&body) {
                let alone: Value = serde_json::from_slice(&refusal.body).unwrap();
                assert_eq!(body.get("object").unwrap_or(&Value::Null), &alone["object"], "{name}");
            }
        }
    }
    assert!(seen >= 7);
}
