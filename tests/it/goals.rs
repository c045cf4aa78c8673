//! Goals: their figures are those of the API, and what is wrong, unknown or no more is told.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::accounts::{first_user, join, send, serve, user, workspace};
use crate::support::{Server, World, count};

const API: &str = "/api/v1/goals";

async fn keep(server: &Server, goal: &Value) -> (u16, Value) {
    let sent = Client::new().post(server.url(API)).json(goal).send().await.unwrap();
    let status = sent.status().as_u16();
    (status, serde_json::from_str(&sent.text().await.unwrap()).unwrap())
}

fn goal(name: &str, figure: &str, target: f64, filter: &str) -> Value {
    json!({ "name": name, "figure": figure, "target": target, "per": "month", "filter": filter })
}

/// A month that is not over, with ads that cost the same each day.
#[tokio::test(flavor = "multi_thread")]
async fn figures_of_goals_are_those_of_the_api() {
    let world = World::new();
    let today = Timestamp::now().to_zoned_datetime(TimeZone::UTC).date();
    let day = |back: i64| today.saturating_sub(Span::new().days(back)).to_string();
    let rows = (1..=70).flat_map(|back| {
        let known = ["120211234567890101", "120211234567890102"];
        known.map(|ad| format!("{},{ad},Known,5,EUR\n", day(back)))
    });
    let head = "Day,Ad ID,Ad name,Amount spent,Currency\n".to_owned();
    let spend: String = std::iter::once(head).chain(rows).collect();
    let file = world.write("spend.csv", spend);
    tokio::task::block_in_place(|| {
        world.fill(1500, 9, [&day(70), &day(0)]);
        world.succeed(&["import", "spend", file.to_str().unwrap()]);
    });
    let server = world.serve();
    let goals = [
        goal("talks", "conversations", 500.0, ""),
        goal("leads", "leads", 1.0, ""),
        goal("answers", "reply_rate", 0.5, ""),
        goal("quick", "median_first_response", 600.0, ""),
        goal("budget", "spend", 400.0, ""),
        goal("cheap", "cost_per_conversation", 1000.0, ""),
        goal("worth", "roas", 0.001, ""),
        goal("one-ad", "spend", 1e6, "ad=120211234567890101"),
        goal("gone", "leads", 10.0, "campaign=Spring"),
    ];
    for goal in &goals {
        assert_eq!(keep(&server, goal).await.0, 200, "{goal}");
    }
    let told = server.json(API).await;
    let of = |name: &str| {
        let all = told["goals"].as_array().unwrap();
        all.iter().find(|goal| goal["name"] == name).unwrap()["progress"].clone()
    };
    let first = today.first_of_month();
    assert_eq!(of("talks")["from"], first.to_string());
    let range = format!("from={first}&to={}", today.tomorrow().unwrap());
    let funnel = server.json(&format!("/api/v1/funnels/click-to-messenger?{range}")).await;
    let counted = |step: &str| count(&funnel, step).unwrap() as f64;
    assert_eq!(of("talks")["so_far"], counted("opened"));
    assert_eq!(of("leads")["so_far"], counted("lead"));
    match of("answers")["so_far"].as_f64() {
        Some(rate) => assert!((rate - counted("answered") / counted("messaged")).abs() < 1e-12),
        // On the first of a month nobody has written in it yet.
        None => assert!(counted("messaged") == 0.0 && today == first),
    }
    let forecast = &of("talks")["forecast"];
    let [low, high] = ["low", "high"].map(|key| forecast[key].as_f64().unwrap());
    assert!(counted("opened") <= low && low <= high, "{forecast}");
    // What ads cost is known by whole days: on the first of a month by none of it.
    if today != first {
        let ads = server.json(&format!("/api/v1/ads?by=ad&from={first}&to={today}")).await;
        assert_eq!(of("budget")["so_far"], ads["totals"][0]["spend"]);
        let row = ads["rows"].as_array().unwrap().iter();
        let row = row.clone().find(|row| row["id"] == "120211234567890101").unwrap();
        assert_eq!(of("one-ad")["so_far"], row["spend"]);
    }
    // Ten a day, whatever the day: the month comes to ten a day.
    let days = f64::from((today.last_of_month() - first).get_days() + 1);
    let expected = of("budget")["forecast"]["expected"].as_f64().unwrap();
    assert!((expected - 10.0 * days).abs() < 1e-6, "{expected}");
    assert_eq!(of("budget")["currency"], "EUR");
    assert_eq!(of("quick")["forecast"], json!(null));
    assert!(of("gone")["reason"].as_str().unwrap().contains("campaign=Spring"));
    assert_eq!(of("gone")["status"], "unknown");
    let (_, page) = server.get("/goals").await;
    assert!(page.contains("data-goal=\"budget\"") && page.contains("it may be called otherwise"));
}

#[tokio::test]
async fn goals_are_checked_by_their_keys_and_written_by_who_may() {
    let world = World::new();
    let (server, link) = serve(world.command(&["serve"]));
    let bad = [
        (goal("a", "happiness", 1.0, ""), "figure"),
        (goal("a b", "leads", 1.0, ""), "name"),
        (goal("a", "leads", 0.0, ""), "target"),
        (goal("a", "reply_rate", 80.0, ""), "target"),
        (goal("a", "leads", 1.0, "x=1"), "filter"),
        (goal("a", "spend", 1.0, "page=1"), "filter"),
        (goal("a", "median_first_response", 1.0, "page=1"), "filter"),
        (json!({ "name": "a", "figure": "leads", "target": 1, "per": "year" }), "per"),
        (
            json!({ "name": "a", "figure": "leads", "target": 1, "per": "day", "currency": "EUR" }),
            "currency",
        ),
        (
            json!({ "name": "a", "figure": "spend", "target": 1, "per": "day", "currency": "euro" }),
            "currency",
        ),
    ];
    for (goal, key) in bad {
        let (status, told) = keep(&server, &goal).await;
        assert_eq!((status, told["parameter"].as_str()), (400, Some(key)), "{told}");
    }
    let admin = first_user(&server, &link).await;
    let ann = user(&server, &admin, "ann", "analyst").await;
    let vera = user(&server, &admin, "vera", "viewer").await;
    let form = [
        ("name", "cheap"),
        ("title", "<b>Cheap</b>"),
        ("figure", "cost_per_lead"),
        ("target", "12,5"),
        ("per", "week"),
        ("filter", ""),
        ("currency", "eur"),
    ];
    assert_eq!(send(&server, "/goals", &form, &vera).await.status(), 403);
    let foreign = Client::new().post(server.url("/goals")).header("cookie", &ann);
    let foreign = foreign.header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), 403);
    assert_eq!(send(&server, "/goals", &form, &ann).await.status(), 303);
    let ask = async |method: Method, path: &str, cookie: &str| {
        let asked = Client::new().request(method, server.url(path)).header("cookie", cookie);
        let answer = asked.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (_, page) = ask(Method::GET, "/goals?goal=cheap", &ann).await;
    assert!(
        page.contains("&#60;b&#62;Cheap")
            && !page.contains("<b>Cheap")
            && page.contains("value=\"12.5\"")
    );
    let (_, page) = ask(Method::GET, "/goals", &vera).await;
    assert!(page.contains("data-goal=\"cheap\"") && !page.contains("id=\"goal\""), "{page}");
    let mut wrong = form;
    wrong[3] = ("target", "much");
    let again = send(&server, "/goals", &wrong, &ann).await;
    assert_eq!(again.status(), 400);
    assert!(again.text().await.unwrap().contains("Target: A target is a number above 0"));
    // Who leaves: the goal stays, with their name.
    assert_eq!(send(&server, "/settings/users/ann/remove", &[], &admin).await.status(), 303);
    let (_, told) = ask(Method::GET, API, &admin).await;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["goals"][0]["made_by"], "ann");
    // A workspace has goals of its own.
    workspace(&server, &admin, "acme", "1", "").await;
    let vera = join(&server, &admin, "vera", "acme").await;
    assert_eq!(ask(Method::GET, API, &vera).await, (200, "{\"goals\":[]}".to_owned()));
    assert!(!ask(Method::GET, "/goals", &vera).await.1.contains("cheap"));
    assert_eq!(ask(Method::DELETE, "/api/v1/goals/none", &admin).await.0, 404);
    assert_eq!(send(&server, "/goals/cheap/remove", &[], &admin).await.status(), 303);
    assert!(ask(Method::GET, "/settings", &admin).await.1.contains("POST /goals"));
}
