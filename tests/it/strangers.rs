//! What somebody without a login can take of this machine, and learn of it.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use messenger_funnel::web::routes::route_needs;
use reqwest::{Client, redirect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::accounts::{first_user, send, serve};
use crate::support::{Server, World, free_port};

const TOKEN: &str = "a token that may do everything";
const OPEN: [&str; 5] =
    ["/login", "/logout", "/welcome/{code}", "/language", "/webhooks/meta/deletion"];

/// Sends a part of a body that is announced, and what the server answers to it before it closes.
async fn half_sent(
    server: &Server,
    method: &str,
    path: &str,
    announced: usize,
    sent: usize,
) -> String {
    let mut stream =
        TcpStream::connect(server.address.trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {announced}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b'x'; sent]).await.ok();
    let mut answer = vec![0; 64];
    let read = stream.read(&mut answer);
    let length = tokio::time::timeout(Duration::from_secs(40), read).await.expect("it is held");
    String::from_utf8_lossy(&answer[..length.unwrap_or(0)]).into_owned()
}

fn memory_kb(process: u32, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    line.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn no_route_holds_a_body_that_does_not_come() {
    let world = World::new().with("server.access_tokens", TOKEN);
    let server = world.serve();
    let guarded = route_needs().filter(|(method, ..)| *method != "GET");
    let guarded = guarded.map(|(method, path, _)| (method, path));
    let routes: Vec<_> = guarded.chain(OPEN.map(|path| ("POST", path))).collect();
    assert!(routes.len() > 20);
    let walked = routes.into_iter().map(|(method, path)| {
        let server = &server;
        async move {
            let own = ["{page}", "{id}", "{name}", "{slug}", "{code}", "{run}"];
            let at = own.iter().fold(path.to_owned(), |path, part| path.replace(part, "none"));
            let started = Instant::now();
            let answer = half_sent(server, method, &at, 1000, 100).await;
            let (most, status) = (if OPEN.contains(&path) { 15 } else { 30 }, "HTTP/1.1 408");
            assert!(answer.starts_with(status), "{method} {path}: {answer}");
            assert!(
                started.elapsed() < Duration::from_secs(most),
                "{path}: {:?}",
                started.elapsed()
            );
        }
    });
    join_all(walked).await;
}

#[tokio::test]
async fn bodies_of_strangers_share_a_little_memory() {
    let world = World::new();
    let server = world.serve();
    let before = memory_kb(server.process(), "VmRSS");
    // As much as each takes, and far more than it takes.
    let held = (0..600_usize).map(|number| {
        let server = &server;
        let path = ["/login", "/webhooks/meta/deletion"][number % 2];
        let (announced, sent) =
            if number.is_multiple_of(3) { (16_384, 16_000) } else { (2_000_000, 1_900_000) };
        async move { half_sent(server, "POST", path, announced, sent).await }
    });
    let answers = join_all(held).await;
    assert!(answers.iter().all(|answer| !answer.starts_with("HTTP/1.1 2")), "{answers:?}");
    let grown = memory_kb(server.process(), "VmHWM").saturating_sub(before) / 1024;
    assert!(grown < 120, "{grown} MB for 600 connections without a login");
    // Who sends too much at once is told so, and who logs in then is heard.
    let client = Client::new();
    for (path, bytes, status) in [
        ("/login", 3_000_000, 413),
        ("/webhooks/meta/deletion", 3_000_000, 413),
        ("/language", 2_000, 413),
        ("/login", 10_000, 401),
    ] {
        let sent = client
            .post(server.url(path))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("name=anna&password={}", "x".repeat(bytes)));
        let answer = sent.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path} {bytes}");
    }
}

#[tokio::test]
async fn strangers_do_not_learn_where_clickhouse_is() {
    let nowhere = free_port();
    let address = format!("http://127.0.0.1:{nowhere}");
    let world = World::new()
        .with("clickhouse.url", &address)
        .with("clickhouse.user", "default")
        .with("server.access_tokens", TOKEN);
    let server = world.serve();
    let ask = async |headers: &[(&str, &str)]| {
        let mut asked = Client::new().get(server.url("/readyz"));
        for (name, value) in headers {
            asked = asked.header(*name, *value);
        }
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 503);
        answer.text().await.unwrap()
    };
    let bearer = format!("Bearer {TOKEN}");
    let stranger = ("x-forwarded-for", "203.0.113.7");
    // By way of a proxy on this machine, by another name, with a wrong token.
    for headers in [
        &[stranger][..],
        &[("host", "funnel.example.com")],
        &[stranger, ("authorization", "Bearer wrong")],
    ] {
        let told = ask(headers).await;
        assert_eq!(
            told,
            "journal: ready\nclickhouse: not ready\nshipping: ready\nconversations: ready\n"
        );
    }
    for headers in [&[][..], &[stranger, ("authorization", &bearer)]] {
        let told = ask(headers).await;
        assert!(told.contains(&nowhere.to_string()), "{told}");
    }
}

#[tokio::test]
async fn guessing_elsewhere_locks_nobody_out() {
    let world = World::new().with("server.trusted_proxies", "127.0.0.1");
    let (server, link) = serve(world.command(&["serve"]));
    first_user(&server, &link).await;
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let try_from = async |address: &str, password: &str, cookie: &str| {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("name", "anna"), ("password", password)])
            .finish();
        let tried = client
            .post(server.url("/login"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-forwarded-for", address)
            .header("cookie", cookie)
            .body(body);
        tried.send().await.unwrap()
    };
    let right = "correct horse battery";
    let first = try_from("192.0.2.1", right, "").await;
    assert_eq!(first.status(), 303);
    let mut cookies = first.headers().get_all("set-cookie").iter().map(|one| one.to_str().unwrap());
    let device = cookies.rfind(|one| one.starts_with("messenger_funnel_device=")).unwrap();
    let device = device.split(';').next().unwrap().to_owned();
    // From one other address: those tries are that address's own.
    for number in 0..10 {
        let guessed = try_from("198.51.100.1", "guess after guess", "").await.status().as_u16();
        assert_eq!(guessed, if number < 6 { 401 } else { 429 });
    }
    assert_eq!(try_from("192.0.2.1", right, "").await.status(), 303);
    // From many: the name as a whole is slowed down, but not whoever has logged in before.
    let mut guessed = 0;
    for number in 0..60 {
        let address = format!("203.0.113.{number}");
        guessed += u32::from(try_from(&address, "guess after guess", "").await.status() == 401);
    }
    assert!((10..=40).contains(&guessed), "{guessed}");
    assert_eq!(try_from("192.0.2.9", right, "").await.status(), 429);
    assert_eq!(try_from("192.0.2.9", right, &device).await.status(), 303);
    // A device is good for its own name, and is no way to guess without end.
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(try_from("192.0.2.9", "guess after guess", &device).await.status().as_u16());
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    let form = [("name", "ben"), ("password", right)];
    assert_eq!(send(&server, "/login", &form, &device).await.status(), 401);
}

#[tokio::test]
async fn no_cache_keeps_what_does_not_say_so() {
    let world = World::new().with("server.public_url", "https://go.example.com");
    world.succeed(&["link", "add", "--page", "shop", "--ref", "poster", "--printed"]);
    let server = world.serve();
    crate::links::wait_for(&server, "poster", |status, _| status == 302).await;
    for (path, kept) in [
        ("/api/v1/conversations?format=csv", "private, no-store"),
        ("/api/v1/touchpoints?format=xlsx", "private, no-store"),
        ("/api/v1/conversions?format=csv", "private, no-store"),
        ("/api/v1/feedback?format=parquet", "private, no-store"),
        ("/api/v1/funnels/click-to-messenger?by=nothing", "private, no-store"),
        ("/api/v1/people/1/nobody", "private, no-store"),
        ("/api/v1/funnels/click-to-messenger?format=csv", "private, no-cache"),
        ("/login", "no-store"),
        ("/healthz", "private, no-store"),
        ("/readyz", "private, no-store"),
        ("/metrics", "private, no-store"),
        ("/nothing", "private, no-store"),
        ("/l/nothing", "private, no-store"),
        ("/l/poster/qr.svg", "public, max-age=60"),
        ("/assets/style.css", "max-age=300"),
    ] {
        let answer = reqwest::get(server.url(path)).await.unwrap();
        let told = answer.headers().get("cache-control").unwrap_or_else(|| panic!("{path}"));
        assert_eq!(told, kept, "{path}");
    }
}
