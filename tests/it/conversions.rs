//! Conversions that others report: over HTTP and from files, matched with people, corrected and refunded.

use std::time::Duration;

use bytes::Bytes;
use messenger_funnel::domain::Timestamp;
use messenger_funnel::journal::{Envelope, EnvelopeKind, Journal, Limits};
use messenger_funnel::normalize::read_reported;
use serde_json::{Value, json};

use crate::support::{Server, World, message};

/// 2026-11-20T10:00:00Z.
pub const TIME: i64 = 1_795_168_800_000;
const RANGE: &str = "from=2026-11-19&to=2026-11-23";

async fn report(server: &Server, body: &Value) -> (u16, Value) {
    let request = reqwest::Client::new().post(server.url("/api/v1/conversions")).json(body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn came_by(person: &str, reference: &str) -> Vec<u8> {
    serde_json::to_vec(
        &json!({ "object": "page", "entry": [{ "id": "77", "time": TIME, "messaging": [{
            "sender": { "id": person }, "recipient": { "id": "77" }, "timestamp": TIME,
            "referral": { "source": "SHORTLINK", "ref": reference },
        }]}]}),
    )
    .unwrap()
}

/// Somebody taps their phone number as a quick reply.
pub fn shares(person: &str, phone: &str) -> Vec<u8> {
    serde_json::to_vec(
        &json!({ "object": "page", "entry": [{ "id": "77", "time": TIME, "messaging": [{
            "sender": { "id": person }, "recipient": { "id": "77" }, "timestamp": TIME + 1000,
            "message": { "mid": format!("m_{person}_{phone}"), "text": phone,
                "quick_reply": { "payload": phone } },
        }]}]}),
    )
    .unwrap()
}

fn sale(id: &str, value: &str) -> Value {
    json!({ "id": id, "name": "purchase", "time": "2026-11-20T12:00:00Z", "value": value, "currency": "EUR" })
}

fn with(mut item: Value, fields: Value) -> Value {
    item.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    item
}

/// Purchases and their value, by all sources.
fn bought(report: &Value) -> (f64, f64) {
    let channels = report["channels"].as_array().unwrap();
    let sum = |key: &str| channels.iter().filter_map(|row| row[key].as_f64()).sum();
    (sum("conversions"), sum("value"))
}

#[tokio::test]
async fn a_conversion_is_taken_once_corrected_and_given_back() {
    let world = World::new();
    let server = world.serve();
    assert_eq!(server.post(&message("77", "ann", TIME, "m_ann")).await, 200);
    let path = format!("/api/v1/attribution?{RANGE}&conversion=purchase");
    let item = with(sale("A1", "49.90"), json!({ "page": "77", "person": "ann" }));
    let (status, told) = report(&server, &item).await;
    assert_eq!(
        (status, &told["accepted"], &told["results"][0]["id"]),
        (200, &json!(1), &json!("A1"))
    );
    server.wait_until(&path, |found| bought(found) == (1.0, 49.9)).await;
    // Again, and beside a wrong one and another.
    let many = json!([
        item,
        sale("A2", "much"),
        with(sale("A3", "5"), json!({ "page": "77", "person": "ann" }))
    ]);
    let (status, told) = report(&server, &many).await;
    assert_eq!((status, &told["accepted"], &told["rejected"]), (207, &json!(2), &json!(1)));
    let errors = &told["results"][1]["errors"];
    assert_eq!(errors[0]["field"], "value");
    server.wait_until(&path, |found| bought(found) == (2.0, 54.9)).await;
    // A part refunded, then corrected upwards, then given back whole.
    report(&server, &with(item.clone(), json!({ "refunded": 9.9 }))).await;
    server.wait_until(&path, |found| bought(found) == (2.0, 45.0)).await;
    report(&server, &json!({ "conversions": [with(item.clone(), json!({ "value": 60 }))] })).await;
    server.wait_until(&path, |found| bought(found) == (2.0, 65.0)).await;
    report(&server, &with(item.clone(), json!({ "refunded": true }))).await;
    server.wait_until(&path, |found| bought(found) == (1.0, 5.0)).await;
    // An older version that comes late changes nothing.
    report(&server, &with(item, json!({ "updated_at": "2026-11-20T12:00:00Z" }))).await;
    let list = format!("/api/v1/conversions?{RANGE}");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(bought(&server.json(&path).await), (1.0, 5.0));
    let rows = server.json(&list).await;
    assert_eq!(rows["total"], 2);
    let rows = rows["conversions"].as_array().unwrap();
    assert_eq!((&rows[0]["is_retracted"], &rows[0]["matched_by"]), (&json!(1), &Value::Null));
    assert_eq!((&rows[1]["is_retracted"], &rows[1]["matched_by"]), (&json!(0), &json!("person")));
    let journey = server.json("/api/v1/people/77/ann").await;
    let kinds: Vec<&Value> =
        journey["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, [&json!("message"), &json!("conversion")]);

    let (status, _) = report(&server, &json!({})).await;
    assert_eq!(status, 422);
    let raw = |kind: &'static str, body: &'static str| {
        let request = reqwest::Client::new().post(server.url("/api/v1/conversions"));
        let request = request.header("content-type", kind).body(body);
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(raw("application/json", "{\"id\":").await, 400);
    assert_eq!(raw("application/json", "[]").await, 400);
    assert_eq!(raw("text/plain", "{}").await, 415);
}

#[tokio::test]
async fn people_are_found_by_click_and_by_contact_before_and_after() {
    let world = World::new();
    let server = world.serve();
    let click = "summer-mfc0123456789abcdef0123";
    assert_eq!(server.post(&came_by("bob", click)).await, 200);
    assert_eq!(server.post(&shares("cid", "+33612345678")).await, 200);
    let path = format!("/api/v1/attribution?{RANGE}&conversion=purchase");
    let items = json!([
        with(sale("B1", "1"), json!({ "click": "0123456789abcdef0123" })),
        with(sale("B2", "2"), json!({ "phone": "0033 6 12 34 56 78" })),
        // Nobody has shared this one yet.
        with(
            sale("B3", "4"),
            json!({ "phone_sha256": messenger_funnel::domain::contact_hash("+49301234567") })
        ),
        with(sale("B4", "8"), json!({ "click": "ffffffffffffffffffff" })),
    ]);
    assert_eq!(report(&server, &items).await.0, 200);
    server.wait_until(&path, |found| bought(found) == (2.0, 3.0)).await;
    let list = format!("/api/v1/conversions?{RANGE}");
    let rows = server.json(&list).await;
    let of = |rows: &Value, place: usize| {
        let row = &rows["conversions"][place];
        (row["matched_by"].clone(), row["person_id"].clone())
    };
    assert_eq!(of(&rows, 0), (json!("click"), json!("bob")));
    assert_eq!(of(&rows, 1), (json!("contact"), json!("cid")));
    assert_eq!(of(&rows, 2), (Value::Null, Value::Null));
    assert_eq!(server.post(&shares("dan", "+49301234567")).await, 200);
    server.wait_until(&path, |found| bought(found) == (3.0, 7.0)).await;
    assert_eq!(server.post(&came_by("eve", "autumn-mfcffffffffffffffffffff")).await, 200);
    server.wait_until(&path, |found| bought(found) == (4.0, 15.0)).await;
    let sources =
        server.json(&format!("/api/v1/attribution?{RANGE}&conversion=purchase&by=ref")).await;
    assert!(
        sources["channels"].as_array().unwrap().iter().any(|row| row["channel"] == "autumn"),
        "{sources}"
    );
    // A journal in the clear would hold the number.
    server.interrupt();
    for entry in std::fs::read_dir(world.data_dir().join("journal")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let body = b"\"refund";
        assert!(!bytes.windows(body.len()).any(|window| window == body));
        assert!(!bytes.windows(18).any(|window| window == b"0033 6 12 34 56 78"));
    }
}

#[test]
fn files_are_imported_row_by_row() {
    let world = World::new();
    let traffic = world.write("traffic.jsonl", message("77", "ann", TIME, "m_ann"));
    world.succeed(&["import", "webhooks", traffic.to_str().unwrap()]);
    let file = world.write(
        "sales.csv",
        "\u{feff}id;name;time;value;currency;refunded;page;person;consent\r\n\
         1;purchase;2026-11-20T12:00:00Z;10.00;EUR;;77;ann;yes\r\n\
         2;purchase;yesterday;10.00;EUR;;77;ann;\r\n\
         3;purchase;1795176000;20.00;EUR;5;77;ann;no\r\n\
         4;purchase;1795176000;20.00;EUR\r\n",
    );
    let output = world.run(&["import", "conversions", file.to_str().unwrap()]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors.contains("sales.csv, line 3: time: \"yesterday\" is no time"), "{errors}");
    assert!(errors.contains("line 5: it has 5 cells, the header 9"), "{errors}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("imported 2 conversions"));
    let range = ["--from", "2026-11-19", "--to", "2026-11-23", "--conversion", "purchase"];
    let ask = || world.json(&[&["attribution", "--format", "json"], &range[..]].concat());
    assert_eq!(bought(&ask()), (2.0, 25.0));
    // Again, and a correction as JSON lines.
    world.run(&["import", "conversions", file.to_str().unwrap()]);
    assert_eq!(bought(&ask()), (2.0, 25.0));
    let line = with(sale("1", "11"), json!({ "page": "77", "person": "ann" })).to_string();
    world.succeed_with_input(&["import", "conversions", "-"], line.as_bytes());
    assert_eq!(bought(&ask()), (2.0, 26.0));
    let bad = world.write("bad.csv", "id,name,when\n1,lead,now\n");
    let output = world.run(&["import", "conversions", bad.to_str().unwrap()]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("there is no field \"when\"; known are id, name"), "{errors}");
}

/// One report that is too large, or many with signs that have to be escaped, hold up nobody.
#[tokio::test]
async fn no_report_holds_up_the_others() {
    let world = World::new();
    let server = world.serve();
    let path = format!("/api/v1/attribution?{RANGE}&conversion=purchase");
    let long = with(sale("L", "1"), json!({ "page": "77", "person": "p".repeat(400_000) }));
    let (status, told) = report(&server, &long).await;
    assert_eq!((status, &told["results"][0]["errors"][0]["field"]), (422, &json!("person")));
    let odd = |n: usize| {
        let whose = json!({ "page": "77", "person": format!("{n}{}", "'\\".repeat(90)) });
        with(sale(&format!("{n}{}", "\\".repeat(190)), "1"), whose)
    };
    let many: Vec<Value> = (0..600).map(odd).collect();
    assert_eq!(report(&server, &json!(many)).await.0, 200);
    server.wait_until(&path, |found| bought(found) == (600.0, 600.0)).await;
    server.interrupt();
    // As an earlier version journaled it.
    let mut item = read_reported(&sale_of_ann("J"), Timestamp(TIME + 86_400_000)).unwrap();
    item.person = "p".repeat(400_000);
    let journal = Journal::open(&world.data_dir().join("journal"), Limits::default()).unwrap();
    let body = Bytes::from(serde_json::to_vec(&[item]).unwrap());
    let envelope = Envelope { kind: EnvelopeKind::Report, received_at_ms: TIME, body };
    journal.append(envelope).await.unwrap();
    drop(journal);
    let server = world.serve();
    report(&server, &sale_of_ann("K")).await;
    server.wait_until(&path, |found| bought(found).0 == 601.0).await;
    let quality = server.json(&format!("/api/v1/quality?{RANGE}")).await;
    assert_eq!(quality["quarantined"], 1, "{quality}");
}

fn sale_of_ann(id: &str) -> Value {
    with(sale(id, "1"), json!({ "page": "77", "person": "ann" }))
}

#[tokio::test]
async fn of_one_instant_the_later_correction_counts_and_a_clock_ahead_does_not() {
    let world = World::new();
    let server = world.serve();
    let path = format!("/api/v1/attribution?{RANGE}&conversion=purchase");
    let said = |value: &str, updated: &str| {
        with(sale_of_ann("E"), json!({ "value": value, "updated_at": updated }))
    };
    let same = "2026-11-20T12:00:00Z";
    report(&server, &json!([said("1", same), said("2", same)])).await;
    server.wait_until(&path, |found| bought(found) == (1.0, 2.0)).await;
    report(&server, &said("3", same)).await;
    server.wait_until(&path, |found| bought(found) == (1.0, 3.0)).await;
    let ahead = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(20);
    report(&server, &said("4", &ahead.to_string())).await;
    server.wait_until(&path, |found| bought(found) == (1.0, 4.0)).await;
    report(&server, &with(said("4", &ahead.to_string()), json!({ "retracted": true }))).await;
    server.wait_until(&path, |found| bought(found) == (0.0, 0.0)).await;
    let list = server.json(&format!("/api/v1/conversions?{RANGE}")).await;
    assert_eq!(list["conversions"][0]["is_retracted"], 1);
}

/// The same report again stays with its person, though another has shared the number since.
#[tokio::test]
async fn a_report_that_comes_again_stays_whose_it_was() {
    let world = World::new();
    let server = world.serve();
    server.post(&shares("ann", "+33612345678")).await;
    let item = with(sale("S", "5"), json!({ "phone": "+33612345678" }));
    report(&server, &item).await;
    let list = format!("/api/v1/conversions?{RANGE}");
    let is_anns = |found: &Value| found["conversions"][0]["person_id"] == "ann";
    server.wait_until(&list, is_anns).await;
    server.post(&shares("zoe", "+33612345678")).await;
    report(&server, &with(item.clone(), json!({ "value": 7 }))).await;
    let path = format!("/api/v1/attribution?{RANGE}&conversion=purchase");
    server.wait_until(&path, |found| bought(found) == (1.0, 7.0)).await;
    assert!(is_anns(&server.json(&list).await));
    // Until ann is not meant any more.
    report(&server, &with(item, json!({ "phone": null, "page": "77", "person": "zoe" }))).await;
    server.wait_until(&list, |found| found["conversions"][0]["person_id"] == "zoe").await;
}

#[test]
fn spreadsheets_are_read_as_they_are_and_lost_digits_are_told() {
    let world = World::new().with("time_zone", "Europe/Paris");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in
        ["id", "name", "time", "value", "currency", "page", "person"].iter().enumerate()
    {
        sheet.write(0, column as u16, *name).unwrap();
    }
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 11, 20).unwrap();
    let noon = day.clone().and_hms(13, 30, 0).unwrap();
    let dated = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm");
    for (row, id) in [(1, "S1"), (2, "S2")] {
        sheet.write(row, 0, id).unwrap();
        sheet.write(row, 1, "purchase").unwrap();
        let time = if row == 1 { &noon } else { &day };
        sheet.write_with_format(row, 2, time, &dated).unwrap();
        sheet.write(row, 3, 12.5).unwrap();
        sheet.write(row, 4, "EUR").unwrap();
        sheet.write(row, 5, 77).unwrap();
        sheet.write(row, 6, "ann").unwrap();
    }
    sheet.write(3, 0, 202_611_250_000_000_100_i64 as f64).unwrap();
    let path = world.folder().join("sales.xlsx");
    book.save(&path).unwrap();
    let output = world.run(&["import", "conversions", path.to_str().unwrap()]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("row 4: id: a number of this size has lost digits"), "{errors}");
    let server_list = |world: &World| {
        world.json(&[
            "attribution",
            "--from",
            "2026-11-19",
            "--to",
            "2026-11-23",
            "--format",
            "json",
        ])
    };
    assert_eq!(bought(&server_list(&world)), (2.0, 25.0));
    let twice =
        world.write("twice.csv", "id,name,time,consent,Consent\n1,lead,1795176000,no,yes\n");
    let output = world.run(&["import", "conversions", twice.to_str().unwrap()]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("column 5: the field \"consent\" is there twice"), "{errors}");
    // One without a header: nobody's number is repeated.
    let bare = world.write("bare.csv", "ann@example.com,+33612345678\n");
    let output = world.run(&["import", "conversions", bare.to_str().unwrap()]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("there is no such field") && !errors.contains("ann@"), "{errors}");
}
