//! Webhooks are taken as ever while everything is asked at once that strangers and dashboards can ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use messenger_funnel::collector::{SIGNATURE_HEADER, sign};
use reqwest::{Client, redirect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{SECRET, Server, World, message};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const TOKEN: &str = "a token that may read";
const WEBHOOKS: usize = 300;
/// What nobody notices on a machine that is busy anyway.
const FLOOR: Duration = Duration::from_millis(50);
/// Of our process; the engine has one of its own.
const MOST_MEMORY_MB: u64 = 400;
const RANGE: &str = "from=2026-09-01&to=2026-11-20";

/// The 99th of a hundred, of webhooks one after the other.
async fn p99(client: &Client, server: &Server, round: &str) -> Duration {
    let mut took = Vec::new();
    for number in 0..WEBHOOKS {
        let body = message("1", &number.to_string(), TIME, &format!("{round}-{number}"));
        let signature = sign(SECRET, &body);
        let request = client
            .post(server.url("/webhooks/meta"))
            .header(SIGNATURE_HEADER, signature)
            .body(body);
        let started = Instant::now();
        assert_eq!(request.send().await.unwrap().status(), 200);
        took.push(started.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    took.sort_unstable();
    eprintln!("{round}: median {:?}, slowest {:?}", took[WEBHOOKS / 2], took[WEBHOOKS - 1]);
    took[WEBHOOKS * 99 / 100]
}

/// Highest memory that a process ever had, in megabytes.
fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
}

/// Who means harm: what they do until they are stopped, and how often they did it.
#[derive(Clone)]
struct Storm {
    address: String,
    client: Client,
    is_over: Arc<AtomicBool>,
    done: Arc<[AtomicU64; 7]>,
}

impl Storm {
    /// Does something again and again, as `many` at once.
    fn again<F: Future<Output = ()> + Send + 'static>(
        &self,
        kind: usize,
        many: usize,
        act: impl Fn(Self, u64) -> F + Clone + Send + 'static,
    ) {
        // One kind alone, to see what it does.
        let only = std::env::var("STORM_ONLY").ok().and_then(|kind| kind.parse().ok());
        if only.is_some_and(|only: usize| only != kind) {
            return;
        }
        for _ in 0..many {
            let (storm, act) = (self.clone(), act.clone());
            tokio::spawn(async move {
                while !storm.is_over.load(Ordering::Relaxed) {
                    let number = storm.done[kind].fetch_add(1, Ordering::Relaxed);
                    act(storm.clone(), number).await;
                }
            });
        }
    }

    /// Holds a connection until the server ends it.
    async fn hold(&self, head: String, body: usize) {
        let address = self.address.trim_start_matches("http://");
        let Ok(mut stream) = TcpStream::connect(address).await else { return };
        stream.write_all(head.as_bytes()).await.ok();
        stream.write_all(&vec![b'x'; body]).await.ok();
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        tokio::time::timeout(Duration::from_secs(20), read).await.ok();
    }

    async fn get(&self, path: &str, patience: Duration) {
        let asked = self.client.get(format!("{}{path}", self.address)).bearer_auth(TOKEN);
        let answered = async { asked.send().await?.bytes().await };
        tokio::time::timeout(patience, answered).await.ok();
    }

    fn begin(&self) {
        let patient = Duration::from_secs(60);
        self.again(0, 600, |storm, number| async move {
            let path = ["/login", "/webhooks/meta/deletion"][usize::from(number.is_multiple_of(2))];
            let (announced, sent) =
                if number.is_multiple_of(3) { (2_000_000, 1_900_000) } else { (16_000, 15_000) };
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {announced}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\n\r\n"
            );
            storm.hold(head, sent).await;
        });
        self.again(1, 200, |storm, _| async move {
            let head = "POST /webhooks/meta HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".to_owned();
            storm.hold(head + &"x".repeat(6000), 0).await;
        });
        self.again(2, 8, move |storm, number| async move {
            let wide = if number.is_multiple_of(2) {
                let keys: Vec<String> = (0..2500).map(|key| format!("ref.a{key}")).collect();
                keys.join(",")
            } else {
                "hour,day,ref,ad,source,page,link,campaign".to_owned()
            };
            let path = format!("/api/v1/funnels/click-to-messenger?{RANGE}&by={wide}");
            storm.get(&path, patient).await;
        });
        self.again(3, 8, |storm, number| async move {
            let paths = [
                "/api/v1/attribution?model=markov&by=ref&intervals=true&",
                "/api/v1/attribution/comparison?by=ref,day&",
                "/api/v1/funnels/click-to-messenger/drivers?",
                "/attribution?by=ref&intervals=true&",
            ];
            let path = format!("{}{RANGE}", paths[number as usize % paths.len()]);
            storm.get(&path, Duration::from_millis(150)).await;
        });
        self.again(4, 16, move |storm, number| async move {
            let (scale, quiet) = (40 + number % 25, number / 25 % 60);
            storm.get(&format!("/l/poster/qr.png?scale={scale}&quiet_zone={quiet}"), patient).await;
        });
        self.again(5, 16, move |storm, number| async move {
            storm.get(&format!("/l/nothing-{number}/qr.svg"), patient).await;
            storm.get("/readyz", patient).await;
        });
        self.again(6, 8, |storm, number| async move {
            let body = format!("name=anna-{}&password=guess+after+guess", number % 40);
            let tried = storm
                .client
                .post(format!("{}/login", storm.address))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body);
            tried.send().await.ok();
        });
    }
}

#[test]
fn webhooks_are_taken_as_ever_in_a_storm() {
    let world = World::new()
        .with("server.access_tokens", TOKEN)
        .with("server.rate_limit", "1000000")
        .with("server.public_url", "https://go.example.com");
    world.fill(3000, 3, ["2026-09-01", "2026-11-20"]);
    world.succeed(&["link", "add", "--page", "shop", "--ref", "poster", "--printed"]);
    let server = world.serve();
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let storm = Storm {
        address: server.address.clone(),
        client: client.clone(),
        is_over: Arc::default(),
        done: Arc::default(),
    };
    let measuring = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    measuring.block_on(p99(&client, &server, "warm"));
    let idle = measuring.block_on(p99(&client, &server, "idle"));
    let most = (3 * idle).max(FLOOR);
    // Clients that take the cores from the server would measure themselves.
    let raging = {
        let storm = storm.clone();
        std::thread::spawn(move || {
            rustix::process::nice(15).ok();
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                storm.begin();
                while !storm.is_over.load(Ordering::Relaxed) {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            });
            runtime.shutdown_background();
        })
    };
    std::thread::sleep(Duration::from_secs(2));
    let rounds = ["one", "two", "three"].map(|round| {
        let client = Client::new();
        measuring.block_on(p99(&client, &server, round))
    });
    storm.is_over.store(true, Ordering::Relaxed);
    raging.join().unwrap();
    let done: Vec<u64> = storm.done.iter().map(|done| done.load(Ordering::Relaxed)).collect();
    let memory = peak_memory(server.process());
    eprintln!("idle {idle:?}, in the storm {rounds:?}, {memory} MB, done {done:?}");
    assert!(rounds.iter().any(|round| *round <= most), "idle {idle:?}, in the storm {rounds:?}");
    assert!(memory < MOST_MEMORY_MB, "{memory} MB");
    // It was a storm of everything.
    assert!(done.iter().all(|done| *done >= 8), "{done:?}");
    // And it is over when it is over.
    let started = Instant::now();
    let health = measuring.block_on(server.get("/healthz"));
    assert_eq!(health.0, 200);
    assert!(started.elapsed() < Duration::from_secs(2));
}
