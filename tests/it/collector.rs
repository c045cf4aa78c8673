//! The collector, over real HTTP.

use messenger_funnel::collector::{BODY_LIMIT, sign};
use serde_json::json;

use crate::support::{SECRET, Server, World, count, message};

const FUNNEL: &str = "/api/v1/funnels/click-to-messenger";
/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const RANGE: &str = "?from=2026-11-20&to=2026-11-21";

async fn opened(server: &Server) -> u64 {
    count(&server.json(&format!("{FUNNEL}{RANGE}")).await, "opened").unwrap()
}

#[tokio::test]
async fn meta_can_verify_the_endpoint() {
    let world = World::new();
    let server = world.serve();
    let path = "/webhooks/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
    assert_eq!(server.get(&format!("{path}a+token")).await, (200, "1158201444".to_owned()));
    for wrong in ["", "b", "a+tokens"] {
        assert_eq!(server.get(&format!("{path}{wrong}")).await.0, 403, "{wrong}");
    }
    assert_eq!(server.get("/webhooks/meta").await.0, 403);
    let other = "/webhooks/meta?hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=a+token";
    assert_eq!(server.get(other).await.0, 403);
}

#[tokio::test]
async fn a_right_signature_counts_and_a_wrong_one_changes_nothing() {
    let world = World::new();
    let server = world.serve();
    let body = message("1", "ann", TIME, "m_1");
    let good = sign(SECRET, &body);
    let other_secret = sign("another secret", &body);
    let upper = format!("sha256={}", good[7..].to_uppercase());
    for wrong in ["", "sha256=", "sha256=00", &other_secret, &good[7..], &good[..70], &upper[1..]] {
        assert_eq!(server.post_signed(&body, wrong).await, 401, "{wrong:?}");
    }
    let unsigned = reqwest::Client::new().post(server.url("/webhooks/meta")).body(body.clone());
    assert_eq!(unsigned.send().await.unwrap().status(), 401);
    assert_eq!(server.post_signed(&message("1", "ann", TIME, "m_2"), &good).await, 401);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(opened(&server).await, 0);

    assert_eq!(server.post(&body).await, 200);
    server
        .wait_until(&format!("{FUNNEL}{RANGE}"), |report| count(report, "opened") == Some(1))
        .await;
    // Delivered again, and once more as part of a batch: still one.
    assert_eq!(server.post(&body).await, 200);
    let mut batch: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let second: serde_json::Value =
        serde_json::from_slice(&message("2", "bob", TIME, "m_3")).unwrap();
    batch["entry"].as_array_mut().unwrap().push(second["entry"][0].clone());
    assert_eq!(server.post(batch.to_string().as_bytes()).await, 200);
    server
        .wait_until(&format!("{FUNNEL}{RANGE}"), |report| count(report, "opened") == Some(2))
        .await;
}

#[tokio::test]
async fn every_configured_secret_is_good() {
    let world = World::new().with("meta.app_secrets", "old, new");
    let server = world.serve();
    let body = message("1", "ann", TIME, "m_1");
    assert_eq!(server.post_signed(&body, &sign("old", &body)).await, 200);
    assert_eq!(server.post_signed(&body, &sign("new", &body)).await, 200);
    assert_eq!(server.post_signed(&body, &sign("old, new", &body)).await, 401);
}

#[tokio::test]
async fn bad_bodies_get_their_status_and_harm_nothing() {
    let world = World::new();
    let server = world.serve();
    assert_eq!(server.post(b"").await, 400);
    assert_eq!(server.post(b"{").await, 400);
    assert_eq!(server.post(b"\xff\xfe").await, 400);
    assert_eq!(server.post(&vec![b' '; BODY_LIMIT + 1]).await, 413);
    let mut largest = b"{}".to_vec();
    largest.resize(BODY_LIMIT, b' ');
    assert_eq!(server.post(&largest).await, 200);

    // One bad item: quarantined with its reason, the others kept.
    let mut mixed: serde_json::Value =
        serde_json::from_slice(&message("1", "ann", TIME, "m_1")).unwrap();
    let items = mixed["entry"][0]["messaging"].as_array_mut().unwrap();
    items.insert(0, json!("nonsense"));
    items.push(json!({ "sender": { "id": "x" }, "a_kind_of_tomorrow": { "a": 1 } }));
    assert_eq!(server.post(mixed.to_string().as_bytes()).await, 200);
    server
        .wait_until(&format!("{FUNNEL}{RANGE}"), |report| count(report, "opened") == Some(1))
        .await;
    let (_, page) = server.get("/").await;
    // The nonsense, and the body without anything in it.
    assert!(page.contains("2 items could not be understood"), "{page}");
}

#[tokio::test]
async fn message_text_never_reaches_the_database() {
    let world = World::new();
    let server = world.serve();
    assert_eq!(server.post(&message("1", "ann", TIME, "m_1")).await, 200);
    server
        .wait_until(&format!("{FUNNEL}{RANGE}"), |report| count(report, "opened") == Some(1))
        .await;
    server.interrupt();
    let found = files_with(&world.data_dir().join("clickhouse"), b"secret words");
    assert_eq!(found, Vec::<std::path::PathBuf>::new());
    // The journal holds it until it is removed, and only its owner may read it.
    for path in files_with(&world.data_dir().join("journal"), b"secret words") {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

fn files_with(folder: &std::path::Path, text: &[u8]) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if std::fs::read(&path)
            .unwrap_or_default()
            .windows(text.len())
            .any(|part| part == text)
        {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn strangers_see_nothing() {
    let world = World::new();
    let server = world.serve();
    let client = reqwest::Client::new();
    let paths = ["/", FUNNEL, "/api/v1/funnels", "/api/v1/attribution"];
    for path in paths {
        assert_eq!(server.get(path).await.0, 200, "{path}");
        for (header, value) in
            [("x-forwarded-for", "203.0.113.7"), ("via", "1.1 tunnel"), ("host", "funnel.example")]
        {
            let request = client.get(server.url(path)).header(header, value);
            assert_eq!(request.send().await.unwrap().status(), 401, "{path} with {header}");
        }
    }
    // Meta comes through a proxy and is let in by its signature.
    let body = message("1", "ann", TIME, "m_1");
    let request =
        client.post(server.url("/webhooks/meta")).header("x-forwarded-for", "203.0.113.7");
    let request = request.header("x-hub-signature-256", sign(SECRET, &body)).body(body);
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn with_tokens_everybody_needs_one() {
    let world = World::new().with("server.access_tokens", "t-one,t-two,t three");
    let server = world.serve();
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    assert_eq!(server.get(FUNNEL).await.0, 401);
    assert_eq!(server.get(&format!("{FUNNEL}?token=wrong")).await.0, 401);
    assert_eq!(server.get(&format!("{FUNNEL}?token=t-two")).await.0, 200);
    assert_eq!(server.get(&format!("{FUNNEL}?token=t%20three")).await.0, 200);
    assert_eq!(server.get(&format!("{FUNNEL}?token=")).await.0, 401);
    let bearer = client.get(server.url(FUNNEL)).bearer_auth("t-one").header("via", "1.1 proxy");
    assert_eq!(bearer.send().await.unwrap().status(), 200);
    // The page takes the token out of its address and keeps it as a cookie.
    let first = client.get(server.url("/?token=t-one")).send().await.unwrap();
    assert_eq!(
        (first.status().as_u16(), &first.headers()["location"]),
        (303, &"/".parse().unwrap())
    );
    let cookie = first.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    let cookie = cookie.split(';').next().unwrap();
    let second = client.get(server.url("/")).header("cookie", cookie).send().await.unwrap();
    assert_eq!(second.status(), 200);
    assert_eq!(server.get("/healthz").await.0, 200);
    assert_eq!(server.get("/readyz").await.0, 200);
}
