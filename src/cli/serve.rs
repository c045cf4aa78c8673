//! `serve`: collector, shipper, API and dashboard in one process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::clock;
use super::page_names::KnownNames;
use super::prepared;
use super::roles::{Role, Roles, ServeArgs};
use super::session::Session;
use super::stopping::Stopping;
use super::{bootstrap_link, effective_settings, jobs, reload, shipping, stored_events};
use crate::accounts::{Accounts, Provider};
use crate::collector::{self, CollectorState, Keys};
use crate::config::Settings;
use crate::conversions::{self, ConversionsState};
use crate::domain::Links;
use crate::http::carried;
use crate::http::locale::in_their_language;
use crate::http::problem::not_allowed;
use crate::journal::{InUse, Journal};
use crate::materializer::Materializer;
use crate::operations::{self, Aside, Certificate, Insiders, KnownLinks, Operations};
use crate::reports::{self, Runner, Scheduler};
use crate::store::{Progress, Shipper, Store, StoreError};
use crate::team::{self, Team};
use crate::web::guard::may_know;
use crate::web::page_names::by_their_names;
use crate::web::router::{guarded, router};
use crate::{alerting, erasure, mcp, members, registry};

/// How long a stop may take before what is left stays in the journal for the next start.
const STOP_LIMIT: Duration = Duration::from_secs(20);
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
        tokio::spawn(bootstrap_link::tell(accounts, here, stop.clone()));
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
    /// The note that this process ships from its journal.
    in_use: Option<InUse>,
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
            tokio::time::timeout(MIGRATE_LIMIT, prepared::prepare(&session.store, settings));
        let is_migrated = match migrated.await {
            // Webhooks must be taken soon: a ClickHouse that is slow is waited for behind them.
            Err(_) => {
                tracing::warn!("ClickHouse takes long to get ready; events stay in the journal");
                false
            }
            // ClickHouse may come later: the journal takes events all the same.
            Ok(Err(error @ StoreError::ClickHouse { .. }))
                if settings.clickhouse_url.is_some() || session.is_starting() =>
            {
                tracing::warn!(%error, "ClickHouse does not answer yet; events stay in the journal");
                false
            }
            Ok(applied) => applied.map(|_| true)?,
        };
        let journal = if roles.has(Role::Collector) {
            Some(Journal::open(&prepared::journal_folder(settings), settings.journal_limits)?)
        } else {
            None
        };
        let shipper = journal.as_ref().map(|journal| {
            let (in_use, again_until) = shipping::begin_use(journal, settings)?;
            let normalize = prepared::normalize_settings(settings)?;
            let shipper =
                Shipper::new(journal, session.store.clone(), normalize, settings.keep_shipped)?;
            Ok::<_, anyhow::Error>((shipper.shipping_again_until(again_until).refilling(), in_use))
        });
        let (shipper, in_use) = shipper.transpose()?.unzip();
        let listener = TcpListener::bind(settings.listen)
            .await
            .with_context(|| format!("server.listen: cannot listen on {}", settings.listen))?;
        let address = listener.local_addr()?;
        let progress = shipper.as_ref().map(Shipper::progress);
        let shipping = CancellationToken::new();
        let (store, stop_shipping) = (session.store.clone(), shipping.clone());
        let for_views = settings.clone();
        let upkeep = roles.has(Role::Worker).then(|| session.upkeep(settings));
        let waiting = upkeep.as_ref().map(Materializer::waiting);
        let shipper = shipping::in_the_background(async move {
            if !is_migrated {
                shipping::migrate_until_it_works(&store, &for_views, &stop_shipping).await?;
            }
            shipping::ship_and_keep_up(shipper, upkeep, stop_shipping).await
        })?;
        let mut erasures = None;
        if let Some(journal) = &journal {
            let eraser = session.eraser(settings, journal.clone())?;
            erasures = Some(eraser.failing.subscribe());
            jobs::of_collector(journal.clone(), settings.keep_shipped, eraser, stop);
        }
        let reports = roles.has(Role::Worker).then(|| {
            stored_events::in_the_background(&session, settings, stop.clone());
            let scheduler = Scheduler::new(Runner::new(session.catalog(settings)));
            let alerts = jobs::alerts(session.alerting(settings), stop);
            jobs::of_worker(&now, &session.store, scheduler, alerts, stop)
        });
        let known_links =
            KnownLinks::new(session.store.clone(), settings.data_dir.join("links.json"));
        let links = known_links.subscribe();
        jobs::known_links(known_links, stop);
        let accounts = session.accounts(settings)?;
        // Who asks at once is told by it; if ClickHouse is away they are told to wait.
        tokio::time::timeout(MIGRATE_LIMIT, accounts.refresh()).await.ok();
        jobs::known_users(accounts.clone(), stop);
        tokio::spawn(take_tokens(accounts.clone(), now.clone()));
        let known = accounts.clone();
        let insiders = Insiders::new(move |peer, headers| may_know(&known, peer.ip(), headers));
        let operations = Operations {
            insiders,
            journal,
            store: session.store.clone(),
            progress: progress.clone(),
            erasures,
            waiting,
            recorder,
            clock: clock::now,
            leaving: stopping.leaving.clone(),
        };
        let routes = routes(&now, &session, &roles, accounts.clone(), operations, links, stop)?;
        let accounts = roles.has(Role::Web).then_some(accounts);
        let proxies = settings.trusted_proxies.clone();
        let http = operations::serve(listener, routes, certificate, proxies, stop.clone());
        let http = tokio::spawn(http);
        Ok(Self { address, accounts, progress, session, in_use, http, reports, shipper, shipping })
    }

    /// What keeps its conversations up to date.
    pub(super) fn upkeep(&self, settings: &Settings) -> Materializer {
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
                Err(anyhow::anyhow!("shipping ended: {}", shipping::why(ended)))
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
        let is_shipped = outcome.is_ok() && tokio::time::timeout(STOP_LIMIT, shipper).await.is_ok();
        if outcome.is_ok() && !is_shipped {
            tracing::warn!("not everything could be shipped; the journal keeps it");
        }
        self.session.close().await;
        if let Some(in_use) = self.in_use.filter(|_| is_shipped) {
            in_use.end()?;
        }
        outcome
    }
}

/// Tells reported conversions' endpoint of the latest one that is stored, as soon as ClickHouse answers.
async fn learn_receipts(state: ConversionsState, store: Store, stop: CancellationToken) {
    loop {
        if let Ok(latest) = store.latest_report().await {
            return state.learn(latest);
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(2)) => {}
            () = stop.cancelled() => return,
        }
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
        let reports = ConversionsState::new(journal.clone(), clock::now)?;
        tokio::spawn(learn_receipts(reports.clone(), session.store.clone(), stop.clone()));
        let door = CollectorState::new(journal, keys.clone(), links, clock::now);
        let deletion = session.deletion_door(settings, keys);
        let (conversions, of_conversions) = conversions::router(reports);
        let (people, of_people) = erasure::router(deletion.clone());
        described.extend([of_conversions, of_people]);
        front = front.merge(collector::router(door));
        back = back
            .merge(erasure::callback(deletion))
            .merge(guarded(conversions, &views))
            .merge(guarded(people, &views));
    }
    if roles.has(Role::Web) {
        let names = KnownNames::new(settings, session.store.clone());
        let by_name = middleware::from_fn_with_state(names.subscribe(), by_their_names);
        jobs::known_names(names, stop);
        let provider = settings.oidc.clone().map(Provider::new).transpose()?;
        let (reports, of_reports) = reports::router(session.catalog(settings));
        let zone = settings.time_zone.clone();
        let (store, alerting) = (session.store.clone(), session.alerting(settings));
        let whole = store.clone();
        let team = Team { store, whole, alerting, zone, clock: clock::now };
        let (team, of_team) = team::router(team);
        let (alerts, of_alerts) = alerting::router(session.alerting(settings));
        let effective = effective_settings::told(settings);
        let (room, of_workspaces) = members::settings(accounts.clone(), effective);
        described.extend([of_reports, of_team, of_alerts, of_workspaces]);
        back = back
            .merge(guarded(registry::router(session.registry(settings)), &views))
            .merge(guarded(reports, &views))
            .merge(guarded(team, &views))
            .merge(guarded(alerts, &views))
            .merge(guarded(room, &views))
            .merge(members::login(accounts, provider))
            .merge(mcp::router(&views))
            .merge(router(views, described))
            .layer(by_name);
    }
    let limit = tower_http::timeout::TimeoutLayer::with_status_code(
        axum::http::StatusCode::SERVICE_UNAVAILABLE,
        REQUEST_LIMIT,
    );
    let front = front.method_not_allowed_fallback(not_allowed).layer(limit);
    let back = back
        .method_not_allowed_fallback(not_allowed)
        .layer(limit)
        .layer(middleware::from_fn(carried::along))
        .layer(middleware::from_fn(in_their_language))
        .layer(middleware::from_fn_with_state(Aside::start()?, operations::aside));
    Ok(front.merge(back).layer(middleware::from_fn(operations::noted)))
}
