//! Workspaces: nobody of one is told anything of another, by whatever route, role and form.

use std::collections::BTreeSet;
use std::time::Duration;

use messenger_funnel::web::routes::route_needs;
use reqwest::{Client, Method, redirect};
use serde_json::{Value, json};

use crate::accounts::{first_user, join, send, serve, user, workspace};
use crate::limited::{OTHER, OWN, ask, fill};
use crate::support::{Server, World};

pub const REST: &str = "3333333333";
/// What the other workspace has or has written has one of these in it.
const MARKS: [&str; 2] = ["zqx", OTHER];
/// Names of things that both workspaces have, but for what stands before them.
const THINGS: [&str; 5] = ["funnel", "goal", "rule", "report", "link"];

/// A server with three Pages, of which two are workspaces, each with things of its own; the cookie of an admin.
pub async fn agency(world: &World) -> (Server, String) {
    // Every address is asked, in many ways.
    let mut command = world.command(&["serve"]);
    command.env("MESSENGER_FUNNEL__SERVER__RATE_LIMIT", "1000000");
    let (server, link) = serve(command);
    let admin = first_user(&server, &link).await;
    let pages = [(OWN, "own", 7), (OTHER, "zqx", 12), (REST, "rest", 4)];
    fill(world, &server, &admin, &pages).await;
    workspace(&server, &admin, "acme", OWN, OWN).await;
    workspace(&server, &admin, "globex", OTHER, OTHER).await;
    (server, admin)
}

pub async fn call(
    server: &Server,
    (method, path): (Method, &str),
    body: &Value,
    cookie: &str,
) -> (u16, String) {
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let mut asked = client.request(method, server.url(path)).header("cookie", cookie);
    if !body.is_null() {
        asked = asked.json(body);
    }
    let answer = asked.send().await.unwrap();
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

/// What a member of a workspace writes down in it; `name` is in everything. The id of an annotation and of a view.
async fn write_things(server: &Server, name: &str, page: &str, cookie: &str) -> [String; 2] {
    let made = async |path: &str, body: Value| {
        let (status, told) = call(server, (Method::POST, path), &body, cookie).await;
        assert!((200..300).contains(&status), "{path}: {status} {told}");
        serde_json::from_str::<Value>(&told).unwrap_or_default()
    };
    let steps = json!([{ "kind": "message" }, { "kind": "echo" }]);
    let funnel = json!({ "name": format!("{name}-funnel"), "title": format!("{name}-title"), "steps": steps });
    made("/api/v1/funnels", funnel).await;
    let goal = json!({ "name": format!("{name}-goal"), "figure": "conversations", "target": 5, "per": "month" });
    made("/api/v1/goals", goal).await;
    let rule = json!({ "name": format!("{name}-rule"), "kind": "bound", "figure": "conversations", "over": "7d", "above": 0.5 });
    made("/api/v1/alert-rules", rule).await;
    let today = jiff::Timestamp::now().to_string()[..10].to_owned();
    let annotation = json!({ "day": today, "text": format!("{name}-note"), "page": page });
    let annotation = made("/api/v1/annotations", annotation).await;
    let view = json!({ "name": format!("{name}-view"), "address": "/ads?by=ad", "is_shared": true, "is_pinned": true });
    let view = made("/api/v1/views", view).await;
    let report = format!("{name}-report");
    let form = [
        ("name", report.as_str()),
        ("title", &format!("{name}-report")),
        ("is_new", "1"),
        ("question", "links"),
        ("range", "last_28_days"),
        ("formats", "csv"),
        ("every", "hand"),
    ];
    let kept = send(server, "/reports", &form, cookie).await;
    assert_eq!(kept.status(), 303, "{}", kept.text().await.unwrap());
    let slug = format!("{name}-made-link");
    let link = [("slug", slug.as_str()), ("page", page), ("page_id", page), ("ref", &slug)];
    let kept = send(server, "/links", &link, cookie).await;
    assert!(kept.headers()["location"].to_str().unwrap().starts_with("/links?saved="));
    made(&format!("/api/v1/reports/{report}/runs"), Value::Null).await;
    [annotation, view].map(|made| made["id"].as_str().unwrap().to_owned())
}

/// The latest run of a report once it is done, and its files.
async fn run_of(server: &Server, report: &str, cookie: &str) -> (String, Vec<String>) {
    for _ in 0..300 {
        let told = ask(server, cookie, &format!("/api/v1/reports/{report}/runs")).await;
        let told: Value = serde_json::from_str(&told).unwrap();
        let run = &told["runs"][0];
        if run["status"] == "done" {
            let files = run["files"].as_array().unwrap();
            let files = files.iter().map(|file| file.as_str().unwrap().to_owned()).collect();
            return (run["run"].as_str().unwrap().to_owned(), files);
        }
        assert_ne!(run["status"], "given_up", "{told}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{report} was not made");
}

/// Every address of a route, with what it may be asked for.
fn addresses(path: &str, run: &str, files: &[String], ids: &[String]) -> BTreeSet<String> {
    let mut names: Vec<String> = ["own", "zqx"]
        .iter()
        .flat_map(|whose| THINGS.map(|thing| format!("{whose}-{thing}")))
        .collect();
    names.extend([
        "click-to-messenger".to_owned(),
        "globex:zqx-goal".to_owned(),
        "globex".to_owned(),
    ]);
    let mut all = BTreeSet::new();
    if !path.contains('{') {
        all.insert(path.to_owned());
    }
    for name in &names {
        for page in [OWN, OTHER] {
            let whose = if page == OWN { "own" } else { "zqx" };
            let filled =
                path.replace("{name}", name).replace("{slug}", name).replace("{page}", page);
            let mut of_ids: Vec<String> = ids.to_vec();
            of_ids.extend([format!("{whose}-person-1"), format!("{page}9")]);
            for id in &of_ids {
                for file in files {
                    let one =
                        filled.replace("{id}", id).replace("{run}", run).replace("{file}", file);
                    all.insert(one.replace("{code}", "0123456789"));
                }
            }
        }
    }
    all
}

const QUERIES: [&str; 15] = [
    "",
    "?by=ref",
    "?by=ad",
    "?by=page",
    "?by=campaign",
    "?by=link",
    "?from=2020-01-01",
    "?limit=500",
    "?format=csv",
    "?format=arrow",
    "?format=svg&by=source",
    "?search=zqx",
    "?search=zqx-person-1",
    "?filter=page%3D2222222222",
    "?name=zqx-funnel",
];

/// Whether an answer tells anything of the other workspace but what was asked: a name, a search, a filter.
fn check(address: &str, told: &str, role: &str) {
    let ad = format!("{OTHER}9");
    let instead = if address.contains(&ad) { "" } else { "zqx (an ad)" };
    let mut told = told.replace(&ad, instead);
    let names = THINGS.map(|thing| format!("zqx-{thing}"));
    let asked = names.iter().map(String::as_str).chain(["zqx-person-1", OTHER]);
    for asked in asked.filter(|asked| address.contains(asked)) {
        told = told.replace(asked, "");
    }
    // What is looked for is told as it was asked: what stands behind it has more letters.
    if address.contains("search=zqx") {
        for echo in ["\"zqx\"", "\u{201c}zqx\u{201d}", "search=zqx"] {
            told = told.replace(echo, "");
        }
    }
    for mark in MARKS {
        let found = told.find(mark).map(|at| {
            let begin = told[..at].char_indices().rev().nth(80).map_or(0, |(at, _)| at);
            told[begin..].chars().take(200).collect::<String>()
        });
        assert_eq!(found, None, "{role}: {address} tells {mark}");
    }
}

/// Nothing that a member sends changes what is of another workspace.
async fn nothing_is_changed(
    server: &Server,
    [ann, olga]: [&str; 2],
    run: &str,
    files: &[String],
    other: &[String],
) {
    let before = things(server, olga).await;
    for (method, path, _) in route_needs().filter(|(method, _, _)| *method != "GET") {
        if path.starts_with("/settings") || path == "/mcp" {
            continue;
        }
        let method: Method = method.parse().unwrap();
        for address in addresses(path, run, files, other) {
            let is_of_other =
                address.contains("zqx") || other.iter().any(|id| address.contains(id));
            if !is_of_other {
                continue;
            }
            let bodies =
                [json!({}), json!({ "name": "x", "hours": 1, "is_muted": true, "steps": [] })];
            for body in bodies {
                let (status, told) = call(server, (method.clone(), &address), &body, ann).await;
                assert!(status < 500, "{method} {address}: {status} {told}");
                assert!(!told.contains("zqx-note") && !told.contains("zqx-title"), "{told}");
            }
            send(server, &address, &[("undo", "true"), ("hours", "1"), ("page", OWN)], ann).await;
        }
    }
    assert_eq!(things(server, olga).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_tells_a_member_anything_of_another_workspace() {
    let world = World::new();
    let (server, admin) = agency(&world).await;
    for name in ["ann", "olga"] {
        user(&server, &admin, name, "analyst").await;
    }
    user(&server, &admin, "vera", "viewer").await;
    let ann = join(&server, &admin, "ann", "acme").await;
    let olga = join(&server, &admin, "olga", "globex").await;
    let vera = join(&server, &admin, "vera", "acme").await;
    let own = write_things(&server, "own", OWN, &ann).await;
    let other = write_things(&server, "zqx", OTHER, &olga).await;
    let (run, files) = run_of(&server, "zqx-report", &olga).await;
    run_of(&server, "own-report", &ann).await;
    // What is looked for is there: its own people see it.
    for path in [
        "/api/v1/goals",
        "/api/v1/alert-rules",
        "/api/v1/reports",
        "/api/v1/views",
        "/links",
        "/goals",
        "/",
    ] {
        let seen = ask(&server, &olga, path).await;
        assert!(seen.contains("zqx-"), "{path} {seen}");
    }
    let file =
        ask(&server, &olga, &format!("/api/v1/reports/zqx-report/runs/{run}/{}", files[0])).await;
    assert!(file.contains("zqx-link") && !file.contains("own-link"), "{file}");

    let ids: Vec<String> = other.iter().chain(&own).cloned().collect();
    let mut answered = BTreeSet::new();
    let mut refused = 0;
    for (role, cookie) in [("analyst", &ann), ("viewer", &vera)] {
        for (_, path, _) in
            route_needs().filter(|(method, path, _)| *method == "GET" && *path != "/live")
        {
            for address in addresses(path, &run, &files, &ids) {
                // Whoever sees no people is told no more by other questions.
                let queries = if role == "viewer" { &QUERIES[..2] } else { &QUERIES };
                for query in queries {
                    let address = format!("{address}{query}");
                    let (status, told) =
                        call(&server, (Method::GET, &address), &Value::Null, cookie).await;
                    assert!(status < 500, "{address}: {status} {told}");
                    let is_description = path.contains("openapi") || path == "/reference";
                    if !is_description {
                        check(&address, &told, role);
                    }
                    if status == 200 {
                        answered.insert(path);
                    } else {
                        refused += 1;
                    }
                    // One of many ids and names is asked in one way and in another.
                    if path.contains('{') && *query == "?by=ref" {
                        break;
                    }
                }
            }
        }
    }
    assert!(answered.len() > 60 && refused > 100, "{} {refused}", answered.len());

    nothing_is_changed(&server, [&ann, &olga], &run, &files[..1], &other).await;
    // Assistants are told no more.
    for name in tools(&server, &ann).await {
        let arguments = json!({ "name": "zqx-funnel", "page": OTHER, "id": "zqx-person-1", "from": "2020-01-01" });
        for arguments in [json!({}), json!({ "from": "2020-01-01" }), arguments] {
            let told = tool(&server, &ann, &name, arguments).await;
            let told =
                told.replace("zqx-funnel", "").replace("zqx-person-1", "").replace(OTHER, "");
            for mark in MARKS {
                assert!(!told.contains(mark), "{name} {told}");
            }
        }
    }
    // Nor by the workspace's name, which may be that of none.
    for path in ["/", "/api/v1/ads", "/goals", "/api/v1/reports"] {
        for name in ["globex", "none"] {
            let (status, told) = call(
                &server,
                (Method::GET, &format!("{path}?workspace={name}")),
                &Value::Null,
                &ann,
            )
            .await;
            assert_eq!(status, 400, "{told}");
        }
        let own =
            call(&server, (Method::GET, &format!("{path}?workspace=acme")), &Value::Null, &ann)
                .await;
        assert_eq!(own.0, 200, "{}", own.1);
    }
}

/// What a workspace has written down, but for what grows by itself.
async fn things(server: &Server, cookie: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [
        "/api/v1/goals",
        "/api/v1/alert-rules",
        "/api/v1/views",
        "/api/v1/annotations",
        "/api/v1/reports",
        "/api/v1/links",
        "/api/v1/funnels",
        "/api/v1/funnels/zqx-funnel/history",
    ] {
        let mut told: Value = serde_json::from_str(&ask(server, cookie, path).await).unwrap();
        for key in ["to", "from", "as_of"] {
            told.as_object_mut().unwrap().remove(key);
        }
        all.push(told);
    }
    all
}

async fn rpc(server: &Server, cookie: &str, method: &str, params: Value) -> Value {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let asked = Client::new()
        .post(server.url("/mcp"))
        .header("cookie", cookie)
        .header("accept", "application/json, text/event-stream")
        .json(&body);
    let text = asked.send().await.unwrap().text().await.unwrap();
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or(&text);
    serde_json::from_str(data).unwrap_or_else(|_| panic!("{text}"))
}

async fn tools(server: &Server, cookie: &str) -> Vec<String> {
    let told = rpc(server, cookie, "tools/list", json!({})).await;
    let tools = told["result"]["tools"].as_array().unwrap();
    assert!(tools.len() > 20, "{told}");
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

async fn tool(server: &Server, cookie: &str, name: &str, arguments: Value) -> String {
    rpc(server, cookie, "tools/call", json!({ "name": name, "arguments": arguments }))
        .await
        .to_string()
}
