//! A member of a workspace sees what they would see if there were no other.

use jiff::Timestamp;
use reqwest::Client;
use serde_json::{Value, json};

use messenger_funnel::web::routes::route_needs;

use crate::accounts::{first_user, join, serve, user, workspace};
use crate::support::{Server, World};

pub const OWN: &str = "1111111111";
pub const OTHER: &str = "2222222222";
/// What belongs to the other Page has one of these in it.
const MARKS: [&str; 3] = ["other", OTHER, "Other"];

/// Some people's messages to a Page, half of them by an ad; `name` is in everything that they bring.
fn bodies(page: &str, name: &str, people: usize) -> Vec<Vec<u8>> {
    // Of both servers the same.
    let start = (Timestamp::now().as_millisecond() / 86_400_000 - 5) * 86_400_000;
    let of_person = |number: usize| {
        let person = format!("{name}-person-{number}");
        let time = start + i64::try_from(number).unwrap() * 3_600_000;
        let message = |minute: i64, mid: &str| {
            let mut item = json!({
                "sender": { "id": person },
                "recipient": { "id": page },
                "timestamp": time + minute * 60_000,
                "message": { "mid": format!("{name}-{number}-{mid}"), "text": "hello" },
            });
            if mid == "a" && number.is_multiple_of(2) {
                item["message"]["referral"] = json!({
                    "ref": format!("{name}-ref"), "ad_id": format!("{page}9"), "source": "ADS",
                    "type": "OPEN_THREAD",
                    "ads_context_data": { "ad_title": format!("{name} title") },
                });
            } else if mid == "a" {
                item["message"]["referral"] = json!({
                    "ref": format!("{name}-ref-link"), "source": "SHORTLINK", "type": "OPEN_THREAD",
                });
            }
            item
        };
        let echo = json!({
            "sender": { "id": page },
            "recipient": { "id": person },
            "timestamp": time + 120_000,
            "message": { "mid": format!("{name}-{number}-echo"), "is_echo": true, "text": "hi" },
        });
        let entry = json!([{ "id": page, "time": time, "messaging": [message(0, "a"), echo, message(5, "b")] }]);
        serde_json::to_vec(&json!({ "object": "page", "entry": entry })).unwrap()
    };
    (0..people).map(of_person).collect()
}

pub async fn fill(world: &World, server: &Server, cookie: &str, pages: &[(&str, &str, usize)]) {
    let mut events = 0;
    for (page, name, people) in pages {
        for body in bodies(page, name, *people) {
            assert_eq!(server.post(&body).await, 200);
        }
        events += people * 3;
        let slug = format!("{name}-link");
        let link =
            ["link", "add", "--slug", &slug, "--page", page, "--ref", &format!("{name}-ref-link")];
        world.succeed(&link);
        let report = json!({ "id": format!("{name}-1"), "name": "purchase", "page": page, "person": format!("{name}-person-1"),
            "time": Timestamp::now().to_string(), "value": people * 10, "currency": "EUR" });
        let sent = Client::new()
            .post(server.url("/api/v1/conversions"))
            .header("cookie", cookie)
            .json(&json!([report]));
        let sent = sent.send().await.unwrap();
        assert!(sent.status().is_success(), "{}", sent.text().await.unwrap());
        let day = Timestamp::now().to_string()[..10].to_owned();
        let spend = format!(
            "date,account_id,ad_id,ad_name,campaign_name,spend,currency,impressions,clicks\n{day},{page},{page}9,{name} ad,{name} campaign,{people},EUR,5,1\n"
        );
        let file = world.write(&format!("{name}.csv"), spend);
        world.succeed(&["import", "spend", &file.display().to_string()]);
    }
    let mut last = String::new();
    for _ in 0..200 {
        let found = ask(server, cookie, "/api/v1/conversations?limit=500").await;
        let people: usize = pages.iter().map(|(.., people)| people).sum();
        let sold = ask(server, cookie, "/api/v1/conversions").await;
        let is_sold = sold.matches("purchase").count() >= pages.len();
        if found.matches("\"person_id\"").count() >= people && is_sold {
            return;
        }
        last = format!("{found} {sold}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{events} events did not become conversations: {last}");
}

pub async fn ask(server: &Server, cookie: &str, path: &str) -> String {
    let asked = Client::new().get(server.url(path)).header("cookie", cookie);
    asked.send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn who_is_limited_to_a_page_sees_nothing_of_another() {
    let (whole_world, alone_world) = (World::new(), World::new());
    let (whole, link) = serve(whole_world.command(&["serve"]));
    let admin = first_user(&whole, &link).await;
    fill(&whole_world, &whole, &admin, &[(OWN, "own", 7), (OTHER, "other", 12)]).await;
    let (alone, link) = serve(alone_world.command(&["serve"]));
    let admin_alone = first_user(&alone, &link).await;
    fill(&alone_world, &alone, &admin_alone, &[(OWN, "own", 7)]).await;
    user(&whole, &admin, "vera", "analyst").await;
    workspace(&whole, &admin, "acme", OWN, OWN).await;
    let vera = join(&whole, &admin, "vera", "acme").await;

    // The same figures as where there is no other Page.
    for path in [
        "/api/v1/funnels/click-to-messenger",
        "/api/v1/funnels/click-to-messenger?by=source",
        "/api/v1/funnels/click-to-messenger?by=page",
        "/api/v1/funnels/click-to-messenger?by=ref",
        "/api/v1/funnels/click-to-messenger/comparison?by=source",
        "/api/v1/sequences",
        "/api/v1/cohorts",
        "/api/v1/attribution?model=last&by=source",
        "/api/v1/attribution?model=markov&by=ref",
        "/api/v1/links",
        "/api/v1/ads",
        "/api/v1/ads?by=campaign",
        "/api/v1/attribution/costs?by=campaign",
        "/api/v1/attribution/comparison",
        "/api/v1/reconciliation",
        "/api/v1/audience",
        "/api/v1/message-costs",
        "/api/v1/response-times",
        "/api/v1/goals",
        "/api/v1/reports",
    ] {
        let (seen, should) =
            (ask(&whole, &vera, path).await, ask(&alone, &admin_alone, path).await);
        let [seen, should] = [seen, should].map(|text| without_clock(&text));
        assert_eq!(seen, should, "{path}");
    }
    // The other Page does stand in the answers of who may see it, so the marks would be found.
    let all = ask(&whole, &admin, "/api/v1/conversations?limit=500").await;
    assert!(MARKS[..2].iter().all(|mark| all.contains(mark)));

    // No route tells anything of it, whatever it answers.
    let mut told = 0;
    // What never ends tells times only.
    let ends = |path: &str| path != "/live";
    for (_, path, scope) in route_needs().filter(|(method, path, _)| *method == "GET" && ends(path))
    {
        let own = path
            .replace("{page}", OWN)
            .replace("{id}", "own-person-1")
            .replace("{slug}", "other-link")
            .replace("{name}", "click-to-messenger");
        for query in ["", "?by=ref", "?by=ad", "?by=page", "?from=2020-01-01", "?limit=500"] {
            let asked = Client::new().get(whole.url(&format!("{own}{query}")));
            let answer = asked.header("cookie", &vera).send().await.unwrap();
            let status = answer.status().as_u16();
            assert!(status < 500, "{own}{query}: {status}");
            let text = answer.text().await.unwrap();
            let is_description = path.contains("openapi") || path == "/reference";
            for mark in MARKS.iter().filter(|_| status == 200 && !is_description) {
                // The word stands in texts of our own; what the Page brought is the word and a hyphen.
                let mark = if *mark == OTHER { (*mark).to_owned() } else { format!("{mark}-") };
                assert!(!text.contains(&mark), "{own}{query} tells {mark}");
            }
            assert!(!text.contains("other ad") && !text.contains("other title"), "{own}{query}");
            told += usize::from(status == 200);
            assert!(scope != "admin" || status == 403, "{own}: {status}");
        }
    }
    assert!(told > 60, "{told}");
    let person = ask(&whole, &vera, &format!("/api/v1/people/{OTHER}/other-person-1")).await;
    assert!(person.contains("404"), "{person}");
    assert!(
        ask(&whole, &vera, &format!("/api/v1/people/{OWN}/own-person-1")).await.contains("own-")
    );
    // Nor do filters lead round it.
    let filtered =
        ask(&whole, &vera, &format!("/api/v1/funnels/click-to-messenger?page={OTHER}")).await;
    assert!(!filtered.contains("other-"), "{filtered}");
}

/// An answer without the moment at which it was given.
fn without_clock(text: &str) -> Value {
    let mut value: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("{text}"));
    assert!(value["status"].is_null(), "{text}");
    if let Some(object) = value.as_object_mut() {
        for key in ["as_of", "generated_at", "computed_at"] {
            object.remove(key);
        }
    }
    value
}
