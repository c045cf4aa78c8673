//! What stands around the figures of a page: filters and comparisons that go along, fields that suggest what exists, the
//! command palette, values of charts, and rows that open.

use fantoccini::Locator;
use serde_json::json;

use crate::every_page::demo;
use crate::support::browser::Browser;
use crate::support::count;

/// Waits until a script says yes.
async fn until(browser: &Browser, script: &str) {
    for _ in 0..200 {
        if browser.run(script).await == json!(true) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("never: {script}");
}

#[tokio::test]
async fn a_filter_is_added_by_its_menu_and_goes_along() {
    let (_world, server) = demo();
    let path = "/api/v1/funnels/click-to-messenger?filter=source%3Dlink";
    let filtered = server.json(path).await;
    let all = server.json("/api/v1/funnels/click-to-messenger").await;
    let browser = Browser::open(1280, 900, "light").await;
    let client = &browser.client;
    client.goto(&server.url("/")).await.unwrap();
    assert_eq!(Some(browser.number("#tile-opened dd").await), count(&all, "opened"));
    client.find(Locator::Css("#filter-menu > summary")).await.unwrap().click().await.unwrap();
    let value = client.find(Locator::Css("#filter-value")).await.unwrap();
    value.send_keys("lin").await.unwrap();
    // What exists is suggested by what it is called, with how often there is.
    let suggested =
        "return document.querySelector('.suggestions [role=option]')?.dataset.value === 'link'";
    until(&browser, suggested).await;
    value.send_keys("\u{e015}\u{e007}").await.unwrap();
    // Chosen, it filters at once.
    until(&browser, "return location.search.includes('filter=source%3Dlink')").await;
    until(&browser, "return document.querySelectorAll('.chip').length === 1").await;
    assert_eq!(Some(browser.number("#tile-opened dd").await), count(&filtered, "opened"));
    // What is known of everything alone is left out, and said to be.
    assert_eq!(browser.run("return !document.querySelector('#tile-cost-per-lead')").await, true);
    assert!(browser.text("main").await.contains("With filters, cost"));
    // Along to the next page, and off again.
    client
        .find(Locator::Css("nav.pages a[href^='/funnels']"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    client.wait().for_element(Locator::Css("#steps-title")).await.unwrap();
    assert_eq!(
        Some(browser.number("#funnel [data-step=opened] .count").await),
        count(&filtered, "opened")
    );
    client.find(Locator::Css(".chip")).await.unwrap().click().await.unwrap();
    until(&browser, "return document.querySelectorAll('.chip').length === 0").await;
    assert_eq!(
        Some(browser.number("#funnel [data-step=opened] .count").await),
        count(&all, "opened")
    );
}

#[tokio::test]
async fn what_days_are_compared_with_is_chosen_and_stands_in_the_address() {
    let (_world, server) = demo();
    let today = server.json("/api/v1/funnels/click-to-messenger").await;
    let last: jiff::civil::Date = today["to"].as_str().unwrap()[..10].parse().unwrap();
    let day = |back: i64| last.saturating_sub(jiff::Span::new().days(back));
    let (from, through) = (day(8), day(2));
    let page = format!("/?from={from}&through={through}");
    let has_change = |page: &str| page.contains("class=\"change");
    let (_, previous) = server.get(&page).await;
    assert!(has_change(&previous) && previous.contains("id=\"movers\""));
    let (_, none) = server.get(&format!("{page}&compare=none")).await;
    assert!(
        !has_change(&none) && !none.contains("id=\"movers\"") && !none.contains("class=\"n then\"")
    );
    // A year before there was nothing: nothing is compared, and nothing is zero.
    let (_, year) = server.get(&format!("{page}&compare=year")).await;
    assert!(!has_change(&year) && year.contains("compare=year"));
    let (status, wrong) = server.get(&format!("{page}&compare=decade")).await;
    assert!(status == 400 && wrong.contains("none of previous, year, none"), "{wrong}");
    // The API compares with the same weekdays a year before, too.
    let path = format!("/api/v1/funnels/click-to-messenger/comparison?from={from}&to={}", day(1));
    let compared = server.json(&format!("{path}&compare=year")).await;
    let other = compared["same_age"]["other_from"].as_str().unwrap();
    let begin = from.saturating_sub(jiff::Span::new().weeks(52));
    assert!(other.starts_with(&begin.to_string()), "{other} is not 52 weeks before {from}");
}

#[tokio::test]
async fn fields_suggest_what_exists_with_exact_counts() {
    let (_world, server) = demo();
    let ask = async |query: &str| server.get(&format!("/suggest?{query}")).await;
    let (status, hours) = ask("by=payload&search=hour").await;
    assert_eq!(status, 200);
    assert!(hours.contains("data-value=\"HOURS\"") && hours.contains("match"), "{hours}");
    let rows = server.json("/api/v1/funnels/click-to-messenger?by=source").await;
    let row = rows["breakdown"].as_array().unwrap().iter();
    let ads = row.clone().find(|row| row["by"]["source"] == "ad").unwrap();
    let (_, sources) = ask("by=source&search=ads").await;
    let opened = count(ads, "opened").unwrap().to_string();
    assert!(sources.contains("data-value=\"ad\"") && sources.contains(&opened), "{sources}");
    // Plain text is plain; a regular expression is one only if it is said to be.
    let (_, none) = ask("by=payload&search=H.URS").await;
    assert!(!none.contains("data-value"), "{none}");
    let (_, found) = ask("by=payload&search=%5EH.URS%24&way=matches").await;
    assert!(found.contains("data-value=\"HOURS\""), "{found}");
    let (status, wrong) = ask("by=payload&search=(&way=matches").await;
    assert!(status == 400 && wrong.contains("search"), "{wrong}");
    assert_eq!(ask("by=nothing&search=x").await.0, 400);
}

#[tokio::test]
async fn the_palette_finds_pages_ads_and_people() {
    let (_world, server) = demo();
    let rows = server.json("/api/v1/conversations?limit=1").await;
    let person = rows["conversations"][0]["person_id"].as_str().unwrap().to_owned();
    let browser = Browser::open(1280, 900, "light").await;
    let client = &browser.client;
    client.goto(&server.url("/audience")).await.unwrap();
    client.active_element().await.unwrap().send_keys("\u{e009}k\u{e009}").await.unwrap();
    until(&browser, "return document.querySelector('dialog.palette')?.open === true").await;
    client.active_element().await.unwrap().send_keys("wedding").await.unwrap();
    until(&browser, "return [...document.querySelectorAll('.palette #found a')].some(one => one.pathname === '/ads/120211234567890201')").await;
    client.active_element().await.unwrap().send_keys("\u{e007}").await.unwrap();
    client.wait().for_element(Locator::Css("#models")).await.unwrap();
    assert!(browser.text("h1").await.contains("Win a wedding cake!"));
    // Without a script it is a page.
    let (_, page) = server.get(&format!("/find?search={person}")).await;
    assert!(page.contains(&format!("/{person}\"")), "{page}");
    let (_, page) = server.get("/find?search=%3Cscript%3E").await;
    assert!(page.contains("Nothing is called like this") && !page.contains("<script>\""), "{page}");
}

#[tokio::test]
async fn charts_tell_their_values_and_lead_to_the_rows() {
    let (_world, server) = demo();
    let browser = Browser::open(1280, 900, "light").await;
    let client = &browser.client;
    client.goto(&server.url("/")).await.unwrap();
    browser.run("document.getElementById('trend-chart').focus()").await;
    let press = async |key: &str| {
        client.active_element().await.unwrap().send_keys(key).await.unwrap();
    };
    press("\u{e011}").await;
    press("\u{e014}").await;
    // The second day, as its row has it.
    let told = "const row = document.querySelector('#days tbody').rows[1]; \
        const tip = document.querySelector('#trend-chart .tip')?.textContent ?? ''; \
        return tip.includes(row.cells[0].textContent.trim()) && tip.includes(row.cells[1].textContent.trim())";
    until(&browser, told).await;
    // A series is switched off and on.
    client.find(Locator::Css("[data-legend] button.s2")).await.unwrap().click().await.unwrap();
    let hidden = "return getComputedStyle(document.querySelector('#trend-chart .wide [stroke=\"var(--series-2)\"]')).display";
    assert_eq!(browser.run(hidden).await, "none");
    client.find(Locator::Css("[data-legend] button.s2")).await.unwrap().click().await.unwrap();
    assert_ne!(browser.run(hidden).await, "none");
    // The Enter key leads to the day's conversations.
    browser.run("document.getElementById('trend-chart').focus()").await;
    press("\u{e011}").await;
    press("\u{e007}").await;
    client.wait().for_element(Locator::Css("#rows")).await.unwrap();
}

#[tokio::test]
async fn campaigns_open_down_to_their_ads_which_add_up() {
    let (_world, server) = demo();
    let sets = server.json("/api/v1/ads?by=ad_set").await;
    let ads = server.json("/api/v1/ads?by=ad").await;
    let spend = |report: &serde_json::Value| -> f64 {
        report["rows"].as_array().unwrap().iter().filter_map(|row| row["spend"].as_f64()).sum()
    };
    assert!((spend(&sets) - spend(&ads)).abs() < 1e-6);
    let browser = Browser::open(1400, 1000, "light").await;
    let client = &browser.client;
    client.goto(&server.url("/ads?by=campaign")).await.unwrap();
    client.find(Locator::Css("#ads tbody .toggle")).await.unwrap().click().await.unwrap();
    let sets_shown = sets["rows"].as_array().unwrap().iter();
    let sets_shown = sets_shown.filter(|row| row["campaign"] == "Autumn").count();
    let shown =
        format!("return document.querySelectorAll('#ads tr.part-1').length === {sets_shown}");
    until(&browser, &shown).await;
    let toggles = client.find_all(Locator::Css("#ads tr.part-1 .toggle")).await.unwrap();
    toggles[0].clone().click().await.unwrap();
    until(&browser, "return document.querySelectorAll('#ads tr.part-2').length > 0").await;
    // What is open stands in the address, and an ad leads to its page.
    let address = client.current_url().await.unwrap();
    assert_eq!(address.query().unwrap().matches("open=").count(), 2);
    client
        .find(Locator::Css("#ads tr.part-2 th a[href^='/ads/']"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    client.wait().for_element(Locator::Css("#models")).await.unwrap();
    assert_eq!(server.get("/ads/nothing-of-that-id").await.0, 404);
}

#[tokio::test]
async fn steps_are_moved_and_removed_by_the_keyboard() {
    let (_world, server) = demo();
    let browser = Browser::open(1400, 1000, "light").await;
    let client = &browser.client;
    let path = "/funnels/build?s1.kind=message&s2.conversion=lead&s3.conversion=purchase";
    client.goto(&server.url(path)).await.unwrap();
    browser.run("document.getElementById('up-3').focus()").await;
    client.active_element().await.unwrap().send_keys("\u{e007}").await.unwrap();
    until(&browser, "return document.getElementById('s2-conversion')?.value === 'purchase'").await;
    // The focus stays with the step that was moved.
    until(&browser, "return document.activeElement.id === 'down-2'").await;
    let address = client.current_url().await.unwrap();
    assert!(!address.query().unwrap().contains("do="), "{address}");
    client.find(Locator::Css("#remove-2")).await.unwrap().click().await.unwrap();
    until(&browser, "return document.getElementById('s2-conversion')?.value === 'lead'").await;
    // Without a script the same buttons lead to the same address.
    let plain = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let answer = plain.build().unwrap().get(server.url(&format!("{path}&do=remove-1"))).send();
    let to = answer.await.unwrap().headers()["location"].to_str().unwrap().to_owned();
    assert!(
        to.contains("s1.conversion=lead&s2.conversion=purchase") && !to.contains("do="),
        "{to}"
    );
}
