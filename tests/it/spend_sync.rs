//! Spend from Meta: whatever goes wrong on the way, the figures are right or the error is told.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use jiff::Span;
use jiff::civil::Date;
use messenger_funnel::domain::AdDay;
use messenger_funnel::meta::{Graph, Patience};
use messenger_funnel::spend::{SyncSettings, sync};
use messenger_funnel::store::{Store, migrate};
use proptest::test_runner::{Config, TestRunner};
use rust_decimal::Decimal;
use tempfile::TempDir;

use crate::graph::{Account, FakeGraph, TOKEN, Trouble};
use crate::support::{World, is_alive, signal, start_engine};

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn today() -> Date {
    jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date()
}

/// Three accounts, two currencies, with figures of some days until yesterday.
fn accounts(ads: u64, days: i64) -> Vec<Account> {
    let last = today().yesterday().unwrap();
    let first = today().saturating_sub(Span::new().days(days));
    let account =
        |id, currency| Account { id, currency, time_zone: "UTC", ads, first, last, correction: 0 };
    vec![account(101, "EUR"), account(102, "USD"), account(103, "EUR")]
}

fn world(fake: &FakeGraph) -> World {
    let mut world = World::new().with("meta.ad_accounts", "act_101,102,103");
    for (key, value) in fake.settings() {
        world = world.with(key, &value);
    }
    world
}

/// Sums of what is stored, by account.
fn stored(days: &[AdDay]) -> BTreeMap<String, (u64, u64, u64, Decimal, u64)> {
    let mut sums = BTreeMap::new();
    for day in days {
        let sum = sums.entry(day.account_id.clone()).or_insert((0, 0, 0, Decimal::ZERO, 0));
        sum.0 += 1;
        sum.1 += day.impressions.unwrap();
        sum.2 += day.clicks.unwrap();
        sum.3 += day.spend;
        sum.4 += day.conversations_started.unwrap();
    }
    sums
}

fn expected(accounts: &[Account]) -> BTreeMap<String, (u64, u64, u64, Decimal, u64)> {
    let sums = accounts.iter().map(|account| {
        let books = account.books(account.first, account.last);
        let sums = (books.rows, books.impressions, books.clicks, books.spend, books.started);
        (account.id.to_string(), sums)
    });
    sums.collect()
}

async fn read_back(world: &World) -> Vec<AdDay> {
    let engine = start_engine(&world.data_dir()).await.unwrap();
    let store = Store::new(engine.endpoint("messenger_funnel"));
    let days = store.spend(Date::constant(2020, 1, 1), today()).await.unwrap();
    engine.stop().await;
    days
}

/// The acceptance: 200 ads in each of three accounts, 90 days, every twentieth answer an error; killed in
/// the middle and run again.
#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_is_killed_goes_on_and_comes_to_exact_totals() {
    let accounts = accounts(200, 90);
    let fake = FakeGraph::start(accounts.clone(), Trouble::errors(5, 11)).await;
    let world = world(&fake);
    world.succeed(&["migrate"]);
    let mut child = world
        .command(&["spend", "sync", "--months", "3"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // In the middle of the second account.
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let pages =
            fake.with(|inner| inner.answered.keys().filter(|key| key.contains("limit")).count());
        if pages >= 90 {
            break;
        }
        assert!(is_alive(child.id()), "the sync ended early, at {pages} pages");
    }
    signal(child.id(), libc::SIGKILL);
    child.wait().unwrap();
    let told = tokio::task::block_in_place(|| world.succeed(&["spend", "sync", "--months", "3"]));
    assert!(
        told.contains("more were kept from before") || told.contains("nothing is due"),
        "{told}"
    );
    // No page was fetched twice, but for one that may have been answered as the kill came.
    let twice: Vec<(String, u64)> = fake.with(|inner| {
        let pages = inner.answered.iter().filter(|(key, _)| key.contains("limit"));
        pages.filter(|(_, times)| **times > 1).map(|(key, times)| (key.clone(), *times)).collect()
    });
    assert!(twice.len() <= 1, "{twice:?}");
    assert_eq!(stored(&read_back(&world).await), expected(&accounts));
    // Nothing is due now, and asking costs one request an account.
    let before = fake.with(|inner| (inner.trouble.errors = 0, inner.requests).1);
    let told = tokio::task::block_in_place(|| world.succeed(&["spend", "sync", "--months", "3"]));
    assert_eq!(told.matches("nothing is due").count(), 3, "{told}");
    assert_eq!(fake.with(|inner| inner.requests) - before, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_are_too_large_are_asked_for_in_smaller_ones() {
    let fake = FakeGraph::start(accounts(3, 20), Trouble::none()).await;
    let world = world(&fake);
    fake.with(|inner| inner.most_rows = 100);
    tokio::task::block_in_place(|| world.succeed(&["spend", "sync", "--again"]));
    let all = stored(&read_back(&world).await);
    assert_eq!(all, fake.with(|inner| expected(&inner.accounts)));
}

/// What an ad cost was paid, though it has been deleted since.
#[tokio::test(flavor = "multi_thread")]
async fn deleted_ads_keep_what_they_cost() {
    let fake = FakeGraph::start(accounts(3, 20), Trouble::none()).await;
    let world = world(&fake);
    let sync = || tokio::task::block_in_place(|| world.succeed(&["spend", "sync", "--again"]));
    let ads = fake.with(|inner| [0, 1].map(|ad| inner.accounts[0].ad_id(ad)));
    fake.with(|inner| inner.deleted = vec![ads[0].clone()]);
    sync();
    let all = stored(&read_back(&world).await);
    assert_eq!(all, fake.with(|inner| expected(&inner.accounts)));
    fake.with(|inner| inner.forgotten = vec![ads[1].clone()]);
    sync();
    assert_eq!(stored(&read_back(&world).await), all);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_say_what_to_do_and_hide_the_token() {
    let fake = FakeGraph::start(accounts(2, 5), Trouble::none()).await;
    let world = world(&fake);
    fake.with(|inner| inner.trouble.fatal = Some((3, 190, 463)));
    let output = tokio::task::block_in_place(|| world.run(&["spend", "sync"]));
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("code 190, subcode 463"), "{told}");
    assert!(told.contains("renew meta.access_token"), "{told}");
    assert!(!told.contains(TOKEN) && !told.contains("http://127"), "{told}");
    fake.with(|inner| inner.trouble.fatal = Some((0, 100, 0)));
    let output =
        tokio::task::block_in_place(|| world.run(&["spend", "sync", "--account", "act_102"]));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("1 of 1 ad accounts could not be read"), "{told}");
    fake.with(|inner| inner.trouble.fatal = None);
    let told = tokio::task::block_in_place(|| world.succeed(&["spend", "sync", "--months", "1"]));
    assert!(told.contains("act_101 Account 101:"), "{told}");
    let files: Vec<_> = std::fs::read_dir(world.data_dir().join("spend")).unwrap().collect();
    assert_eq!(files.len(), 3, "only locks are left: {files:?}");
}

/// A server syncs by itself, and what an earlier day was is corrected by a later fetch.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_syncs_by_itself() {
    let accounts = accounts(3, 10);
    let fake = FakeGraph::start(accounts.clone(), Trouble::none()).await;
    let world = world(&fake).with("spend.months", "1");
    let server = world.serve();
    let path = format!(
        "/api/v1/funnels/click-to-messenger?from={}&to={}",
        today().saturating_sub(Span::new().days(10)),
        today()
    );
    let all: u64 = expected(&accounts).values().map(|sums| sums.1).sum();
    server.wait_until(&path, |report| report["steps"][0]["count"] == all).await;
    for tries in 0.. {
        let metrics = server.get("/metrics").await.1;
        if metrics.contains("messenger_funnel_spend_synced_timestamp_seconds") {
            break;
        }
        assert!(tries < 100, "{metrics}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    server.interrupt();
    fake.with(|inner| inner.accounts[0].correction = 3);
    tokio::task::block_in_place(|| world.succeed(&["spend", "sync", "--months", "1", "--again"]));
    let mut corrected = accounts;
    corrected[0].correction = 3;
    assert_eq!(stored(&read_back(&world).await), expected(&corrected));
}

/// Before the limit is hit requests are spaced; behind it they wait as long as Meta says.
#[tokio::test]
async fn requests_slow_down_before_metas_limit_is_hit() {
    let account = accounts(40, 2)[0].clone();
    let fake = FakeGraph::start(vec![account.clone()], Trouble::none()).await;
    fake.with(|inner| inner.page_rows = 20);
    let pause = Duration::from_millis(60);
    let patience = Patience { longest_pause: pause, ..Patience::default() };
    let graph = Graph::new(&fake.address, "v25.0", TOKEN.into(), patience).unwrap();
    let yesterday = today().yesterday().unwrap();
    let query = messenger_funnel::meta::InsightsQuery {
        account_id: account.id.to_string(),
        since: yesterday,
        until: yesterday,
    };
    let pages = async || {
        let started = std::time::Instant::now();
        let (mut after, mut pages) = (None, 0);
        loop {
            let page = graph.insights(&query, after.as_deref()).await.unwrap();
            pages += 1;
            after = page.after;
            if after.is_none() {
                return (pages, started.elapsed());
            }
        }
    };
    let (count, quick) = pages().await;
    fake.with(|inner| inner.trouble.used = 96);
    let (_, slow) = pages().await;
    assert!(count >= 3 && slow > pause * (count - 1), "{count} pages in {quick:?}, then {slow:?}");
    assert!(quick < slow);
}

/// Whatever mix of errors comes: the table ends right, or the error is told and the next sync mends it.
#[test]
fn whatever_goes_wrong_the_figures_are_right_or_the_error_is_told() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = TempDir::new().unwrap();
    let engine = runtime.block_on(start_engine(folder.path())).unwrap();
    let mut config = Config::with_cases(40);
    config.failure_persistence = None;
    let mix =
        (0_u32..60, 0_u32..70, 0_u32..30, 0_i32..9, proptest::option::of(1_u64..40), 1_usize..40);
    let (case, told) = (Cell::new(0_u64), Cell::new(0_u64));
    TestRunner::new(config)
        .run(&(mix, 0_u64..1000), |((errors, failing, lost, most_days, fatal, page_rows), seed)| {
            case.set(case.get() + 1);
            let failed = runtime.block_on(async {
                let account = Account { id: 500 + case.get(), ..accounts(3, 40)[0].clone() };
                let mut trouble = Trouble::errors(errors, seed);
                trouble.failing_reports = failing;
                trouble.lost_cursors = lost;
                trouble.most_days = most_days;
                trouble.fatal = fatal.map(|at| (at * 5, 190, 460));
                let fake = FakeGraph::start(vec![account.clone()], trouble).await;
                fake.with(|inner| inner.page_rows = page_rows);
                one_account(&fake, &account, &engine.endpoint("sync"), folder.path()).await
            });
            told.set(told.get() + u64::from(failed));
            Ok(())
        })
        .unwrap();
    // Both ends have been seen.
    let (case, told) = (case.get(), told.get());
    assert!(told > 0 && told < case, "{told} of {case} failed at first");
    runtime.block_on(engine.stop());
}

/// Syncs until it works; whether it failed at first.
async fn one_account(
    fake: &FakeGraph,
    account: &Account,
    endpoint: &messenger_funnel::store::Endpoint,
    folder: &std::path::Path,
) -> bool {
    let patience = Patience {
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(4),
        retries: 6,
        longest_pause: Duration::from_millis(5),
    };
    let token = secrecy::SecretString::from(TOKEN);
    let graph = Graph::new(&fake.address, "v25.0", token, patience).unwrap();
    let store = Store::new(endpoint.clone());
    migrate(&store).await.unwrap();
    let settings = SyncSettings {
        months: 1,
        fresh_for: Duration::from_secs(3600),
        folder: folder.join("spend"),
        poll_every: Duration::from_millis(1),
        report_limit: Duration::from_secs(5),
    };
    let id = account.id.to_string();
    let first = sync(&graph, &store, &settings, &id, now, &|_| {}).await;
    if first.is_err() {
        // What is stored by then is whole days, each right.
        check(&store, account, true).await;
        fake.with(|inner| inner.trouble = Trouble::none());
        sync(&graph, &store, &settings, &id, now, &|_| {}).await.unwrap();
    }
    check(&store, account, false).await;
    first.is_err()
}

async fn check(store: &Store, account: &Account, may_lack: bool) {
    let first = messenger_funnel::spend::first_day(today(), 1);
    let id = account.id.to_string();
    let known = store.known_spend_days(first, today()).await.unwrap();
    let known: Vec<Date> = known
        .into_iter()
        .filter(|day| day.is_whole && day.account_id == id)
        .map(|day| day.date)
        .collect();
    let days = store.spend(first, today()).await.unwrap();
    let days: Vec<AdDay> = days.into_iter().filter(|day| day.account_id == id).collect();
    for date in first.series(Span::new().days(1)).take_while(|date| *date < today()) {
        if !known.contains(&date) {
            assert!(may_lack, "{date} is missing");
            continue;
        }
        let own: Vec<AdDay> = days.iter().filter(|day| day.date == date).cloned().collect();
        let books = account.books(date, date);
        let spend: Decimal = own.iter().map(|day| day.spend).sum();
        assert_eq!((own.len() as u64, spend), (books.rows, books.spend), "{date}");
    }
}
