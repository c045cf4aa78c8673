//! Stopped or killed: nothing acknowledged is lost or counted twice.

use serde_json::Value;

use crate::support::{World, count, message};

const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-22&by=page";
/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;

#[tokio::test]
async fn the_same_figures_after_ctrl_c_and_after_kill_9() {
    let world = World::new();
    let traffic = world.folder().join("traffic.jsonl");
    let generate =
        ["generate", "--people", "150", "--from", "2026-11-19", "--to", "2026-11-22", "-o"];
    world.succeed(&[&generate[..], &[traffic.to_str().unwrap()]].concat());
    world.succeed(&["import", "webhooks", traffic.to_str().unwrap()]);

    let server = world.serve();
    let before = server.json(QUESTION).await;
    assert!(count(&before, "opened").unwrap() > 50);
    server.interrupt();
    let server = world.serve();
    assert_eq!(server.json(QUESTION).await, before);
    server.kill();
    let server = world.serve();
    assert_eq!(server.json(QUESTION).await, before);
    server.kill();
    assert_eq!(command_line(&world), before);
}

/// A Page that got one message must not keep its raw body until the segment is full.
#[tokio::test]
async fn a_raw_body_goes_when_its_time_is_over_however_quiet_the_page() {
    let world = World::new().with("journal.keep_shipped_hours", "0");
    let server = world.serve();
    assert_eq!(server.post(&message("1", "ann", TIME, "m_1")).await, 200);
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(1)).await;
    let holds_it = || {
        let files = std::fs::read_dir(world.data_dir().join("journal")).unwrap();
        files
            .filter_map(|file| std::fs::read(file.unwrap().path()).ok())
            .any(|bytes| bytes.windows(12).any(|window| window == b"secret words"))
    };
    let started = std::time::Instant::now();
    while holds_it() {
        assert!(started.elapsed().as_secs() < 20, "the body stays");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(server.post(&message("1", "bob", TIME, "m_2")).await, 200);
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(2)).await;
}

fn command_line(world: &World) -> Value {
    let range = ["--from", "2026-11-20", "--to", "2026-11-22", "--by", "page", "--format", "json"];
    world.json(&[&["funnel"], &range[..]].concat())
}

/// ClickHouse that is configured and away: webhooks are taken, figures are refused clearly.
#[tokio::test]
async fn without_clickhouse_webhooks_are_still_taken() {
    let world = World::new();
    let away = World::new()
        .with("clickhouse.url", "http://127.0.0.1:9")
        .with("data_dir", world.data_dir().to_str().unwrap());
    let server = away.serve();
    assert_eq!(server.post(&message("1", "ann", TIME, "m_1")).await, 200);
    let (status, said) = server.get(QUESTION).await;
    assert_eq!(status, 503, "{said}");
    assert!(said.contains("ClickHouse did not answer"), "{said}");
    let (status, page) = server.get("/").await;
    assert_eq!(status, 503);
    assert!(page.contains("The figures cannot be shown now"), "{page}");
    assert_eq!(server.get("/healthz").await.0, 200);
    assert_eq!(server.get("/readyz").await.0, 503);
    server.interrupt();
    // Back again (here: the embedded engine), what was journaled is there.
    assert_eq!(count(&command_line(&world), "opened"), Some(1));
}

/// One bit of what was journaled and not shipped: all others are in the figures, and it is told wherever such things
/// are told, once.
#[tokio::test]
async fn a_flipped_bit_costs_one_webhook_and_is_told_everywhere() {
    let world = World::new();
    let away = World::new()
        .with("clickhouse.url", "http://127.0.0.1:9")
        .with("data_dir", world.data_dir().to_str().unwrap());
    let server = away.serve();
    for (number, person) in ["ann", "bob", "cid", "dot", "eve"].into_iter().enumerate() {
        let time = TIME + number as i64;
        assert_eq!(server.post(&message("1", person, time, &format!("m_{person}"))).await, 200);
    }
    server.interrupt();
    let journal = world.data_dir().join("journal");
    let segment = journal.join("00000000000000000001.journal");
    let mut bytes = std::fs::read(&segment).unwrap();
    let place = bytes.windows(5).position(|part| part == b"m_cid").unwrap();
    bytes[place] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let looked_at = world.json(&["journal", "inspect", "--json"]);
    assert_eq!(looked_at["unshipped"], 4);
    assert_eq!(looked_at["segments"][0]["damage"][0]["records"], 1);

    let server = world.serve();
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(4)).await;
    let question = "/api/v1/quality?from=2026-11-20&to=2026-11-22";
    let quality = server.wait_until(question, |report| report["quarantined"] == 1).await;
    assert!(quality["alerts"].to_string().contains("quarantine"), "{}", quality["alerts"]);
    let (status, ready) = server.get("/readyz").await;
    assert_eq!(status, 200, "{ready}");
    assert!(ready.contains("journal: warning: 1 damaged ranges"), "{ready}");
    let (_, metrics) = server.get("/metrics").await;
    assert!(metrics.contains("messenger_funnel_journal_damage_total 1\n"), "{metrics}");
    assert!(metrics.contains("messenger_funnel_journal_damaged_files 1\n"), "{metrics}");
    let told = world.succeed(&["journal", "inspect"]);
    assert!(told.contains("of segment 1 cannot be read; records lost: 1"), "{told}");
    assert!(told.contains("0 webhooks are not shipped yet"), "{told}");
    server.kill();

    // Shipped again, and told no second time.
    world.succeed(&["journal", "replay"]);
    let server = world.serve();
    assert_eq!(count(&server.json(QUESTION).await, "opened"), Some(4));
    assert_eq!(server.json(question).await["quarantined"], 1);
    let doctor = world.run(&["doctor"]);
    let doctor = String::from_utf8(doctor.stdout).unwrap();
    assert!(doctor.contains("! journal: 1 damaged ranges"), "{doctor}");
    for file in std::fs::read_dir(&journal).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "damaged") {
            std::fs::remove_file(path).unwrap();
        }
    }
    assert!(!server.get("/readyz").await.1.contains("warning"));
}
