//! A process that is stopped for longer than its lease lasts, and goes on beside another: nothing is made twice, and
//! nothing is undone.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use messenger_funnel::feedback::{FeedbackSettings, pass};
use messenger_funnel::journal::{Envelope, EnvelopeKind, Journal, Limits};
use messenger_funnel::materializer::{Materializer, rebuild};
use messenger_funnel::meta::{Graph, Patience};
use messenger_funnel::normalize::Settings;
use messenger_funnel::store::{Shipper, Store, migrate};
use serde_json::json;
use tempfile::TempDir;

use crate::feedback::{HOUR, now, taps};
use crate::graph::{FakeGraph, TOKEN, Trouble};
use crate::support::stalling::{Stalling, shared};
use crate::support::{Server, World, client, count, message, signal, start_engine};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const DAY: i64 = 86_400_000;

fn clock() -> i64 {
    TIME
}

/// As ClickHouse knows it when a lease is over: another has begun since, and ended.
pub async fn take_over(client: &clickhouse::Client, work: &str) {
    let taken = "INSERT INTO claims (work, turn, holder, until) \
                 SELECT ?, max(turn) + 1, 'another', now64(3) FROM claims WHERE work = ? HAVING count() > 0";
    client.query(taken).bind(work).bind(work).execute().await.unwrap();
}

/// Somebody comes through a link, or writes.
fn happening(person: usize, time: i64, is_referral: bool) -> Vec<u8> {
    let person = format!("person-{person}");
    let mid = format!("m-{person}-{time}");
    if !is_referral {
        return message("1", &person, time, &mid);
    }
    let referral = json!({ "ref": mid, "source": "SHORTLINK", "type": "OPEN_THREAD" });
    let item = json!({ "sender": { "id": person }, "recipient": { "id": "1" }, "timestamp": time,
        "referral": referral });
    let entry = json!([{ "id": "1", "time": time, "messaging": [item] }]);
    serde_json::to_vec(&json!({ "object": "page", "entry": entry })).unwrap()
}

pub struct Traffic {
    journal: Journal,
    store: Store,
    random: fastrand::Rng,
}

impl Traffic {
    pub fn new(folder: &Path, store: &Store) -> Self {
        let journal = Journal::open(&folder.join("journal"), Limits::default()).unwrap();
        Self { journal, store: store.clone(), random: fastrand::Rng::with_seed(5) }
    }

    /// Ships what a few people did, in no order.
    pub async fn ship(&mut self, events: usize) {
        for _ in 0..events {
            let time = TIME - self.random.i64(0..60 * DAY);
            let body = happening(self.random.usize(0..4), time, self.random.bool());
            let body = Bytes::from(body);
            let envelope = Envelope { kind: EnvelopeKind::Webhook, received_at_ms: TIME, body };
            self.journal.append(envelope).await.unwrap();
        }
        let keep = Duration::from_secs(3600);
        let shipper = Shipper::new(&self.journal, self.store.clone(), Settings::default(), keep);
        shipper.unwrap().drain().await.unwrap();
    }
}

/// A maker of conversations is stopped before each of its requests in turn, another does the work, and it goes on.
#[tokio::test(flavor = "multi_thread")]
async fn who_goes_on_late_undoes_nothing_wherever_it_was_stopped() {
    let folder = TempDir::new().unwrap();
    let engine = start_engine(&folder.path().join("data")).await.unwrap();
    let endpoint = engine.endpoint("fencing");
    let (way, slow) = Stalling::start(&endpoint).await;
    let store = Store::new(shared(&endpoint));
    migrate(&store).await.unwrap();
    let client = client(&endpoint);
    let upkeep = |store: Store, name: &str| {
        Materializer::new(store, folder.path().join(name).join("conversations.lock"), clock)
    };
    let (stopped, other) = (upkeep(Store::new(slow), "one"), upkeep(store.clone(), "two"));
    let mut traffic = Traffic::new(folder.path(), &store);
    let mut held = Vec::new();
    for place in 0.. {
        traffic.ship(3).await;
        let mut left = place;
        way.hold(move |_| {
            left -= 1;
            left < 0
        });
        let late = stopped.clone();
        let late = tokio::spawn(async move { late.catch_up().await });
        let Some(at) = way.wait(|| late.is_finished()).await else {
            late.await.unwrap().unwrap();
            break;
        };
        take_over(&client, "turn conversations").await;
        // Some of the same people have done more since.
        traffic.ship(usize::try_from(place).unwrap() % 3).await;
        other.catch_up().await.unwrap();
        way.go_on();
        let became = late.await.unwrap();
        held.push(at.clone());
        other.catch_up().await.unwrap();
        let rebuilt = rebuild(&other, |_, _| {}).await.unwrap();
        assert!(rebuilt.is_same(), "stopped at {place}: {at}\n{became:?}\n{rebuilt:?}");
    }
    // Among others before each table that it writes.
    for table in ["people", "conversations", "touchpoints", "changed_batches"] {
        let is_there = |asked: &&String| {
            asked.contains("INSERT") && asked.contains(table) && !asked.contains("_rebuilt")
        };
        assert!(held.iter().any(|asked| is_there(&asked)), "{table}: {held:#?}");
    }
    engine.stop().await;
}

/// Who sends conversions to Meta is stopped before each of its requests to ClickHouse in turn.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_stopped_tells_meta_nothing_that_another_has_told() {
    let fake = FakeGraph::start(Vec::new(), Trouble::none()).await;
    let folder = TempDir::new().unwrap();
    let engine = start_engine(&folder.path().join("data")).await.unwrap();
    let endpoint = engine.endpoint("fencing");
    let (way, slow) = Stalling::start(&endpoint).await;
    let store = Store::new(shared(&endpoint));
    migrate(&store).await.unwrap();
    let client = client(&endpoint);
    let lock = folder.path().join("conversations.lock");
    let upkeep = Materializer::new(store.clone(), lock, now);
    let journal = Journal::open(&folder.path().join("journal"), Limits::default()).unwrap();
    let settings = |name: &str| FeedbackSettings {
        events: [("lead".to_owned(), "LeadSubmitted".to_owned())].into(),
        datasets: [("7".to_owned(), "771".to_owned())].into(),
        batch: 2,
        lock: folder.path().join(name).join("feedback.lock"),
        ..FeedbackSettings::default()
    };
    let graph = || {
        let wait = Duration::from_millis(1);
        let patience =
            Patience { first_wait: wait, longest_wait: wait, retries: 1, longest_pause: wait };
        Graph::new(&fake.address, "v25.0", TOKEN.into(), patience).unwrap()
    };
    let mut told = 0;
    for place in 0.. {
        for person in 0..3 {
            let body = taps(&format!("p{place}-{person}"), "LEAD", now() - HOUR);
            let (kind, body) = (EnvelopeKind::Webhook, Bytes::from(body));
            journal.append(Envelope { kind, received_at_ms: now(), body }).await.unwrap();
        }
        told += 3;
        let keep = Duration::from_secs(3600);
        let shipper = Shipper::new(&journal, store.clone(), Settings::default(), keep);
        shipper.unwrap().drain().await.unwrap();
        upkeep.catch_up().await.unwrap();
        let mut left = place;
        way.hold(move |_| {
            left -= 1;
            left < 0
        });
        let (late, how, own) = (graph(), settings("one"), Store::new(slow.clone()));
        let late = tokio::spawn(async move { pass(&late, &own, &how, now).await });
        let Some(at) = way.wait(|| late.is_finished()).await else {
            late.await.unwrap().unwrap();
            break;
        };
        let before = fake.with(|inner| inner.taken.clone());
        take_over(&client, "turn feedback").await;
        pass(&graph(), &store, &settings("two"), now).await.unwrap();
        way.go_on();
        late.await.unwrap().ok();
        let taken = fake.with(|inner| std::mem::take(&mut inner.taken));
        // What was sent and not noted before it stopped is sent again with the same id: Meta takes it for the same.
        let is_right = |(event, times): (&(String, String), &u64)| {
            *times == 1 || *times == 2 && before.contains_key(event)
        };
        assert!(taken.iter().all(is_right), "stopped at {place}: {at}\n{before:?}\n{taken:?}");
    }
    assert_eq!(fake.with(|inner| inner.events.len()), told);
    let sent = "SELECT count() FROM feedback FINAL WHERE status = 'sent'";
    assert_eq!(client.query(sent).fetch_one::<u64>().await.unwrap(), told as u64);
    engine.stop().await;
}

const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";

/// Real processes: each of two workers is stopped in turn for longer than a lease lasts, under load, and goes on.
#[tokio::test(flavor = "multi_thread")]
async fn workers_that_are_stopped_and_go_on_make_each_conversation_once() {
    let folder = TempDir::new().unwrap();
    let engine = start_engine(folder.path()).await.unwrap();
    let endpoint = engine.endpoint("shared");
    let key = folder.path().join("key").display().to_string();
    let part = |role: &str| {
        let world = World::new().on(&endpoint).with("server.session_key_file", &key);
        let server = Server::start(world.command(&["serve", "--role", role]));
        (world, server)
    };
    let front = part("collector,web");
    let workers = [part("worker"), part("worker")];
    let mut sent = 0;
    for (_, worker) in &workers {
        for step in 0..160 {
            if step == 7 {
                signal(worker.process(), libc::SIGSTOP);
            }
            let body = message("1", &format!("person-{sent}"), TIME + sent, &format!("m{sent}"));
            assert_eq!(front.1.post(&body).await, 200);
            sent += 1;
            // In all longer than a lease lasts.
            tokio::time::sleep(Duration::from_millis(110)).await;
        }
        // The other has had the lease since.
        let all = sent.unsigned_abs();
        front.1.wait_until(QUESTION, |report| count(report, "opened") == Some(all)).await;
        signal(worker.process(), libc::SIGCONT);
    }
    let body = message("1", "the last", TIME, "last");
    assert_eq!(front.1.post(&body).await, 200);
    let all = sent.unsigned_abs() + 1;
    front.1.wait_until(QUESTION, |report| count(report, "opened") == Some(all)).await;
    let (world, server) = front;
    let told = tokio::task::spawn_blocking(move || {
        world.succeed(&["conversations", "rebuild", "--strict"])
    });
    let told = told.await.unwrap();
    assert_eq!(told.matches("0 were missing, 0 should not have been there").count(), 4, "{told}");
    drop((workers, server));
    engine.stop().await;
}
