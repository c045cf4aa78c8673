//! Funnels built in a form, and tables that are sorted, searched and narrowed: with a script in place, without one by
//! the same addresses.

use fantoccini::Locator;
use serde_json::{Value, json};

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
    panic!("never: {script}\n{}", browser.text("main").await);
}

#[tokio::test]
async fn a_funnel_is_built_in_a_form() {
    let (_world, server) = demo();
    let browser = Browser::open(1280, 1000, "light").await;
    let client = &browser.client;
    client.goto(&server.url("/funnels")).await.unwrap();
    client.find(Locator::LinkText("Build a custom funnel")).await.unwrap().click().await.unwrap();
    client.wait().for_element(Locator::Css("#build")).await.unwrap();
    let fill = async |name: &str, text: &str| {
        let field = format!("main [name='{name}']:not([type=hidden])");
        let field = client.find(Locator::Css(&field)).await.unwrap();
        field.send_keys(text).await.unwrap();
    };
    let choose = async |name: &str, value: &str| {
        let field =
            client.find(Locator::Css(&format!("main select[name='{name}']"))).await.unwrap();
        field.select_by_value(value).await.unwrap();
    };
    let compute = async || {
        let button = client.find(Locator::Css("#compute")).await.unwrap();
        button.click().await.unwrap();
    };
    // One step is none; what is missing is said, and nothing is lost.
    fill("title", "Sale & <b>more</b>").await;
    choose("s1.kind", "message").await;
    // It is asked with as soon as it is chosen.
    until(&browser, "return !!document.querySelector('[role=alert]')").await;
    let alert = browser.text("[role=alert]").await;
    assert!(alert.starts_with("Steps: 1 steps"), "{alert}");
    let asked = async |part: &str| {
        until(&browser, &format!("return location.search.includes('{part}')")).await;
        until(&browser, "return !document.querySelector('main[aria-busy]')").await;
    };
    browser.run("document.getElementById('s2-more').open = true").await;
    fill("s2.conversion", "lead\t").await;
    asked("s2.conversion=lead").await;
    fill("s3.name", "bought\t").await;
    asked("s3.name=bought").await;
    browser.run("document.getElementById('s3-more').open = true").await;
    fill("s3.conversion", "purchase\t").await;
    asked("s3.conversion=purchase").await;
    choose("unit", "person").await;
    asked("unit=person").await;
    compute().await;
    until(&browser, "return document.querySelectorAll('#steps tbody tr').length === 3").await;
    browser.screenshot("funnel-built").await;
    assert_eq!(browser.text("h1").await, "Sale & <b>more</b>");
    let written = json!({
        "name": "any", "unit": "person",
        "steps": [
            { "kind": "message" },
            { "name": "lead", "conversion": "lead" },
            { "name": "bought", "conversion": "purchase" },
        ],
    });
    let answer = reqwest::Client::new()
        .post(server.url("/api/v1/funnels/preview"))
        .json(&written)
        .send()
        .await
        .unwrap();
    let preview: Value = answer.json().await.unwrap();
    let told: Vec<u64> = preview["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["count"].as_u64().unwrap())
        .collect();
    assert!(told[2] > 0, "{preview}");
    for (place, wanted) in told.iter().enumerate() {
        let cell = format!("#steps tbody tr:nth-child({}) td", place + 1);
        assert_eq!(browser.number(&cell).await, *wanted, "step {place}");
    }
    // The address is the funnel: as a page for somebody else, and as a file.
    let address = client.current_url().await.unwrap();
    let query = address.query().unwrap();
    let (status, page) = server.get(&format!("/funnels/build?{query}")).await;
    assert!(status == 200 && page.contains("conversion = &#34;purchase&#34;"), "{page}");
    let (_, csv) = server.get(&format!("/funnels/build?{query}&format=csv")).await;
    let last: Vec<&str> = csv.lines().filter(|line| line.contains("bought")).collect();
    assert!(!last.is_empty() && csv.starts_with("source,step,count"), "{csv}");
    let png =
        reqwest::get(server.url(&format!("/funnels/build?{query}&format=png"))).await.unwrap();
    assert_eq!(png.headers()["content-type"], "image/png");
    // Another share is compared.
    browser.run("window.isSame = true").await;
    choose("step", "lead").await;
    until(
        &browser,
        "return /^lead of message/i.test(document.querySelector('#rates-title').textContent)",
    )
    .await;
    assert_eq!(browser.run("return window.isSame").await, json!(true));
}

#[tokio::test]
async fn the_table_of_ads_is_sorted_searched_and_narrowed() {
    let (_world, server) = demo();
    let browser = Browser::open(1400, 1000, "light").await;
    let client = &browser.client;
    client.goto(&server.url("/ads")).await.unwrap();
    browser.run("window.isSame = true").await;
    let report = server.json("/api/v1/ads?by=ad").await;
    let rows = report["rows"].as_array().unwrap();
    assert!(rows.len() >= 5, "{report}");
    let column =
        "return [...document.querySelectorAll('#ads tbody tr')].map(row => row.dataset.id)";
    let ids = |mut rows: Vec<&Value>, key: &dyn Fn(&Value) -> f64| -> Value {
        rows.sort_by(|one, other| key(one).total_cmp(&key(other)));
        rows.iter().map(|row| row["id"].clone()).collect()
    };
    let lead = |row: &Value| {
        let steps = row["steps"].as_array().unwrap();
        steps.iter().find(|step| step["name"] == "lead").unwrap().clone()
    };
    // Leads, most first; then fewest first.
    for sign in [-1.0, 1.0] {
        let head = client.find(Locator::XPath("//table[@id='ads']//a[normalize-space()='Lead']"));
        head.await.unwrap().click().await.unwrap();
        let order = if sign < 0.0 { "descending" } else { "ascending" };
        let sorted =
            format!("return !!document.querySelector('#ads th[aria-sort={order}] a[title*=lead]')");
        until(&browser, &sorted).await;
        let counts = "return [...document.querySelectorAll('#ads tbody tr')].map(row => parseInt(row.children[10].firstChild.textContent.replace(/,/g, '')))";
        let shown: Vec<i64> = browser
            .run(counts)
            .await
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one.as_i64().unwrap())
            .collect();
        let mut wanted: Vec<i64> =
            rows.iter().map(|row| lead(row)["count"].as_i64().unwrap()).collect();
        wanted.sort_by_key(|count| if sign < 0.0 { -count } else { *count });
        assert_eq!(shown, wanted, "{order}");
    }
    // What a lead costs, least first: those that brought none have no cost, and stand last.
    let known: Vec<&Value> =
        rows.iter().filter(|row| !lead(row)["cost"]["value"].is_null()).collect();
    client.goto(&server.url("/ads?sort=cost_per_lead")).await.unwrap();
    let wanted = ids(known, &|row| lead(row)["cost"]["value"].as_f64().unwrap());
    let wanted = wanted.as_array().unwrap();
    let shown = browser.run(column).await;
    assert_eq!(&shown.as_array().unwrap()[..wanted.len()], &wanted[..]);
    browser.run("window.isSame = true").await;

    let same = async |what: &str| {
        let is_same = browser.run("return window.isSame").await;
        assert_eq!(is_same, json!(true), "{what}: it was loaded anew");
    };
    // Typing searches; the table is still in its order, and the totals are those of all.
    let search = client.find(Locator::Css("#search")).await.unwrap();
    search.send_keys("WEDDING").await.unwrap();
    until(&browser, "return document.querySelectorAll('#ads tbody tr').length === 1").await;
    assert!(browser.text("#ads tbody").await.contains("Win a wedding cake!"));
    until(&browser, "return location.search.includes('search=WEDDING') && location.search.includes('sort=cost_per_lead')").await;
    same("search").await;
    // Columns are left out, and the choice stays through other days.
    client.find(Locator::Css("#columns summary")).await.unwrap().click().await.unwrap();
    client.find(Locator::Css("#column-impressions")).await.unwrap().click().await.unwrap();
    until(&browser, "return ![...document.querySelectorAll('#ads th')].some(head => head.textContent === 'Impressions')").await;
    assert_eq!(browser.run("return document.querySelector('#columns').open").await, json!(true));
    same("columns").await;
    client.find(Locator::Css("#range > summary")).await.unwrap().click().await.unwrap();
    client.find(Locator::LinkText("7 days")).await.unwrap().click().await.unwrap();
    until(
        &browser,
        "return document.querySelector('.presets [aria-current]').textContent === '7 days'",
    )
    .await;
    same("days").await;
    let address = client.current_url().await.unwrap();
    let query = address.query().unwrap();
    assert!(query.contains("search=WEDDING") && !query.contains("column=impressions"), "{query}");
    // Back goes back.
    client.back().await.unwrap();
    until(
        &browser,
        "return document.querySelector('.presets [aria-current]').textContent === '30 days'",
    )
    .await;
    assert_eq!(browser.run("return window.isSame").await, json!(true));
    // Without a script the same address is the same table.
    let (status, page) = server.get(&format!("/ads?{query}")).await;
    assert_eq!((status, page.matches("<tr data-id").count()), (200, 1));
    assert!(!page.contains(">Impressions</a>"));
}

/// Whoever types slowly keeps every letter, and where they were.
#[tokio::test]
async fn answers_do_not_take_away_what_is_typed() {
    let (_world, server) = demo();
    let browser = Browser::open(1400, 1000, "light").await;
    let client = &browser.client;
    client.goto(&server.url("/ads")).await.unwrap();
    client.find(Locator::Css("#search")).await.unwrap().click().await.unwrap();
    let press = async |keys: &str| {
        client.active_element().await.unwrap().send_keys(keys).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(360)).await;
    };
    for letter in ["w", "e", "d", "d", "i", "n", "g", " ", "c", "a", "k", "e"] {
        press(letter).await;
    }
    let value = "return document.getElementById('search').value";
    assert_eq!(browser.run(value).await, json!("wedding cake"));
    until(&browser, "return location.search.includes('search=wedding+cake')").await;
    // In front of it all.
    press("\u{e011}").await;
    press("a").await;
    press(" ").await;
    assert_eq!(browser.run(value).await, json!("a wedding cake"));
    // One step back, and it is as it was before somebody typed.
    until(&browser, "return location.search.includes('search=a+wedding')").await;
    client.back().await.unwrap();
    until(&browser, "return !location.search.includes('search') && document.querySelectorAll('#ads tbody tr').length > 3").await;

    // What cannot be shown leaves the form as it is.
    client.goto(&server.url("/funnels?step=lead&of=opened")).await.unwrap();
    browser.run("const of = document.getElementById('share-of'); of.add(new Option('purchase', 'purchase', true, true)); of.dispatchEvent(new Event('change', { bubbles: true }))").await;
    until(&browser, "return !!document.querySelector('main > [role=alert]')").await;
    assert!(browser.text("main > [role=alert]").await.contains("comes before"));
    assert_eq!(browser.run("return !!document.getElementById('share-of')").await, json!(true));
}

/// News that were asked for before somebody chose other days do not take their place.
#[tokio::test]
async fn news_do_not_undo_a_choice() {
    let (_world, server) = demo();
    let browser = Browser::open(1200, 900, "light").await;
    let client = &browser.client;
    client.goto(&server.url("/")).await.unwrap();
    // The live page's own question is slow.
    browser.run(
        "const quick = window.fetch; let first = true; \
         window.fetch = async (...args) => { const answer = await quick(...args); \
             if (first) { first = false; await new Promise(done => setTimeout(done, 1500)); } return answer; }; \
         document.dispatchEvent(new Event('visibilitychange'))",
    )
    .await;
    client.find(Locator::Css("#range > summary")).await.unwrap().click().await.unwrap();
    client.find(Locator::Css("#preset-7")).await.unwrap().click().await.unwrap();
    until(&browser, "return document.querySelector('.presets [aria-current]').id === 'preset-7'")
        .await;
    // The days go along to the next page, not to those that show none.
    until(
        &browser,
        "const link = (href) => document.querySelector(`nav.pages a[href^='${href}']`).search; \
         const asked = new URLSearchParams(link('/funnels')); \
         return asked.has('from') && asked.has('through') && link('/settings') === ''",
    )
    .await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let shown = "const day = new URLSearchParams(location.search).get('from'); \
        return [document.querySelector('[name=from]').value === day, \
            document.querySelector('.asof').textContent.includes(day)]";
    assert_eq!(browser.run(shown).await, json!([true, true]));
}

/// A range without an end neither fills the memory nor stops others.
#[tokio::test]
async fn a_page_has_so_many_days() {
    let (_world, server) = demo();
    for page in ["/", "/audience", "/funnels", "/ads", "/quality", "/cohorts"] {
        let started = std::time::Instant::now();
        let path = format!("{page}?from=0001-01-01&through=9999-12-30");
        let (status, text) = server.get(&path).await;
        assert!(status == 400 && text.contains("100 years"), "{page}: {status}");
        let (status, text) =
            server.get(&format!("{page}?from=1990-01-01&through=2026-01-01")).await;
        assert!(status == 422 && text.contains("at most 1,100 days"), "{page}: {status}");
        assert!(started.elapsed() < std::time::Duration::from_secs(2), "{page}");
    }
    let (status, _) = server.get("/api/v1/audience?from=1990-01-01&to=2026-01-01").await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn behind_every_figure_are_its_rows() {
    let (_world, server) = demo();
    let funnel = server.json("/api/v1/funnels/click-to-messenger?by=source").await;
    for stage in ["opened", "messaged", "answered", "engaged", "lead", "purchase"] {
        let wanted = count(&funnel, stage).unwrap();
        let rows = server.json(&format!("/api/v1/conversations?reached={stage}&limit=1")).await;
        assert_eq!(rows["total"], wanted, "{stage}");
    }
    for row in funnel["breakdown"].as_array().unwrap() {
        let source = row["by"]["source"].as_str().unwrap();
        let path = format!("/api/v1/conversations?reached=lead&filter=source={source}&limit=1");
        assert_eq!(
            Some(server.json(&path).await["total"].as_u64().unwrap()),
            count(row, "lead"),
            "{source}"
        );
    }
    let (status, text) = server.get("/api/v1/conversations?reached=nothing").await;
    assert!(status == 400 && text.contains("there are opened, messaged"), "{text}");

    // From the overview to the rows, and from there to a person.
    let browser = Browser::open(1280, 1000, "light").await;
    let client = &browser.client;
    client.goto(&server.url("/")).await.unwrap();
    client.find(Locator::Css("#tile-lead a")).await.unwrap().click().await.unwrap();
    client.wait().for_element(Locator::Css("#rows")).await.unwrap();
    assert_eq!(Some(browser.number("#total").await), count(&funnel, "lead"));
    let mut seen = 0;
    loop {
        seen += client.find_all(Locator::Css("#rows tbody tr")).await.unwrap().len();
        let Ok(next) = client.find(Locator::Css("a[rel=next]")).await else { break };
        let before = client.current_url().await.unwrap();
        next.click().await.unwrap();
        while client.current_url().await.unwrap() == before {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    assert_eq!(Some(seen as u64), count(&funnel, "lead"));
    let person = client.find(Locator::Css("#rows tbody a")).await.unwrap();
    let name = person.text().await.unwrap();
    person.click().await.unwrap();
    client.wait().for_element(Locator::Css(".timeline")).await.unwrap();
    assert_eq!(browser.text("h1").await, format!("Journey of {name}"));
    // Who went no further.
    let dropped = server.json("/api/v1/funnels/click-to-messenger/people?step=answered").await;
    client.goto(&server.url("/funnels")).await.unwrap();
    client
        .find(Locator::Css("#funnel [data-step=answered] .dropped a"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    client.wait().for_element(Locator::Css("#people")).await.unwrap();
    let shown = client.find_all(Locator::Css("#people tbody tr")).await.unwrap().len() as u64;
    assert_eq!(shown, dropped["total"].as_u64().unwrap().min(200));
}
