//! What each stage cost: spend beside conversations, with intervals, unknown days, and by every level.

use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::{World, count};

/// 2026-11-20T10:00:00Z.
pub const TIME: i64 = 1_795_168_800_000;
const DAY: i64 = 86_400_000;

/// Somebody's thread: opened by a referral or a message, answered, and as far as `payloads` lead.
pub fn thread(person: &str, at: i64, referral: Value, payloads: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut item = |time: i64, from: &str, to: &str, key: &str, body: Value| {
        let item = json!({
            "sender": { "id": from }, "recipient": { "id": to }, "timestamp": time, key: body,
        });
        let body = json!({ "object": "page", "entry": [
            { "id": "77", "time": time, "messaging": [item] }
        ]});
        lines.push(body.to_string());
    };
    item(at, person, "77", "referral", referral);
    item(at + 1000, person, "77", "message", json!({ "mid": format!("m1{person}") }));
    item(
        at + 2000,
        "77",
        person,
        "message",
        json!({ "mid": format!("e{person}"), "is_echo": true }),
    );
    for (place, payload) in payloads.iter().enumerate() {
        let mid = format!("p{place}{person}");
        let postback = json!({ "mid": mid, "title": "B", "payload": payload });
        item(at + 3000 + place as i64 * 1000, person, "77", "postback", postback);
    }
    lines
}

pub fn by_ad(ad: &str) -> Value {
    json!({ "source": "ADS", "type": "OPEN_THREAD", "ad_id": ad })
}

fn world() -> World {
    let world = World::new();
    let bought = ["LEAD", "PURCHASE:30.00:EUR"];
    let lines = [
        thread("ann", TIME, by_ad("11"), &bought),
        thread("bob", TIME + 1, by_ad("11"), &["LEAD", "PURCHASE:10.00:EUR"]),
        thread("cid", TIME + 2, by_ad("11"), &["LEAD"]),
        thread("dan", TIME + DAY, by_ad("12"), &["LEAD", "PURCHASE:99.00:USD"]),
        // On a day of which nothing is known.
        thread("eve", TIME + 2 * DAY, by_ad("11"), &["LEAD", "PURCHASE:70.00:EUR"]),
        thread("fay", TIME, json!({ "source": "SHORTLINK", "ref": "counter_card" }), &bought),
        thread("gil", TIME, json!({ "source": "SHORTLINK", "ref": "footer" }), &[]),
    ]
    .concat();
    let file = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", file.to_str().unwrap()]);
    let spend = "Day,Ad ID,Ad name,Ad set ID,Ad set name,Campaign ID,Campaign name,Impressions,\
                 Link clicks,Amount spent (EUR),Platform,Placement\n\
                 2026-11-20,11,Blue,5,Town,7,Autumn,800,20,5.50,facebook,feed\n\
                 2026-11-20,11,Blue,5,Town,7,Autumn,200,5,0.50,instagram,story\n\
                 2026-11-21,11,Blue,5,Town,7,Autumn,100,1,1.00,facebook,feed\n\
                 2026-11-21,12,Red,5,Town,7,Autumn,500,10,4.00,facebook,feed\n\
                 2026-11-21,13,Grey,6,Land,7,Autumn,50,1,0.25,facebook,feed\n";
    let path = world.write("spend.csv", spend);
    world.succeed(&["import", "spend", path.to_str().unwrap()]);
    for (slug, reference, cost) in [("counter", "counter_card", true), ("footer", "footer", false)]
    {
        let mut add = vec!["link", "add", "--slug", slug, "--page", "shop", "--ref", reference];
        if cost {
            add.extend(["--printed", "--cost", "12", "--currency", "EUR"]);
        }
        world.succeed(&add);
    }
    world
}

pub fn ask(world: &World, by: &str) -> Value {
    let range = ["--from", "2026-11-20", "--to", "2026-11-23"];
    world.json(&[&["ads", "--by", by, "--format", "json"], &range[..]].concat())
}

pub fn row<'a>(report: &'a Value, id: &str) -> &'a Value {
    let rows = report["rows"].as_array().unwrap();
    rows.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("no {id} in {report}"))
}

fn cost(row: &Value, step: &str) -> Value {
    let steps = row["steps"].as_array().unwrap();
    steps.iter().find(|it| it["name"] == step).unwrap()["cost"]["value"].clone()
}

#[test]
fn each_stage_has_its_cost_at_every_level() {
    let world = world();
    let ads = ask(&world, "ad");
    let blue = row(&ads, "11");
    assert_eq!(
        (&blue["name"], &blue["campaign"], &blue["ad_set"]),
        (&json!("Blue"), &json!("Autumn"), &json!("Town"))
    );
    assert_eq!(
        (&blue["spend"], &blue["impressions"], &blue["clicks"]),
        (&json!(7.0), &json!(1100), &json!(26))
    );
    assert_eq!(blue["ctr"]["rate"], 26.0 / 1100.0);
    // Eve came on a day without spend data: she is counted, and costs nothing known.
    assert_eq!((count(blue, "opened"), count(blue, "purchase")), (Some(4), Some(3)));
    assert_eq!(blue["without_cost"], 1);
    assert_eq!((cost(blue, "opened"), cost(blue, "purchase")), (json!(7.0 / 3.0), json!(3.5)));
    assert_eq!((&blue["value"], &blue["roas"]["value"]), (&json!(40.0), &json!(40.0 / 7.0)));
    let roas = &blue["roas"];
    assert!(
        roas["low"].as_f64() < roas["value"].as_f64()
            && roas["value"].as_f64() < roas["high"].as_f64()
    );
    assert_eq!(ads["unknown_days"], json!([{ "account_id": "", "days": ["2026-11-22"] }]));
    // Sold in another currency than the ad is paid in.
    let red = row(&ads, "12");
    assert_eq!(
        (&red["value"], &red["roas"]["value"], cost(red, "purchase")),
        (&Value::Null, &Value::Null, json!(4.0))
    );
    // Nobody came: the cost of one is above what zero of chance allows, not zero.
    let grey = row(&ads, "13");
    assert_eq!((cost(grey, "opened"), count(grey, "opened")), (Value::Null, Some(0)));
    assert!(grey["steps"][0]["cost"]["low"].as_f64().unwrap() > 0.06);
    assert_eq!(ads["totals"].as_array().unwrap().len(), 1);
    let total = &ads["totals"][0];
    assert_eq!(
        (&total["spend"], count(total, "lead"), cost(total, "lead")),
        (&json!(11.25), Some(5), json!(11.25 / 4.0))
    );

    let campaign = ask(&world, "campaign");
    assert_eq!(
        (&row(&campaign, "7")["name"], &row(&campaign, "7")["spend"]),
        (&json!("Autumn"), &json!(11.25))
    );
    let sets = ask(&world, "ad_set");
    assert_eq!(
        (&row(&sets, "5")["spend"], count(row(&sets, "5"), "opened")),
        (&json!(11.0), Some(5))
    );
    let placements = ask(&world, "placement");
    let feed = row(&placements, "facebook feed");
    assert_eq!((&feed["spend"], &feed["clicks"]), (&json!(10.75), &json!(32)));
    let nothing = json!({
        "name": "opened", "count": null, "cost": null, "matured_share": null, "expected_cost": null,
    });
    assert_eq!(feed["steps"][0], nothing);

    let by_set = world.json(&[
        "funnel",
        "--by",
        "ad_set",
        "--from",
        "2026-11-20",
        "--to",
        "2026-11-23",
        "--format",
        "json",
    ]);
    let town = by_set["breakdown"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["by"]["ad_set"] == "Town")
        .unwrap();
    assert_eq!((count(town, "opened"), count(town, "impressions")), (Some(5), Some(1600)));
}

#[test]
fn links_and_sources_cost_what_was_put_down() {
    let world = world();
    let links = ask(&world, "link");
    let counter = row(&links, "counter");
    assert_eq!((&counter["spend"], cost(counter, "purchase")), (&json!(12.0), json!(12.0)));
    assert_eq!((&counter["value"], &counter["roas"]["value"]), (&json!(30.0), &json!(2.5)));
    assert_eq!(row(&links, "footer")["spend"], Value::Null);
    let add = ["cost", "add", "--amount", "30", "--currency", "EUR", "--from", "2026-11-21"];
    let id = world.succeed(&[&add[..], &["--through", "2026-11-30", "--link", "counter"]].concat());
    let sponsored = ["--source", "sponsored", "--note", "1,136 messages"];
    world.succeed(&[&add[..], &sponsored].concat());
    // Two of its ten days are in the range.
    assert_eq!(row(&ask(&world, "link"), "counter")["spend"], 18.0);
    let sources = ask(&world, "source");
    assert_eq!(row(&sources, "sponsored")["spend"], 30.0);
    assert_eq!(
        (&row(&sources, "ad")["spend"], count(row(&sources, "ad"), "opened")),
        (&json!(11.25), Some(5))
    );
    assert_eq!(count(row(&sources, "qr"), "purchase"), Some(1));
    let listed = world.succeed(&["cost", "list"]);
    assert!(listed.contains("1,136 messages") && listed.contains(id.trim()), "{listed}");
    world.succeed(&["cost", "remove", id.trim()]);
    assert_eq!(row(&ask(&world, "link"), "counter")["spend"], 12.0);
    for (extra, told) in [
        (["--link", "nowhere"], "there is no link \"nowhere\""),
        (["--source", "heaven"], "is no source such as"),
    ] {
        let output = world.run(&[&add[..], &extra].concat());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && errors.contains(told), "{errors}");
    }
    let output = world.run(&[
        "cost",
        "add",
        "--amount",
        "3",
        "--currency",
        "USD",
        "--from",
        "2026-11-21",
        "--link",
        "counter",
    ]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("the link's own cost is in EUR"), "{errors}");
}

/// The published case: 400 USD, 4,240 leads.
#[test]
fn four_hundred_dollars_for_4240_leads_are_nine_cents_and_four_tenths() {
    let world = World::new();
    let mut lines = Vec::new();
    for person in 0..4240 {
        lines.extend(thread(&format!("p{person}"), TIME + person, by_ad("5"), &["LEAD"]));
    }
    let file = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", file.to_str().unwrap()]);
    let spend = "Day,Ad ID,Amount spent (USD)\n2026-11-20,5,400\n";
    let path = world.write("spend.csv", spend);
    world.succeed(&["import", "spend", path.to_str().unwrap()]);
    let report =
        world.json(&["ads", "--from", "2026-11-20", "--to", "2026-11-21", "--format", "json"]);
    let ad = row(&report, "5");
    assert_eq!(
        (count(ad, "lead"), format!("{:.3}", cost(ad, "lead").as_f64().unwrap())),
        (Some(4240), "0.094".to_owned())
    );
    let table = world.succeed(&["ads", "--from", "2026-11-20", "--to", "2026-11-21"]);
    assert!(table.contains("0.094") && table.contains("400.00 USD"), "{table}");
}

#[tokio::test]
async fn the_page_and_the_csv_show_it() {
    let world = world();
    let server = world.serve();
    let range = "from=2026-11-20&to=2026-11-23";
    let (_, csv) = server.get(&format!("/api/v1/ads?{range}&format=csv")).await;
    assert!(
        csv.starts_with(
            "id,name,campaign,ad_set,account_id,currency,spend,impressions,clicks,ctr,"
        ),
        "{csv}"
    );
    assert!(csv.contains("\r\n11,Blue,Autumn,Town,,EUR,7,1100,26,"), "{csv}");
    let (_, page) = server.get(&format!("/ads?{range}")).await;
    assert!(page.contains("data-id=\"11\"") && page.contains("7.00\u{a0}EUR"), "{page}");
    assert!(page.contains("unknown on these days: Imported files: 2026-11-22"), "{page}");
    let (status, page) = server.get(&format!("/ads?{range}&by=hour")).await;
    assert!(status == 400 && page.contains("has no costs of its own"), "{page}");
    let (_, page) = server.get("/ads?from=2026-10-01&to=2026-10-03").await;
    assert!(page.contains("No spend is known of these days"), "{page}");
}

#[tokio::test]
async fn the_page_looks_right_in_a_browser() {
    let world = world();
    let server = world.serve();
    let browser = Browser::open(1280, 900, "light").await;
    let go = async |browser: &Browser, rest: &str| {
        let url = server.url(&format!("/ads?from=2026-11-20&through=2026-11-22{rest}"));
        browser.client.goto(&url).await.unwrap();
    };
    go(&browser, "").await;
    browser.screenshot("ads-light").await;
    let blue = browser.text("#ads tr[data-id='11']").await;
    assert!(blue.contains("Blue") && blue.contains("1 without cost"), "{blue}");
    assert!(!blue.contains(" to "), "{blue}");
    assert!(browser.text("#ads tfoot").await.contains("11.25"));
    // The whole table is on the screen.
    let script =
        "const it = document.querySelector('.scroll'); return it.scrollWidth > it.clientWidth";
    assert_eq!(browser.run(script).await, false);
    go(&browser, "&intervals=true&by=campaign").await;
    browser.screenshot("ads-intervals").await;
    let autumn = browser.text("#ads tr[data-id='7']").await;
    assert!(autumn.contains("Autumn") && autumn.contains(" to "), "{autumn}");
    let phone = Browser::open(390, 800, "dark").await;
    for level in ["ad", "placement", "link", "source"] {
        go(&phone, &format!("&by={level}")).await;
        assert!(!phone.overflows().await, "{level} is wider than a phone");
        phone.screenshot(&format!("ads-{level}-phone-dark")).await;
    }
}
