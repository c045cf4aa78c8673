//! Every page on the demo's data, in a real browser: in both languages, light and dark, on a screen and on a phone;
//! by axe-core's rules, by the keyboard alone, and none too large.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::{Server, World};

/// Bytes of a page at most, without images.
const LARGEST: usize = 120 * 1024;

/// The demo, with a month of traffic of a few people.
pub fn demo() -> (World, Server) {
    let world = World::new();
    let mut command = world.command(&["demo", "--people", "700", "--days", "30"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address = lines.find_map(|line| {
        Some(line.strip_prefix("The dashboard: ")?.trim_end_matches('/').to_owned())
    });
    // What it says later must not be without a reader.
    std::thread::spawn(move || lines.for_each(drop));
    (world, Server::of(child, address.expect("the demo tells its address")))
}

/// Addresses of all pages, in all their forms.
pub async fn pages(server: &Server) -> Vec<String> {
    let rows = server.json("/api/v1/conversations?limit=1").await;
    let row = &rows["conversations"][0];
    let (page, person) = (row["page_id"].as_str().unwrap(), row["person_id"].as_str().unwrap());
    // Somebody has asked for the pages of this server before.
    let acme = json!({ "name": "acme", "title": "Acme Shoes", "pages": [page], "time_zone": "Europe/Paris" });
    let made = reqwest::Client::new().post(server.url("/api/v1/workspaces")).json(&acme);
    let made = made.send().await.unwrap().status().as_u16();
    assert!(matches!(made, 201 | 409), "{made}");
    let mut pages: Vec<String> = [
        "/",
        "/?from=2020-01-01&through=2020-01-02",
        // Three years: as weeks, and no larger.
        "/?from=2024-01-01&through=2026-12-01",
        "/audience?from=2024-01-01&through=2026-12-01",
        "/funnels?by=ref",
        "/funnels?by=ad&filter=source%3Dad&step=lead&of=messaged",
        "/funnels",
        "/funnels?from=2020-01-01&through=2020-01-02",
        "/funnels/build",
        "/funnels/build?title=Sale&s1.kind=message&s2.conversion=lead&s3.conversion=purchase",
        "/funnels/build?s1.kind=message&s2.payload=(",
        "/funnels/people?step=answered",
        "/ads?intervals=true",
        "/ads?by=source&sort=name&column=spend&column=lead",
        "/ads?search=nothing-of-that-name",
        "/attribution?intervals=true",
        "/attribution?by=ad&model=markov",
        "/links",
        "/links/new",
        "/conversations",
        "/conversations/rows?reached=lead&filter=source%3Dad",
        "/attribution/touchpoints?filter=source%3Dlink",
        "/cohorts",
        "/audience",
        "/reports",
        "/reports/new",
        "/alerts?rule=policy",
        "/funnels/stored",
        "/views",
        "/goals",
        "/quality",
        "/workspaces",
        "/?workspace=acme",
        "/ads?workspace=acme&by=ad",
        "/reference",
        "/settings",
        "/connect?question=%2Fapi%2Fv1%2Fads%3Fby%3Dcampaign%26from%3D2026-10-01",
        "/login",
        "/nothing",
    ]
    .map(str::to_owned)
    .to_vec();
    pages.push(format!("/people/{page}/{person}"));
    pages
}

/// What axe-core finds on a page that is serious or worse: rule, and where.
async fn faults(browser: &Browser) -> Vec<String> {
    let axe = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let axe = std::fs::read_to_string(axe.join("node_modules/axe-core/axe.min.js"));
    let axe = axe.expect("npm ci brings axe-core");
    browser.run(&axe).await;
    let script = "const done = arguments[arguments.length - 1]; axe.run().then(done, done)";
    let found = browser.client.execute_async(script, vec![]).await.unwrap();
    assert!(found["passes"].as_array().is_some_and(|passes| passes.len() > 5), "{found}");
    let serious = |fault: &&Value| matches!(fault["impact"].as_str(), Some("serious" | "critical"));
    let told = |fault: &Value| {
        let places = fault["nodes"].as_array().unwrap().iter().take(3);
        let places: Vec<String> = places.map(|node| node["html"].to_string()).collect();
        format!("{}: {}", fault["id"], places.join(" | "))
    };
    found["violations"].as_array().unwrap().iter().filter(serious).map(told).collect()
}

/// Each page as one kind of reader sees it.
async fn seen(width: u32, scheme: &str, language: &str) {
    let (_world, server) = demo();
    let browser = Browser::open(width, 900, scheme).await;
    let client = &browser.client;
    if language != "en" {
        client.goto(&server.url("/login")).await.unwrap();
        let button = fantoccini::Locator::Css("button[lang=fr]");
        client.find(button).await.unwrap().click().await.unwrap();
        client.wait().for_element(fantoccini::Locator::Css("html[lang=fr]")).await.unwrap();
    }
    for page in pages(&server).await {
        client.goto(&server.url(&page)).await.unwrap();
        let name: String = page
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
            .take(60)
            .collect();
        browser.screenshot(&format!("every{name}-{language}-{width}-{scheme}")).await;
        assert!(!browser.overflows().await, "{page} is wider than {width}");
        assert_eq!(faults(&browser).await, Vec::<String>::new(), "{page}, {language}, {scheme}");
        // Only what is ours is loaded, and nothing failed.
        let own = server.url("");
        let loaded = "return performance.getEntriesByType('resource').map(one => [one.name, one.responseStatus])";
        for one in browser.run(loaded).await.as_array().unwrap() {
            let (name, status) = (one[0].as_str().unwrap(), one[1].as_u64().unwrap());
            let is_ours = name.starts_with(&own) || name.starts_with("data:");
            assert!(is_ours && status < 400, "{page} loads {name}: {status}");
        }
        let inline =
            "return document.querySelectorAll('script:not([src]), [style], [onclick]').length";
        assert_eq!(browser.run(inline).await, json!(0), "{page} has inline scripts or styles");
        let labelled = "return [...document.querySelectorAll('svg')].every(one => one.getAttribute('aria-label') || one.ariaHidden === 'true')";
        assert_eq!(browser.run(labelled).await, json!(true), "{page} has a chart without a text");
        // Whatever is a figure says what it is.
        let unexplained = "return [...document.querySelectorAll('thead th.n')] \
             .filter(head => !head.title && !head.querySelector('[title]')) \
             .map(head => head.textContent)";
        assert_eq!(
            browser.run(unexplained).await,
            json!([]),
            "{page} has figures without a meaning"
        );
        let size = server.get(&page).await.1.len();
        assert!(size < LARGEST, "{page} has {size} bytes");
    }
}

#[tokio::test]
async fn on_a_light_screen_in_english() {
    seen(1280, "light", "en").await;
}

#[tokio::test]
async fn on_a_dark_screen_in_french() {
    seen(1280, "dark", "fr").await;
}

#[tokio::test]
async fn on_a_phone_in_french() {
    seen(390, "light", "fr").await;
}

#[tokio::test]
async fn on_a_dark_phone_in_english() {
    seen(390, "dark", "en").await;
}

/// From the top of the page, the tab key reaches the form of days, and what is typed is asked.
#[tokio::test]
async fn the_keyboard_alone_is_enough() {
    let (_world, server) = demo();
    let browser = Browser::open(1200, 900, "light").await;
    let client = &browser.client;
    client.goto(&server.url("/ads")).await.unwrap();
    let tab = "\u{e004}";
    let press = async |keys: &str| {
        client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    };
    let focused = async || {
        let script = "const at = document.activeElement; \
             return [at.tagName, at.id || at.name || (at.matches('.menu > summary') && at.parentElement.id) || at.textContent.trim(), \
                 at === document.body || getComputedStyle(at).outlineStyle !== 'none']";
        browser.run(script).await
    };
    // The first stop leads past the navigation.
    press(tab).await;
    assert_eq!(focused().await, json!(["A", "Skip to the figures", true]));
    let mut stops = Vec::new();
    for _ in 0..70 {
        press(tab).await;
        let stop = focused().await;
        // The days are in a menu, which opens by the enter key.
        if stop[0] == "SUMMARY" && stop[1] == "range" {
            press("\u{e007}").await;
        }
        assert_eq!(stop[2], true, "focus cannot be seen at {stop}");
        stops.push(stop[1].as_str().unwrap().to_owned());
    }
    for wanted in ["Overview", "Settings", "from", "through", "Show", "search", "Columns", "Apply"]
    {
        assert!(stops.iter().any(|stop| stop == wanted), "{wanted} is not reached: {stops:?}");
    }
    // Searching, by typing and the enter key.
    browser.run("document.getElementById('search').focus()").await;
    press("wedding").await;
    press("\u{e007}").await;
    let rows = "return document.querySelectorAll('#ads tbody tr').length";
    for _ in 0..100 {
        if browser.run(rows).await == json!(1) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(browser.run(rows).await, json!(1));
    assert!(client.current_url().await.unwrap().query().unwrap().contains("search=wedding"));
    assert_eq!(focused().await[1], "search", "who types stays where they are");
}

/// Whatever a page of the demo leads to is there: other pages, files of every form, charts as pixels.
#[tokio::test]
async fn every_link_leads_somewhere() {
    let (_world, server) = demo();
    let mut found = std::collections::BTreeMap::new();
    let link = regex::Regex::new(r#"(?:href|src)="(/[^"]*)""#).unwrap();
    for page in pages(&server).await {
        let (_, text) = server.get(&page).await;
        for link in link.captures_iter(&text) {
            let address = link[1].replace("&amp;", "&").replace("&#38;", "&");
            // One person is as good as another, and lists of rows have a test of their own.
            let one_of_many = [
                "/people/",
                "/conversations/rows?",
                "/funnels/people?",
                "/attribution/touchpoints?",
            ];
            let kind = one_of_many.into_iter().find(|many| address.starts_with(many));
            let kind = kind.map_or_else(|| address.clone(), str::to_owned);
            found.entry(kind).or_insert((address, page.clone()));
        }
    }
    assert!(found.len() > 120, "{}", found.len());
    for (address, page) in found.values() {
        let answer = reqwest::get(server.url(address)).await.unwrap();
        let (status, kind) = (answer.status(), answer.headers()["content-type"].clone());
        let bytes = answer.bytes().await.unwrap();
        assert!(status.is_success() && !bytes.is_empty(), "{page} leads to {address}: {status}");
        let kind = kind.to_str().unwrap();
        for (form, wanted) in [
            ("csv", "text/csv"),
            ("png", "image/png"),
            ("parquet", "parquet"),
            ("xlsx", "spreadsheet"),
        ] {
            if address.contains(&format!("format={form}")) {
                assert!(kind.contains(wanted), "{address} is {kind}");
            }
        }
    }
}
