//! Which day a conversion counts on is said wherever conversions are counted, and differs where the days do.

use fantoccini::Locator;
use serde_json::Value;

use crate::support::browser::Browser;
use crate::support::{World, count};

/// Answers that count conversions, and by which clock.
const ANSWERS: [(&str, &str); 11] = [
    ("/api/v1/funnels/click-to-messenger", "opening"),
    ("/api/v1/funnels/click-to-messenger/comparison", "opening"),
    ("/api/v1/funnels/click-to-messenger/drivers", "opening"),
    ("/api/v1/funnels/leads", "opening"),
    ("/api/v1/ads", "opening"),
    ("/api/v1/links", "opening"),
    ("/api/v1/response-times", "opening"),
    ("/api/v1/attribution", "conversion"),
    ("/api/v1/attribution/comparison", "conversion"),
    ("/api/v1/attribution/costs", "conversion"),
    ("/api/v1/attribution/journeys", "conversion"),
];

/// Pages that count conversions, by which clock, and which page counts them by the other.
const PAGES: [(&str, &str, &str); 6] = [
    ("/", "opening", "/attribution"),
    ("/funnels", "opening", "/attribution"),
    ("/ads", "opening", "/attribution"),
    ("/links", "opening", "/attribution"),
    ("/conversations", "opening", ""),
    ("/attribution", "conversion", "/ads"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_and_page_says_by_which_clock_it_counts() {
    let world = World::new();
    tokio::task::block_in_place(|| world.fill(1500, 4, ["2026-10-01", "2026-11-20"]));
    std::fs::create_dir(world.folder().join("funnels")).unwrap();
    world.write(
        "funnels/leads.toml",
        "[[steps]]\nname = 'wrote'\nkind = 'message'\n[[steps]]\nname = 'lead'\nconversion = 'lead'\n",
    );
    let folder = world.folder().join("funnels");
    let world = world.with("funnels_dir", folder.to_str().unwrap());
    let costs = tokio::task::block_in_place(|| {
        let days = ["--from", "2026-11-01", "--to", "2026-11-02"];
        let table = ["attribution", "--costs", "--by", "source", "--format", "table"];
        let ads = world.succeed(&[&["ads", "--format", "table"], &days[..]].concat());
        [ads, world.succeed(&[&table[..], &days].concat())]
    });
    assert!(costs[0].contains("\nby day of opening\n"), "{}", costs[0]);
    assert!(costs[1].contains("conversions by day of conversion\n"), "{}", costs[1]);
    let paths = world.write("paths.csv", "path,total_conversions\nad > link,3\n");
    let told = tokio::task::block_in_place(|| {
        world.json(&["attribution", "--paths", paths.to_str().unwrap(), "--format", "json"])
    });
    assert_eq!(told["clock"], Value::Null, "a file of paths has no days");

    let server = world.serve();
    let day = "from=2026-11-01&to=2026-11-02";
    for (path, clock) in ANSWERS {
        let told = server.json(&format!("{path}?{day}")).await;
        assert_eq!(told["clock"], clock, "{path}");
    }
    // Of one day both are counted from the rows behind them, and they are not the same.
    let funnel = server.json(&format!("{}?{day}", ANSWERS[0].0)).await;
    let opened = server.json(&format!("/api/v1/conversations?{day}&limit=10000")).await;
    let opened = opened["conversations"].as_array().unwrap();
    let leads = opened.iter().filter(|row| row["lead_at"].is_string()).count();
    assert_eq!(count(&funnel, "lead"), Some(leads as u64));
    let all = server.json("/api/v1/conversations?from=2026-10-01&to=2026-11-20&limit=10000").await;
    let all = all["conversations"].as_array().unwrap();
    let on_the_day = |row: &&Value| row["lead_at"].as_str().unwrap_or("").starts_with("2026-11-01");
    let happened = all.iter().filter(on_the_day).count();
    assert_ne!(leads, happened, "both clocks show the same: this test sees nothing");
    let credit = server.json(&format!("/api/v1/attribution?{day}&conversion=lead")).await;
    let credited = credit["total_conversions"].as_f64().unwrap();
    // Attribution counts leads also of those whom nobody answered.
    assert!(credited >= happened as f64, "{credited} {happened}");

    let browser = Browser::open(1280, 900, "light").await;
    let days = "from=2026-10-05&through=2026-11-19";
    for (page, clock, other) in PAGES {
        browser.client.goto(&server.url(&format!("{page}?{days}"))).await.unwrap();
        let said = browser.client.find(Locator::Css("[data-clock]")).await.unwrap();
        assert_eq!(said.attr("data-clock").await.unwrap().as_deref(), Some(clock), "{page}");
        let words = format!("By day of {clock}: ");
        assert!(said.text().await.unwrap().starts_with(&words), "{page}");
        let link = said.find(Locator::Css("a")).await.ok();
        let href = match link {
            Some(link) => link.attr("href").await.unwrap().unwrap(),
            None => String::new(),
        };
        let expected = if other.is_empty() { String::new() } else { format!("{other}?{days}") };
        assert_eq!(href, expected, "{page}");
    }
    browser.screenshot("clock-attribution").await;
}
