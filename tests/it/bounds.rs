//! A question that is too large is answered with advice, and the next one as if nothing had been.

use std::time::{Duration, Instant};

use reqwest::Client;
use tokio::io::AsyncWriteExt;

use crate::support::{World, client, start_engine};

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_takes_too_much_memory_is_answered_with_advice() {
    let world = World::new();
    tokio::task::block_in_place(|| world.fill(8000, 3, ["2026-09-01", "2026-11-20"]));
    let large = "/api/v1/cohorts?from=2026-09-01&to=2026-11-20";
    let server = world.serve();
    assert_eq!(server.get(large).await.0, 200);
    server.interrupt();

    let world = world.with("clickhouse.question_memory_mb", "1");
    let server = world.serve();
    let (status, told) = server.get(large).await;
    assert_eq!(status, 422, "{told}");
    assert!(told.contains("more memory") && told.contains("question_memory_mb"), "{told}");
    assert!(told.contains("fewer days"), "{told}");
    // As a page too; and what is small goes on.
    let (status, page) = server.get("/cohorts?from=2026-09-01&through=2026-11-19").await;
    assert!(status == 422 && page.contains("Choose fewer days"), "{status} {page}");
    // ClickHouse counts what a thread takes by four megabytes: a small question may be charged with those of one before.
    let mut statuses = Vec::new();
    while statuses.last() != Some(&200) {
        assert!(statuses.len() < 100, "{statuses:?}");
        statuses.push(server.get("/api/v1/funnels").await.0);
    }
    server.interrupt();
}

#[test]
fn a_bound_of_nothing_is_refused() {
    let output = World::new().with("clickhouse.question_seconds", "0").run(&["config", "check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("question_seconds"));
}

const RANGE: &str = "from=2026-10-01&to=2026-11-01";
const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-10-01&to=2026-11-01";

/// Conversations that differ in everything.
async fn many_conversations(client: &clickhouse::Client, count: u32) {
    let statement = format!(
        "INSERT INTO conversations (opened_at, page_id, person_id, number, channel, source, ref, depth, last_act_at, \
         version) SELECT toDateTime64('2026-10-01 00:00:00', 3, 'UTC') + number % 2600000, '1', toString(number), 1, \
         'messenger', 'ad', concat('campaign=', toString(number)), number % 6, \
         toDateTime64('2026-10-01 00:00:00', 3, 'UTC'), 1 FROM numbers({count})"
    );
    client.query(&statement).execute().await.unwrap();
}

/// Whether ClickHouse works at a funnel.
async fn is_asked(client: &clickhouse::Client) -> bool {
    let statement = "SELECT count() FROM system.processes \
                     WHERE query LIKE '%groups.purchase AS purchase%' AND query NOT LIKE '%system.processes%'";
    client.query(statement).fetch_one::<u64>().await.unwrap() > 0
}

/// How long from now on ClickHouse works at a funnel.
async fn worked_at(client: &clickhouse::Client) -> Duration {
    let started = Instant::now();
    while is_asked(client).await {
        assert!(started.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    started.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_bounded_and_who_hangs_up_ends_the_question() {
    let folder = tempfile::tempdir().unwrap();
    let engine = start_engine(folder.path()).await.unwrap();
    let endpoint = engine.endpoint("bounds");
    let world = World::new().on(&endpoint);
    let server = world.serve();
    let client = client(&endpoint);
    many_conversations(&client, 4_000_000).await;
    // More than half a million refs, and, of fewer days, more than are told.
    let (status, told) = server.get(&format!("{QUESTION}&by=ref")).await;
    assert!(status == 422 && told.contains("fewer dimensions"), "{status} {told}");
    let day = "/api/v1/funnels/click-to-messenger?from=2026-10-02&to=2026-10-03&by=ref";
    let (status, told) = server.get(day).await;
    assert!(status == 422 && told.contains("50000"), "{status} {told}");
    let (status, told) = server
        .get(&format!("/api/v1/funnels/click-to-messenger/people?{RANGE}&step=opened&format=csv"))
        .await;
    assert!(status == 400 && told.contains("fewer days"), "{status} {told}");

    // As long as somebody waits, it is worked at; then no longer.
    let slow = server.url(&format!("{QUESTION}&by=hour,link,source"));
    let begin = async || {
        let asked = Client::new().get(&slow).send();
        let waiting = tokio::spawn(tokio::time::timeout(Duration::from_secs(60), asked));
        let started = Instant::now();
        while !is_asked(&client).await {
            assert!(started.elapsed() < Duration::from_secs(20), "it is not asked");
        }
        Some(waiting)
    };
    let whole = begin().await.unwrap();
    let whole_time = worked_at(&client).await;
    assert_eq!(whole.await.unwrap().unwrap().unwrap().status(), 200);
    let mut shortest = Duration::MAX;
    let mut shortest_after_more = Duration::MAX;
    for _ in 0..3 {
        let hung_up = begin().await.unwrap();
        hung_up.abort();
        shortest = shortest.min(worked_at(&client).await);
    }
    // Also if they have sent a byte more, which nobody reads.
    let host = server.address.strip_prefix("http://").unwrap().to_owned();
    for _ in 0..2 {
        let mut client_of_harm = tokio::net::TcpStream::connect(&host).await.unwrap();
        let question =
            format!("GET {QUESTION}&by=hour,link,source HTTP/1.1\r\nHost: {host}\r\n\r\nG");
        client_of_harm.write_all(question.as_bytes()).await.unwrap();
        let started = Instant::now();
        while !is_asked(&client).await {
            assert!(started.elapsed() < Duration::from_secs(20), "it is not asked");
        }
        drop(client_of_harm);
        shortest_after_more = shortest_after_more.min(worked_at(&client).await);
    }
    assert!(
        shortest_after_more < whole_time / 2 + Duration::from_secs(1),
        "{shortest_after_more:?} of {whole_time:?}"
    );
    eprintln!("worked at for {whole_time:?}; after hanging up {shortest:?}");
    assert!(shortest < whole_time / 2, "{shortest:?} of {whole_time:?}");
}
