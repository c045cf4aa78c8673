//! What earlier versions have stored is brought to what is stored today, once, and no figure changes.

use messenger_funnel::materializer::Materializer;
use messenger_funnel::store::engine::attach;
use messenger_funnel::store::{EventPlace, OneTimeWork, Store};
use serde_json::{Value, json};

use crate::erasure::ask;
use crate::support::{Server, World, whatsapp};

/// 2026-11-20T10:00:00Z, seconds.
const TIME: i64 = 1_795_168_800;
const MONTH: i64 = 30 * 86_400;
/// What somebody wrote, in a field that is not stored.
const WORDS: &str = "my address is 1 Long Street";
const RANGE: &str = "from=2026-10-01&to=2026-11-30";
/// Rows of webhooks get what older programs stored of them.
const AS_BEFORE: &str = "ALTER TABLE events_by_person UPDATE raw = concat('{\"flow\":{\"answer\":\"WORDS\"},', substring(raw, 2)) \
                         WHERE kind != 'conversion' SETTINGS mutations_sync = 2";
const HOLDING: &str = "SELECT count() FROM events_by_person WHERE position(raw, 'WORDS') > 0";
/// All but the JSON, of the rows that count.
const ROWS: &str = "SELECT count(), groupBitXor(cityHash64(toString(tuple(* EXCEPT raw)))) FROM events_by_person FINAL";
const RAWS: &str = "SELECT groupBitXor(cityHash64(event_id, raw)), countIf(position(raw, 'cause') > 0) \
                    FROM events_by_person FINAL";
const CHANGED: &str = "SELECT count() FROM changed_people";
const DONE: &str = "SELECT work, part FROM one_time_work FINAL ORDER BY work, part";

const ALL_DONE: &str =
    "contacts\t\nraw_by_place\t\nraw_by_place\t202610\nraw_by_place\t202611\nrefusals_by_place\t\n";

fn sql(statement: &str) -> String {
    statement.replace("WORDS", WORDS)
}

fn written(from: &str, at: i64) -> String {
    whatsapp(json!({ "messages": [{
        "from": from, "id": format!("wamid.{from}.{at}"), "timestamp": at.to_string(),
        "type": "text", "text": { "body": "hello" },
        "referral": { "source_type": "ad", "source_id": "1204", "headline": "Sale", "ctwa_clid": format!("AR{from}") },
    }]}))
}

fn delivered(to: &str, at: i64) -> String {
    whatsapp(json!({ "statuses": [{
        "id": format!("wamid.answer.{to}.{at}"), "status": "delivered", "recipient_id": to, "timestamp": at.to_string(),
        "pricing": { "billable": true, "category": "marketing", "type": "regular" },
    }]}))
}

/// People of two months on WhatsApp, and a lead on Messenger.
fn traffic() -> Vec<String> {
    let mut lines = vec![
        json!({ "object": "page", "entry": [{ "id": "555", "messaging": [{
            "sender": { "id": "ann" }, "recipient": { "id": "555" }, "timestamp": TIME * 1000,
            "postback": { "mid": "m_ann", "title": "Call me", "payload": "LEAD" },
        }]}]})
        .to_string(),
    ];
    for person in 0..40 {
        let (from, at) = (format!("33612345{person:03}"), TIME - MONTH * (person % 2) + person);
        lines.extend([written(&from, at), delivered(&from, at + 60)]);
    }
    lines
}

/// A server whose store holds what an older program left.
async fn older(world: &World) -> Server {
    let path = world.write("traffic.jsonl", traffic().join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let server = world.serve();
    // Two deliveries of one event are two rows; the poorer came in first.
    for twice in [
        "INSERT INTO events_by_person SELECT * REPLACE(version - 1 AS version, '' AS ref) FROM events_by_person WHERE kind = 'message'",
        "TRUNCATE TABLE one_time_work",
    ] {
        ask(world, twice).await;
    }
    server
}

async fn figures(server: &Server) -> Vec<Value> {
    let mut all = Vec::new();
    for path in
        ["funnels/click-to-messenger", "touchpoints", "conversions", "response-times", "quality"]
    {
        let mut answer = server.json(&format!("/api/v1/{path}?{RANGE}")).await;
        if let Some(answer) = answer.as_object_mut() {
            // As of now: other each time.
            for moving in ["as_of", "alerts", "silent"] {
                answer.remove(moving);
            }
        }
        all.push(answer);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_wrote_leaves_the_json_of_older_events_and_nothing_else_changes() {
    let world = World::new();
    let server = older(&world).await;
    let raws = ask(&world, RAWS).await;
    let causes = raws.trim().rsplit('\t').next().unwrap();
    assert_ne!(causes, "0", "no conversion is there");
    ask(&world, &sql(AS_BEFORE)).await;
    let (other_columns, changed) = (ask(&world, ROWS).await, ask(&world, CHANGED).await);
    let before = figures(&server).await;
    assert_ne!(ask(&world, &sql(HOLDING)).await, "0\n");

    // Who keeps texts keeps the JSON whole.
    let kept = world
        .command(&["migrate"])
        .env("MESSENGER_FUNNEL__STORE_MESSAGE_TEXT", "true")
        .output()
        .unwrap();
    assert!(kept.status.success(), "{kept:?}");
    assert_ne!(ask(&world, &sql(HOLDING)).await, "0\n");
    assert_eq!(ask(&world, DONE).await, "contacts\t\n");

    // A row of each kind, in whatever part: not one is left, merged or not.
    world.succeed(&["migrate"]);
    assert_eq!(ask(&world, &sql(HOLDING)).await, "0\n");
    assert_eq!(ask(&world, ROWS).await, other_columns);
    assert_eq!(ask(&world, RAWS).await, raws);
    assert_eq!(ask(&world, CHANGED).await, changed, "somebody is made again");
    assert_eq!(figures(&server).await, before);
    let carried = "SELECT countIf(ctwa_clid != ''), countIf(charged_as = 'marketing') FROM events_by_person FINAL";
    assert_eq!(ask(&world, carried).await, "40\t40\n");
    assert_eq!(ask(&world, DONE).await, ALL_DONE);
    world.succeed(&["conversations", "rebuild", "--strict"]);

    // What is noted costs nothing any more: nothing is looked at.
    ask(&world, &sql(AS_BEFORE)).await;
    world.succeed(&["migrate"]);
    assert_ne!(ask(&world, &sql(HOLDING)).await, "0\n");
    // A server does by itself what is not noted.
    ask(&world, "TRUNCATE TABLE one_time_work").await;
    drop(server);
    let server = world.serve();
    let started = std::time::Instant::now();
    while ask(&world, &sql(HOLDING)).await != "0\n" {
        assert!(started.elapsed().as_secs() < 60, "the server leaves what people wrote");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(figures(&server).await, before);
}

/// Of fields that were kept by their names alone, wherever they stood, and were noted as done so; in quarantine, too.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_rule_was_done_to_is_gone_through_again_once() {
    let world = World::new();
    let server = older(&world).await;
    let kept = (ask(&world, ROWS).await, ask(&world, RAWS).await);
    let refusals = "SELECT count(), groupBitXor(cityHash64(toString(tuple(* EXCEPT body)))) FROM quarantine FINAL";
    for before in [
        "ALTER TABLE events_by_person UPDATE raw = concat('{\"something_new\":{\"title\":\"WORDS\"},', substring(raw, 2)) \
         WHERE kind != 'conversion' SETTINGS mutations_sync = 2",
        "INSERT INTO one_time_work (work, part) VALUES ('contacts', ''), ('raw', ''), ('raw', '202610'), ('raw', '202611')",
        // As it was refused, without form, and where a file of the journal is damaged.
        "INSERT INTO quarantine SELECT generateUUIDv4(), now64(3), '1:1', ['body', 'entry[0]', 'row', 'journal'][1 + number % 4], \
         'nobody', [concat('{\"entry\":[{\"id\":\"9\",\"messaging\":[{\"message\":{\"text\":\"WORDS\", \"mid\":\"m_1\"}}]}]}'), \
         '{\"entry\":[\"WORDS', '{\"text\":\"WORDS\"}', '{\"damaged_journal_record\":{\"file\":\"00001.journal\"}}'][1 + number % 4], \
         fromUnixTimestamp64Milli(0) FROM numbers(40)",
    ] {
        ask(&world, &sql(before)).await;
    }
    let known = ask(&world, refusals).await;
    let refused = "SELECT countIf(position(body, 'WORDS') > 0), countIf(position(body, 'm_1') > 0), \
                   countIf(position(body, '00001.journal') > 0) FROM quarantine";
    assert_eq!(ask(&world, &sql(refused)).await, "30\t10\t10\n");
    world.succeed(&["migrate"]);
    assert_eq!(ask(&world, &sql(HOLDING)).await, "0\n");
    assert_eq!((ask(&world, ROWS).await, ask(&world, RAWS).await), kept);
    assert_eq!(ask(&world, &sql(refused)).await, "0\t10\t10\n");
    assert_eq!(ask(&world, refusals).await, known);
    let done = ask(&world, DONE).await;
    assert!(done.ends_with(ALL_DONE.trim_start_matches("contacts\t\n")), "{done}");
    assert_eq!(figures(&server).await.len(), 5);
    // Once.
    ask(&world, &sql(AS_BEFORE)).await;
    world.succeed(&["migrate"]);
    assert_ne!(ask(&world, &sql(HOLDING)).await, "0\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_that_was_killed_is_ended_by_the_next_and_waits_for_who_is_being_erased() {
    let world = World::new();
    let server = older(&world).await;
    ask(&world, &sql(AS_BEFORE)).await;
    let attached = attach(&world.data_dir(), "messenger_funnel").await.unwrap().unwrap();
    let store = Store::new(attached.endpoint.clone());
    let (rows, before) = (ask(&world, ROWS).await, figures(&server).await);
    // Killed behind its first rows: old and new ones lie beside one another, and nothing is noted.
    let batch = store.bring_raw_up_to_date(202_611, &EventPlace::default(), true).await.unwrap();
    assert!(batch.outdated > 0 && batch.next.is_some(), "{batch:?}");
    assert_eq!(store.done_parts(OneTimeWork::Raw).await.unwrap(), [] as [String; 0]);
    assert_eq!((ask(&world, ROWS).await, figures(&server).await), (rows.clone(), before.clone()));

    // While somebody is erased nothing of theirs is written again.
    let upkeep =
        Materializer::new(store.clone(), world.data_dir().join("conversations.lock"), || {
            TIME * 1000
        });
    let turn = upkeep.lease().await.unwrap();
    let mut pass = world.command(&["migrate"]).spawn().unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    ask(&world, "DELETE FROM events_by_person WHERE person_id = '33612345000'").await;
    assert_eq!(ask(&world, DONE).await, "", "it did not wait");
    turn.end().await;
    assert!(pass.wait().unwrap().success());
    assert_eq!(ask(&world, &sql(HOLDING)).await, "0\n");
    let theirs = "SELECT count() FROM events_by_person WHERE person_id = '33612345000'";
    assert_eq!(ask(&world, theirs).await, "0\n");
    assert_eq!(ask(&world, DONE).await, ALL_DONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_on_whatsapp_of_before_are_found_by_their_number() {
    let world = World::new();
    let lines = [
        written("33612345678", TIME),
        // Known by the business's id, and by a number that has two forms.
        whatsapp(json!({
            "contacts": [{ "wa_id": "558880000001", "user_id": "BR.7" }],
            "messages": [{ "from": "558880000001", "id": "wamid.br", "timestamp": TIME.to_string(),
                "type": "text", "text": { "body": "oi" } }],
        })),
        // Only answered, never written: no contact today either.
        delivered("447400123456", TIME),
    ];
    let path = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let server = world.serve();
    let contacts = "SELECT hash, person_id FROM contacts FINAL ORDER BY hash, person_id";
    let today = ask(&world, contacts).await;
    assert_eq!(today.lines().count(), 3, "{today}");
    for older in ["TRUNCATE TABLE contacts", "TRUNCATE TABLE one_time_work"] {
        ask(&world, older).await;
    }
    // Reported meanwhile, of nobody who is known.
    let sold = |id: &str, phone: &str| {
        json!({ "id": id, "name": "purchase", "time": TIME + 3600, "value": "49.90", "currency": "EUR", "phone": phone }).to_string()
    };
    let sales = [sold("S1", "+33 6 12 34 56 78"), sold("S2", "+55 88 8000-0001")];
    world.succeed_with_input(&["import", "conversions", "-"], sales.join("\n").as_bytes());
    let bought =
        "SELECT person_id FROM events_by_person FINAL WHERE kind = 'conversion' ORDER BY person_id";
    assert_eq!(ask(&world, bought).await, "");

    world.succeed(&["migrate"]);
    assert_eq!(ask(&world, contacts).await, today);
    assert_eq!(ask(&world, bought).await, "33612345678\nBR.7\n");
    let path = format!("/api/v1/conversions?{RANGE}");
    server
        .wait_until(&path, |answer| {
            answer["conversions"].as_array().is_some_and(|rows| rows.len() == 2)
        })
        .await;
}
