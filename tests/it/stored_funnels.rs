//! Funnels that are made on the page or over the API: every question takes them; who changed what when; names that clash,
//! two who edit at once, who may, and what somebody types that is none.

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::accounts::{first_user, join, send, serve, user, workspace};
use crate::support::{Server, World, counts, start_engine};

const RANGE: &str = "from=2026-11-01&to=2026-11-10";
const API: &str = "/api/v1/funnels";

fn funnel(name: &str, last: &str) -> Value {
    json!({ "name": name, "title": "Asks & buys", "steps": [
        { "name": "wrote", "kind": ["message", "postback"] },
        { "name": "then", "kind": last },
    ] })
}

/// A request with a body, and with the number of the edit that it follows.
async fn ask(
    server: &Server,
    method: Method,
    path: &str,
    (body, version): (&Value, Option<&str>),
) -> (u16, Value) {
    let mut request = Client::new().request(method, server.url(path)).json(body);
    if let Some(version) = version {
        request = request.header("if-match", version);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

async fn listed(server: &Server, name: &str) -> Vec<Value> {
    let told = server.json(API).await;
    let all = told["funnels"].as_array().unwrap().iter();
    all.filter(|one| one["name"] == name).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_takes_a_stored_funnel_and_its_history_is_kept() {
    let world = World::new();
    tokio::task::block_in_place(|| world.fill(200, 5, ["2026-11-01", "2026-11-10"]));
    let server = world.serve();
    let made = ask(&server, Method::POST, API, (&funnel("asks", "echo"), None)).await;
    assert_eq!(made, (201, json!({ "name": "asks", "version": 1, "act": "made" })));
    let told = listed(&server, "asks").await;
    assert_eq!(
        (&told[0]["origin"], &told[0]["version"], &told[0]["steps"]),
        (&json!("stored"), &json!(1), &json!(["wrote", "then"]))
    );
    // The same as a funnel in the body of a question.
    let preview = format!("{API}/preview?{RANGE}");
    let (_, expected) = ask(&server, Method::POST, &preview, (&funnel("asks", "echo"), None)).await;
    let own = server.json(&format!("{API}/asks?{RANGE}")).await;
    assert_eq!(counts(&own["steps"]), counts(&expected["steps"]));
    assert!(counts(&own["steps"])[1].1 > 0, "{own}");
    for path in [
        format!("{API}/asks?{RANGE}&format=csv"),
        format!("{API}/asks?{RANGE}&format=svg"),
        format!("{API}/asks/comparison?{RANGE}&by=source"),
        format!("{API}/asks/drivers?{RANGE}"),
        format!("{API}/asks/flows?{RANGE}"),
        format!("{API}/asks/people?{RANGE}&reached=wrote"),
        format!("/funnels?name=asks&{RANGE}"),
        format!("/funnels/people?name=asks&reached=wrote&{RANGE}"),
    ] {
        assert_eq!(server.get(&path).await.0, 200, "{path}");
    }
    assert!(server.get("/find?search=asks").await.1.contains("/funnels?name=asks"));
    // A report of it, by the form.
    let report = [
        ("name", "of-asks"),
        ("is_new", "1"),
        ("question", "funnel"),
        ("funnel", "asks"),
        ("range", "yesterday"),
        ("every", "hand"),
        ("formats", "csv"),
    ];
    assert_eq!(send(&server, "/reports", &report, "").await.status(), 303);
    let (status, run) =
        ask(&server, Method::POST, "/api/v1/reports/of-asks/runs", (&json!({}), None)).await;
    assert_eq!(status, 202, "{run}");
    let runs = "/api/v1/reports/of-asks/runs";
    let done = server.wait_until(runs, |told| told["runs"][0]["status"] == "done").await;
    assert!(done["runs"][0]["error"].is_null(), "{done}");

    // Changed: it counts otherwise from now on. Archived: it still answers, and is offered no more.
    let path = format!("{API}/asks");
    let changed = ask(&server, Method::PUT, &path, (&funnel("", "conversion"), Some("1"))).await;
    assert_eq!(changed, (200, json!({ "name": "asks", "version": 2, "act": "changed" })));
    let then = server.json(&format!("{API}/asks?{RANGE}")).await;
    assert!(counts(&then["steps"])[1].1 < counts(&own["steps"])[1].1, "{then}");
    let late = ask(&server, Method::PUT, &path, (&funnel("asks", "echo"), Some("1"))).await;
    assert!(late.0 == 409 && late.1["detail"].as_str().unwrap().contains("version 2"), "{late:?}");
    assert_eq!(ask(&server, Method::DELETE, &path, (&json!(null), None)).await.0, 204);
    assert_eq!(ask(&server, Method::DELETE, &path, (&json!(null), None)).await.0, 204);
    assert_eq!(listed(&server, "asks").await[0]["is_archived"], true);
    assert_eq!(server.get(&format!("{API}/asks?{RANGE}")).await.0, 200);
    assert!(!server.get("/funnels").await.1.contains("<option value=\"asks\""));
    let again = ask(&server, Method::POST, API, (&funnel("asks", "echo"), None)).await;
    assert!(again.1["detail"].as_str().unwrap().contains("archived"), "{again:?}");
    assert_eq!(ask(&server, Method::PUT, &path, (&funnel("asks", "echo"), None)).await.0, 200);
    assert!(server.get("/funnels").await.1.contains("<option value=\"asks\""));

    let history = server.json(&format!("{API}/asks/history")).await;
    let edits = history["changes"].as_array().unwrap();
    let acts: Vec<&str> = edits.iter().map(|one| one["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["restored", "archived", "changed", "made"]);
    let expected = json!([{ "key": "steps[1].kind", "before": "echo", "after": "conversion" }]);
    assert_eq!(
        (&edits[2]["differences"], &edits[2]["made_by"]),
        (&expected, &json!("this machine"))
    );
    let (_, page) = server.get("/funnels/stored/asks").await;
    assert!(page.contains("steps[1].kind") && page.contains("restored by this machine"), "{page}");
    assert_eq!(server.get("/funnels/stored/nothing").await.0, 404);
    // The command reads it too.
    drop(server);
    let told = tokio::task::block_in_place(|| {
        world.json(&[
            "funnel",
            "asks",
            "--from",
            "2026-11-01",
            "--to",
            "2026-11-10",
            "--format",
            "json",
        ])
    });
    assert_eq!(counts(&told["steps"]), counts(&own["steps"]));
}

#[tokio::test]
async fn a_name_of_a_file_is_not_taken_and_a_later_file_does_not_win_silently() {
    let world = World::new();
    let folder = world.folder().join("funnels");
    std::fs::create_dir(&folder).unwrap();
    let steps = "[[steps]]\nkind = 'message'\n[[steps]]\nkind = 'echo'\n";
    let file = world.write("funnels/ours.toml", steps);
    let world = world.with("funnels_dir", folder.to_str().unwrap());
    let server = world.serve();
    for (method, path) in [
        (Method::POST, API),
        (Method::PUT, "/api/v1/funnels/ours"),
        (Method::DELETE, "/api/v1/funnels/ours"),
    ] {
        let (status, told) = ask(&server, method, path, (&funnel("ours", "read"), None)).await;
        let names_file = told["detail"].as_str().unwrap().contains(file.to_str().unwrap());
        assert!(status == 409 && names_file, "{told}");
    }
    assert_eq!(ask(&server, Method::POST, API, (&funnel("later", "read"), None)).await.0, 201);
    drop(server);
    world.write("funnels/later.toml", steps);
    let server = world.serve();
    let both = listed(&server, "later").await;
    assert_eq!(
        (both[0]["origin"].as_str(), both[1]["origin"].as_str()),
        (Some("file"), Some("stored"))
    );
    assert!(both[1]["error"].as_str().unwrap().contains("file later.toml"), "{both:?}");
    let counted = server.json(&format!("{API}/later?{RANGE}")).await;
    assert_eq!(counts(&counted["steps"])[1].0, "step 2");
    let (_, page) = server.get("/funnels/stored").await;
    assert!(page.contains("that one counts"), "{page}");
}

#[tokio::test]
async fn what_is_no_funnel_is_refused_by_its_key() {
    let world = World::new();
    let server = world.serve();
    let many = |key: &str, count: usize| json!({ "name": "a", key: vec![json!({ "kind": "message" }); count] });
    let heavy = json!({ "name": "a", "steps": [
        { "kind": "message", "ad": vec!["1".repeat(100); 400] }, { "kind": "echo" }] });
    for (funnel, key) in [
        (funnel("preview", "echo"), "name"),
        (funnel("click-to-messenger", "echo"), "name"),
        (funnel("A b", "echo"), "name"),
        (funnel("", "echo"), "name"),
        (funnel("a", "happiness"), "steps[1].kind"),
        (many("steps", 21), "steps"),
        (
            json!({ "name": "a", "steps": [{ "kind": "message" }, { "payload": "(a{1000}){1000}" }] }),
            "steps[1].payload",
        ),
        (
            json!({ "name": "a", "exclude_people": ["1/2"], "steps": [{ "kind": "message" }, { "kind": "echo" }] }),
            "exclude_people",
        ),
        (heavy, "steps"),
    ] {
        let (status, told) = ask(&server, Method::POST, API, (&funnel, None)).await;
        assert_eq!((status, told["parameter"].as_str()), (400, Some(key)), "{told}");
    }
    let unknown = json!({ "name": "a", "stepz": [] });
    assert_eq!(ask(&server, Method::POST, API, (&unknown, None)).await.0, 400);
    assert_eq!(
        ask(&server, Method::PUT, "/api/v1/funnels/a", (&funnel("a", "echo"), None)).await.0,
        404
    );
    assert_eq!(ask(&server, Method::POST, API, (&funnel("a", "echo"), None)).await.0, 201);
    let renamed =
        ask(&server, Method::PUT, "/api/v1/funnels/a", (&funnel("b", "echo"), None)).await;
    assert_eq!((renamed.0, &renamed.1["parameter"]), (400, &json!("name")));
    let unread =
        ask(&server, Method::PUT, "/api/v1/funnels/a", (&funnel("a", "echo"), Some("x"))).await;
    assert_eq!((unread.0, &unread.1["parameter"]), (400, &json!("If-Match")));
}

/// Two who edit the same version on two servers: one is kept, the other is told by whom.
#[tokio::test]
async fn of_two_edits_at_once_on_two_servers_one_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let engine = start_engine(folder.path()).await.unwrap();
    let endpoint = engine.endpoint("shared");
    let worlds = [World::new().on(&endpoint), World::new().on(&endpoint)];
    let [one, other] = worlds.each_ref().map(World::serve);
    let sorted = |mut statuses: [u16; 2]| {
        statuses.sort_unstable();
        statuses
    };
    let made = funnel("both", "echo");
    let (first, second) = tokio::join!(
        ask(&one, Method::POST, API, (&made, None)),
        ask(&other, Method::POST, API, (&made, None)),
    );
    assert_eq!(sorted([first.0, second.0]), [201, 409], "{first:?} {second:?}");
    for version in 1..6 {
        let kinds = ["read", "conversion"].map(|kind| funnel("both", kind));
        let expected = version.to_string();
        let path = "/api/v1/funnels/both";
        let (first, second) = tokio::join!(
            ask(&one, Method::PUT, path, (&kinds[0], Some(&expected))),
            ask(&other, Method::PUT, path, (&kinds[1], Some(&expected))),
        );
        assert_eq!(sorted([first.0, second.0]), [200, 409], "{first:?} {second:?}");
        let kept = if first.0 == 200 { "read" } else { "conversion" };
        // Both servers answer with the same at once.
        for server in [&one, &other] {
            let history = server.json("/api/v1/funnels/both/history").await;
            let changes = history["changes"].as_array().unwrap();
            assert_eq!(changes.len(), version + 1);
            assert_eq!(changes[0]["definition"]["steps"][1]["kind"], kept);
            assert_eq!(listed(server, "both").await[0]["version"], version + 1);
        }
    }
}

#[tokio::test]
async fn funnels_are_made_on_the_page_by_who_may() {
    let world = World::new();
    let (server, link) = serve(world.command(&["serve"]));
    let admin = first_user(&server, &link).await;
    let ann = user(&server, &admin, "ann", "analyst").await;
    let vera = user(&server, &admin, "vera", "viewer").await;
    let page = async |path: &str, cookie: &str| {
        let asked = Client::new().get(server.url(path)).header("cookie", cookie).send();
        asked.await.unwrap().text().await.unwrap()
    };
    let built =
        "/funnels/build?title=%3Cscript%3Ealert(1)%3C/script%3E&s1.kind=message&s2.kind=echo";
    assert!(!page(built, &vera).await.contains("action=\"/funnels/stored\""));
    let shown = page(built, &ann).await;
    let definition = shown.split("name=\"definition\" value=\"").nth(1).unwrap();
    let definition = definition.split("\">").next().unwrap();
    assert!(!definition.contains('<'), "{definition}");
    let definition = definition.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">");
    let form = [("name", "mine"), ("definition", definition.as_str()), ("edits", "")];
    assert_eq!(send(&server, "/funnels/stored", &form, &vera).await.status(), 403);
    // Not from another site's page.
    let foreign = Client::new()
        .post(server.url("/funnels/stored"))
        .header("cookie", &ann)
        .header("origin", "https://evil.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("name=mine&definition=%7B%7D");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    let saved = send(&server, "/funnels/stored", &form, &ann).await;
    let location = saved.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!((saved.status().as_u16(), location.as_str()), (303, "/funnels/stored/mine?saved=1"));
    for path in ["/funnels/stored/mine", "/funnels/stored", "/funnels?name=mine"] {
        let shown = page(path, &ann).await;
        assert!(shown.contains("alert(1)") && !shown.contains("<script>alert"), "{path}: {shown}");
    }
    // The form that edits it is filled in, and knows which version it edits.
    let shown = page("/funnels/stored/mine", &ann).await;
    let edit =
        shown.split("href=\"/funnels/build?edits=").nth(1).unwrap().split('"').next().unwrap();
    let edit = format!("/funnels/build?edits={}", edit.replace("&#38;", "&"));
    let shown = page(&edit, &ann).await;
    assert!(shown.contains("name=\"edits\" value=\"mine@1\""), "{shown}");
    let change = [("edits", "mine@1"), ("definition", definition.as_str())];
    assert_eq!(send(&server, "/funnels/stored", &change, &ann).await.status(), 303);
    let late = send(&server, "/funnels/stored", &change, &ann).await;
    assert_eq!(late.status(), 409);
    let late = late.text().await.unwrap();
    assert!(late.contains("ann has changed it meanwhile") && late.contains("mine@1"), "{late}");
    let bad = [("name", "other"), ("definition", "{")];
    let told = send(&server, "/funnels/stored", &bad, &ann).await;
    assert_eq!(told.status(), 400);
    assert!(told.text().await.unwrap().contains("role=\"alert\""));
    assert_eq!(send(&server, "/funnels/stored/mine/archive", &[], &vera).await.status(), 403);
    assert_eq!(send(&server, "/funnels/stored/mine/archive", &[], &ann).await.status(), 303);
    assert_eq!(send(&server, "/funnels/stored/mine/restore", &[], &ann).await.status(), 303);
    // A member of a workspace has that one's own.
    workspace(&server, &admin, "acme", "1111", "").await;
    let ann = join(&server, &admin, "ann", "acme").await;
    assert!(!page("/funnels/stored", &ann).await.contains("mine"));
    let history = Client::new().get(server.url("/api/v1/funnels/mine/history"));
    assert_eq!(history.header("cookie", &ann).send().await.unwrap().status(), 404);
    assert_eq!(send(&server, "/funnels/stored/mine/archive", &[], &ann).await.status(), 404);
    let own = [("name", "mine"), ("definition", definition.as_str())];
    assert_eq!(send(&server, "/funnels/stored", &own, &ann).await.status(), 303);
    assert!(page("/funnels/stored/mine", &ann).await.contains("mine@1"));
    assert!(!page("/funnels/stored/mine", &admin).await.contains("mine@1"));
    assert!(page("/settings", &admin).await.contains("POST /funnels/stored"));
}
