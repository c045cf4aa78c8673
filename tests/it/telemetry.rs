//! Numbers of requests in answers and logs, and traces for OpenTelemetry.

use std::io::Read;
use std::process::{ChildStderr, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use reqwest::Client;
use serde_json::Value;

use crate::support::{Server, World};

fn contains(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|part| part == text.as_bytes())
}

/// A small image or a fresh Debian has no package `ca-certificates`.
#[test]
fn a_system_without_authorities_is_no_reason_not_to_start() {
    let world = World::bare();
    let empty = world.write("no-authorities.pem", "");
    let mut command = world.command(&["config", "check"]);
    command.env("SSL_CERT_FILE", &empty).env("SSL_CERT_DIR", world.folder().join("nothing"));
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "https://127.0.0.1:1");
    let told = command.output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
}

#[tokio::test]
async fn traces_go_to_the_collector_that_the_environment_names() {
    let got = Arc::new(Mutex::new(Vec::<(String, Bytes)>::new()));
    let keep = Arc::clone(&got);
    let take = move |headers: HeaderMap, body: Bytes| async move {
        let form = headers["content-type"].to_str().unwrap().to_owned();
        keep.lock().unwrap().push((form, body));
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new().route("/v1/traces", post(take));
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let world = World::new();
    let mut command = world.command(&["serve"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{address}"));
    command.env("OTEL_BSP_SCHEDULE_DELAY", "100");
    let server = Server::start(command);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let asked = Client::new()
        .get(server.url("/api/v1/people/page-1/person-1"))
        .header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
    assert_eq!(asked.send().await.unwrap().status(), 404);
    let started = Instant::now();
    let span = loop {
        let all = got.lock().unwrap().clone();
        let mut bodies = all.into_iter();
        if let Some(found) = bodies.find(|(_, body)| contains(body, "GET /api/v1/people/")) {
            break found;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "no trace came");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(span.0, "application/x-protobuf");
    assert!(contains(&span.1, "GET /api/v1/people/{page}/{id}"), "the route and not the person");
    assert!(!contains(&span.1, "person-1"));
    assert!(contains(&span.1, "messenger-funnel"));
    let trace = hex::decode(trace).unwrap();
    assert!(span.1.windows(16).any(|part| part == trace), "it is part of the caller's trace");
    server.interrupt();
}

/// A server, and its log as JSON.
fn serve_with_log(world: &World) -> (Server, ChildStderr) {
    let mut command = world.command(&["serve"]);
    command.env("MESSENGER_FUNNEL_LOG", "json").stderr(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let log = child.stderr.take().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let line = lines.find_map(|line| Some(line.ok()?.split_once("listens on ")?.1.to_owned()));
    (Server::of(child, line.unwrap()), log)
}

#[tokio::test]
async fn a_request_has_a_number_in_its_answer_and_in_the_log() {
    let world = World::new();
    let (server, mut log) = serve_with_log(&world);
    let get = async |id: &str| {
        let asked = Client::new().get(server.url("/healthz")).header("x-request-id", id);
        let answer = asked.send().await.unwrap();
        answer.headers()["x-request-id"].to_str().unwrap().to_owned()
    };
    assert_eq!(get("proxy-7").await, "proxy-7");
    for odd in ["", "two words", "{\"a\":1}", &"x".repeat(65)] {
        assert_eq!(get(odd).await.len(), 32, "{odd:?} is not taken");
    }
    let unsigned = Client::new()
        .post(server.url("/webhooks/meta"))
        .header("x-request-id", "wrong-one")
        .header("x-hub-signature-256", "sha256=00")
        .body("{}");
    assert_eq!(unsigned.send().await.unwrap().status(), 401);
    server.interrupt();
    let mut said = String::new();
    log.read_to_string(&mut said).unwrap();
    let mut lines = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let refusal = lines.find(|line| line["span"]["id"] == "wrong-one").expect(&said);
    assert_eq!(refusal["level"], "WARN");
    assert_eq!(refusal["span"]["route"], "/webhooks/meta");
}

#[tokio::test]
async fn what_a_job_logs_names_it() {
    let world = World::new();
    let erasures = world.data_dir().join("erasures");
    std::fs::create_dir_all(&erasures).unwrap();
    std::fs::write(erasures.join("half.json"), "{").unwrap();
    let (server, mut log) = serve_with_log(&world);
    let started = Instant::now();
    while !server.get("/metrics").await.1.contains("messenger_funnel_erasures_failing 1") {
        assert!(started.elapsed() < Duration::from_secs(30), "nobody has looked at the request");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.interrupt();
    let mut said = String::new();
    log.read_to_string(&mut said).unwrap();
    let mut lines = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let failure = lines.find(|line| line["level"] == "ERROR").expect(&said);
    assert_eq!(failure["span"]["job"], "erasures", "{said}");
}
