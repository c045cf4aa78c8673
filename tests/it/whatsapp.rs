//! WhatsApp as a whole product: clicks on ads, countries, windows, calls, names, and what Meta is told.

use serde_json::{Value, json};

use crate::graph::{FakeGraph, Trouble};
use crate::support::{WHATSAPP_ACCOUNT as ACCOUNT, WHATSAPP_NUMBER as NUMBER, World, whatsapp};

/// 2026-11-20T10:00:00Z, seconds.
const TIME: i64 = 1_795_168_800;
const RANGE: &str = "from=2026-11-18&to=2026-11-30";

fn written(from: &str, at: i64, referral: Option<Value>) -> String {
    let mut message = json!({
        "from": from, "id": format!("wamid.{from}.{at}"), "timestamp": (TIME + at).to_string(),
        "type": "text", "text": { "body": "hello" },
    });
    if let Some(referral) = referral {
        message["referral"] = referral;
    }
    whatsapp(json!({ "messages": [message] }))
}

fn answered(to: &str, at: i64) -> String {
    whatsapp(json!({ "statuses": [{
        "id": format!("wamid.answer.{to}.{at}"), "status": "sent", "recipient_id": to,
        "timestamp": (TIME + at).to_string(),
    }]}))
}

fn called(from: &str, at: i64, event: &str, status: &str) -> String {
    whatsapp(json!({ "calls": [{
        "id": format!("wacid.{from}.{at}"), "from": from, "to": "33180000001", "event": event,
        "direction": "USER_INITIATED", "status": status, "timestamp": (TIME + at).to_string(),
    }]}))
}

fn ad(click: &str) -> Value {
    json!({
        "source_type": "ad", "source_id": "120400000000000001", "source_url": "https://fb.me/1",
        "headline": "Sale", "ctwa_clid": click,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ad_on_whatsapp_is_followed_from_its_click_to_what_meta_is_told() {
    let fake = FakeGraph::start(Vec::new(), Trouble::none()).await;
    let mut world = World::new()
        .with("meta.datasets.204000000000001", "771")
        .with("feedback.max_age_days", "7");
    for (key, value) in fake.settings() {
        world = world.with(key, &value);
    }
    // Days that are near: Meta takes what is a week old at most.
    let now = jiff::Timestamp::now().as_second();
    let shift = now - 7200 - TIME;
    let lines = [
        written("33612345678", shift, Some(ad("ARclick1"))),
        answered("33612345678", shift + 60),
        written("5588980000001", shift, Some(ad("ARclick2"))),
        written("447400123456", shift, None),
        // In a region of which Meta takes nothing.
        written("4915112345678", shift, Some(ad("ARregion"))),
    ];
    let path = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let sold = |id: &str, phone: &str| json!({ "id": id, "name": "purchase", "time": now - 3600, "value": "49.90", "currency": "EUR", "phone": phone });
    let sales = [
        // By the number that they write from, however it is written; Brazil's ninth digit is missing.
        sold("S1", "+33 6 12 34 56 78"),
        sold("S2", "+55 88 8000-0001"),
        // Came without an ad: Meta does not know them.
        sold("S3", "+44 7400 123456"),
        sold("S4", "+49 151 12345678"),
    ];
    let sales: Vec<String> = sales.iter().map(Value::to_string).collect();
    world.succeed_with_input(&["import", "conversions", "-"], sales.join("\n").as_bytes());

    let told = world.json(&["export-conversions", "--json"]);
    let events = told[0]["data"].as_array().unwrap();
    let users: Vec<&Value> = events.iter().map(|event| &event["user_data"]).collect();
    let user = |click: &str| json!({ "whatsapp_business_account_id": ACCOUNT, "ctwa_clid": click });
    assert_eq!((told[0]["dataset"].as_str(), events.len()), (Some("771"), 3), "{told}");
    assert!(users.contains(&&user("ARclick1")) && users.contains(&&user("ARclick2")), "{told}");
    assert!(events.iter().all(|event| event["messaging_channel"] == "whatsapp"), "{told}");
    let sent = world.succeed(&["export-conversions", "--send"]);
    assert!(sent.starts_with("2 sent, 1 refused"), "{sent}");
    // What Meta refuses of a region is told by number, and never sent again.
    let refused = world.succeed(&["export-conversions", "--refused"]);
    assert!(
        refused.starts_with(&format!("Page {NUMBER}: 1 events of people in regions")),
        "{refused}"
    );
    let again = world.succeed(&["export-conversions", "--refused", "--again"]);
    assert_eq!(again, "0 events will be sent again\n");
    let sent = world.succeed(&["export-conversions", "--send"]);
    assert!(sent.starts_with("0 sent, 0 refused"), "{sent}");

    let server = world.serve();
    let day = |at: i64| jiff::Timestamp::from_second(at).unwrap().strftime("%Y-%m-%d").to_string();
    let path = format!("/api/v1/touchpoints?from={}&to={}", day(now - 86_400), day(now + 86_400));
    let touched = server.json(&path).await;
    let rows = touched["touchpoints"].as_array().unwrap();
    let of = |person: &str| rows.iter().find(|row| row["person_id"] == person).unwrap();
    assert_eq!(of("33612345678")["ctwa_clid"], "ARclick1");
    assert_eq!(of("33612345678")["country"], "FR");
    assert_eq!(of("5588980000001")["country"], "BR");
    assert_eq!(of("447400123456")["ctwa_clid"], Value::Null);
}

#[tokio::test]
async fn windows_calls_countries_and_names_of_a_number() {
    let world = World::new().with("meta.page_names.555", "Bistro Lyon");
    let hour = 3600;
    let lines = [
        // By an ad, answered within the day: free for 72 h, but the window ends a day after the last act.
        written("33612345678", 0, Some(ad("ARclick1"))),
        answered("33612345678", hour),
        // By an ad, answered never.
        written("4915112345678", 0, Some(ad("ARclick2"))),
        // Two calls that nobody took; who called first is answered later.
        called("447400123456", 0, "connect", ""),
        called("447400123456", 30, "terminate", "FAILED"),
        answered("447400123456", hour),
        called("12125550123", 0, "connect", ""),
        called("12125550123", 30, "terminate", "REJECTED"),
        // To the third an answer was sent, and never arrived; the fourth called by id, and was answered by number.
        called("12125550199", 30, "terminate", "REJECTED"),
        answered("12125550199", 60),
        answered("12125550199", 60)
            .replace("\"sent\"", "\"failed\"")
            .replace(&(TIME + 60).to_string(), &(TIME + 62).to_string()),
        called("33612345678", 0, "connect", "")
            .replace("\"from\":\"33612345678\"", "\"from_user_id\":\"FR.5\""),
        called("33612345678", 30, "terminate", "REJECTED")
            .replace("\"from\":\"33612345678\"", "\"from_user_id\":\"FR.5\""),
        whatsapp(json!({
            "contacts": [{ "wa_id": "33612345678", "user_id": "FR.5" }],
            "messages": [{ "from": "33612345678", "id": "wamid.both", "type": "text",
                "timestamp": TIME.to_string(), "text": { "body": "hi" } }],
        })),
        // Messenger: a day after an ad is not the end.
        json!({ "object": "page", "entry": [{ "id": "555", "messaging": [{
            "sender": { "id": "ann" }, "recipient": { "id": "555" }, "timestamp": TIME * 1000,
            "message": { "mid": "m_ann", "text": "hi",
                "referral": { "source": "ADS", "ad_id": "1", "type": "OPEN_THREAD" } },
        }]}]})
        .to_string(),
    ];
    let path = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let server = world.serve();
    let times = server.json(&format!("/api/v1/response-times?{RANGE}")).await;
    assert_eq!(times["calls"], json!({ "missed": 4, "unanswered": 2 }), "{times}");
    let windows = &times["windows"];
    let lost = windows["lost"].as_array().unwrap();
    let of = |person: &str| lost.iter().find(|row| row["person"] == person);
    // A day on WhatsApp, a week on Messenger, although both came by an ad.
    let german = of("4915112345678").unwrap();
    assert_eq!(german["closes_at"], "2026-11-21T10:00:00.000Z", "{windows}");
    assert_eq!((&german["channel"], &german["free_until"]), (&json!("whatsapp"), &Value::Null));
    assert_eq!(of("ann").unwrap()["closes_at"], "2026-11-27T10:00:00.000Z", "{windows}");
    assert!(of("33612345678").is_none(), "{windows}");
    assert_eq!(windows["by_source"], json!([["ad", 168]]));
    assert_eq!(windows["free_entry_hours"], 72);

    let funnel = format!("/api/v1/funnels/click-to-messenger?{RANGE}&by=country");
    let funnel = server.json(&funnel).await;
    let groups = funnel["breakdown"].as_array().unwrap();
    let countries: Vec<&str> =
        groups.iter().filter_map(|group| group["by"]["country"].as_str()).collect();
    for country in ["FR", "DE", "GB", "US"] {
        assert!(countries.contains(&country), "{funnel}");
    }
    let germans = server.json(&format!("/api/v1/conversations?{RANGE}&filter=country=DE")).await;
    let people: Vec<_> = germans["conversations"].as_array().unwrap().iter().collect();
    assert_eq!((people.len(), &people[0]["person_id"]), (1, &json!("4915112345678")), "{germans}");

    // Numbers are called what people dial, Pages what the settings say.
    let page = format!("/quality?{RANGE}");
    let (status, html) = server.get(&page).await;
    assert_eq!(status, 200);
    assert!(html.contains("Bistro Lyon"), "{html}");
    let (_, html) = server.get(&format!("/people/{NUMBER}/33612345678")).await;
    assert!(html.contains("+33180000001") && !html.contains(&format!("<bdi>{NUMBER}")), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_graph_api_is_asked_what_pages_accounts_and_numbers_are_called() {
    let fake = FakeGraph::start(Vec::new(), Trouble::none()).await;
    fake.with(|inner| {
        inner.objects = vec![
            (NUMBER, json!({ "verified_name": "Chez Nous", "display_phone_number": "+33 1 80 00 00 01" })),
            ("17841400000000001", json!({ "username": "cheznous", "name": "Chez Nous" })),
            ("555", json!({ "name": "Chez Nous Lyon" })),
        ];
    });
    let mut world = World::new();
    for (key, value) in fake.settings() {
        world = world.with(key, &value);
    }
    let said = |object: &str, page: &str| {
        json!({ "object": object, "entry": [{ "id": page, "messaging": [{
            "sender": { "id": "ann" }, "recipient": { "id": page }, "timestamp": TIME * 1000,
            "message": { "mid": format!("m_{page}"), "text": "hi" },
        }]}]})
        .to_string()
    };
    let lines = [
        written("33612345678", 0, None),
        said("page", "555"),
        // Meta does not know this one: it keeps its id.
        said("page", "556"),
        said("instagram", "17841400000000001"),
    ];
    let path = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let server = world.serve();
    let names = ["Chez Nous, +33 1 80 00 00 01", "Chez Nous Lyon", "cheznous", ">556<"];
    let until = std::time::Instant::now() + std::time::Duration::from_secs(100);
    loop {
        let (_, html) = server.get(&format!("/quality?{RANGE}")).await;
        if names.iter().all(|name| html.contains(name)) {
            break;
        }
        assert!(std::time::Instant::now() < until, "{html}");
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}

#[tokio::test]
async fn a_ref_without_a_source_is_a_links_if_one_is_registered() {
    let world = World::new();
    let rules = "[[refs.rules]]\npattern = '^NEWS_'\nsource = 'sponsored'\n";
    let rules = world.write("settings.toml", rules);
    let rules = ["--config", rules.to_str().unwrap()];
    world.succeed(&["link", "add", "--page", "555", "--ref", "summer"]);
    world.succeed(&["link", "add", "--page", "555", "--ref", "table", "--printed", "true"]);
    let came = |person: &str, referral: Value| {
        json!({ "object": "page", "entry": [{ "id": "555", "messaging": [{
            "sender": { "id": person }, "recipient": { "id": "555" }, "timestamp": TIME * 1000,
            "message": { "mid": format!("m_{person}"), "text": "hi", "referral": referral },
        }]}]})
        .to_string()
    };
    let people = [
        ("linked", json!({ "ref": "summer", "type": "OPEN_THREAD" }), "link"),
        ("printed", json!({ "ref": "table" }), "qr"),
        ("marked", json!({ "ref": "old-mfc0123456789abcdef0123" }), "link"),
        ("ruled", json!({ "ref": "NEWS_1" }), "sponsored"),
        ("unknown", json!({ "ref": "nobody-knows" }), "other"),
        ("advertised", json!({ "ref": "summer", "ad_id": "7" }), "ad"),
        ("shopping", json!({ "ref": "summer", "product": { "id": "5" } }), "other"),
    ];
    let lines: Vec<String> =
        people.iter().map(|(person, referral, _)| came(person, referral.clone())).collect();
    let path = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&[&rules[..], &["import", "webhooks", path.to_str().unwrap()]].concat());
    let server = world.serve();
    let list = server.json(&format!("/api/v1/conversations?{RANGE}")).await;
    for (person, _, source) in &people {
        let rows = list["conversations"].as_array().unwrap();
        let row = rows.iter().find(|row| row["person_id"] == *person).unwrap();
        assert_eq!(row["source"], *source, "{row}");
    }
    let funnel = format!("/api/v1/funnels/click-to-messenger?{RANGE}&by=source");
    let funnel = server.json(&funnel).await;
    let groups = funnel["breakdown"].as_array().unwrap();
    let times = server.json(&format!("/api/v1/response-times?{RANGE}")).await;
    for source in ["link", "qr", "sponsored", "other", "ad"] {
        let expected = people.iter().filter(|(.., one)| *one == source).count();
        let group = groups.iter().find(|group| group["by"]["source"] == source).unwrap();
        assert_eq!(
            crate::support::count(group, "opened"),
            Some(expected as u64),
            "{source}: {funnel}"
        );
        let rows = times["times"].as_array().unwrap();
        let is_of = |row: &&Value| row["dimension"] == "source" && row["value"] == source;
        let wrote = rows.iter().find(is_of).map(|row| row["wrote"].clone());
        assert_eq!(wrote, Some(json!(expected)), "{source}: {times}");
    }
    // Nobody was answered: their windows have ended, under the same names.
    let ended = times["windows"]["lost"].as_array().unwrap();
    for (person, _, source) in &people {
        let row = ended.iter().find(|row| row["person"] == *person).unwrap();
        assert_eq!(row["source"], *source, "{row}");
    }
    let quality = server.json(&format!("/api/v1/quality?{RANGE}")).await;
    let unknown = quality["unknown_refs"].as_array().unwrap();
    assert!(unknown.iter().any(|row| row["ref"] == "nobody-knows"), "{quality}");
    server.interrupt();
    // Registered later, it is a link's after all.
    world.succeed(&["link", "add", "--page", "555", "--ref", "nobody-knows"]);
    let server = world.serve();
    let list = format!("/api/v1/conversations?{RANGE}&filter=source=link");
    assert_eq!(server.json(&list).await["total"], 3);
}

#[tokio::test]
async fn names_that_change_one_after_the_other_are_one_person_in_any_order() {
    let message = |page: &str, named: Value, contacts: Value, at: i64| {
        let mut message = json!({
            "id": format!("wamid.{page}.{at}"), "timestamp": (TIME + at).to_string(), "type": "text",
            "text": { "body": "hello" },
        });
        message.as_object_mut().unwrap().extend(named.as_object().unwrap().clone());
        whatsapp(json!({ "contacts": contacts, "messages": [message] })).replace(NUMBER, page)
    };
    let both = |number: &str, id: &str| json!([{ "wa_id": number, "user_id": id }]);
    let changed = |page: &str, old: &str, new: &str, at: i64| {
        whatsapp(json!({ "messages": [{
            "from": old, "id": format!("wamid.{page}.{at}"), "timestamp": (TIME + at).to_string(),
            "type": "system", "system": { "type": "user_changed_number", "wa_id": new, "body": "…" },
        }]}))
        .replace(NUMBER, page)
    };
    let lines = |page: &str| {
        vec![
            message(page, json!({ "from": "33600000005" }), both("33600000005", "FR.7"), 0),
            changed(page, "33600000005", "33600000003", 60),
            message(page, json!({ "from_user_id": "FR.7" }), json!([{ "user_id": "FR.7" }]), 120),
            changed(page, "33600000003", "33600000009", 180),
            message(page, json!({ "from": "33600000009" }), json!([]), 240),
        ]
    };
    let world = World::new();
    // Each rotation of the deliveries, and back to front, in imports of their own.
    let pages: Vec<String> = (0..6).map(|number| format!("1040000000001{number}")).collect();
    let orders: Vec<Vec<String>> = pages
        .iter()
        .enumerate()
        .map(|(number, page)| {
            let mut lines = lines(page);
            if number == 5 {
                lines.reverse();
            } else {
                lines.rotate_left(number);
            }
            lines
        })
        .collect();
    for step in 0..5 {
        let lines: Vec<String> = orders.iter().map(|lines| lines[step].clone()).collect();
        let path = world.write("step.jsonl", lines.join("\n"));
        world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    }
    world.succeed(&["conversations", "rebuild", "--strict"]);
    let server = world.serve();
    let list = server.json(&format!("/api/v1/conversations?{RANGE}&limit=100")).await;
    for page in &pages {
        let rows = list["conversations"].as_array().unwrap().iter();
        let rows: Vec<&Value> = rows.filter(|row| row["page_id"] == **page).collect();
        let told: Vec<(&Value, &Value)> =
            rows.iter().map(|row| (&row["person_id"], &row["acts"])).collect();
        assert_eq!(told, [(&json!("33600000009"), &json!(3))], "{page}: {list}");
    }
}
