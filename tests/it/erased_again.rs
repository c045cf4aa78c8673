//! Whoever was erased does not come back by what happened before: a second delivery, a replay, an import, a backup.
//! What they do after that is taken. What cannot be carried out does not hold up the others.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;
use messenger_funnel::domain::contact_hash;
use messenger_funnel::journal::{Envelope, EnvelopeKind, Journal, Limits};
use serde_json::{Value, json};

use crate::erasure::{ask, holding, rows_holding};
use crate::support::{Server, World, count};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const PAGE: &str = "100200300";
const ANNA: &str = "7000000000000001";
/// An id that has Anna's in it.
const BEN: &str = "70000000000000012";
const CARL: &str = "7200000000000003";
const REF: &str = "cart/zq7wxk9";
const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-01&to=2027-01-01";
const QUALITY: &str = "/api/v1/quality?from=2026-11-01&to=2027-01-01";

fn body(items: &[Value]) -> Vec<u8> {
    let entry = json!({ "id": PAGE, "time": TIME, "messaging": items });
    json!({ "object": "page", "entry": [entry] }).to_string().into_bytes()
}

fn item(person: &str, time: i64, more: &Value) -> Value {
    let mut item =
        json!({ "sender": { "id": person }, "recipient": { "id": PAGE }, "timestamp": time });
    item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    item
}

fn message(mid: &str) -> Value {
    json!({ "message": { "mid": mid, "text": "hello" } })
}

/// Everything that the wire has of Anna: under a plugin's reference, under her id, in a group, and not understood; and
/// what others have beside her.
fn bodies() -> Vec<Vec<u8>> {
    let optin = json!({ "recipient": { "id": PAGE }, "timestamp": TIME, "optin": { "ref": "r", "user_ref": REF } });
    let prior = json!({ "message": { "mid": "m_a1", "text": "hi",
        "prior_message": { "source": "checkbox_plugin", "identifier": REF } } });
    let phone = json!({ "message": { "mid": "m_a2", "text": "it is",
        "quick_reply": { "payload": "+33 6 12 34 56 78" } } });
    let group = json!({ "thread_type": "GROUP", "message": { "mid": "m_g", "text": "all" } });
    // A slash is escaped on Meta's wire.
    let escaped = String::from_utf8(body(&[optin])).unwrap().replace('/', "\\/").into_bytes();
    vec![
        escaped,
        body(&[
            item(ANNA, TIME + 1000, &prior),
            item(BEN, TIME, &message("m_b1")),
            item(ANNA, TIME + 2000, &phone),
            item(CARL, TIME, &message("m_c1")),
        ]),
        body(&[item(ANNA, TIME + 3000, &group)]),
        // None of these is understood: the first two are Anna's, the others are not.
        body(&[item(ANNA, TIME, &json!({}))]),
        body(&[json!(format!("something of {ANNA}"))]),
        body(&[item(BEN, TIME, &json!({}))]),
        body(&[item(CARL, TIME, &json!({ "tag": format!("forwarded from {ANNA}") }))]),
    ]
}

fn reports() -> Value {
    let report = |id: &str, more: &Value| {
        let mut report = json!({ "id": id, "name": "purchase", "time": "2026-11-20T10:05:00Z" });
        report.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        report
    };
    json!([
        report("order-anna-1", &json!({ "phone": "+33612345678" })),
        report("order-anna-2", &json!({ "page": PAGE, "person": ANNA, "email": "a@example.com" })),
        report("order-ben", &json!({ "page": PAGE, "person": BEN, "consent": true })),
    ])
}

async fn deliver(server: &Server) {
    let is_ready = async || server.get(QUALITY).await.0 == 200;
    wait_until("the server does not get ready", is_ready).await;
    for body in bodies() {
        assert_eq!(server.post(&body).await, 200);
    }
    let client = reqwest::Client::new();
    let posted = client.post(server.url("/api/v1/conversions")).json(&reports()).send();
    assert_eq!(posted.await.unwrap().status(), 200);
}

async fn wait_until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !is_so().await {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn erase(server: &Server, person: &str) -> String {
    let place = server.url(&format!("/api/v1/people/{PAGE}/{person}"));
    let asked = reqwest::Client::new().delete(place).send().await.unwrap();
    let told: Value = asked.json().await.unwrap();
    told["code"].as_str().unwrap().to_owned()
}

async fn until_done(server: &Server, code: &str) -> Value {
    let place = format!("/api/v1/erasures/{code}");
    let is_done = async || server.json(&place).await["status"] == "done";
    wait_until("an erasure is not done", is_done).await;
    server.json(&place).await
}

/// What Anna is known by, of which nothing may be left.
fn names() -> [String; 5] {
    let phone = contact_hash("+33612345678").unwrap();
    [
        format!("user_ref:{REF}"),
        "zq7wxk9".to_owned(),
        "order-anna".to_owned(),
        phone,
        "a@example.com".to_owned(),
    ]
}

/// In no column of any table, and in no file but what others have written.
async fn nothing_is_left(world: &World) {
    for name in names() {
        assert_eq!(rows_holding(world, &name).await, Vec::<String>::new(), "{name}");
        assert_eq!(holding(&world.data_dir(), &name), Vec::<PathBuf>::new(), "{name}");
    }
    // Carl's own words have her id, and Ben's id has it within.
    let others = format!(
        "SELECT count() FROM quarantine WHERE position(body, '{ANNA}') > 0 AND position(body, '{BEN}') = 0 \
         AND position(body, '{CARL}') = 0"
    );
    assert_eq!(ask(world, &others).await.trim(), "0");
    let tables = "SELECT name FROM system.tables WHERE database = currentDatabase() \
                  AND engine LIKE '%MergeTree' AND name != 'quarantine'";
    for table in ask(world, tables).await.lines() {
        let left = format!(
            "SELECT count() FROM {table} WHERE match(toString(tuple(*)), '\\\\b{ANNA}\\\\b') \
             AND position(toString(tuple(*)), '{CARL}') = 0"
        );
        assert_eq!(ask(world, &left).await.trim(), "0", "{table}");
    }
}

fn journal_has_anna(world: &World) -> bool {
    let text = format!("\"{ANNA}\"");
    !holding(&world.data_dir().join("journal"), &text).is_empty()
        || !holding(&world.data_dir().join("journal"), "zq7wxk9").is_empty()
        || !holding(&world.data_dir().join("journal"), "something of").is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_back_by_what_happened_before() {
    let world = World::new();
    let server = world.serve();
    deliver(&server).await;
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(3)).await;
    let reported = "/api/v1/conversions?from=2026-11-01&to=2026-12-01";
    server.wait_until(reported, |found| found["total"] == 3).await;
    let quarantined = async || ask(&world, "SELECT uniqExact(refusal_id) FROM quarantine").await;
    assert_eq!(quarantined().await.trim(), "4");
    // Of what was not understood no words are kept.
    let words = "SELECT count() FROM quarantine WHERE position(body, 'something of') > 0";
    assert_eq!(ask(&world, words).await.trim(), "0");
    let quality = server.json(QUALITY).await;
    let of_groups = json!({ "reason": "group", "events": 1 });
    assert!(quality["without_person"].as_array().unwrap().contains(&of_groups), "{quality}");
    let refused = quality["refused"].as_array().unwrap();
    assert_eq!(refused.iter().filter_map(|row| row["items"].as_u64()).sum::<u64>(), 4, "{quality}");
    let (_, page) = server.get("/quality?from=2026-11-01&to=2027-01-01").await;
    assert!(page.contains("Group chats: several people write"), "{page}");
    let backup = world.folder().join("backup");
    let folder = backup.to_str().unwrap();
    tokio::task::block_in_place(|| world.succeed(&["backup", folder]));

    let done = until_done(&server, &erase(&server, ANNA).await).await;
    assert_eq!(done["found"]["people"], 1, "{done}");
    nothing_is_left(&world).await;
    assert!(!journal_has_anna(&world));
    // What others have is there: the item with the longer id, the one that quotes hers; and what was a text alone, without it.
    assert_eq!(quarantined().await.trim(), "3");
    assert_eq!(server.json(reported).await["total"], 1);

    // Meta delivers all of it again, and so does the shop.
    deliver(&server).await;
    let dropped = |report: &Value| report["erased"].as_u64() >= Some(8);
    server.wait_until(QUALITY, dropped).await;
    wait_until("the journal holds her again", async || !journal_has_anna(&world)).await;
    nothing_is_left(&world).await;
    let (_, page) = server.get("/quality?from=2026-11-01&to=2027-01-01").await;
    assert!(page.contains("items were not taken: their people had been erased"), "{page}");
    let (_, metrics) = server.get("/metrics").await;
    assert!(metrics.contains("messenger_funnel_erased_again_total"), "{metrics}");
    assert_eq!(count(&server.json(QUESTION).await, "opened"), Some(2));

    // She writes again: that is new.
    let now = jiff::Timestamp::now().as_millisecond();
    assert_eq!(server.post(&body(&[item(ANNA, now, &message("m_new"))])).await, 200);
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(3)).await;
    let anna = server.json(&format!("/api/v1/people/{PAGE}/{ANNA}")).await;
    assert_eq!(anna["events"].as_array().unwrap().len(), 1, "{anna}");
    until_done(&server, &erase(&server, ANNA).await).await;
    nothing_is_left(&world).await;
    server.interrupt();

    // An import of what was recorded before, a replay and a rebuild bring nothing either.
    let lines: Vec<u8> = bodies()
        .into_iter()
        .flat_map(|mut line| {
            line.push(b'\n');
            line
        })
        .collect();
    let recorded = world.write("recorded.jsonl", lines);
    tokio::task::block_in_place(|| {
        world.succeed(&["import", "webhooks", recorded.to_str().unwrap()]);
        world.succeed(&["journal", "replay"]);
        world.succeed(&["conversations", "rebuild"]);
    });
    let server = world.serve();
    nothing_is_left(&world).await;
    assert_eq!(count(&server.json(QUESTION).await, "opened"), Some(2));
    server.interrupt();

    // A backup from before is restored; who was erased since is known from the folder of requests.
    let other = World::new();
    for entry in std::fs::read_dir(world.data_dir().join("erasures")).unwrap() {
        let entry = entry.unwrap();
        let to = other.data_dir().join("erasures");
        std::fs::create_dir_all(&to).unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    let told = tokio::task::block_in_place(|| other.succeed(&["restore", folder]));
    assert!(told.contains("erased after the backup was made: 1 people"), "{told}");
    let server = other.serve();
    nothing_is_left(&other).await;
    wait_until("the restored journal holds her", async || !journal_has_anna(&other)).await;
    assert_eq!(count(&server.json(QUESTION).await, "opened"), Some(2));
}

/// Makes a journal of an import in which somebody is.
async fn import_of(world: &World, person: &str, name: &str) -> Journal {
    let folder = world.data_dir().join("imports").join(name);
    let journal = Journal::open(&folder, Limits::default()).unwrap();
    let body = Bytes::from(body(&[item(person, TIME, &message("m_i"))]));
    let envelope = Envelope { kind: EnvelopeKind::Webhook, received_at_ms: TIME, body };
    journal.append(envelope).await.unwrap();
    journal
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_be_carried_out_does_not_hold_up_the_others() {
    let world = World::new();
    let before = import_of(&world, CARL, "killed before").await;
    drop(before);
    let server = world.serve();
    deliver(&server).await;
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(3)).await;
    // At its start the server has removed what a killed import left.
    let imports = world.data_dir().join("imports");
    wait_until("an abandoned import stays", async || holding(&imports, CARL).is_empty()).await;
    let killed = import_of(&world, ANNA, "killed").await;
    drop(killed);
    let running = import_of(&world, ANNA, "running").await;
    std::fs::create_dir_all(world.data_dir().join("erasures")).unwrap();
    world.write("data/erasures/00000000000000000000000000000000.json", "no request");

    let anna = erase(&server, ANNA).await;
    let place = format!("/api/v1/erasures/{anna}");
    let told = server.wait_until(&place, |told| told["failures"].as_u64() > Some(0)).await;
    assert!(told["error"].as_str().unwrap().contains("an import is under way"), "{told}");
    let warned = "2 requests to erase somebody fail";
    wait_until("readiness says nothing", async || server.get("/readyz").await.1.contains(warned))
        .await;
    assert_eq!(server.get("/readyz").await.0, 200);
    let (_, metrics) = server.get("/metrics").await;
    assert!(metrics.contains("messenger_funnel_erasures_failing 2"), "{metrics}");
    let (_, page) = server.get(&format!("/webhooks/meta/deletion/{anna}")).await;
    assert!(page.contains("It is tried again until it is done"), "{page}");
    // What was planned names her, and only its owner may read it.
    let entry = world.data_dir().join("erasures").join(format!("{anna}.json"));
    assert_eq!(holding(&world.data_dir().join("erasures"), ANNA), std::slice::from_ref(&entry));
    let mode = std::os::unix::fs::PermissionsExt::mode(&entry.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    // Those behind it are done, and what was left of the killed import is gone.
    until_done(&server, &erase(&server, CARL).await).await;
    assert!(!imports.join("killed").exists());

    drop(running);
    until_done(&server, &anna).await;
    assert_eq!(holding(&imports, ANNA), Vec::<PathBuf>::new());
    assert_eq!(holding(&world.data_dir().join("erasures"), ANNA), Vec::<PathBuf>::new());
    let (_, page) = server.get(&format!("/webhooks/meta/deletion/{anna}")).await;
    assert!(page.contains("Your data was deleted at"), "{page}");
}

/// Tables that hold no rows of anybody. A table that is new is an error here until somebody has looked whether it holds
/// people: if so it has the columns `page_id` and `person_id`, or a key by which `store::erasure` finds its rows.
const NOBODYS_TABLES: [&str; 35] = [
    "ad_accounts",
    "ad_days",
    "ads",
    "alert_mutes",
    "alert_rules",
    "annotations",
    "api_tokens",
    "audit_log",
    "changed_batches",
    "claims",
    "clicks",
    "costs",
    "deliveries",
    "funnel_edits",
    "goals",
    "incident_marks",
    "incidents",
    "webhook_counts",
    "link_visits",
    "links",
    "message_costs",
    "one_time_work",
    "page_names",
    "program_settings",
    "report_definitions",
    "report_deliveries",
    "report_runs",
    "report_schedules",
    "saved_views",
    "schema_migrations",
    "spend",
    "start_pages",
    "token_uses",
    "users",
    "workspaces",
];

#[tokio::test]
async fn every_table_is_known_to_hold_people_or_nobody() {
    let world = World::new();
    let server = world.serve();
    let tables = "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'";
    let columns =
        "SELECT table || '.' || name FROM system.columns WHERE database = currentDatabase()";
    let columns = ask(&world, columns).await;
    let has =
        |table: &str, column: &str| columns.lines().any(|one| one == format!("{table}.{column}"));
    for table in ask(&world, tables).await.lines() {
        let is_of_people = has(table, "page_id") && has(table, "person_id");
        let is_keyed = ["audience_members", "event_classes", "waiting_conversions"]
            .contains(&table)
            || has(table, "report_id")
            || has(table, "refusal_id");
        let is_nobodys = NOBODYS_TABLES.contains(&table);
        assert_ne!(is_of_people || is_keyed, is_nobodys, "does {table} hold people?");
    }
    drop(server);
}
