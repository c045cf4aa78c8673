//! How the time of questions over a month grows when ten times as much history is stored, how much of the funnel
//! page's time is ClickHouse's, and how much memory our process takes. `make bench-growth`; `-- PEOPLE MONTHS` for
//! another size and another number of months before.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail loudly")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod history;

use std::fmt::Write;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use clickhouse::Client;
use history::{FROM, History, TO};
use jiff::tz::TimeZone;
use messenger_funnel::accounts::{Accounts, key_of};
use messenger_funnel::analysis::{Model, Parameters};
use messenger_funnel::domain::{FUNNEL_WINDOW_MS, Period, Timestamp};
use messenger_funnel::http::rate_limit::Limit;
use messenger_funnel::insights::query::Defaults;
use messenger_funnel::insights::stored_funnels::StoredFunnels;
use messenger_funnel::store::{BreakdownColumns, MessagingWindow, Store};
use messenger_funnel::web::router::router;
use messenger_funnel::web::state::Views;
use secrecy::ExposeSecret;
use tower::ServiceExt;

/// About 2 million events in a month.
const PEOPLE: u64 = 274_000;
const ROUNDS: usize = 9;
/// Months before the one that is asked for.
const MONTHS_BEFORE: u64 = 9;
const MONTH_DAYS: u64 = 31;

/// What is asked, of the month alone.
const QUESTIONS: [(&str, &str); 7] = [
    ("overview page", "/?"),
    ("funnel page", "/funnels?"),
    ("ads page", "/ads?"),
    ("attribution page", "/attribution?model=linear&"),
    ("answers page", "/conversations?"),
    ("funnel by ad, JSON", "/api/v1/funnels/click-to-messenger?by=ad&"),
    ("conversations, first 1000", "/api/v1/conversations?"),
];

fn main() {
    let arguments = history::arguments();
    let people = arguments.first().copied().unwrap_or(PEOPLE);
    let months = arguments.get(1).copied().unwrap_or(MONTHS_BEFORE);
    tokio::runtime::Runtime::new().unwrap().block_on(measure(people, months));
}

async fn measure(people: u64, months: u64) {
    let (engine, folder) = history::start_engine().await;
    let history = History::new(&engine, folder.path(), people).await;
    let endpoint = engine.endpoint(&format!("people_{people}"));
    let client = Client::default()
        .with_url(&endpoint.url)
        .with_user(&endpoint.user)
        .with_password(endpoint.password.expose_secret())
        .with_database(&endpoint.database);
    let routes = routes(&history.store).await;
    rest(&client).await;
    let small = ask_all(&routes).await;
    let (page, bare) = funnel_page(&routes, &history.store).await;
    let memory_of_small = peak_memory(&routes).await;
    for month in 1..=months {
        copy_month(&client, month * MONTH_DAYS).await;
    }
    rest(&client).await;
    let large = ask_all(&routes).await;
    let memory_of_large = peak_memory(&routes).await;
    let stored =
        |rows: u64| format!("{:.1} million events", f64::from(u32::try_from(rows).unwrap()) / 1e6);
    println!(
        "{} of {} people in the month, {} in all\n",
        stored(history.events),
        history.people,
        stored(history.events * (months + 1))
    );
    println!("| question over the month | alone | with {months} months before | ratio |");
    println!("| :--- | ---: | ---: | ---: |");
    for (((name, _), small), large) in QUESTIONS.iter().zip(small).zip(large) {
        println!("| {name} | {small:.3} s | {large:.3} s | {:.2} |", large / small);
    }
    println!("\nfunnel page {page:.3} s, its queries alone {bare:.3} s: {:.2}", page / bare);
    for [most, before] in [memory_of_small, memory_of_large] {
        println!("peak memory of this process: {most} MB, {before} MB of it before the questions");
    }
    engine.stop().await;
}

async fn routes(store: &Store) -> Router {
    let folder = tempfile::tempdir().unwrap();
    let key = key_of(&folder.path().join("key")).unwrap();
    let accounts = Accounts::new(store.clone(), key, Vec::new(), Vec::new(), false, || TO);
    accounts.refresh().await.unwrap();
    let defaults = Defaults {
        zone: TimeZone::UTC,
        model: Model::Last,
        parameters: Parameters::default(),
        refs: Arc::default(),
    };
    let views = Views {
        store: store.clone(),
        defaults,
        accounts,
        limit: Limit::per_minute(NonZeroU32::MAX),
        funnels: Arc::default(),
        stored_funnels: StoredFunnels::default(),
        links: tokio::sync::watch::channel(Arc::default()).1,
        public_url: None,
        window: MessagingWindow {
            hours: 24,
            by_channel: Vec::new(),
            by_source: Vec::new(),
            free_entry_hours: 72,
        },
        clock: || TO,
        bounds: messenger_funnel::store::Bounds::default(),
        stop: tokio_util::sync::CancellationToken::new(),
    };
    router(views, Vec::new())
}

/// Seconds of one answer, read to its end.
async fn ask(routes: &Router, path: &str) -> f64 {
    let day = |at: i64| jiff::Timestamp::from_millisecond(at).unwrap().to_string();
    let mut uri = format!("{path}from={}&to={}", day(FROM), day(TO));
    // A page that is asked for again is not made again: each time it is another address.
    if !path.starts_with("/api/") {
        static ROUND: AtomicU64 = AtomicU64::new(0);
        write!(uri, "&round={}", ROUND.fetch_add(1, Ordering::Relaxed)).unwrap();
    }
    let mut request = Request::get(uri).header("host", "localhost").body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
    let started = Instant::now();
    let answer = routes.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    started.elapsed().as_secs_f64()
}

/// Medians over rounds in which each question comes in turn.
async fn ask_all(routes: &Router) -> Vec<f64> {
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); QUESTIONS.len()];
    for round in 0..=ROUNDS {
        for ((_, path), times) in QUESTIONS.iter().zip(&mut times) {
            let took = ask(routes, path).await;
            // The first round warms the machine up.
            if round > 0 {
                times.push(took);
            }
        }
    }
    times.into_iter().map(middle).collect()
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The whole funnel page, and its queries alone, in turns.
async fn funnel_page(routes: &Router, store: &Store) -> (f64, f64) {
    let period = |from, to| Period::new(Timestamp(from), Timestamp(to), TimeZone::UTC).unwrap();
    let (asked, before) = (period(FROM, TO), period(FROM - (TO - FROM), FROM));
    let by_source = BreakdownColumns { source: true, link: true, ..BreakdownColumns::default() };
    let (mut page, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let whole = ask(routes, "/funnels?").await;
        let started = Instant::now();
        let until = TO.saturating_add(FUNNEL_WINDOW_MS);
        tokio::try_join!(
            store.funnel_counts(&asked, by_source, None),
            store.funnel_counts(&before, BreakdownColumns::default(), None),
            store.top_sequences(&asked, until, 8, 40),
        )
        .unwrap();
        if round > 0 {
            page.push(whole);
            bare.push(started.elapsed().as_secs_f64());
        }
    }
    (middle(page), middle(bare))
}

/// Memory of this process at its most while every question is answered once, and before, megabytes. What
/// storing the history took is given back first, as far as the allocator does.
#[expect(unsafe_code, reason = "std cannot ask the allocator to give memory back")]
async fn peak_memory(routes: &Router) -> [u64; 2] {
    // SAFETY: it touches no memory that is in use.
    unsafe { libc::malloc_trim(0) };
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = memory("VmRSS:");
    for (_, path) in QUESTIONS {
        ask(routes, path).await;
    }
    [memory("VmHWM:"), before]
}

/// A line of what the system says of this process, megabytes.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// The same month once more, so many days before, of other people.
async fn copy_month(client: &Client, days: u64) {
    let tables = [
        ("conversations", "opened_at"),
        ("touchpoints", "time"),
        ("conversions", "time"),
        ("events_by_person", "time"),
    ];
    for (table, time) in tables {
        let identity = if table == "events_by_person" {
            format!(", reinterpretAsUUID(sipHash128(event_id, {days})) AS event_id")
        } else {
            String::new()
        };
        let statement = format!(
            "INSERT INTO {table} SELECT * REPLACE({time} - toIntervalDay({days}) AS {time}, \
             concat(person_id, '_{days}') AS person_id{identity}) FROM {table} \
             WHERE {time} >= fromUnixTimestamp64Milli({FROM}) \
             AND {time} < fromUnixTimestamp64Milli({TO}) AND NOT position(person_id, '_') \
             SETTINGS insert_deduplication_token = '{table}{days}', max_partitions_per_insert_block = 0"
        );
        client.query(&statement).execute().await.unwrap();
    }
}

/// ClickHouse merges what has come to rest; here at once.
async fn rest(client: &Client) {
    for table in ["conversations", "touchpoints", "conversions", "events_by_person"] {
        client.query(&format!("OPTIMIZE TABLE {table} FINAL")).execute().await.unwrap();
    }
}
