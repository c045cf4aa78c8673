//! ClickHouse away, slow, hanging, or answering an error after it has inserted: through a small
//! proxy between the server and a real engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use messenger_funnel::store::engine::Engine;
use secrecy::ExposeSecret;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Server, World, count, message, start_engine};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";

/// What the proxy does to inserts.
#[derive(Clone, Copy, PartialEq)]
#[repr(u8)]
enum Mood {
    Honest,
    /// 503 at once.
    Refuses,
    /// No answer for as long as the client waits.
    Hangs,
    /// Passes the insert on, and answers 500.
    LiesAfterInserting,
    /// Code 117 for every block that holds this word, as ClickHouse does for a bad row.
    RefusesPoison,
}

#[derive(Clone)]
struct Proxy {
    target: String,
    mood: Arc<AtomicU8>,
    /// Inserts that were answered wrongly in this mood.
    wronged: Arc<AtomicU64>,
    client: reqwest::Client,
}

impl Proxy {
    async fn start(target: &str) -> (Self, String) {
        let proxy = Self {
            target: target.to_owned(),
            mood: Arc::new(AtomicU8::new(Mood::Honest as u8)),
            wronged: Arc::new(AtomicU64::new(0)),
            client: reqwest::Client::new(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().fallback(pass_on).with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        (proxy, address)
    }

    fn set(&self, mood: Mood) {
        self.wronged.store(0, Ordering::SeqCst);
        self.mood.store(mood as u8, Ordering::SeqCst);
    }

    fn is(&self, mood: Mood) -> bool {
        self.mood.load(Ordering::SeqCst) == mood as u8
    }

    async fn forward(&self, request: Request, body: Vec<u8>) -> Response {
        let path = request.uri().path_and_query().unwrap().as_str();
        let mut passed =
            self.client.request(request.method().clone(), format!("{}{path}", self.target));
        for (name, value) in request.headers() {
            if !["host", "transfer-encoding", "content-length"].contains(&name.as_str()) {
                passed = passed.header(name, value);
            }
        }
        let answer = passed.body(body).send().await.unwrap();
        let mut response = Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            if name.as_str() != "transfer-encoding" && name.as_str() != "connection" {
                response = response.header(name, value);
            }
        }
        response.body(Body::from(answer.bytes().await.unwrap())).unwrap()
    }
}

async fn pass_on(State(proxy): State<Proxy>, mut request: Request) -> Response {
    let body = std::mem::take(request.body_mut());
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    let query = request.uri().query().unwrap_or_default();
    let is_insert = query.contains("INSERT") && query.contains("events");
    if !is_insert || proxy.is(Mood::Honest) {
        return proxy.forward(request, body).await;
    }
    proxy.wronged.fetch_add(1, Ordering::SeqCst);
    if proxy.is(Mood::Refuses) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if proxy.is(Mood::Hangs) {
        std::future::pending::<()>().await;
    }
    if proxy.is(Mood::LiesAfterInserting) {
        assert_eq!(proxy.forward(request, body).await.status(), 200);
        return (StatusCode::INTERNAL_SERVER_ERROR, "lost the answer").into_response();
    }
    // Also in a compressed block a word stands as it is where it comes first.
    if String::from_utf8_lossy(&body).contains("poison") {
        let said = "Code: 117. DB::Exception: Incorrect data. (INCORRECT_DATA)";
        return (StatusCode::BAD_REQUEST, said).into_response();
    }
    proxy.forward(request, body).await
}

/// A server whose ClickHouse is an engine of the test, behind the proxy.
struct Setting {
    engine: Engine,
    proxy: Proxy,
    world: World,
    _folder: TempDir,
}

impl Setting {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let engine = start_engine(folder.path()).await.unwrap();
        let endpoint = engine.endpoint("default");
        let (proxy, address) = Proxy::start(&endpoint.url).await;
        let world = World::new()
            .with("clickhouse.url", &address)
            .with("clickhouse.user", &endpoint.user)
            .with("clickhouse.password", endpoint.password.expose_secret());
        Self { engine, proxy, world, _folder: folder }
    }

    async fn post(&self, server: &Server, people: std::ops::Range<u32>) {
        for person in people {
            let name = format!("p{person}");
            let body = message("1", &name, TIME + i64::from(person), &format!("m_{name}"));
            assert_eq!(server.post(&body).await, 200);
        }
    }
}

async fn opened(server: &Server, expected: u64) -> Value {
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(expected)).await
}

async fn wait_for_wrong_answers(proxy: &Proxy, tries: u64) {
    for _ in 0..600 {
        if proxy.wronged.load(Ordering::SeqCst) >= tries {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the shipper gave up");
}

// Several threads: the proxy must answer while the test waits for the server to start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn through_refusals_hangs_and_lost_answers_everything_counts_once() {
    let setting = Setting::new().await;
    let server = setting.world.serve();
    setting.post(&server, 0..10).await;
    opened(&server, 10).await;
    let mut people = 10;
    for (mood, tries) in [(Mood::Refuses, 3), (Mood::LiesAfterInserting, 3)] {
        setting.proxy.set(mood);
        setting.post(&server, people..people + 10).await;
        wait_for_wrong_answers(&setting.proxy, tries).await;
        let (_, metrics) = server.get("/metrics").await;
        assert!(metrics.contains("messenger_funnel_shipping_failures_total"), "{metrics}");
        setting.proxy.set(Mood::Honest);
        people += 10;
        opened(&server, u64::from(people)).await;
    }
    // Hangs: a stop does not wait for ever, and the next start ships what was left.
    setting.proxy.set(Mood::Hangs);
    setting.post(&server, people..people + 10).await;
    wait_for_wrong_answers(&setting.proxy, 1).await;
    server.kill();
    setting.proxy.set(Mood::Honest);
    let server = setting.world.serve();
    opened(&server, u64::from(people) + 10).await;
    // And each event is stored once, not only counted once.
    let quality = server.json("/api/v1/quality?from=2026-11-20&to=2026-11-21").await;
    assert_eq!(quality["events"], 40, "{quality}");
    assert_eq!(quality["kinds"][0]["people"], 40, "{quality}");
    drop(server);
    setting.engine.stop().await;
}

// Several threads: the proxy must answer while the test waits for the server to start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_clickhouse_refuses_holds_up_no_other() {
    let setting = Setting::new().await;
    let server = setting.world.serve();
    setting.proxy.set(Mood::RefusesPoison);
    setting.post(&server, 0..20).await;
    assert_eq!(server.post(&message("1", "poison", TIME, "m_poison")).await, 200);
    setting.post(&server, 20..40).await;
    opened(&server, 40).await;
    let (_, page) = server.get("/?from=2026-11-20&to=2026-11-21").await;
    assert!(page.contains("1 item could not be understood"), "{page}");
    // ClickHouse takes it now.
    setting.proxy.set(Mood::Honest);
    let said = setting.world.succeed(&["journal", "replay", "--quarantined"]);
    assert_eq!(said, "1 of 1 items are understood now, with 1 events\n");
    opened(&server, 41).await;
    let (_, page) = server.get("/?from=2026-11-20&to=2026-11-21").await;
    assert!(!page.contains("could not be understood"));
    drop(server);
    setting.engine.stop().await;
}
