//! The pages of answers, audience, quality and links in a real browser.

use fantoccini::Locator;

use crate::support::World;
use crate::support::browser::Browser;

const RANGE: &str = "from=2026-11-01&through=2026-11-19";

fn with_traffic() -> (World, crate::support::Server) {
    let world = World::new().with("server.public_url", "https://go.example.com");
    world.fill(500, 9, ["2026-11-01", "2026-11-20"]);
    let list = world.write("vip.csv", "phone\n+33612345678\n");
    world.succeed(&["import", "audience", list.to_str().unwrap(), "--name", "vip"]);
    let server = world.serve();
    (world, server)
}

#[tokio::test]
async fn pages_show_the_figures_of_the_api() {
    let (_world, server) = with_traffic();
    let api = "from=2026-11-01&to=2026-11-20";
    let browser = Browser::open(1200, 900, "light").await;

    browser.client.goto(&server.url(&format!("/conversations?{RANGE}"))).await.unwrap();
    browser.screenshot("conversations-light").await;
    let answers = server.json(&format!("/api/v1/response-times?{api}")).await;
    let lost = answers["windows"]["closed_unanswered"].as_u64().unwrap();
    assert_eq!(browser.number("#tile-lost dd").await, lost);
    assert!(lost > 0);
    let buckets = answers["replies"].as_array().unwrap();
    let rows = browser.client.find_all(Locator::Css("#replies tbody tr")).await.unwrap();
    assert_eq!(rows.len(), buckets.len());
    let wrote: u64 = buckets.iter().map(|row| row["wrote"].as_u64().unwrap()).sum();
    let all = answers["times"].as_array().unwrap().iter().find(|row| row["dimension"] == "all");
    let all = all.unwrap();
    assert_eq!(Some(wrote), all["wrote"].as_u64());
    // The overview asks for all of them alone.
    let overview = server.get(&format!("/?{RANGE}")).await.1.replace('\u{a0}', " ");
    let median = all["median_ms"].as_f64().unwrap() / 60_000.0;
    assert!(overview.contains(&format!("{median:.1} min")), "{median}");
    let p90 = all["p90_ms"].as_f64().unwrap() / 60_000.0;
    assert!(overview.contains(&format!("P90: {p90:.1} min")), "{p90}");

    browser.client.goto(&server.url(&format!("/audience?{RANGE}"))).await.unwrap();
    browser.screenshot("audience-light").await;
    assert!(browser.text("#lists").await.contains("vip"));
    let days = browser.client.find_all(Locator::Css("#subscribers tbody tr")).await.unwrap();
    assert_eq!(days.len(), 19);

    browser.client.goto(&server.url(&format!("/quality?{RANGE}"))).await.unwrap();
    browser.screenshot("quality-light").await;
    let quality = server.json(&format!("/api/v1/quality?{api}")).await;
    assert_eq!(browser.number("#tile-events dd").await, quality["events"].as_u64().unwrap());
    // Nothing but our own style sheet, also on these pages.
    assert!(!quality["unknown_refs"].as_array().unwrap().is_empty());
    assert!(browser.text("#unknown-refs").await.contains("Did you mean"));

    let phone = Browser::open(390, 800, "dark").await;
    for page in ["conversations", "audience", "quality", "links/new"] {
        phone.client.goto(&server.url(&format!("/{page}?{RANGE}"))).await.unwrap();
        phone.screenshot(&format!("{}-phone-dark", page.replace('/', "-"))).await;
        assert!(!phone.overflows().await, "{page} is wider than a phone");
    }
}

#[tokio::test]
async fn a_link_is_made_changed_and_archived_by_forms() {
    let world = World::new().with("server.public_url", "https://go.example.com");
    let server = world.serve();
    let browser = Browser::open(1000, 900, "light").await;
    let client = &browser.client;
    client.goto(&server.url("/links")).await.unwrap();
    client.find(Locator::LinkText("New link")).await.unwrap().click().await.unwrap();

    // What is wrong is said, and nothing that was typed is lost.
    let fill = async |name: &str, text: &str| {
        let field = client.find(Locator::Css(&format!("[name={name}]"))).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    };
    fill("page", "evil.com/x").await;
    fill("ref", "summer <b>&\"x\"").await;
    fill("campaign", "Été & \"co\"").await;
    client.find(Locator::Css("[name=printed]")).await.unwrap().click().await.unwrap();
    client.find(Locator::Css("main button")).await.unwrap().click().await.unwrap();
    client.wait().for_element(Locator::Css("[role=alert]")).await.unwrap();
    assert!(browser.text("[role=alert]").await.starts_with("page: \"evil.com/x\" is no user name"));
    let value = async |name: &str| {
        let field = client.find(Locator::Css(&format!("[name={name}]"))).await.unwrap();
        field.prop("value").await.unwrap().unwrap()
    };
    assert_eq!(value("ref").await, "summer <b>&\"x\"");
    assert_eq!(value("campaign").await, "Été & \"co\"");
    fill("page", "my.shop").await;
    client.find(Locator::Css("main button")).await.unwrap().click().await.unwrap();
    client.wait().for_element(Locator::Css("[role=status]")).await.unwrap();
    assert!(browser.text("[role=status]").await.starts_with("summer-b-x is saved"));

    client.find(Locator::LinkText("summer-b-x")).await.unwrap().click().await.unwrap();
    client.wait().for_element(Locator::Css("[name=medium]")).await.unwrap();
    browser.screenshot("link-form-light").await;
    assert!(browser.text("main").await.contains("https://go.example.com/l/summer-b-x"));
    fill("medium", "poster").await;
    client.find(Locator::Css(".fields button")).await.unwrap().click().await.unwrap();
    client.wait().for_element(Locator::Css("[role=status]")).await.unwrap();
    client.goto(&server.url("/links/summer-b-x/edit")).await.unwrap();
    client.find(Locator::Css("form[action$=archive] button")).await.unwrap().click().await.unwrap();
    client.wait().for_element(Locator::Css("[role=status]")).await.unwrap();
    let links = server.json("/api/v1/links").await;
    let link = &links["links"][0];
    assert_eq!((&link["medium"], &link["is_archived"]), (&"poster".into(), &true.into()));
    assert_eq!((&link["is_printed"], &link["page"]), (&true.into(), &"my.shop".into()));
    client.goto(&server.url("/links/nothing/edit")).await.unwrap();
    assert!(browser.text("[role=alert]").await.contains("There is no link \"nothing\""));

    // Another site's form is refused, and so is anybody without a token.
    let post = |site: &'static str| {
        reqwest::Client::new()
            .post(server.url("/links"))
            .header("sec-fetch-site", site)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("page=evil&ref=x")
            .send()
    };
    assert_eq!(post("cross-site").await.unwrap().status(), 403);
    assert_eq!(server.json("/api/v1/links").await["links"].as_array().unwrap().len(), 1);
    let guarded = World::new().with("server.access_tokens", "long-and-random");
    let server = guarded.serve();
    let refused = reqwest::Client::new().post(server.url("/links")).body("page=evil&ref=x").send();
    assert_eq!(refused.await.unwrap().status(), 401);
}
