//! What a funnel answers beside its counts, on a month of traffic.

use fantoccini::Locator;
use serde_json::Value;

use crate::support::browser::Browser;
use crate::support::{Server, World, count, counts};

const RANGE: &str = "from=2026-11-01&to=2026-11-20";

fn with_traffic() -> (World, Server) {
    let world = World::new();
    world.fill(900, 5, ["2026-11-01", "2026-11-20"]);
    std::fs::create_dir(world.folder().join("funnels")).unwrap();
    world.write(
        "funnels/sale.toml",
        "unit = 'person'\n[[steps]]\nname = 'wrote'\nkind = 'message'\n\
         [[steps]]\nname = 'lead'\nconversion = 'lead'\n\
         [[steps]]\nname = 'sale'\nconversion = 'purchase'\nmin_value = 1\n",
    );
    let folder = world.folder().join("funnels");
    let world = world.with("funnels_dir", folder.to_str().unwrap());
    let server = world.serve();
    (world, server)
}

fn rows<'a>(answer: &'a Value, key: &str) -> &'a Vec<Value> {
    answer[key].as_array().unwrap()
}

#[tokio::test]
async fn rows_and_periods_are_compared_with_a_verdict() {
    let (_world, server) = with_traffic();
    for name in ["click-to-messenger", "sale"] {
        let path = format!("/api/v1/funnels/{name}");
        let report = server.json(&format!("{path}?{RANGE}&by=source")).await;
        let compared = server.json(&format!("{path}/comparison?{RANGE}&by=source&step=lead")).await;
        let found = rows(&compared, "rows");
        assert_eq!(found.len(), rows(&report, "breakdown").len());
        let sum = |key: &str| found.iter().map(|row| row[key].as_u64().unwrap()).sum::<u64>();
        let first = if name == "sale" { "wrote" } else { "opened" };
        assert_eq!(compared["of"], first);
        assert_eq!(Some(sum("of")), count(&report, first));
        assert_eq!(Some(sum("reached")), count(&report, "lead"));
        for row in found {
            let said = row["verdict"].as_str().unwrap();
            let adjusted = row["adjusted_p_value"].as_f64();
            assert!(adjusted.is_none_or(|p| p >= row["p_value"].as_f64().unwrap() - 1e-12));
            match adjusted {
                None => assert!(
                    said.starts_with("too few ") && said.contains(" more are needed: "),
                    "{row}"
                ),
                Some(p) if p < 0.05 => assert!(
                    said.contains("e than the others") || said.contains("r than the others"),
                    "{row}"
                ),
                Some(_) => assert!(said.starts_with("no significant difference"), "{row}"),
            }
            // What is not known of the difference is not known of its direction either.
            let better = row["probability_better"].as_f64();
            assert_eq!(better.is_some(), row["adjusted_p_value"].is_f64(), "{row}");
            assert!(better.is_none_or(|better| (0.0..=1.0).contains(&better)));
        }
        // One row has nothing beside it.
        if name == "click-to-messenger" {
            let alone = format!("{path}/comparison?{RANGE}&by=source&filter=source%3Dad&step=lead");
            let alone = server.json(&alone).await;
            let said = alone["rows"][0]["verdict"].as_str().unwrap();
            assert!(said.starts_with("nothing to compare with"), "{alone}");
        }
        let half = server
            .json(&format!("{path}/comparison?from=2026-11-10&to=2026-11-19&age=whole"))
            .await;
        let before = server.json(&format!("{path}?from=2026-11-01&to=2026-11-10")).await;
        let last = counts(&before["steps"]).last().unwrap().1;
        let all = count(&before, first).unwrap();
        let rate = half["rows"][0]["other_rate"]["rate"].as_f64().unwrap();
        assert!((rate - last as f64 / all as f64).abs() < 1e-12, "{half}");
        assert!(half["same_age"].is_null(), "{half}");
        assert_eq!(half["rows"][0]["reversed_within"], serde_json::json!([]), "{half}");
        // As long as the later ones have had: fewer.
        let aged = server.json(&format!("{path}/comparison?from=2026-11-10&to=2026-11-19")).await;
        let rate = aged["rows"][0]["other_rate"]["rate"].as_f64().unwrap();
        assert!(rate <= last as f64 / all as f64, "{aged}");
        assert_eq!(aged["same_age"]["other_to"], "2026-11-10T00:00:00.000Z", "{aged}");
        // Or beside any other.
        let other = "from=2026-11-10&to=2026-11-19&against_from=2026-11-03&against_to=2026-11-05\
                     &age=whole";
        let other = server.json(&format!("{path}/comparison?{other}")).await;
        let then = server.json(&format!("{path}?from=2026-11-03&to=2026-11-05")).await;
        let reached = counts(&then["steps"]).last().unwrap().1;
        let rate = other["rows"][0]["other_rate"]["rate"].as_f64().unwrap();
        let all = count(&then, first).unwrap();
        assert!((rate - reached as f64 / all as f64).abs() < 1e-12, "{other}");

        let drivers = server.json(&format!("{path}/drivers?{RANGE}&step=lead")).await;
        let keys: std::collections::BTreeSet<&String> = rows(&drivers, "rows")
            .iter()
            .flat_map(|row| row["by"].as_object().unwrap().keys())
            .collect();
        assert_eq!(keys.len(), 11, "{keys:?}");
    }
    for (query, said) in [
        ("step=sold&by=source", "unknown step \\\"sold\\\"; known are impressions, clicks, opened"),
        ("step=opened&of=lead&by=source", "comes before"),
        ("against_from=2026-11-01", "a period has both ends"),
        ("against_from=2026-11-02&against_to=2026-11-01", "against_from"),
    ] {
        let path = format!("/api/v1/funnels/click-to-messenger/comparison?{RANGE}&{query}");
        let (status, told) = server.get(&path).await;
        assert!(status == 400 && told.contains(said), "{told}");
    }
    let csv =
        server.get(&format!("/api/v1/funnels/sale/comparison?{RANGE}&by=source&format=csv")).await;
    assert!(csv.1.starts_with("source,reached,of,rate,rate_low,"), "{}", csv.1);
}

#[tokio::test]
async fn who_dropped_flows_sequences_and_cohorts_add_up() {
    let (_world, server) = with_traffic();
    for (name, first) in [("click-to-messenger", "opened"), ("sale", "wrote")] {
        let path = format!("/api/v1/funnels/{name}");
        let report = server.json(&format!("{path}?{RANGE}")).await;
        let steps: Vec<(String, u64)> = counts(&report["steps"]);
        for pair in steps.windows(2) {
            let people = format!("{path}/people?{RANGE}&step={}&limit=100000", pair[0].0);
            let dropped = server.json(&people).await;
            assert_eq!(dropped["total"].as_u64(), Some(pair[0].1 - pair[1].1), "{name} {pair:?}");
            assert_eq!(rows(&dropped, "people").len() as u64, pair[0].1 - pair[1].1);
        }
        let flows = server.json(&format!("{path}/flows?{RANGE}")).await;
        let flows = rows(&flows, "flows");
        // What flows into a step flows out of it, or stays at the end.
        let sum = |key: &str, node: &str| -> u64 {
            let of = flows.iter().filter(|flow| flow[key] == node);
            of.map(|flow| flow["count"].as_u64().unwrap()).sum()
        };
        assert_eq!(Some(sum("to", first)), count(&report, first));
        for (step, _) in &steps[..steps.len() - 1] {
            assert_eq!(sum("to", step), sum("from", step), "{name} {step}");
        }
        let (status, told) = server.get(&format!("{path}/people?{RANGE}&step=purchase")).await;
        assert!(status == 400 && told.contains("can stand here"), "{told}");
    }
    let all = server.json(&format!("/api/v1/conversations?{RANGE}&limit=100000")).await;
    let people: std::collections::BTreeSet<String> =
        rows(&all, "conversations").iter().map(|row| row["person_id"].to_string()).collect();
    let sequences = server.json(&format!("/api/v1/sequences?{RANGE}")).await;
    let counted: u64 =
        rows(&sequences, "sequences").iter().map(|row| row["people"].as_u64().unwrap()).sum();
    assert!(counted <= people.len() as u64 && counted > people.len() as u64 / 3);
    let first = sequences["sequences"][0]["sequence"].as_str().unwrap();
    assert!(first.split(" > ").count() >= 2 && first.starts_with("ad > "), "{first}");

    let cohorts = server.json(&format!("/api/v1/cohorts?{RANGE}")).await;
    let cohorts = rows(&cohorts, "cohorts");
    let size: u64 = cohorts.iter().map(|cohort| cohort["size"].as_u64().unwrap()).sum();
    assert_eq!(size, people.len() as u64);
    for cohort in cohorts {
        // Everybody acts in the week of the first act; some come again.
        assert_eq!(cohort["active"][0], cohort["size"], "{cohort}");
    }
    assert!(cohorts[0]["active"][1].as_u64().unwrap() > 0, "{cohorts:?}");
    for path in ["sequences", "cohorts", "funnels/sale/flows", "funnels/sale/people"] {
        let (status, csv) = server.get(&format!("/api/v1/{path}?{RANGE}&format=csv")).await;
        assert!(status == 200 && csv.lines().count() > 2, "{path}: {csv}");
    }
}

#[tokio::test]
async fn the_page_shows_any_funnel_with_the_figures_of_the_api() {
    let (_world, server) = with_traffic();
    let browser = Browser::open(1200, 1900, "light").await;
    let days = "from=2026-11-01&through=2026-11-19";
    for name in ["click-to-messenger", "sale"] {
        browser
            .client
            .goto(&server.url(&format!("/funnels?{days}&name={name}&by=source")))
            .await
            .unwrap();
        browser.screenshot(&format!("funnel-{name}-light")).await;
        let report = server.json(&format!("/api/v1/funnels/{name}?{RANGE}&by=source")).await;
        let first = if name == "sale" { "wrote" } else { "opened" };
        browser.run("document.getElementById('steps-table').open = true").await;
        let reached = browser.number("#steps tbody tr:first-child td").await;
        assert_eq!(Some(reached), count(&report, first));
        let rows = browser.client.find_all(Locator::Css("#compared tbody tr")).await.unwrap();
        assert_eq!(rows.len(), report["breakdown"].as_array().unwrap().len());
        let diagram = browser
            .run("return document.querySelector('figure svg').getAttribute('aria-label')")
            .await;
        assert!(diagram.as_str().unwrap().starts_with("Flow through the steps"), "{diagram}");
    }
    browser
        .client
        .goto(&server.url("/funnels?from=2020-01-01&through=2020-01-02&name=sale"))
        .await
        .unwrap();
    assert!(browser.text("main").await.contains("Nobody entered this funnel"));
    browser.client.goto(&server.url("/funnels?name=nothing")).await.unwrap();
    assert!(browser.text("[role=alert]").await.contains("known are click-to-messenger, sale"));
    let phone = Browser::open(390, 1200, "dark").await;
    phone.client.goto(&server.url(&format!("/funnels?{days}&name=sale"))).await.unwrap();
    phone.screenshot("funnel-phone-dark").await;
    assert!(!phone.overflows().await);
}

/// The largest rows and the rest are all there is, of the default funnel and of one's own.
#[tokio::test]
async fn the_rest_of_a_breakdown_is_one_row() {
    let (_world, server) = with_traffic();
    for name in ["click-to-messenger", "sale"] {
        let path = format!("/api/v1/funnels/{name}?{RANGE}&by=ref");
        let whole = server.json(&path).await;
        let top = server.json(&format!("{path}&top=3")).await;
        let (all, few) = (rows(&whole, "breakdown"), rows(&top, "breakdown"));
        assert!(all.len() > 5 && few.len() == 4, "{} {}", all.len(), few.len());
        assert_eq!((&all[..3], &top["steps"]), (&few[..3], &whole["steps"]));
        let rest = &few[3];
        assert_eq!(
            (&rest["by"]["ref"], &rest["rows"]),
            (&"(rest)".into(), &(all.len() - 3).into())
        );
        for (place, (step, sum)) in counts(&rest["steps"]).into_iter().enumerate() {
            let others: u64 = all[3..].iter().map(|row| counts(&row["steps"])[place].1).sum();
            assert_eq!(sum, others, "{name}, {step}");
        }
        let steps = rest["steps"].as_array().unwrap();
        let last = &steps[steps.len() - 1];
        let before = &steps[steps.len() - 2];
        let rate = last["count"].as_f64().unwrap() / before["count"].as_f64().unwrap();
        assert_eq!(last["rate_from_previous"], rate);
        // As many as there are, or one less, leave no rest.
        let path = format!("{path}&top={}", all.len() - 1);
        assert_eq!(server.json(&path).await["breakdown"], whole["breakdown"]);
    }
    let path = format!("/api/v1/funnels/sale?{RANGE}");
    for (wrong, told) in
        [("by=ref&top=0", "at least 1"), ("by=day&top=3", "a trend is shown whole")]
    {
        let (status, text) = server.get(&format!("{path}&{wrong}")).await;
        assert!(status == 400 && text.contains(told), "{text}");
    }
}
