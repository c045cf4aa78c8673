//! The pages of cohorts and of a person's journey in a real browser.

use fantoccini::Locator;
use serde_json::{Value, json};

use crate::support::World;
use crate::support::browser::Browser;

const RANGE: &str = "from=2026-10-05&through=2026-11-20";

#[tokio::test]
async fn cohorts_and_journeys_show_the_figures_of_the_api() {
    let world = World::new();
    world.fill(600, 5, ["2026-10-05", "2026-11-20"]);
    let server = world.serve();
    let told = server.json("/api/v1/cohorts?from=2026-10-05&to=2026-11-21").await;
    let cohorts = told["cohorts"].as_array().unwrap();
    assert!(cohorts.len() >= 6, "{told}");

    let browser = Browser::open(1200, 900, "light").await;
    browser.client.goto(&server.url(&format!("/cohorts?{RANGE}"))).await.unwrap();
    browser.screenshot("cohorts-light").await;
    let rows = browser.client.find_all(Locator::Css("#cohorts tbody tr")).await.unwrap();
    assert_eq!(rows.len(), cohorts.len());
    let number = |value: &Value| value.as_u64().unwrap();
    for (row, cohort) in rows.iter().zip(cohorts) {
        let week = row.find(Locator::Css("th")).await.unwrap().text().await.unwrap();
        assert_eq!(week, cohort["week"].as_str().unwrap());
        let cells = row.find_all(Locator::Css("td")).await.unwrap();
        for (place, active) in cohort["active"].as_array().unwrap().iter().enumerate() {
            let about = cells[place + 1].attr("title").await.unwrap().unwrap();
            let shown: String = about.chars().filter(|letter| *letter != ',').collect();
            let wanted = format!("{} of {} people", number(active), number(&cohort["size"]));
            assert!(shown.starts_with(&wanted), "{week}, week {place}: {shown} is not {wanted}");
        }
    }
    // The first cohort's last weeks are over, those of the last one are not.
    assert!(browser.client.find(Locator::Css("#cohorts tbody tr:last-child .open")).await.is_ok());

    // The person with most conversations.
    let all = server.json("/api/v1/conversations?from=2026-10-05&to=2026-11-21&limit=2000").await;
    let all = all["conversations"].as_array().unwrap();
    let most = all.iter().max_by_key(|row| row["number"].as_u64()).unwrap();
    let (page, person) = (most["page_id"].as_str().unwrap(), most["person_id"].as_str().unwrap());
    let journey = server.json(&format!("/api/v1/people/{page}/{person}")).await;
    browser.client.goto(&server.url(&format!("/people/{page}/{person}"))).await.unwrap();
    browser.screenshot("person-light").await;
    for (selector, list) in
        [("#conversations tbody tr", "conversations"), (".timeline li:not(.added)", "events")]
    {
        let shown = browser.client.find_all(Locator::Css(selector)).await.unwrap();
        assert_eq!(shown.len(), journey[list].as_array().unwrap().len(), "{list}");
    }
    let phone = Browser::open(390, 800, "dark").await;
    for (name, address) in [
        ("cohorts", format!("/cohorts?{RANGE}")),
        ("person", format!("/people/{page}/{person}")),
        ("cohorts-empty", "/cohorts?from=2020-01-01&through=2020-01-30".to_owned()),
    ] {
        phone.client.goto(&server.url(&address)).await.unwrap();
        phone.screenshot(&format!("{name}-phone-dark")).await;
        assert!(!phone.overflows().await, "{name} is wider than a phone");
    }
    assert!(phone.text("main").await.contains("No new people in this period"));
    let (status, text) = server.get("/people/1/nobody").await;
    assert!(status == 404 && text.contains("Nothing is known of person"), "{text}");
}

#[tokio::test]
async fn what_somebody_wrote_into_a_ref_is_only_text() {
    let world = World::new();
    let server = world.serve();
    let now = jiff::Timestamp::now().as_millisecond() - 60_000;
    let odd = format!(
        "<script>document.title='owned'</script>\"'><img src=x onerror=alert(1)>\u{202e}{}",
        "x".repeat(1900)
    );
    let body = json!({ "object": "page", "entry": [{ "id": "1", "time": now, "messaging": [{
        "sender": { "id": "7100000000000001" }, "recipient": { "id": "1" }, "timestamp": now,
        "message": { "mid": "m1", "text": "hi", "referral": {
            "ref": odd, "source": "SHORTLINK", "type": "OPEN_THREAD" } } }] }] });
    assert_eq!(server.post(&serde_json::to_vec(&body).unwrap()).await, 200);
    let path = "/people/1/7100000000000001";
    for _ in 0..100 {
        if server.get(path).await.1.contains("id=\"conversations\"") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let phone = Browser::open(390, 800, "light").await;
    phone.client.goto(&server.url(path)).await.unwrap();
    phone.screenshot("person-odd-ref-phone").await;
    assert!(phone.text(".timeline").await.contains("<script>document.title='owned'</script>"));
    assert_eq!(phone.client.title().await.unwrap(), "Journey · messenger-funnel");
    assert!(phone.client.find(Locator::Css("main img, main script")).await.is_err());
    assert!(!phone.overflows().await);
}

#[tokio::test]
async fn new_events_show_on_the_overview_without_a_reload() {
    let world = World::new();
    let server = world.serve();
    let now = jiff::Timestamp::now().as_millisecond();
    let send = async |person: &str| {
        let body = crate::support::message("1", person, now - 60_000, &format!("m-{person}"));
        assert_eq!(server.post(&body).await, 200);
    };
    let browser = Browser::open(1200, 900, "light").await;
    browser.client.goto(&server.url("/")).await.unwrap();
    browser.run("window.isSame = true").await;
    assert!(browser.text("main").await.contains("No event has come in yet"));
    for (number, person) in ["a", "b"].iter().enumerate() {
        send(person).await;
        let started = std::time::Instant::now();
        let wanted = u64::try_from(number + 1).unwrap();
        let script = "return document.querySelector('#tile-opened dd')?.textContent ?? ''";
        while browser.run(script).await.as_str().unwrap().trim() != wanted.to_string() {
            let is_soon = started.elapsed() < std::time::Duration::from_secs(30);
            assert!(is_soon, "{}", browser.text("main").await);
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        eprintln!("shown after {:?}", started.elapsed());
    }
    assert_eq!(browser.run("return window.isSame").await, json!(true), "it was not reloaded");
    assert!(browser.text("#as-of").await.starts_with("As of"));
    // An open page does not keep the server from stopping.
    let started = std::time::Instant::now();
    server.interrupt();
    assert!(started.elapsed() < std::time::Duration::from_secs(15), "{:?}", started.elapsed());
}
