//! Questions read the days and the columns that they need, and no others: by what ClickHouse says that it read.

use std::path::Path;

use clickhouse::Client;
use serde_json::Value;

use crate::support::{World, client};

/// What a statement of `queries/` reads: rows and bytes.
async fn read(server: &Engine, query: &str, parameters: &[(&str, &str)]) -> (u64, u64) {
    let file = |query: &str| {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("queries").join(format!("{query}.sql"));
        std::fs::read_to_string(path).unwrap()
    };
    let statement = file(query).replace("<<stored_source>>", &file("funnels/stored_source"));
    let mut address = reqwest::Url::parse(&server.url).unwrap();
    address
        .query_pairs_mut()
        .append_pair("database", "messenger_funnel")
        .append_pair("wait_end_of_query", "1")
        .extend_pairs(parameters.iter().map(|(name, value)| (format!("param_{name}"), *value)));
    let request = reqwest::Client::new().post(address).basic_auth("funnel", Some(&server.password));
    let answer = request.body(statement).send().await.unwrap();
    let summary = answer.headers()["x-clickhouse-summary"].to_str().unwrap().to_owned();
    assert!(answer.status().is_success(), "{query}: {}", answer.text().await.unwrap());
    let summary: Value = serde_json::from_str(&summary).unwrap();
    let number = |key: &str| summary[key].as_str().unwrap().parse().unwrap();
    (number("read_rows"), number("read_bytes"))
}

struct Engine {
    url: String,
    password: String,
    client: Client,
}

impl Engine {
    fn of(world: &World) -> Self {
        let told = std::fs::read(world.data_dir().join("clickhouse/engine.json")).unwrap();
        let told: Value = serde_json::from_slice(&told).unwrap();
        let url = format!("http://127.0.0.1:{}", told["port"]);
        let password = told["password"].as_str().unwrap().to_owned();
        let client = client(&messenger_funnel::store::Endpoint {
            url: url.clone(),
            user: "funnel".to_owned(),
            password: password.clone().into(),
            database: "messenger_funnel".to_owned(),
            cluster: None,
            is_shared: false,
        });
        Self { url, password, client }
    }

    async fn number(&self, statement: &str) -> u64 {
        self.client.query(statement).fetch_one().await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_read_without_the_others_and_a_column_only_if_it_is_asked_for() {
    let world = World::new();
    tokio::task::block_in_place(|| world.fill(3000, 2, ["2026-05-01", "2026-11-01"]));
    let _server = world.serve();
    let engine = Engine::of(&world);
    let tables = ["conversations", "touchpoints", "conversions"];
    for table in tables {
        let rest = format!("OPTIMIZE TABLE {table} FINAL");
        engine.client.query(&rest).execute().await.unwrap();
    }
    let millis = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond().to_string();
    let (from, to) = (millis("2026-10-01T00:00:00Z"), millis("2026-11-01T00:00:00Z"));
    let range = [("from", from.as_str()), ("to", to.as_str())];
    // Links and ads are looked up whole; they are few.
    let small = "SELECT toUInt64(sum(rows)) FROM system.parts \
                 WHERE active AND table IN ('links', 'ads', 'program_settings')";
    let small = 10 * engine.number(small).await + 10;
    let nothing = [
        ("by_source", "false"),
        ("by_page", "false"),
        ("by_channel", "false"),
        ("by_country", "false"),
        ("by_ref", "false"),
        ("by_ad", "false"),
        ("by_link", "false"),
        ("by_referer", "false"),
        ("time_unit", ""),
        ("zone", "UTC"),
        ("is_limited", "false"),
        ("limit_at", "0"),
        ("limit_factor", "0"),
    ];
    let everything = nothing.map(|(name, value)| match name {
        "time_unit" => (name, "hour"),
        "zone" | "limit_at" | "limit_factor" => (name, value),
        _ => (name, "true"),
    });
    let list = [
        ("after_time", "0"),
        ("after_page", ""),
        ("after_person", ""),
        ("after_number", "0"),
        ("reached", ""),
        ("missed", ""),
        ("page", ""),
        ("person", ""),
        ("filter_names", "[]"),
        ("filter_values", "[]"),
        ("limit", "100000"),
        ("offset", "0"),
    ];
    let of_all = [("of_converted", "false"), ("converted_from", "0"), ("converted_to", "0")];
    for (query, table, parameters) in [
        ("funnels/funnel_groups", "conversations", &nothing[..]),
        ("lists/conversation_list", "conversations", &list),
        ("lists/touchpoint_list", "touchpoints", &list),
        ("attribution/touchpoints", "touchpoints", &of_all),
        ("attribution/conversions", "conversions", &[]),
    ] {
        let rows = |partition: &str| {
            let is_of = if partition.is_empty() {
                String::new()
            } else {
                format!("AND partition = '{partition}'")
            };
            format!(
                "SELECT toUInt64(sum(rows)) FROM system.parts WHERE active AND table = '{table}' {is_of}"
            )
        };
        let month = engine.number(&rows("202610")).await;
        let whole = engine.number(&rows("")).await;
        assert!(month * 3 < whole, "{table}: {month} of {whole}");
        let (read, _) = read(&engine, query, &[&range[..], parameters].concat()).await;
        assert!(
            read >= month && read <= month + small,
            "{query} read {read}; the month has {month}"
        );
    }
    let (_, little) =
        read(&engine, "funnels/funnel_groups", &[&range[..], &nothing].concat()).await;
    let (_, much) =
        read(&engine, "funnels/funnel_groups", &[&range[..], &everything].concat()).await;
    // The time (8 bytes), the depth (1), and which row counts (8 and 1).
    let month = "SELECT toUInt64(sum(rows)) FROM system.parts \
                 WHERE active AND table = 'conversations' AND partition = '202610'";
    let needed = 18 * engine.number(month).await;
    assert!(little <= needed + 20 * small, "{little} read, {needed} needed");
    assert!(much > 3 * little, "{much} beside {little}");
}
