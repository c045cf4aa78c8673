//! `funnel` and `attribution`: the same answers as the API's, in the terminal.

use clap::Args;
use serde::Serialize;

use super::session::{self, Session};
use crate::analysis::DEFAULT_FUNNEL;
use crate::config::Settings;
use crate::views::{self, Asked, Format, csv, table};

/// Arguments of `funnel`.
#[derive(Debug, Args)]
pub(super) struct FunnelArgs {
    /// The funnel
    #[arg(default_value = DEFAULT_FUNNEL)]
    name: String,
    #[command(flatten)]
    asked: Asked,
}

/// Arguments of `attribution`.
#[derive(Debug, Args)]
pub(super) struct AttributionArgs {
    /// Attribution model
    #[arg(long, default_value = "last")]
    model: String,
    /// Days before a conversion in which touchpoints earn credit
    #[arg(long, default_value_t = crate::domain::DEFAULT_LOOKBACK_DAYS)]
    lookback_days: u32,
    #[command(flatten)]
    asked: Asked,
}

/// `funnel`.
pub(super) async fn funnel(settings: Settings, args: FunnelArgs) -> anyhow::Result<()> {
    let question = args.asked.understand(&settings.time_zone, session::now_timestamp())?;
    let session = Session::open(&settings).await?;
    let report = views::answer_funnel(&session.store, &args.name, &question).await;
    session.close().await;
    let report = report?;
    print(match question.format.unwrap_or(Format::Table) {
        Format::Table => table::funnel(&report),
        Format::Csv => csv::funnel(&report),
        Format::Json => json(&report)?,
    })
}

/// `attribution`.
pub(super) async fn attribution(settings: Settings, args: AttributionArgs) -> anyhow::Result<()> {
    let asked =
        Asked { model: Some(args.model), lookback_days: Some(args.lookback_days), ..args.asked };
    let question = asked.understand(&settings.time_zone, session::now_timestamp())?;
    if !question.by.is_empty() {
        let reason = "attribution is by source; it takes no breakdown".to_owned();
        return Err(views::Misunderstood { parameter: "by", reason }.into());
    }
    let session = Session::open(&settings).await?;
    let report = views::answer_attribution(&session.store, &question).await;
    session.close().await;
    let report = report?;
    print(match question.format.unwrap_or(Format::Table) {
        Format::Table => table::attribution(&report),
        Format::Csv => csv::attribution(&report),
        Format::Json => json(&report)?,
    })
}

fn json(report: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// Prints, and takes it well when nobody reads to the end (`| head`).
fn print(text: String) -> anyhow::Result<()> {
    use std::io::Write;
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
