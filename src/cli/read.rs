//! `funnel` and `attribution`: the same answers as the API's, in the terminal.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::paths;
use super::session::{self, Session};
use crate::analysis::{
    AnalysisError, AttributionReport, Comparison, CostReport, DEFAULT_FUNNEL, Description,
    describe, journeys_of_paths,
};
use crate::config::Settings;
use crate::views::{self, Asked, AskedCredit, Format, Misunderstood, csv, table};

/// Arguments of `funnel`.
#[derive(Debug, Args)]
pub(super) struct FunnelArgs {
    /// The funnel
    #[arg(default_value = DEFAULT_FUNNEL)]
    name: String,
    #[command(flatten)]
    asked: Asked,
}

const PATHS_HELP: &str = "Take the journeys from a CSV file (.gz too; - is standard input) with \
                          the columns path, total_conversions, total_conversion_value and \
                          total_null, channels joined by \" > \"";

/// Arguments of `attribution`.
#[derive(Debug, Args)]
pub(super) struct AttributionArgs {
    #[command(flatten)]
    credit: AskedCredit,
    /// Show all models side by side
    #[arg(long, conflicts_with_all = ["journeys", "intervals"])]
    compare: bool,
    /// Show how the journeys look: lengths, assists, common paths
    #[arg(long, conflicts_with = "intervals")]
    journeys: bool,
    /// Show what each channel's credit cost
    #[arg(long, conflicts_with_all = ["compare", "journeys", "paths"])]
    costs: bool,
    #[arg(long, value_name = "FILE", help = PATHS_HELP, conflicts_with_all = ["from", "to", "by", "conversion", "lookback_days"])]
    paths: Option<PathBuf>,
    #[command(flatten)]
    asked: Asked,
}

/// `funnel`.
pub(super) async fn funnel(settings: Settings, args: FunnelArgs) -> anyhow::Result<()> {
    let question =
        args.asked.understand(&session::defaults(&settings), session::now_timestamp())?;
    let session = Session::open(&settings).await?;
    let report =
        views::answer_funnel(&session.store, &settings.funnels, &args.name, &question).await;
    session.close().await;
    let report = report?;
    print(match question.format.unwrap_or(Format::Table) {
        Format::Table => table::funnel(&report),
        Format::Csv => csv::funnel(&report),
        Format::Json => json(&report)?,
    })
}

/// What `attribution` shows.
enum Credited {
    One(AttributionReport),
    All(Comparison),
    Journeys(Description),
    Costs(CostReport),
}

/// `attribution`.
pub(super) async fn attribution(settings: Settings, args: AttributionArgs) -> anyhow::Result<()> {
    let asked = Asked { credit: args.credit, ..args.asked };
    let question = asked.understand(&session::defaults(&settings), session::now_timestamp())?;
    let format = question.format.unwrap_or(Format::Table);
    if args.journeys && format == Format::Csv {
        let reason = "journeys are several tables: ask for table or json".to_owned();
        return Err(Misunderstood { parameter: "format", reason }.into());
    }
    let credited = if let Some(file) = &args.paths {
        let (frame, lines) = paths::read(file)?;
        let place = |error| match error {
            AnalysisError::Path { row, reason } => {
                anyhow::anyhow!("{}, line {}: {reason}", file.display(), lines[row])
            }
            other => other.into(),
        };
        let journeys = journeys_of_paths(&frame).map_err(place)?;
        let credit = &question.credit;
        if args.compare {
            Credited::All(views::credit_by_all_models(&journeys, credit)?)
        } else if args.journeys {
            Credited::Journeys(describe(&journeys))
        } else {
            Credited::One(views::credit_by_model(&journeys, credit).map_err(place)?)
        }
    } else {
        let session = Session::open(&settings).await?;
        let store = &session.store;
        let credited = if args.compare {
            views::answer_comparison(store, &question).await.map(Credited::All)
        } else if args.journeys {
            views::answer_journeys(store, &question).await.map(Credited::Journeys)
        } else if args.costs {
            views::answer_costs(store, &question).await.map(Credited::Costs)
        } else {
            views::answer_attribution(store, &question).await.map(Credited::One)
        };
        session.close().await;
        credited?
    };
    print(match (&credited, format) {
        (Credited::One(report), Format::Table) => table::attribution(report),
        (Credited::One(report), Format::Csv) => csv::attribution(report),
        (Credited::One(report), Format::Json) => json(report)?,
        (Credited::All(comparison), Format::Table) => table::comparison(comparison),
        (Credited::All(comparison), Format::Csv) => csv::comparison(comparison),
        (Credited::All(comparison), Format::Json) => json(comparison)?,
        (Credited::Costs(costs), Format::Table) => table::costs(costs),
        (Credited::Costs(costs), Format::Csv) => csv::costs(costs),
        (Credited::Costs(costs), Format::Json) => json(costs)?,
        (Credited::Journeys(journeys), Format::Json) => json(journeys)?,
        (Credited::Journeys(journeys), _) => table::journeys(journeys),
    })
}

pub(super) fn json(report: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// Prints, and takes it well when nobody reads to the end (`| head`).
pub(super) fn print(text: String) -> anyhow::Result<()> {
    use std::io::Write;
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
