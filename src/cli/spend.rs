//! `spend sync`: reads from Meta what ads and WhatsApp messages cost. `serve` does the same by its schedule.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use metrics::{counter, gauge};
use tokio::sync::watch;

use super::clock;
use super::session::Session;
use super::{progress, reload};
use crate::config::Settings;
use crate::jobs::Round;
use crate::meta::{Graph, Patience};
use crate::spend::{self, AccountDone, Advance, MessagesDone, SyncSettings};
use crate::store::{Store, StoreError};

/// What has been fetched this recently is not fetched again.
const FRESH_FOR: Duration = Duration::from_secs(6 * 3600);
/// How often Meta is asked how far a report is.
const POLL_EVERY: Duration = Duration::from_secs(2);
/// How long a report may take.
const REPORT_LIMIT: Duration = Duration::from_secs(3600);

/// Arguments of `spend`.
#[derive(Debug, Args)]
pub(super) struct SpendArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Read from Meta what ads and WhatsApp messages cost: days that are missing, and the last 28 again
    Sync(SyncArgs),
}

#[derive(Debug, Args)]
struct SyncArgs {
    /// Only these ad accounts, and no messages [default: those of `meta.ad_accounts`]
    #[arg(long = "account", value_name = "ID")]
    accounts: Vec<String>,
    /// How far back, in months; 37 at most [default: `spend.months`]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=37))]
    months: Option<u32>,
    /// Fetch again what was fetched within the last six hours, too
    #[arg(long)]
    again: bool,
}

fn is_account(account: &str) -> bool {
    !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit())
}

/// `spend`.
pub(super) async fn run(settings: Settings, args: SpendArgs) -> anyhow::Result<()> {
    let What::Sync(args) = args.what;
    let graph = graph(&settings)?;
    let mut how = sync_settings(&settings);
    let accounts: Vec<&str> = if args.accounts.is_empty() {
        settings.graph.ad_accounts.iter().map(String::as_str).collect()
    } else {
        args.accounts.iter().map(|account| account.trim_start_matches("act_")).collect()
    };
    if let Some(account) = accounts.iter().find(|account| !is_account(account)) {
        bail!("--account {account:?}: an ad account is digits, such as act_1234567");
    }
    how.months = args.months.unwrap_or(how.months);
    if args.again {
        how.fresh_for = Duration::ZERO;
    }
    let session = Session::open(&settings).await?;
    let bar = progress::bar(0, "days");
    let (mut failed, mut failed_messages) = (0, 0);
    let business_accounts = if args.accounts.is_empty() {
        business_accounts(&settings, &session.store).await?
    } else {
        Vec::new()
    };
    if accounts.is_empty() && business_accounts.is_empty() {
        session.close().await;
        bail!(
            "meta.ad_accounts names no ad account, and no webhook of WhatsApp has come in \
             (meta.whatsapp_business_accounts names accounts, too)"
        );
    }
    for account in &accounts {
        let advanced = |advance| match advance {
            Advance::Due(days) => bar.inc_length(days),
            Advance::Stored(days) => bar.inc(days),
        };
        let done = spend::sync(&graph, &session.store, &how, account, clock::now, &advanced).await;
        match done {
            Ok(done) => bar.suspend(|| println!("{}", told(&done))),
            Err(error) => {
                failed += 1;
                bar.suspend(|| eprintln!("act_{account}: {error}"));
            }
        }
    }
    for account in &business_accounts {
        let done = spend::sync_messages(&graph, &session.store, &how, account, clock::now).await;
        match done {
            Ok(done) => bar.suspend(|| println!("{}", messages_told(account, &done))),
            Err(error) => {
                failed_messages += 1;
                bar.suspend(|| eprintln!("WhatsApp business account {account}: {error}"));
            }
        }
    }
    bar.finish_and_clear();
    session.close().await;
    let failures = [
        (failed, accounts.len(), "ad accounts"),
        (failed_messages, business_accounts.len(), "WhatsApp business accounts"),
    ];
    let failures = failures.into_iter().filter(|(failed, ..)| *failed > 0);
    let told: Vec<String> =
        failures.map(|(failed, all, what)| format!("{failed} of {all} {what}")).collect();
    if !told.is_empty() {
        bail!("{} could not be read", told.join(" and "));
    }
    Ok(())
}

/// Those of the settings, and those whose webhooks came in.
pub(super) async fn business_accounts(
    settings: &Settings,
    store: &Store,
) -> Result<Vec<String>, StoreError> {
    let mut accounts = settings.graph.whatsapp_business_accounts.clone();
    accounts.extend(store.business_accounts().await?);
    accounts.sort_unstable();
    accounts.dedup();
    Ok(accounts)
}

fn messages_told(account: &str, done: &MessagesDone) -> String {
    let MessagesDone { days, messages, cost, currency } = done;
    if *days == 0 {
        return format!("WhatsApp business account {account}: nothing is due");
    }
    format!(
        "WhatsApp business account {account}: {days} days, {messages} messages, {cost} {currency}"
    )
}

fn told(done: &AccountDone) -> String {
    let AccountDone { account, days, rows, spend, pages, pages_kept } = done;
    if *days == 0 {
        return format!("act_{}: nothing is due", account.id);
    }
    let kept = if *pages_kept > 0 {
        format!(" ({pages_kept} more were kept from before)")
    } else {
        String::new()
    };
    format!(
        "act_{} {}: {days} days, {rows} rows, {spend} {} in {pages} pages{kept}",
        account.id, account.name, account.currency
    )
}

/// A way to the Graph API with the token of the settings.
pub(super) fn graph(settings: &Settings) -> anyhow::Result<Graph> {
    let graph = &settings.graph;
    let token = graph.token.clone().context("meta.access_token is not set")?;
    Ok(Graph::new(&graph.url, &graph.version, token, Patience::default())?)
}

/// A way to the Graph API with the token of now; none, which is logged, if there is no token.
pub(super) fn graph_now(
    now: &watch::Receiver<Settings>,
    without: &'static str,
) -> watch::Receiver<Option<Graph>> {
    let make = move |settings: &Settings| {
        graph(settings).inspect_err(|error| tracing::error!(%error, "{without}")).ok()
    };
    reload::derived(now, make(&now.borrow()), move |settings| Some(make(settings)))
}

fn sync_settings(settings: &Settings) -> SyncSettings {
    SyncSettings {
        months: settings.spend.months,
        fresh_for: FRESH_FOR,
        folder: settings.data_dir.join("spend"),
        poll_every: POLL_EVERY,
        report_limit: REPORT_LIMIT,
    }
}

/// Syncs all ad accounts, as `serve` does.
#[derive(Debug)]
pub(super) struct Syncing {
    store: Store,
    how: SyncSettings,
    accounts: Vec<String>,
    graph: watch::Receiver<Option<Graph>>,
}

impl Syncing {
    /// `None` without a token or accounts.
    pub(super) fn new(now: &watch::Receiver<Settings>, store: &Store) -> Option<Self> {
        let settings = now.borrow().clone();
        let accounts = settings.graph.ad_accounts.clone();
        if accounts.is_empty() || settings.graph.token.is_none() {
            return None;
        }
        let graph = graph_now(now, "spend cannot be synced");
        Some(Self { store: store.clone(), how: sync_settings(&settings), accounts, graph })
    }

    /// Syncs once, with the token of now.
    pub(super) async fn round(&self) -> Round {
        let Some(graph) = self.graph.borrow().clone() else { return Round::Last };
        let mut round = Round::Done;
        for account in &self.accounts {
            let done = spend::sync(&graph, &self.store, &self.how, account, clock::now, &|_| {});
            match done.await {
                Ok(done) => tracing::info!("{}", told(&done)),
                Err(error) => {
                    round = Round::Failed;
                    counter!("messenger_funnel_spend_sync_failures_total").increment(1);
                    tracing::error!(account, %error, "spend could not be synced");
                }
            }
        }
        if round == Round::Done {
            #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
            gauge!("messenger_funnel_spend_synced_timestamp_seconds")
                .set((clock::now() / 1000) as f64);
        }
        round
    }
}

/// Syncs what the messages of all WhatsApp business accounts cost, as `serve` does.
#[derive(Debug)]
pub(super) struct MessageSyncing {
    now: watch::Receiver<Settings>,
    store: Store,
    graph: watch::Receiver<Option<Graph>>,
}

impl MessageSyncing {
    /// `None` without a token.
    pub(super) fn new(now: &watch::Receiver<Settings>, store: &Store) -> Option<Self> {
        now.borrow().graph.token.as_ref()?;
        let graph = graph_now(now, "what WhatsApp messages cost cannot be synced");
        Some(Self { now: now.clone(), store: store.clone(), graph })
    }

    /// Syncs once, with the token of now. Without any account it has failed, too: webhooks may tell of one soon.
    pub(super) async fn round(&self) -> Round {
        let Some(graph) = self.graph.borrow().clone() else { return Round::Last };
        let settings = self.now.borrow().clone();
        let accounts = match business_accounts(&settings, &self.store).await {
            Ok(accounts) if accounts.is_empty() => return Round::Failed,
            Ok(accounts) => accounts,
            Err(error) => {
                tracing::debug!(%error, "WhatsApp business accounts are not known");
                return Round::Failed;
            }
        };
        let how = sync_settings(&settings);
        let mut round = Round::Done;
        for account in &accounts {
            let done = spend::sync_messages(&graph, &self.store, &how, account, clock::now).await;
            match done {
                Ok(done) => tracing::info!("{}", messages_told(account, &done)),
                Err(error) => {
                    // What a token may not read is not asked for every hour.
                    if error.may_pass() {
                        round = Round::Failed;
                    }
                    counter!("messenger_funnel_message_cost_sync_failures_total").increment(1);
                    tracing::warn!(account, %error, "what WhatsApp messages cost could not be synced");
                }
            }
        }
        round
    }
}
