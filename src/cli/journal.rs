//! `journal inspect` and `journal replay`.

use anyhow::Context;
use clap::{Args, Subcommand};
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;

use super::clock;
use super::prepared;
use super::session::Session;
use super::shipping;
use crate::config::Settings;
use crate::domain::Timestamp;
use crate::journal::{self, Journal, JournalError, SetAside, Summary};
use crate::store::{self, Replayed};

/// Arguments of `journal`.
#[derive(Debug, Args)]
pub(super) struct JournalArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show what the journal holds, also while the server runs
    ///
    /// With how much of it is not shipped yet, and what of it is damaged.
    Inspect {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Ship everything that is still in the journal again: after an upgrade
    ///
    /// What another version of the program, or other rules, make of the same webhooks takes the place of what was made
    /// before. Nothing is counted twice.
    Replay {
        /// Instead try again what could not be understood, also while the server runs
        #[arg(long)]
        quarantined: bool,
    },
}

/// `journal`.
pub(super) async fn run(settings: Settings, args: JournalArgs) -> anyhow::Result<()> {
    match args.what {
        What::Inspect { json } => {
            let summary = journal::inspect(&prepared::journal_folder(&settings))?;
            if json {
                println!("{}", serde_json::to_string_pretty(&summary)?);
            } else {
                print!("{}", table(&summary));
            }
            Ok(())
        }
        What::Replay { quarantined: true } => replay_quarantined(&settings).await,
        What::Replay { quarantined: false } => replay(&settings).await,
    }
}

async fn replay(settings: &Settings) -> anyhow::Result<()> {
    let session = Session::open(settings).await?;
    let outcome = ship_again(&session, settings).await;
    session.close().await;
    let progress = outcome?;
    println!("replayed {} webhooks with {} events", progress.bodies, progress.events);
    Ok(())
}

async fn ship_again(session: &Session, settings: &Settings) -> anyhow::Result<store::Progress> {
    let folder = prepared::journal_folder(settings);
    let journal = match Journal::open(&folder, settings.journal_limits) {
        Err(error @ JournalError::Locked(_)) => {
            return Err(error).context("stop the server to replay its journal");
        }
        journal => journal?,
    };
    let again_until = journal.rewind()?;
    let progress = shipping::drain(&session.store, settings, &journal, Some(again_until)).await?;
    session.upkeep(settings).catch_up().await?;
    Ok(progress)
}

async fn replay_quarantined(settings: &Settings) -> anyhow::Result<()> {
    let session = Session::open(settings).await?;
    let normalize = prepared::normalize_settings(settings)?;
    let now = clock::now_timestamp();
    let outcome = store::replay_quarantined(&session.store, &normalize, now).await;
    let made = session.upkeep(settings).catch_up().await;
    session.close().await;
    made?;
    let Replayed { tried, understood, events } = outcome?;
    println!("{understood} of {tried} items are understood now, with {events} events");
    Ok(())
}

fn table(summary: &Summary) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["segment", "bytes", "records", "first received", "last received", "damage"]);
    let instant = |time: Option<i64>| time.map(|time| Timestamp(time).to_rfc3339());
    let mut told = String::new();
    for segment in &summary.segments {
        let ranges = segment.damage.iter().map(|damage| format!("at byte {}", damage.offset));
        let torn = segment.torn_at.map(|offset| format!("torn write at byte {offset}"));
        let damage: Vec<String> = ranges.chain(torn).collect();
        table.add_row([
            segment.number.to_string(),
            segment.bytes.to_string(),
            segment.records.to_string(),
            instant(segment.first_received_at).unwrap_or_default(),
            instant(segment.last_received_at).unwrap_or_default(),
            damage.join(", "),
        ]);
        for damage in &segment.damage {
            told = format!("{told}damaged: {damage}\n");
        }
    }
    if summary.checkpoint_damaged {
        told = format!("{told}damaged: the checkpoint; the whole journal will be shipped again\n");
    }
    for SetAside { file, bytes } in &summary.set_aside {
        told = format!("{told}put aside: {file}, {bytes} bytes\n");
    }
    format!("{table}\n{told}{} webhooks are not shipped yet\n", summary.unshipped)
}
