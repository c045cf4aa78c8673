//! The embedded ClickHouse: a real engine in a child process of ours.
//!
//! The child is this same program under the hidden subcommand `engine`, which loads
//! `libchdb.so` ([`library`]) and becomes `clickhouse local` with an HTTP listener on loopback.
//! A data folder has one owner: who holds `engine.lock` runs the engine and writes where it
//! listens into `engine.json`; other commands on the same folder read that and connect.

mod files;
mod library;
mod locate;
mod users;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use thiserror::Error;
use tokio::process::{Child, ChildStdin, Command};

pub use files::Listening;
pub use library::{EngineArgs, run_in_this_process};
pub use locate::{EngineProgram, locate};

use crate::private;
use crate::store::client::Store;
use crate::store::client::endpoint::Endpoint;
use crate::store::schema::bi_user::Reader;

/// How long the engine may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How long other commands on the same engine may take before it is ended under them.
const GUEST_LIMIT: Duration = Duration::from_secs(60);
/// How long an earlier engine, whose parent was killed, may hold the data folder.
const LOCK_LIMIT: Duration = Duration::from_secs(10);

/// Why there is no engine.
#[derive(Debug, Error)]
pub enum EngineError {
    /// No library and no binary.
    #[error(
        "no ClickHouse engine found. Looked for {looked}. Install the pinned engine with `npm ci` \
         in the project's folder (or `make engine`), name the library by `libchdb`, or configure \
         `clickhouse.url` to use a ClickHouse server"
    )]
    Missing {
        /// Where it was looked for.
        looked: String,
    },
    /// Another process owns the data folder.
    #[error(
        "the data folder {folder} is in use by another messenger-funnel{}: stop that one, or use \
         another data_dir", process.map(|id| format!(" (process {id})")).unwrap_or_default()
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The owner's process id, where it is known.
        process: Option<u32>,
    },
    /// The owner of the folder did not tell where its engine listens.
    #[error("the engine of {folder} does not answer, though process {process:?} owns the folder")]
    NoAnswer {
        /// The folder.
        folder: PathBuf,
        /// The owner's process id, where it is known.
        process: Option<u32>,
    },
    /// The engine ended or hung before it answered.
    #[error("the ClickHouse engine did not start in {folder}: {reason}\n{log}")]
    Failed {
        /// The folder.
        folder: PathBuf,
        /// What happened.
        reason: String,
        /// The last lines of its log.
        log: String,
    },
    /// A file or a process could not be made.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// How an engine is to run.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Its HTTP port; `None`: any that is free.
    pub port: Option<u16>,
    /// Where it is to listen, if that was told before it started; `port` is of no account then.
    pub listening: Option<Listening>,
    /// The user for BI tools, and the database whose views it may read.
    pub reader: Option<(Reader, String)>,
    /// Whether its tables sync what is written into them (`clickhouse.sync_writes`).
    pub syncs: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { port: None, listening: None, reader: None, syncs: true }
    }
}

/// A running engine. It ends when this value is dropped, and when our process dies.
#[derive(Debug)]
pub struct Engine {
    child: Child,
    /// The engine lives until this is closed.
    stdin: Option<ChildStdin>,
    listening: Listening,
    folder: PathBuf,
    syncs: bool,
    /// Our ownership of the data folder.
    _lock: File,
}

impl Engine {
    /// Starts the engine of `data_dir`. `executable` is this program.
    ///
    /// # Errors
    /// [`EngineError::InUse`] if another process owns the folder; otherwise why it did not start.
    pub async fn start(
        data_dir: &Path,
        program: &EngineProgram,
        executable: &Path,
        options: &EngineOptions,
    ) -> Result<Self, EngineError> {
        let folder = files::prepare(data_dir)?;
        let lock = files::try_lock(&folder)?.ok_or_else(|| EngineError::InUse {
            folder: data_dir.to_owned(),
            process: files::owner(&folder),
        })?;
        let started = Instant::now();
        loop {
            match Self::try_start(&folder, program, executable, options).await {
                Err(EngineError::Failed { log, .. })
                    if log.contains("Cannot lock file") && started.elapsed() < LOCK_LIMIT =>
                {
                    tracing::info!("an earlier engine is still closing its files; trying again");
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                // Between our look for a free port and the engine's taking it somebody else did.
                Err(EngineError::Failed { log, .. })
                    if log.contains("Address already in use")
                        && options.port.is_none()
                        && started.elapsed() < LOCK_LIMIT =>
                {
                    tracing::info!("another process took the engine's port; trying another");
                }
                Err(error) => return Err(error),
                Ok((child, stdin, listening)) => {
                    files::publish(&folder, &listening)?;
                    let stdin = Some(stdin);
                    let syncs = options.syncs;
                    return Ok(Self { child, stdin, listening, folder, syncs, _lock: lock });
                }
            }
        }
    }

    async fn try_start(
        folder: &Path,
        program: &EngineProgram,
        executable: &Path,
        options: &EngineOptions,
    ) -> Result<(Child, ChildStdin, Listening), EngineError> {
        let listening = match (&options.listening, options.port) {
            (Some(listening), _) => listening.clone(),
            (None, Some(port)) => Listening::new(port),
            (None, None) => Listening::anywhere()?,
        };
        files::write_settings(folder, &listening, options)?;
        let log = folder.join("engine.log");
        let log_file = files::create(&log)?;
        let mut child = Command::new(executable)
            .arg("engine")
            .args(program.as_args())
            .args(["--port", &listening.port.to_string()])
            .arg("--folder")
            .arg(folder)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log_file)
            // Ctrl-C in a terminal is for us; the engine ends when we close its input.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| EngineError::Io { path: executable.to_owned(), source })?;
        let failed = |reason: String| EngineError::Failed {
            folder: folder.to_owned(),
            reason,
            log: files::last_lines(&log),
        };
        let Some(stdin) = child.stdin.take() else {
            return Err(failed("it has no standard input".to_owned()));
        };
        let store = Store::new(listening.endpoint("default"));
        let started = Instant::now();
        while store.ping().await.is_err() {
            // It ends with exit code 0 when another engine has the folder.
            if let Ok(Some(status)) = child.try_wait() {
                return Err(failed(format!("it ended ({status}) before it answered")));
            }
            if started.elapsed() > START_LIMIT {
                return Err(failed(format!("no answer within {START_LIMIT:?}")));
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Ok((child, stdin, listening))
    }

    /// Where it listens.
    #[must_use]
    pub fn endpoint(&self, database: &str) -> Endpoint {
        self.listening.endpoint(database)
    }

    /// Where it listens, and how to log in: another one can take its place.
    #[must_use]
    pub fn listening(&self) -> &Listening {
        &self.listening
    }

    /// The engine's process id; `None` once it has ended.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until the engine ends by itself, which it should not, and says what it said.
    pub async fn ended(&mut self) -> String {
        // `Child::wait` would close its input and so end it: the handle has been taken out.
        let status = self.child.wait().await;
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        format!("{status}\n{}", files::last_lines(&self.folder.join("engine.log")))
    }

    /// Waits for commands that use the engine too, then closes its input and waits for it to end.
    pub async fn stop(mut self) {
        let started = Instant::now();
        // From here on nobody new can enter.
        let mut alone = files::enter_alone(&self.folder);
        while matches!(alone, Ok(None)) && started.elapsed() < GUEST_LIMIT {
            tokio::time::sleep(Duration::from_millis(50)).await;
            alone = files::enter_alone(&self.folder);
        }
        drop(self.stdin.take());
        if tokio::time::timeout(START_LIMIT, self.child.wait()).await.is_err() {
            tracing::warn!("the engine did not end in time; it is killed");
        }
        if !self.syncs
            && let Err(error) = private::sync_file_system(&self.folder)
        {
            tracing::warn!(%error, "the engine's files may not be on disk yet");
        }
        files::withdraw(&self.folder);
    }
}

/// A way to the engine of another process, which does not end while this is held.
#[derive(Debug)]
pub struct Attached {
    /// Where it listens.
    pub endpoint: Endpoint,
    _guest: File,
}

/// Connects to the engine that another process runs on `data_dir`; `None` if none does.
///
/// # Errors
/// If one does and its engine does not answer.
pub async fn attach(data_dir: &Path, database: &str) -> Result<Option<Attached>, EngineError> {
    let folder = files::folder(data_dir);
    if !folder.exists() || files::try_lock(&folder)?.is_some() {
        return Ok(None);
    }
    let started = Instant::now();
    while started.elapsed() < START_LIMIT {
        if let Some(guest) = files::enter(&folder)?
            && let Some(listening) = files::read(&folder)
            && Store::new(listening.endpoint("default")).ping().await.is_ok()
        {
            return Ok(Some(Attached { endpoint: listening.endpoint(database), _guest: guest }));
        }
        if files::try_lock(&folder)?.is_some() {
            return Ok(None);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(EngineError::NoAnswer { folder: data_dir.to_owned(), process: files::owner(&folder) })
}

/// Removes what is left of an engine's folder; for `demo`, which starts afresh.
///
/// # Errors
/// If another process owns the folder, or the disk refuses.
pub fn remove_data(data_dir: &Path) -> Result<(), EngineError> {
    let folder = files::folder(data_dir);
    if !folder.exists() {
        return Ok(());
    }
    if files::try_lock(&folder)?.is_none() {
        let process = files::owner(&folder);
        return Err(EngineError::InUse { folder: data_dir.to_owned(), process });
    }
    fs::remove_dir_all(data_dir)
        .map_err(|source| EngineError::Io { path: data_dir.to_owned(), source })
}
