//! How fast a backlog drains from the journal into ClickHouse, beside the `clickhouse` crate
//! inserting the same rows from memory in blocks of the same size. `make bench-draining`.
#![expect(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a benchmark may fail loudly")]

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use clickhouse::{Client, Row};
use futures_util::{StreamExt, stream};
use messenger_funnel::domain::Timestamp;
use messenger_funnel::journal::{Envelope, EnvelopeKind, Journal, Limits};
use messenger_funnel::normalize::Settings;
use messenger_funnel::store::engine::{
    Engine, EngineArgs, EngineOptions, locate, run_in_this_process,
};
use messenger_funnel::store::{Endpoint, Shipper, Store, migrate};
use messenger_funnel::synthetic::{Plan, Traffic};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

const PEOPLE: u64 = 40_000;
const ROUNDS: usize = 5;
/// Journal bytes in one of the shipper's batches, as `src/store/shipper.rs` has it.
const BATCH_BYTES: usize = 4 << 20;

fn main() {
    // The engine is this program, started again.
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|first| first == "engine") {
        #[derive(clap::Parser)]
        struct Hidden {
            #[command(flatten)]
            engine: EngineArgs,
        }
        let hidden = <Hidden as clap::Parser>::parse_from(&arguments[1..]);
        std::process::exit(run_in_this_process(&hidden.engine).unwrap());
    }
    tokio::runtime::Runtime::new().unwrap().block_on(measure());
}

async fn measure() {
    let place = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let folder = tempfile::TempDir::new_in(place).unwrap();
    let executable = std::env::current_exe().unwrap();
    let program = locate(None, &executable, std::env::var_os("PATH")).unwrap();
    let engine = Engine::start(
        &folder.path().join("data"),
        &program,
        &executable,
        &EngineOptions::default(),
    )
    .await
    .unwrap();

    let (from, to) = (Timestamp(1_790_000_000_000), Timestamp(1_792_592_000_000));
    let bodies: Vec<Bytes> = Traffic::new(Plan {
        seed: 7,
        people: PEOPLE,
        from,
        to,
        has_newest: false,
        has_story: false,
        variation: 0,
    })
    .map(Bytes::from)
    .collect();
    let bytes: usize = bodies.iter().map(Bytes::len).sum();
    let mut rows: Vec<EventRow> = Vec::new();
    let mut ratios = Vec::new();
    println!("| round | from the journal, rows/s | from memory by the crate, rows/s | ratio |");
    println!("| ---: | ---: | ---: | ---: |");
    for round in 0..=ROUNDS {
        let own = engine.endpoint(&format!("journal_{round}"));
        let drained = drain(&own, &folder.path().join(format!("journal-{round}")), &bodies).await;
        if rows.is_empty() {
            rows = client(&own)
                .query("SELECT ?fields FROM events_by_person")
                .fetch_all()
                .await
                .unwrap();
        }
        let block = rows.len().div_ceil(bytes.div_ceil(BATCH_BYTES));
        let bare = engine.endpoint(&format!("bare_{round}"));
        let inserted = insert(&bare, &rows, block).await;
        for endpoint in [own, bare] {
            let dropped = format!("DROP DATABASE {}", endpoint.database);
            Client::query(&client(&endpoint), &dropped).execute().await.unwrap();
        }
        // The first round warms the machine up, and shows how many rows there are.
        if round > 0 {
            let per_second = |took: Duration| rows.len() as f64 / took.as_secs_f64();
            let ratio = per_second(drained) / per_second(inserted);
            println!(
                "| {round} | {:.0} | {:.0} | {ratio:.2} |",
                per_second(drained),
                per_second(inserted)
            );
            ratios.push(ratio);
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "\n{} bodies, {:.1} MB, {} rows; median ratio {:.2}",
        bodies.len(),
        bytes as f64 / 1e6,
        rows.len(),
        ratios[ratios.len() / 2]
    );
    engine.stop().await;
}

/// Ships a journal full of bodies; how long that took.
async fn drain(endpoint: &Endpoint, folder: &Path, bodies: &[Bytes]) -> Duration {
    let store = Store::new(endpoint.clone());
    migrate(&store).await.unwrap();
    let journal = Journal::open(folder, Limits::default()).unwrap();
    let append = |body: &Bytes| {
        let (journal, body) = (journal.clone(), body.clone());
        let received_at_ms = 1_795_000_000_000;
        async move {
            let envelope = Envelope { kind: EnvelopeKind::Webhook, received_at_ms, body };
            journal.append(envelope).await.unwrap()
        }
    };
    stream::iter(bodies.iter().map(append)).buffered(1000).collect::<Vec<_>>().await;
    let mut shipper = Shipper::new(&journal, store, Settings::default(), Duration::ZERO).unwrap();
    let started = Instant::now();
    let progress = shipper.drain().await.unwrap();
    let took = started.elapsed();
    assert_eq!(progress.bodies, bodies.len() as u64);
    took
}

async fn insert(endpoint: &Endpoint, rows: &[EventRow], block: usize) -> Duration {
    migrate(&Store::new(endpoint.clone())).await.unwrap();
    let client = client(endpoint);
    let started = Instant::now();
    for block in rows.chunks(block) {
        let insert = client.insert::<EventRow>("events_by_person").await.unwrap();
        let mut insert = insert
            .with_setting("async_insert", "0")
            .with_setting("max_partitions_per_insert_block", "0");
        for row in block {
            insert.write(row).await.unwrap();
        }
        insert.end().await.unwrap();
    }
    started.elapsed()
}

fn client(endpoint: &Endpoint) -> Client {
    Client::default()
        .with_url(&endpoint.url)
        .with_user(&endpoint.user)
        .with_password(endpoint.password.expose_secret())
        .with_database(&endpoint.database)
}

/// A row of `events`, read back and written again.
#[derive(Row, Serialize, Deserialize)]
struct EventRow {
    #[serde(with = "clickhouse::serde::uuid")]
    event_id: uuid::Uuid,
    channel: String,
    page_id: String,
    person_id: String,
    time: i64,
    time_origin: String,
    place: u32,
    received_at: i64,
    kind: String,
    name: String,
    mid: String,
    payload: String,
    text: String,
    app_id: String,
    source: String,
    source_name: String,
    #[serde(rename = "ref")]
    referral_ref: String,
    ad_id: String,
    ad_title: String,
    post_id: String,
    referer_uri: String,
    ctwa_clid: String,
    value: Option<i64>,
    currency: String,
    raw: String,
    version: u64,
}
