//! Many processes on one ClickHouse: nothing is counted twice, no edit is lost, and each can be replaced while the others
//! work.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use messenger_funnel::collector::{SIGNATURE_HEADER, sign};
use messenger_funnel::store::engine::Engine;
use tokio::sync::RwLock;

use crate::support::{SECRET, Server, World, count, message, signal, start_engine};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";

/// A process of its own data folder on a ClickHouse that all share.
fn part(engine: &Engine, key: &str, role: &str) -> (World, Server) {
    let endpoint = engine.endpoint("shared");
    let world = World::new()
        .on(&endpoint)
        .with("server.session_key_file", key)
        .with("server.drain_seconds", "1");
    let server = Server::start(world.command(&["serve", "--role", role]));
    (world, server)
}

/// Posts to one collector that is ready, as a balancer does. Only a connection that is refused is tried elsewhere.
async fn through_a_balancer(
    client: &reqwest::Client,
    collectors: &RwLock<Vec<String>>,
    number: usize,
    body: Vec<u8>,
) -> u16 {
    for step in 0..100 {
        let address = {
            let ready = collectors.read().await;
            ready[(number + step) % ready.len()].clone()
        };
        let request = client
            .post(format!("{address}/webhooks/meta"))
            .header(SIGNATURE_HEADER, sign(SECRET, &body))
            .body(body.clone());
        match request.send().await {
            Ok(answer) => return answer.status().as_u16(),
            Err(error) if error.is_connect() => {}
            Err(error) => panic!("a webhook failed: {error:?}"),
        }
    }
    panic!("nobody takes webhooks")
}

#[tokio::test(flavor = "multi_thread")]
async fn collectors_are_replaced_under_load_without_a_failed_webhook() {
    let folder = tempfile::tempdir().unwrap();
    let engine = start_engine(folder.path()).await.unwrap();
    let key = folder.path().join("key").display().to_string();
    let mut running = vec![part(&engine, &key, "collector"), part(&engine, &key, "collector")];
    // Two may work; each thing is done by one of them.
    let workers = [part(&engine, &key, "worker"), part(&engine, &key, "worker")];
    let webs = [part(&engine, &key, "web"), part(&engine, &key, "web")];
    let addresses = running.iter().map(|(_, server)| server.address.clone()).collect();
    let addresses: Arc<RwLock<Vec<String>>> = Arc::new(RwLock::new(addresses));

    let sent = Arc::new(AtomicU64::new(0));
    let load = {
        let (addresses, sent) = (Arc::clone(&addresses), Arc::clone(&sent));
        let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        let stop = tokio_util::sync::CancellationToken::new();
        let stopped = stop.clone();
        let posting = tokio::spawn(async move {
            let mut number = 0;
            while !stopped.is_cancelled() {
                let posts = (0..8).map(|step| {
                    let number = number + step;
                    let (person, mid) = (format!("person-{number}"), format!("m{number}"));
                    let body = message("1", &person, TIME + number as i64, &mid);
                    through_a_balancer(&client, &addresses, number, body)
                });
                let statuses = futures_util::future::join_all(posts).await;
                assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
                number += 8;
                sent.store(number as u64, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        (stop, posting)
    };

    // Each in turn: a new one comes, the old one says that it goes, and the balancer hears of it.
    for _ in 0..2 {
        let (world, old) = running.remove(0);
        let new = part(&engine, &key, "collector");
        addresses.write().await.push(new.1.address.clone());
        running.push(new);
        signal(old.process(), libc::SIGTERM);
        old.wait_until_leaving().await;
        let gone = old.address.clone();
        addresses.write().await.retain(|address| *address != gone);
        tokio::task::spawn_blocking(move || old.interrupt()).await.unwrap();
        // What it had journaled it has shipped.
        drop(world);
    }
    load.0.cancel();
    load.1.await.unwrap();
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent > 50, "{sent}");
    for (_, web) in &webs {
        web.wait_until(QUESTION, |report| count(report, "opened") == Some(sent)).await;
    }
    drop((workers, webs, running));
    engine.stop().await;
}

/// Edits of one link through two data folders at once: each changes something else, and all of it is there.
#[tokio::test(flavor = "multi_thread")]
async fn edits_of_a_link_by_several_processes_are_all_kept() {
    let folder = tempfile::tempdir().unwrap();
    let engine = start_engine(folder.path()).await.unwrap();
    let key = folder.path().join("key").display().to_string();
    let webs = [part(&engine, &key, "web"), part(&engine, &key, "web")];
    let first = &webs[0].0;
    first.succeed(&["link", "add", "--slug", "poster", "--page", "101", "--ref", "poster"]);
    for round in 0..3 {
        let value = format!("value-{round}");
        let edits = [
            webs[0].0.command(&["link", "edit", "poster", "--campaign", &value]).spawn(),
            webs[1].0.command(&["link", "edit", "poster", "--medium", &value]).spawn(),
            webs[0].0.command(&["link", "edit", "poster", "--owner", &value]).spawn(),
        ];
        for edit in edits {
            assert!(edit.unwrap().wait().unwrap().success());
        }
        for (_, web) in &webs {
            let links = web.json("/api/v1/links?from=2026-11-20&to=2026-11-21").await;
            let link = &links["links"][0];
            for name in ["campaign", "medium", "owner"] {
                assert_eq!(link[name], value.as_str(), "{link}");
            }
        }
    }
    drop(webs);
    engine.stop().await;
}
