//! Reports that are written on the page, and who may ask how much.

use std::time::Duration;

use crate::support::World;
use crate::support::outside::Hook;

/// A stop waits for what is being delivered, and the form keeps what it can make a report of.
#[tokio::test(flavor = "multi_thread")]
async fn reports_of_the_page() {
    let (hook, address) = Hook::start().await;
    let world = World::new();
    let settings = world.write(
        "settings.toml",
        format!(
            "[[server.tokens]]\nname = \"reader\"\ntoken = \"a token that reads\"\nscopes = [\"read\"]\n\
             [[server.tokens]]\nname = \"writer\"\ntoken = \"a token that writes\"\n\
             scopes = [\"read\", \"write\"]\n\
             [[reports]]\nname = \"fixed\"\n\
             [destinations.chat]\nwebhook = \"{address}\"\n"
        ),
    );
    let args = ["--config", settings.to_str().unwrap(), "serve"];
    let server = crate::support::Server::start(world.command(&args));
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let send = async |token: &str, path: &str, fields: &[(&str, &str)]| {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = client.post(server.url(path)).bearer_auth(token).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (reader, writer) = ("a token that reads", "a token that writes");
    let good = [
        ("is_new", "1"),
        ("name", "mine"),
        ("title", "Leads & <more>"),
        ("question", "ads"),
        ("range", "last_7_days"),
        ("by", "ad"),
        ("formats", "csv"),
        ("formats", "json"),
        ("to", "chat"),
    ];
    let with = |key: &'static str, value: &'static str| {
        let mut fields: Vec<(&str, &str)> =
            good.iter().filter(|(own, _)| *own != key).copied().collect();
        fields.push((key, value));
        fields
    };
    assert_eq!(send(reader, "/reports", &good).await.0, 403);
    for (fields, told) in [
        (with("name", "new"), "name: &#34;new&#34; is not made"),
        (with("name", "fixed"), "name: a report of the settings has this name"),
        (with("top", "many"), "top: &#34;many&#34; is no number"),
        (with("schedule", "soon"), "schedule: &#34;soon&#34; is no cron expression"),
        ([&good[..], &[("to", "chat")]].concat(), "to: &#34;chat&#34; is there twice"),
    ] {
        let (status, page) = send(writer, "/reports", &fields).await;
        assert_eq!(status, 400);
        assert!(page.contains(told), "{told}: {page}");
        assert!(page.contains("value=\"Leads &#38; &#60;more&#62;\""), "{page}");
    }
    assert_eq!(send(writer, "/reports", &good).await.0, 303);
    let get = async |path: &str| {
        let answer = client.get(server.url(path)).bearer_auth(writer).send().await.unwrap();
        answer.text().await.unwrap()
    };
    let page = get("/reports").await;
    assert!(page.contains("Leads &#38; &#60;more&#62;") && !page.contains("<more>"), "{page}");
    assert_eq!(send(writer, "/reports/fixed/remove", &[]).await.0, 409);
    // A stop comes while the chat is still thinking about it.
    assert_eq!(send(writer, "/reports/mine/run", &[]).await.0, 303);
    let started = std::time::Instant::now();
    while hook.posted().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.interrupt();
    let posted = hook.posted();
    assert!(
        posted[0].1["text"].as_str().unwrap().contains("*Leads &amp; &lt;more&gt;*"),
        "{posted:?}"
    );
    // The destination is gone: it can still be mended or removed.
    let text = std::fs::read_to_string(&settings)
        .unwrap()
        .replace("destinations.chat", "destinations.new");
    std::fs::write(&settings, text).unwrap();
    let server = crate::support::Server::start(world.command(&args));
    let page = client.get(server.url("/reports/mine")).bearer_auth(writer).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(
        page.contains("there is no destination") && page.contains("Remove this report"),
        "{page}"
    );
    assert!(page.contains("mine: sent") || page.contains("chat: sent"), "{page}");
    let removed = client.post(server.url("/reports/mine/remove")).bearer_auth(writer);
    assert_eq!(removed.send().await.unwrap().status(), 303);
    let (status, told) = {
        let answer = client.delete(server.url("/api/v1/reports")).bearer_auth(writer);
        let answer = answer.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert!(status == 405 && told.contains("takes no DELETE"), "{told}");
}

/// How much one token may ask.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_asks_too_much_is_told_when_to_go_on() {
    let world = World::new().with("server.rate_limit", "3");
    let server = world.serve();
    let client = reqwest::Client::new();
    let path = server.url("/api/v1/funnels");
    let mut left = Vec::new();
    for _ in 0..4 {
        let answer = client.get(&path).send().await.unwrap();
        let text = |name: &str| {
            let value = answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            value.unwrap_or_default()
        };
        assert_eq!(text("ratelimit-policy"), "\"token\";q=3;w=60");
        left.push((answer.status().as_u16(), text("ratelimit"), text("retry-after")));
    }
    assert_eq!(left[0].0, 200);
    assert!(left[0].1.starts_with("\"token\";r=2;"), "{left:?}");
    let wait: u64 = left[3].2.parse().unwrap();
    assert!(left[3].0 == 429 && (1..=21).contains(&wait), "{left:?}");
    // Pages are no questions of a program.
    assert_eq!(server.get("/reference").await.0, 200);
}
