//! What the overview tells beside the funnel: the period before, what a lead costs and by which ads, what to do first.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::every_page::demo;
use crate::support::browser::Browser;
use crate::support::{World, count};

/// Texts of the cells of a table's rows.
async fn cells(browser: &Browser, table: &str) -> Vec<Vec<String>> {
    let script = format!(
        "return [...document.querySelectorAll('{table} tbody tr')].map(row => [...row.children].map(one => one.textContent.trim()))"
    );
    serde_json::from_value(browser.run(&script).await).unwrap()
}

/// The count of a cell, behind which what is expected may stand.
fn number(text: &str) -> u64 {
    let count = text.split_whitespace().next().unwrap_or_default();
    count.replace(',', "").parse().unwrap_or_else(|_| panic!("{text:?}"))
}

#[tokio::test]
async fn each_day_stands_beside_the_one_before() {
    let (_world, server) = demo();
    let today = server.json("/api/v1/funnels/click-to-messenger").await;
    let last: Date = today["to"].as_str().unwrap()[..10].parse().unwrap();
    // Ten whole days, and the ten before them.
    let (to, from) = (last.saturating_sub(2.days()), last.saturating_sub(12.days()));
    let before = from.saturating_sub(10.days());
    let through = to.saturating_sub(1.days());
    let browser = Browser::open(1280, 1000, "light").await;
    let page = server.url(&format!("/?from={from}&through={through}"));
    let asked = jiff::Timestamp::now();
    browser.client.goto(&page).await.unwrap();
    let answered = jiff::Timestamp::now();
    let of = async |from: Date, to: Date, by: &str| {
        let path = format!("/api/v1/funnels/click-to-messenger?from={from}&to={to}{by}");
        server.json(&path).await
    };
    let by_day = async |from: Date, to: Date, day: Date| {
        let report = of(from, to, "&by=day").await;
        let rows = report["breakdown"].as_array().unwrap().clone();
        let row = rows.into_iter().find(|row| row["by"]["day"] == day.to_string());
        let step = |name: &str| row.as_ref().and_then(|row| count(row, name)).unwrap_or(0);
        ["opened", "lead", "purchase"].map(step)
    };
    // Of the days before what had happened ten days ago: as old as the others are now.
    let then_by = async |step: &str, day: Date| {
        let next = day.saturating_add(1.days());
        let path = format!("/api/v1/conversations?from={day}&to={next}&reached={step}&limit=1000");
        let found = server.json(&path).await;
        let reached = format!("{step}_at");
        let rows = found["conversations"].as_array().unwrap_or_else(|| panic!("{found}")).iter();
        let times: Vec<jiff::Timestamp> =
            rows.map(|row| row[&reached].as_str().unwrap().parse().unwrap()).collect();
        // The page was made at an instant between the two.
        let until = |now: jiff::Timestamp| {
            let latest = now.saturating_sub(jiff::SignedDuration::from_hours(240)).unwrap();
            times.iter().filter(|time| **time <= latest).count() as u64
        };
        until(asked)..=until(answered)
    };
    let rows = cells(&browser, "#days").await;
    assert_eq!(rows.len(), 10);
    for row in &rows {
        let day: Date = row[0].parse().unwrap();
        let (own, then) = (
            by_day(from, to, day).await,
            by_day(before, from, day.saturating_sub(10.days())).await,
        );
        let earlier = day.saturating_sub(10.days());
        let shown: Vec<u64> = row[1..].iter().map(|cell| number(cell)).collect();
        assert_eq!([shown[0], shown[2], shown[4]], own, "{day}");
        assert_eq!(shown[1], then[0], "{day}");
        assert!(then_by("lead", earlier).await.contains(&shown[3]), "{day}: {shown:?}");
        assert!(then_by("purchase", earlier).await.contains(&shown[5]), "{day}: {shown:?}");
    }
    let counted = (of(from, to, "").await, of(before, from, "").await);
    let (now, then) = (count(&counted.0, "opened").unwrap(), count(&counted.1, "opened").unwrap());
    assert!(now > 0 && then > 0, "{now} {then}");
    let change = (now as f64 / then as f64 - 1.0) * 100.0;
    let sign = if change < 0.0 { "−" } else { "+" };
    let told = browser.text("#tile-opened .change").await;
    let wanted = format!("{sign}{:.0} %", change.abs());
    assert!(told == wanted || change.abs() < 0.5, "{told:?} is not {wanted:?}");
}

#[tokio::test]
async fn what_a_lead_costs_least_and_most() {
    let (_world, server) = demo();
    let report = server.json("/api/v1/ads?by=ad").await;
    let cost = |row: &Value| {
        let steps = row["steps"].as_array().unwrap();
        steps.iter().find(|step| step["name"] == "lead").unwrap()["cost"].clone()
    };
    let browser = Browser::open(1280, 1000, "light").await;
    browser.client.goto(&server.url("/")).await.unwrap();
    let total = cost(&report["totals"][0])["value"].as_f64().unwrap();
    let tile = browser.text("#tile-cost-per-lead").await;
    assert!(tile.contains(&format!("{total:.2} EUR")), "{tile} does not tell {total}");
    let rows = report["rows"].as_array().unwrap();
    let paid = || rows.iter().filter(|row| row["spend"].as_f64().is_some_and(|spend| spend > 0.0));
    let by = |row: &&Value, end: &str| cost(row)[end].as_f64();
    let best = paid()
        .filter(|row| by(row, "high").is_some())
        .min_by(|one, other| by(one, "high").partial_cmp(&by(other, "high")).unwrap())
        .unwrap();
    let worst =
        paid().max_by(|one, other| by(one, "low").partial_cmp(&by(other, "low")).unwrap()).unwrap();
    let shown =
        "return [...document.querySelectorAll('#extremes tbody tr')].map(row => row.dataset.ad)";
    assert_eq!(browser.run(shown).await, json!([best["id"], worst["id"]]));
    let text = browser.text("section[aria-labelledby=extremes-title]").await;
    let is_sure = by(&best, "high") < by(&worst, "low");
    // Of ads that are picked more is asked for than intervals that do not overlap.
    let differ = text.contains("differ by more than picking them out explains");
    assert!(differ != text.contains("may be chance") && (is_sure || !differ), "{text}");

    // The demo's links are clicked, and not everybody who clicks arrives.
    let links = server.json("/api/v1/links").await;
    let count = |link: &Value, name: &str| link[name].as_u64().unwrap();
    let clicked = links["links"].as_array().unwrap().iter();
    let clicked = clicked.filter(|link| count(link, "clicks") > count(link, "arrived"));
    assert!(clicked.clone().count() > 0, "{links}");
    assert!(clicked.clone().all(|link| count(link, "arrived") > 0), "{links}");
}

#[tokio::test]
async fn the_first_start_is_a_walk_and_settings_tell_the_effective_settings() {
    let world = World::new()
        .with("server.public_url", "https://go.example.com")
        .with("time_zone", "Europe/Paris");
    let server = world.serve();
    let browser = Browser::open(1000, 900, "light").await;
    browser.client.goto(&server.url("/")).await.unwrap();
    let walk = browser.text("#first-run").await;
    assert!(walk.contains("https://go.example.com/webhooks/meta"), "{walk}");
    for told in ["meta.app_secrets", "messaging_referrals", "messenger-funnel doctor"] {
        assert!(walk.contains(told), "{walk}");
    }
    browser.client.goto(&server.url("/settings")).await.unwrap();
    let told = browser.text("#in-force").await;
    assert!(told.contains("Europe/Paris") && told.contains("https://go.example.com"), "{told}");
    let stages = cells(&browser, "#rules").await;
    assert!(stages.iter().any(|row| row[0] == "purchase" && row[1] == "label"), "{stages:?}");
    assert!(browser.text("#stages").await.contains("The business's first message after that"));
}

#[tokio::test]
async fn the_map_of_waiting_has_the_medians_of_the_api() {
    let (_world, server) = demo();
    let report = server.json("/api/v1/response-times").await;
    let times = report["times"].as_array().unwrap();
    let hours: Vec<&Value> =
        times.iter().filter(|row| row["dimension"] == "weekday_hour").collect();
    let wrote =
        |rows: &[&Value]| rows.iter().map(|row| row["wrote"].as_u64().unwrap()).sum::<u64>();
    let all: Vec<&Value> = times.iter().filter(|row| row["dimension"] == "all").collect();
    assert_eq!(wrote(&hours), wrote(&all));
    let browser = Browser::open(1280, 1000, "light").await;
    browser.client.goto(&server.url("/conversations")).await.unwrap();
    let rows = cells(&browser, "#heat").await;
    assert_eq!((rows.len(), rows[0].len()), (7, 25));
    let mut seen = 0;
    for row in hours {
        let (day, hour) = row["value"].as_str().unwrap().split_once(' ').unwrap();
        let (day, hour): (usize, usize) = (day.parse().unwrap(), hour.parse().unwrap());
        let Some(median) = row["median_ms"].as_f64() else { continue };
        let shown = &rows[day - 1][hour + 1];
        if median < 100.0 * 60_000.0 {
            assert_eq!(*shown, format!("{:.0}", median / 60_000.0), "{row}");
        }
        seen += 1;
    }
    assert!(seen > 80, "{seen}");
}
