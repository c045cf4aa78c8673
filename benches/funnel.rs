//! How fast funnels are, beside the best `windowFunnel` statement over raw events and beside a bare scan
//! of the columns, in turns. `make bench-funnel`; `-- PEOPLE` for another size.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail loudly")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod history;

use std::time::{Duration, Instant};

use clickhouse::Client;
use history::{FROM, History, TO};
use jiff::tz::TimeZone;
use messenger_funnel::analysis::{Dimension, Funnels, Model, Parameters, WrittenFunnel};
use messenger_funnel::domain::{Period, Timestamp};
use messenger_funnel::insights::csv_style::CsvStyle;
use messenger_funnel::insights::funnel::{answer_custom_funnel, answer_funnel};
use messenger_funnel::insights::query::{Against, Age, Credit, Question};
use messenger_funnel::store::Endpoint;
use secrecy::ExposeSecret;

/// About 20 million events.
const PEOPLE: u64 = 2_740_000;
const ROUNDS: usize = 7;

/// The default funnel by ad, written by hand: per person, because raw events know no conversations.
const BY_AD: &str = "SELECT ad, countIf(level >= 1), countIf(level >= 2), countIf(level >= 3), \
     countIf(level >= 4), countIf(level >= 5) FROM (SELECT anyIf(ad_id, ad_id != '') AS ad, \
     windowFunnel(2419200000)(toUInt64(toUnixTimestamp64Milli(time)), kind IN ('message', 'postback'), \
     kind = 'echo', kind IN ('message', 'postback'), kind = 'conversion' AND name = 'lead', \
     kind = 'conversion' AND name = 'purchase') AS level FROM events_by_person \
     WHERE time >= fromUnixTimestamp64Milli(FROM) AND time < fromUnixTimestamp64Milli(TO) \
     AND kind IN ('message', 'postback', 'echo', 'conversion', 'referral', 'opt_in') \
     GROUP BY page_id, person_id) GROUP BY ad";

/// An own funnel of six steps, written by hand.
const SIX: &str = "SELECT level, count() FROM (SELECT \
     windowFunnel(2419200000)(toUInt64(toUnixTimestamp64Milli(time)), kind IN ('message', 'postback'), \
     kind = 'echo', kind = 'message', kind = 'echo', kind = 'conversion' AND name = 'lead', \
     kind = 'conversion' AND name = 'purchase') AS level FROM events_by_person \
     WHERE time >= fromUnixTimestamp64Milli(FROM) AND time < fromUnixTimestamp64Milli(TO) \
     AND kind IN ('message', 'postback', 'echo', 'conversion') \
     GROUP BY page_id, person_id) GROUP BY level";

const IN_ORDER: &str = " SETTINGS optimize_aggregation_in_order = 1";

/// The columns that both need, read and thrown away.
const SCAN: &str = "SELECT count(), sum(cityHash64(page_id, person_id)), max(time), sum(cityHash64(kind, name)) \
     FROM events_by_person WHERE time >= fromUnixTimestamp64Milli(FROM) AND time < fromUnixTimestamp64Milli(TO)";

const OWN: &str = r#"{ "name": "six", "unit": "person", "reentry": "best", "steps": [
    { "name": "wrote", "kind": ["message", "postback"] }, { "name": "answered", "kind": "echo" },
    { "name": "again", "kind": "message" }, { "name": "helped", "kind": "echo" },
    { "name": "lead", "conversion": "lead" }, { "name": "purchase", "conversion": "purchase" } ] }"#;

fn main() {
    let people = history::arguments().first().copied().unwrap_or(PEOPLE);
    tokio::runtime::Runtime::new().unwrap().block_on(measure(people));
}

async fn measure(people: u64) {
    let (engine, folder) = history::start_engine().await;
    let history = History::new(&engine, folder.path(), people).await;
    let store = &history.store;
    let client = client(&engine.endpoint(&format!("people_{people}")));
    let period = Period::new(Timestamp(FROM), Timestamp(TO), TimeZone::UTC).unwrap();
    let question = |by: Vec<Dimension>| Question {
        period: period.clone(),
        by,
        top: None,
        format: None,
        offset: 0,
        limit: None,
        filters: Vec::new(),
        cursor: None,
        csv: CsvStyle::default(),
        step: None,
        of: None,
        against: Against::Previous,
        age: Age::Same,
        counted_until: None,
        asked_at: period.to,
        credit: Credit {
            model: Model::Last,
            parameters: Parameters::default(),
            conversion: None,
            intervals: false,
        },
    };
    let none = Funnels::new();
    let by_ad = || async {
        let started = Instant::now();
        let asked = question(vec![Dimension::Ad]);
        answer_funnel(store, &none, "click-to-messenger", &asked).await.unwrap();
        started.elapsed()
    };
    // As it is while a month is still being written; ClickHouse merges what has come to rest.
    let mut fresh = Vec::new();
    for _ in 0..ROUNDS {
        fresh.push(by_ad().await);
    }
    for table in ["conversations", "events_by_person", "event_sequences"] {
        client.query(&format!("OPTIMIZE TABLE {table} FINAL")).execute().await.unwrap();
    }
    let own = serde_json::from_str::<WrittenFunnel>(OWN).unwrap().check().unwrap();
    let mut times: [Vec<Duration>; 6] = Default::default();
    let mut worked = [Duration::ZERO; 6];
    for round in 0..=ROUNDS {
        for (number, times) in times.iter_mut().enumerate() {
            let (started, before) = (Instant::now(), processor_time());
            match number {
                0 => drop(by_ad().await),
                1 => ask(&client, BY_AD, "").await,
                2 => ask(&client, BY_AD, IN_ORDER).await,
                3 => drop(answer_custom_funnel(store, &own, &question(Vec::new())).await.unwrap()),
                4 => ask(&client, SIX, IN_ORDER).await,
                _ => ask(&client, SCAN, "").await,
            }
            // The first round warms the machine up.
            if round > 0 {
                times.push(started.elapsed());
                worked[number] += processor_time().saturating_sub(before);
            }
        }
    }
    let middle = |times: &[Duration]| {
        let mut times = times.to_vec();
        times.sort();
        times[times.len() / 2].as_secs_f64()
    };
    let fresh = middle(&fresh);
    let [ours, plain, in_order, own, six, scan] = times.map(|times| middle(&times));
    let rounds = u32::try_from(ROUNDS).unwrap();
    let worked = worked.map(|worked| (worked / rounds).as_secs_f64());
    println!("{} events of {} people, {ROUNDS} rounds\n", history.events, history.people);
    println!(
        "| question | seconds (median) | times ours | processor seconds (mean) | times ours |"
    );
    println!("| :--- | ---: | ---: | ---: | ---: |");
    println!("| default funnel by ad, ours | {ours:.3} | 1 | {:.3} | 1 |", worked[0]);
    let ratio = fresh / ours;
    println!("| the same, before ClickHouse has merged the month | {fresh:.3} | {ratio:.1} | | |");
    for (name, took, ours, number, of) in [
        ("the same, windowFunnel by hand", plain, ours, 1, 0),
        ("the same, aggregated in order", in_order, ours, 2, 0),
        ("own funnel of six steps, ours", own, own, 3, 3),
        ("the same, windowFunnel aggregated in order", six, own, 4, 3),
        ("bare scan of the columns", scan, own, 5, 3),
    ] {
        let (ratio, work) = (took / ours, worked[number]);
        let of = work / worked[of];
        println!("| {name} | {took:.3} | {ratio:.2} | {work:.3} | {of:.2} |");
    }
    engine.stop().await;
}

/// Processor time that this process and the engine have taken so far.
fn processor_time() -> Duration {
    let of = |process: &str| {
        let told = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let fields = told.rsplit_once(')').map_or("", |(_, behind)| behind).split_whitespace();
        // User and system time, in hundredths of a second (proc(5)).
        fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>()
    };
    let children = format!("/proc/self/task/{}/children", std::process::id());
    let mut all = of("self");
    for child in std::fs::read_to_string(children).unwrap_or_default().split_whitespace() {
        all += of(child);
    }
    Duration::from_millis(10 * all)
}

async fn ask(client: &Client, statement: &str, settings: &str) {
    let statement =
        statement.replace("FROM)", &format!("{FROM})")).replace("TO)", &format!("{TO})"));
    let statement = format!("{statement}{settings}");
    let mut answer = client.query(&statement).fetch_bytes("TSV").unwrap();
    answer.collect().await.unwrap();
}

fn client(endpoint: &Endpoint) -> Client {
    Client::default()
        .with_url(&endpoint.url)
        .with_user(&endpoint.user)
        .with_password(endpoint.password.expose_secret())
        .with_database(&endpoint.database)
}
