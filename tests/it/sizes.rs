//! Questions that are too large are refused with the reason, before anything is computed.

use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::support::{Server, World};

const TOKEN: &str = "a token that may do everything";

async fn ask(server: &Server, method: &str, path: &str, kind: &str, body: String) -> (u16, String) {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let asked = Client::new().request(method, server.url(path)).bearer_auth(TOKEN);
    let answer = asked.header("content-type", kind).body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn preview(server: &Server, funnel: &Value) -> (u16, String) {
    ask(server, "POST", "/api/v1/funnels/preview", "application/json", funnel.to_string()).await
}

#[tokio::test]
async fn every_parameter_is_bounded() {
    let world =
        World::new().with("server.access_tokens", TOKEN).with("server.rate_limit", "1000000");
    let server = world.serve();
    let (_, description) =
        ask(&server, "GET", "/api/v1/openapi.json", "text/plain", String::new()).await;
    let description: Value = serde_json::from_str(&description).unwrap();
    let mut walked = 0;
    let huge = "x".repeat(9_000);
    for (path, methods) in description["paths"].as_object().unwrap() {
        let parameters = methods["get"]["parameters"].as_array();
        for parameter in parameters.into_iter().flatten().filter(|one| one["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            let own = ["{page}", "{id}", "{code}", "{run}", "{file}"];
            let at = own.iter().fold(path.clone(), |path, part| path.replace(part, "none"));
            let at = at.replace("{name}", "click-to-messenger");
            let (status, told) =
                ask(&server, "GET", &format!("{at}?{name}={huge}"), "text/plain", String::new())
                    .await;
            assert_eq!(status, 400, "{at} {name}: {told}");
            assert!(told.contains(&format!("\"parameter\":\"{name}\"")), "{at} {name}: {told}");
            assert!(told.len() < 2_000, "{at} {name} says {} bytes", told.len());
            walked += 1;
        }
    }
    assert!(walked > 100, "{walked}");
    // Pages too, and names that are no parameters.
    for path in ["/funnels/build?s1.payload=", "/links/new?text=", "/attribution?model=", "/?"] {
        let (status, _) =
            ask(&server, "GET", &format!("{path}{huge}"), "text/plain", String::new()).await;
        assert_eq!(status, 400, "{path}");
    }
}

#[tokio::test]
async fn wide_questions_are_refused_before_they_are_computed() {
    let world = World::new().with("server.access_tokens", TOKEN);
    let server = world.serve();
    let keys: Vec<String> = (0..1_000).map(|key| format!("ref.a{key}")).collect();
    let filters = ["source=ad"; 400].join(";");
    let started = Instant::now();
    for (query, told) in
        [(format!("by={}", keys.join(",")), "by"), (format!("filter={filters}"), "filter")]
    {
        for path in [
            "/api/v1/funnels/click-to-messenger",
            "/api/v1/funnels/click-to-messenger/comparison",
            "/api/v1/funnels/click-to-messenger/flows",
        ] {
            let (status, said) =
                ask(&server, "GET", &format!("{path}?{query}"), "text/plain", String::new()).await;
            assert_eq!(status, 400, "{path}: {said}");
            assert!(said.contains(&format!("\"parameter\":\"{told}\"")), "{said}");
        }
    }
    assert!(started.elapsed() < Duration::from_secs(5));
    let eight = "hour,day,ref,ad,source,page,link,campaign";
    let path = format!("/api/v1/funnels/click-to-messenger?by={eight}");
    assert_eq!(ask(&server, "GET", &path, "text/plain", String::new()).await.0, 200);
}

#[tokio::test]
async fn a_funnel_that_is_too_large_is_told_what_is() {
    let world = World::new().with("server.access_tokens", TOKEN);
    let server = world.serve();
    let ads = |count: usize| -> Value {
        (0..count).map(|number| format!("{number:017}")).collect::<Vec<_>>().into()
    };
    let with = |key: &str, value: Value| {
        let mut step = json!({ "kind": "message" });
        step[key] = value;
        json!({ "name": "own", "steps": [{ "kind": "message" }, step] })
    };
    // What is written stands in a question: as much as is taken is answered.
    let (status, told) = preview(&server, &with("ad", ads(3_000))).await;
    assert_eq!(status, 200, "{told}");
    for (funnel, status, told) in [
        // Two megabytes of ads.
        (with("ad", ads(100_000)), 413, "larger than"),
        (with("ad", ads(9_000)), 400, "steps[1].ad"),
        (with("conversion", json!("'".repeat(50_000))), 400, "steps[1].conversion"),
        (with("payload", json!("(a{1000}){1000}")), 400, "steps[1].payload"),
        (with("payload", json!("x".repeat(10_000))), 400, "steps[1].payload"),
        (with("name", json!("x".repeat(10_000))), 400, "steps[1].name"),
    ] {
        let (got, said) = preview(&server, &funnel).await;
        assert_eq!(got, status, "{told}: {said}");
        assert!(said.contains(told) && !said.contains("ClickHouse did not answer"), "{said}");
    }
    let twenty: Vec<Value> = (0..20)
        .map(|number| json!({ "name": format!("step {number}"), "kind": "message", "payload": "^[a-z]{1,9}$", "ref": "a|b" }))
        .collect();
    let (status, told) = preview(&server, &json!({ "name": "own", "steps": twenty })).await;
    assert_eq!(status, 200, "{told}");
}

#[tokio::test]
async fn long_lists_are_refused_wherever_they_are_sent() {
    let world = World::new().with("server.access_tokens", TOKEN);
    let server = world.serve();
    // The schema may come later than the port.
    let started = Instant::now();
    while ask(&server, "GET", "/api/v1/reports", "text/plain", String::new()).await.0 != 200 {
        assert!(started.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let many = |name: &str, value: &str, count: usize| format!("{name}={value}&").repeat(count);
    let form = "application/x-www-form-urlencoded";
    for (path, body) in [
        ("/reports", many("by", "source", 8_000)),
        ("/reports", format!("name=a&by={}", "source,".repeat(8_000))),
        ("/reports", format!("name=a&question=funnel&filters={}", "source=ad;".repeat(5_000))),
        ("/settings/tokens", many("scope", "read", 5_000)),
        ("/settings/workspaces", {
            let ids: Vec<String> = (0..8_000).map(|id| id.to_string()).collect();
            format!("name=a&pages={}", ids.join(","))
        }),
        ("/links", format!("slug=a&page=b&ref={}", "x".repeat(50_000))),
        ("/reports", "x".repeat(100_000)),
    ] {
        let (status, told) = ask(&server, "POST", path, form, body).await;
        assert!((300..500).contains(&status), "{path}: {status} {told}");
        assert!(told.len() < 200_000, "{path} says {} bytes", told.len());
    }
    let items: Vec<Value> = (0..10_001).map(|id| json!({ "id": id.to_string() })).collect();
    let (status, told) =
        ask(&server, "POST", "/api/v1/conversions", "application/json", json!(items).to_string())
            .await;
    assert!(status == 400 && told.contains("10000"), "{status} {told}");
}
