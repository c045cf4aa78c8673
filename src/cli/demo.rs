//! `demo`: four months of synthetic traffic, sent through the real collector, then served.

use std::path::Path;
use std::sync::Arc;
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
use super::session::defaults;
use super::stopping::Stopping;
use crate::accounts::Accounts;
use crate::analysis::WrittenFunnel;
use crate::collector::{SIGNATURE_HEADER, sign};
use crate::config::Settings;
use crate::domain::{PageName, Period, Timestamp};
use crate::outgoing;
use crate::private;
use crate::reports::WrittenReport;
use crate::store::engine;
use crate::synthetic::{self, Plan, Traffic};

/// A funnel of the team's own.
const FUNNEL: &str = r#"
name = "price-to-sale"
title = "Price to sale"
unit = "person"
[[steps]]
name = "Wrote"
kind = "message"
[[steps]]
name = "Got an answer"
kind = "echo"
[[steps]]
name = "Left a number"
conversion = "lead"
[[steps]]
name = "Bought"
conversion = "purchase"
"#;
/// Webhooks under way at once.
const AT_ONCE: usize = 64;

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// How many people write
    #[arg(long, default_value_t = 20_000)]
    people: u64,
    /// Over how many days, today among them
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    days: u32,
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
    with_examples(&mut settings)?;
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
    let days = Period::last_days(i64::from(args.days) - 1, &settings.time_zone, now)?;
    // Nothing of the future, and nothing so late that its time would be the time of receipt.
    Ok(Note {
        seed: args.seed,
        people: args.people,
        from: days.from.0,
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
    Ok(server.store().save_message_costs(account, first, last, &messages, edited_at).await?)
}

/// A funnel of the team's own, and the report that it gets every Monday.
fn with_examples(settings: &mut Settings) -> anyhow::Result<()> {
    let funnel: WrittenFunnel = toml::from_str(FUNNEL).context("the demo's funnel")?;
    let mut funnel = funnel.check().context("the demo's funnel")?;
    "the demo".clone_into(&mut funnel.place);
    let mut funnels = (*settings.funnels).clone();
    funnels.entry(funnel.name.clone()).or_insert(funnel);
    settings.funnels = Arc::new(funnels);
    let written = WrittenReport {
        name: "weekly-funnel".to_owned(),
        title: "Weekly funnel".to_owned(),
        range: "last_week".to_owned(),
        by: vec!["source".to_owned()],
        schedule: "0 8 * * 1".to_owned(),
        formats: vec!["csv".to_owned(), "xlsx".to_owned()],
        ..WrittenReport::default()
    };
    let report = written.check(&defaults(settings), |_| true, |_| false);
    let mut reports = (*settings.reports).clone();
    reports.reports.push(report.context("the demo's report")?);
    settings.reports = Arc::new(reports);
    Ok(())
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
        has_story: true,
        variation: 0,
    };
    let bar = progress::bar(plan.people, "sending traffic, people");
    println!("Sending the traffic of {} people to {address}", plan.people);
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
    // Of what the traffic's own books say that ads brought.
    let spend = synthetic::spend(plan, traffic.truth(), &settings.time_zone);
    server.store().save_spend(&spend, Timestamp(note.to).micros()).await?;
    let visits = synthetic::link_visits(traffic.truth());
    server.store().save_link_visits(&visits, &format!("demo-{}", note.to)).await?;
    let mut progress = server.progress.clone().context("this server ships nothing")?;
    tokio::select! {
        shipped = progress.wait_for(|progress| progress.bodies >= bodies) => drop(shipped?),
        () = stop.cancelled() => return Ok(()),
    }
    server.upkeep(settings).catch_up().await?;
    let steps = traffic.truth().steps.iter();
    let steps: Vec<String> = steps.map(|step| format!("{} {}", step.count, step.name)).collect();
    println!("{bodies} webhooks are stored. Their own books say: {}", steps.join(", "));
    Ok(())
}

fn announce(settings: &Settings, server: &Server) {
    let address = server.address;
    let secret = settings.app_secrets.first().map_or("", |secret| secret.expose_secret());
    let link = server.accounts.as_ref().and_then(Accounts::bootstrap_link);
    let is_closed = server.accounts.as_ref().and_then(Accounts::is_closed) == Some(true);
    let who = link.map_or("Log in as the user that you have made.".to_owned(), |link| {
        let who = if is_closed {
            "Log in with a token of the settings, or make the first user:"
        } else {
            "Only this machine may look, without logging in. Make a user, and all have to log in:"
        };
        format!("{who}\n  http://{address}{link}")
    });
    println!(
        "
The dashboard: http://{address}/
{who}
Post a webhook of your own with the app secret {secret:?}: docs/start/connecting.md has the lines.
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
