//! The engine's folder: its settings, its lock and the note that says where it listens. All files
//! are readable by their owner only.

use std::fmt::Write as _;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::users::{USER, users_xml};
use super::{Endpoint, EngineError, EngineOptions};
use crate::private;
use crate::store::schema::durability;

/// Where an engine listens and how to log in; written to `engine.json`, which only its owner may
/// read.
#[derive(Clone, Serialize, Deserialize)]
pub struct Listening {
    /// HTTP port on 127.0.0.1.
    pub port: u16,
    /// A password made for this run of the engine.
    password: String,
    /// The process that owns the engine.
    process: u32,
}

impl std::fmt::Debug for Listening {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "127.0.0.1:{} of process {}", self.port, self.process)
    }
}

impl Listening {
    pub(super) fn new(port: u16) -> Self {
        let random = || uuid::Uuid::new_v4().simple().to_string();
        Self { port, password: random() + &random(), process: std::process::id() }
    }

    /// On a port that is free now.
    ///
    /// # Errors
    /// If there is none.
    pub fn anywhere() -> Result<Self, EngineError> {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map(|address| address.port())
            .map_err(io_error(Path::new("127.0.0.1:0")))?;
        Ok(Self::new(port))
    }

    /// The way to a database there.
    #[must_use]
    pub fn endpoint(&self, database: &str) -> Endpoint {
        Endpoint {
            url: format!("http://127.0.0.1:{}", self.port),
            user: USER.to_owned(),
            password: self.password.clone().into(),
            database: database.to_owned(),
            cluster: None,
            is_shared: false,
        }
    }
}

pub(super) fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("clickhouse")
}

pub(super) fn prepare(data_dir: &Path) -> Result<PathBuf, EngineError> {
    let folder = folder(data_dir);
    private::folder(&folder)
        .and_then(|()| fs::canonicalize(&folder))
        .map_err(|source| EngineError::Io { path: folder, source })
}

pub(super) fn create(path: &Path) -> Result<File, EngineError> {
    private::file().create(true).truncate(true).write(true).open(path).map_err(io_error(path))
}

/// The lock, or `None` if another process has it. It is given up when the file is dropped, and
/// by the system when its process dies.
pub(super) fn try_lock(folder: &Path) -> Result<Option<File>, EngineError> {
    take(&folder.join("engine.lock"), File::try_lock)
}

/// A place among those who use the engine beside its owner; `None` while it is being ended. Given
/// up when the file is dropped.
pub(super) fn enter(folder: &Path) -> Result<Option<File>, EngineError> {
    take(&folder.join("engine.guests"), File::try_lock_shared)
}

/// The place of the last one; `None` while there are others.
pub(super) fn enter_alone(folder: &Path) -> Result<Option<File>, EngineError> {
    take(&folder.join("engine.guests"), File::try_lock)
}

fn take(
    path: &Path,
    lock: fn(&File) -> Result<(), TryLockError>,
) -> Result<Option<File>, EngineError> {
    let file = private::file().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(io_error(path))?;
    match lock(&file) {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(io_error(path)(source)),
    }
}

/// Writes the note that tells other commands where the engine listens.
pub(super) fn publish(folder: &Path, listening: &Listening) -> Result<(), EngineError> {
    let path = folder.join("engine.json");
    let fresh = folder.join("engine.json.new");
    let text = serde_json::to_vec(listening).map_err(io::Error::from).map_err(io_error(&path))?;
    create(&fresh)?.write_all(&text).map_err(io_error(&fresh))?;
    fs::rename(&fresh, &path).map_err(io_error(&path))
}

/// Takes the note away: nothing listens any more. That it may be gone already is fine.
pub(super) fn withdraw(folder: &Path) {
    drop(fs::remove_file(folder.join("engine.json")));
}

pub(super) fn read(folder: &Path) -> Option<Listening> {
    serde_json::from_slice(&fs::read(folder.join("engine.json")).ok()?).ok()
}

pub(super) fn owner(folder: &Path) -> Option<u32> {
    read(folder).map(|listening| listening.process)
}

/// The last lines of a log, for an error message.
pub(super) fn last_lines(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    // A stack trace helps nobody who cannot rebuild ClickHouse.
    let telling = text.lines().filter(|line| line.contains("Exception") || line.contains("lock"));
    let lines: Vec<_> =
        telling.take(3).map(|line| line.chars().take(400).collect::<String>()).collect();
    if !lines.is_empty() {
        return lines.join("\n");
    }
    let mut lines: Vec<_> = text.lines().rev().take(5).collect();
    lines.reverse();
    lines.join("\n")
}

/// Writes `config.xml` and `users.xml`.
pub(super) fn write_settings(
    folder: &Path,
    listening: &Listening,
    options: &EngineOptions,
) -> Result<(), EngineError> {
    let users = folder.join("users.xml");
    let config = folder.join("config.xml");
    let hash = hex::encode(Sha256::digest(&listening.password));
    let reader = options.reader.as_ref().map(|(reader, database)| (reader, database.as_str()));
    let users_xml = users_xml(&hash, reader);
    create(&users)?.write_all(users_xml.as_bytes()).map_err(io_error(&users))?;
    let config_xml = config_xml(options.syncs);
    create(&config)?.write_all(config_xml.as_bytes()).map_err(io_error(&config))
}

/// `config.xml`. With `syncs` every table syncs what is written into it, and what a merge makes of it.
fn config_xml(syncs: bool) -> String {
    let mut durability = String::new();
    for (name, value) in durability::settings(syncs) {
        writeln!(durability, "    <{name}>{value}</{name}>").ok();
    }
    format!(
        "<clickhouse>
  <users_config>users.xml</users_config>
  <logger><level>error</level><console>1</console></logger>
  <mark_cache_size>268435456</mark_cache_size>
  <merge_tree>
    <cleanup_delay_period>5</cleanup_delay_period>
    <cleanup_delay_period_random_add>1</cleanup_delay_period_random_add>
    <max_cleanup_delay_period>10</max_cleanup_delay_period>
{durability}  </merge_tree>
</clickhouse>
"
    )
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> EngineError + '_ {
    move |source| EngineError::Io { path: path.to_owned(), source }
}
