//! TLS of our own, and secrets that are read anew while it serves.

use std::path::Path;
use std::time::{Duration, Instant};

use messenger_funnel::collector::sign;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client};

use crate::support::{SECRET, Server, World, message, signal};

/// Writes a certificate of this name with its key; the certificate.
fn certificate(folder: &Path, name: &str) -> Certificate {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    Certificate::from_pem(cert.pem().as_bytes()).unwrap()
}

/// A client that trusts this certificate alone.
fn client(certificate: Certificate) -> Client {
    Client::builder().tls_certs_only([certificate]).build().unwrap()
}

fn with_tls(world: World) -> World {
    let path = |name: &str| world.folder().join(name).display().to_string();
    let (certificate, key) = (path("cert.pem"), path("key.pem"));
    world.with("server.tls_certificate_file", &certificate).with("server.tls_key_file", &key)
}

async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !is_so().await {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn it_serves_by_tls_and_takes_a_new_certificate_without_a_restart() {
    let world = with_tls(World::new());
    let first = client(certificate(world.folder(), "127.0.0.1"));
    let server = world.serve();
    assert!(server.address.starts_with("https://"), "{}", server.address);
    let healthy = server.url("/healthz");
    assert_eq!(first.get(&healthy).send().await.unwrap().status(), 200);
    // Who does not trust it, or speaks no TLS, gets nothing.
    assert!(reqwest::get(&healthy).await.is_err());
    assert!(reqwest::get(healthy.replace("https:", "http:")).await.is_err());

    let second = client(certificate(world.folder(), "127.0.0.1"));
    assert!(second.get(&healthy).send().await.is_err());
    signal(server.process(), libc::SIGHUP);
    until("the new certificate", async || second.get(&healthy).send().await.is_ok()).await;
    // A connection from before goes on, with the old one.
    assert_eq!(first.get(&healthy).send().await.unwrap().status(), 200);
    // A broken file changes nothing.
    std::fs::write(world.folder().join("key.pem"), "no key").unwrap();
    signal(server.process(), libc::SIGHUP);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(second.get(&healthy).send().await.unwrap().status(), 200);
    server.interrupt();
}

#[test]
fn a_certificate_that_cannot_be_is_told_by_its_place() {
    let world = with_tls(World::new());
    certificate(world.folder(), "127.0.0.1");
    let own = std::fs::read(world.folder().join("key.pem")).unwrap();
    certificate(world.folder(), "127.0.0.1");
    world.write("key.pem", own);
    let output = world.run(&["serve"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("tls_certificate_file") && said.contains("key.pem"), "{said}");
    let alone = World::new().with("server.tls_key_file", "key.pem").run(&["config", "check"]);
    assert!(String::from_utf8_lossy(&alone.stderr).contains("server.tls_certificate_file"));
}

fn settings(world: &World, secret: &str, verify: &str, token: &str) {
    let text = format!(
        "[meta]\napp_secrets = [\"{secret}\"]\nverify_token = \"{verify}\"\n\
         [server]\naccess_tokens = [\"{token}\"]\n"
    );
    world.write("messenger-funnel.toml", text);
}

#[tokio::test]
async fn secrets_are_read_anew_and_no_webhook_is_refused_meanwhile() {
    let world = World::new();
    settings(&world, SECRET, "first token", "the first access token");
    let file = world.folder().join("messenger-funnel.toml").display().to_string();
    let mut command = world.command(&["--config", &file, "serve"]);
    for name in ["META__APP_SECRETS", "META__VERIFY_TOKEN", "SERVER__ACCESS_TOKENS"] {
        command.env_remove(format!("MESSENGER_FUNNEL__{name}"));
    }
    let server = Server::start(command);
    let body = message("page", "person", 1_790_000_000_000, "m-1");
    assert_eq!(server.post(&body).await, 200);
    let by = async |token: &str| {
        let asked = Client::new().get(server.url("/api/v1/funnels")).bearer_auth(token);
        asked.send().await.unwrap().status().as_u16()
    };
    let handshake = |token: &str| {
        format!("/webhooks/meta?hub.mode=subscribe&hub.verify_token={token}&hub.challenge=7")
    };
    assert_eq!(by("the first access token").await, 200);

    settings(&world, "another secret", "second", "the second access token");
    let with_new = sign("another secret", &body);
    assert_eq!(server.post_signed(&body, &with_new).await, 401);
    signal(server.process(), libc::SIGHUP);
    until("the new secret", async || server.post_signed(&body, &with_new).await == 200).await;
    assert_eq!(server.post(&body).await, 401, "the old one is good no more");
    assert_eq!(server.get(&handshake("second")).await, (200, "7".to_owned()));
    assert_eq!(server.get(&handshake("first%20token")).await.0, 403);
    until("the new token", async || by("the second access token").await == 200).await;
    assert_eq!(by("the first access token").await, 401);

    // Settings that cannot be read leave everything as it is.
    world.write("messenger-funnel.toml", "[meta]\napp_secret = 1\n");
    signal(server.process(), libc::SIGHUP);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(server.post_signed(&body, &with_new).await, 200);
    assert_eq!(by("the second access token").await, 200);
}
