//! `serve`: collector, shipper and views in one process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::feedback;
use super::session::{self, Session};
use super::spend;
use crate::collector::{self, Door};
use crate::config::Settings;
use crate::conversions::{self, ReportDoor};
use crate::domain::Links;
use crate::journal::Journal;
use crate::operations::{self, Operations, Recorder};
use crate::registry;
use crate::reports::{self, Runner, Scheduler};
use crate::store::{Progress, Shipper, Store, StoreError};
use crate::upkeep::Upkeep;
use crate::views::{self, Access, Limit, Views};

/// How long a stop may take before what is left stays in the journal for the next start.
const STOP_LIMIT: Duration = Duration::from_secs(20);
/// How far the shipper stands back, on the scale from 0 to 19 (`nice`).
const SHIPPER_NICENESS: i32 = 5;
/// How long the start waits for ClickHouse.
const MIGRATE_LIMIT: Duration = Duration::from_secs(10);
/// A request that takes longer is cut off.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);

/// `serve`.
pub(super) async fn run(settings: Settings) -> anyhow::Result<()> {
    let stop = stop_at_signal();
    let server = Server::start(&settings, &stop).await?;
    println!("messenger-funnel listens on http://{}", server.address);
    if settings.app_secrets.is_empty() {
        tracing::warn!("meta.app_secrets is empty: every webhook will be refused");
    }
    if settings.verify_tokens.is_empty() {
        tracing::warn!("meta.verify_token is empty: Meta cannot verify this endpoint");
    }
    server.run(stop).await
}

/// A server that listens.
pub(super) struct Server {
    pub address: SocketAddr,
    /// How far events have been shipped.
    pub progress: tokio::sync::watch::Receiver<Progress>,
    session: Session,
    http: tokio::task::JoinHandle<()>,
    reports: tokio::task::JoinHandle<()>,
    shipper: oneshot::Receiver<Result<(), StoreError>>,
    shipping: CancellationToken,
}

impl Server {
    /// Takes the data folder, opens journal and ClickHouse, and listens.
    pub(super) async fn start(
        settings: &Settings,
        stop: &CancellationToken,
    ) -> anyhow::Result<Self> {
        let recorder = operations::record()?;
        // Each connection is a file: what the system allows is taken.
        if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
            tracing::warn!(%error, "the limit of open files stays as it is");
        }
        let session = Session::own(settings).await?;
        let migrated =
            tokio::time::timeout(MIGRATE_LIMIT, session::prepare(&session.store, settings));
        // Webhooks must be taken soon: a ClickHouse that hangs is waited for behind them.
        let hangs = |_| Err(session.store.timed_out());
        let is_migrated = match migrated.await.unwrap_or_else(hangs) {
            // A remote ClickHouse may come later: the journal takes events all the same.
            Err(error @ StoreError::ClickHouse { .. }) if settings.clickhouse_url.is_some() => {
                tracing::warn!(%error, "ClickHouse does not answer yet; events stay in the journal");
                false
            }
            applied => applied.map(|_| true)?,
        };
        let journal = Journal::open(&session::journal_folder(settings), settings.journal_limits)?;
        let normalize = session::normalize_settings(settings);
        let shipper =
            Shipper::new(&journal, session.store.clone(), normalize, settings.keep_shipped)?;
        let listener = TcpListener::bind(settings.listen)
            .await
            .with_context(|| format!("server.listen: cannot listen on {}", settings.listen))?;
        let address = listener.local_addr()?;
        let progress = shipper.progress();
        let shipping = CancellationToken::new();
        let (store, stop_shipping) = (session.store.clone(), shipping.clone());
        let for_views = settings.clone();
        let upkeep = session.upkeep(settings);
        let shipper = in_the_background(async move {
            if !is_migrated {
                migrate_until_it_works(&store, &for_views, &stop_shipping).await?;
            }
            let news = shipper.progress();
            tokio::join!(shipper.run(stop_shipping), upkeep.run(news)).0
        })?;
        tokio::spawn(close_old_segments(journal.clone(), settings.keep_shipped, stop.clone()));
        tokio::spawn(spend::by_schedule(settings.clone(), session.store.clone(), stop.clone()));
        let runner = Runner::new(session.shelf(settings));
        let reports = tokio::spawn(Scheduler::new(runner).work(stop.clone()));
        let store = session.store.clone();
        tokio::spawn(feedback::regularly(settings.clone(), store, stop.clone()));
        let links = operations::follow_links(
            session.store.clone(),
            settings.data_dir.join("links.json"),
            stop.clone(),
        );
        let routes = routes(settings, &session, journal, recorder, links);
        let http = tokio::spawn(operations::serve(listener, routes, stop.clone()));
        Ok(Self { address, progress, session, http, reports, shipper, shipping })
    }

    /// What keeps its conversations up to date.
    pub(super) fn upkeep(&self, settings: &Settings) -> Upkeep {
        self.session.upkeep(settings)
    }

    /// Its database.
    pub(super) fn store(&self) -> &Store {
        &self.session.store
    }

    /// Serves until `stop`, then stops in order: no more requests, ship what is journaled, end the
    /// engine.
    pub(super) async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut shipper = self.shipper;
        let outcome = tokio::select! {
            // Once it stops, the shipper ends with the journal: no failure.
            biased;
            () = stop.cancelled() => Ok(()),
            said = self.session.engine_ended() => {
                Err(anyhow::anyhow!("the ClickHouse engine ended: {said}"))
            }
            ended = &mut shipper => {
                Err(anyhow::anyhow!("shipping ended: {}", why(ended)))
            }
        };
        stop.cancel();
        if outcome.is_ok() {
            eprintln!("stopping…");
        }
        self.http.await?;
        if outcome.is_ok() {
            self.reports.await?;
        }
        self.shipping.cancel();
        if outcome.is_ok() && tokio::time::timeout(STOP_LIMIT, shipper).await.is_err() {
            tracing::warn!("not everything could be shipped; the journal keeps it");
        }
        self.session.close().await;
        outcome
    }
}

/// Runs the shipper on a thread of its own that gives way to all others: under more load than the
/// machine can bear webhooks are taken first, and shipped when there is time.
fn in_the_background<F>(shipping: F) -> anyhow::Result<oneshot::Receiver<F::Output>>
where
    F: Future<Output: Send> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (done, ended) = oneshot::channel();
    std::thread::Builder::new().name("shipper".to_owned()).spawn(move || {
        // Threads that it starts inherit this.
        rustix::process::nice(SHIPPER_NICENESS).ok();
        drop(done.send(runtime.block_on(shipping)));
    })?;
    Ok(ended)
}

/// Has even a journal that hardly grows give its raw bodies up when their time has come.
async fn close_old_segments(journal: Journal, keep: Duration, stop: CancellationToken) {
    let age = (keep / 4).clamp(Duration::from_secs(1), Duration::from_secs(3600));
    loop {
        tokio::select! { () = tokio::time::sleep(age) => {}, () = stop.cancelled() => return }
        if journal.close_older_than(age).await.is_err() {
            return;
        }
    }
}

/// Waits for a ClickHouse that was away at the start.
async fn migrate_until_it_works(
    store: &Store,
    settings: &Settings,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    loop {
        match session::prepare(store, settings).await {
            Err(StoreError::ClickHouse { .. }) if !stop.is_cancelled() => {}
            applied => return applied.map(|_| ()),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(2)) => {}
            () = stop.cancelled() => {}
        }
    }
}

fn why(ended: Result<Result<(), StoreError>, oneshot::error::RecvError>) -> String {
    match ended {
        Ok(Ok(())) => "without a reason".to_owned(),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    }
}

fn routes(
    settings: &Settings,
    session: &Session,
    journal: Journal,
    recorder: Recorder,
    links: watch::Receiver<Arc<Links>>,
) -> Router {
    let secrets = settings.app_secrets.clone();
    let operations =
        Operations { journal: journal.clone(), store: session.store.clone(), recorder };
    let tokens = settings.verify_tokens.clone();
    let reports = ReportDoor { journal: journal.clone(), clock: session::now };
    let door = Door::new(journal, secrets, tokens, links.clone(), session::now);
    let views = Views {
        store: session.store.clone(),
        defaults: session::defaults(settings),
        access: Access::new(settings.access_tokens.clone()),
        limit: Limit::per_minute(settings.rate_limit),
        funnels: Arc::clone(&settings.funnels),
        links,
        public_url: settings.public_url.clone(),
        window: settings.messaging_window.clone(),
        clock: session::now,
    };
    let limit = tower_http::timeout::TimeoutLayer::with_status_code(
        axum::http::StatusCode::SERVICE_UNAVAILABLE,
        REQUEST_LIMIT,
    );
    let (conversions, of_conversions) = conversions::router(reports);
    let (reports, of_reports) = reports::router(session.shelf(settings));
    collector::router(door)
        .merge(operations::router(operations))
        .merge(views::guarded(conversions, &views))
        .merge(views::guarded(registry::router(session.registry(settings)), &views))
        .merge(views::guarded(reports, &views))
        .merge(views::router(views, vec![of_conversions, of_reports]))
        .method_not_allowed_fallback(views::not_allowed)
        .layer(limit)
}

/// A token that is cancelled by Ctrl-C or SIGTERM.
pub(super) fn stop_at_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let cancel = stop.clone();
    tokio::spawn(async move {
        let terminated = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => drop(signal.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = terminated => {}
        }
        cancel.cancel();
    });
    stop
}
