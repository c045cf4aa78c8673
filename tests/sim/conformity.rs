//! The model against the real engine: what a run asked the model is asked the embedded ClickHouse again, in the same
//! order. Both answer the same, and hold the same rows in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::Path;

use messenger_funnel::meta::choose_cryptography;
use messenger_funnel::store::engine::{Engine, EngineOptions, locate};
use messenger_funnel::store::{Endpoint, Store, migrate};
use polars_io::SerReader;
use polars_io::ipc::IpcStreamReader;
use secrecy::ExposeSecret;

use crate::engine::QueryParams;
use crate::engine::schema::definitions;
use crate::engine::table::{Row, Tables};
use crate::engine::value::{Type, Value, read_length};
use crate::run::record;

/// Runs that are compared.
const SEEDS: [u64; 2] = [1, 3];
/// Tables that are not compared: what stands in them depends on the real clock, or on the migrations; sequences are
/// compared with events elsewhere.
const APART: [&str; 5] =
    ["program_settings", "erasing", "event_classes", "one_time_work", "event_sequences"];

/// The real engine.
struct Real {
    http: reqwest::Client,
    endpoint: Endpoint,
}

impl Real {
    async fn ask(
        &self,
        pairs: &[(&str, &str)],
        text: &str,
        body: &[u8],
    ) -> Result<Vec<u8>, String> {
        let request = self.http.post(&self.endpoint.url);
        let request = request
            .basic_auth(&self.endpoint.user, Some(self.endpoint.password.expose_secret()))
            .query(&[("database", self.endpoint.database.as_str())]);
        // An insert's rows stand in the body, behind its statement.
        let body = [text.as_bytes(), b"\n", body].concat();
        let answer = request.query(pairs).body(body).send().await.unwrap();
        let status = answer.status();
        let bytes = answer.bytes().await.unwrap().to_vec();
        if status.is_success() { Ok(bytes) } else { Err(String::from_utf8_lossy(&bytes).into()) }
    }

    /// What its clock shows, UTC milliseconds.
    async fn clock(&self) -> i64 {
        let format = [("default_format", "RowBinaryWithNamesAndTypes")];
        let text = "SELECT toUnixTimestamp64Milli(now64(3)) AS now";
        read(&self.ask(&format, text, b"").await.unwrap()).1[0][0].number()
    }

    async fn repeat(&self, asked: &QueryParams) -> Vec<u8> {
        let statement = &asked.statement;
        let settings = statement.settings.iter().filter(|(name, _)| *name != "database");
        let mut settings: BTreeMap<_, _> =
            settings.map(|(name, value)| (name.as_str(), value.clone())).collect();
        if statement.name == "lease_now"
            && let Some(longest) = settings.get_mut("param_longest")
        {
            // The real clock is not the run's: as far ahead of it as the run's own limit is.
            let limit = asked.clock + longest.parse::<i64>().unwrap();
            *longest = (limit - self.clock().await).to_string();
        }
        let pairs: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let text = statement.text.trim_end();
        let answer = self.ask(&pairs, text, &statement.body).await;
        answer.unwrap_or_else(|error| panic!("{}: {error}", statement.told()))
    }

    /// Every row of a table as `FINAL` has it.
    async fn rows(&self, table: &str) -> Vec<Row> {
        let definition = definitions().iter().find(|one| one.name == table).unwrap();
        let columns: Vec<&str> = definition.columns.iter().map(|one| one.name.as_str()).collect();
        let last =
            if definition.merging == crate::engine::schema::Merging::None { "" } else { "FINAL" };
        let text = format!("SELECT {} FROM {table} {last}", columns.join(", "));
        let format = [("default_format", "RowBinaryWithNamesAndTypes")];
        read(&self.ask(&format, &text, b"").await.unwrap()).1
    }
}

/// Columns (name and type) and rows of an answer.
fn read(bytes: &[u8]) -> (Vec<(String, String)>, Vec<Row>) {
    let mut rest = bytes;
    if rest.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let count = read_length(&mut rest);
    let mut texts = || -> Vec<String> {
        (0..count).map(|_| Type::Text.read(&mut rest).text().to_owned()).collect()
    };
    let (names, kinds) = (texts(), texts());
    let types: Vec<Type> = kinds.iter().map(|kind| Type::parse(kind)).collect();
    let mut rows = Vec::new();
    while !rest.is_empty() {
        rows.push(types.iter().map(|kind| kind.read(&mut rest)).collect());
    }
    (names.into_iter().zip(kinds).collect(), rows)
}

/// What an answer says, in a form that can be compared.
fn said(name: &str, bytes: &[u8]) -> Vec<String> {
    if name == "thread_events" {
        let frame = IpcStreamReader::new(Cursor::new(bytes)).finish().unwrap();
        let names: Vec<&str> = {
            let mut names: Vec<&str> =
                frame.columns().iter().map(|one| one.name().as_str()).collect();
            names.sort_unstable();
            names
        };
        let row = |at: usize| {
            let value =
                |name: &&str| frame.column(name).unwrap().get(at).unwrap().str_value().into_owned();
            names.iter().map(value).collect::<Vec<_>>().join("|")
        };
        return (0..frame.height()).map(row).collect();
    }
    let (mut columns, mut rows) = read(bytes);
    // Whether a column is stored by a dictionary is nobody's business who reads it.
    for (_, kind) in &mut columns {
        *kind = format!("{:?}", Type::parse(kind));
    }
    match name {
        // By the real clock.
        "clock" => rows.clear(),
        "lease_now" => rows.iter_mut().for_each(|row| row[3] = Value::Null),
        _ => {}
    }
    let mut said: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
    if ["clicked_links", "people_behind", "reports_waiting"].contains(&name) {
        said.sort();
    }
    said.insert(0, format!("{columns:?}"));
    said
}

async fn compare(seed: u64, engine: &Engine, http: &reqwest::Client) {
    let asked = record(seed);
    let endpoint = engine.endpoint(&format!("seed{seed}"));
    migrate(&Store::new(endpoint.clone())).await.unwrap();
    let real = Real { http: http.clone(), endpoint };
    let mut model = Tables::new();
    let mut unchanged = BTreeSet::new();
    for (nth, one) in asked.iter().enumerate() {
        let name = one.statement.name.clone();
        if name.starts_with("describe") || name == "subscriptions" {
            continue;
        }
        // What is asked again and again while nothing changes is asked once.
        if one.statement.writes() {
            unchanged.clear();
        } else if !unchanged.insert(format!("{:?}", one.statement)) {
            continue;
        }
        let ours = one.statement.carry_out(&mut model, one.clock, one.manner);
        let theirs = real.repeat(one).await;
        if !one.statement.writes() {
            let (ours, theirs) = (said(&name, &ours), said(&name, &theirs));
            assert_eq!(ours, theirs, "seed {seed}, statement {nth}: {:?}", one.statement);
        }
    }
    let mut compared = 0;
    for definition in definitions().iter().filter(|one| !APART.contains(&one.name.as_str())) {
        let by_default: Vec<usize> = definition
            .columns
            .iter()
            .enumerate()
            .filter_map(|(at, column)| column.has_default.then_some(at))
            .collect();
        let told = |mut rows: Vec<Row>| {
            for row in &mut rows {
                for at in &by_default {
                    row[*at] = Value::Null;
                }
            }
            rows.sort();
            rows
        };
        let ours = told(model.get(&definition.name).settled());
        let theirs = told(real.rows(&definition.name).await);
        compared += ours.len();
        assert_eq!(ours, theirs, "seed {seed}, {}", definition.name);
    }
    assert!(compared > 20, "seed {seed} wrote {compared} rows");
}

#[tokio::test]
async fn the_model_answers_as_the_real_engine_does() {
    choose_cryptography();
    let folder = tempfile::TempDir::new().unwrap();
    let executable = Path::new(env!("CARGO_BIN_EXE_messenger-funnel"));
    let program = locate(None, executable, std::env::var_os("PATH")).unwrap();
    let options = EngineOptions::default();
    let engine = Engine::start(folder.path(), &program, executable, &options).await.unwrap();
    let http = reqwest::Client::new();
    for seed in SEEDS {
        compare(seed, &engine, &http).await;
    }
    engine.stop().await;
}
