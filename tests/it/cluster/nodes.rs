//! A real ClickHouse of several nodes: engines on loopback that know one another.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use messenger_funnel::store::engine::locate;
use sha2::{Digest, Sha256};

use crate::support::{World, executable, free_port};

const NAME: &str = "nodes";
const USER: &str = "funnel";
const PASSWORD: &str = "a password of the nodes";
pub const DATABASE: &str = "shared";

pub struct Node {
    folder: PathBuf,
    http: u16,
    tcp: u16,
    engine: Option<Child>,
}

/// Its nodes, a shard each; they end with it.
pub struct Cluster {
    pub nodes: Vec<Node>,
    _folder: tempfile::TempDir,
}

impl Cluster {
    pub async fn start(count: usize) -> Self {
        messenger_funnel::meta::choose_cryptography();
        let folder = tempfile::tempdir().unwrap();
        let node = |number: usize| Node {
            folder: folder.path().join(number.to_string()),
            http: free_port(),
            tcp: free_port(),
            engine: None,
        };
        let mut nodes: Vec<Node> = (0..count).map(node).collect();
        let servers: String = nodes.iter().map(server).collect();
        for node in &mut nodes {
            node.write_settings(&servers);
            node.start().await;
        }
        Self { nodes, _folder: folder }
    }

    /// A data folder of its own, on this cluster.
    pub fn world(&self) -> World {
        let urls: Vec<String> = self.nodes.iter().map(Node::url).collect();
        World::new()
            .with("clickhouse.url", &urls.join(","))
            .with("clickhouse.user", USER)
            .with("clickhouse.password", PASSWORD)
            .with("clickhouse.database", DATABASE)
            .with("clickhouse.cluster", NAME)
    }
}

fn server(node: &Node) -> String {
    format!(
        "<shard><replica><host>127.0.0.1</host><port>{}</port><user>{USER}</user>\
         <password>{PASSWORD}</password></replica></shard>",
        node.tcp
    )
}

impl Node {
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.http)
    }

    /// What this node has by itself.
    pub fn client(&self) -> clickhouse::Client {
        clickhouse::Client::default()
            .with_url(self.url())
            .with_user(USER)
            .with_password(PASSWORD)
            .with_database(format!("{DATABASE}_local"))
    }

    fn write_settings(&self, servers: &str) {
        std::fs::create_dir_all(&self.folder).unwrap();
        let write = |name: &str, text: String| std::fs::write(self.folder.join(name), text);
        let config = format!(
            "<clickhouse><users_config>users.xml</users_config>\
             <logger><level>error</level><console>1</console></logger>\
             <tcp_port>{}</tcp_port><listen_host>127.0.0.1</listen_host>\
             <background_schedule_pool_size>16</background_schedule_pool_size>\
             <merge_tree><cleanup_delay_period>5</cleanup_delay_period>\
             <cleanup_delay_period_random_add>1</cleanup_delay_period_random_add>\
             <max_cleanup_delay_period>10</max_cleanup_delay_period></merge_tree>\
             <remote_servers><{NAME}>{servers}</{NAME}></remote_servers></clickhouse>",
            self.tcp
        );
        write("config.xml", config).unwrap();
        let hash = hex::encode(Sha256::digest(PASSWORD));
        let users = format!(
            "<clickhouse><profiles><default/></profiles><quotas><default/></quotas><users>\
             <default><no_password/><networks><ip>127.0.0.1</ip></networks><grants>\
             <query>GRANT SYSTEM LISTEN ON *.*</query>\
             <query>GRANT SELECT ON system.numbers</query></grants></default>\
             <{USER}><password_sha256_hex>{hash}</password_sha256_hex>\
             <networks><ip>127.0.0.1</ip></networks><profile>default</profile>\
             <quota>default</quota></{USER}></users></clickhouse>"
        );
        write("users.xml", users).unwrap();
    }

    /// Starts it, on what it had before.
    pub async fn start(&mut self) {
        let program = locate(None, executable(), std::env::var_os("PATH")).unwrap();
        let log = std::fs::File::create(self.folder.join("log")).unwrap();
        let child = Command::new(executable())
            .arg("engine")
            .args(program.as_args())
            .args(["--port", &self.http.to_string()])
            .arg("--folder")
            .arg(&self.folder)
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.engine = Some(child);
        let started = Instant::now();
        let client = self.client().with_database("default");
        // Other nodes speak to it by this port; it opens the one for HTTP by itself.
        while let Err(error) = client.query("SYSTEM START LISTEN TCP").execute().await {
            let waited = started.elapsed();
            assert!(waited < Duration::from_secs(40), "{error}: {}", said(&self.folder));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Starts it again, if it has ended. This form of the engine does by itself, other than a server, when a peer
    /// resets a connection to it, as one does that is killed.
    pub async fn revive(&mut self) {
        if self.engine.as_mut().is_none_or(|engine| engine.try_wait().unwrap().is_some()) {
            self.start().await;
        }
    }

    /// As `kill -9` does.
    pub fn kill(&mut self) {
        let mut engine = self.engine.take().unwrap();
        engine.kill().unwrap();
        engine.wait().unwrap();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(mut engine) = self.engine.take() {
            engine.kill().ok();
            engine.wait().ok();
        }
        if std::thread::panicking() {
            eprintln!("{}: {}", self.url(), said(&self.folder));
        }
    }
}

fn said(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default().chars().take(2000).collect()
}
