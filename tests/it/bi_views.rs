//! The views for BI tools: the figures of the API, every column described, and a user who may only read them.

use clickhouse::Row;
use serde::Deserialize;

use crate::support::{Server, World, count};

const RANGE: &str = "from=2026-10-01&to=2026-11-01";
const PASSWORD: &str = "only for reading";

/// Port and client of the reader of a served world.
fn reader(port: &str) -> clickhouse::Client {
    clickhouse::Client::default()
        .with_url(format!("http://127.0.0.1:{port}"))
        .with_user("bi")
        .with_password(PASSWORD)
        .with_database("messenger_funnel")
}

fn served() -> (World, Server, clickhouse::Client) {
    let port = free_port();
    let world = World::new()
        .with("time_zone", "America/Sao_Paulo")
        .with("clickhouse.port", &port)
        .with("clickhouse.reader.password", PASSWORD)
        .with("clickhouse.reader.max_result_rows", "5000");
    tokio::task::block_in_place(|| {
        world.fill(300, 9, ["2026-10-01", "2026-11-01"]);
        let spend = world.write(
            "spend.csv",
            "Day,Ad ID,Ad name,Campaign name,Currency,Amount spent (EUR),Impressions,Link clicks\n\
             2026-10-05,120211234567890101,Coffee,Autumn,EUR,12.50,1000,50\n",
        );
        world.succeed(&["import", "spend", spend.to_str().unwrap()]);
    });
    let server = world.serve();
    (world, server, reader(&port))
}

fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port().to_string()
}

async fn number(client: &clickhouse::Client, statement: &str) -> u64 {
    client.query(statement).fetch_one().await.unwrap_or_else(|error| panic!("{statement}: {error}"))
}

const OCTOBER: &str = "day >= '2026-10-01' AND day < '2026-11-01'";

#[tokio::test(flavor = "multi_thread")]
async fn views_have_the_figures_of_the_api() {
    let (_world, server, bi) = served();
    let funnel =
        server.json(&format!("/api/v1/funnels/click-to-messenger?{RANGE}&by=source")).await;
    for stage in ["opened", "messaged", "answered", "engaged", "lead", "purchase"] {
        let sum = format!("SELECT toUInt64(sum({stage})) FROM v_funnel_daily WHERE {OCTOBER}");
        assert_eq!(Some(number(&bi, &sum).await), count(&funnel, stage), "{stage}");
        let long = format!(
            "SELECT toUInt64(sum(conversations)) FROM v_funnel_steps WHERE {OCTOBER} AND step = '{stage}'"
        );
        assert_eq!(Some(number(&bi, &long).await), count(&funnel, stage), "{stage}");
        for row in funnel["breakdown"].as_array().unwrap() {
            let source = row["by"]["source"].as_str().unwrap();
            let own = number(&bi, &format!("{sum} AND source = '{source}'")).await;
            assert_eq!(Some(own), count(row, stage), "{stage} of {source}");
        }
    }
    let order = "SELECT arrayStringConcat(groupArray(step), ' ') FROM \
                 (SELECT DISTINCT step, step_number FROM v_funnel_steps ORDER BY step_number)";
    let order: String = bi.query(order).fetch_one().await.unwrap();
    assert_eq!(order, "opened messaged answered engaged lead purchase");
    let conversations = format!("SELECT count() FROM v_conversations WHERE {OCTOBER}");
    assert_eq!(Some(number(&bi, &conversations).await), count(&funnel, "opened"));
    let touchpoints = server.json(&format!("/api/v1/touchpoints?{RANGE}&limit=1")).await;
    let counted = number(&bi, &format!("SELECT count() FROM v_touchpoints WHERE {OCTOBER}")).await;
    assert_eq!(touchpoints["total"].as_u64(), Some(counted));

    let ads = server.json(&format!("/api/v1/ads?{RANGE}&by=ad")).await;
    let rows = ads["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["id"] == "120211234567890101").unwrap();
    let own = "FROM v_ads_daily WHERE ad_id = '120211234567890101'";
    let spend: f64 = bi
        .query(&format!("SELECT toFloat64(assumeNotNull(sum(spend))) {own}"))
        .fetch_one()
        .await
        .unwrap();
    assert!((spend - 12.5).abs() < 1e-9, "{spend} beside {row}");
    let opened = number(&bi, &format!("SELECT toUInt64(sum(opened)) {own} AND {OCTOBER}")).await;
    assert_eq!(Some(opened), count(row, "opened"), "{row}");
    assert_eq!(number(&bi, &format!("SELECT count() {own} AND isNotNull(spend)")).await, 1);
    let total = format!("SELECT toUInt64(sum(opened)) FROM v_ads_daily WHERE {OCTOBER}");
    let by_ads = format!(
        "SELECT toUInt64(sum(opened)) FROM v_funnel_daily WHERE {OCTOBER} AND source = 'ad'"
    );
    assert_eq!(number(&bi, &total).await, number(&bi, &by_ads).await);
}

#[derive(Debug, Row, Deserialize)]
struct Credit {
    channel: String,
    given: f64,
    value: f64,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_view_of_attribution_gives_the_credit_that_the_analysis_gives() {
    let (_world, server, bi) = served();
    let mut compared = 0;
    for model in ["first", "last", "last_non_organic", "linear", "position", "time_decay"] {
        let path = format!("/api/v1/attribution?{RANGE}&model={model}&conversion=purchase");
        let report = server.json(&path).await;
        let rows: Vec<Credit> = bi
            .query(&format!(
                "SELECT source AS channel, sum(credit_{model}) AS given, \
                        sum(toFloat64(ifNull(value, 0)) * credit_{model}) AS value \
                 FROM v_attribution WHERE {OCTOBER} AND name = 'purchase' GROUP BY channel"
            ))
            .fetch_all()
            .await
            .unwrap();
        for row in rows {
            let found = report["channels"].as_array().unwrap().iter();
            let own = found.filter(|other| other["channel"] == row.channel.as_str());
            let (credit, value) = own.fold((0.0, 0.0), |sum, other| {
                let number = |key: &str| other[key].as_f64().unwrap_or(0.0);
                (sum.0 + number("conversions"), sum.1 + number("value"))
            });
            assert!((credit - row.given).abs() < 1e-6, "{model}: {row:?} beside {credit}");
            assert!((value - row.value).abs() < 1e-4, "{model}: {row:?} beside {value}");
            compared += 1;
        }
        let total = report["total_conversions"].as_f64().unwrap();
        let conversions: u64 = number(
            &bi,
            &format!("SELECT count() FROM v_conversions WHERE {OCTOBER} AND name = 'purchase'"),
        )
        .await;
        assert!((total - f64::from(u32::try_from(conversions).unwrap())).abs() < 1e-6);
    }
    assert!(compared > 20, "{compared}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reader_reads_and_does_nothing_else() {
    let (_world, _server, bi) = served();
    let views =
        ["events", "touchpoints", "conversations", "conversions", "ads_daily", "funnel_daily"];
    for view in views.into_iter().chain(["attribution", "funnel_steps"]) {
        let rows = number(&bi, &format!("SELECT count() FROM v_{view}")).await;
        assert!(rows > 0, "{view}");
        let described = format!(
            "SELECT countIf(comment = '') FROM system.columns \
             WHERE database = 'messenger_funnel' AND table = 'v_{view}'"
        );
        assert_eq!(number(&bi, &described).await, 0, "{view}");
    }
    // Each that counts by a day says by which clock.
    let by_clock = "SELECT countIf(NOT match(comment, 'by day of (opening|conversion)|by the day (on which they happened|of Meta)')) \
         FROM system.tables WHERE database = 'messenger_funnel' AND name IN \
         (SELECT table FROM system.columns WHERE database = 'messenger_funnel' AND name = 'day' AND table LIKE 'v\\_%')";
    assert_eq!(number(&bi, by_clock).await, 0);
    // Each event once, as everywhere.
    let twice = "SELECT toUInt64(count() - uniqExact(event_id)) FROM v_events";
    assert_eq!(number(&bi, twice).await, 0);
    for (statement, code) in [
        ("INSERT INTO links (slug) VALUES ('x')", "497"),
        ("SELECT text FROM events_by_person", "497"),
        ("SELECT raw FROM events_by_person", "497"),
        ("SELECT * FROM quarantine", "497"),
        ("SELECT * FROM url('http://127.0.0.1:1/', CSV, 'a String')", "497"),
        ("SELECT * FROM file('users.xml', LineAsString)", "497"),
        ("DROP VIEW v_events", "497"),
        ("CREATE TABLE mine (a Int8) ENGINE = Memory", "497"),
        ("SELECT one.day FROM v_funnel_daily AS one CROSS JOIN v_funnel_daily AS two", "396"),
        ("SELECT time FROM v_events SETTINGS max_result_rows = 0", "452"),
        ("SELECT time FROM v_events SETTINGS max_result_rows = 5001", "452"),
        ("SELECT payload FROM events_by_person", "497"),
        ("SELECT time FROM v_events SETTINGS max_memory_usage = 0", "452"),
        ("SELECT time FROM v_events SETTINGS readonly = 0", "164"),
    ] {
        let refused = bi.query(statement).execute().await.unwrap_err().to_string();
        assert!(refused.contains(&format!("Code: {code}")), "{statement}: {refused}");
    }
    // Drivers ask for less than what they may have.
    let tight =
        "SELECT count() FROM v_events SETTINGS max_execution_time = 5, max_result_rows = 500";
    assert!(number(&bi, tight).await > 0);
    let contacts = "SELECT countIf(payload = '(contact)') FROM v_events";
    assert!(number(&bi, contacts).await > 10);
    let shown = "SELECT countIf(match(payload, '^[+][0-9]+$') OR payload LIKE '%@%') FROM v_events";
    assert_eq!(number(&bi, shown).await, 0);
    let stranger = bi.clone().with_password("guessed").query("SELECT 1").execute().await;
    assert!(stranger.unwrap_err().to_string().contains("Authentication failed"));
}

/// For a ClickHouse of one's own the user is made by statements. The embedded engine, whose users are in a
/// file, understands them and lets nobody make a user.
#[tokio::test(flavor = "multi_thread")]
async fn statements_for_the_reader_are_understood() {
    use messenger_funnel::store::Reader;
    let folder = tempfile::TempDir::new().unwrap();
    let engine = crate::support::start_engine(folder.path()).await.unwrap();
    let client = crate::support::client(&engine.endpoint("default"));
    let reader = Reader {
        user: "bi".to_owned(),
        password: PASSWORD.into(),
        max_memory_bytes: 1 << 30,
        max_seconds: 60,
        max_result_rows: 5000,
    };
    let statements = reader.statements("messenger_funnel");
    assert_eq!(statements.len(), 22);
    for statement in &statements {
        let parsed = client.query("SELECT formatQuery(?)").bind(statement);
        assert!(parsed.fetch_one::<String>().await.unwrap().contains("bi"), "{statement}");
        assert!(!statement.contains(PASSWORD), "{statement}");
    }
    let refused = client.query(&statements[0]).execute().await.unwrap_err().to_string();
    assert!(refused.contains("Not enough privileges"), "{refused}");
    engine.stop().await;
}

#[test]
fn settings_of_the_reader_are_checked() {
    for (key, value, told) in [
        ("clickhouse.reader.password", "short", "clickhouse.reader.password: it has less than 8"),
        ("clickhouse.reader.max_result_rows", "1000", "clients cannot connect"),
        ("clickhouse.reader.user", "funnel", "clickhouse.reader.user: \"funnel\" is no name"),
        ("clickhouse.reader.user", "bi; DROP", "clickhouse.reader.user: \"bi; DROP\" is no name"),
    ] {
        let world = World::new().with("clickhouse.reader.password", PASSWORD).with(key, value);
        let output = world.run(&["migrate"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(told), "{said}");
    }
}

/// Whatever clients set for their sessions: Cube's driver and dbt's `relationships` test set `join_use_nulls`, others
/// what makes ClickHouse more like the standard.
#[tokio::test(flavor = "multi_thread")]
async fn every_view_answers_the_same_whatever_a_client_sets() {
    let (_world, _server, bi) = served();
    let views: Vec<String> = bi
        .query("SELECT name FROM system.tables WHERE database = 'messenger_funnel' AND name LIKE 'v\\_%'")
        .fetch_all()
        .await
        .unwrap();
    assert!(views.len() >= 7, "{views:?}");
    for view in views {
        // The numbers too, not only how many rows: a null in the place of a zero would be another one.
        let statement = format!(
            "SELECT assumeNotNull(count()), assumeNotNull(sum(cityHash64(toString(tuple(*))))) FROM {view}"
        );
        let usual: (u64, u64) = bi.query(&statement).fetch_one().await.unwrap();
        for set in [
            &["join_use_nulls"][..],
            &["aggregate_functions_null_for_empty"],
            &["join_use_nulls", "aggregate_functions_null_for_empty"],
            &["transform_null_in"],
            &["cast_keep_nullable"],
            &["data_type_default_nullable"],
            &["prefer_column_name_to_alias"],
            &["any_join_distinct_right_table_keys"],
            &["final"],
        ] {
            let question = set.iter().fold(bi.query(&statement), |question, setting| {
                question.with_setting(*setting, "1")
            });
            let found: (u64, u64) = question
                .fetch_one()
                .await
                .unwrap_or_else(|error| panic!("{view} with {set:?}: {error}"));
            assert_eq!(found, usual, "{view} with {set:?}");
        }
    }
}
