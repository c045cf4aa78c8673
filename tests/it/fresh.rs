//! Pages are kept as long as nothing changes, for whoever may see the same.

use reqwest::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, ETAG, IF_NONE_MATCH};

use crate::support::World;

#[tokio::test]
async fn a_page_is_the_same_until_something_comes_in() {
    let world = World::new();
    let server = world.serve();
    let now = jiff::Timestamp::now().as_millisecond();
    let send = async |person: &str| {
        let body = crate::support::message("1", person, now - 60_000, &format!("m-{person}"));
        assert_eq!(server.post(&body).await, 200);
        let wanted = |report: &serde_json::Value| {
            let steps = report["breakdown"].as_array().unwrap();
            steps.iter().any(|row| row["by"]["page"] == "1")
        };
        server.wait_until("/api/v1/funnels/click-to-messenger?by=page", wanted).await;
    };
    let client = reqwest::Client::new();
    let ask = async |path: &str, language: &str, tag: &str| {
        let request = client.get(server.url(path)).header(ACCEPT_LANGUAGE, language);
        let request = if tag.is_empty() { request } else { request.header(IF_NONE_MATCH, tag) };
        let answer = request.send().await.unwrap();
        let header = |name| answer.headers()[name].to_str().unwrap().to_owned();
        let (status, tag, cache) = (answer.status().as_u16(), header(ETAG), header(CACHE_CONTROL));
        (status, tag, cache, answer.text().await.unwrap())
    };
    send("ann").await;
    let (status, tag, cache, first) = ask("/", "en", "").await;
    assert_eq!((status, cache.as_str()), (200, "private, no-cache"));
    assert!(first.contains("id=\"tile-opened\""));
    // Another language is another page.
    let (_, french, _, text) = ask("/", "fr", &tag).await;
    assert!(french != tag && text.contains("<html lang=\"fr\">"), "{text}");
    // Pages of people stay out of the browser's store.
    for path in ["/conversations", "/conversations/rows", "/people/1/ann"] {
        assert_eq!(ask(path, "en", "").await.2, "no-store", "{path}");
    }
    // What comes in shows at once, however often the page was asked for before.
    for count in 2..6 {
        for _ in 0..3 {
            ask("/", "en", "").await;
        }
        let person = format!("person-{count}");
        let body = crate::support::message("1", &person, now - 60_000, &format!("m-{person}"));
        assert_eq!(server.post(&body).await, 200);
        let funnel = "/api/v1/funnels/click-to-messenger";
        let all =
            |report: &serde_json::Value| crate::support::count(report, "opened") == Some(count);
        server.wait_until(funnel, all).await;
        let (status, _, _, page) = ask("/", "en", "").await;
        let shown = page.split("id=\"tile-opened\"").nth(1).unwrap();
        let shown = shown.split("reached=opened\">").nth(1).unwrap();
        assert_eq!((status, shown.split('<').next()), (200, Some(count.to_string().as_str())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_a_page_that_was_made_for_somebody_who_may_see_more() {
    let world = World::new();
    let settings = world.write(
        "settings.toml",
        "[[server.tokens]]\nname = \"all\"\ntoken = \"sees people and all\"\nscopes = [\"read\", \"people\"]\n\
         [[server.tokens]]\nname = \"few\"\ntoken = \"sees figures alone\"\nscopes = [\"read\"]\n",
    );
    let args = ["--config", settings.to_str().unwrap(), "serve"];
    let server = crate::support::Server::start(world.command(&args));
    let now = jiff::Timestamp::now().as_millisecond();
    let body = crate::support::message("1", "7100000000000001", now - 60_000, "m1");
    assert_eq!(server.post(&body).await, 200);
    let ask = async |token: &str, path: &str| {
        let request = reqwest::Client::new().get(server.url(path)).bearer_auth(token);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    for _ in 0..100 {
        if ask("sees people and all", "/conversations").await.1.contains("7100000000000001") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    for _ in 0..2 {
        let (status, page) = ask("sees people and all", "/conversations").await;
        assert!(status == 200 && page.contains("7100000000000001"), "{page}");
        let (status, page) = ask("sees figures alone", "/conversations").await;
        assert!(status == 200 && !page.contains("7100000000000001"), "{page}");
        assert_eq!(ask("sees figures alone", "/conversations/rows").await.0, 403);
        assert_eq!(ask("nobody", "/conversations").await.0, 401);
    }
}
