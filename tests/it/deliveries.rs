//! What came in is what was accepted and what came again; the page of quality says so.

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_second_delivery_is_told_and_changes_nothing_else() {
    let world = World::new();
    let server = world.serve();
    let now = jiff::Timestamp::now().as_millisecond() - 60_000;
    let tap = |person: &str, mid: &str| {
        let body = json!({ "object": "page", "entry": [{ "id": "1", "time": now, "messaging": [{
            "sender": { "id": person }, "recipient": { "id": "1" }, "timestamp": now,
            "postback": { "mid": mid, "title": "Call me", "payload": "LEAD" } }] }] });
        serde_json::to_vec(&body).unwrap()
    };
    let bodies = [tap("ann", "m1"), tap("ann", "m1"), tap("ben", "m2"), tap("ann", "m1")];
    for body in &bodies {
        assert_eq!(server.post(body).await, 200);
    }
    let odd = br#"{"object":"page","entry":[{"id":"1","messaging":[{"sender":1}]}]}"#;
    assert_eq!(server.post(odd).await, 200);
    // The odd one goes into quarantine behind the events.
    let came = |report: &serde_json::Value| report["received"] == 4 && report["quarantined"] == 1;
    let report = server.wait_until("/api/v1/quality", came).await;
    // A lead is made of each of the two taps: it is an event, and did not come in.
    let told = ["received", "accepted", "duplicates", "events"].map(|key| report[key].as_u64());
    assert_eq!(told, [4, 2, 2, 4].map(Some), "{report}");
    let (_, page) = server.get("/quality").await;
    assert!(page.contains("4 events came in: 2 accepted, 2 delivered again."), "{page}");
    assert!(page.contains("in quarantine besides."), "{page}");
    // Of a part of a quarter of an hour it cannot be told.
    let part = "/api/v1/quality?from=2026-01-01T00:01:00Z&to=2026-01-02";
    assert_eq!(server.json(part).await["received"], json!(null));
}
