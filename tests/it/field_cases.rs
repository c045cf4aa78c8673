//! Cases from public bug reports (`tests/field/`): inputs that real integrations went wrong by, and the right values.

use std::collections::BTreeMap;
use std::path::Path;

use messenger_funnel::domain::{Kind, Timestamp};
use messenger_funnel::normalize::{Settings, normalize};
use serde_json::Value;

use crate::support::{Server, World};

/// Case, conversations, how many of them came to each stage (messaged, answered, engaged), and the source of all.
const CASES: [(&str, [usize; 4], &str); 24] = [
    ("01-wa-bsuid-message", [1, 1, 0, 0], "ad"),
    ("02-wa-bsuid-answered", [1, 1, 1, 1], "ad"),
    ("04-wa-standby", [1, 1, 1, 1], "ad"),
    ("05-wa-revoke", [1, 1, 1, 0], "ad"),
    ("06-wa-edit", [1, 1, 1, 0], "ad"),
    ("08-wa-group", [0; 4], ""),
    ("09-wa-delivered-only", [1, 1, 1, 1], "ad"),
    ("10-wa-request-welcome", [1, 1, 0, 0], "ad"),
    ("12-wa-audio-referral", [1, 1, 1, 0], "ad"),
    ("13-wa-ninth-digit", [1, 1, 1, 0], "ad"),
    ("14-wa-changed-number", [1, 1, 1, 1], "ad"),
    ("15-wa-status-order", [1, 1, 1, 0], "organic"),
    ("16-wa-failed-only", [1, 1, 0, 0], "organic"),
    ("19-wa-sent-then-failed", [1, 1, 0, 0], "organic"),
    ("20-fb-lead-complete", [1, 0, 0, 0], "ad"),
    ("21-fb-lead-incomplete", [1, 0, 0, 0], "ad"),
    ("22-fb-lead-summary", [1, 0, 0, 0], "ad"),
    ("24b-fb-standby-lead", [2, 0, 0, 0], "organic"),
    ("26-fb-referral-same-millisecond", [20, 20, 0, 0], "ad"),
    ("27-fb-referral-just-behind", [3, 3, 0, 0], "ad"),
    ("28-ig-self-message", [0; 4], ""),
    ("36-wa-answer-in-the-same-second", [10, 10, 10, 0], "ad"),
    ("37-wa-plain-beside-the-ads-message", [10, 10, 0, 0], "ad"),
    ("38-fb-ref-without-source-before-the-ads-referral", [3, 3, 0, 0], "ad"),
];

/// Case, person, and their leads.
const LEADS: [(&str, &str, usize); 5] = [
    ("20-fb-lead-complete", "7000000000000001", 1),
    ("21-fb-lead-incomplete", "7000000000000001", 0),
    ("22-fb-lead-summary", "7000000000000001", 1),
    ("24b-fb-standby-lead", "7000000000000701", 1),
    ("24b-fb-standby-lead", "7000000000000702", 1),
];

/// How each file names the Page or number.
const PAGES: [&str; 3] = ["900000000000001", "104000000000001", "17841400000000001"];

fn file(case: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/field/{case}.jsonl"));
    std::fs::read_to_string(path).unwrap()
}

/// A case on a Page of its own.
fn on_page(case: &str, page: &str) -> String {
    PAGES.iter().fold(file(case), |text, known| text.replace(known, page))
}

#[tokio::test]
async fn each_case_comes_to_its_right_value_in_any_order() {
    let world = World::new();
    let mut lines: Vec<String> = Vec::new();
    for (number, (case, ..)) in CASES.iter().enumerate() {
        let text = on_page(case, &format!("9990{number:02}"));
        // Forwards, and on another Page backwards.
        lines.extend(text.lines().map(str::to_owned));
        let text = on_page(case, &format!("9991{number:02}"));
        lines.extend(text.lines().rev().map(str::to_owned));
    }
    let path = world.write("cases.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let server = world.serve();
    let list = "/api/v1/conversations?from=2026-11-18&to=2026-11-30&limit=1000";
    let list = server.json(list).await;
    let mut found: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for row in list["conversations"].as_array().unwrap() {
        found.entry(row["page_id"].as_str().unwrap()).or_default().push(row);
    }
    for (number, (case, expected, source)) in CASES.iter().enumerate() {
        for page in [format!("9990{number:02}"), format!("9991{number:02}")] {
            let rows = found.get(page.as_str()).cloned().unwrap_or_default();
            let reached = ["messaged_at", "answered_at", "engaged_at"]
                .map(|stage| rows.iter().filter(|row| row[stage].is_string()).count());
            let [messaged, answered, engaged] = reached;
            let counts = [rows.len(), messaged, answered, engaged];
            assert_eq!(counts, *expected, "{case} on {page}: {rows:#?}");
            assert!(rows.iter().all(|row| row["source"] == *source), "{case} on {page}: {rows:#?}");
        }
    }
    for (case, person, leads) in LEADS {
        let number = CASES.iter().position(|(one, ..)| *one == case).unwrap();
        let journey = server.json(&format!("/api/v1/people/9990{number:02}/{person}")).await;
        let events = journey["events"].as_array().unwrap().iter();
        let found = events.filter(|event| event["kind"] == "conversion" && event["name"] == "lead");
        assert_eq!(found.count(), leads, "{case}: {journey}");
    }
}

#[tokio::test]
async fn of_duplicates_that_which_says_more_counts_whatever_came_first() {
    let world = World::new();
    let settings = world.write(
        "price.toml",
        "[[funnels]]\nname = 'price'\ntitle = 'Price asked'\nunit = 'person'\norder = 'ordered'\nwindow = '1h'\n\
         [[funnels.steps]]\nname = 'wrote'\nkind = ['message']\n\
         [[funnels.steps]]\nname = 'asked'\nkind = ['postback']\npayload = '^PRICE'\n",
    );
    let path = world.write("cases.jsonl", file("24-fb-standby-postback-first"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let server = Server::start(world.command(&["--config", settings.to_str().unwrap(), "serve"]));
    let funnel = server.json("/api/v1/funnels/price?from=2026-11-18&to=2026-11-30").await;
    let counts: Vec<u64> = funnel["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["count"].as_u64().unwrap())
        .collect();
    assert_eq!(counts, [4, 4], "{funnel}");
}

/// What people wrote, where they are, and whom they know.
#[test]
fn nothing_that_people_say_is_kept() {
    let received = Timestamp(1_795_176_000_000);
    for case in ["18-wa-flow-answers", "20-fb-lead-complete", "22-fb-lead-summary"] {
        for line in file(case).lines() {
            for event in normalize(line.as_bytes(), received, &Settings::default()).events {
                for word in ["MARKER", "33 6 99", "48.12", "336 99"] {
                    assert!(!event.raw.contains(word), "{case} keeps {word}: {}", event.raw);
                }
            }
        }
    }
}

/// Also in the columns: what is called a payload in a kind that nobody knows may be anything.
#[test]
fn a_payload_is_that_of_a_button_or_an_opt_in() {
    let of = |what: serde_json::Value| {
        let mut item =
            serde_json::json!({ "sender": { "id": "7" }, "timestamp": 1_795_168_800_000_i64 });
        item.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        let body =
            serde_json::json!({ "object": "page", "entry": [{ "id": "9", "messaging": [item] }] });
        let received = Timestamp(1_795_176_000_000);
        let mut found = normalize(body.to_string().as_bytes(), received, &Settings::default());
        assert_eq!(found.events.len(), 1);
        found.events.remove(0)
    };
    for unknown in [
        serde_json::json!({ "something_new": { "payload": "MARKER", "quick_reply": "MARKER" } }),
        serde_json::json!({ "message": { "mid": "m", "payload": "MARKER" } }),
    ] {
        let event = of(unknown);
        assert!(!format!("{event:?}").contains("MARKER"), "{event:?}");
    }
    for (known, payload) in [
        (serde_json::json!({ "postback": { "payload": "START" } }), "START"),
        (serde_json::json!({ "optin": { "payload": "NEWS" } }), "NEWS"),
        (
            serde_json::json!({ "message": { "mid": "m", "quick_reply": { "payload": "YES" } } }),
            "YES",
        ),
    ] {
        assert_eq!(of(known).payload, payload);
    }
}

/// Two apps may be told of one form, each with other fields, and the second one later.
#[test]
fn a_lead_ads_form_is_one_lead_however_often_it_is_told() {
    let of = |time: i64, value: serde_json::Value| {
        let change = serde_json::json!({ "field": "leadgen", "value": value });
        let entry = serde_json::json!({ "id": "9", "time": time, "changes": [change] });
        let body = serde_json::json!({ "object": "page", "entry": [entry] }).to_string();
        let found = normalize(body.as_bytes(), Timestamp(1_795_176_000_000), &Settings::default());
        found.events.iter().map(|event| event.id).collect::<Vec<_>>()
    };
    let one =
        of(1_795_168_800, serde_json::json!({ "leadgen_id": 77, "form_id": "5", "ad_id": "3" }));
    assert_eq!(one.len(), 2);
    assert_eq!(one, of(1_795_168_900, serde_json::json!({ "leadgen_id": "77", "form_id": "5" })));
    let other = of(1_795_168_800, serde_json::json!({ "leadgen_id": "78", "form_id": "5" }));
    assert!(one.iter().all(|id| !other.contains(id)));
}

/// No case, and no entry point, has an event of nobody that is somebody's.
#[test]
fn what_somebody_does_has_a_person_or_is_refused() {
    let received = Timestamp(1_795_176_000_000);
    let mut bodies: Vec<Vec<u8>> =
        crate::support::payloads().into_iter().map(|one| one.1).collect();
    for folder in ["tests/field", "tests/entry_points"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            bodies.extend(text.lines().map(|line| line.as_bytes().to_vec()));
        }
    }
    let nobody = br#"{"object": "whatsapp_business_account", "entry": [{"id": "9", "changes": [{"field": "messages",
        "value": {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "9"}, "messages": [
        {"id": "wamid.1", "timestamp": "1795168800", "type": "text", "text": {"body": "hello"}},
        {"id": "wamid.2", "from": "336", "timestamp": "1795168800", "type": "text"}]}}]}]}"#;
    bodies.push(nobody.to_vec());
    let mut seen = 0;
    for body in &bodies {
        for event in normalize(body, received, &Settings::default()).events {
            let is_fine = !event.kind.is_somebodys() || !event.person.is_empty();
            assert!(is_fine, "{}: {event:?}", String::from_utf8_lossy(body));
            seen += usize::from(event.kind != Kind::Other);
        }
    }
    assert!(seen > 200, "{seen}");
    let found = normalize(nobody, received, &Settings::default());
    assert_eq!((found.events.len(), found.refusals.len()), (1, 1));
    assert_eq!(found.refusals[0].reason, "message of nobody: no number and no user id");
    assert_eq!(found.refusals[0].place, "entry[0].changes[0]");
}

/// A WhatsApp message of somebody with a number, a user id, or both.
fn whatsapp(number: Option<&str>, user_id: &str, mid: &str, from_ad: bool) -> String {
    let mut message = serde_json::json!({
        "from_user_id": user_id, "id": mid, "timestamp": "1795168800", "type": "text",
    });
    if let Some(number) = number {
        message["from"] = number.into();
    }
    if from_ad {
        message["referral"] = serde_json::json!({ "source_type": "ad", "source_id": "1204" });
    }
    let value = serde_json::json!({
        "messaging_product": "whatsapp", "metadata": { "phone_number_id": "999" },
        "contacts": [{ "wa_id": number, "user_id": user_id }], "messages": [message],
    });
    let change = serde_json::json!({ "field": "messages", "value": value });
    let entry = serde_json::json!({ "id": "9", "time": 1_795_168_800, "changes": [change] });
    serde_json::json!({ "object": "whatsapp_business_account", "entry": [entry] }).to_string()
}

#[test]
fn whoever_has_two_names_is_one_person_and_is_erased_by_either() {
    let world = World::new();
    let lines = [
        whatsapp(None, "FR.777000111", "w1", false),
        whatsapp(Some("33612345678"), "FR.777000111", "w2", true),
        whatsapp(None, "FR.777000111", "w3", false),
        whatsapp(None, "FR.777000222", "w4", false),
    ];
    // The last of them in an import of its own: then it is known already who that is.
    for (name, lines) in [("first.jsonl", &lines[..2]), ("second.jsonl", &lines[2..])] {
        let path = world.write(name, lines.join("\n"));
        world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    }
    let count = || {
        let args = ["funnel", "--from", "2026-11-18", "--to", "2026-11-30", "--format", "json"];
        world.json(&args)["steps"][2]["count"].as_u64().unwrap()
    };
    assert_eq!(count(), 2);
    world.succeed(&["erase", "--page", "999", "--person", "FR.777000111"]);
    assert_eq!(count(), 1);
    let holds = |path: &Path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        ["FR.777000111", "33612345678"]
            .iter()
            .any(|name| bytes.windows(name.len()).any(|window| window == name.as_bytes()))
    };
    let mut folders = vec![world.data_dir()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert!(!holds(&path), "{} names them", path.display());
            }
        }
    }
}
