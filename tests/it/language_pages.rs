//! Pages in French: nothing on them is left in English, and their figures are those of the English ones.

use std::collections::BTreeMap;

use fantoccini::Locator;
use fluent_syntax::ast::{Entry, PatternElement};
use regex::Regex;
use reqwest::header::ACCEPT_LANGUAGE;

use crate::every_page::{demo, pages};
use crate::support::browser::Browser;

/// Texts without values, by name, as they stand in the files.
fn texts(language: &str) -> BTreeMap<String, String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join("dashboards/messages").join(language)).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for entry in fluent_syntax::parser::parse(text).unwrap().body {
            let Entry::Message(message) = entry else { continue };
            let own = message.value.map(|pattern| (message.id.name.clone(), pattern));
            let hanging = message
                .attributes
                .into_iter()
                .map(|one| (format!("{}.{}", message.id.name, one.id.name), one.value));
            for (name, pattern) in own.into_iter().chain(hanging) {
                if let [PatternElement::TextElement { value }] = &pattern.elements[..] {
                    texts.insert(name, value.clone());
                }
            }
        }
    }
    texts
}

/// What somebody can read of a page: no code, and nothing that is the same in all languages.
fn readable(page: &str) -> String {
    let code = Regex::new(r"(?s)<code[^>]*>.*?</code>|<pre.*?</pre>|<bdi>.*?</bdi>").unwrap();
    code.replace_all(page, "").into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_on_a_french_page_is_english() {
    let (_world, server) = demo();
    let client = reqwest::Client::new();
    let (english, french) = (texts("en"), texts("fr"));
    // Short words may be part of others, and some are French too.
    let is_french = |text: &str| french.values().any(|own| own.contains(text));
    let telling: Vec<(&String, &String)> = english
        .iter()
        .filter(|(_, text)| text.chars().count() > 8 && text.contains(' ') && !is_french(text))
        .collect();
    assert!(telling.len() > 150, "{}", telling.len());
    let cell = Regex::new(r#"<td class="n[^>]*>([^<]*)<"#).unwrap();
    // Rows that are sorted by name stand in another order.
    let digits = |page: &str| -> Vec<String> {
        let cells = cell.captures_iter(page).map(|found| found[1].to_owned());
        let digits = |cell: String| cell.chars().filter(char::is_ascii_digit).collect();
        let mut digits: Vec<String> = cells.map(digits).collect();
        digits.sort();
        digits
    };
    for page in pages(&server).await {
        let ask = async |language: &str| {
            let request = client.get(server.url(&page)).header(ACCEPT_LANGUAGE, language);
            let answer = request.header("accept", "text/html").send().await.unwrap();
            assert!(answer.status().is_success() || page == "/nothing", "{page}");
            answer.text().await.unwrap()
        };
        let (own, other) = (ask("fr-CA, fr;q=0.9, en;q=0.5").await, ask("en").await);
        assert!(
            own.contains("<html lang=\"fr\">") && other.contains("<html lang=\"en\">"),
            "{page}"
        );
        for text in [&own, &other] {
            assert!(!text.contains("Unknown localization key"), "{page}");
        }
        let own = readable(&own);
        // What the API is described by is English, and marked so.
        for (name, text) in telling.iter().filter(|_| page != "/reference") {
            assert!(!own.contains(text.as_str()), "{page} says {name} in English: {text:?}");
        }
        assert_eq!(digits(&own), digits(&readable(&other)), "{page}");
    }
    let unknown = client.get(server.url("/")).header(ACCEPT_LANGUAGE, "tlh").send().await.unwrap();
    assert!(unknown.text().await.unwrap().contains("<html lang=\"en\">"));
    // Programs are spoken to in English, whatever their machine speaks.
    let api = client.get(server.url("/api/v1/quality")).header(ACCEPT_LANGUAGE, "fr");
    let api: serde_json::Value = api.send().await.unwrap().json().await.unwrap();
    let english = server.json("/api/v1/quality").await;
    assert_eq!(api["alerts"], english["alerts"]);
}

#[tokio::test]
async fn a_language_is_chosen_at_the_foot_of_a_page_and_stays() {
    let (_world, server) = demo();
    let browser = Browser::open(1200, 900, "light").await;
    let client = &browser.client;
    client.goto(&server.url("/cohorts?from=2026-10-01&through=2026-11-01")).await.unwrap();
    let button = Locator::Css("button[lang=fr]");
    client.find(button).await.unwrap().click().await.unwrap();
    client.wait().for_element(Locator::Css("html[lang=fr]")).await.unwrap();
    // Where it was chosen, and on the next page too.
    assert!(client.current_url().await.unwrap().as_str().ends_with("through=2026-11-01"));
    client.goto(&server.url("/ads")).await.unwrap();
    assert_eq!(browser.text("h1").await, "Publicités : coût et retour");
    assert_eq!(browser.text("button[lang=fr][aria-current]").await, "Français");
    client.find(Locator::Css("button[lang=en]")).await.unwrap().click().await.unwrap();
    client.wait().for_element(Locator::Css("html[lang=en]")).await.unwrap();
    assert_eq!(browser.text("h1").await, "Ads: cost and return");
    let post = |language: &'static str, site: &'static str| {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let request = client.build().unwrap().post(server.url("/language"));
        let request = request.header("sec-fetch-site", site);
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("language={language}"))
            .send()
    };
    assert_eq!(post("fr", "cross-site").await.unwrap().status(), 403);
    assert_eq!(post("tlh", "same-origin").await.unwrap().status(), 400);
    assert_eq!(post("fr", "same-origin").await.unwrap().status(), 303);
}
