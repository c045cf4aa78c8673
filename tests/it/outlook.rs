//! What unfinished days come to, told by the program, against what is computed slowly of its conversations.

use std::collections::BTreeMap;
use std::sync::Arc;

use fantoccini::Locator;
use jiff::tz::TimeZone;
use messenger_funnel::analysis::{
    AgedCount, ConversionCurve, DEFAULT_FUNNEL, DaySpread, Funnels, Model, Outlook, Parameters,
    Step,
};
use messenger_funnel::domain::{RefRules, Timestamp};
use messenger_funnel::insights::funnel_outlook::answer_with_outlook;
use messenger_funnel::insights::query::{Defaults, QueryParams, Question};
use messenger_funnel::store::Store;

use crate::support::browser::Browser;
use crate::support::{World, client, start_engine};

const DAY: i64 = 86_400_000;
const WINDOW: i64 = 28 * DAY;

/// When it was opened, whether by an ad, and when it reached lead and purchase (0: not).
type Conversation = (i64, bool, i64, i64);

fn question(from: &str, to: &str, by: &str, filter: Option<&str>) -> Question {
    let defaults = Defaults {
        zone: TimeZone::UTC,
        model: Model::Last,
        parameters: Parameters::default(),
        refs: Arc::<RefRules>::default(),
    };
    let asked = QueryParams {
        from: Some(from.to_owned()),
        to: Some(to.to_owned()),
        by: Some(by.to_owned()),
        filter: filter.map(str::to_owned),
        ..QueryParams::default()
    };
    asked.understand(&defaults, Timestamp(i64::MAX / 4)).unwrap()
}

fn date(instant: i64) -> String {
    let instant = jiff::Timestamp::from_millisecond(instant).unwrap();
    TimeZone::UTC.to_datetime(instant).date().to_string()
}

/// Each day's expectation of conversations one by one: those that reached a step, and when.
fn slowly(all: &[(i64, i64)], known: i64) -> BTreeMap<String, (u64, f64, f64)> {
    let aged = |(opened, reached): &(i64, i64)| AgedCount {
        age: known - opened,
        of: 1,
        reached: u64::from(*reached > 0),
    };
    let recent: Vec<&(i64, i64)> =
        all.iter().filter(|(opened, _)| *opened >= known - WINDOW - 56 * DAY).collect();
    let converted: Vec<(i64, u64)> = recent
        .iter()
        .filter(|(_, reached)| *reached > 0)
        .map(|(opened, reached)| (reached - opened, 1))
        .collect();
    let seen: Vec<AgedCount> = recent.iter().map(|one| aged(one)).collect();
    let curve = ConversionCurve::new(&converted, &seen, WINDOW);
    let mut days: BTreeMap<String, Vec<AgedCount>> = BTreeMap::new();
    for one in all {
        days.entry(date(one.0)).or_default().push(aged(one));
    }
    let told = |(day, seen): (String, Vec<AgedCount>)| {
        let Outlook { matured_share, expected, .. } =
            curve.outlook(std::slice::from_ref(&seen), DaySpread { variance: 0.0, days: 1.0 });
        (day, (seen.iter().map(|one| one.reached).sum(), matured_share.unwrap(), expected.unwrap()))
    };
    days.into_iter().map(told).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_days_come_to_what_earlier_conversations_tell() {
    let world = World::new();
    tokio::task::block_in_place(|| world.fill(9000, 8, ["2026-08-01", "2026-11-20"]));
    let csv = tokio::task::block_in_place(|| {
        let range = ["--from", "2026-10-05", "--to", "2026-11-20", "--by", "day"];
        world.succeed(&[&["funnel", "--format", "csv"], &range[..]].concat())
    });
    let engine = start_engine(&world.data_dir()).await.unwrap();
    let endpoint = engine.endpoint("messenger_funnel");
    let (store, client) = (Store::new(endpoint.clone()), client(&endpoint));
    let all = client.query(
        "SELECT toUnixTimestamp64Milli(opened_at), source = 'ad', \
         ifNull(toUnixTimestamp64Milli(lead_at), 0), ifNull(toUnixTimestamp64Milli(purchase_at), 0) \
         FROM v_conversations",
    );
    let all: Vec<Conversation> = all.fetch_all().await.unwrap();
    let known = client.query("SELECT toUnixTimestamp64Milli(max(time)) FROM v_events");
    let known: i64 = known.fetch_one().await.unwrap();
    let own = Funnels::new();
    let mut narrower = 0;
    for filter in [None, Some("source=ad")] {
        let asked = question("2026-10-05", "2026-11-20", "day", filter);
        let report = answer_with_outlook(&store, &own, DEFAULT_FUNNEL, &asked).await.unwrap();
        let is_meant = |one: &&Conversation| filter.is_none() || one.1;
        for (name, reached) in [("lead", 2), ("purchase", 3)] {
            let pairs = all.iter().filter(is_meant).map(|one| match reached {
                2 => (one.0, one.2),
                _ => (one.0, one.3),
            });
            let slow = slowly(&pairs.collect::<Vec<_>>(), known);
            for row in &report.breakdown {
                let day = row.value("day").unwrap();
                let step = row.steps.iter().find(|step| step.name == name).unwrap();
                let told = step.outlook.unwrap();
                let (count, matured, expected) = slow[day];
                assert_eq!(step.count, Some(count), "{day}");
                let found = [told.matured_share, told.expected, told.low, told.high];
                let [share, come, low, high] = found.map(Option::unwrap);
                // We look by five minutes and hours, and the slow way by milliseconds.
                assert!((share - matured).abs() < 0.01, "{name} {day}: {share} {matured}");
                assert!(
                    (come - expected).abs() < 0.05 + 0.01 * expected,
                    "{day}: {come} {expected}"
                );
                assert!(count as f64 <= low && low <= come + 0.5 && come <= high + 0.5, "{told:?}");
                if day < "2026-10-22" {
                    assert_eq!((share, come, low, high), (1.0, low, low, low), "{day}");
                }
                narrower += usize::from(day > "2026-11-10" && high > low && share < 1.0);
            }
        }
    }
    // Else there was nothing to see.
    assert!(narrower > 10, "{narrower}");

    // Of weeks the same, added up: each conversation has its own age.
    let by_day = question("2026-10-05", "2026-11-16", "day", None);
    let by_week = question("2026-10-05", "2026-11-16", "week", None);
    let days = answer_with_outlook(&store, &own, DEFAULT_FUNNEL, &by_day).await.unwrap();
    let weeks = answer_with_outlook(&store, &own, DEFAULT_FUNNEL, &by_week).await.unwrap();
    for (place, week) in weeks.breakdown.iter().enumerate() {
        let sum: f64 = days.breakdown[7 * place..7 * place + 7]
            .iter()
            .map(|day| day.steps.last().unwrap().outlook.unwrap().expected.unwrap())
            .sum();
        let told = week.steps.last().unwrap().outlook.unwrap();
        assert!((told.expected.unwrap() - sum).abs() < 1e-6, "{told:?} {sum}");
    }

    // So does the whole.
    let outlook = |steps: &[Step]| steps.last().unwrap().outlook.unwrap();
    let sum: f64 = days.breakdown.iter().map(|day| outlook(&day.steps).expected.unwrap()).sum();
    for whole in [&days, &weeks].map(|report| outlook(&report.steps)) {
        let [low, expected, high] = [whole.low, whole.expected, whole.high].map(Option::unwrap);
        assert!(
            (expected - sum).abs() < 1e-6 && low <= expected + 0.5 && expected <= high + 0.5,
            "{whole:?}"
        );
    }

    // What nobody can tell is null: a step with few conversions, and what lies before the opening.
    let few = question("2026-11-01", "2026-11-20", "day", Some("source=comment"));
    let few = answer_with_outlook(&store, &own, DEFAULT_FUNNEL, &few).await.unwrap();
    let purchases = few.breakdown.iter().map(|row| row.steps.last().unwrap().outlook.unwrap());
    assert!(purchases.clone().count() > 3 && purchases.clone().all(|told| told.expected.is_none()));
    let clicks = few.breakdown[0].steps.iter().find(|step| step.name == "clicks").unwrap();
    assert_eq!(clicks.outlook, Some(Outlook::default()));
    // Nothing of the kind stands where it is not looked at.
    let by_source = question("2026-11-01", "2026-11-20", "source", None);
    let by_source = answer_with_outlook(&store, &own, DEFAULT_FUNNEL, &by_source).await.unwrap();
    let steps = by_source.breakdown[0].steps.iter().chain(&by_source.steps);
    assert!(steps.into_iter().all(|step| step.outlook.is_none()));
    engine.stop().await;

    let mut lines = csv.lines();
    let head = "day,step,count,rate_from_previous,rate_from_first,matured_share,expected,low,high";
    assert_eq!(lines.next(), Some(head));
    let line = lines.find(|line| line.starts_with("2026-11-18,purchase,")).unwrap();
    let cells: Vec<f64> =
        line.split(',').skip(5).map(|cell| cell.trim().parse().unwrap()).collect();
    assert!(cells[0] < 1.0 && cells[2] <= cells[1] && cells[1] <= cells[3], "{line}");
}

/// The page tells what the API tells, and marks the days that are not finished.
#[tokio::test(flavor = "multi_thread")]
async fn unfinished_days_are_lighter_and_have_what_is_expected() {
    let world = World::new();
    tokio::task::block_in_place(|| world.fill(4000, 8, ["2026-09-01", "2026-11-20"]));
    let server = world.serve();
    let days = "from=2026-10-10&to=2026-11-20";
    let report = server.json(&format!("/api/v1/funnels/click-to-messenger?{days}&by=day")).await;
    let rows = report["breakdown"].as_array().unwrap();
    let unfinished = |row: &&serde_json::Value| {
        let step = row["steps"].as_array().unwrap().last().unwrap();
        step["matured_share"].as_f64().is_none_or(|share| share < 0.995)
    };
    let count = rows.iter().filter(unfinished).count();
    assert!((3..rows.len() - 3).contains(&count), "{count}");
    // The overview's tiles tell what the whole comes to.
    let (_, overview) = server.get("/?from=2026-11-18&through=2026-11-19").await;
    let last = "from=2026-11-18&to=2026-11-20&by=day";
    let report = server.json(&format!("/api/v1/funnels/click-to-messenger?{last}")).await;
    let step = report["steps"].as_array().unwrap().last().unwrap();
    let [low, expected, high] =
        ["low", "expected", "high"].map(|end| step[end].as_f64().unwrap().round());
    let told = format!("expected {expected} ({low} to {high})");
    assert!(overview.contains(&told), "{told}");
    let page = "/funnels?from=2026-10-10&through=2026-11-19&step=purchase&of=opened";
    for (width, scheme, language) in [(1280, "light", "en"), (390, "dark", "fr")] {
        let browser = Browser::open(width, 1000, scheme).await;
        if language == "fr" {
            browser.client.goto(&server.url("/login")).await.unwrap();
            let button = browser.client.find(Locator::Css("button[lang=fr]")).await.unwrap();
            button.click().await.unwrap();
            let french = Locator::Css("html[lang=fr]");
            browser.client.wait().for_element(french).await.unwrap();
        }
        browser.client.goto(&server.url(page)).await.unwrap();
        browser.run("document.getElementById('rates-table').open = true").await;
        let light = browser.client.find_all(Locator::Css("#rates tr.unfinished")).await.unwrap();
        assert_eq!(light.len(), count);
        // A ring for each day that is not finished.
        let drawn = "return [...document.querySelectorAll('#rates-title ~ figure svg.wide [stroke-width]')]\
                     .filter(one => one.tagName === 'circle').length";
        assert_eq!(browser.run(drawn).await.as_u64(), Some(count as u64));
        assert!(!browser.overflows().await);
        browser.run("document.getElementById('rates-title').scrollIntoView()").await;
        browser.screenshot(&format!("unfinished-{width}-{scheme}-{language}")).await;
    }
}

/// A custom funnel that says what the default one says comes to the same; and one that counts people says so.
#[tokio::test(flavor = "multi_thread")]
async fn custom_funnels_tell_what_is_expected_too() {
    let world = World::new();
    tokio::task::block_in_place(|| world.fill(4000, 8, ["2026-09-01", "2026-11-20"]));
    std::fs::create_dir(world.folder().join("funnels")).unwrap();
    let steps = "[[steps]]\nname = 'messaged'\nkind = 'message'\n\
                 [[steps]]\nname = 'answered'\nkind = 'echo'\n\
                 [[steps]]\nname = 'lead'\nconversion = 'lead'\n\
                 [[steps]]\nname = 'purchase'\nconversion = 'purchase'\n";
    world.write(
        "funnels/sold.toml",
        format!("title = 'Sold'\nwindow = '28d'\nunit = 'person'\n{steps}"),
    );
    world.write("funnels/best.toml", format!("title = 'Best'\nreentry = 'best'\n{steps}"));
    let folder = world.folder().join("funnels");
    let world = world.with("funnels_dir", folder.to_str().unwrap());
    let server = world.serve();
    let days = "from=2026-10-10&to=2026-11-20";
    let report = server.json(&format!("/api/v1/funnels/sold?{days}&by=day")).await;
    let usual = server.json(&format!("/api/v1/funnels/click-to-messenger?{days}&by=day")).await;
    let told = |report: &serde_json::Value, day: &str, step: &str| -> [Option<f64>; 5] {
        let rows = report["breakdown"].as_array().unwrap();
        let row = rows.iter().find(|row| row["by"]["day"] == day).unwrap();
        let steps = row["steps"].as_array().unwrap();
        let step = steps.iter().find(|one| one["name"] == step).unwrap();
        ["count", "matured_share", "expected", "low", "high"].map(|name| step[name].as_f64())
    };
    let mut unfinished = 0;
    for row in report["breakdown"].as_array().unwrap() {
        let day = row["by"]["day"].as_str().unwrap();
        // Somebody's attempt stands with their conversation, which may have been opened before.
        if day < "2026-10-10" {
            continue;
        }
        for step in ["answered", "lead", "purchase"] {
            let [count, matured, expected, low, high] =
                told(&report, day, step).map(Option::unwrap);
            assert!(
                count <= low && low <= expected + 0.5 && expected <= high + 0.5,
                "{day} {step}"
            );
            let [_, usual_matured, ..] = told(&usual, day, step).map(Option::unwrap);
            // The default one counts each conversation by itself: who comes back to buy does so later.
            assert!((-0.03..0.2).contains(&(usual_matured - matured)), "{day} {step}: {matured}");
            if day < "2026-10-22" {
                assert_eq!((matured, count), (1.0, expected), "{day}");
            }
            unfinished += usize::from(matured < 0.995);
        }
    }
    assert!(unfinished > 20, "{unfinished}");
    // One that is only tried out tells the same.
    let tried: serde_json::Value = serde_json::json!({
        "name": "sold", "title": "Sold", "window": "28d", "unit": "person",
        "steps": [
            { "name": "messaged", "kind": "message" }, { "name": "answered", "kind": "echo" },
            { "name": "lead", "conversion": "lead" },
            { "name": "purchase", "conversion": "purchase" },
        ],
    });
    let path = server.url(&format!("/api/v1/funnels/preview?{days}&by=day"));
    let preview = reqwest::Client::new().post(path).json(&tried).send().await.unwrap();
    let preview: serde_json::Value = preview.json().await.unwrap();
    assert_eq!(told(&preview, "2026-11-18", "lead"), told(&report, "2026-11-18", "lead"));
    // The attempt that gets furthest may be another tomorrow.
    let best = server.json(&format!("/api/v1/funnels/best?{days}&by=day")).await;
    assert_eq!(told(&best, "2026-11-18", "lead")[1..], [None; 4]);
    let page = "/funnels?name=sold&from=2026-10-10&through=2026-11-19&step=purchase&of=lead";
    let browser = Browser::open(1280, 1000, "light").await;
    browser.client.goto(&server.url(page)).await.unwrap();
    let text = browser.run("return document.querySelector('main').innerText").await.to_string();
    assert!(text.contains("People have 28 days to convert"), "{text}");
    // Also the share of a step that is unfinished itself has a circle.
    let rings = "return [...document.querySelectorAll('#rates-title ~ figure svg.wide [stroke-width]')]\
                 .filter(one => one.tagName === 'circle').length";
    assert!(browser.run(rings).await.as_u64().unwrap() > 3);
}
