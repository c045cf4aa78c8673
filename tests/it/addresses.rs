//! Who tries to log in is counted by name and by address, however either is written.

use std::process::Command;

use reqwest::Client;

use crate::accounts::{first_user, serve};
use crate::support::{Server, World};

/// A server on `[::]` that trusts proxies of this machine, and the address by which IPv4 reaches it.
async fn on_both_families(world: &World) -> (Server, String, String) {
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

#[tokio::test]
async fn behind_a_proxy_on_both_families_everybody_is_counted_and_told_as_themselves() {
    let world = World::new();
    let (server, address, link) = on_both_families(&world).await;
    let anna = first_user(&server, &link).await;
    // Thirty tries a minute are an address's: fifty addresses have more.
    for number in 0..50 {
        let forwarded = format!("192.0.2.{number}");
        let status = log_in(&address, &format!("name{number}"), &[&forwarded]).await;
        assert_eq!(status, 401, "{forwarded}");
    }
    // One client, who writes other addresses in front of its own, and on lines of their own.
    let mut statuses = Vec::new();
    for number in 0..35 {
        let (name, invented) = (format!("other{number}"), format!("198.51.100.{number}"));
        let one = format!("{invented}, 203.0.113.9");
        let line: &[&str] =
            if number % 2 == 0 { &[&one] } else { &[&invented, "::ffff:203.0.113.9"] };
        statuses.push(log_in(&address, &name, line).await);
    }
    assert_eq!(statuses[..30], [401; 30]);
    assert_eq!(statuses[32..], [429; 3]);
    // What one client of IPv6 has: 2^64 addresses.
    let mut statuses = Vec::new();
    for number in 0..35 {
        let forwarded = format!("2001:db8:1:2::{number:x}");
        statuses.push(log_in(&address, &format!("six{number}"), &[&forwarded]).await);
    }
    assert_eq!(statuses[32..], [429; 3]);

    let page = Client::new().get(server.url("/settings")).header("cookie", &anna);
    let page = page.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("203.0.113.9") && page.contains("192.0.2.49"), "{page}");
    assert!(!page.contains("::ffff:") && !page.contains("127.0.0.1<"), "{page}");
}

#[tokio::test]
async fn a_name_has_six_tries_a_minute_however_it_is_written() {
    let world = World::new();
    let (server, address, link) = on_both_families(&world).await;
    first_user(&server, &link).await;
    let mut statuses = Vec::new();
    let ways = ["anna", "Anna", "aNna", "ANNA", " anna", "anna\u{a0}", "annA", "AnnA", "\tAnna"];
    for name in ways {
        statuses.push(log_in(&address, name, &["192.0.2.1"]).await);
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 429, 429, 429]);
}
