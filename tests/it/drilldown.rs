//! Figures that lead to rows lead to as many rows as they say.

use std::collections::BTreeSet;

use regex::Regex;

use crate::every_page::demo;
use crate::support::Server;

/// Lists that are looked at, of each page.
const LOOKED_AT: usize = 25;

/// The pages' figures with the addresses behind them.
async fn figures(server: &Server, page: &str) -> Vec<(u64, String)> {
    let (status, text) = server.get(page).await;
    assert_eq!(status, 200, "{page}");
    let figure = Regex::new(r#"<(?:td|dd)[^>]*><a href="([^"]+)">([0-9,]+)</a>"#).unwrap();
    let found: BTreeSet<(u64, String)> = figure
        .captures_iter(&text)
        .map(|found| {
            let address = found[1].replace("&#38;", "&").replace("&amp;", "&");
            (found[2].replace(',', "").parse().unwrap(), address)
        })
        .filter(|(_, address)| {
            address.starts_with("/conversations/rows?") || address.starts_with("/funnels/people?")
        })
        .collect();
    found.into_iter().collect()
}

#[tokio::test]
async fn a_figure_leads_to_as_many_rows_as_it_says() {
    let (_world, server) = demo();
    let total = Regex::new(r#"<span id="total">([0-9,]+)"#).unwrap();
    // The demo's days, and parts of them.
    let usual = server.json("/api/v1/conversations?limit=1").await;
    let instant = |name: &str| usual[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let (from, to) = (instant("from"), instant("to"));
    let days = |days: i64| jiff::Span::new().hours(24 * days);
    let weeks = format!("/funnels?from={}&to={to}", from.checked_sub(days(80)).unwrap());
    let hours = jiff::Span::new().hours(10);
    let (noon, later) = (from.checked_add(hours).unwrap(), to.checked_sub(days(3)).unwrap());
    let later = later.checked_sub(hours).unwrap();
    let parts = format!("from={noon}&to={later}");
    let (overview, funnels) = (format!("/?{parts}"), format!("/funnels?{parts}&by=ref"));
    let built = format!("/funnels/build?s1.kind=message&s2.conversion=lead&{parts}");
    for (page, at_least) in [
        ("/", 60),
        (overview.as_str(), 60),
        (funnels.as_str(), 40),
        (built.as_str(), 15),
        ("/funnels?by=ref.utm_source", 40),
        // A step is called as an entry point is.
        ("/funnels/build?s1.kind=message&s1.name=ad&s2.kind=echo&s2.name=organic", 15),
        ("/funnels", 60),
        ("/funnels?by=ad&filter=source%3Dad&step=lead&of=messaged", 40),
        // By weeks, of which the first and the last are not whole.
        (weeks.as_str(), 15),
        ("/funnels/build?s1.kind=message&s2.conversion=lead&s3.conversion=purchase", 40),
        ("/funnels/build?s1.kind=message&s2.conversion=lead&unit=person&filter=source%3Dad", 3),
        ("/ads?by=ad", 20),
        ("/ads?by=source", 20),
        ("/links", 3),
    ] {
        let all = figures(&server, page).await;
        assert!(all.len() >= at_least, "{page}: {}", all.len());
        for (count, address) in all.iter().step_by(all.len().div_ceil(LOOKED_AT)) {
            let (status, list) = server.get(address).await;
            assert_eq!(status, 200, "{page} leads to {address}");
            let told = &total.captures(&list).unwrap_or_else(|| panic!("{address}: {list}"))[1];
            assert_eq!(told.replace(',', ""), count.to_string(), "{page} leads to {address}");
        }
    }
}

/// The name of a channel leads to its touchpoints, also where it is none.
#[tokio::test]
async fn a_channel_leads_to_its_touchpoints() {
    let (_world, server) = demo();
    let total = Regex::new(r#"<span id="total">([0-9,]+)"#).unwrap();
    let name = Regex::new(r#"<th scope="row"[^>]*><a href="([^"]+)"><bdi>([^<]+)"#).unwrap();
    for (page, none) in [("/attribution", None), ("/attribution?by=ad", Some("(no ad)"))] {
        let (_, text) = server.get(page).await;
        let mut seen = Vec::new();
        for found in name.captures_iter(&text) {
            let address = found[1].replace("&#38;", "&").replace("&amp;", "&");
            let (status, list) = server.get(&address).await;
            assert_eq!(status, 200, "{page} leads to {address}");
            let told = total.captures(&list).unwrap_or_else(|| panic!("{address}: {list}"));
            assert_ne!(&told[1], "0", "{page} leads to {address}");
            seen.push(found[2].to_owned());
        }
        assert!(seen.len() > 10, "{page}: {seen:?}");
        assert!(none.is_none_or(|none| seen.iter().any(|seen| seen == none)), "{seen:?}");
    }
}

/// What stands in the address alone has files too: everything that the page shows.
#[tokio::test]
async fn a_funnel_without_a_name_has_all_files() {
    let (_world, server) = demo();
    let built = "/funnels/build?s1.kind=message&s2.conversion=lead&s3.conversion=purchase";
    let csv = async |address: &str| server.get(&format!("{address}&format=csv")).await.1;
    let by = csv(&format!("{built}&by=source")).await;
    assert!(by.starts_with("source,step,count"), "{by}");
    let compared = csv(&format!("{built}&by=source&figures=comparison")).await;
    assert!(compared.starts_with("source,reached,of,rate,"), "{compared}");
    let flows = csv(&format!("{built}&figures=flows")).await;
    assert!(flows.starts_with("from,to,count"), "{flows}");
    let people = csv("/funnels/people?s1.kind=message&s2.conversion=lead&reached=lead").await;
    assert!(people.starts_with("page_id,person_id,entered_at,reached_at"), "{people}");
    let lines = by.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let leads = lines.filter(|cells| cells[1] == "lead");
    let leads: usize = leads.map(|cells| cells[2].parse::<usize>().unwrap()).sum();
    assert!(leads > 0);
    assert_eq!(people.lines().count() - 1, leads);
    // Only filtered ones.
    let all = csv(&format!("{built}&by=day")).await;
    let ads = csv(&format!("{built}&by=day&filter=source%3Dad")).await;
    assert_ne!(all, ads);
    let share = format!("{built}&by=day&figures=comparison&step=lead&of=message&format=png");
    for chart in [share, format!("{built}&figures=flows&format=png")] {
        let answer = reqwest::get(server.url(&chart)).await.unwrap();
        assert_eq!(answer.headers()["content-type"], "image/png", "{chart}");
    }
    let (status, told) = server.get(&format!("{built}&figures=moons&format=csv")).await;
    assert!(status == 400 && told.contains("comparison and flows"), "{told}");
    let json = server.json(
        "/funnels/people?s1.kind=message&s2.kind=echo&reached=message&format=json&limit=2&offset=1",
    );
    assert_eq!(json.await["people"].as_array().unwrap().len(), 2);
    let (status, told) = server.get("/funnels/build?s1.kind=message&format=csv").await;
    assert!(status == 400 && told.contains("steps"), "{told}");
    let usual = csv("/funnels/people?reached=messaged").await;
    assert!(usual.starts_with("page_id,person_id,entered_at,reached_at"), "{usual}");
    // What is no funnel has no people: the form says why.
    let (_, form) = server.get("/funnels/people?s1.kind=message&s2.payload=(").await;
    assert!(form.contains("id=\"build\""), "{form}");
}

/// The file of the table of ads is the table as it is looked at.
#[tokio::test]
async fn a_searched_table_of_ads_is_a_file() {
    let (_world, server) = demo();
    let (_, page) = server.get("/ads?by=ad&search=wedding&column=spend&column=lead").await;
    let file = Regex::new(r#"href="([^"]+format=csv)" download="ads.csv""#).unwrap();
    let address = file.captures(&page).unwrap()[1].replace("&amp;", "&").replace("&#38;", "&");
    let (status, csv) = server.get(&address).await;
    assert_eq!(status, 200, "{csv}");
    let head = csv.lines().next().unwrap();
    assert!(head.contains("cost_per_lead_low") && head.contains("spend"), "{head}");
    assert!(!head.contains("impressions") && !head.contains("answered"), "{head}");
    assert!(!head.contains("cost_per_click") && !head.contains("cpm"), "{head}");
    assert!(csv.lines().count() == 2 && csv.contains("Win a wedding cake!"), "{csv}");
    // The usual one is a question of the API.
    let (_, page) = server.get("/ads?by=ad").await;
    assert!(page.contains("/api/v1/ads?"), "{page}");
}

#[tokio::test]
async fn lists_are_narrowed_by_what_was_reached_and_what_was_not() {
    let (_world, server) = demo();
    let total = async |query: &str| {
        let told = server.json(&format!("/api/v1/conversations?limit=1&{query}")).await;
        told["total"].as_u64().unwrap()
    };
    let (leads, purchases) = (total("reached=lead").await, total("reached=purchase").await);
    assert!(leads > purchases && purchases > 0);
    assert_eq!(total("reached=lead&missed=purchase").await, leads - purchases);
    let people = "/api/v1/funnels/click-to-messenger/people";
    let (_, page) = server.get("/conversations/rows?reached=lead&missed=purchase").await;
    assert!(page.contains(&format!("{} conversations.", leads - purchases)), "{page}");
    let all = server.json(&format!("{people}?reached=lead&filter=source%3Dad")).await;
    assert_eq!(all["total"].as_u64().unwrap(), total("reached=lead&filter=source%3Dad").await);
    assert_eq!(all["no_further"], false);
    for (query, said) in [
        ("reached=lead&step=lead", "with it stands no step"),
        ("reached=sold", "can stand here: opened, messaged"),
        ("step=purchase", "can stand here: opened, messaged"),
        ("filter=ref.0%3Da", "rows are filtered by"),
    ] {
        let (status, told) = server.get(&format!("{people}?{query}")).await;
        assert!(status == 400 && told.contains(said), "{query}: {told}");
    }
    let (status, told) = server.get("/api/v1/conversations?missed=sold").await;
    assert!(status == 400 && told.contains("no stage here; there are messaged"), "{told}");
}
