//! Addresses for spreadsheets: each has a token that may ask one question, sees what its maker sees, ends and can be
//! revoked; and tokens of the settings lock nobody out who has the server's log.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use reqwest::{Client, StatusCode, redirect};
use serde_json::json;

use crate::accounts::{first_user, join, send, serve, user, workspace};
use crate::support::{Server, World};

const DAYS: [&str; 2] = ["2026-10-01", "2026-11-01"];
const QUESTION: &str = "/api/v1/ads?by=campaign&from=2026-10-01&to=2026-11-01";
/// One that is of some Pages.
const BY_PAGE: &str = "/api/v1/funnels/click-to-messenger?by=page&from=2026-10-01&to=2026-11-01";

async fn get(server: &Server, path: &str, cookie: &str) -> (u16, String) {
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let answer = client.get(server.url(path)).header("cookie", cookie).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Makes an address; its path on the server.
async fn connect(server: &Server, question: &str, is_rolling: &str, cookie: &str) -> String {
    let form = [("question", question), ("days", "30"), ("is_rolling", is_rolling)];
    let made = send(server, "/connect", &form, cookie).await;
    assert_eq!(made.status(), StatusCode::OK);
    let page = made.text().await.unwrap();
    let address = page.split("<code id=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
    // As a browser shows it.
    let address = address.replace("&#38;", "&").replace("&amp;", "&");
    address.strip_prefix(&server.address).unwrap().to_owned()
}

fn token_of(address: &str) -> &str {
    address.split("token=").nth(1).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_answers_its_question_and_no_other() {
    let world = World::new();
    tokio::task::block_in_place(|| world.fill(80, 3, DAYS));
    let (server, link) = serve(world.command(&["serve"]));
    let anna = first_user(&server, &link).await;
    let (status, page) = get(&server, "/ads?from=2026-10-01&through=2026-10-31", &anna).await;
    assert!(status == 200 && page.contains("/connect?question=%2Fapi%2Fv1%2Fads%3F"), "{page}");
    // Lists of people are not offered.
    for path in ["/funnels/people?step=answered", "/conversations/rows", "/attribution/touchpoints"]
    {
        let (status, page) = get(
            &server,
            &format!("{path}{}from=2026-10-01", if path.contains('?') { '&' } else { '?' }),
            &anna,
        )
        .await;
        assert!(status == 200 && !page.contains("/connect?"), "{path}");
    }
    let address = connect(&server, QUESTION, "false", &anna).await;
    let token = token_of(&address).to_owned();
    assert!(token.starts_with("mf_") && address.contains("format=csv"), "{address}");

    let (status, told) = get(&server, &address, "").await;
    let (_, own) = get(&server, &format!("{QUESTION}&format=csv"), &anna).await;
    assert_eq!((status, &told), (200, &own));
    let with =
        |path: &str| format!("{path}{}token={token}", if path.contains('?') { '&' } else { '?' });
    for form in ["json", "xlsx", "parquet"] {
        assert_eq!(get(&server, &with(&format!("{QUESTION}&format={form}")), "").await.0, 200);
    }
    let elsewhere = [
        "/api/v1/ads",
        "/api/v1/ads?by=campaign&from=2026-10-01&to=2026-11-02",
        "/api/v1/ads?by=ad&from=2026-10-01&to=2026-11-01",
        "/api/v1/ads?by=campaign&from=2026-10-01&to=2026-11-01&from=2020-01-01",
        "/api/v1/funnels",
        "/api/v1/openapi.json",
        "/api/v1/conversations",
        "/api/v1/people/1/2/export",
        "/",
        "/ads?by=campaign&from=2026-10-01&to=2026-11-01",
        "/settings",
        "/reports",
        "/connect?question=%2Fapi%2Fv1%2Fads",
    ];
    for path in elsewhere {
        assert_eq!(get(&server, &with(path), "").await.0, 403, "{path}");
        // Nor as a header, nor as the cookie of a browser.
        let asked = Client::new().get(server.url(path)).bearer_auth(&token);
        assert_eq!(asked.send().await.unwrap().status(), 403, "{path}");
    }
    for path in [
        "/mcp",
        "/api/v1/annotations",
        "/api/v1/conversions",
        "/settings/tokens",
        "/connect",
        QUESTION,
    ] {
        let asked = Client::new().post(server.url(path)).bearer_auth(&token).body("{}");
        let status = asked.send().await.unwrap().status().as_u16();
        assert!(matches!(status, 403 | 405), "{path}: {status}");
    }
    // With a session beside it nobody is less than they are.
    assert_eq!(get(&server, &with("/settings"), &anna).await.0, 200);

    // Always the last days: the same question without its days.
    let rolling = connect(&server, QUESTION, "true", &anna).await;
    assert!(rolling.starts_with("/api/v1/ads?by=campaign&format=csv&token="), "{rolling}");
    assert_eq!(get(&server, &rolling, "").await.0, 200);
    let dated = format!("/api/v1/ads?by=campaign&from=2020-01-01&token={}", token_of(&rolling));
    assert_eq!(get(&server, &dated, "").await.0, 403);

    // What shows people, has no rows, changes something or is elsewhere cannot be connected.
    for question in [
        "/api/v1/conversations",
        "/api/v1/funnels/click-to-messenger/people?step=lead",
        "/api/v1/funnels",
        "/api/v1/attribution/journeys",
        "/api/v1/ads?moon=1",
        "/settings",
        "https://evil.example/api/v1/ads",
        "//evil.example/api/v1/ads",
        "",
    ] {
        let made = send(&server, "/connect", &[("question", question)], &anna).await;
        assert_eq!(made.status(), 400, "{question}");
    }

    // It is seen and taken back.
    let (_, page) =
        get(&server, "/connect?question=%2Fapi%2Fv1%2Fads%3Fby%3Dcampaign", &anna).await;
    let name = page.split("/connect/").nth(1).unwrap().split('/').next().unwrap();
    let (_, settings) = get(&server, "/settings", &anna).await;
    assert!(settings.contains(name) && settings.contains("/api/v1/ads?by=campaign"), "{settings}");
    assert!(!settings.contains(token_of(&rolling)) && !page.contains(token_of(&rolling)));
    let revoked = send(&server, &format!("/connect/{name}/revoke"), &[], &anna).await;
    assert_eq!(revoked.status(), 303);
    assert_eq!(get(&server, &rolling, "").await.0, 401);
    assert_eq!(get(&server, &address, "").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_sees_what_its_maker_sees_and_ends_with_them() {
    let world = World::new();
    tokio::task::block_in_place(|| world.fill(80, 4, DAYS));
    let (server, link) = serve(world.command(&["serve"]));
    let anna = first_user(&server, &link).await;
    let viewer = user(&server, &anna, "victor", "viewer").await;
    let refused = send(&server, "/connect", &[("question", QUESTION)], &viewer).await;
    assert_eq!(refused.status(), 403);
    let vera = user(&server, &anna, "vera", "analyst").await;
    let address = connect(&server, BY_PAGE, "false", &vera).await;
    let (_, all) = get(&server, &address, "").await;
    assert!(all.lines().count() > 8, "{all}");
    // Nobody but who made it and an admin takes it back.
    let ugo = user(&server, &anna, "ugo", "analyst").await;
    let (_, page) =
        get(&server, &format!("/connect?{}", form(&[("question", BY_PAGE)])), &vera).await;
    let name = page.split("/connect/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let path = format!("/connect/{name}/revoke");
    assert_eq!(send(&server, &path, &[], &ugo).await.status(), 404);
    let of_settings = [("name", "wide"), ("scope", "read")];
    assert_eq!(send(&server, "/settings/tokens", &of_settings, &anna).await.status(), 200);
    assert_eq!(send(&server, "/connect/wide/revoke", &[], &anna).await.status(), 404);

    workspace(&server, &anna, "acme", "1", "").await;
    join(&server, &anna, "vera", "acme").await;
    let (status, own) = get(&server, &address, "").await;
    assert!(status == 200 && own.lines().count() < all.lines().count(), "{own}");
    assert_eq!(send(&server, "/settings/users/vera/remove", &[], &anna).await.status(), 303);
    assert_eq!(get(&server, &address, "").await.0, 401);
    // Another of that name is somebody else.
    user(&server, &anna, "vera", "admin").await;
    assert_eq!(get(&server, &address, "").await.0, 401);
    assert_eq!(send(&server, &path, &[], &anna).await.status(), 303);
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_log_tells_a_token_that_stands_in_an_address() {
    let world = World::new();
    let (server, link) = serve(world.command(&["serve"]));
    let anna = first_user(&server, &link).await;
    let address = connect(&server, QUESTION, "false", &anna).await;
    drop(server);
    let log = world.folder().join("log");
    let mut command: Command = world.command(&["serve"]);
    command.env("RUST_LOG", "trace").stderr(Stdio::from(std::fs::File::create(&log).unwrap()));
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut found = lines.filter_map(|line| Some(line.split_once("listens on ")?.1.to_owned()));
    let server = Server::of(child, found.next().unwrap());
    let wrong = format!("{QUESTION}&token=mf_nobodys");
    for (path, status) in [(address.as_str(), 200), (wrong.as_str(), 401)] {
        assert_eq!(get(&server, path, "").await.0, status);
    }
    let other = address.replace("by=campaign", "by=ad");
    assert_eq!(get(&server, &other, "").await.0, 403);
    // Nor whom an assistant asks for.
    let arguments = json!({ "page": "1", "id": "somebody-of-that-id" });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "person", "arguments": arguments } });
    let asked = Client::new().post(server.url("/mcp")).header("cookie", &anna).json(&message);
    let asked = asked.header("accept", "application/json, text/event-stream").send().await.unwrap();
    assert_eq!(asked.status(), 200);
    drop(server);
    let told = std::fs::read_to_string(&log).unwrap();
    assert!(told.contains("request"), "it is a log: {told}");
    for secret in [token_of(&address), "mf_nobodys", "somebody-of-that-id"] {
        assert!(!told.contains(secret), "the log tells {secret}");
    }
}

#[tokio::test]
async fn with_a_token_and_no_user_the_log_leads_to_the_first() {
    let world = World::new().with("server.access_tokens", "a token for programs");
    let (server, link) = serve(world.command(&["serve"]));
    assert_eq!(get(&server, "/api/v1/funnels", "").await.0, 401, "it is closed all the same");
    let anna = first_user(&server, &link).await;
    assert_eq!(get(&server, "/settings", &anna).await.0, 200);
    assert_eq!(get(&server, &link, "").await.0, 404, "it is good once");
    let token =
        Client::new().get(server.url("/api/v1/funnels")).bearer_auth("a token for programs");
    assert_eq!(token.send().await.unwrap().status(), 200);
}
