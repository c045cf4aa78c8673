//! Annotations: written by people, told by the store, drawn on every chart by day; of one's Pages alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use messenger_funnel::domain::{AdDay, Period, Timestamp};
use messenger_funnel::store::{Store, migrate};
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::accounts::{first_user, join, send, serve, user, workspace};
use crate::support::{Server, World, start_engine};

const RANGE: &str = "from=2026-10-01&to=2026-11-01";

async fn told(server: &Server) -> Vec<Value> {
    let report = server.json(&format!("/api/v1/annotations?{RANGE}")).await;
    report["annotations"].as_array().unwrap().clone()
}

async fn add(server: &Server, annotation: &Value) -> (u16, Value) {
    let sent = Client::new().post(server.url("/api/v1/annotations")).json(annotation).send();
    let answer = sent.await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// What Meta says when it blocks a Page.
fn policy(page: &str, time: i64) -> Vec<u8> {
    let item = json!({
        "recipient": { "id": page },
        "timestamp": time,
        "policy_enforcement": { "action": "block", "reason": "The bot sends too much" },
    });
    let entry = json!([{ "id": page, "time": time, "messaging": [item] }]);
    serde_json::to_vec(&json!({ "object": "page", "entry": entry })).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_and_what_the_store_knows_stand_on_every_chart_by_day() {
    let world = World::new();
    let spend = "Day,Ad ID,Ad name,Campaign name,Amount spent,Currency\n\
        2026-10-02,1,Old,Autumn,5,EUR\n2026-10-10,2,New,Autumn,5,EUR\n\
        2026-10-11,3,First,Winter,5,EUR\n2026-10-11,4,Second,Winter,0,EUR\n";
    let file = world.write("spend.csv", spend);
    tokio::task::block_in_place(|| {
        world.fill(150, 4, ["2026-10-01", "2026-11-01"]);
        world.succeed(&["import", "spend", file.to_str().unwrap()]);
    });
    let server = world.serve();
    // 2026-10-20, noon.
    assert_eq!(server.post(&policy("77", 1_792_497_600_000)).await, 200);
    let (status, made) =
        add(&server, &json!({ "day": "2026-10-15", "text": " Price\nraised <10 %> " })).await;
    assert_eq!((status, made["text"].as_str()), (201, Some("Price raised <10 %>")), "{made}");
    let path = format!("/api/v1/annotations?{RANGE}");
    server.wait_until(&path, |told| told["annotations"].as_array().unwrap().len() == 4).await;
    let all = told(&server).await;
    let short = |one: &Value| {
        ["day", "kind", "text"].map(|key| one[key].as_str().unwrap().to_owned()).join(" | ")
    };
    assert_eq!(
        all.iter().map(short).collect::<Vec<_>>(),
        [
            "2026-10-10 | ad_started | An ad began to cost money: New",
            "2026-10-11 | campaign_started | A campaign began to cost money: Winter",
            "2026-10-15 | manual | Price raised <10 %>",
            "2026-10-20 | policy | Meta blocked 77: The bot sends too much",
        ]
    );
    assert_eq!(all[2]["author"], "this machine");
    // The import itself is told on the day of the import.
    let today = server.json("/api/v1/annotations").await.to_string();
    assert!(today.contains("Spend was imported: 4 ad days, 2026-10-02 to 2026-10-11"), "{today}");

    // Each chart by day, on pages and as files, marks them and says what they are.
    for path in [
        format!("/?{RANGE}"),
        format!("/funnels?{RANGE}"),
        format!("/funnels/build?{RANGE}&title=Sale&s1.kind=message&s2.kind=echo"),
        format!("/ads/2?{RANGE}"),
    ] {
        let (_, page) = server.get(&path).await;
        assert!(page.contains("4 annotations.") && page.contains("Price raised"), "{path}: {page}");
    }
    for path in [
        "/api/v1/funnels/click-to-messenger?by=day&format=svg&",
        "/api/v1/funnels/click-to-messenger/comparison?by=day&format=svg&",
        "/api/v1/audience?format=svg&",
    ] {
        let (_, svg) = server.get(&format!("{path}{RANGE}")).await;
        assert!(svg.contains("Price raised") && svg.contains("4 annotations."), "{path}: {svg}");
    }
    let png = |with: Vec<u8>| with.starts_with(b"\x89PNG");
    let path = format!("/api/v1/funnels/click-to-messenger?by=day&format=png&{RANGE}");
    let pixels = async || reqwest::get(server.url(&path)).await.unwrap().bytes().await.unwrap();
    let with = pixels().await;

    // Removed, it is nowhere, and cannot be removed again; what the store tells has no id.
    let id = made["id"].as_str().unwrap();
    let remove = async |id: &str| {
        let path = server.url(&format!("/api/v1/annotations/{id}"));
        Client::new().delete(path).send().await.unwrap().status().as_u16()
    };
    assert_eq!((remove(id).await, remove(id).await, remove("nothing").await), (204, 404, 404));
    assert_eq!(told(&server).await.len(), 3);
    assert!(!server.get(&format!("/?{RANGE}")).await.1.contains("Price raised"));
    let without = pixels().await;
    assert!(with != without && png(with.to_vec()) && png(without.to_vec()));
}

#[tokio::test]
async fn bad_annotations_are_refused_by_their_field() {
    let world = World::new();
    let server = world.serve();
    for (annotation, field) in [
        (json!({ "day": "2026-02-30", "text": "a" }), "day"),
        (json!({ "day": "yesterday", "text": "a" }), "day"),
        (json!({ "day": "2026-10-01", "text": "  " }), "text"),
        (json!({ "day": "2026-10-01", "text": "x".repeat(301) }), "text"),
        (json!({ "day": "2026-10-01", "text": "a", "page": "1') OR (1" }), "page"),
    ] {
        let (status, told) = add(&server, &annotation).await;
        assert_eq!((status, told["parameter"].as_str()), (400, Some(field)), "{told}");
    }
    let (status, told) = add(&server, &json!({ "day": "2026-10-01", "txt": "a" })).await;
    assert!(status == 400 && told["detail"].as_str().unwrap().contains("txt"), "{told}");
}

#[tokio::test]
async fn annotations_are_of_ones_pages_and_written_by_analysts() {
    let world = World::new();
    let (server, link) = serve(world.command(&["serve"]));
    let admin = first_user(&server, &link).await;
    let vera = user(&server, &admin, "vera", "viewer").await;
    for (text, page) in [("for all", ""), ("for own", "1111"), ("for other", "2222")] {
        let form =
            [("day", "2026-10-05"), ("text", text), ("page", page), ("back", "/audience?x=1")];
        let added = send(&server, "/annotations", &form, &admin).await;
        assert_eq!(added.status(), 303);
        assert_eq!(added.headers()["location"], "/audience?x=1");
        let refused = send(&server, "/annotations", &form, &vera).await;
        assert_eq!(refused.status(), 403);
    }
    let ask = async |path: &str, cookie: &str| {
        let asked = Client::new().get(server.url(path)).header("cookie", cookie).send();
        asked.await.unwrap().text().await.unwrap()
    };
    let api = format!("/api/v1/annotations?{RANGE}");
    let all = ask(&api, &vera).await;
    assert!(["for all", "for own", "for other"].iter().all(|text| all.contains(text)), "{all}");
    // A member of a workspace sees what is of its Page alone.
    workspace(&server, &admin, "acme", "1111", "").await;
    let vera = join(&server, &admin, "vera", "acme").await;
    let own = ask(&api, &vera).await;
    assert!(own.contains("for own") && !own.contains("for all") && !own.contains("for other"));
    // A form leads nowhere else.
    let form = [("day", "2026-10-05"), ("text", "a"), ("back", "//evil.example/")];
    let added = send(&server, "/annotations", &form, &admin).await;
    assert_eq!(added.headers()["location"], "/");
    // Who did what stands in the audit log, and the page offers to remove.
    let settings = ask("/settings", &admin).await;
    assert!(settings.contains("POST /annotations"), "{settings}");
}

/// When campaigns and ads began, by a plain loop over the days that count.
#[tokio::test]
async fn first_days_of_spend_are_those_of_a_plain_loop() {
    let folder = TempDir::new().unwrap();
    let engine = start_engine(folder.path()).await.unwrap();
    let mut began = 0;
    for seed in 0..6 {
        let store = Store::new(engine.endpoint(&format!("spend_{seed}")));
        migrate(&store).await.unwrap();
        let mut random = fastrand::Rng::with_seed(seed);
        for import in 1..8 {
            random_import(&store, &mut random, import).await;
        }
        let (first, last) = (date(2026, 10, 1), date(2026, 10, 30));
        let zone = TimeZone::UTC;
        let day = |date: Date| {
            Timestamp(date.to_zoned_datetime(zone.clone()).unwrap().timestamp().as_millisecond())
        };
        for (from, to) in [(first, last), (date(2026, 10, 9), date(2026, 10, 20))] {
            let behind = to.tomorrow().unwrap();
            let period = Period::new(day(from), day(behind), zone.clone()).unwrap();
            let found = store.first_spend(&period).await.unwrap();
            let found: Vec<_> =
                found.into_iter().map(|one| (one.day, one.kind, one.many, one.names)).collect();
            let right = slow(&store, to).await;
            let right: Vec<_> = right.into_iter().filter(|one| one.0 >= from).collect();
            began += right.len();
            assert_eq!(found, right, "seed {seed}, {from} to {to}");
        }
    }
    assert!(began > 30, "{began}");
    engine.stop().await;
}

/// A few days of a few ads, told ad by ad or as an account's whole days.
async fn random_import(store: &Store, random: &mut fastrand::Rng, import: u64) {
    let start = date(2026, 10, random.i8(1..24));
    let length = random.i8(1..7);
    let account = ["", "11", "22"][random.usize(0..3)];
    let mut days = Vec::new();
    for date in (0..length).map(|days| start.saturating_add(jiff::Span::new().days(days))) {
        for number in 0..8_u64 {
            // Each ad is of one account; even ones may be told without it.
            let own = if number % 2 == 0 { "11" } else { "22" };
            if random.u8(0..3) > 0 || !(account.is_empty() || account == own) {
                continue;
            }
            days.push(AdDay {
                date,
                account_id: if account.is_empty() && number > 1 { own } else { account }.to_owned(),
                ad_id: format!("{number}"),
                ad_name: if number == 3 { String::new() } else { format!("Ad {number}") },
                adset_id: String::new(),
                adset_name: String::new(),
                campaign_id: if number < 6 { format!("c{}", number / 2) } else { String::new() },
                campaign_name: if number < 4 {
                    format!("Campaign {}", number / 2)
                } else {
                    String::new()
                },
                platform: String::new(),
                position: String::new(),
                impressions: None,
                clicks: None,
                spend: rust_decimal::Decimal::from(random.u32(0..3)),
                currency: "EUR".to_owned(),
                conversations_started: None,
                first_replies: None,
            });
        }
    }
    let at = 1_760_000_000_000_000 + import;
    if account.is_empty() || random.bool() {
        store.save_spend(&days, at).await.unwrap();
    } else {
        let last = start.saturating_add(jiff::Span::new().days(length - 1));
        store.save_account_days(account, start, last, &days, at).await.unwrap();
    }
}

/// (day, kind, how many, three names).
type Began = (Date, String, u64, Vec<String>);

async fn slow(store: &Store, last: Date) -> Vec<Began> {
    let paid = store.spend(date(2026, 1, 1), last).await.unwrap();
    let known = store.known_spend_days(date(2026, 1, 1), date(2026, 12, 31)).await.unwrap();
    let since = |account: &str| {
        known.iter().filter(|day| day.account_id == account).map(|day| day.date).min()
    };
    let mut ads: BTreeMap<String, AdDay> = BTreeMap::new();
    for day in paid.into_iter().filter(|day| !day.spend.is_zero()) {
        let first = ads.entry(day.ad_id.clone()).or_insert_with(|| day.clone());
        if day.date < first.date {
            *first = day;
        }
    }
    let mut campaigns: BTreeMap<String, Date> = BTreeMap::new();
    for ad in ads.values().filter(|ad| !ad.campaign_id.is_empty()) {
        let began = campaigns.entry(ad.campaign_id.clone()).or_insert(ad.date);
        *began = ad.date.min(*began);
    }
    let mut found: BTreeMap<(Date, bool), BTreeSet<(String, String)>> = BTreeMap::new();
    for ad in ads.values() {
        let named =
            |name: &String, id: &String| if name.is_empty() { id.clone() } else { name.clone() };
        // Of an ad whose account no day tells nobody knows whether it began before.
        if since(&ad.account_id).is_none_or(|since| ad.date <= since) {
            continue;
        }
        let own = named(&ad.ad_name, &ad.ad_id);
        let campaign = campaigns.get(&ad.campaign_id);
        if campaign == Some(&ad.date) {
            let name = named(&ad.campaign_name, &ad.campaign_id);
            found.entry((ad.date, false)).or_default().insert((ad.campaign_id.clone(), name));
        } else {
            found.entry((ad.date, true)).or_default().insert((own.clone(), own));
        }
    }
    let told = |((day, is_ad), all): ((Date, bool), BTreeSet<(String, String)>)| {
        let kind = if is_ad { "ad" } else { "campaign" };
        let names: BTreeSet<String> = all.iter().map(|(_, name)| name.clone()).collect();
        let names = names.into_iter().take(3).collect();
        (day, kind.to_owned(), all.len() as u64, names)
    };
    found.into_iter().map(told).collect()
}
