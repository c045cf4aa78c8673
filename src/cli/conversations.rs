//! `conversations rebuild`: proves on live data that what is kept up to date is what the events say.

use std::fmt::Write;

use anyhow::bail;
use clap::{Args, Subcommand};

use super::progress;
use super::session::Session;
use crate::config::Settings;
use crate::materializer::{self, Rebuilt};

/// Arguments of `conversations`.
#[derive(Debug, Args)]
pub(super) struct ConversationsArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make conversations, touchpoints and conversions again from all events
    ///
    /// Tells what differed from what is kept up to date, with some of the rows, and puts the result in its place. Events
    /// that come in meanwhile are no difference.
    Rebuild {
        /// End with 1 if anything differed
        #[arg(long)]
        strict: bool,
    },
}

/// `conversations`.
pub(super) async fn run(settings: Settings, args: ConversationsArgs) -> anyhow::Result<()> {
    let What::Rebuild { strict } = args.what;
    let session = Session::open(&settings).await?;
    let bar = progress::bar(0, "people");
    let outcome = materializer::rebuild(&session.upkeep(&settings), |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })
    .await;
    bar.finish_and_clear();
    session.close().await;
    let rebuilt = outcome?;
    print!("{}", told(&rebuilt));
    if strict && !rebuilt.is_same() {
        bail!("what was kept up to date was not what the events say; it is now");
    }
    Ok(())
}

fn told(rebuilt: &Rebuilt) -> String {
    let mut text = format!("made again of the events of {} people\n", rebuilt.people);
    for table in &rebuilt.tables {
        writeln!(
            text,
            "  {:<14} {} rows the same, {} were missing, {} should not have been there",
            table.table, table.same, table.missing, table.surplus
        )
        .ok();
        for row in &table.rows {
            let what = if row.is_live { "should not have been there" } else { "was missing" };
            writeln!(text, "    {what}: {}", row.row).ok();
        }
    }
    text
}
