//! `ads`: what each stage cost, in the terminal.

use clap::Args;

use super::clock;
use super::read;
use super::session::{self, Session};
use crate::config::Settings;
use crate::insights::ads::answer_ads;
use crate::insights::query::QueryParams;
use crate::render::frames::ads::ads_frame;
use crate::render::table;

/// Arguments of `ads`.
#[derive(Debug, Args)]
pub(super) struct AdsArgs {
    #[command(flatten)]
    asked: QueryParams,
}

/// `ads`.
pub(super) async fn run(settings: Settings, args: AdsArgs) -> anyhow::Result<()> {
    let question = args.asked.understand(&session::defaults(&settings), clock::now_timestamp())?;
    let session = Session::open(&settings).await?;
    let report = answer_ads(&session.store, &question).await;
    session.close().await;
    read::show(question.format, &question.csv, &report?, table::ads, ads_frame)
}
