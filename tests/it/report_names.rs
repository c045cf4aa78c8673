//! Reports that people read call Pages, accounts and numbers by their names; files for programs have ids.

use serde_json::json;

use crate::support::outside::Hook;
use crate::support::{World, message};

const PAGE: &str = "100200300";
const OTHER: &str = "100200301";
/// 2026-11-20T10:00:00Z, milliseconds.
const TIME: i64 = 1_795_168_800_000;

/// A purchase of whoever came by an ad.
fn bought(page: &str) -> String {
    let send = |mid: &str, at: i64, what: serde_json::Value| {
        let mut item =
            json!({ "sender": { "id": "ann" }, "recipient": { "id": page }, "timestamp": at });
        item.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        item["mid"] = json!(mid);
        item
    };
    json!({ "object": "page", "entry": [{ "id": page, "messaging": [
        send("m1", TIME, json!({ "message": { "mid": "m1", "text": "hi",
            "referral": { "source": "ADS", "ad_id": "7", "type": "OPEN_THREAD" } } })),
        send("m2", TIME + 60_000, json!({ "postback": { "mid": "m2", "title": "Buy", "payload": "PURCHASE:49.90:EUR" } })),
    ] }] })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_names_and_programs_ids() {
    let (hook, address) = Hook::start().await;
    let world = World::new();
    let lines = [bought(PAGE), String::from_utf8(message(OTHER, "bob", TIME, "m3")).unwrap()];
    let path = world.write("traffic.jsonl", lines.join("\n"));
    let reports = [
        ("funnel", "question = \"funnel\"\nby = [\"page\"]"),
        ("credit", "question = \"attribution\"\nby = [\"page\", \"source\"]"),
        ("rows", "question = \"conversations\""),
    ]
    .iter()
    .map(|(name, what)| {
        format!(
            "[[reports]]\nname = \"{name}\"\n{what}\nrange = \"last_7_days\"\nto = [\"chat\"]\n"
        )
    })
    .collect::<Vec<String>>()
    .concat();
    let settings = world.write(
        "settings.toml",
        format!(
            "{reports}[destinations.chat]\nwebhook = \"{address}\"\n\
             [meta.page_names]\n{PAGE} = \"Bistro Lyon\"\n"
        ),
    );
    let run = |args: &[&str]| {
        let config = ["--config", settings.to_str().unwrap()];
        tokio::task::block_in_place(|| world.succeed(&[&config[..], args].concat()))
    };
    run(&["import", "webhooks", path.to_str().unwrap()]);
    for name in ["funnel", "credit", "rows"] {
        let at = ["report", "run", name, "--at", "2026-11-22"];
        let table = run(&at);
        assert!(table.contains("Bistro Lyon") && !table.contains(PAGE), "{name}: {table}");
        // What has no name keeps its id.
        assert!(name == "credit" || table.contains(OTHER), "{name}: {table}");
        for format in ["csv", "json"] {
            let text = run(&[&at[..], &["--format", format]].concat());
            assert!(text.contains(PAGE) && !text.contains("Bistro"), "{name} as {format}: {text}");
        }
        run(&[&at[..], &["--send"]].concat());
        let (_, told) = hook.posted().pop().unwrap();
        let text = told["text"].as_str().unwrap();
        assert!(text.contains("Bistro Lyon") && !text.contains(PAGE), "{name}: {text}");
    }
    assert_eq!(hook.posted().len(), 3);
}
