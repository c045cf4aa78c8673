//! How a command reaches the data: a configured ClickHouse, the engine of a running server, or an
//! embedded engine of its own.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::accounts::{self, Accounts};
use crate::analysis::Parameters;
use crate::collector::Keys;
use crate::config::Settings;
use crate::domain::{Links, Timestamp};
use crate::erasure::{DeletionDoor, Ledger};
use crate::journal::{self, Journal, JournalError};
use crate::normalize;
use crate::registry::Registry;
use crate::reports::Shelf;
use crate::store::engine::{self, Attached, Engine, EngineError, EngineOptions};
use crate::store::{
    self, Applied, Endpoint, Progress, Shipper, Store, StoreError, Tombstones, ViewSettings,
};
use crate::upkeep::Upkeep;
use crate::views::{Defaults, Limit, Views};

/// An open way to the data.
#[derive(Debug)]
pub(super) struct Session {
    pub store: Store,
    /// The engine, if it is ours.
    engine: Option<Engine>,
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
                let store = mindful(Store::new(endpoint), settings);
                break Self { store, engine: None, _attached: None };
            }
            if let Some(attached) =
                engine::attach(&settings.data_dir, &settings.clickhouse_database).await?
            {
                let store = mindful(Store::new(attached.endpoint.clone()), settings);
                break Self { store, engine: None, _attached: Some(attached) };
            }
            match start_engine(settings).await {
                Err(error) if tries < 20 && is_in_use(&error) => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                started => break Self::with_engine(started?, settings),
            }
        };
        prepare(&session.store, settings).await?;
        ship_leftovers(&session.store, settings).await?;
        session.upkeep(settings).catch_up().await?;
        Ok(session)
    }

    /// Opens for a server, which owns the data folder.
    ///
    /// # Errors
    /// If another process has it.
    pub(super) async fn own(settings: &Settings) -> anyhow::Result<Self> {
        Ok(match configured(settings) {
            Some(endpoint) => {
                let store = mindful(Store::new(endpoint), settings);
                Self { store, engine: None, _attached: None }
            }
            None => Self::with_engine(start_engine(settings).await?, settings),
        })
    }

    fn with_engine(engine: Engine, settings: &Settings) -> Self {
        let store = Store::new(engine.endpoint(&settings.clickhouse_database));
        let store = mindful(store, settings);
        Self { store, engine: Some(engine), _attached: None }
    }

    /// Its link registry.
    pub(super) fn registry(&self, settings: &Settings) -> Registry {
        Registry::new(self.store.clone(), settings.data_dir.join("links.lock"), now)
    }

    /// Its reports.
    pub(super) fn shelf(&self, settings: &Settings) -> Shelf {
        Shelf {
            store: self.store.clone(),
            settings: Arc::clone(&settings.reports),
            defaults: defaults(settings),
            funnels: Arc::clone(&settings.funnels),
            window: settings.messaging_window.clone(),
            public_url: settings.public_url.clone(),
            clock: now,
        }
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
            links,
            public_url: settings.public_url.clone(),
            window: settings.messaging_window.clone(),
            clock: now,
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
        Ok(Accounts::new(self.store.clone(), key, tokens, proxies, settings.is_secure(), now))
    }

    /// Where people's requests about their data come in.
    pub(super) fn deletion_door(
        &self,
        settings: &Settings,
        keys: watch::Receiver<Arc<Keys>>,
    ) -> DeletionDoor {
        DeletionDoor {
            ledger: ledger(settings),
            store: self.store.clone(),
            keys,
            public_url: settings.public_url.clone(),
        }
    }

    /// What keeps its conversations up to date.
    pub(super) fn upkeep(&self, settings: &Settings) -> Upkeep {
        let lock = settings.data_dir.join("conversations.lock");
        Upkeep::new(self.store.clone(), lock, now)
    }

    /// Waits for the engine's end, which is a failure; for ever if it is not ours.
    pub(super) async fn engine_ended(&mut self) -> String {
        match &mut self.engine {
            Some(engine) => engine.ended().await,
            None => std::future::pending().await,
        }
    }

    pub(super) async fn close(self) {
        if let Some(engine) = self.engine {
            engine.stop().await;
        }
    }
}

/// `migrate`: the schema, and what it did.
pub(super) async fn migrate(settings: Settings) -> anyhow::Result<()> {
    let session = Session::open(&settings).await?;
    let applied = prepare(&session.store, &settings).await?;
    println!("the database is at schema version {}", applied.version);
    session.close().await;
    Ok(())
}

/// Brings the database to this program's schema, and its views to these settings.
pub(super) async fn prepare(store: &Store, settings: &Settings) -> Result<Applied, StoreError> {
    let applied = store::migrate(store).await?;
    let Parameters { lookback_days, half_life_days, first_share, last_share, .. } =
        settings.parameters;
    let time_zone = settings.time_zone.iana_name().unwrap_or("UTC").to_owned();
    let known = ViewSettings { time_zone, lookback_days, half_life_days, first_share, last_share };
    store.tell_views(&known, now_timestamp().micros()).await?;
    store.keep(&settings.retention).await?;
    if settings.clickhouse_url.is_some()
        && let Some(reader) = &settings.clickhouse_reader
        && let Err(error) = store.make_reader(reader).await
    {
        // Nothing else depends on it.
        tracing::warn!(%error, user = reader.user, "the user for BI tools could not be made");
    }
    Ok(applied)
}

pub(super) fn normalize_settings(settings: &Settings) -> normalize::Settings {
    normalize::Settings {
        conversions: settings.conversions.clone(),
        refs: settings.refs.as_ref().clone(),
        store_message_text: settings.store_message_text,
    }
}

/// Waits for whoever holds the lock of that name in a folder, and holds it until it is dropped.
pub(super) fn lock(folder: &Path, name: &str) -> anyhow::Result<File> {
    let path = folder.join(name);
    let locked = || {
        std::fs::create_dir_all(folder)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path)?;
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
    Ledger::new(erasures(settings), now)
}

/// The store, which takes nothing back of people who were erased.
fn mindful(store: Store, settings: &Settings) -> Store {
    store.mindful_of(Tombstones::new(erasures(settings), settings.keep_shipped, now))
}

fn erasures(settings: &Settings) -> std::path::PathBuf {
    settings.data_dir.join("erasures")
}

/// The running clock, the only one: everything else gets times as arguments.
#[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
pub(super) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

pub(super) fn now_timestamp() -> Timestamp {
    Timestamp(now())
}

pub(super) fn journal_folder(settings: &Settings) -> std::path::PathBuf {
    settings.data_dir.join("journal")
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

async fn start_engine(settings: &Settings) -> anyhow::Result<Engine> {
    let executable = std::env::current_exe().context("this program's own path")?;
    let search_path = std::env::var_os("PATH");
    let database = settings.clickhouse_database.clone();
    let reader = settings.clickhouse_reader.clone().map(|reader| (reader, database));
    let options = EngineOptions { port: settings.clickhouse_port, reader };
    let program = engine::locate(settings.libchdb.as_deref(), &executable, search_path)?;
    Ok(Engine::start(&settings.data_dir, &program, &executable, &options).await?)
}

fn is_in_use(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(EngineError::InUse { .. }))
}

async fn ship_leftovers(store: &Store, settings: &Settings) -> anyhow::Result<()> {
    let folder = journal_folder(settings);
    if !journal::has_unread(&folder)? {
        return Ok(());
    }
    let journal = match Journal::open(&folder, settings.journal_limits) {
        // Its server is running, and ships it.
        Err(JournalError::Locked(_)) => return Ok(()),
        journal => journal?,
    };
    tracing::info!("shipping what an earlier server had journaled");
    drain(store, settings, &journal).await?;
    Ok(())
}

/// Ships everything that a journal holds behind its checkpoint.
pub(super) async fn drain(
    store: &Store,
    settings: &Settings,
    journal: &Journal,
) -> Result<Progress, StoreError> {
    let normalize = normalize_settings(settings);
    Shipper::new(journal, store.clone(), normalize, settings.keep_shipped)?.drain().await
}
