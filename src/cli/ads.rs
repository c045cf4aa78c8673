//! `ads`: what each stage cost, in the terminal.

use clap::Args;

use super::read;
use super::session::{self, Session};
use crate::config::Settings;
use crate::views::{self, Asked, Format, ads_csv, table};

/// Arguments of `ads`.
#[derive(Debug, Args)]
pub(super) struct AdsArgs {
    #[command(flatten)]
    asked: Asked,
}

/// `ads`.
pub(super) async fn run(settings: Settings, args: AdsArgs) -> anyhow::Result<()> {
    let question =
        args.asked.understand(&session::defaults(&settings), session::now_timestamp())?;
    let session = Session::open(&settings).await?;
    let report = views::answer_ads(&session.store, &question).await;
    session.close().await;
    let report = report?;
    read::print(match question.format.unwrap_or(Format::Table) {
        Format::Table => table::ads(&report),
        Format::Csv => ads_csv(&report),
        Format::Json => read::json(&report)?,
    })
}
