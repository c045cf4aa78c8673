//! Refs, ads and links called as anybody likes, by way of a server: every page, chart, file, mail and message.

use std::time::Duration;

use resvg::usvg::roxmltree::Document;
use serde_json::{Value, json};

use crate::ads::{TIME, by_ad, thread};
use crate::support::outside::{Hook, Mail};
use crate::support::{Server, World};

const RANGE: &str = "from=2026-11-20&to=2026-11-22";

/// What no page may have: a name that became a part of it.
const INJECTED: [&str; 4] = ["<script>alert", "<img src=x", "<b>bold", "onload='alert"];

fn names() -> Vec<String> {
    let long = ["W", "מ", "👩‍👩‍👧", "\u{301}"].map(|part| part.repeat(1_500));
    let short = [
        "DE > Retargeting",
        " ",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onload='alert(1)",
        "<b>bold</b>]]>&amp;",
        "a\u{1}b\u{1b}[31mc\u{7f}",
        "one\r\nBcc: all@shop.example\r\n\r\ntwo",
        "abc\u{202e}def\u{2066}",
        "מבצע 50%",
        "\u{fffe}\u{ffff}",
        "=1+1",
        "```<!channel>",
    ];
    short.map(str::to_owned).into_iter().chain(long).collect()
}

/// A world in which everything is called by these names, and three reports that tell of it.
fn world(hook: &str, mail: u16) -> (World, String) {
    let world = World::new();
    let mut lines = Vec::new();
    let mut spend = csv::Writer::from_writer(Vec::new());
    spend
        .write_record([
            "Day",
            "Ad ID",
            "Ad name",
            "Campaign name",
            "Impressions",
            "Amount spent (EUR)",
        ])
        .unwrap();
    for (number, name) in names().into_iter().enumerate() {
        let (ad, at) = (format!("1{number:03}"), TIME + number as i64 * 60_000);
        let bought = ["LEAD", "PURCHASE:30.00:EUR"];
        let mut referral = by_ad(&ad);
        referral["ads_context_data"] = json!({ "ad_title": name });
        referral["ref"] = json!(name);
        lines.extend(thread(&format!("ad{number}"), at, referral, &bought));
        let link = json!({ "source": "SHORTLINK", "type": "OPEN_THREAD", "ref": name });
        lines.extend(thread(&format!("link{number}"), at + 1, link, &bought));
        spend.write_record(["2026-11-20", &ad, &name, &name, "100", "5.50"]).unwrap();
    }
    let traffic = world.write("traffic.jsonl", lines.join("\n"));
    let spend = world.write("spend.csv", spend.into_inner().unwrap());
    let settings = world.write(
        "settings.toml",
        format!(
            "[[reports]]\nname = \"ads\"\ntitle = \"Ads > all <b>bold</b> \\\"x\\\" \u{202e}\"\n\
             question = \"ads\"\nby = [\"ad\"]\nrange = \"last_90_days\"\n\
             formats = [\"csv\", \"xlsx\", \"json\", \"parquet\"]\nto = [\"chat\", \"people\"]\n\
             [[reports]]\nname = \"refs\"\nquestion = \"attribution\"\nby = [\"ref\"]\nto = [\"chat\", \"people\"]\n\
             [[reports]]\nname = \"rows\"\nquestion = \"touchpoints\"\nto = [\"chat\", \"people\"]\n\
             [destinations.chat]\nwebhook = \"{hook}\"\n\
             [destinations.people]\nmail = [\"ann@shop.example\"]\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {mail}\nencryption = \"none\"\nfrom = \"Reports <r@shop.example>\"\n"
        ),
    );
    let settings = settings.to_str().unwrap().to_owned();
    world.succeed(&["--config", &settings, "import", "webhooks", traffic.to_str().unwrap()]);
    world.succeed(&["--config", &settings, "import", "spend", spend.to_str().unwrap()]);
    (world, settings)
}

async fn get(server: &Server, path: &str) -> (u16, Vec<u8>) {
    let answer = reqwest::get(server.url(path)).await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

/// Every drawing in a page.
fn drawings(page: &str) -> Vec<&str> {
    let parts = page.split("<svg").skip(1).filter_map(|part| part.split_once("</svg>"));
    parts
        .map(|(inside, _)| {
            let begin = inside.as_ptr() as usize - page.as_ptr() as usize - "<svg".len();
            &page[begin..begin + "<svg".len() + inside.len() + "</svg>".len()]
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_breaks_a_page_a_chart_or_a_file() {
    let (world, settings) = world("http://127.0.0.1:9/hook", 9);
    let server = Server::start(world.command(&["--config", &settings, "serve"]));
    let mut drawn = 0;
    for page in [
        "/?",
        "/funnels?by=ref&",
        "/funnels?by=ad&filter=source%3Dad&step=lead&of=messaged&",
        "/funnels/people?step=messaged&",
        "/ads?by=ad&",
        "/ads?by=campaign&",
        "/attribution?by=ref&",
        "/attribution?by=ad&model=markov&",
        "/attribution/touchpoints?",
        "/links?",
        "/conversations?",
        "/conversations/rows?",
        "/cohorts?",
        "/audience?",
        "/reports?",
        "/quality?",
    ] {
        let (status, body) =
            get(&server, &format!("{page}from=2026-11-20&through=2026-11-21")).await;
        let body = String::from_utf8(body).unwrap();
        assert_eq!(status, 200, "{page}: {body}");
        for injected in INJECTED {
            assert!(!body.contains(injected), "{page} has {injected}");
        }
        for svg in drawings(&body) {
            // Icons in a page's text have no namespace.
            let svg = if svg.contains("xmlns") { svg.to_owned() } else { continue };
            Document::parse(&svg).unwrap_or_else(|error| panic!("{page}: {error}: {svg}"));
            drawn += 1;
        }
    }
    assert!(drawn >= 8, "{drawn} drawings");

    let routes = [
        "/api/v1/funnels/click-to-messenger?by=ref",
        "/api/v1/funnels/click-to-messenger/flows?by=ref",
        "/api/v1/attribution?by=ref",
        "/api/v1/attribution?by=ad",
        "/api/v1/ads?by=ad",
        "/api/v1/ads?by=campaign",
        "/api/v1/touchpoints?",
        "/api/v1/conversations?",
    ];
    for route in routes {
        let mark = if route.ends_with('?') { "" } else { "&" };
        for format in ["json", "csv", "xlsx", "parquet", "arrow", "svg", "png"] {
            let is_chart = matches!(format, "svg" | "png");
            if is_chart && mark.is_empty() {
                continue;
            }
            let (status, body) =
                get(&server, &format!("{route}{mark}{RANGE}&format={format}")).await;
            assert_eq!(status, 200, "{route} {format}: {}", String::from_utf8_lossy(&body));
            match format {
                "svg" => {
                    let svg = String::from_utf8(body).unwrap();
                    Document::parse(&svg).unwrap_or_else(|error| panic!("{route}: {error}: {svg}"));
                }
                "png" => assert!(body.starts_with(b"\x89PNG")),
                "json" => drop(serde_json::from_slice::<Value>(&body).unwrap()),
                "csv" => {
                    let rows = csv::Reader::from_reader(body.as_slice()).into_records();
                    assert!(rows.map(Result::unwrap).count() > 10, "{route}");
                }
                "xlsx" => {
                    let mut book: calamine::Xlsx<_> =
                        calamine::open_workbook_from_rs(std::io::Cursor::new(body)).unwrap();
                    let sheet =
                        calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
                    assert!(sheet.height() > 10, "{route}");
                }
                _ => assert!(body.len() > 200, "{route} {format}"),
            }
        }
    }
    let ads = server.json(&format!("/api/v1/ads?by=ad&{RANGE}")).await;
    let told = ads["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap());
    assert!(told.clone().any(|name| name == "DE > Retargeting"), "{:?}", told.collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_of_every_name_arrive_and_tell_nothing_else() {
    let (hook, address) = Hook::start().await;
    let (mail, port) = Mail::start().await;
    let (world, settings) = world(&address, port);
    let server = Server::start(world.command(&["--config", &settings, "serve"]));
    let reports = ["ads", "refs", "rows"];
    for report in reports {
        let path = server.url(&format!("/api/v1/reports/{report}/runs"));
        assert_eq!(reqwest::Client::new().post(path).send().await.unwrap().status(), 202);
    }
    let started = std::time::Instant::now();
    for report in reports {
        loop {
            let told = server.json(&format!("/api/v1/reports/{report}/runs")).await;
            if told["runs"][0]["status"] == "done" {
                break;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "{told}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    let messages = mail.messages.lock().unwrap().clone();
    assert_eq!(messages.len(), reports.len());
    for (to, message) in &messages {
        assert_eq!(to, &["ann@shop.example"]);
        let (head, _) = message.split_once("\n\n").unwrap();
        assert!(!head.to_lowercase().contains("\nbcc:"), "{head}");
        assert_eq!(head.matches("Subject: ").count(), 1, "{head}");
    }
    let pictures = messages.iter().filter(|(_, text)| text.contains("Content-ID: <chart>"));
    assert_eq!(pictures.count(), 2);
    let posted = hook.posted();
    assert_eq!(posted.len(), reports.len());
    for (_, body) in posted {
        let text = body["text"].as_str().unwrap();
        assert_eq!(text.matches("```").count(), 2, "{text}");
        assert!(!text.contains("<!channel>") && !text.contains('\u{1b}'), "{text}");
    }
}
