//! `erase`: everything that is stored of one person goes.

use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;

use super::prepared;
use super::session::{self, Session};
use super::shipping;
use super::{progress, spend};
use crate::config::Settings;
use crate::domain::Timestamp;
use crate::erasure::{Asker, Entry, Eraser, Subject};
use crate::journal::{Journal, JournalError};

/// How often it is looked whether the server has done it.
const EVERY: Duration = Duration::from_millis(200);
/// How long a server may take that holds the journal.
const LIMIT: Duration = Duration::from_secs(600);

/// Arguments of `erase`.
#[derive(Debug, Args)]
pub(super) struct EraseArgs {
    /// Page or Instagram account
    #[arg(long)]
    page: String,
    /// The person's id: PSID or IGSID
    #[arg(long, value_name = "ID")]
    person: String,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

/// `erase`.
pub(super) async fn run(settings: Settings, args: EraseArgs) -> anyhow::Result<()> {
    if args.page.is_empty() || args.person.is_empty() {
        bail!("--page and --person: neither may be empty");
    }
    let session = Session::open(&settings).await?;
    let done = erase(&session, &settings, &args).await;
    session.close().await;
    let entry = done?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&entry)?);
        return Ok(());
    }
    let found = &entry.found;
    if found.people == 0 {
        println!("nothing was stored of this person");
    }
    println!(
        "erased: {} events, {} journal records, {} files of reports",
        found.events, found.journal_records, found.report_files
    );
    for note in &found.notes {
        println!("note: {note}");
    }
    let done_at = entry.done_at.map(|at| Timestamp(at).to_rfc3339()).unwrap_or_default();
    println!("request {}, done at {done_at}", entry.code);
    Ok(())
}

async fn erase(session: &Session, settings: &Settings, args: &EraseArgs) -> anyhow::Result<Entry> {
    let ledger = session::ledger(settings);
    let subject = Subject { page: Some(args.page.clone()), person: args.person.clone() };
    let bar = progress::spinner("erasing");
    let folder = prepared::journal_folder(settings);
    let done = match Journal::open(&folder, settings.journal_limits) {
        // Its server does it: only who holds the journal may rewrite it.
        Err(JournalError::Locked(_)) => {
            let entry = ledger.ask(subject, Asker::CommandLine)?;
            let waited = tokio::time::timeout(LIMIT, async {
                loop {
                    tokio::time::sleep(EVERY).await;
                    let now = ledger.find(&entry.code)?.context("the request has vanished")?;
                    if now.done_at.is_some() {
                        return anyhow::Ok(now);
                    }
                    if !now.error.is_empty() {
                        bail!("the server could not do it yet, and tries again: {}", now.error);
                    }
                }
            });
            waited.await.context("the server has not done it in ten minutes; it goes on")?
        }
        journal => {
            let eraser = session.eraser(settings, journal?)?;
            // Before the journal's own segments can go, they must be in ClickHouse.
            shipping::drain(&session.store, settings, &eraser.journal, None).await?;
            ledger.sweep()?;
            let entry = ledger.ask(subject, Asker::CommandLine)?;
            Ok(eraser.carry_out(entry).await?)
        }
    };
    bar.finish_and_clear();
    done
}

impl Session {
    /// What erases people of this database and of that journal.
    pub(super) fn eraser(&self, settings: &Settings, journal: Journal) -> anyhow::Result<Eraser> {
        Ok(Eraser {
            ledger: session::ledger(settings),
            store: self.store.clone(),
            journal,
            upkeep: self.upkeep(settings),
            reports: std::sync::Arc::clone(&settings.reports),
            engine_log: settings.data_dir.join("clickhouse/engine.log"),
            imports: settings.data_dir.join("imports"),
            failing: tokio::sync::watch::channel(0).0,
            graph: settings.graph.token.is_some().then(|| spend::graph(settings)).transpose()?,
        })
    }
}
