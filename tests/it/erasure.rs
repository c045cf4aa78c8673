//! Somebody is erased, and nothing of them is left on the disk.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::graph::{FakeGraph, Trouble};
use crate::support::{SECRET, Server, World, count};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const PAGE: &str = "100200300";
const ANNA: &str = "7100000000000001";
const BEN: &str = "7100000000000002";
const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-01&to=2026-12-01";

fn item(person: &str, mid: &str, more: &Value) -> Value {
    let mut message = json!({ "mid": mid, "text": "hello" });
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({
        "sender": { "id": person }, "recipient": { "id": PAGE }, "timestamp": TIME, "message": message,
    })
}

fn body(items: &[Value]) -> Vec<u8> {
    let entry = json!({ "id": PAGE, "time": TIME, "messaging": items });
    json!({ "object": "page", "entry": [entry] }).to_string().into_bytes()
}

/// Traffic of two people in common bodies, reported conversions, and an item of Anna's that nobody understands.
async fn fill(server: &Server) {
    while server.get(QUESTION).await.0 != 200 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let referral = json!({ "referral": {
        "source": "ADS", "type": "OPEN_THREAD", "ad_id": "120001", "ref": "spring" } });
    let phone = json!({ "quick_reply": { "payload": "+33 6 12 34 56 78" } });
    // A ref that names her: the class of her event goes with it.
    let mut own = referral.clone();
    own["referral"]["ref"] = json!(format!("spring-{ANNA}"));
    let both = [item(ANNA, "m_a1", &own), item(BEN, "m_b1", &referral), item(ANNA, "m_a2", &phone)];
    assert_eq!(server.post(&body(&both)).await, 200);
    let broken = json!({ "sender": { "id": ANNA }, "timestamp": TIME });
    assert_eq!(server.post(&body(&[broken])).await, 200);
    let report = json!([
        { "id": "order-1", "name": "purchase", "time": "2026-11-20T10:05:00Z", "page": PAGE, "person": ANNA },
        { "id": "order-2", "name": "purchase", "time": "2026-11-20T10:05:00Z", "page": PAGE, "person": BEN },
    ]);
    let client = reqwest::Client::new();
    let posted = client.post(server.url("/api/v1/conversions")).json(&report).send().await.unwrap();
    assert_eq!(posted.status(), 200);
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(2)).await;
    let reported = "/api/v1/conversions?from=2026-11-01&to=2026-12-01";
    server.wait_until(reported, |found| found["total"] == 2).await;
}

/// Files below a folder that hold a text.
pub fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let Ok(entry) = entry else { continue };
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes.windows(text.len()).any(|window| window == text.as_bytes())
        {
            found.push(path);
        }
    }
    found
}

/// Asks the engine of a running server anything.
pub async fn ask(world: &World, question: &str) -> String {
    let engine = std::fs::read(world.data_dir().join("clickhouse/engine.json")).unwrap();
    let engine: Value = serde_json::from_slice(&engine).unwrap();
    let asked = reqwest::Client::new()
        .post(format!("http://127.0.0.1:{}/", engine["port"]))
        .query(&[("database", "messenger_funnel")])
        .basic_auth("funnel", engine["password"].as_str())
        .body(question.to_owned());
    let answer = asked.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{question}: {text}");
    text
}

/// Rows of any table, in any column, that hold a text: files may be compressed.
pub async fn rows_holding(world: &World, text: &str) -> Vec<String> {
    let tables = "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' \
                  OR name LIKE 'erasing%'";
    let mut found = Vec::new();
    for table in ask(world, tables).await.lines() {
        let question =
            format!("SELECT count() FROM {table} WHERE position(toString(tuple(*)), '{text}') > 0");
        let rows = ask(world, &question).await;
        if rows.trim() != "0" {
            found.push(format!("{table}: {}", rows.trim()));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn of_somebody_erased_nothing_is_left_and_of_others_everything() {
    let out = tempfile::tempdir().unwrap();
    let world = World::new();
    let settings = world.write(
        "settings.toml",
        format!(
            "[[reports]]\nname = \"touches\"\nquestion = \"touchpoints\"\nrange = \"last_90_days\"\n\
             formats = [\"csv\", \"parquet\"]\nto = [\"shelf\"]\n\
             [[reports]]\nname = \"sources\"\nby = [\"source\"]\nrange = \"last_90_days\"\nto = [\"shelf\"]\n\
             [destinations.shelf]\nfolder = \"{}\"\n",
            out.path().display()
        ),
    );
    let settings = settings.to_str().unwrap().to_owned();
    let run = |args: &[&str]| {
        tokio::task::block_in_place(|| {
            world.succeed(&[&["--config", &settings][..], args].concat())
        })
    };
    let server = Server::start(world.command(&["--config", &settings, "serve"]));
    fill(&server).await;
    run(&["report", "run", "touches", "--send"]);
    run(&["report", "run", "sources", "--send"]);
    let export = server.json(&format!("/api/v1/people/{PAGE}/{ANNA}/export")).await;
    assert_eq!(export["tables"]["events_by_person"].as_array().unwrap().len(), 4, "{export}");
    assert!(!holding(&out.path().join(""), ANNA).is_empty());
    assert!(!holding(&world.data_dir().join("journal"), ANNA).is_empty());
    // Tables that this version does not know: one that was left over, and one of a later version.
    ask(&world, "CREATE TABLE conversations_of_before AS conversations").await;
    ask(&world, "INSERT INTO conversations_of_before SELECT * FROM conversations").await;
    ask(
        &world,
        "CREATE TABLE tomorrow (page_id String, person_id String) ENGINE = MergeTree ORDER BY page_id",
    )
    .await;
    ask(&world, &format!("INSERT INTO tomorrow VALUES ('{PAGE}', '{ANNA}'), ('{PAGE}', '{BEN}')"))
        .await;
    let rows = rows_holding(&world, ANNA).await;
    for table in
        ["quarantine", "conversations_of_before", "event_sequences", "event_classes", "tomorrow"]
    {
        assert!(rows.iter().any(|row| row.starts_with(table)), "{rows:?}");
    }

    let told = run(&["erase", "--page", PAGE, "--person", ANNA]);
    assert!(told.contains("erased: 4 events"), "{told}");
    assert_eq!(rows_holding(&world, ANNA).await, Vec::<String>::new());
    assert_eq!(holding(world.folder(), ANNA), Vec::<PathBuf>::new());
    assert_eq!(holding(out.path(), ANNA), Vec::<PathBuf>::new());

    // Of Ben everything is there, and what names nobody.
    for table in ["conversations_of_before", "tomorrow"] {
        assert_eq!(ask(&world, &format!("SELECT person_id FROM {table}")).await.trim(), BEN);
        ask(&world, &format!("DROP TABLE {table} SYNC")).await;
    }
    assert!(!holding(&world.data_dir().join("journal"), BEN).is_empty());
    let funnel = server.json(QUESTION).await;
    assert_eq!((count(&funnel, "opened"), count(&funnel, "messaged")), (Some(1), Some(1)));
    assert_eq!(server.get(&format!("/api/v1/people/{PAGE}/{ANNA}")).await.0, 404);
    let ben = server.json(&format!("/api/v1/people/{PAGE}/{BEN}")).await;
    assert_eq!(ben["events"].as_array().unwrap().len(), 2);
    let sources = std::fs::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let sources: Vec<String> = sources.map(|name| name.into_string().unwrap()).collect();
    assert!(
        sources.iter().any(|name| name.starts_with("sources") && name.contains(".csv")),
        "{sources:?}"
    );
    assert!(
        !sources.iter().any(|name| name.starts_with("touches") && name.contains(".csv")),
        "{sources:?}"
    );

    // The journal can still be shipped again, and brings nobody back.
    server.interrupt();
    run(&["journal", "replay"]);
    run(&["conversations", "rebuild"]);
    let funnel: Value = serde_json::from_str(&run(&[
        "funnel",
        "--from",
        "2026-11-01",
        "--to",
        "2026-12-01",
        "--format",
        "json",
    ]))
    .unwrap();
    assert_eq!(count(&funnel, "opened"), Some(1));
    // Whom nobody knows can be erased too, without a server; twice is once.
    for _ in 0..2 {
        let told = run(&["erase", "--page", PAGE, "--person", BEN]);
        assert!(told.contains("erased: ") && told.contains("done at"), "{told}");
    }
    assert_eq!(holding(world.folder(), BEN), Vec::<PathBuf>::new());
}

/// The files of a report's runs.
fn made(world: &World, ending: &str) -> Vec<PathBuf> {
    let runs = std::fs::read_dir(world.data_dir().join("reports/touches")).unwrap();
    let files = runs.flat_map(|run| std::fs::read_dir(run.unwrap().path()).unwrap());
    let files = files.map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_planned_is_carried_out_although_the_rows_are_gone() {
    let world = World::new();
    let settings = world.write(
        "settings.toml",
        format!(
            "[[reports]]\nname = \"touches\"\nquestion = \"touchpoints\"\nrange = \"last_90_days\"\n\
             formats = [\"csv\"]\nto = [\"shelf\"]\n[destinations.shelf]\nfolder = \"{}\"\n",
            world.folder().join("shelf").display()
        ),
    );
    let settings = settings.to_str().unwrap().to_owned();
    let server = Server::start(world.command(&["--config", &settings, "serve"]));
    fill(&server).await;
    tokio::task::block_in_place(|| {
        world.succeed(&["--config", &settings, "report", "run", "touches", "--send"])
    });
    // The file cannot be removed: a folder stands in its place.
    let file = made(&world, "csv").pop().unwrap();
    let text = std::fs::read(&file).unwrap();
    assert!(String::from_utf8_lossy(&text).contains(ANNA));
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    // Another run was cut off while it made its file.
    let part = world.data_dir().join("reports/touches/.touches_cut_off.part");
    std::fs::create_dir(&part).unwrap();
    std::fs::write(part.join("touches.csv"), &text).unwrap();

    let place = server.url(&format!("/api/v1/people/{PAGE}/{ANNA}"));
    let asked = reqwest::Client::new().delete(place).send().await.unwrap();
    let asked: Value = asked.json().await.unwrap();
    let place = format!("/api/v1/erasures/{}", asked["code"].as_str().unwrap());
    let told = server.wait_until(&place, |told| told["failures"].as_u64() > Some(0)).await;
    assert!(told["error"].as_str().unwrap().contains("touches"), "{told}");
    assert_eq!(rows_holding(&world, ANNA).await, Vec::<String>::new());
    assert!(!part.exists());
    std::fs::remove_dir(&file).unwrap();
    std::fs::write(&file, &text).unwrap();
    let done = server.wait_until(&place, |told| told["status"] == "done").await;
    assert!(!file.exists());
    assert_eq!(
        (&done["found"]["events"], &done["found"]["report_files"]),
        (&json!(4), &json!(2)),
        "{done}"
    );
    assert_eq!(holding(world.folder(), ANNA), Vec::<PathBuf>::new());
    assert_eq!(made(&world, "json").len(), 1);
}

fn signed(user: &str) -> String {
    let payload = json!({ "algorithm": "HMAC-SHA256", "issued_at": TIME / 1000, "user_id": user });
    let payload = URL_SAFE_NO_PAD.encode(payload.to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(payload.as_bytes());
    format!("{}.{payload}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn meta_asks_for_a_deletion_and_the_person_sees_what_became_of_it() {
    let fake = FakeGraph::start(vec![], Trouble::none()).await;
    fake.with(|inner| inner.ids = vec![("9900000000000001", PAGE, ANNA)]);
    let mut world = World::new().with("server.public_url", "https://funnel.example.com/");
    for (key, value) in fake.settings() {
        world = world.with(key, &value);
    }
    let server = world.serve();
    fill(&server).await;
    let client = reqwest::Client::new();
    let post = async |signed_request: &str| {
        let form = format!("signed_request={signed_request}");
        let request = client
            .post(server.url("/webhooks/meta/deletion"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let good = signed("9900000000000001");
    let (signature, payload) = good.split_once('.').unwrap();
    assert_eq!(post(&format!("{payload}.{payload}")).await.0, 401);
    assert_eq!(post(&format!("{signature}.")).await.0, 401);
    assert_eq!(post("nonsense").await.0, 400);
    assert_eq!(
        client.post(server.url("/webhooks/meta/deletion")).send().await.unwrap().status(),
        400
    );
    let (status, answer) = post(&good).await;
    assert_eq!(status, 200, "{answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let code = answer["confirmation_code"].as_str().unwrap();
    let url = format!("https://funnel.example.com/webhooks/meta/deletion/{code}");
    assert_eq!(answer["url"], url);
    let place = format!("/api/v1/erasures/{code}");
    let done = loop {
        let told = server.json(&place).await;
        if told["status"] == "done" {
            break told;
        }
        assert_eq!(told["error"], "", "{told}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    assert_eq!(
        (&done["found"]["people"], &done["found"]["events"]),
        (&json!(1), &json!(4)),
        "{done}"
    );
    assert_eq!(done["found"]["notes"], json!([]));
    let (status, page) = server.get(&format!("/webhooks/meta/deletion/{code}")).await;
    assert!(status == 200 && page.contains("Your data was deleted at 20"), "{page}");
    assert_eq!(server.get("/webhooks/meta/deletion/0123").await.0, 404);
    assert_eq!(server.get("/webhooks/meta/deletion/..%2f..%2fsession.key").await.0, 404);
    for id in [ANNA, "9900000000000001"] {
        assert_eq!(holding(world.folder(), id), Vec::<PathBuf>::new(), "{id}");
    }
    assert_eq!(count(&server.json(QUESTION).await, "opened"), Some(1));
    // Sent again, it is the request that was carried out.
    let again: Value = serde_json::from_str(&post(&good).await.1).unwrap();
    assert_eq!(again["confirmation_code"], code);
}
