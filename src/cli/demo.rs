//! `demo`: a month of synthetic traffic, sent through the real collector, then served.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use futures_util::{StreamExt, stream};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::clock;
use super::progress;
use super::roles::Roles;
use super::serve::Server;
use super::stopping::Stopping;
use crate::accounts::Accounts;
use crate::collector::{SIGNATURE_HEADER, sign};
use crate::config::Settings;
use crate::domain::{PageName, Period, Timestamp};
use crate::outgoing;
use crate::private;
use crate::store::engine;
use crate::synthetic::{self, Plan, Traffic};

/// Webhooks under way at once.
const AT_ONCE: usize = 64;

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// How many people write
    #[arg(long, default_value_t = 6_000)]
    people: u64,
    /// The same seed gives the same traffic
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Throw the data of an earlier demo away
    #[arg(long)]
    fresh: bool,
}

/// What an earlier start of the demo has sent, or began to send.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    seed: u64,
    people: u64,
    from: i64,
    to: i64,
    is_complete: bool,
}

/// `demo`.
pub(super) async fn run(mut settings: Settings, args: DemoArgs) -> anyhow::Result<()> {
    settings.data_dir.push("demo");
    settings.clickhouse_url = None;
    // Its own traffic comes by http.
    settings.tls = None;
    // A secret of its own, because it is printed.
    settings.app_secrets = vec![SecretString::from("demo-app-secret")];
    if settings.verify_tokens.is_empty() {
        settings.verify_tokens = vec![SecretString::from("demo-verify-token")];
    }
    if settings.public_url.is_none() && settings.listen.port() > 0 {
        settings.public_url = Some(format!("http://{}", settings.listen));
    }
    if args.fresh {
        engine::remove_data(&settings.data_dir)?;
    }
    let stopping = Stopping::at_signal(Duration::ZERO);
    let stop = stopping.stop.clone();
    let server = Server::start(watch::channel(settings.clone()).1, Roles::all(), &stopping).await?;
    let path = settings.data_dir.join("demo.json");
    let mut note = match read_note(&path)? {
        Some(note) => note,
        None => new_note(&args, &settings)?,
    };
    if note.is_complete {
        println!("Serving the data of the earlier demo; --fresh begins anew.");
    } else {
        write_note(&path, &note)?;
        furnish(&settings, &server, &note).await?;
        send(&settings, &server, &note, &stop).await?;
        if !stop.is_cancelled() {
            note.is_complete = true;
            write_note(&path, &note)?;
        }
    }
    if !stop.is_cancelled() {
        announce(&settings, &server);
    }
    server.run(stop).await
}

fn new_note(args: &DemoArgs, settings: &Settings) -> anyhow::Result<Note> {
    let now = clock::now_timestamp();
    let month = Period::last_days(29, &settings.time_zone, now)?;
    // Nothing of the future, and nothing so late that its time would be the time of receipt.
    Ok(Note {
        seed: args.seed,
        people: args.people,
        from: month.from.0,
        to: now.0,
        is_complete: false,
    })
}

/// What a team would have set up: links, and what ads and messages cost.
async fn furnish(settings: &Settings, server: &Server, note: &Note) -> anyhow::Result<()> {
    let (from, to) = (Timestamp(note.from), Timestamp(note.to));
    let (first, last) = Period::new(from, to, settings.time_zone.clone())?.first_and_last_day();
    let edited_at = to.micros();
    for link in synthetic::links() {
        server.store().save_link(link, edited_at).await?;
    }
    for (page, name) in synthetic::PAGE_NAMES {
        let name = PageName::of(page.to_owned(), String::new(), name.to_owned());
        server.store().save_page_name(&name, edited_at).await?;
    }
    let (account, messages) = synthetic::message_costs(note.seed, note.people, first, last);
    server.store().save_message_costs(account, first, last, &messages, edited_at).await?;
    let spend = synthetic::spend(note.seed, note.people, first, last);
    Ok(server.store().save_spend(&spend, edited_at).await?)
}

async fn send(
    settings: &Settings,
    server: &Server,
    note: &Note,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let Some(secret) = settings.app_secrets.first() else { bail!("no app secret") };
    let address = format!("http://{}/webhooks/meta", server.address);
    let client = outgoing::client(|client| client)?;
    let plan = Plan {
        seed: note.seed,
        people: note.people,
        from: Timestamp(note.from),
        to: Timestamp(note.to),
        has_newest: true,
    };
    let bar = progress::bar(plan.people, "sending a month of traffic, people");
    println!("Sending a month of traffic of {} people to {address}", plan.people);
    let mut traffic = Traffic::new(plan);
    let mut posted = stream::iter(std::iter::from_fn(|| {
        let body = traffic.next()?;
        bar.set_position(traffic.people_so_far());
        Some(body)
    }))
    .map(|body| {
        let request = client
            .post(&address)
            .header(SIGNATURE_HEADER, sign(secret.expose_secret(), &body))
            .body(body);
        async move { request.send().await?.error_for_status() }
    })
    .buffer_unordered(AT_ONCE);
    let mut bodies = 0_u64;
    while let Some(answer) = posted.next().await {
        answer.context("the collector refused the demo's traffic")?;
        bodies += 1;
        if stop.is_cancelled() {
            return Ok(());
        }
    }
    drop(posted);
    bar.finish_and_clear();
    println!("{bodies} webhooks are on disk; waiting for ClickHouse to have them all");
    let mut progress = server.progress.clone().context("this server ships nothing")?;
    tokio::select! {
        shipped = progress.wait_for(|progress| progress.bodies >= bodies) => drop(shipped?),
        () = stop.cancelled() => return Ok(()),
    }
    server.upkeep(settings).catch_up().await?;
    let truth = traffic.truth();
    println!("What the traffic's own books say:");
    for step in &truth.steps {
        println!("  {:<10} {:>8}", step.name, step.count);
    }
    Ok(())
}

fn announce(settings: &Settings, server: &Server) {
    let address = server.address;
    let secret = settings.app_secrets.first().map_or("", |secret| secret.expose_secret());
    let link = server.accounts.as_ref().and_then(Accounts::bootstrap_link);
    let who = link.map_or("Log in as the user that you have made.\n".to_owned(), |link| {
        format!(
            "Only this machine may look, without logging in; make a user, and all have to:\n  http://{address}{link}\n"
        )
    });
    println!(
        "
The dashboard: http://{address}/
{who}
Post a webhook yourself; the demo's app secret is {secret:?}:
  BODY='{{\"object\":\"page\",\"entry\":[{{\"id\":\"1\",\"messaging\":[{{\"sender\":{{\"id\":\"2\"}},\"recipient\":{{\"id\":\"1\"}},\"timestamp\":'$(date +%s)',\"message\":{{\"mid\":\"m_1\"}}}}]}}]}}'
  SIGNATURE=$(printf %s \"$BODY\" | openssl dgst -sha256 -hmac {secret} -r | cut -d' ' -f1)
  curl -sS http://{address}/webhooks/meta -H \"X-Hub-Signature-256: sha256=$SIGNATURE\" --data-binary \"$BODY\"

Ctrl-C stops it; the data stays in {}.",
        settings.data_dir.display()
    );
}

fn read_note(path: &Path) -> anyhow::Result<Option<Note>> {
    match std::fs::read(path) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text).with_context(|| {
            format!("{} is damaged; start the demo with --fresh", path.display())
        })?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}

fn write_note(path: &Path, note: &Note) -> anyhow::Result<()> {
    private::write(path, &serde_json::to_vec(note)?)
        .with_context(|| format!("writing {}", path.display()))
}
