//! Every entry point into a thread, from the wire to the figures: `tests/entry_points/` has a file of bodies for each.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::{Server, World};

const RANGE: &str = "from=2026-11-20&to=2026-11-21";
const SETTINGS: &str =
    "[[refs.rules]]\npattern = '^bc_(?<campaign>[a-z]+)'\nsource = 'sponsored'\n";

/// (file, person, source, ref, ad, channel) of the conversation that it opens.
const DOORS: [(&str, &str, &str, &str, &str, &str); 18] = [
    ("ad", "ad_ann", "ad", "spring", "120211", "messenger"),
    ("ad-instagram", "ig_ann", "ad", "reel", "120212", "instagram"),
    ("link", "li_ann", "link", "newsletter", "", "messenger"),
    ("link-ig", "igl_ann", "link", "bio", "", "instagram"),
    ("qr", "qr_ann", "qr", "door", "", "messenger"),
    ("chat-plugin", "cp_ann", "chat_plugin", "pricing", "", "messenger"),
    ("organic", "or_ann", "organic", "", "", "messenger"),
    ("comment", "co_ann", "comment", "77_9", "", "messenger"),
    ("comment-instagram", "igc_ann", "comment", "179", "", "instagram"),
    ("comment-prior", "pr_ann", "comment", "77_9_4", "", "messenger"),
    ("sponsored", "sp_ann", "sponsored", "bc_may", "120299", "messenger"),
    ("notification", "no_ann", "notification", "", "", "messenger"),
    ("one-time-notification", "ot_ann", "notification", "", "", "messenger"),
    ("customer-match", "cm_ann", "organic", "", "", "messenger"),
    ("send-to-messenger", "st_ann", "other", "checkout", "", "messenger"),
    ("checkbox-plugin", "cb_ann", "other", "basket_7", "", "messenger"),
    ("lead-form-in-thread", "lf_ann", "organic", "", "", "messenger"),
    ("whatsapp", "33611111111", "ad", "", "120400", "whatsapp"),
];

/// Files that open nothing of their own.
const OTHERS: [&str; 4] = ["lead-ad", "inbox-label", "group", "policy"];

fn bodies(door: &str) -> Vec<Vec<u8>> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/entry_points/{door}.jsonl"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.as_bytes().to_vec()).collect()
}

async fn with_all_doors(world: &World) -> Server {
    let settings = world.write("settings.toml", SETTINGS);
    let server = Server::start(world.command(&["--config", settings.to_str().unwrap(), "serve"]));
    for door in DOORS.iter().map(|door| door.0).chain(OTHERS) {
        for body in bodies(door) {
            assert_eq!(server.post(&body).await, 200, "{door}");
        }
    }
    let list = format!("/api/v1/conversations?{RANGE}");
    // One more: the labelled person's.
    server.wait_until(&list, |list| list["total"] == DOORS.len() as u64 + 1).await;
    server
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

#[tokio::test]
async fn every_door_is_named_right_and_is_a_row() {
    let world = World::new();
    let server = with_all_doors(&world).await;
    let list = server.json(&format!("/api/v1/conversations?{RANGE}")).await;
    let rows = list["conversations"].as_array().unwrap();
    for (door, person, source, referral_ref, ad, channel) in DOORS {
        let found: Vec<&Value> = rows.iter().filter(|row| row["person_id"] == person).collect();
        assert_eq!(found.len(), 1, "{door}: {list}");
        let row = found[0];
        let said = ["source", "ref", "ad_id", "channel"].map(|key| text(row, key));
        assert_eq!(said, [source, referral_ref, ad, channel], "{door}: {row}");
    }
    // Nobody is counted twice: not as a plugin's reference, not as a group, not as a form.
    assert_eq!(rows.len(), DOORS.len() + 1);
    // On the dashboard each source is a row.
    let browser = Browser::open(1200, 900, "light").await;
    browser.client.goto(&server.url("/?from=2026-11-20&through=2026-11-20")).await.unwrap();
    let page = browser.text("#sources").await;
    for label in ["Ads", "Links", "QR codes", "Website chat", "Comments", "Sponsored messages"] {
        assert!(page.contains(label), "{label}: {page}");
    }
    // The sources are rows that add up, and dimensions of their own are there.
    let funnel =
        server.json(&format!("/api/v1/funnels/click-to-messenger?{RANGE}&by=source")).await;
    let sum: u64 = funnel["breakdown"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["steps"][2]["count"].as_u64().unwrap())
        .sum();
    assert_eq!(sum, DOORS.len() as u64 + 1);
    let by = |by: &str| format!("/api/v1/funnels/click-to-messenger?{RANGE}&by={by}&format=csv");
    let (_, referers) = server.get(&by("referer")).await;
    assert!(referers.contains("www.example.com/pricing/,opened,1"), "{referers}");
    let (_, channels) = server.get(&by("channel")).await;
    assert!(channels.contains("instagram,opened,3") && channels.contains("whatsapp,opened,1"));
    let (_, campaigns) = server.get(&by("ref.campaign")).await;
    assert!(campaigns.contains("may,opened,1"), "{campaigns}");
}

#[tokio::test]
async fn forms_and_labels_are_conversions_and_a_whatsapp_thread_is_one() {
    let world = World::new();
    let server = with_all_doors(&world).await;
    let conversation = async |person: &str, page: &str| {
        let path = format!("/api/v1/people/{page}/{person}");
        server.json(&path).await["conversations"][0].clone()
    };
    let form = conversation("lf_ann", "77").await;
    assert!(form["lead_at"].is_string(), "{form}");
    let whatsapp = conversation("33611111111", "900").await;
    assert!(whatsapp["answered_at"].is_string() && whatsapp["ad_title"] == "Chat with us");
    // What the plugin knew and what the person wrote is one thread, by one touchpoint.
    let checkbox = conversation("cb_ann", "77").await;
    assert_eq!((&checkbox["acts"], &checkbox["number"]), (&2.into(), &1.into()), "{checkbox}");
    let touchpoints = server.json(&format!("/api/v1/touchpoints?{RANGE}")).await;
    let of = |person: &str| {
        let rows = touchpoints["touchpoints"].as_array().unwrap().iter();
        rows.filter(|row| row["person_id"] == person).count()
    };
    assert_eq!((of("cb_ann"), of("user_ref:cb-123"), of("lead:444")), (1, 0, 1));
    let credit = server.json(&format!("/api/v1/attribution?{RANGE}&by=source,ad")).await;
    let channels = credit["channels"].as_array().unwrap();
    let row = |channel: &str| channels.iter().find(|row| row["channel"] == channel);
    // The lead ad's form belongs to its ad; the label's purchase to the thread it was given in.
    assert_eq!(row("ad / 120211").unwrap()["conversions"], 1.0, "{credit}");
    // Two leads (a phone number, the form) and the label's purchase.
    assert_eq!(row("organic / (no ad)").unwrap()["conversions"], 3.0, "{credit}");
    assert_eq!(credit["total_conversions"], 4.0);
}

#[tokio::test]
async fn audience_answers_and_quality_tell_what_came() {
    let world = World::new();
    let file = world
        .write("customers.csv", "phone,email\n0033 6 12 34 56 78,\n,eve@example.com\nnobody,\n");
    let refused = world.run(&["import", "audience", file.to_str().unwrap(), "--name", "vip"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("customers.csv, line 4: neither"), "{said}");
    let server = with_all_doors(&world).await;

    let audience = server.json(&format!("/api/v1/audience?{RANGE}")).await;
    // Ann of the weekly offers opted in, stopped and resumed; another asked for one message.
    let day = &audience["days"][0];
    let counts =
        ["opted_in", "stopped", "expired", "audience"].map(|key| day[key].as_u64().unwrap());
    assert_eq!(counts, [3, 1, 0, 2], "{audience}");
    let list = &audience["lists"][0];
    let counts =
        ["members", "known", "people", "conversations", "leads"].map(|key| list[key].as_u64());
    assert_eq!(counts, [2, 1, 1, 1, 0].map(Some), "{audience}");

    let answers = server.json(&format!("/api/v1/response-times?{RANGE}")).await;
    let all = answers["times"].as_array().unwrap().iter().find(|row| row["dimension"] == "all");
    let all = all.unwrap();
    // The form's and WhatsApp's threads were answered, both after a minute.
    assert_eq!((&all["answered"], &all["median_ms"]), (&2.into(), &60_000.0.into()), "{answers}");
    assert!(all["wrote"].as_u64().unwrap() >= 10);
    let buckets: Vec<&str> =
        answers["replies"].as_array().unwrap().iter().map(|row| text(row, "reply")).collect();
    assert_eq!(buckets, ["within a minute", "never"]);
    assert_eq!(
        (&answers["stops"], &answers["sent"][0]["read"]),
        (&1.into(), &1.into()),
        "{answers}"
    );

    let quality = server.json(&format!("/api/v1/quality?{RANGE}")).await;
    let kinds = quality["kinds"].as_array().unwrap();
    let group = kinds.iter().find(|row| row["name"] == "group_message").unwrap();
    assert_eq!((&group["events"], &group["people"]), (&1.into(), &0.into()));
    let alerts = quality["alerts"].as_array().unwrap();
    let policy = alerts.iter().find(|alert| alert["kind"] == "policy").unwrap();
    assert_eq!(policy["text"], "Meta: warning of Page 77. Too many blocks");
    let unknown: Vec<&str> =
        quality["unknown_refs"].as_array().unwrap().iter().map(|row| text(row, "ref")).collect();
    assert_eq!(unknown, ["bio", "door", "newsletter"]);
    for path in ["quality", "audience", "response-times"] {
        let (status, csv) = server.get(&format!("/api/v1/{path}?{RANGE}&format=csv")).await;
        assert!(status == 200 && csv.lines().count() > 1, "{path}: {csv}");
    }

    // A typo is seen as soon as the right ref is registered.
    let settings = world.folder().join("settings.toml");
    let settings = ["--config", settings.to_str().unwrap()];
    let link = ["link", "add", "--page", "77", "--ref", "newsleter"];
    world.succeed(&[&settings[..], &link].concat());
    let typo = |quality: &Value| {
        let alerts = quality["alerts"].as_array().unwrap();
        alerts.iter().any(|alert| alert["kind"] == "typo" && alert["about"] == "newsletter")
    };
    server.wait_until(&format!("/api/v1/quality?{RANGE}"), typo).await;

    // A rebuild finds nothing to mend, aliases and all.
    drop(server);
    let rebuild = ["conversations", "rebuild", "--strict"];
    let told = world.succeed(&[&settings[..], &rebuild].concat());
    assert!(
        told.contains("19 rows the same, 0 were missing, 0 should not have been there"),
        "{told}"
    );
}

/// An ad that somebody entered through every hour, and nobody since; new people without a referral.
#[tokio::test]
async fn a_door_that_falls_silent_and_lost_referrals_are_told() {
    let world = World::new();
    let mut lines = Vec::new();
    let start = 1_795_132_800_000_i64; // 2026-11-20T00:00:00Z
    for hour in 0..30_i64 {
        for (ad, hours) in [("loud", 30), ("quiet", 12)] {
            if hour < hours {
                let mut body: Value = serde_json::from_slice(&bodies("ad")[0]).unwrap();
                let item = &mut body["entry"][0]["messaging"][0];
                item["sender"]["id"] = format!("{ad}-{hour}").into();
                item["timestamp"] = (start + hour * 3_600_000).into();
                item["message"]["mid"] = format!("{ad}-{hour}").into();
                item["message"]["referral"]["ad_id"] = ad.into();
                lines.push(body.to_string());
            }
        }
    }
    let organic = String::from_utf8(bodies("organic").remove(0)).unwrap();
    lines.push(organic);
    let path = world.write("ads.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let server = world.serve();
    // Seen at 06:00 of the next day: the quiet ad has been so for 19 hours.
    let seen = "from=2026-11-20T00:00:00Z&to=2026-11-21T06:00:00Z";
    let quality = server.json(&format!("/api/v1/quality?{seen}")).await;
    let silent = quality["silent"].as_array().unwrap();
    assert_eq!(silent.len(), 1, "{quality}");
    assert_eq!((&silent[0]["door"], &silent[0]["id"]), (&"ad".into(), &"quiet".into()));
    assert!((silent[0]["usual_per_day"].as_f64().unwrap() - 24.0).abs() < 1e-9);
    // By the rhythm of both: three an hour (one more than there were) until it fell silent, two since.
    assert!((silent[0]["expected"].as_f64().unwrap() - 13.0).abs() < 1e-9, "{quality}");
    let alerts = quality["alerts"].as_array().unwrap();
    assert!(alerts.iter().any(|alert| alert["kind"] == "silence" && alert["about"] == "quiet"));
    let page = &quality["pages"][0];
    assert_eq!((&page["new_threads"], &page["without_referral"]), (&43.into(), &1.into()));
}

#[tokio::test]
async fn what_is_read_again_by_other_rules_takes_the_place_of_what_was_made_before() {
    let world = World::new();
    let settings = world.write("settings.toml", SETTINGS);
    let server = world.serve();
    for body in ["sponsored", "ad"].into_iter().flat_map(bodies) {
        assert_eq!(server.post(&body).await, 200);
    }
    let list = format!("/api/v1/conversations?{RANGE}");
    let sources = |list: &Value| -> Vec<String> {
        let rows = list["conversations"].as_array().unwrap().iter();
        let mut sources: Vec<String> =
            rows.map(|row| format!("{} {}", text(row, "person_id"), text(row, "source"))).collect();
        sources.sort();
        sources
    };
    server.wait_until(&list, |list| list["total"] == 2).await;
    assert_eq!(sources(&server.json(&list).await), ["ad_ann ad", "sp_ann ad"]);
    server.interrupt();
    // With the rule, without it, and with it once more: the last reading counts.
    let settings = ["--config", settings.to_str().unwrap()];
    for (before, expected) in [(&settings[..], "sponsored"), (&[], "ad"), (&settings, "sponsored")]
    {
        let told = world.succeed(&[before, &["journal", "replay"]].concat());
        assert_eq!(told, "replayed 2 webhooks with 2 events\n");
        let told = world.succeed(&[before, &["conversations", "rebuild", "--strict"]].concat());
        assert!(told.contains("2 rows the same, 0 were missing"), "{told}");
        let server = Server::start(world.command(&[before, &["serve"]].concat()));
        let expected = ["ad_ann ad".to_owned(), format!("sp_ann {expected}")];
        assert_eq!(sources(&server.json(&list).await), expected);
        server.interrupt();
    }
}

/// Conversions of rules that are no more go where the webhooks are read again, and come back with their rules; those that
/// only a richer copy tells stay, whichever copy is read last.
#[tokio::test]
async fn conversions_of_rules_that_are_no_more_go_when_webhooks_are_read_again() {
    const TIME: i64 = 1_795_168_800_000;
    let world = World::new();
    let rule = |payload: &str| {
        format!(
            "[[conversions.rules]]\nname = \"wish\"\nkind = \"postback\"\npayload = \"{payload}\"\n"
        )
    };
    let wish = world.write("wish.toml", rule("^LEAD"));
    let none = world.write("none.toml", rule("^NOTHING"));
    let server = world.serve();
    let tap = |person: &str, mid: &str, payload: Option<&str>, list: &str| {
        let mut tap = json!({ "mid": mid, "title": "Call me" });
        if let Some(payload) = payload {
            tap["payload"] = payload.into();
        }
        json!({ "object": "page", "entry": [{ "id": "9", "time": TIME, list: [{
            "sender": { "id": person }, "recipient": { "id": "9" }, "timestamp": TIME, "postback": tap,
        }]}]})
    };
    for body in [
        tap("ann", "m1", Some("LEAD_1"), "messaging"),
        tap("ann", "m1", None, "standby"),
        tap("bob", "m2", None, "standby"),
        tap("bob", "m2", Some("LEAD_1"), "messaging"),
    ] {
        assert_eq!(server.post(&serde_json::to_vec(&body).unwrap()).await, 200);
    }
    let journey = |person: &str| format!("/api/v1/people/9/{person}");
    let goals = |journey: &Value| -> Vec<String> {
        let events = journey["events"].as_array().unwrap().iter();
        let conversions = events.filter(|event| event["kind"] == "conversion");
        conversions.map(|event| text(event, "name").to_owned()).collect()
    };
    let list = format!("/api/v1/conversations?{RANGE}");
    server.wait_until(&list, |list| list["total"] == 2).await;
    for person in ["ann", "bob"] {
        server.wait_until(&journey(person), |journey| goals(journey) == ["lead"]).await;
    }
    server.interrupt();
    let [wish, none] = [&wish, &none].map(|file| ["--config", file.to_str().unwrap()]);
    for (before, expected) in
        [(&wish[..], vec!["wish"]), (&none, vec![]), (&[], vec!["lead"]), (&wish, vec!["wish"])]
    {
        world.succeed(&[before, &["journal", "replay"]].concat());
        let told = world.succeed(&[before, &["conversations", "rebuild", "--strict"]].concat());
        assert!(told.contains("0 were missing"), "{told}");
        let server = Server::start(world.command(&[before, &["serve"]].concat()));
        for person in ["ann", "bob"] {
            assert_eq!(goals(&server.json(&journey(person)).await), expected, "{person}");
        }
        server.interrupt();
    }
}
