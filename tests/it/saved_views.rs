//! Saved views: kept for oneself or the team, in the side bar, as one's start page and as a report; who may do what; users who
//! leave; and addresses that are none.

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::accounts::{first_user, join, send, serve, user, workspace};
use crate::support::{Server, World};

const API: &str = "/api/v1/views";

/// A request of somebody, and what they are told.
async fn ask(
    server: &Server,
    (method, path): (Method, &str),
    body: &Value,
    cookie: &str,
) -> (u16, Value) {
    let request = Client::new().request(method, server.url(path)).header("cookie", cookie);
    let answer = request.json(body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

async fn page(server: &Server, path: &str, cookie: &str) -> String {
    let asked = Client::new().get(server.url(path)).header("cookie", cookie).send();
    asked.await.unwrap().text().await.unwrap()
}

async fn names(server: &Server, cookie: &str) -> Vec<String> {
    let (_, told) = ask(server, (Method::GET, API), &json!(null), cookie).await;
    let views = told["views"].as_array().unwrap().iter();
    views.map(|view| view["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_view_is_kept_pinned_begun_with_and_sent_every_monday() {
    let world = World::new();
    let server = world.serve();
    let shown = page(&server, "/funnels?by=ad", "").await;
    assert!(shown.contains("name=\"address\" value=\"/funnels?by=ad\""), "{shown}");
    assert!(!page(&server, "/settings", "").await.contains("id=\"save-view\""));
    let zone = jiff::tz::TimeZone::UTC;
    let today = jiff::Timestamp::now().to_zoned_datetime(zone).date();
    let first = today.saturating_sub(jiff::Span::new().days(6));
    let address = format!("/funnels?from={first}&through={today}&by=ad&filter=source%3Dad");
    let form = [
        ("name", "By <ad>"),
        ("address", address.as_str()),
        ("is_moving", "on"),
        ("is_pinned", "on"),
    ];
    assert_eq!(send(&server, "/views", &form, "").await.status(), 303);
    let told = server.json(API).await["views"][0].clone();
    assert_eq!((&told["href"], &told["is_moving"]), (&json!(address), &json!(true)));
    let id = told["id"].as_str().unwrap();
    // In the side bar of every page at once, in words alone.
    for path in ["/", "/views", "/alerts", "/reports"] {
        let shown = page(&server, path, "").await;
        let pinned = shown.split("id=\"pinned\"").nth(1).unwrap().split("</ul>").next().unwrap();
        assert!(pinned.contains("By &#60;ad&#62;"), "{path}: {pinned}");
    }
    // Begun with, after which it is gone.
    let start = async || {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = client.get(server.url("/start")).send().await.unwrap();
        answer.headers()["location"].to_str().unwrap().to_owned()
    };
    assert_eq!(start().await, "/");
    let begin = (Method::PUT, "/api/v1/start-page");
    assert_eq!(ask(&server, begin.clone(), &json!({ "view": id }), "").await.0, 204);
    assert_eq!(start().await, address);
    assert_eq!(ask(&server, begin, &json!({ "view": "nothing" }), "").await.0, 404);
    // A report of it: the form is filled in, and what it sends is taken.
    let shown = page(&server, "/views", "").await;
    let link = shown.split("href=\"/reports/new?").nth(1).unwrap().split('"').next().unwrap();
    let link = format!("/reports/new?{}", link.replace("&#38;", "&"));
    let shown = page(&server, &link, "").await;
    for filled in ["value=\"By &#60;ad&#62;\"", "value=\"source=ad\"", "value=\"1\" selected"] {
        assert!(shown.contains(filled), "{filled}: {shown}");
    }
    let asked = reqwest::Url::parse(&server.url(&link)).unwrap();
    let mut fields: Vec<(String, String)> = asked.query_pairs().into_owned().collect();
    fields.push(("is_new".to_owned(), "1".to_owned()));
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(send(&server, "/reports", &fields, "").await.status(), 303);
    let report = server.json("/api/v1/reports").await["reports"][0].clone();
    assert_eq!((&report["schedule"], &report["error"]), (&json!("0 7 * * 1"), &json!(null)));
    // Of a page that reports do not know it says so.
    let form = [("name", "Quality"), ("address", "/quality")];
    assert_eq!(send(&server, "/views", &form, "").await.status(), 303);
    assert!(page(&server, "/views", "").await.contains("Reports do not know this page"));
    // Renamed, taken from the side bar, and removed.
    let path = format!("{API}/{id}");
    let edit = json!({ "name": "  Weekly\n ads ", "is_pinned": false });
    let (status, told) = ask(&server, (Method::PUT, &path), &edit, "").await;
    assert_eq!((status, &told["name"]), (200, &json!("Weekly ads")));
    assert!(!page(&server, "/", "").await.contains("id=\"pinned\""));
    assert_eq!(ask(&server, (Method::DELETE, &path), &json!(null), "").await.0, 204);
    assert_eq!(ask(&server, (Method::DELETE, &path), &json!(null), "").await.0, 404);
    assert_eq!(
        (start().await.as_str(), names(&server, "").await),
        ("/", vec!["Quality".to_owned()])
    );
}

#[tokio::test]
async fn what_is_no_view_is_refused() {
    let world = World::new();
    let server = world.serve();
    let long = "é".repeat(101);
    for (name, address, key) in [
        ("", "/", "name"),
        (" \n", "/", "name"),
        (long.as_str(), "/", "name"),
        ("a\u{7}b", "/", "name"),
        ("a", "", "address"),
        ("a", "https://evil.example/", "address"),
        ("a", "//evil.example/", "address"),
        ("a", "javascript:alert(1)", "address"),
        ("a", "/people/1/2", "address"),
        ("a", "/settings", "address"),
    ] {
        let view = json!({ "name": name, "address": address });
        let (status, told) = ask(&server, (Method::POST, API), &view, "").await;
        assert_eq!((status, told["parameter"].as_str()), (400, Some(key)), "{address}: {told}");
    }
    for _ in 0..100 {
        let view = json!({ "name": "a", "address": "/" });
        assert_eq!(ask(&server, (Method::POST, API), &view, "").await.0, 201);
    }
    let more = json!({ "name": "a", "address": "/" });
    assert_eq!(ask(&server, (Method::POST, API), &more, "").await.0, 409);
}

#[tokio::test]
async fn views_are_their_owners_and_the_teams() {
    let world = World::new();
    let (server, link) = serve(world.command(&["serve"]));
    let admin = first_user(&server, &link).await;
    let ann = user(&server, &admin, "ann", "analyst").await;
    let ben = user(&server, &admin, "ben", "analyst").await;
    let vera = user(&server, &admin, "vera", "viewer").await;
    let keep = async |name: &str, is_shared: bool, cookie: &str| {
        let view = json!({ "name": name, "address": "/ads?by=campaign", "is_shared": is_shared,
            "is_pinned": true });
        ask(&server, (Method::POST, API), &view, cookie).await
    };
    let (_, own) = keep("of ann", false, &ann).await;
    let (_, shared) = keep("of all", true, &ann).await;
    // A viewer keeps views, and none for others.
    assert_eq!(keep("of vera", false, &vera).await.0, 201);
    assert_eq!(keep("of vera", true, &vera).await.0, 403);
    assert_eq!(names(&server, &ann).await, ["of all", "of ann"]);
    assert_eq!(names(&server, &ben).await, ["of all"]);
    assert_eq!(names(&server, &vera).await, ["of all", "of vera"]);
    // Nobody is shown the page that was made for another who may see the same.
    let shown = page(&server, "/ads", &ann).await;
    assert!(shown.contains(">of ann<") && shown.contains(">ann<"), "{shown}");
    let shown = page(&server, "/ads", &ben).await;
    assert!(!shown.contains(">of ann<") && shown.contains(">ben<") && shown.contains(">of all<"));
    let path = |view: &Value| format!("{API}/{}", view["id"].as_str().unwrap());
    let rename = json!({ "name": "of ben" });
    assert_eq!(ask(&server, (Method::PUT, &path(&own)), &rename, &ben).await.0, 404);
    assert_eq!(ask(&server, (Method::PUT, &path(&shared)), &rename, &ben).await.0, 403);
    assert_eq!(ask(&server, (Method::DELETE, &path(&shared)), &json!(null), &vera).await.0, 403);
    let remove = format!("/views/{}/remove", shared["id"].as_str().unwrap());
    assert_eq!(send(&server, &remove, &[], &ben).await.status(), 403);
    let foreign = Client::new().post(server.url(&remove)).header("cookie", &ann);
    let foreign = foreign.header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), 403);
    let changed = json!({ "name": "of the team" });
    assert_eq!(ask(&server, (Method::PUT, &path(&shared)), &changed, &admin).await.0, 200);
    // A member of a workspace has their own and those of its team.
    workspace(&server, &admin, "acme", "1111", "").await;
    let ben = join(&server, &admin, "ben", "acme").await;
    assert_eq!(names(&server, &ben).await, Vec::<String>::new());
    assert!(!page(&server, "/", &ben).await.contains("of the team"));
    assert_eq!(keep("of ben", false, &ben).await.0, 201);
    assert_eq!(names(&server, &ben).await, ["of ben"]);
    // Who leaves: the team's stays, and an admin sees the rest.
    assert_eq!(send(&server, "/settings/users/ann/remove", &[], &admin).await.status(), 303);
    assert_eq!(names(&server, &vera).await, ["of the team", "of vera"]);
    assert_eq!(names(&server, &admin).await, ["of ann", "of the team"]);
    assert!(page(&server, "/views", &admin).await.contains("(no longer here)"));
    assert!(page(&server, "/settings", &admin).await.contains("POST /api/v1/views"));
    assert_eq!(ask(&server, (Method::DELETE, &path(&own)), &json!(null), &admin).await.0, 204);
}
