//! `serve`: collector, shipper and views in one process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::roles::{Role, Roles, ServeArgs};
use super::session::{self, Session};
use super::stopping::Stopping;
use super::{feedback, first_link, in_force, reload, spend};
use crate::accounts::{Accounts, Provider};
use crate::collector::{self, Door, Keys};
use crate::config::Settings;
use crate::conversions::{self, ReportDoor};
use crate::domain::Links;
use crate::erasure;
use crate::journal::Journal;
use crate::members;
use crate::operations::{self, Aside, Certificate, Insiders, Operations};
use crate::registry;
use crate::reports::{self, Runner, Scheduler};
use crate::store::{Progress, Shipper, Store, StoreError};
use crate::upkeep::Upkeep;
use crate::views;

/// How long a stop may take before what is left stays in the journal for the next start.
const STOP_LIMIT: Duration = Duration::from_secs(20);
/// How far the shipper stands back, on the scale from 0 to 19 (`nice`).
const SHIPPER_NICENESS: i32 = 5;
/// How long the start waits for ClickHouse.
const MIGRATE_LIMIT: Duration = Duration::from_secs(10);
/// A request that takes longer is cut off.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);

/// `serve`.
pub(super) async fn run(
    file: Option<PathBuf>,
    settings: Settings,
    args: ServeArgs,
) -> anyhow::Result<()> {
    let roles = Roles::new(&args, &settings)?;
    let stopping = Stopping::at_signal(settings.notice);
    let stop = stopping.stop.clone();
    let collects = roles.has(Role::Collector);
    let scheme = if settings.tls.is_some() { "https" } else { "http" };
    let now = reload::follow(file, settings.clone(), stop.clone())?;
    let server = Server::start(now, roles, &stopping).await?;
    println!("messenger-funnel listens on {scheme}://{}", server.address);
    if let Some(accounts) = server.accounts.clone() {
        let here = format!("{scheme}://{}", server.address);
        tokio::spawn(first_link::tell(accounts, here, stop.clone()));
    }
    if !collects {
        return server.run(stop).await;
    }
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
    /// Who may look, if pages are shown here.
    pub accounts: Option<Accounts>,
    /// How far events have been shipped, if they are shipped here.
    pub progress: Option<watch::Receiver<Progress>>,
    session: Session,
    http: tokio::task::JoinHandle<()>,
    reports: Option<tokio::task::JoinHandle<()>>,
    shipper: oneshot::Receiver<Result<(), StoreError>>,
    shipping: CancellationToken,
}

impl Server {
    /// Takes the data folder, opens journal and ClickHouse, and listens.
    pub(super) async fn start(
        now: watch::Receiver<Settings>,
        roles: Roles,
        stopping: &Stopping,
    ) -> anyhow::Result<Self> {
        let stop = &stopping.stop;
        let settings = &now.borrow().clone();
        let certificate = certificate(&now, settings)?;
        let recorder = operations::record()?;
        // Each connection is a file: what the system allows is taken.
        if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
            tracing::warn!(%error, "the limit of open files stays as it is");
        }
        let session = Session::own(settings).await?;
        let migrated =
            tokio::time::timeout(MIGRATE_LIMIT, session::prepare(&session.store, settings));
        let is_migrated = match migrated.await {
            // Webhooks must be taken soon: a ClickHouse that is slow is waited for behind them.
            Err(_) => {
                tracing::warn!("ClickHouse takes long to get ready; events stay in the journal");
                false
            }
            // A remote ClickHouse may come later: the journal takes events all the same.
            Ok(Err(error @ StoreError::ClickHouse { .. })) if settings.clickhouse_url.is_some() => {
                tracing::warn!(%error, "ClickHouse does not answer yet; events stay in the journal");
                false
            }
            Ok(applied) => applied.map(|_| true)?,
        };
        let journal = if roles.has(Role::Collector) {
            Some(Journal::open(&session::journal_folder(settings), settings.journal_limits)?)
        } else {
            None
        };
        let shipper = journal.as_ref().map(|journal| {
            let normalize = session::normalize_settings(settings);
            Shipper::new(journal, session.store.clone(), normalize, settings.keep_shipped)
        });
        let shipper = shipper.transpose()?;
        let listener = TcpListener::bind(settings.listen)
            .await
            .with_context(|| format!("server.listen: cannot listen on {}", settings.listen))?;
        let address = listener.local_addr()?;
        let progress = shipper.as_ref().map(Shipper::progress);
        let shipping = CancellationToken::new();
        let (store, stop_shipping) = (session.store.clone(), shipping.clone());
        let for_views = settings.clone();
        let upkeep = roles.has(Role::Worker).then(|| session.upkeep(settings));
        let shipper = in_the_background(async move {
            if !is_migrated {
                migrate_until_it_works(&store, &for_views, &stop_shipping).await?;
            }
            ship_and_keep_up(shipper, upkeep, stop_shipping).await
        })?;
        if let Some(journal) = &journal {
            let closing = close_old_segments(journal.clone(), settings.keep_shipped, stop.clone());
            tokio::spawn(closing);
            let eraser = session.eraser(settings, journal.clone())?;
            tokio::spawn(eraser.regularly(stop.clone()));
        }
        let reports = roles.has(Role::Worker).then(|| {
            let store = session.store.clone();
            tokio::spawn(spend::by_schedule(now.clone(), store.clone(), stop.clone()));
            tokio::spawn(feedback::regularly(now.clone(), store, stop.clone()));
            let runner = Runner::new(session.shelf(settings));
            tokio::spawn(Scheduler::new(runner).work(stop.clone()))
        });
        let links = operations::follow_links(
            session.store.clone(),
            settings.data_dir.join("links.json"),
            stop.clone(),
        );
        let accounts = session.accounts(settings)?;
        // Who asks at once is told by it; if ClickHouse is away they are told to wait.
        tokio::time::timeout(MIGRATE_LIMIT, accounts.refresh()).await.ok();
        tokio::spawn(accounts.clone().follow(stop.clone()));
        tokio::spawn(take_tokens(accounts.clone(), now.clone()));
        let known = accounts.clone();
        let insiders =
            Insiders::new(move |peer, headers| views::may_know(&known, peer.ip(), headers));
        let operations = Operations {
            insiders,
            journal,
            store: session.store.clone(),
            progress: progress.clone(),
            recorder,
            clock: session::now,
            leaving: stopping.leaving.clone(),
        };
        let routes = routes(&now, &session, &roles, accounts.clone(), operations, links, stop)?;
        let accounts = roles.has(Role::Web).then_some(accounts);
        let proxies = settings.trusted_proxies.clone();
        let http = operations::serve(listener, routes, certificate, proxies, stop.clone());
        let http = tokio::spawn(http);
        Ok(Self { address, accounts, progress, session, http, reports, shipper, shipping })
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
        if let Some(reports) = self.reports.filter(|_| outcome.is_ok()) {
            reports.await?;
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

/// Ships what this process has journaled, and makes conversations if that is its part.
async fn ship_and_keep_up(
    shipper: Option<Shipper>,
    upkeep: Option<Upkeep>,
    stop: CancellationToken,
) -> Result<(), StoreError> {
    match (shipper, upkeep) {
        (Some(shipper), Some(upkeep)) => {
            let news = shipper.progress();
            tokio::join!(shipper.run(stop), upkeep.run(news)).0
        }
        (Some(shipper), None) => shipper.run(stop).await,
        (None, Some(upkeep)) => {
            // Others ship, and tell nothing: it looks by itself.
            let (silence, news) = watch::channel(());
            tokio::join!(upkeep.run(news), async {
                stop.cancelled().await;
                drop(silence);
            });
            Ok(())
        }
        (None, None) => {
            stop.cancelled().await;
            Ok(())
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

/// The certificate of connections, which a SIGHUP has read anew.
fn certificate(
    now: &watch::Receiver<Settings>,
    settings: &Settings,
) -> anyhow::Result<Certificate> {
    let Some(files) = &settings.tls else { return Ok(None) };
    let first = operations::tls(files).context("server.tls_certificate_file and tls_key_file")?;
    let again = reload::derived(now, first, |settings| {
        let read = operations::tls(settings.tls.as_ref()?);
        read.inspect_err(|error| tracing::error!(%error, "the certificate stays as it was")).ok()
    });
    Ok(Some(again))
}

async fn take_tokens(accounts: Accounts, mut now: watch::Receiver<Settings>) {
    while now.changed().await.is_ok() {
        accounts.take_tokens(now.borrow_and_update().access_tokens.clone());
    }
}

fn keys(settings: &Settings) -> Arc<Keys> {
    let (app_secrets, verify_tokens) =
        (settings.app_secrets.clone(), settings.verify_tokens.clone());
    Arc::new(Keys { app_secrets, verify_tokens })
}

fn routes(
    now: &watch::Receiver<Settings>,
    session: &Session,
    roles: &Roles,
    accounts: Accounts,
    operations: Operations,
    links: watch::Receiver<Arc<Links>>,
    stop: &CancellationToken,
) -> anyhow::Result<Router> {
    let settings = &now.borrow().clone();
    let journal = operations.journal.clone();
    let views = session.views(settings, accounts.clone(), links.clone(), stop.clone());
    let mut front = operations::router(operations);
    // All else is answered by threads that give way to these.
    let mut back = Router::new();
    let mut described = Vec::new();
    if let Some(journal) = journal {
        let keys = reload::derived(now, keys(settings), |settings| Some(keys(settings)));
        let reports = ReportDoor { journal: journal.clone(), clock: session::now };
        let door = Door::new(journal, keys.clone(), links, session::now);
        let deletion = session.deletion_door(settings, keys);
        let (conversions, of_conversions) = conversions::router(reports);
        let (people, of_people) = erasure::router(deletion.clone());
        described.extend([of_conversions, of_people]);
        front = front.merge(collector::router(door));
        back = back
            .merge(erasure::callback(deletion))
            .merge(views::guarded(conversions, &views))
            .merge(views::guarded(people, &views));
    }
    if roles.has(Role::Web) {
        let provider = settings.oidc.clone().map(Provider::new).transpose()?;
        let (reports, of_reports) = reports::router(session.shelf(settings));
        described.push(of_reports);
        back = back
            .merge(views::guarded(registry::router(session.registry(settings)), &views))
            .merge(views::guarded(reports, &views))
            .merge(views::guarded(
                members::settings(accounts.clone(), in_force::told(settings)),
                &views,
            ))
            .merge(members::login(accounts, provider))
            .merge(views::router(views, described));
    }
    let limit = tower_http::timeout::TimeoutLayer::with_status_code(
        axum::http::StatusCode::SERVICE_UNAVAILABLE,
        REQUEST_LIMIT,
    );
    let front = front.method_not_allowed_fallback(views::not_allowed).layer(limit);
    let back = back
        .method_not_allowed_fallback(views::not_allowed)
        .layer(limit)
        .layer(middleware::from_fn(views::in_their_language))
        .layer(middleware::from_fn_with_state(Aside::start()?, operations::aside));
    Ok(front.merge(back).layer(middleware::from_fn(operations::noted)))
}
