//! The overview page in a real browser: its figures are the API's.

use fantoccini::Locator;
use serde_json::json;

use crate::support::browser::Browser;
use crate::support::{Server, World, count};

const DAYS: &str = "from=2026-11-01&through=2026-11-19";
const RANGE: &str = "from=2026-11-01&to=2026-11-20";

fn with_traffic() -> World {
    let world = World::new();
    world.fill(1500, 2, ["2026-10-25", "2026-11-20"]);
    world
}

async fn funnel(server: &Server, by: &str) -> serde_json::Value {
    server.json(&format!("/api/v1/funnels/click-to-messenger?{RANGE}&by={by}")).await
}

#[tokio::test]
async fn the_page_shows_the_figures_of_the_api() {
    let world = with_traffic();
    let server = world.serve();
    let browser = Browser::open(1280, 2600, "light").await;
    browser.client.goto(&server.url(&format!("/?{DAYS}"))).await.unwrap();
    browser.screenshot("overview-light").await;

    let report = funnel(&server, "source").await;
    for step in ["opened", "messaged", "answered", "engaged", "lead", "purchase"] {
        // Folded away until somebody opens it, but there.
        let script =
            format!("return document.querySelector('[data-step={step}] .count').textContent");
        let shown = browser.run(&script).await;
        let shown: String = shown.as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
        assert_eq!(shown.parse(), Ok(count(&report, step).unwrap()), "{step}");
    }
    for tile in ["opened", "lead", "purchase"] {
        let shown = browser.number(&format!("#tile-{tile} dd")).await;
        assert_eq!(Some(shown), count(&report, tile), "{tile}");
    }
    let rows = report["breakdown"].as_array().unwrap();
    assert!(rows.len() >= 8);
    for row in rows {
        let source = row["by"]["source"].as_str().unwrap();
        let shown = browser.number(&format!("#sources [data-source={source}] td")).await;
        assert_eq!(Some(shown), count(row, "opened"), "{source}");
    }
    let ads = funnel(&server, "ad").await;
    for row in ads["breakdown"].as_array().unwrap().iter().filter(|row| !row["by"]["ad"].is_null())
    {
        let ad = row["by"]["ad"].as_str().unwrap();
        let shown = browser.number(&format!("#ads [data-ad='{ad}'] td")).await;
        assert_eq!(Some(shown), count(row, "opened"), "{ad}");
    }
    // Titles come with their letters whole.
    assert!(browser.text("#ads").await.contains("Café au lait, first one free"));

    // Both charts are drawn, in the style sheet's colours, and can be read out.
    let charts = browser.client.find_all(Locator::Css("figure svg[role=img]")).await.unwrap();
    assert_eq!(charts.len(), 2);
    for chart in charts {
        let label = chart.attr("aria-label").await.unwrap().unwrap();
        assert!(label.chars().any(|letter| letter.is_ascii_digit()), "{label}");
        let html = chart.html(false).await.unwrap();
        assert!(html.contains("var(--series-1)") && !html.contains("#04"), "{html}");
    }
    let bars = "return [...document.querySelectorAll('#funnel .column rect:last-child')].map(bar => bar.getBoundingClientRect().height)";
    let bars = browser.run(bars).await;
    let widths: Vec<f64> =
        bars.as_array().unwrap().iter().filter_map(serde_json::Value::as_f64).collect();
    assert!(
        widths.len() >= 6 && widths.windows(2).take(5).all(|pair| pair[0] >= pair[1]),
        "{widths:?}"
    );

    assert!(!browser.overflows().await);
    assert_eq!(complaints(&browser).await, Vec::<String>::new());
}

/// What the page says to the browser's console, and what the policy forbade.
async fn complaints(browser: &Browser) -> Vec<String> {
    let script = "return performance.getEntriesByType('resource').map(entry => entry.name)";
    let loaded = browser.run(script).await;
    let address = browser.client.current_url().await.unwrap();
    let own = address.origin().ascii_serialization();
    let mut complaints: Vec<String> = loaded
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|name| name.as_str())
        .filter(|name| !name.starts_with(&own) && !name.starts_with("data:"))
        .map(|name| format!("loaded {name}"))
        .collect();
    let inline = "return document.querySelectorAll('script:not([src]), [style], [onclick]').length";
    let inline = browser.run(inline).await.as_u64().unwrap();
    if inline > 0 {
        complaints.push(format!("{inline} inline scripts or styles"));
    }
    complaints
}

#[tokio::test]
async fn dates_are_chosen_by_form_and_by_link() {
    let world = with_traffic();
    let server = world.serve();
    let browser = Browser::open(1280, 1200, "light").await;
    browser.client.goto(&server.url(&format!("/?{DAYS}"))).await.unwrap();
    let all = browser.number("#tile-opened dd").await;
    for (name, date) in [("from", "2026-11-05"), ("through", "2026-11-05")] {
        browser.run(&format!("document.querySelector('[name={name}]').value = '{date}'")).await;
    }
    browser.client.find(Locator::Css("#range > summary")).await.unwrap().click().await.unwrap();
    browser.client.find(Locator::Css("form.range button")).await.unwrap().click().await.unwrap();
    browser.client.wait().for_element(Locator::Css("#tile-opened")).await.unwrap();
    // The old page has the same elements: only the address tells that the new one is there.
    let chosen = Some("from=2026-11-05&through=2026-11-05");
    for _ in 0..200 {
        if browser.client.current_url().await.unwrap().query() == chosen {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(browser.client.current_url().await.unwrap().query(), chosen);
    browser.client.wait().for_element(Locator::Css("#tile-opened")).await.unwrap();
    let one_day = browser.number("#tile-opened dd").await;
    assert!(one_day > 0 && one_day < all);
    let report =
        server.json("/api/v1/funnels/click-to-messenger?from=2026-11-05&to=2026-11-06").await;
    assert_eq!(Some(one_day), count(&report, "opened"));
}

#[tokio::test]
async fn a_phone_in_the_dark_needs_no_sideways_scrolling() {
    let world = with_traffic();
    let server = world.serve();
    let browser = Browser::open(390, 4200, "dark").await;
    browser.client.goto(&server.url(&format!("/?{DAYS}"))).await.unwrap();
    browser.screenshot("overview-phone-dark").await;
    assert!(!browser.overflows().await);
    let ground = browser.run("return getComputedStyle(document.body).backgroundColor").await;
    assert_eq!(ground, json!("rgb(14, 17, 22)"));
}

#[tokio::test]
async fn before_the_first_event_and_outside_of_the_data_it_says_what_to_do() {
    let world = World::new();
    let server = world.serve();
    let browser = Browser::open(1000, 700, "light").await;
    browser.client.goto(&server.url("/")).await.unwrap();
    browser.screenshot("overview-empty").await;
    assert!(browser.text("main").await.contains("No event has come in yet"));
    // 2016: far outside of the default range.
    let body = crate::support::message("1", "ann", 1_458_692_752_478, "m1");
    assert_eq!(server.post(&body).await, 200);
    let then = "/api/v1/funnels/click-to-messenger?from=2016-03-20&to=2016-03-30";
    server.wait_until(then, |report| count(report, "opened") == Some(1)).await;
    browser.client.goto(&server.url("/")).await.unwrap();
    assert!(browser.text("#as-of").await.starts_with("As of "));
    browser
        .client
        .find(Locator::LinkText("show everything that is stored"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    browser.client.wait().for_element(Locator::Css("#tile-opened")).await.unwrap();
    assert_eq!(browser.number("#tile-opened dd").await, 1);
    browser.client.goto(&server.url("/?from=yesterday")).await.unwrap();
    assert!(browser.text("[role=alert]").await.contains("\"yesterday\" is neither a date"));
}

#[tokio::test]
async fn a_hostile_ad_title_is_text() {
    let world = World::new();
    let server = world.serve();
    let evil = "<script>document.title='owned'</script>\"'>\u{202e}txt";
    let time = 1_795_168_800_000_i64;
    let body = json!({ "object": "page", "entry": [{ "id": "1", "time": time, "messaging": [{
        "sender": { "id": "x" }, "recipient": { "id": "1" }, "timestamp": time,
        "message": { "mid": "m", "referral": { "source": "ADS", "ad_id": evil,
            "ads_context_data": { "ad_title": evil } } },
    }]}]});
    assert_eq!(server.post(body.to_string().as_bytes()).await, 200);
    let question = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";
    server.wait_until(question, |report| count(report, "opened") == Some(1)).await;
    let browser = Browser::open(1000, 700, "light").await;
    browser.client.goto(&server.url("/?from=2026-11-20&to=2026-11-21")).await.unwrap();
    assert_eq!(browser.client.title().await.unwrap(), "Overview · messenger-funnel");
    assert_eq!(browser.text("#ads tbody bdi").await, evil);
}
