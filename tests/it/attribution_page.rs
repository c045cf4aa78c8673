//! The attribution page in a real browser, and the API behind it: one result, the same figures.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::World;
use crate::support::browser::Browser;

const RANGE: &str = "from=2026-11-01&to=2026-11-20";
const DAYS: &str = "from=2026-11-01&through=2026-11-19";

fn with_traffic() -> World {
    let world = World::new();
    world.fill(2500, 3, ["2026-10-20", "2026-11-20"]);
    world
}

fn sum(report: &Value) -> f64 {
    let rows = report["channels"].as_array().unwrap();
    rows.iter().map(|row| row["conversions"].as_f64().unwrap()).sum()
}

#[tokio::test]
async fn api_page_and_command_line_give_one_result() {
    let world = with_traffic();
    let server = world.serve();
    let ask = |rest: &'static str| {
        let server = &server;
        async move { server.json(&format!("/api/v1/attribution?{RANGE}{rest}")).await }
    };
    let usual = ask("").await;
    assert_eq!(usual["model"], "last");
    assert_eq!(usual["lookback_days"], 28);
    let total = usual["total_conversions"].as_f64().unwrap();
    assert!(total > 300.0);
    for model in
        ["first", "last_non_organic", "linear", "position", "time_decay", "markov", "shapley"]
    {
        let path = format!("/api/v1/attribution?{RANGE}&model={model}");
        let report = server.json(&path).await;
        assert_eq!(sum(&report), total, "{model}");
        let args = ["attribution", "--model", model, "--from", "2026-11-01", "--to", "2026-11-20"];
        let told = world.json(&[&args[..], &["--format", "json"]].concat());
        assert_eq!(told, report, "{model}");
    }

    // Only some conversions, and channels finer than sources.
    let purchases = ask("&conversion=purchase&by=source,ad").await;
    assert!(purchases["total_conversions"].as_f64().unwrap() < total);
    let channels = purchases["channels"].as_array().unwrap();
    assert!(channels.iter().any(|row| row["channel"].as_str().unwrap().starts_with("ad / 1")));
    assert!(channels.iter().any(|row| row["channel"] == "organic / (no ad)"));
    assert!(channels.iter().all(|row| row["value"].is_number() && row["currency"].is_string()));
    let without = ask("&conversion=nothing").await;
    assert_eq!(without["channels"], Value::Array(Vec::new()));
    assert!(without["notes"][0].as_str().unwrap().contains("no conversions"));

    let certain = ask("&intervals=true&conversion=lead").await;
    for row in certain["channels"].as_array().unwrap() {
        let [low, high] = [0, 1].map(|end| row["conversions_interval"][end].as_f64().unwrap());
        let credit = row["conversions"].as_f64().unwrap();
        assert!(low <= credit && credit <= high, "{row}");
    }

    let compared = server.json(&format!("/api/v1/attribution/comparison?{RANGE}")).await;
    assert_eq!(compared["total_conversions"].as_f64().unwrap(), total);
    let (status, csv) =
        server.get(&format!("/api/v1/attribution/comparison?{RANGE}&format=csv")).await;
    assert_eq!(status, 200);
    assert!(csv.starts_with("channel,currency,model,conversions,value,difference\r\n"));
    let (_, csv) =
        server.get(&format!("/api/v1/attribution?{RANGE}&model=markov&format=csv")).await;
    assert!(csv.starts_with("channel,conversions,value,currency,removal_effect\r\n"), "{csv}");

    let journeys = server.json(&format!("/api/v1/attribution/journeys?{RANGE}")).await;
    assert_eq!(journeys["conversions"].as_f64().unwrap(), total);
    let of = |list: &str| {
        let rows = journeys[list].as_array().unwrap().iter();
        rows.map(|row| row["conversions"].as_f64().unwrap()).sum::<f64>()
    };
    assert_eq!(of("lengths"), total);
    assert_eq!(of("people"), total);
    let last: f64 = journeys["assists"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["last"].as_f64().unwrap())
        .sum();
    assert!(last <= total && last > total * 0.9);

    for (question, parameter) in [
        ("model=lats", "model"),
        ("order=0", "order"),
        ("lookback_days=4000", "lookback_days"),
        ("half_life_days=x", "half_life_days"),
        ("by=moon", "by"),
        ("intervals=maybe", "intervals"),
        ("modle=last", "modle"),
    ] {
        let (status, said) = server.get(&format!("/api/v1/attribution?{question}")).await;
        assert_eq!(status, 400, "{question}: {said}");
        assert!(said.contains(parameter), "{question}: {said}");
    }
    assert_eq!(server.get("/api/v1/attribution/journeys?format=csv").await.0, 400);
}

#[tokio::test]
async fn the_page_shows_the_figures_of_the_api() {
    let world = with_traffic();
    let server = world.serve();
    let browser = Browser::open(1280, 3600, "light").await;
    let page = format!("/attribution?{DAYS}&model=linear&conversion=&lookback_days=28&by=source");
    browser.client.goto(&server.url(&page)).await.unwrap();
    browser.screenshot("attribution-light").await;
    let report = server.json(&format!("/api/v1/attribution?{RANGE}&model=linear")).await;
    let mut by_channel: BTreeMap<&str, f64> = BTreeMap::new();
    for row in report["channels"].as_array().unwrap() {
        let channel = row["channel"].as_str().unwrap();
        *by_channel.entry(channel).or_default() += row["conversions"].as_f64().unwrap();
    }
    assert!(by_channel.len() >= 8);
    for (channel, credit) in by_channel {
        let cell = browser.text(&format!("#credit [data-channel='{channel}'] td")).await;
        let shown: f64 = cell.replace(',', "").parse().unwrap();
        assert!((shown - credit).abs() <= 0.0501, "{channel}: {shown} {credit}");
    }
    let text = browser.text("main").await;
    for said in ["Every touchpoint on the way earns the same", "Model comparison", "Markov"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(browser.text("#comparison .differs").await.contains('%'));
    assert!(!browser.overflows().await);

    // By the form, with intervals; the choices stay chosen.
    browser.run("document.querySelector('select[name=model]').value = 'markov'").await;
    browser.run("document.querySelector('select[name=conversion]').value = 'purchase'").await;
    browser.run("document.querySelector('#options [name=intervals]').checked = true").await;
    browser.run("document.querySelector('#options').submit()").await;
    let chosen = "return [...document.querySelectorAll('select')].map(one => one.value).join()";
    for _ in 0..100 {
        if browser.run(chosen).await == "markov,source,purchase" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let head = browser.text("#credit thead").await;
    assert!(head.contains("interval") && head.contains("Removal effect"), "{head}");
    browser.screenshot("attribution-markov").await;

    let phone = Browser::open(390, 844, "dark").await;
    phone.client.goto(&server.url(&page)).await.unwrap();
    phone.screenshot("attribution-phone-dark").await;
    assert!(!phone.overflows().await);

    // Nothing to show, and a question that makes no sense.
    browser.client.goto(&server.url("/attribution?from=2020-01-01&to=2020-01-02")).await.unwrap();
    assert!(browser.text("main").await.contains("No conversions in this period"));
    let (status, page) = server.get("/attribution?model=best").await;
    assert_eq!(status, 400);
    assert!(page.contains("unknown attribution model"), "{page}");
}
