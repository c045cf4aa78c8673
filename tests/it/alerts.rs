//! Alerts: rules, incidents, and notices that arrive once, whoever dies.

use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use messenger_funnel::store::{Store, migrate};
use reqwest::Client;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::Sha256;
use tempfile::TempDir;

use crate::support::outside::{Hook, Mail};
use crate::support::{Server, World, client, count, message, start_engine};

pub const API: &str = "/api/v1/alerts";
pub const RULES: &str = "/api/v1/alert-rules";

pub async fn write_rule(server: &Server, rule: &Value) -> (u16, Value) {
    let answer = Client::new().post(server.url(RULES)).json(rule).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn post(server: &Server, path: &str, body: &Value) -> u16 {
    let sent = Client::new().post(server.url(path)).json(body).send().await.unwrap();
    sent.status().as_u16()
}

/// The answer wanted; a round is made every minute, the first one at the start.
pub async fn wait(server: &Server, path: &str, is_right: impl Fn(&Value) -> bool) -> Value {
    let started = Instant::now();
    loop {
        let told = server.json(path).await;
        if is_right(&told) {
            return told;
        }
        assert!(started.elapsed() < Duration::from_secs(100), "{path} stays {told}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Three people of a Page who wrote yesterday, as a file.
pub fn yesterday(world: &World) -> String {
    let today = Timestamp::now().to_zoned_datetime(TimeZone::UTC).date();
    let noon = today.saturating_sub(Span::new().days(1)).at(12, 0, 0, 0);
    let noon = noon.to_zoned_datetime(TimeZone::UTC).unwrap().timestamp().as_millisecond();
    let bodies: Vec<u8> = (0..3)
        .flat_map(|number| {
            let person = format!("person-{number}");
            let mut body = message("1", &person, noon + number * 1000, &format!("m{number}"));
            body.push(b'\n');
            body
        })
        .collect();
    world.write("yesterday.jsonl", bodies).to_str().unwrap().to_owned()
}

pub fn more_than(bound: f64) -> Value {
    json!({ "name": "many", "kind": "bound", "figure": "conversations", "over": "1d", "above": bound })
}

pub fn incident<'a>(told: &'a Value, rule: &str) -> Option<&'a Value> {
    told["incidents"].as_array().unwrap().iter().find(|one| one["rule"] == rule)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_told_once_and_once_that_it_is_over() {
    let (hook, address) = Hook::start().await;
    let world = World::new();
    let settings = world.write(
        "settings.toml",
        format!(
            "reports_lease_seconds = 2\n[server]\npublic_url = \"https://funnel.example\"\n\
             [alerts]\nto = [\"chat\"]\nlanguage = \"fr\"\n[destinations.chat]\nwebhook = \"{address}\"\n"
        ),
    );
    let traffic = yesterday(&world);
    let args = ["--config", settings.to_str().unwrap(), "serve"];
    tokio::task::block_in_place(|| world.succeed(&["import", "webhooks", &traffic]));
    let server = Server::start(world.command(&args));
    assert_eq!(write_rule(&server, &more_than(2.0)).await.0, 200);
    server.interrupt();
    let server = Server::start(world.command(&args));
    let is_told = |told: &Value| {
        incident(told, "many").is_some_and(|one| one["notices"][0]["status"] == "sent")
    };
    let told = wait(&server, API, is_told).await;
    let found = incident(&told, "many").unwrap();
    // The figure is that of the API.
    let today = Timestamp::now().to_zoned_datetime(TimeZone::UTC).date();
    let from = today.saturating_sub(Span::new().days(1));
    let report =
        server.json(&format!("/api/v1/funnels/click-to-messenger?from={from}&to={today}")).await;
    assert_eq!(count(&report, "opened"), Some(3));
    assert_eq!(found["text"], "Conversations over the last day: 3, above 2");
    let posted = hook.posted();
    let text = posted[0].1["text"].as_str().unwrap().to_owned();
    assert!(
        text.contains("*Alerte : many*") && text.contains("Conversations sur le dernier jour : 3"),
        "{text}"
    );
    let id = found["id"].as_str().unwrap().to_owned();
    assert!(
        text.contains(&format!("https://funnel.example/alerts#incident-{id}|Details")),
        "{text}"
    );

    // Acknowledged, kept out of sight, muted and not.
    for (act, body) in [
        ("acknowledge", json!({})),
        ("snooze", json!({ "hours": 4 })),
        ("mute", json!({ "is_muted": true })),
    ] {
        assert_eq!(post(&server, &format!("{API}/{id}/{act}"), &body).await, 204, "{act}");
        assert_eq!(post(&server, &format!("{API}/nothing/{act}"), &body).await, 404, "{act}");
    }
    assert_eq!(post(&server, &format!("{API}/{id}/snooze"), &json!({ "hours": 999 })).await, 400);
    let told = server.json(API).await;
    let marked = incident(&told, "many").unwrap();
    assert_eq!(
        (&marked["acknowledged_by"], &marked["is_muted"]),
        (&json!("this machine"), &json!(true))
    );
    assert!(marked["snoozed_until"].is_string(), "{marked}");
    let (_, page) = server.get("/alerts").await;
    assert!(page.contains("acknowledged by this machine") && page.contains("Unmute"), "{page}");
    assert_eq!(
        post(&server, &format!("{API}/{id}/mute"), &json!({ "is_muted": false })).await,
        204
    );

    // Not found any more, it is over: that is told once, too.
    assert_eq!(write_rule(&server, &more_than(1000.0)).await.0, 200);
    server.interrupt();
    let server = Server::start(world.command(&args));
    let is_over = |told: &Value| {
        incident(told, "many").is_some_and(|one| {
            one["closed_at"].is_string()
                && one["notices"].as_array().unwrap().len() == 2
                && one["notices"][1]["status"] == "sent"
        })
    };
    wait(&server, API, is_over).await;
    server.interrupt();
    let server = Server::start(world.command(&args));
    wait(&server, API, is_over).await;
    let keys: Vec<String> = hook.posted().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [format!("alert-{id}-opened"), format!("alert-{id}-closed")]);
    drop(server);
}

/// Two servers with one ClickHouse find that webhooks have stopped: one incident, one notice to each place.
#[tokio::test(flavor = "multi_thread")]
async fn two_servers_make_one_alert() {
    let (hook, address) = Hook::start().await;
    let (teams, teams_address) = Hook::start().await;
    let (signed, signed_address) = Hook::start().await;
    let (mail, port) = Mail::start().await;
    let folder = TempDir::new().unwrap();
    let engine = start_engine(folder.path()).await.unwrap();
    let endpoint = engine.endpoint("shared");
    let store = Store::new(endpoint.clone());
    migrate(&store).await.unwrap();
    // A webhook every two minutes for ten weeks, and none for more than three hours.
    let webhooks = "INSERT INTO webhook_counts SELECT toStartOfFifteenMinutes(at), at, number, 1, 0 FROM \
                    (SELECT number, now64(3) - toIntervalMinute(200 + number * 2) AS at FROM numbers(50400))";
    client(&endpoint).query(webhooks).execute().await.unwrap();
    let toml = format!(
        "reports_lease_seconds = 5\n[alerts]\nto = [\"chat\", \"team\", \"ours\", \"people\"]\n\
         [destinations.chat]\nwebhook = \"{address}\"\n\
         [destinations.team]\nwebhook = \"{teams_address}\"\nform = \"teams\"\n\
         [destinations.ours]\nwebhook = \"{signed_address}\"\nform = \"json\"\nsecret = \"a secret\"\n\
         [destinations.people]\nmail = [\"ann@shop.example\"]\n\
         [smtp]\nhost = \"127.0.0.1\"\nport = {port}\nencryption = \"none\"\nfrom = \"Alerts <a@shop.example>\"\n\
         [clickhouse]\nurl = \"{}\"\nuser = \"{}\"\npassword = \"{}\"\ndatabase = \"shared\"\n",
        endpoint.url,
        endpoint.user,
        endpoint.password.expose_secret()
    );
    let worlds = [World::bare(), World::bare()];
    let servers = worlds.each_ref().map(|world| {
        let settings = world.write("settings.toml", &toml);
        let args = ["--config", settings.to_str().unwrap(), "serve"];
        Server::start(world.command(&args))
    });
    let is_told = |told: &Value| {
        incident(told, "webhooks-stopped").is_some_and(|one| {
            let notices = one["notices"].as_array().unwrap();
            notices.len() == 4 && notices.iter().all(|notice| notice["status"] == "sent")
        })
    };
    let told = wait(&servers[1], API, is_told).await;
    assert_eq!(told["incidents"].as_array().unwrap().len(), 1, "{told}");
    let found = incident(&told, "webhooks-stopped").unwrap();
    assert!(
        found["text"].as_str().unwrap().starts_with("No webhook has come for 180 minutes"),
        "{found}"
    );
    // Both have made another round since.
    tokio::time::sleep(Duration::from_secs(65)).await;
    assert_eq!(server_incidents(&servers[0]).await, 1);
    for hook in [&hook, &teams, &signed] {
        assert_eq!(hook.posted().len(), 1);
    }
    let card = &teams.posted()[0].1["attachments"][0];
    assert_eq!(card["contentType"], "application/vnd.microsoft.card.adaptive");
    assert!(card["content"]["body"][0]["text"].as_str().unwrap().contains("webhooks-stopped"));
    let posted = signed.posted()[0].1.clone();
    assert_eq!((&posted["kind"], &posted["id"]), (&json!("alert"), &json!(signed.posted()[0].0)));
    let (signature, body) = signed.signed.lock().unwrap()[0].clone();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"a secret").unwrap();
    mac.update(&body);
    assert_eq!(signature, format!("sha256={}", hex::encode(mac.finalize().into_bytes())));
    let messages = mail.messages.lock().unwrap().clone();
    assert_eq!(messages.len(), 1);
    for part in
        ["Subject: Alert: webhooks-stopped", "Content-Type: image/png", "Content-ID: <chart>"]
    {
        assert!(messages[0].1.contains(part), "{part} is missing: {}", messages[0].1);
    }
    drop(servers);
    engine.stop().await;
}

async fn server_incidents(server: &Server) -> usize {
    server.json(API).await["incidents"].as_array().unwrap().len()
}

/// `kill -9` while a notice is on its way: whether it arrived nobody knows, and it is not sent again.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_while_it_tells_makes_one_alert() {
    let (hook, address) = Hook::start().await;
    let world = World::new();
    let settings = world.write(
        "settings.toml",
        format!(
            "reports_lease_seconds = 2\n[alerts]\nto = [\"chat\"]\n[destinations.chat]\nwebhook = \"{address}\"\n"
        ),
    );
    let traffic = yesterday(&world);
    let args = ["--config", settings.to_str().unwrap(), "serve"];
    tokio::task::block_in_place(|| world.succeed(&["import", "webhooks", &traffic]));
    // Without the settings: should its first round find it already, it tells nobody.
    let server = world.serve();
    assert_eq!(write_rule(&server, &more_than(2.0)).await.0, 200);
    server.interrupt();
    hook.troubles.lock().unwrap().push(0);
    let server = Server::start(world.command(&args));
    let started = Instant::now();
    while hook.posted().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(100));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.kill();
    let server = Server::start(world.command(&args));
    let is_settled = |told: &Value| {
        incident(told, "many").is_some_and(|one| one["notices"][0]["status"] == "uncertain")
    };
    let told = wait(&server, API, is_settled).await;
    assert_eq!(
        (hook.posted().len(), told["incidents"].as_array().unwrap().len()),
        (1, 1),
        "{told}"
    );
}
