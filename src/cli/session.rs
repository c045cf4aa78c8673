//! How a command reaches the data: a configured ClickHouse, the engine of a running server, or an
//! embedded engine of its own.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{clock, prepared, shipping};
use crate::accounts::{self, Accounts};
use crate::alerting::Alerting;
use crate::collector::Keys;
use crate::config::Settings;
use crate::domain::Links;
use crate::erasure::{DeletionState, Ledger};
use crate::http::rate_limit::Limit;
use crate::insights::query::Defaults;
use crate::insights::stored_funnels::StoredFunnels;
use crate::materializer::Materializer;
use crate::private;
use crate::registry::Registry;
use crate::reports::ReportCatalog;
use crate::store::engine::{self, Attached, Engine, EngineError, EngineOptions, Listening};
use crate::store::{Endpoint, Store, Tombstones};
use crate::web::state::Views;

/// How long after a failed start of the engine it is tried again.
const START_AGAIN: Duration = Duration::from_secs(10);
/// An engine that ran so long is started again at once.
const RAN_WELL: Duration = Duration::from_secs(60);

/// An open way to the data.
#[derive(Debug)]
pub(super) struct Session {
    pub store: Store,
    /// The engine, if it is ours.
    engine: Option<Engine>,
    /// The engine that does not run yet, or no more, and is tried again.
    starting: Option<JoinHandle<Engine>>,
    /// Of a server: how its engine is started.
    settings: Option<Settings>,
    /// Keeps another process's engine alive while we use it.
    _attached: Option<Attached>,
}

impl Session {
    /// Opens for a command that reads or imports: whichever way there is. What a server that was
    /// killed had journaled and not shipped is shipped first.
    pub(super) async fn open(settings: &Settings) -> anyhow::Result<Self> {
        // A server that has just started holds the folder before its engine answers, and one that
        // ends holds it a little longer than its engine: what is in use now may be free at once.
        let mut tries = 0;
        let session = loop {
            if let Some(endpoint) = configured(settings) {
                break Self::with_store(mindful(Store::new(endpoint), settings));
            }
            if let Some(attached) =
                engine::attach(&settings.data_dir, &settings.clickhouse_database).await?
            {
                let store = mindful(Store::new(attached.endpoint.clone()), settings);
                break Self { _attached: Some(attached), ..Self::with_store(store) };
            }
            match start_engine(settings, None).await {
                Err(error) if tries < 20 && is_in_use(&error) => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                started => break Self::with_engine(started?, settings),
            }
        };
        prepared::prepare(&session.store, settings).await?;
        shipping::ship_leftovers(&session.store, settings).await?;
        session.upkeep(settings).catch_up().await?;
        Ok(session)
    }

    /// Opens for a server, which owns the data folder. An engine that does not start is tried again and again, so that
    /// webhooks are taken meanwhile.
    ///
    /// # Errors
    /// If another process has it.
    pub(super) async fn own(settings: &Settings) -> anyhow::Result<Self> {
        tighten(&settings.data_dir);
        if let Some(endpoint) = configured(settings) {
            return Ok(Self::with_store(mindful(Store::new(endpoint), settings)));
        }
        let server = Some(settings.clone());
        let error = match start_engine(settings, None).await {
            Ok(engine) => {
                return Ok(Self { settings: server, ..Self::with_engine(engine, settings) });
            }
            Err(error) if !may_start_later(&error) => return Err(error),
            Err(error) => error,
        };
        tracing::error!(
            "{error:#}. Webhooks are taken and stay in the journal; the engine is tried again every {} s",
            START_AGAIN.as_secs()
        );
        let listening = Listening::anywhere()?;
        let store = Store::new(listening.endpoint(&settings.clickhouse_database));
        let store = mindful(store, settings);
        let starting = tokio::spawn(started_at_last(settings.clone(), listening, START_AGAIN));
        Ok(Self { starting: Some(starting), settings: server, ..Self::with_store(store) })
    }

    fn with_store(store: Store) -> Self {
        Self { store, engine: None, starting: None, settings: None, _attached: None }
    }

    fn with_engine(engine: Engine, settings: &Settings) -> Self {
        let store = Store::new(engine.endpoint(&settings.clickhouse_database));
        let store = mindful(store, settings);
        Self { engine: Some(engine), ..Self::with_store(store) }
    }

    /// Whether the engine did not start yet.
    pub(super) fn is_starting(&self) -> bool {
        self.starting.is_some()
    }

    /// Its link registry.
    pub(super) fn registry(&self, settings: &Settings) -> Registry {
        Registry::new(self.store.clone(), settings.data_dir.join("links.lock"), clock::now)
    }

    /// Its reports.
    pub(super) fn catalog(&self, settings: &Settings) -> ReportCatalog {
        ReportCatalog {
            store: self.store.clone(),
            bounded: self.store.within(settings.question_bounds.unattended()),
            settings: Arc::clone(&settings.reports),
            defaults: defaults(settings),
            funnels: Arc::clone(&settings.funnels),
            stored_funnels: StoredFunnels::default(),
            window: settings.messaging_window.clone(),
            page_names: settings.page_names.clone(),
            public_url: settings.public_url.clone(),
            clock: clock::now,
        }
    }

    /// Alerts.
    pub(super) fn alerting(&self, settings: &Settings) -> Alerting {
        Alerting { catalog: self.catalog(settings), settings: Arc::clone(&settings.alerts) }
    }

    /// What dashboard and API need to know.
    pub(super) fn views(
        &self,
        settings: &Settings,
        accounts: Accounts,
        links: watch::Receiver<Arc<Links>>,
        stop: CancellationToken,
    ) -> Views {
        Views {
            store: self.store.clone(),
            defaults: defaults(settings),
            accounts,
            limit: Limit::per_minute(settings.rate_limit),
            funnels: Arc::clone(&settings.funnels),
            stored_funnels: StoredFunnels::default(),
            links,
            public_url: settings.public_url.clone(),
            window: settings.messaging_window.clone(),
            clock: clock::now,
            bounds: settings.question_bounds,
            stop,
        }
    }

    /// Who may look.
    ///
    /// # Errors
    /// If there is no key for sessions and none can be made.
    pub(super) fn accounts(&self, settings: &Settings) -> anyhow::Result<Accounts> {
        let usual = settings.data_dir.join("session.key");
        let file = settings.session_key_file.as_ref().unwrap_or(&usual);
        let key = accounts::key_of(file).with_context(|| format!("{}", file.display()))?;
        let tokens = settings.access_tokens.clone();
        let proxies = settings.trusted_proxies.clone();
        let is_secure = settings.is_secure();
        let accounts =
            Accounts::new(self.store.clone(), key, tokens, proxies, is_secure, clock::now);
        Ok(accounts.in_folder(&settings.data_dir))
    }

    /// Where people's requests about their data come in.
    pub(super) fn deletion_door(
        &self,
        settings: &Settings,
        keys: watch::Receiver<Arc<Keys>>,
    ) -> DeletionState {
        DeletionState {
            ledger: ledger(settings),
            store: self.store.clone(),
            keys,
            public_url: settings.public_url.clone(),
        }
    }

    /// What keeps its conversations up to date.
    pub(super) fn upkeep(&self, settings: &Settings) -> Materializer {
        let lock = settings.data_dir.join("conversations.lock");
        Materializer::new(self.store.clone(), lock, clock::now)
    }

    /// Keeps the engine running: one that ends is started again where it listened. Returns if that cannot be; never if
    /// it is not ours.
    pub(super) async fn engine_ended(&mut self) -> String {
        let mut was_early = false;
        loop {
            if let Some(starting) = &mut self.starting {
                match starting.await {
                    Ok(engine) => self.engine = Some(engine),
                    Err(error) => return error.to_string(),
                }
                self.starting = None;
            }
            let (Some(engine), Some(settings)) = (&mut self.engine, &self.settings) else {
                return std::future::pending().await;
            };
            let since = Instant::now();
            let said = engine.ended().await;
            tracing::error!(
                "the ClickHouse engine ended: {said}. Webhooks are taken and stay in the journal; it is started again"
            );
            let listening = engine.listening().clone();
            // The folder is free for the next one.
            self.engine = None;
            // One that ends again as soon as it runs is not started without end.
            let is_early = since.elapsed() < RAN_WELL;
            let pause = if is_early && was_early { START_AGAIN } else { Duration::ZERO };
            was_early = is_early;
            let again = started_at_last(settings.clone(), listening, pause);
            self.starting = Some(tokio::spawn(again));
        }
    }

    pub(super) async fn close(self) {
        if let Some(starting) = self.starting {
            starting.abort();
        }
        if let Some(engine) = self.engine {
            engine.stop().await;
        }
    }
}

/// What we keep in the data folder with all that is in it, beside the engine's folder.
const OURS: [&str; 13] = [
    "journal",
    "imports",
    "erasures",
    "reports",
    "spend",
    "session.key",
    "links.json",
    "edition",
    "demo.json",
    "links.lock",
    "conversations.lock",
    "stored-events.lock",
    "feedback.lock",
];

/// Takes from others what is ours: earlier versions made some of it as the umask allowed. The folder itself may be
/// somebody else's, and hold more.
fn tighten(data_dir: &Path) {
    let closed = OURS.iter().map(|name| private::tighten(&data_dir.join(name)));
    // The engine's own files are as many as its parts, and lie behind this one.
    let engine = private::close(&data_dir.join("clickhouse"));
    for error in closed.chain([engine]).filter_map(Result::err) {
        let folder = data_dir.display();
        tracing::warn!(%error, "in {folder} something of ours stays readable by others");
    }
}

/// Waits for whoever holds the lock of that name in a folder, and holds it until it is dropped.
pub(super) fn lock(folder: &Path, name: &str) -> anyhow::Result<File> {
    let path = folder.join(name);
    let locked = || {
        let file = private::lock_file(&path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    };
    locked().with_context(|| format!("locking {}", path.display()))
}

/// What holds where a question does not say otherwise.
pub(super) fn defaults(settings: &Settings) -> Defaults {
    Defaults {
        zone: settings.time_zone.clone(),
        model: settings.model,
        parameters: settings.parameters,
        refs: Arc::clone(&settings.refs),
    }
}

/// Requests to erase somebody.
pub(super) fn ledger(settings: &Settings) -> Ledger {
    Ledger::new(erasures(settings), clock::now)
}

/// The store, which takes nothing back of people who were erased.
fn mindful(store: Store, settings: &Settings) -> Store {
    store.mindful_of(Tombstones::new(erasures(settings), settings.keep_shipped, clock::now))
}

fn erasures(settings: &Settings) -> std::path::PathBuf {
    settings.data_dir.join("erasures")
}

fn configured(settings: &Settings) -> Option<Endpoint> {
    settings.clickhouse_url.as_ref().map(|url| Endpoint {
        url: url.clone(),
        user: settings.clickhouse_user.clone(),
        password: settings.clickhouse_password.clone(),
        database: settings.clickhouse_database.clone(),
        cluster: settings.clickhouse_cluster.clone(),
        is_shared: true,
    })
}

/// The engine, tried again and again until it runs.
async fn started_at_last(settings: Settings, listening: Listening, first: Duration) -> Engine {
    let mut pause = first;
    loop {
        tokio::time::sleep(pause).await;
        pause = START_AGAIN;
        match start_engine(&settings, Some(listening.clone())).await {
            Ok(engine) => {
                tracing::info!("the ClickHouse engine has started");
                return engine;
            }
            Err(error) => tracing::error!("{error:#}"),
        }
    }
}

async fn start_engine(settings: &Settings, listening: Option<Listening>) -> anyhow::Result<Engine> {
    let executable = std::env::current_exe().context("this program's own path")?;
    let search_path = std::env::var_os("PATH");
    let database = settings.clickhouse_database.clone();
    let reader = settings.clickhouse_reader.clone().map(|reader| (reader, database));
    let options = EngineOptions {
        port: settings.clickhouse_port,
        listening,
        reader,
        syncs: settings.sync_writes,
    };
    let program = engine::locate(settings.libchdb.as_deref(), &executable, search_path)?;
    Ok(Engine::start(&settings.data_dir, &program, &executable, &options).await?)
}

/// Whether the engine did not start for a reason that may go away, or be mended while webhooks are taken: not a port
/// that the settings name and somebody else has.
fn may_start_later(error: &anyhow::Error) -> bool {
    match error.downcast_ref() {
        Some(EngineError::Failed { log, .. }) => !log.contains("Address already in use"),
        _ => false,
    }
}

fn is_in_use(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(EngineError::InUse { .. }))
}
