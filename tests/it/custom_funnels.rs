//! Funnels that a team defines: from TOML and over the API, on real events.

use serde_json::{Value, json};

use crate::support::{Server, World, counts};

const RANGE: &str = "from=2026-11-01&to=2026-11-20";

fn with_traffic() -> World {
    let world = World::new();
    world.fill(400, 5, ["2026-11-01", "2026-11-20"]);
    world
}

async fn preview(server: &Server, query: &str, funnel: &Value) -> (u16, Value) {
    let request = reqwest::Client::new()
        .post(server.url(&format!("/api/v1/funnels/preview?{query}")))
        .header("content-type", "application/json")
        .body(funnel.to_string());
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

/// Written by hand, the default funnel's last stages are those of the default funnel.
#[tokio::test]
async fn the_default_funnel_can_be_written_by_hand() {
    let world = with_traffic();
    std::fs::create_dir(world.folder().join("funnels")).unwrap();
    world.write(
        "funnels/by-hand.toml",
        "title = 'By hand'\n\
         [[steps]]\nname = 'messaged'\nkind = ['message', 'postback']\n\
         [[steps]]\nname = 'answered'\nkind = 'echo'\n\
         [[steps]]\nname = 'engaged'\nkind = ['message', 'postback']\n\
         [[steps]]\nname = 'lead'\nconversion = 'lead'\n\
         [[steps]]\nname = 'purchase'\nconversion = 'purchase'\n",
    );
    let folder = world.folder().join("funnels");
    let world = world.with("funnels_dir", folder.to_str().unwrap());
    let server = world.serve();
    let own = server.json(&format!("/api/v1/funnels/by-hand?{RANGE}&by=source")).await;
    let usual = server.json(&format!("/api/v1/funnels/click-to-messenger?{RANGE}&by=source")).await;
    // An opening postback is no message for the default funnel, and one here: whatever else comes first
    // is the same.
    let own_counts = counts(&own["steps"]);
    let usual_counts = counts(&usual["steps"]);
    assert!(own_counts[0].1 >= usual_counts[1].1, "{own_counts:?} {usual_counts:?}");
    assert!(own_counts.windows(2).all(|pair| pair[0].1 >= pair[1].1), "{own_counts:?}");
    // The rows add up to the whole, and each rate has its interval.
    for (place, (_, count)) in own_counts.iter().enumerate() {
        let rows = own["breakdown"].as_array().unwrap().iter();
        let sum: u64 = rows.map(|row| counts(&row["steps"])[place].1).sum();
        assert_eq!(sum, *count, "{own}");
    }
    let answered = &own["steps"][1];
    assert!(answered["rate_interval"]["low"].as_f64() < answered["rate_from_previous"].as_f64());
    assert!(answered["median_ms"].as_f64().unwrap() > 0.0, "{answered}");
    let bars = answered["histogram"].as_array().unwrap().iter();
    assert_eq!(bars.map(|bar| bar[1].as_u64().unwrap()).sum::<u64>(), own_counts[1].1);

    let listed = server.json("/api/v1/funnels").await;
    assert_eq!(listed["funnels"][1]["title"], "By hand");
    drop(server);
    let json = world.json(&[
        "funnel",
        "by-hand",
        "--from",
        "2026-11-01",
        "--to",
        "2026-11-20",
        "--format",
        "json",
    ]);
    assert_eq!(json["steps"], own["steps"]);
    let unknown = world.run(&["funnel", "by-head"]);
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(said.contains("known are click-to-messenger, by-hand"), "{said}");
}

/// From the price to the booking, with some keys otherwise.
fn booking(more: Value) -> Value {
    let mut funnel = json!({
        "name": "booking",
        "unit": "person",
        "steps": [
            { "name": "price", "payload": "^PRICE" },
            { "name": "book", "kind": "message", "payload": "^BOOK" },
        ],
        "exclude_people": ["7/tester"],
    });
    funnel.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    funnel
}

#[tokio::test]
async fn matchers_orders_windows_and_units_do_what_they_say() {
    let world = World::new();
    let server = world.serve();
    let minute = 60_000;
    let start = 1_795_168_800_000_i64;
    let message = |person: &str, at: i64, mid: &str, extra: Value| {
        let mut message = json!({ "mid": mid, "text": "x" });
        message.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({ "object": "page", "entry": [{ "id": "7", "time": start, "messaging": [{
            "sender": { "id": person }, "recipient": { "id": "7" },
            "timestamp": start + at * minute, "message": message }] }] })
    };
    let tap = |payload: &str| json!({ "quick_reply": { "payload": payload } });
    for body in [
        // Ann asks the price, cancels, asks again and books; Bob books before he asks.
        message(
            "ann",
            0,
            "a0",
            json!({ "referral": { "source": "ADS", "ad_id": "1", "ref": "campaign=may" } }),
        ),
        message("ann", 1, "a1", tap("PRICE")),
        message("ann", 2, "a2", tap("CANCEL")),
        message("ann", 3, "a3", tap("PRICE")),
        message("ann", 30, "a4", tap("BOOK")),
        message("bob", 0, "b0", tap("BOOK")),
        message("bob", 5, "b1", tap("PRICE")),
        message("tester", 0, "t0", tap("PRICE")),
        message("tester", 1, "t1", tap("BOOK")),
    ] {
        assert_eq!(server.post(body.to_string().as_bytes()).await, 200);
    }
    let day = "from=2026-11-20&to=2026-11-21";
    server.wait_until(&format!("/api/v1/conversations?{day}"), |list| list["total"] == 3).await;
    for (more, expected) in [
        (json!({}), [2, 1]),
        (json!({ "exclude_people": [] }), [3, 2]),
        (json!({ "order": "any" }), [2, 2]),
        // Ann's second question is in time, her first is not.
        (json!({ "window": "28m" }), [2, 0]),
        (json!({ "window": "28m", "reentry": "best" }), [2, 1]),
        (json!({ "reentry": "every" }), [2, 1]),
        // The cancelling ends the first attempt's first chain, but she asked again.
        (json!({ "exclude": [{ "payload": "^CANCEL" }] }), [2, 0]),
        (json!({ "exclude": [{ "payload": "^CANCEL" }], "reentry": "best" }), [2, 1]),
        (json!({ "order": "strict" }), [2, 0]),
        (json!({ "order": "strict", "reentry": "best" }), [2, 1]),
        (json!({ "unit": "conversation" }), [2, 1]),
        (json!({ "filters": { "source": "ad" } }), [1, 1]),
        (json!({ "filters": { "source": "organic" }, "unit": "conversation" }), [1, 0]),
        (json!({ "filters": { "ref.campaign": "june" } }), [0, 0]),
    ] {
        let (status, report) = preview(&server, day, &booking(more.clone())).await;
        assert_eq!(status, 200, "{report}");
        let found: Vec<u64> =
            counts(&report["steps"]).into_iter().map(|(_, count)| count).collect();
        assert_eq!(found, expected, "{more}: {report}");
    }
    let (_, by_ref) =
        preview(&server, &format!("{day}&by=source,ref.campaign"), &booking(json!({}))).await;
    let ann =
        by_ref["breakdown"].as_array().unwrap().iter().find(|row| row["by"]["source"] == "ad");
    let ann = ann.unwrap();
    assert_eq!((&ann["by"]["ref.campaign"], &ann["steps"][1]["count"]), (&"may".into(), &1.into()));
}

/// What is wrong is told with its key.
#[tokio::test]
async fn a_funnel_that_cannot_be_is_refused() {
    let world = World::new();
    let server = world.serve();
    let day = "from=2026-11-20&to=2026-11-21";
    for (wrong, parameter, said) in [
        (json!({ "name": "A b" }), "name", "small letters"),
        (json!({ "unit": "visit" }), "unit", "conversation, person"),
        (json!({ "order": "loose" }), "order", "ordered, strict, any"),
        (json!({ "window": "soon" }), "window", "28d, 36h"),
        (json!({ "steps": [{ "kind": "message" }] }), "steps", "2 to 20"),
        (
            json!({ "steps": [{ "kind": "message" }, { "kind": "call" }] }),
            "steps[1].kind",
            "message, echo",
        ),
        (
            json!({ "steps": [{ "kind": "message" }, { "payload": "(" }] }),
            "steps[1].payload",
            "unclosed",
        ),
        (json!({ "steps": [{ "kind": "message" }, {}] }), "steps[1].kind", "every event"),
        (json!({ "filters": { "door": "x" } }), "filters.door", "unknown dimension"),
        (json!({ "exclude": [{ "kind": "echo", "after": 2 }] }), "exclude[0].after", "no steps"),
    ] {
        let (status, problem) = preview(&server, day, &booking(wrong.clone())).await;
        let detail = problem["detail"].as_str().unwrap();
        assert!(status == 400 && detail.contains(said), "{wrong}: {problem}");
        assert_eq!(problem["parameter"], parameter, "{problem}");
    }
    let unknown =
        booking(json!({ "steps": [{ "kind": "message", "payloda": "x" }, { "kind": "echo" }] }));
    let (status, problem) = preview(&server, day, &unknown).await;
    let detail = problem["detail"].as_str().unwrap();
    assert!(status == 400 && detail.contains("unknown field `payloda`"), "{problem}");
}
