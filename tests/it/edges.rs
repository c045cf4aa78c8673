//! Odd bodies and bad clients at the collector.

use std::time::{Duration, Instant};

use messenger_funnel::collector::sign;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{SECRET, World, count, message};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";
const EVER: &str = "/api/v1/funnels/click-to-messenger?from=2000-01-01&to=2100-01-01&by=page";

fn body_at(time: &str, text: &str, mid: &str) -> Vec<u8> {
    format!(
        r#"{{"object":"page","entry":[{{"id":"1","messaging":[{{"sender":{{"id":9007199254740993}},
        "recipient":{{"id":1}},"timestamp":{time},"message":{{"mid":"{mid}","text":"{text}"}}}}]}}]}}"#
    )
    .into_bytes()
}

#[tokio::test]
async fn bodies_of_every_kind() {
    let world = World::new();
    let server = world.serve();
    // A thousand items, four megabytes, deep nesting, NUL, lone surrogates, Latin-1.
    let items: Vec<_> = (0..1000)
        .map(|number| json!({ "sender": { "id": format!("p{number}") }, "recipient": { "id": "1" },
            "timestamp": TIME, "message": { "mid": format!("m{number}"), "text": "x".repeat(4200) } }))
        .collect();
    let batch =
        json!({ "object": "page", "entry": [{ "id": "1", "time": TIME, "messaging": items }] });
    let batch = batch.to_string();
    assert!(batch.len() > 4 << 20);
    assert_eq!(server.post(batch.as_bytes()).await, 200);
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(1000)).await;

    let time = TIME.to_string();
    for (mid, text) in
        [("nul", r"a\u0000b"), ("lone", r"\ud83d and \ude00"), ("pair", r"\ud83d\ude00")]
    {
        assert_eq!(server.post(&body_at(&time, text, mid)).await, 200, "{mid}");
    }
    let mut latin = body_at(&time, "caf#", "latin");
    let place = latin.iter().position(|byte| *byte == b'#').unwrap();
    latin[place] = 0xe9;
    assert_eq!(server.post(&latin).await, 200);
    // One person wrote all four, so that it is one conversation more.
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(1001)).await;
    server.wait_until("/api/v1/funnels", |_| true).await;

    // Deep nesting is journaled, and refused by the parser behind it: in quarantine, not lost.
    let deep = format!("{{\"entry\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(server.post(deep.as_bytes()).await, 200);
    let is_there = async || server.get("/").await.1.contains("1 item could not be understood");
    let started = Instant::now();
    while !is_there().await {
        assert!(started.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    assert_eq!(server.post(b"7").await, 200);
    let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    assert_eq!(server.post(&gzip).await, 400);
    let compressed = reqwest::Client::new()
        .post(server.url("/webhooks/meta"))
        .header("content-encoding", "gzip")
        .header("x-hub-signature-256", sign(SECRET, &gzip))
        .body(gzip.to_vec());
    assert_eq!(compressed.send().await.unwrap().status(), 415);
}

#[tokio::test]
async fn a_mark_in_front_of_a_body_is_no_fault() {
    let world = World::new();
    let server = world.serve();
    let marked = |body: &[u8]| [b"\xef\xbb\xbf", body].concat();
    assert_eq!(server.post(&marked(&message("1", "ann", TIME, "m1"))).await, 200);
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(1)).await;
    let sold = json!({ "id": "o1", "name": "lead", "time": "2026-11-20T11:00:00Z", "page": "1", "person": "ann" });
    let answer = reqwest::Client::new()
        .post(server.url("/api/v1/conversions"))
        .header("content-type", "application/json")
        .body(marked(sold.to_string().as_bytes()));
    assert_eq!(answer.send().await.unwrap().status(), 200);
    // A mark alone is no body.
    assert_eq!(server.post(&marked(b"")).await, 400);
}

#[tokio::test]
async fn impossible_times_are_clamped_and_told() {
    let world = World::new();
    let server = world.serve();
    let times = ["0", "-5", "99999999999999", "1795168800", "\"1795168800\"", "1795168800000"];
    for (number, time) in times.into_iter().enumerate() {
        assert_eq!(server.post(&body_at(time, "x", &format!("m{number}"))).await, 200);
    }
    // Three at ten o'clock on the 20th, three at the time of receipt: at most two conversations.
    server.wait_until(EVER, |report| count(report, "opened") >= Some(1)).await;
    let all = "/api/v1/quality?from=2000-01-01&to=2100-01-01";
    server
        .wait_until(all, |quality| {
            (&quality["events"], &quality["clamped"]) == (&json!(6), &json!(3))
        })
        .await;
}

/// Thousands of idle connections, and clients that send a byte now and then, keep nobody waiting.
#[tokio::test]
async fn slow_clients_starve_nobody() {
    let (soft, hard) = rlimit::Resource::NOFILE.get().unwrap();
    let most = rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let connections = usize::try_from(most / 2).unwrap().min(10_000);
    assert!(connections >= 500, "the limit of open files is too low: {soft}, {hard}");
    let world = World::new();
    let server = world.serve();
    let address = server.address.trim_start_matches("http://").to_owned();
    let mut open = Vec::new();
    for number in 0..connections {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let half = match number % 3 {
            0 => "",
            1 => "POST /webhooks/meta HTTP/1.1\r\nHost: localhost\r\nX-Slow",
            _ => {
                "POST /webhooks/meta HTTP/1.1\r\nHost: localhost\r\nX-Hub-Signature-256: \
                  sha256=00\r\nContent-Length: 8000000\r\n\r\n{\"object\""
            }
        };
        stream.write_all(half.as_bytes()).await.unwrap();
        open.push(stream);
    }
    let mut slowest = Duration::ZERO;
    for number in 0..100 {
        let started = Instant::now();
        let body = message("1", &format!("70{number}"), TIME, &format!("m{number}"));
        assert_eq!(server.post(&body).await, 200);
        slowest = slowest.max(started.elapsed());
    }
    assert!(slowest < Duration::from_secs(2), "a webhook took {slowest:?}");
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(100)).await;
    // A body that does not come is given up; its sender is told.
    let slow = &mut open[2];
    let mut answer = vec![0; 1000];
    let length = tokio::time::timeout(Duration::from_secs(25), slow.read(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer[..length.unwrap().unwrap()]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn every_verify_token_is_good() {
    let world = World::new().with("meta.verify_token", "one,two");
    let server = world.serve();
    for (token, status) in [("one", 200), ("two", 200), ("one,two", 403), ("", 403)] {
        let path =
            format!("/webhooks/meta?hub.mode=subscribe&hub.challenge=7&hub.verify_token={token}");
        assert_eq!(server.get(&path).await.0, status, "{token}");
    }
}

#[tokio::test]
async fn the_journal_can_be_inspected_and_replayed() {
    let world = World::new();
    let server = world.serve();
    for person in ["a", "b", "c"] {
        assert_eq!(server.post(&message("1", person, TIME, &format!("m{person}"))).await, 200);
    }
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(3)).await;
    let summary = world.json(&["journal", "inspect", "--json"]);
    assert_eq!(summary["unshipped"], 0);
    assert_eq!(summary["segments"][0]["records"], 3);
    let busy = world.run(&["journal", "replay"]);
    let said = String::from_utf8_lossy(&busy.stderr);
    assert!(!busy.status.success() && said.contains("stop the server to replay"), "{said}");
    server.interrupt();
    assert!(world.succeed(&["journal", "inspect"]).contains("0 webhooks are not shipped yet"));
    assert_eq!(world.succeed(&["journal", "replay"]), "replayed 3 webhooks with 3 events\n");
    let args = ["funnel", "--from", "2026-11-20", "--to", "2026-11-21", "--format", "json"];
    assert_eq!(count(&world.json(&args), "opened"), Some(3));
    // Nothing in quarantine: nothing to do.
    let none = world.succeed(&["journal", "replay", "--quarantined"]);
    assert_eq!(none, "0 of 0 items are understood now, with 0 events\n");
}
