//! What a part that ClickHouse cannot read any more must not lead to: revoked rights that are good again, and somebody
//! erased whose rows stay on disk.

use std::fs;
use std::path::Path;

use messenger_funnel::store::engine::attach;
use serde_json::Value;

use crate::accounts::{PASSWORD, first_user, send, serve};
use crate::durability::parts;
use crate::erasure::holding;
use crate::support::client as database;
use crate::support::{World, count, message};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";

/// Flips a bit of what holds a part's rows.
fn damage(part: &Path) {
    let file = part.join("data.bin");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    // ClickHouse looks at the sizes of files when it loads a part, and at their bytes when it reads them.
    fs::write(part.join("checksums.txt"), "").unwrap();
}

#[tokio::test]
async fn no_right_that_was_taken_away_comes_back_with_a_damaged_part() {
    let world = World::new();
    let (server, link) = serve(world.command(&["serve"]));
    let anna = first_user(&server, &link).await;
    let mut tokens = Vec::new();
    for name in ["bi", "old"] {
        let form = [("name", name), ("scope", "read"), ("days", "30")];
        let made = send(&server, "/settings/tokens", &form, &anna).await.text().await.unwrap();
        let token = made.split("<code id=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
        tokens.push(token.to_owned());
    }
    assert_eq!(send(&server, "/settings/tokens/old/revoke", &[], &anna).await.status(), 303);
    let parts = parts(&world, "api_tokens").await;
    server.interrupt();
    damage(parts.last().unwrap());
    let server = world.serve();
    let status = async |token: &str| {
        let asked = reqwest::Client::new().get(server.url(QUESTION)).bearer_auth(token);
        asked.send().await.unwrap().status().as_u16()
    };
    for token in &tokens {
        assert_eq!(status(token).await, 401);
    }
    assert_eq!(server.get(QUESTION).await.0, 401, "nobody is let in for being here");
    let form = [("name", "anna"), ("password", PASSWORD)];
    let answer = send(&server, "/login", &form, "").await;
    let page = answer.text().await.unwrap();
    assert!(page.contains("the table of users is damaged"), "{page}");
    // Who looks after the server decides what is true.
    let engine = attach(&world.data_dir(), "messenger_funnel").await.unwrap().unwrap();
    let engine = database(&engine.endpoint);
    let name: String = engine
        .query("SELECT name FROM system.detached_parts WHERE table = 'api_tokens'")
        .fetch_one()
        .await
        .unwrap();
    let drop = format!(
        "ALTER TABLE api_tokens DROP DETACHED PART '{name}' SETTINGS allow_drop_detached = 1"
    );
    engine.query(&drop).execute().await.unwrap();
    for _ in 0..100 {
        if status(&tokens[0]).await == 200 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("a token is not good again");
}

#[tokio::test]
async fn an_erasure_takes_parts_that_lie_aside() {
    let world = World::new();
    let server = world.serve();
    for number in 0..20 {
        let person = format!("70000000000001{number:02}");
        let body = message("1", &person, TIME + number, &format!("m{number}"));
        assert_eq!(server.post(&body).await, 200);
    }
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(20)).await;
    let mut damaged = Vec::new();
    for table in ["events", "events_by_person"] {
        damaged.extend(parts(&world, table).await);
    }
    server.interrupt();
    for part in &damaged {
        damage(part);
    }
    let server = world.serve();
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(20)).await;
    let place = server.url("/api/v1/people/1/7000000000000107");
    let asked = reqwest::Client::new().delete(place).send().await.unwrap();
    let told: Value = asked.json().await.unwrap();
    let place = format!("/api/v1/erasures/{}", told["code"].as_str().unwrap());
    let told = server.wait_until(&place, |told| told["status"] == "done").await;
    assert!(told.to_string().contains("was removed as a whole"), "{told}");
    let left = holding(&world.data_dir(), "7000000000000107");
    assert_eq!(left, Vec::<std::path::PathBuf>::new());
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(19)).await;
}
