//! Tracked links, from the registry over the visit to the conversation.

use std::time::Duration;

use messenger_funnel::domain::{Link, Links};
use reqwest::header::{LOCATION, USER_AGENT};
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::{Server, World, count};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15";

/// A person who entered through a link: Get Started with the ref.
fn started(person: &str, referral_ref: &str, time: i64) -> Vec<u8> {
    serde_json::to_vec(
        &json!({ "object": "page", "entry": [{ "id": "77", "time": time, "messaging": [{
            "sender": { "id": person },
            "recipient": { "id": "77" },
            "timestamp": time,
            "postback": {
                "mid": format!("m_{person}"),
                "title": "Get Started",
                "payload": "START",
                "referral": { "ref": referral_ref, "source": "SHORTLINK", "type": "OPEN_THREAD" },
            },
        }]}]}),
    )
    .unwrap()
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

async fn visit(server: &Server, method: reqwest::Method, slug: &str, agent: &str) -> (u16, String) {
    let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let request = client.request(method, server.url(&format!("/l/{slug}")));
    let answer = request.header(USER_AGENT, agent).send().await.unwrap();
    assert!(!answer.headers().contains_key("set-cookie"));
    let location = answer.headers().get(LOCATION).map(|text| text.to_str().unwrap().to_owned());
    (answer.status().as_u16(), location.unwrap_or_default())
}

/// Waits until a running server knows a link, or knows it anew.
pub async fn wait_for(server: &Server, slug: &str, is_right: impl Fn(u16, &str) -> bool) {
    for _ in 0..100 {
        let (status, location) = visit(server, reqwest::Method::HEAD, slug, PHONE).await;
        if is_right(status, &location) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server does not come to know {slug}");
}

/// However it is typed or cut out of a text. The visits do not count, as it is only looked at.
async fn is_found_however_it_is_written(server: &Server, target: &str) {
    for written in [
        "summer-sale/",
        "summer-sale//",
        "summer-sale///",
        "SUMMER-Sale//",
        "summer%2Dsale",
        "%73ummer-sale/",
        "summer-sale.",
        "summer-sale./",
        "summer-sale%20",
        "summer-sale%20/",
        "summer-sale/%20",
        "summer-sale)",
    ] {
        let (status, location) = visit(server, reqwest::Method::HEAD, written, PHONE).await;
        assert_eq!((status, location.as_str()), (302, target), "{written}");
    }
    assert_eq!(visit(server, reqwest::Method::HEAD, "summer-sale/more", PHONE).await.0, 404);
}

fn of<'a>(report: &'a Value, slug: &str) -> &'a Value {
    report["links"].as_array().unwrap().iter().find(|link| link["slug"] == slug).unwrap()
}

#[tokio::test]
async fn a_click_is_followed_to_its_conversation() {
    let world = World::new().with("server.public_url", "https://go.example.com/");
    let server = world.serve();
    let added = world.succeed(&[
        "link",
        "add",
        "--page",
        "77",
        "--ref",
        "Summer_Sale",
        "--campaign",
        "Summer",
        "--medium",
        "poster",
        "--owner",
        "Ann",
        "--cost",
        "120.50",
        "--currency",
        "EUR",
        "--printed",
    ]);
    assert_eq!(
        added,
        "summer-sale\thttps://go.example.com/l/summer-sale\thttps://m.me/77?ref=Summer_Sale\n"
    );
    wait_for(&server, "summer-sale", |status, _| status == 302).await;

    // A person's click carries a mark of its own each time; a preview's does not count.
    let (status, first) = visit(&server, reqwest::Method::GET, "summer-sale", PHONE).await;
    assert_eq!(status, 302);
    let (_, second) = visit(&server, reqwest::Method::GET, "summer-sale", PHONE).await;
    assert!(first.starts_with("https://m.me/77?ref=Summer_Sale-mfc") && first != second, "{first}");
    let (_, preview) =
        visit(&server, reqwest::Method::GET, "summer-sale", "facebookexternalhit/1.1").await;
    assert_eq!(preview, "https://m.me/77?ref=Summer_Sale");
    assert_eq!(visit(&server, reqwest::Method::GET, "nothing", PHONE).await.0, 404);
    is_found_however_it_is_written(&server, &preview).await;

    // One of the two arrives, another person comes by the printed ref without a tracked click.
    let marked = first.split_once("ref=").unwrap().1;
    assert_eq!(server.post(&started("ann", marked, now())).await, 200);
    assert_eq!(server.post(&started("bob", "Summer_Sale", now())).await, 200);
    let report = server
        .wait_until("/api/v1/links", |report| of(report, "summer-sale")["arrived"] == 1)
        .await;
    let link = of(&report, "summer-sale");
    assert_eq!(link["clicks"], 2);
    assert_eq!(count(link, "opened"), Some(2));
    assert_eq!(link["cost"], "120.5");
    assert_eq!(link["lint"], json!([]));
    assert!(link["previews"].as_u64().unwrap() >= 2);

    // Both are one ref, a QR code by the registry, and have the link's campaign.
    for (by, value) in [
        ("ref", "Summer_Sale"),
        ("source", "qr"),
        ("link", "summer-sale"),
        ("campaign", "Summer"),
        ("medium", "poster"),
        ("owner", "Ann"),
    ] {
        let path = format!("/api/v1/funnels/click-to-messenger?by={by}");
        let report = server.json(&path).await;
        let rows = report["breakdown"].as_array().unwrap();
        assert_eq!(rows.len(), 1, "{by}: {report}");
        assert_eq!(
            (&rows[0]["by"][by], count(&rows[0], "opened")),
            (&json!(value), Some(2)),
            "{by}"
        );
    }

    // Edits reach a running server; an archived link still leads on, for print cannot be called back.
    world.succeed(&["link", "edit", "summer-sale", "--ref", "autumn", "--printed", "false"]);
    wait_for(&server, "summer-sale", |_, location| location.ends_with("ref=autumn")).await;
    world.succeed(&["link", "archive", "summer-sale"]);
    let report = server
        .wait_until("/api/v1/links", |report| of(report, "summer-sale")["is_archived"] == true)
        .await;
    assert_eq!(of(&report, "summer-sale")["campaign"], "Summer");
    assert_eq!(visit(&server, reqwest::Method::GET, "summer-sale", PHONE).await.0, 302);
    let csv = world.succeed(&["link", "list", "--format", "csv"]);
    assert!(
        csv.starts_with("slug,page,ref,campaign,") && csv.contains("\r\nsummer-sale,77,autumn,"),
        "{csv}"
    );
    let table = world.succeed(&["link", "list"]);
    assert!(table.contains("summer-sale (archived)"), "{table}");

    // Killed and started again without ClickHouse: visitors are still led on.
    server.kill();
    let data = world.data_dir();
    let away = World::new()
        .with("clickhouse.url", "http://127.0.0.1:9")
        .with("data_dir", data.to_str().unwrap());
    let server = away.serve();
    assert_eq!(visit(&server, reqwest::Method::GET, "summer-sale", PHONE).await.0, 302);
    server.interrupt();
    let list = world.json(&["link", "list", "--format", "json"]);
    assert_eq!(of(&list, "summer-sale")["clicks"], 4);
}

#[test]
fn what_cannot_be_a_link_is_refused_and_what_blurs_figures_is_told() {
    let world = World::new();
    let run = |args: &[&str]| {
        let output = world.run(&[&["link"], args].concat());
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = run(&["add", "--page", "evil.com/x", "--ref", "a"]);
    assert!(code == 2 && said.contains("page: \"evil.com/x\""), "{code} {said}");
    let (code, said) = run(&["add", "--page", "shop", "--slug", "A b"]);
    assert!(code == 2 && said.contains("slug: \"A b\""), "{code} {said}");
    let (code, said) = run(&["add", "--page", "shop", "--cost", "5"]);
    assert!(code == 2 && said.contains("currency:"), "{code} {said}");
    let (code, said) = run(&["edit", "nothing", "--ref", "a"]);
    assert!(code == 1 && said.contains("there is no link \"nothing\""), "{code} {said}");
    let (code, said) = run(&["add", "--page", "shop", "--ref", "été 1"]);
    assert!(code == 0 && said.contains("note: ref: Meta documents letters"), "{code} {said}");
    let (code, said) = run(&["add", "--page", "shop", "--ref", "été 1"]);
    assert!(code == 0 && said.contains("also that of the link t-1"), "{code} {said}");
    let (code, said) = run(&["add", "--page", "shop", "--slug", "t-1"]);
    assert!(code == 1 && said.contains("there is a link \"t-1\" already"), "{code} {said}");
    let links = world.json(&["link", "list", "--format", "json"]);
    let slugs: Vec<&str> = links["links"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| link["slug"].as_str().unwrap())
        .collect();
    assert_eq!(slugs, ["t-1", "t-1-2"]);
}

/// Refs that are lists of parts can be broken down by each of them.
#[tokio::test]
async fn parts_of_refs_are_dimensions() {
    let world = World::new();
    let server = world.serve();
    for (person, referral_ref) in
        [("a", "campaign=x;place=door"), ("b", "utm_campaign=x&utm_medium=mail"), ("c", "plain")]
    {
        assert_eq!(server.post(&started(person, referral_ref, now())).await, 200);
    }
    let path = "/api/v1/funnels/click-to-messenger?by=ref.campaign,ref.place";
    let report = server.wait_until(path, |report| count(report, "opened") == Some(3)).await;
    let rows = report["breakdown"].as_array().unwrap();
    let row = |campaign: Value, place: Value| {
        let by = json!({ "ref.campaign": campaign, "ref.place": place });
        rows.iter().find(|row| row["by"] == by).and_then(|row| count(row, "opened"))
    };
    assert_eq!(row(json!("x"), json!("door")), Some(1));
    assert_eq!(row(json!("x"), Value::Null), Some(1));
    assert_eq!(row(Value::Null, Value::Null), Some(1));
    let credit = server.json("/api/v1/attribution?by=ref.campaign&model=linear").await;
    assert_eq!(credit["total_conversions"], 0.0);
}

#[tokio::test]
async fn the_page_shows_links_with_codes_and_figures() {
    let world = World::new().with("server.public_url", "https://go.example.com");
    let server = world.serve();
    let browser = Browser::open(1280, 900, "light").await;
    browser.client.goto(&server.url("/links")).await.unwrap();
    assert!(browser.text("main").await.contains("No link is registered yet"));
    let add = |args: &[&str]| world.succeed(&[&["link", "add", "--page", "77"], args].concat());
    add(&[
        "--ref",
        "poster",
        "--campaign",
        "Summer <b>sale",
        "--printed",
        "--cost",
        "80",
        "--currency",
        "EUR",
    ]);
    add(&["--ref", "news letter", "--medium", "mail"]);
    wait_for(&server, "poster", |status, _| status == 302).await;
    wait_for(&server, "news-letter", |status, _| status == 302).await;
    visit(&server, reqwest::Method::GET, "poster", PHONE).await;
    server.post(&started("ann", "poster", now())).await;
    server
        .wait_until("/api/v1/links", |report| {
            count(of(report, "poster"), "opened") == Some(1) && of(report, "poster")["clicks"] == 1
        })
        .await;
    browser.client.goto(&server.url("/links")).await.unwrap();
    let row = browser.text("#links [data-link=poster]").await;
    for told in
        ["poster", "printed", "Summer <b>sale", "https://go.example.com/l/poster", "80", "EUR"]
    {
        assert!(row.contains(told), "{told}: {row}");
    }
    assert_eq!(browser.number("#links [data-link=poster] td:nth-of-type(2)").await, 1);
    assert_eq!(browser.number("#links [data-link=poster] td:nth-of-type(5)").await, 1);
    assert!(
        browser.text("#links [data-link=news-letter]").await.contains("Meta documents letters")
    );
    let drawn =
        "return [...document.querySelectorAll('img.qr')].every(one => one.naturalWidth > 0)";
    for _ in 0..50 {
        if browser.run(drawn).await == true {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(browser.run(drawn).await, true);
    assert!(!browser.overflows().await);
    browser.screenshot("links-light").await;
    let phone = Browser::open(390, 844, "dark").await;
    phone.client.goto(&server.url("/links")).await.unwrap();
    phone.screenshot("links-phone-dark").await;
    assert!(!phone.overflows().await);
}

/// The registry is kept beside the journal for starts without ClickHouse; it must stay readable.
#[test]
fn links_are_written_and_read_as_they_are() {
    let link = Link {
        slug: "a".to_owned(),
        page: "shop".to_owned(),
        page_id: String::new(),
        is_instagram: true,
        referral_ref: "é".to_owned(),
        text: "hi".to_owned(),
        campaign: "c".to_owned(),
        medium: "m".to_owned(),
        owner: "o".to_owned(),
        cost: Some("1.50".parse().unwrap()),
        currency: "EUR".to_owned(),
        is_printed: true,
        is_archived: false,
    };
    let links = Links::from([("a".to_owned(), link)]);
    let text = serde_json::to_string(&links).unwrap();
    assert_eq!(serde_json::from_str::<Links>(&text).unwrap(), links);
}

/// Two links with one ref, one without any, and one whose ref was changed: the click decides.
#[tokio::test]
async fn a_tracked_click_decides_whose_conversation_it_is() {
    let world = World::new();
    let server = world.serve();
    let add = |args: &[&str]| world.succeed(&[&["link", "add", "--page", "77"], args].concat());
    add(&["--slug", "door", "--ref", "summer", "--printed"]);
    add(&["--slug", "mail", "--ref", "summer"]);
    add(&["--slug", "bare"]);
    wait_for(&server, "bare", |status, _| status == 302).await;
    for (person, slug) in [("ann", "door"), ("bob", "mail"), ("cid", "mail"), ("dan", "bare")] {
        let (_, target) = visit(&server, reqwest::Method::GET, &slug.to_uppercase(), PHONE).await;
        let marked = target.split_once("ref=").unwrap().1;
        assert_eq!(server.post(&started(person, marked, now())).await, 200);
    }
    world.succeed(&["link", "edit", "door", "--ref", "autumn"]);
    let opened = |report: &Value, slug: &str| count(of(report, slug), "opened");
    let report = server
        .wait_until("/api/v1/links", |report| {
            opened(report, "bare") == Some(1) && opened(report, "mail") == Some(2)
        })
        .await;
    assert_eq!(opened(&report, "door"), Some(1));
    let path = "/api/v1/funnels/click-to-messenger?by=source";
    let report = server.json(path).await;
    let rows = report["breakdown"].as_array().unwrap();
    let qr = rows.iter().find(|row| row["by"]["source"] == "qr").unwrap();
    assert_eq!(count(qr, "opened"), Some(1));

    // A browser that looks ahead is nobody yet.
    let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let ahead = client.get(server.url("/l/bare")).header(USER_AGENT, PHONE);
    let answer = ahead.header("Sec-Purpose", "prefetch;prerender").send().await.unwrap();
    assert_eq!(answer.headers()[LOCATION], "https://m.me/77");
}

/// Edits at the same time are all kept.
#[test]
fn edits_at_the_same_time_are_all_kept() {
    let world = World::new();
    world.succeed(&["link", "add", "--page", "shop", "--slug", "race"]);
    let mut edits = [["--campaign", "c"], ["--owner", "o"], ["--medium", "m"]].map(|edit| {
        world.command(&[&["link", "edit", "race"], &edit[..]].concat()).spawn().unwrap()
    });
    for edit in &mut edits {
        assert!(edit.wait().unwrap().success());
    }
    let list = world.json(&["link", "list", "--format", "json"]);
    let link = of(&list, "race");
    assert_eq!(
        (&link["campaign"], &link["owner"], &link["medium"]),
        (&json!("c"), &json!("o"), &json!("m"))
    );
}
