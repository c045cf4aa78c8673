//! What `doctor` finds, and what it says to do about it.

use serde_json::Value;

use crate::graph::{FakeGraph, Page, TOKEN, Trouble};
use crate::support::World;

fn findings(world: &World) -> (Option<i32>, Vec<Value>) {
    let output = tokio::task::block_in_place(|| world.run(&["doctor", "--json"]));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(!told.contains(TOKEN), "{told}");
    let findings: Value = serde_json::from_str(&told).unwrap();
    (output.status.code(), findings.as_array().unwrap().clone())
}

fn told<'a>(findings: &'a [Value], what: &str, words: &str) -> &'a str {
    let found = findings.iter().find(|finding| {
        finding["what"].as_str().unwrap().starts_with(what)
            && finding["told"].as_str().unwrap().contains(words)
    });
    found.unwrap_or_else(|| panic!("{what}: {words} is not in {findings:#?}"))["health"]
        .as_str()
        .unwrap()
}

/// Webhook fields of a Page that lacks none.
pub const ALL: [&str; 12] = [
    "messages",
    "messaging_postbacks",
    "messaging_referrals",
    "message_echoes",
    "messaging_optins",
    "message_deliveries",
    "message_reads",
    "messaging_policy_enforcement",
    "messaging_in_thread_lead_form_submit",
    "leadgen",
    "inbox_labels",
    "feed",
];

fn page(
    id: &'static str,
    token: &'static str,
    fields: &[&'static str],
    has_get_started: bool,
) -> Page {
    Page { id, token, fields: fields.to_vec(), has_get_started }
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_finds_what_is_wrong_at_meta() {
    let account = crate::graph::Account {
        id: 101,
        currency: "EUR",
        time_zone: "Europe/Paris",
        ads: 1,
        first: jiff::civil::Date::constant(2026, 11, 1),
        last: jiff::civil::Date::constant(2026, 11, 2),
        correction: 0,
    };
    let fake = FakeGraph::start(vec![account], Trouble::none()).await;
    fake.with(|inner| {
        inner.subscriptions = vec![
            ("page", vec!["messages"]),
            (
                "instagram",
                vec![
                    "messages",
                    "messaging_postbacks",
                    "messaging_seen",
                    "message_edit",
                    "comments",
                ],
            ),
        ];
        inner.pages = vec![
            page("1", "token-of-one", &ALL, true),
            page(
                "2",
                "token-of-two",
                &["messages", "messaging_postbacks", "message_echoes"],
                false,
            ),
            page("3", "token-of-three", &[], true),
        ];
    });
    let mut world = World::new()
        .with("meta.ad_accounts", "act_101,999")
        .with("meta.datasets.1", "771")
        .with("server.public_url", "https://links.example")
        .with("meta.page_tokens.1", "token-of-one");
    for (key, value) in fake.settings() {
        world = world.with(key, &value);
    }
    let (code, all) = findings(&world);
    assert_eq!(code, Some(1), "an ad account is wrong");
    assert_eq!(told(&all, "meta.app_secrets", "set"), "good");
    assert_eq!(told(&all, "data_dir", "writable"), "good");
    assert_eq!(told(&all, "ClickHouse", "schema version"), "good");
    assert_eq!(told(&all, "ClickHouse's clock", "s from ours"), "good");
    assert_eq!(told(&all, "events", "none has come in yet"), "warning");
    assert_eq!(told(&all, "meta.access_token", "valid, may ads_read"), "good");
    assert_eq!(told(&all, "Meta's clock", "s from ours"), "good");
    assert_eq!(told(&all, "ad account act_101", "EUR, days in Europe/Paris"), "good");
    assert_eq!(told(&all, "spend of act_101", "none is known"), "warning");
    assert_eq!(told(&all, "ad account act_999", "does not exist"), "bad");
    assert_eq!(told(&all, "Page 1", "Page 1, subscribed"), "good");
    assert!(!all.iter().any(|one| one["what"] == "Page 1" && one["health"] != "good"), "{all:#?}");

    assert_eq!(told(&all, "Instagram", "not subscribed to messaging_referral"), "bad");
    assert_eq!(all.iter().filter(|one| one["what"] == "Instagram").count(), 1, "{all:#?}");
    assert_eq!(told(&all, "WhatsApp", "the app gets no webhooks of it"), "skipped");

    let now = jiff::Timestamp::now().as_second();
    fake.with(|inner| {
        let fields = ["messages", "smb_message_echoes", "standby", "messaging_handovers"];
        inner.subscriptions = vec![("whatsapp_business_account", fields.into())];
        inner.scopes = vec!["ads_read"];
        inner.expires_at = now + 3 * 86_400 + 60;
        inner.skew = 90;
    });
    let world = world
        .with("meta.page_tokens.2", "token-of-two")
        .with("meta.page_tokens.3", "token-of-three");
    let (_, all) = findings(&world);
    assert_eq!(told(&all, "meta.access_token", "it lacks page_events"), "bad");
    assert_eq!(told(&all, "meta.access_token", "in 3 days"), "warning");
    assert_eq!(told(&all, "Meta's clock", "+"), "bad");
    assert_eq!(told(&all, "Page 2", "not subscribed to messaging_referrals"), "bad");
    assert_eq!(told(&all, "Page 2", "not subscribed to message_reads"), "warning");
    assert_eq!(told(&all, "Page 2", "no Get Started button"), "bad");
    assert_eq!(told(&all, "Page 3", "sends no webhooks to this app"), "bad");
    assert_eq!(told(&all, "Instagram", "the app gets no webhooks of it"), "skipped");
    assert_eq!(told(&all, "WhatsApp", "not subscribed to calls"), "warning");
    assert_eq!(all.iter().filter(|one| one["what"] == "WhatsApp").count(), 1, "{all:#?}");
    let world = world.with("meta.access_token", "another-token-than-the-right-one");
    let (_, all) = findings(&world);
    assert_eq!(told(&all, "meta.access_token", "Session has expired"), "bad");
}

#[test]
fn doctor_without_meta_says_what_is_not_looked_at() {
    let world = World::new();
    let told = world.succeed(&["doctor"]);
    assert!(told.contains("– Meta: meta.access_token is not set"), "{told}");
    assert!(
        told.contains("! server.public_url: not set\n    tracked links have no address"),
        "{told}"
    );
    assert!(told.contains("\n0 bad, "), "{told}");
    let world = World::new().with("clickhouse.url", "http://127.0.0.1:9");
    let output = world.run(&["doctor"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("✗ ClickHouse: ClickHouse at http://127.0.0.1:9"), "{told}");
}
