//! A data folder, the program on it, and a server.

pub mod browser;
pub mod disk_model;
pub mod files;
pub mod outside;
pub mod seed;
pub mod stalling;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use messenger_funnel::collector::{SIGNATURE_HEADER, sign};
use messenger_funnel::meta::choose_cryptography;
use messenger_funnel::store::Endpoint;
use messenger_funnel::store::engine::{Engine, EngineError, EngineOptions, locate};
use secrecy::ExposeSecret;
use serde_json::Value;
use tempfile::TempDir;

/// The secret of the tests' Meta app.
pub const SECRET: &str = "a test app's secret";

/// A data folder that goes away with the test.
pub struct World {
    folder: TempDir,
    /// Settings beyond the usual, as environment variables.
    extra: Vec<(String, String)>,
}

impl World {
    /// With a database of this program's schema and nothing in it.
    pub fn new() -> Self {
        let world = Self::bare();
        seed::plant(&world.data_dir());
        world
    }

    /// Without a database, as on the day of the installation.
    pub fn bare() -> Self {
        choose_cryptography();
        Self { folder: TempDir::new().unwrap(), extra: Vec::new() }
    }

    /// With one more setting: `with("time_zone", "Europe/Paris")`.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        let name = format!("MESSENGER_FUNNEL__{}", key.to_uppercase().replace('.', "__"));
        self.extra.push((name, value.to_owned()));
        self
    }

    /// On a ClickHouse that runs already.
    pub fn on(self, endpoint: &Endpoint) -> Self {
        self.with("clickhouse.url", &endpoint.url)
            .with("clickhouse.user", &endpoint.user)
            .with("clickhouse.password", endpoint.password.expose_secret())
            .with("clickhouse.database", &endpoint.database)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The program on this folder.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command
            .env("MESSENGER_FUNNEL__DATA_DIR", self.data_dir())
            .env("MESSENGER_FUNNEL__META__APP_SECRETS", SECRET)
            .env("MESSENGER_FUNNEL__META__VERIFY_TOKEN", "a token")
            .env("MESSENGER_FUNNEL__SERVER__LISTEN", "127.0.0.1:0")
            .envs(self.extra.iter().map(|(key, value)| (key, value)))
            .args(args);
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).stdin(Stdio::null()).output().unwrap()
    }

    /// Runs the program, which must succeed; its standard output.
    pub fn succeed(&self, args: &[&str]) -> String {
        succeeded(&self.run(args))
    }

    /// Runs the program with something on its standard input; its standard output.
    pub fn succeed_with_input(&self, args: &[&str], input: &[u8]) -> String {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        succeeded(&child.wait_with_output().unwrap())
    }

    pub fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.succeed(args)).unwrap()
    }

    /// Generates traffic of so many people in days (the last one excluded); the file.
    pub fn generate(&self, people: u32, seed: u32, [from, to]: [&str; 2]) -> PathBuf {
        let (people, seed) = (people.to_string(), seed.to_string());
        let file = self.folder().join("traffic.jsonl");
        let path = file.to_str().unwrap();
        let about = ["generate", "--people", &people, "--seed", &seed, "--from", from, "--to", to];
        self.succeed(&[&about[..], &["--output", path]].concat());
        file
    }

    /// Generates traffic, and imports it.
    pub fn fill(&self, people: u32, seed: u32, days: [&str; 2]) {
        let file = self.generate(people, seed, days);
        self.succeed(&["import", "webhooks", file.to_str().unwrap()]);
    }

    /// Starts `serve` and waits until it listens.
    pub fn serve(&self) -> Server {
        Server::start(self.command(&["serve"]))
    }
}

/// A port that nobody listens on. None of those that the system gives away by itself: another test's server
/// could take it before it is used.
pub fn free_port() -> u16 {
    let ports = std::iter::repeat_with(|| fastrand::u16(20_000..32_000));
    let is_free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    ports.take(1_000).find(is_free).expect("a port is free")
}

/// The built program, without settings of this machine.
pub fn program() -> Command {
    let mut command = Command::new(executable());
    for (key, _) in std::env::vars_os() {
        if key.to_string_lossy().starts_with("MESSENGER_FUNNEL") {
            command.env_remove(key);
        }
    }
    command
}

pub fn succeeded(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}{told}", output.status);
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The built program's path.
pub fn executable() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_messenger-funnel"))
}

/// An engine of the test's own, in a data folder.
pub async fn start_engine(data_dir: &Path) -> Result<Engine, EngineError> {
    choose_cryptography();
    let program = locate(None, executable(), std::env::var_os("PATH")).unwrap();
    Engine::start(data_dir, &program, executable(), &EngineOptions::default()).await
}

/// A way to ask a database anything.
pub fn client(endpoint: &Endpoint) -> clickhouse::Client {
    clickhouse::Client::default()
        .with_url(&endpoint.url)
        .with_user(&endpoint.user)
        .with_password(endpoint.password.expose_secret())
        .with_database(&endpoint.database)
}

/// A running `serve`; killed when dropped.
pub struct Server {
    child: Child,
    pub address: String,
}

impl Server {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let address = lines
            .find_map(|line| Some(line.split_once("listens on ")?.1.to_owned()))
            .unwrap_or_else(|| panic!("the server ended: {:?}", child.wait()));
        Self { child, address }
    }

    /// A server that somebody else has started.
    pub fn of(child: Child, address: String) -> Self {
        Self { child, address }
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Posts a webhook with a right signature; the status.
    pub async fn post(&self, body: &[u8]) -> u16 {
        let signature = sign(SECRET, body);
        self.post_signed(body, &signature).await
    }

    pub async fn post_signed(&self, body: &[u8], signature: &str) -> u16 {
        let request = reqwest::Client::new()
            .post(self.url("/webhooks/meta"))
            .header(SIGNATURE_HEADER, signature)
            .body(body.to_vec());
        request.send().await.unwrap().status().as_u16()
    }

    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(self.url(path)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    pub async fn json(&self, path: &str) -> Value {
        let (status, text) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Waits until a question over HTTP has the answer wanted.
    pub async fn wait_until(&self, path: &str, is_right: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let value = self.json(path).await;
            if is_right(&value) {
                return value;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "{path} stays {value}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until it says that it is about to end.
    pub async fn wait_until_leaving(&self) {
        while !self.get("/readyz").await.1.contains("about to end") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// As `kill -9` does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// As Ctrl-C does; waits for the end, which must be a success.
    pub fn interrupt(mut self) {
        signal(self.child.id(), libc::SIGINT);
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[expect(unsafe_code, reason = "std cannot send signals")]
pub fn signal(process: u32, signal: i32) {
    // SAFETY: kill touches no memory of ours; the process is one that the test started.
    unsafe { libc::kill(process.try_into().unwrap(), signal) };
}

/// To a process that leads a group, and to all in it.
#[expect(unsafe_code, reason = "std cannot send signals")]
pub fn signal_group(leader: u32, signal: i32) {
    // SAFETY: as above; the group is one that the test started.
    unsafe { libc::kill(-i32::try_from(leader).unwrap(), signal) };
}

pub fn is_alive(process: u32) -> bool {
    // A zombie has ended; only its parent has not asked yet.
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    !status.is_empty() && !status.rsplit(')').next().unwrap_or_default().trim().starts_with('Z')
}

/// Counts by name: `{"opened": 5, …}`; steps without data are left out.
pub fn counts(steps: &Value) -> Vec<(String, u64)> {
    let steps = steps.as_array().unwrap().iter();
    steps
        .filter_map(|step| Some((step["name"].as_str()?.to_owned(), step["count"].as_u64()?)))
        .collect()
}

/// The count of one step.
pub fn count(report: &Value, step: &str) -> Option<u64> {
    counts(&report["steps"]).into_iter().find(|(name, _)| name == step).map(|(_, count)| count)
}

/// A webhook body with one message of a person.
pub fn message(page: &str, person: &str, time: i64, mid: &str) -> Vec<u8> {
    serde_json::to_vec(&serde_json::json!({
        "object": "page",
        "entry": [{ "id": page, "time": time + 1, "messaging": [{
            "sender": { "id": person },
            "recipient": { "id": page },
            "timestamp": time,
            "message": { "mid": mid, "text": "secret words" },
        }]}],
    }))
    .unwrap()
}

/// A WhatsApp number, and the business account that it belongs to.
pub const WHATSAPP_NUMBER: &str = "104000000000001";
pub const WHATSAPP_ACCOUNT: &str = "204000000000001";

/// A webhook body of that number with one list (`messages`, `statuses`, `calls`).
pub fn whatsapp(list: Value) -> String {
    let mut value = serde_json::json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": "33180000001", "phone_number_id": WHATSAPP_NUMBER },
    });
    value.as_object_mut().unwrap().extend(list.as_object().unwrap().clone());
    serde_json::json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": WHATSAPP_ACCOUNT, "changes": [{ "field": "messages", "value": value }] }],
    })
    .to_string()
}

/// All real payloads, by file name.
pub fn payloads() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payloads");
    let mut all: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    all.sort();
    assert!(all.len() >= 61, "payloads are missing");
    all
}
