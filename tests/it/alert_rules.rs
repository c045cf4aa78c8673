//! Alert rules: checked, kept, written on the page by who may; and what one of the default set finds.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use reqwest::Client;
use serde_json::{Value, json};

use crate::accounts::{first_user, send, serve, user};
use crate::alerts::{API, RULES, incident, wait, write_rule};
use crate::support::World;

#[tokio::test]
async fn rules_are_checked_by_their_keys_and_kept() {
    let world = World::new();
    let server = world.serve();
    let names = |told: &Value| -> Vec<String> {
        let rules = told["rules"].as_array().unwrap().iter();
        rules.map(|rule| rule["name"].as_str().unwrap().to_owned()).collect()
    };
    let defaults = server.json(RULES).await;
    assert_eq!(names(&defaults).len(), 6);
    for (rule, key) in [
        (json!({ "name": "a", "kind": "bound", "figure": "happiness", "above": 1 }), "figure"),
        (
            json!({ "name": "a", "kind": "bound", "figure": "spend", "over": "3h", "above": 1 }),
            "over",
        ),
        (json!({ "name": "a", "kind": "bound", "figure": "leads" }), "above"),
        (json!({ "name": "a", "kind": "sound" }), "kind"),
        (json!({ "name": "a b", "kind": "policy" }), "name"),
        (json!({ "name": "a", "kind": "policy", "to": ["nowhere"] }), "to"),
        (
            json!({ "name": "a", "kind": "bound", "figure": "leads", "above": 1, "filter": "x=1" }),
            "filter",
        ),
    ] {
        let (status, told) = write_rule(&server, &rule).await;
        assert_eq!((status, told["parameter"].as_str()), (400, Some(key)), "{told}");
    }
    let (status, told) = write_rule(&server, &json!({ "name": "a", "kinds": "policy" })).await;
    assert!(status == 400 && told["detail"].as_str().unwrap().contains("kinds"), "{told}");
    // One in place of a default one; removed, that holds again, and cannot be removed itself.
    let off = json!({ "name": "policy", "kind": "policy", "is_off": true });
    assert_eq!(write_rule(&server, &off).await.0, 200);
    let told = server.json(RULES).await;
    let policy = told["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == "policy");
    assert_eq!((names(&told).len(), &policy.unwrap()["is_off"]), (6, &json!(true)));
    let remove = async |name: &str| {
        let path = server.url(&format!("{RULES}/{name}"));
        Client::new().delete(path).send().await.unwrap().status().as_u16()
    };
    assert_eq!(
        (remove("policy").await, remove("policy").await, remove("none").await),
        (204, 409, 404)
    );
    assert_eq!(server.json(RULES).await, defaults);
}

#[tokio::test]
async fn rules_are_written_on_the_page_by_who_may() {
    let world = World::new();
    let (server, link) = serve(world.command(&["serve"]));
    let admin = first_user(&server, &link).await;
    let [ann, vera] = [("ann", "analyst"), ("vera", "viewer")];
    let ann = user(&server, &admin, ann.0, ann.1).await;
    let vera = user(&server, &admin, vera.0, vera.1).await;
    let form = [
        ("name", "dear"),
        ("kind", "bound"),
        ("figure", "cost_per_lead"),
        ("over", "7d"),
        ("above", "12,5"),
    ];
    assert_eq!(send(&server, "/alerts/rules", &form, &vera).await.status(), 403);
    let saved = send(&server, "/alerts/rules", &form, &ann).await;
    assert_eq!(
        (saved.status().as_u16(), saved.headers()["location"].to_str().unwrap()),
        (303, "/alerts?saved=1#rules")
    );
    let page = async |path: &str, cookie: &str| {
        let asked = Client::new().get(server.url(path)).header("cookie", cookie).send();
        asked.await.unwrap().text().await.unwrap()
    };
    let told = page("/alerts?rule=dear", &ann).await;
    assert!(told.contains("Cost per lead 7d") && told.contains("value=\"12.5\""), "{told}");
    // Who may only look sees no form.
    let told = page("/alerts", &vera).await;
    assert!(
        told.contains("data-rule=\"dear\"") && !told.contains("<form class=\"fields\""),
        "{told}"
    );
    // What is wrong is told beside what was typed.
    let bad = [
        ("name", "dear"),
        ("kind", "bound"),
        ("figure", "cost_per_lead"),
        ("over", "soon"),
        ("above", "1"),
    ];
    let again = send(&server, "/alerts/rules", &bad, &ann).await;
    assert_eq!(again.status(), 400);
    let told = again.text().await.unwrap();
    assert!(
        told.contains("Over: soon is no time such as 6h or 7d") && told.contains("value=\"soon\""),
        "{told}"
    );
    assert_eq!(send(&server, "/alerts/rules/dear/remove", &[], &ann).await.status(), 303);
    assert!(!page("/alerts", &ann).await.contains("data-rule=\"dear\""));
    assert!(page("/settings", &admin).await.contains("POST /alerts/rules"));
}

/// An ad that has cost what many conversations cost, and brought none: the figures are those of the API.
#[tokio::test(flavor = "multi_thread")]
async fn an_ad_that_costs_and_brings_nobody_is_found() {
    let world = World::new();
    let today = Timestamp::now().to_zoned_datetime(TimeZone::UTC).date();
    let day = |back: i64| today.saturating_sub(Span::new().days(back)).to_string();
    let rows = (1..=31).flat_map(|back| {
        let known = ["120211234567890101", "120211234567890102"];
        let known = known.map(|ad| format!("{},{ad},Known,5,EUR\n", day(back)));
        let nobody = (back <= 3).then(|| format!("{},999,Nobody comes,400,EUR\n", day(back)));
        known.into_iter().chain(nobody)
    });
    let head = "Day,Ad ID,Ad name,Amount spent,Currency\n".to_owned();
    let spend: String = std::iter::once(head).chain(rows).collect();
    let file = world.write("spend.csv", spend);
    tokio::task::block_in_place(|| {
        world.fill(900, 9, [&day(35), &day(0)]);
        world.succeed(&["import", "spend", file.to_str().unwrap()]);
    });
    let server = world.serve();
    let told = wait(&server, API, |told| incident(told, "ad-without-conversation").is_some()).await;
    let found = incident(&told, "ad-without-conversation").unwrap();
    let text = found["text"].as_str().unwrap();
    assert!(text.starts_with("The ad Nobody comes has cost 1,200.00 EUR in three days"), "{text}");
    assert_eq!((&found["about"], &found["severity"]), (&json!("999"), &json!("high")));
    let asked = format!("/api/v1/ads?by=ad&from={}&to={}", day(3), day(0));
    let ads = server.json(&asked).await;
    let row = ads["rows"].as_array().unwrap().iter().find(|row| row["id"] == "999").unwrap();
    assert_eq!(row["spend"].as_f64(), Some(1200.0), "{row}");
    // Without a destination it stands on the page, and the overview says so.
    assert_eq!(found["notices"], json!([]));
    let (_, page) = server.get("/").await;
    assert!(page.contains("id=\"open-incidents\""), "{page}");
}
