//! Clocks that are put back, put ahead, or differ: what was said last counts, and nothing waits for a clock.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use messenger_funnel::conversions::{ConversionsState, router};
use messenger_funnel::domain::{AdAccount, AdDay, Cost, CostOf};
use messenger_funnel::journal::{Envelope, EnvelopeKind, Journal, Limits};
use messenger_funnel::materializer::{Materializer, rebuild};
use messenger_funnel::normalize::Settings;
use messenger_funnel::registry::{About, Edit, Registry};
use messenger_funnel::store::engine::Engine;
use messenger_funnel::store::{Shipper, Store, ViewSettings, migrate};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::support::stalling::shared;
use crate::support::{client, message, start_engine};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const HOUR: i64 = 3_600_000;
const KEEP: Duration = Duration::from_secs(3600);

fn at_ten() -> i64 {
    TIME
}

fn at_noon() -> i64 {
    TIME + 2 * HOUR
}

struct Bench {
    folder: TempDir,
    engine: Engine,
    store: Store,
    client: clickhouse::Client,
}

impl Bench {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let engine = start_engine(&folder.path().join("data")).await.unwrap();
        let endpoint = engine.endpoint("clocks");
        let store = Store::new(endpoint.clone());
        migrate(&store).await.unwrap();
        Self { folder, engine, store, client: client(&endpoint) }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    async fn count(&self, what: &str) -> u64 {
        let counted = self.client.query(&format!("SELECT count() FROM {what}"));
        counted.fetch_one::<u64>().await.unwrap()
    }
}

fn journal(path: &Path) -> Journal {
    Journal::open(path, Limits::default()).unwrap()
}

async fn write(journal: &Journal, body: Vec<u8>, received_at_ms: i64) {
    let body = Bytes::from(body);
    let envelope = Envelope { kind: EnvelopeKind::Webhook, received_at_ms, body };
    journal.append(envelope).await.unwrap();
}

async fn ship(journal: &Journal, store: &Store, clock: fn() -> i64) {
    let shipper = Shipper::new(journal, store.clone(), Settings::default(), KEEP).unwrap();
    shipper.by_clock(clock).drain().await.unwrap();
}

/// A collector whose clock is two hours ahead, or that was put back two hours: its events wait for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_clock_that_is_ahead_are_in_the_figures_at_once() {
    let bench = Bench::new().await;
    let upkeep = Materializer::new(bench.store.clone(), bench.path("conversations.lock"), at_ten);
    let waiting = upkeep.waiting();
    let journal = journal(&bench.path("journal"));
    let mut people = 0;
    for clock in [at_ten as fn() -> i64, at_noon, at_ten, at_noon] {
        for _ in 0..18 {
            people += 1;
            let body = message("1", &format!("p{people}"), TIME + people, &format!("m{people}"));
            write(&journal, body, clock()).await;
        }
        ship(&journal, &bench.store, clock).await;
        // More if a number comes again: then those who stood under it before are looked at again.
        assert!(upkeep.catch_up().await.unwrap() >= 18);
        assert_eq!(bench.count("conversations FINAL").await, people.unsigned_abs());
        assert_eq!(*waiting.borrow(), None);
    }
    // While another process works, what waits is known to wait, whatever its number.
    write(&journal, message("1", "late", TIME, "late"), at_noon()).await;
    ship(&journal, &bench.store, at_noon).await;
    let lease = upkeep.lease().await.unwrap();
    let other = upkeep.clone();
    let catching_up = tokio::spawn(async move { other.catch_up().await.unwrap() });
    let mut changes = waiting.clone();
    let is_waiting = tokio::time::timeout(KEEP, changes.wait_for(Option::is_some));
    is_waiting.await.unwrap().unwrap();
    lease.end().await;
    assert!(catching_up.await.unwrap() >= 1);
    assert_eq!(bench.count("conversations FINAL").await, people.unsigned_abs() + 1);
    assert_eq!(*waiting.borrow(), None);
    bench.engine.stop().await;
}

/// Two blocks with one number, the second while the first is being worked off: none is forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn blocks_of_one_number_are_each_worked_off() {
    let bench = Bench::new().await;
    let upkeep = Materializer::new(bench.store.clone(), bench.path("conversations.lock"), at_ten);
    for name in ["one", "two"] {
        let journal = journal(&bench.path(name));
        write(&journal, message("1", name, TIME, name), TIME).await;
        ship(&journal, &bench.store, at_ten).await;
        if name == "one" {
            let tables = messenger_funnel::store::MaterializedTables::Live;
            let seen = bench.store.changed_batches(tables).await.unwrap();
            assert_eq!((seen.len(), seen[0].batch), (1, TIME.unsigned_abs() * 1000));
            let journal = self::journal(&bench.path("beside"));
            write(&journal, message("1", "beside", TIME, "beside"), TIME).await;
            ship(&journal, &bench.store, at_ten).await;
            bench.store.work_off(tables, &seen, "a token").await.unwrap();
            assert_eq!(bench.store.changed_batches(tables).await.unwrap()[0].pending, 1);
        }
    }
    assert_eq!(upkeep.catch_up().await.unwrap(), 3);
    assert_eq!(bench.count("conversations FINAL").await, 3);
    bench.engine.stop().await;
}

/// Conversations that are made again after the clock was put back replace those that were made before, also where
/// somebody was cut off in between.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_later_counts_though_the_clock_was_put_back() {
    let bench = Bench::new().await;
    let lock = bench.path("conversations.lock");
    let journal = journal(&bench.path("journal"));
    for (round, clock) in [at_noon as fn() -> i64, at_ten, at_noon, at_ten].into_iter().enumerate()
    {
        // Each comes before the others: all that was made before is made again.
        let time = TIME - round as i64 * 10 * 24 * HOUR;
        write(&journal, message("1", "ann", time, &format!("m{round}")), clock()).await;
        ship(&journal, &bench.store, clock).await;
        let upkeep = Materializer::new(bench.store.clone(), lock.clone(), clock);
        // Cut off anywhere.
        let cut_off = Duration::from_millis(30 * round as u64);
        tokio::time::timeout(cut_off, upkeep.catch_up()).await.ok();
        upkeep.catch_up().await.unwrap();
        assert_eq!(bench.count("conversations FINAL").await, round as u64 + 1);
        assert!(rebuild(&upkeep, |_, _| {}).await.unwrap().is_same());
    }
    let made = bench.store.collection_state().await.unwrap().made_at;
    // All were made anew at the end, by the clock that was put back.
    assert!((made - at_ten()).abs() < HOUR, "{made}");
    bench.engine.stop().await;
}

/// The same event twice, whichever comes first by whatever clock: the tables are those of a rebuild.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_delivery_by_another_clock_changes_no_figure() {
    let bench = Bench::new().await;
    let upkeep = Materializer::new(bench.store.clone(), bench.path("conversations.lock"), at_ten);
    let mut figures = Vec::new();
    for (case, receipts) in [
        [TIME, TIME + 2 * HOUR],
        [TIME + 2 * HOUR, TIME],
        [TIME, TIME + 365 * 24 * HOUR],
        [TIME + 365 * 24 * HOUR, TIME],
    ]
    .into_iter()
    .enumerate()
    {
        let page = format!("page{case}");
        for received in receipts {
            let journal = journal(&bench.path(&format!("journal{case}-{received}")));
            write(&journal, message(&page, "ann", TIME - HOUR, "m1"), received).await;
            ship(&journal, &bench.store, at_noon).await;
            upkeep.catch_up().await.unwrap();
        }
        let question = "SELECT toUnixTimestamp64Milli(opened_at), acts FROM conversations FINAL WHERE page_id = ?";
        let found: Vec<(i64, u32)> =
            bench.client.query(question).bind(&page).fetch_all().await.unwrap();
        figures.push(found);
    }
    assert!(figures.iter().all(|one| *one == [(TIME - HOUR, 1)]), "{figures:?}");
    assert!(rebuild(&upkeep, |_, _| {}).await.unwrap().is_same());
    bench.engine.stop().await;
}

static DOOR: AtomicI64 = AtomicI64::new(0);

fn door_clock() -> i64 {
    DOOR.load(Ordering::SeqCst)
}

async fn report(door: &ConversionsState, item: Value) {
    let request = axum::http::Request::post("/api/v1/conversions")
        .header("content-type", "application/json")
        .body(axum::body::Body::from(item.to_string()))
        .unwrap();
    let answer = router(door.clone()).0.oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200);
}

/// A retraction that is accepted retracts, though the clock was put back since the sale, and the server started again.
#[tokio::test(flavor = "multi_thread")]
async fn a_retraction_counts_though_the_clock_was_put_back() {
    let bench = Bench::new().await;
    let upkeep = Materializer::new(bench.store.clone(), bench.path("conversations.lock"), at_ten);
    let sale = |id: &str| {
        json!({ "id": id, "name": "purchase", "time": TIME - HOUR, "value": 5, "currency": "EUR",
            "page": "77", "person": "ann" })
    };
    let retracted = |id: &str| {
        let mut item = sale(id);
        item["retracted"] = json!(true);
        item
    };
    let standing = "conversions FINAL";
    let mut journal = journal(&bench.path("journal"));
    for (round, starts_again) in [false, true, false, true].into_iter().enumerate() {
        let id = format!("R{round}");
        DOOR.store(TIME, Ordering::SeqCst);
        let mut door = ConversionsState::new(journal.clone(), door_clock).unwrap();
        report(&door, sale(&id)).await;
        if round < 2 {
            ship(&journal, &bench.store, at_ten).await;
            upkeep.catch_up().await.unwrap();
            assert_eq!(bench.count(standing).await, 1);
        }
        DOOR.store(TIME - HOUR, Ordering::SeqCst);
        if starts_again {
            drop((door, journal));
            journal = loop {
                // The writing thread gives the lock up a little later.
                match Journal::open(&bench.path("journal"), Limits::default()) {
                    Ok(journal) => break journal,
                    Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            };
            door = ConversionsState::new(journal.clone(), door_clock).unwrap();
        }
        report(&door, retracted(&id)).await;
        ship(&journal, &bench.store, at_ten).await;
        upkeep.catch_up().await.unwrap();
        assert_eq!(bench.count(standing).await, 0, "round {round}");
    }
    assert!(bench.store.latest_report().await.unwrap() >= TIME);
    bench.engine.stop().await;
}

static EDITS: AtomicI64 = AtomicI64::new(0);

fn edits_clock() -> i64 {
    EDITS.load(Ordering::SeqCst)
}

/// Each edit is made an hour before the one before it, by its clock; the last one counts.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_edit_counts_whatever_the_clock_says() {
    let bench = Bench::new().await;
    let store = &bench.store;
    let back = |hours: i64| {
        EDITS.store(TIME - hours * HOUR, Ordering::SeqCst);
        edits_clock().unsigned_abs() * 1000
    };
    // Links.
    let registry = Registry::new(store.clone(), bench.path("links.lock"), edits_clock);
    let about = |campaign: &str| About {
        page: Some("101".to_owned()),
        referral_ref: Some("poster".to_owned()),
        campaign: Some(campaign.to_owned()),
        ..About::default()
    };
    let slug = || "poster".to_owned();
    back(0);
    let add = Edit::Add { slug: Some(slug()), about: about("first") };
    registry.make(add).await.unwrap();
    for hours in 1..4 {
        back(hours);
        let campaign = format!("{hours}");
        registry.make(Edit::Change { slug: slug(), about: about(&campaign) }).await.unwrap();
        assert_eq!(store.links().await.unwrap()["poster"].campaign, campaign);
    }
    // Settings of views.
    let settings = |days: u32| ViewSettings {
        time_zone: "UTC".to_owned(),
        lookback_days: days,
        half_life_days: 7.,
        first_share: 0.4,
        last_share: 0.4,
    };
    for hours in 0..3 {
        let days = 30 + u32::try_from(hours).unwrap();
        store.tell_views(&settings(days), back(hours)).await.unwrap();
        let known = bench.client.query("SELECT lookback_days FROM settings_now");
        assert_eq!(known.fetch_one::<u32>().await.unwrap(), days);
    }
    // Definitions of reports: written, removed, written again.
    for (hours, text) in [(0, Some("a")), (1, None), (2, Some("b")), (3, None)] {
        let version = store.next_version("report_definitions", back(hours)).await.unwrap();
        let text = text.map(str::to_owned);
        store.save_report_definition("daily", text.clone(), version).await.unwrap();
        let known = store.report_definitions().await.unwrap();
        assert_eq!(known.into_iter().next().map(|known| known.definition), text);
    }
    // Schedules: that which was written last is the report's.
    for (hours, schedule) in [(0, "0 1 * * *"), (1, "0 2 * * *"), (2, "")] {
        back(hours);
        store.begin_schedule("daily", schedule, edits_clock()).await.unwrap();
        let since = store.schedule_since("daily", schedule, TIME + HOUR).await.unwrap();
        assert_eq!(since, edits_clock());
    }
    // Costs.
    let cost = Cost {
        id: "c1".to_owned(),
        of: CostOf::Source,
        name: "qr".to_owned(),
        first: jiff::civil::date(2026, 11, 1),
        last: jiff::civil::date(2026, 11, 2),
        amount: 5.into(),
        currency: "EUR".to_owned(),
        note: String::new(),
    };
    for (hours, is_removed) in [(0, false), (1, true)] {
        let version = store.next_version("costs", back(hours)).await.unwrap();
        store.save_cost(&cost, is_removed, version).await.unwrap();
        assert_eq!(store.costs().await.unwrap().is_empty(), is_removed);
    }
    // What ads cost, whoever tells it.
    let date = jiff::civil::date(2026, 11, 1);
    let day = |spend: i64| AdDay {
        account_id: "9".to_owned(),
        currency: "EUR".to_owned(),
        spend: spend.into(),
        ..AdDay::new(date, "ad")
    };
    for hours in 0..4 {
        let days = [day(hours)];
        if hours % 2 == 0 {
            store.save_spend(&days, back(hours)).await.unwrap();
        } else {
            store.save_account_days("9", date, date, &days, back(hours)).await.unwrap();
        }
        let known = store.spend(date, date).await.unwrap();
        assert_eq!(known.iter().map(|day| day.spend).collect::<Vec<_>>(), [hours.into()]);
        let account = AdAccount {
            id: "9".to_owned(),
            name: format!("{hours}"),
            currency: "EUR".to_owned(),
            time_zone: "UTC".to_owned(),
        };
        store.save_ad_account(&account, back(hours)).await.unwrap();
        assert_eq!(store.ad_accounts().await.unwrap()[0].name, account.name);
    }
    bench.engine.stop().await;
}

/// ClickHouse's own clock was put back: a lease whose holder is gone ends in time all the same, and a lease's number that
/// was used before does not keep the work from being begun.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_of_a_clock_that_was_put_back_does_not_last_for_hours() {
    let bench = Bench::new().await;
    let store = Store::new(shared(&bench.engine.endpoint("clocks")));
    let insert = "INSERT INTO claims (work, turn, holder, until) \
                  SELECT 'turn links', 7, 'gone', now64(3) + INTERVAL 2 HOUR";
    bench.client.query(insert).execute().await.unwrap();
    let lease = store.try_lease("turn links", "another", 15_000, true).await.unwrap().unwrap();
    assert_eq!(lease.number, 8);
    assert!(store.try_lease("turn links", "a third", 15_000, true).await.unwrap().is_none());
    store.end_lease(lease).await.unwrap();
    let lease = store.try_lease("turn links", "a third", 15_000, true).await.unwrap().unwrap();
    store.end_lease(lease).await.unwrap();
    // Rows go after days, and ClickHouse remembers their tokens longer.
    bench.client.query("TRUNCATE TABLE claims").execute().await.unwrap();
    for _ in 0..3 {
        let lease = store.try_lease("again", "one", 15_000, false).await.unwrap().unwrap();
        store.end_lease(lease).await.unwrap();
        let gone = "ALTER TABLE claims DELETE WHERE 1 SETTINGS mutations_sync = 2";
        bench.client.query(gone).execute().await.unwrap();
    }
    bench.engine.stop().await;
}
