//! What goes on while the power is cut: webhooks, imports, edits of links, reported conversions, reports and rebuilds.
//! Everything that was acknowledged is written down.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use messenger_funnel::collector::{SIGNATURE_HEADER, sign};
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{SECRET, World, message};

/// 2026-11-20T10:00:00Z.
pub const TIME: i64 = 1_795_168_800_000;
const LANES: u64 = 4;
const LINES: u64 = 40;

/// What was acknowledged.
#[derive(Debug, Clone, Default)]
pub struct Acknowledged {
    /// People whose webhook was answered 200, or whose import ended with 0.
    pub people: BTreeSet<String>,
    /// Slugs of links whose `link add` ended with 0.
    pub links: BTreeSet<String>,
    /// Ids of conversions that were accepted.
    pub conversions: BTreeSet<String>,
    /// Instants of reports whose `report run` ended with 0: delivered, or taken by the server.
    pub reports: BTreeSet<String>,
    /// How many of them were delivered by then.
    pub delivered: usize,
    /// Rebuilds that ended with 0.
    pub rebuilds: u64,
}

/// The load on one server. It ends when it is dropped.
pub struct Load {
    acknowledged: Arc<Mutex<Acknowledged>>,
    tasks: JoinSet<()>,
}

impl Load {
    /// Begins, with a seed for what comes when.
    pub fn start(world: &Arc<World>, address: &str, settings: &str, seed: u64) -> Self {
        let acknowledged = Arc::<Mutex<Acknowledged>>::default();
        let mut tasks = JoinSet::new();
        for lane in 0..LANES {
            let pace = fastrand::Rng::with_seed(seed ^ lane);
            let name = format!("w{seed}-{lane}");
            tasks.spawn(webhooks(address.to_owned(), name, pace, Arc::clone(&acknowledged)));
        }
        tasks.spawn(conversions(address.to_owned(), seed, Arc::clone(&acknowledged)));
        let commands = Commands {
            world: Arc::clone(world),
            settings: settings.to_owned(),
            seed,
            acknowledged: Arc::clone(&acknowledged),
        };
        tasks.spawn(commands.run());
        Self { acknowledged, tasks }
    }

    /// What was acknowledged until now.
    pub fn acknowledged(&self) -> Acknowledged {
        self.acknowledged.lock().unwrap().clone()
    }

    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

async fn webhooks(
    address: String,
    name: String,
    mut pace: fastrand::Rng,
    acknowledged: Arc<Mutex<Acknowledged>>,
) {
    let client = reqwest::Client::new();
    for number in 0.. {
        let person = format!("{name}-{number}");
        let body = message("1", &person, TIME + number, &format!("m_{person}"));
        let request = client.post(format!("{address}/webhooks/meta"));
        let request = request.header(SIGNATURE_HEADER, sign(SECRET, &body)).body(body);
        if let Ok(answer) = request.send().await
            && answer.status() == 200
        {
            acknowledged.lock().unwrap().people.insert(person);
        }
        // A trickle and bursts: both make parts of all sizes.
        let pause = if number % 200 < 150 { pace.u64(0..10) } else { pace.u64(50..400) };
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

async fn conversions(address: String, seed: u64, acknowledged: Arc<Mutex<Acknowledged>>) {
    let client = reqwest::Client::new();
    for number in 0.. {
        let id = format!("c{seed}-{number}");
        let item = json!({ "id": id, "name": "purchase", "page": "1", "person": format!("w{seed}-0-{number}"),
            "time": "2026-11-20T12:00:00Z", "value": "12.50", "currency": "EUR" });
        let request = client.post(format!("{address}/api/v1/conversions")).json(&item);
        if let Ok(answer) = request.send().await
            && answer.status().is_success()
        {
            acknowledged.lock().unwrap().conversions.insert(id);
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

/// Commands on the running server, one after the other.
struct Commands {
    world: Arc<World>,
    settings: String,
    seed: u64,
    acknowledged: Arc<Mutex<Acknowledged>>,
}

impl Commands {
    async fn run(self) {
        for number in 0.. {
            match number % 5 {
                0 | 3 => self.import(number).await,
                1 => self.link(number).await,
                2 => self.report(number).await,
                _ => self.rebuild().await,
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn succeeds(&self, args: &[&str]) -> bool {
        self.says(args).await.is_some()
    }

    /// What a command says that ends with 0.
    async fn says(&self, args: &[&str]) -> Option<String> {
        let mut command = self.world.command(&["--config", &self.settings]);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut command = tokio::process::Command::from(command);
        let output = command.kill_on_drop(true).output().await.ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    async fn import(&self, number: u64) {
        let people: Vec<String> =
            (0..LINES).map(|line| format!("i{}-{number}-{line}", self.seed)).collect();
        let lines = people.iter().flat_map(|person| {
            let mut line = message("1", person, TIME, &format!("m_{person}"));
            line.push(b'\n');
            line
        });
        let file: PathBuf = self.world.write("import.jsonl", lines.collect::<Vec<u8>>());
        if self.succeeds(&["import", "webhooks", file.to_str().unwrap()]).await {
            self.acknowledged.lock().unwrap().people.extend(people);
        }
    }

    async fn link(&self, number: u64) {
        let slug = format!("l{}-{number}", self.seed);
        if self.succeeds(&["link", "add", "--page", "1", "--slug", &slug, "--ref", &slug]).await {
            self.acknowledged.lock().unwrap().links.insert(slug);
        }
    }

    async fn report(&self, number: u64) {
        // What tells runs apart is the instant that they are made for.
        let at = format!("2026-11-{:02}T{:02}:00:00Z", 1 + number % 28, number / 28 % 24);
        let said = self.says(&["report", "run", "sources", "--at", &at, "--send"]).await;
        if let Some(said) = said {
            let mut acknowledged = self.acknowledged.lock().unwrap();
            acknowledged.reports.insert(at);
            acknowledged.delivered += usize::from(!said.contains("a running server has taken it"));
        }
    }

    async fn rebuild(&self) {
        if self.succeeds(&["conversations", "rebuild"]).await {
            self.acknowledged.lock().unwrap().rebuilds += 1;
        }
    }
}
