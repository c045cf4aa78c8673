//! Tracked links, from the registry over the visit to the conversation.

use std::time::Duration;

use messenger_funnel::domain::{Link, Links};
use reqwest::header::{LOCATION, USER_AGENT};
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::{Server, World, count};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15";

/// A person who came by a link: Get Started with the ref.
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
async fn wait_for(server: &Server, slug: &str, is_right: impl Fn(u16, &str) -> bool) {
    for _ in 0..100 {
        let (status, location) = visit(server, reqwest::Method::HEAD, slug, PHONE).await;
        if is_right(status, &location) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server does not come to know {slug}");
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

/// What a reader of QR codes reads in a picture.
fn read_code(width: usize, height: usize, is_dark: impl Fn(usize, usize) -> bool) -> String {
    let grey = |x: usize, y: usize| if is_dark(x, y) { 0 } else { 255 };
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
    let codes = picture.detect_grids();
    assert_eq!(codes.len(), 1);
    codes[0].decode().unwrap().1
}

fn read_png(bytes: &[u8]) -> (usize, String) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let width = info.width as usize;
    (width, read_code(width, info.height as usize, |x, y| pixels[y * width + x] < 128))
}

/// The modules of the SVG's path, each eight pixels wide.
fn read_svg(text: &str) -> String {
    let size: usize =
        text.split_once("viewBox=\"0 0 ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
    let path = text.split_once(" d=\"").unwrap().1.split('"').next().unwrap();
    let mut modules = vec![false; size * size];
    for place in path.split('M').skip(1) {
        let (x, rest) = place.split_once(' ').unwrap();
        let y = rest.split('h').next().unwrap();
        modules[y.parse::<usize>().unwrap() * size + x.parse::<usize>().unwrap()] = true;
    }
    read_code(size * 8, size * 8, |x, y| modules[y / 8 * size + x / 8])
}

#[tokio::test]
async fn qr_codes_are_read_by_another_reader() {
    let world = World::new().with("server.public_url", "https://go.example.com");
    world.succeed(&["link", "add", "--page", "shop", "--ref", "poster", "--printed"]);
    let server = world.serve();
    wait_for(&server, "poster", |status, _| status == 302).await;
    let bytes = |path: &'static str| {
        let address = server.url(path);
        async move { reqwest::get(address).await.unwrap().bytes().await.unwrap() }
    };
    let address = "https://go.example.com/l/poster";
    let (width, read) = read_png(&bytes("/l/poster/qr.png").await);
    assert_eq!(read, address);
    // 29 modules and 4 on each side.
    assert_eq!(width, (29 + 8) * 10);
    let (small, read) = read_png(&bytes("/l/poster/qr.png?level=L&quiet_zone=2&scale=3").await);
    assert_eq!((small, read.as_str()), ((25 + 4) * 3, address));
    let (strong, read) = read_png(&bytes("/l/poster/qr.png?level=H").await);
    assert!(strong > width && read == address);
    let (status, svg) = server.get("/l/poster/qr.svg?level=Q&caption=Summer+%26+%3Cb%3E").await;
    assert_eq!(status, 200);
    assert_eq!(read_svg(&svg), address);
    assert!(svg.contains(">Summer &amp; &lt;b&gt;</text>"), "{svg}");
    for (path, told) in [
        ("/l/poster/qr.png?level=X", "level"),
        ("/l/poster/qr.png?scale=0", "scale"),
        ("/l/poster/qr.png?caption=x", "caption"),
        ("/l/poster/qr.svg?quiet_zone=99", "quiet_zone"),
        ("/l/poster/qr.svg?size=1", "size"),
    ] {
        let (status, said) = server.get(path).await;
        assert!(status == 400 && said.contains(told), "{path}: {status} {said}");
    }
    assert_eq!(server.get("/l/nothing/qr.svg").await.0, 404);
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
