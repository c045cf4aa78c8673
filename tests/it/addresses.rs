//! Who tries to log in is counted by name and by address, however either is written.

use std::process::Command;

use futures_util::stream::{self, StreamExt};
use reqwest::Client;

use crate::accounts::{first_user, serve};
use crate::support::{Server, World};

/// A server on `[::]` that trusts proxies of this machine, and the address by which IPv4 reaches it.
fn on_both_families(world: &World) -> (Server, String, String) {
    let mut command: Command = world.command(&["serve"]);
    command.env("MESSENGER_FUNNEL__SERVER__LISTEN", "[::]:0");
    command.env("MESSENGER_FUNNEL__SERVER__TRUSTED_PROXIES", "127.0.0.1");
    let (server, link) = serve(command);
    let port = server.address.rsplit_once(':').unwrap().1.to_owned();
    (server, format!("http://127.0.0.1:{port}"), link)
}

async fn log_in(address: &str, name: &str, forwarded: &[&str]) -> u16 {
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("name", name), ("password", "guess after guess")])
        .finish();
    let mut request = Client::new()
        .post(format!("{address}/login"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    for line in forwarded {
        request = request.header("x-forwarded-for", *line);
    }
    request.send().await.unwrap().status().as_u16()
}

/// Tries one behind the other: so many are let in to be told that name and password do not fit, some more on a slow machine,
/// and the others have to wait.
async fn assert_let_in(address: &str, tries: Vec<(String, Vec<String>)>, most: usize) {
    let count = tries.len();
    let statuses = tries.into_iter().map(|(name, lines)| async move {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        log_in(address, &name, &lines).await
    });
    // No more at once than the server has places for: what it has no place for is no try.
    let statuses = stream::iter(statuses).buffer_unordered(4);
    let statuses: Vec<u16> = statuses.collect().await;
    let let_in = statuses.iter().filter(|status| **status == 401).count();
    let waiting = statuses.iter().filter(|status| **status == 429).count();
    assert_eq!(let_in + waiting, count, "{statuses:?}");
    assert!(let_in >= most && let_in < most + count / 3, "{let_in} of {count}: {statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_on_both_families_everybody_is_counted_and_told_as_themselves() {
    let world = World::new();
    let (server, address, link) = on_both_families(&world);
    let anna = first_user(&server, &link).await;
    // Thirty tries a minute are an address's: fifty addresses have more.
    for number in 0..50 {
        let forwarded = format!("192.0.2.{number}");
        let status = log_in(&address, &format!("name{number}"), &[&forwarded]).await;
        assert_eq!(status, 401, "{forwarded}");
    }
    let settings = async || {
        let page = Client::new().get(server.url("/settings")).header("cookie", &anna);
        page.send().await.unwrap().text().await.unwrap()
    };
    let page = settings().await;
    assert!(page.contains("192.0.2.49"), "{page}");
    assert!(!page.contains("::ffff:") && !page.contains("127.0.0.1<"), "{page}");
    // One client, who writes other addresses in front of its own, and on lines of their own.
    let tries = (0..60).map(|number| {
        let (name, invented) = (format!("other{number}"), format!("198.51.100.{number}"));
        let lines = if number % 2 == 0 {
            vec![format!("{invented}, 203.0.113.9")]
        } else {
            vec![invented, "::ffff:203.0.113.9".to_owned()]
        };
        (name, lines)
    });
    assert_let_in(&address, tries.collect(), 30).await;
    let page = settings().await;
    assert!(page.contains("203.0.113.9") && !page.contains("::ffff:"), "{page}");
    // What one client of IPv6 has: 2^64 addresses.
    let tries =
        (0..60).map(|number| (format!("six{number}"), vec![format!("2001:db8:1:2::{number:x}")]));
    assert_let_in(&address, tries.collect(), 30).await;
}

#[tokio::test]
async fn a_name_has_six_tries_a_minute_however_it_is_written() {
    let world = World::new();
    let (server, address, link) = on_both_families(&world);
    first_user(&server, &link).await;
    let ways = ["anna", "Anna", "aNna", "ANNA", " anna", "anna\u{a0}", "annA", "AnnA", "\tAnna"];
    let tries = ways.iter().cycle().take(18);
    let tries = tries.map(|name| ((*name).to_owned(), vec!["192.0.2.1".to_owned()]));
    assert_let_in(&address, tries.collect(), 6).await;
}

/// A proxy on this machine may forward what comes from anywhere, and not say so.
#[tokio::test]
async fn behind_a_proxy_of_this_machine_nobody_is_this_machine() {
    let world = World::new();
    let (_server, address, _) = on_both_families(&world);
    for path in ["/settings", "/", "/api/v1/quality"] {
        let answer = Client::new().get(format!("{address}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{path}");
    }
    let ready = Client::new().get(format!("{address}/readyz")).send().await.unwrap();
    assert!(ready.status().is_success());
}
