//! `funnel` and `attribution`: the same answers as the API's, in the terminal.

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use polars_core::frame::DataFrame;
use serde::Serialize;

use super::clock;
use super::paths;
use super::session::{self, Session};
use crate::analysis::{
    AnalysisError, AttributionReport, Comparison, CostReport, DEFAULT_FUNNEL, Description,
    describe, journeys_of_paths,
};
use crate::config::Settings;
use crate::insights::attribution::{
    answer_attribution, answer_comparison, answer_costs, answer_journeys, credit_by_all_models,
    credit_by_model,
};
use crate::insights::csv_style::CsvStyle;
use crate::insights::format::Format;
use crate::insights::funnel_outlook::answer_with_outlook;
use crate::insights::invalid_parameter::InvalidParameter;
use crate::insights::query::{CreditParams, QueryParams};
use crate::insights::stored_funnels::StoredFunnels;
use crate::render::{frames, table};

/// Arguments of `funnel`.
#[derive(Debug, Args)]
pub(super) struct FunnelArgs {
    /// The funnel
    #[arg(default_value = DEFAULT_FUNNEL)]
    name: String,
    /// Only what has these values of dimensions: "source=ad;campaign=Autumn"
    #[arg(long, value_name = "FILTERS")]
    filter: Option<String>,
    #[command(flatten)]
    asked: QueryParams,
}

const PATHS_HELP: &str = "Take the journeys from a CSV file (.gz too; - is standard input) with \
                          the columns path, total_conversions, total_conversion_value and \
                          total_null, channels joined by \" > \"";

/// Arguments of `attribution`.
#[derive(Debug, Args)]
pub(super) struct AttributionArgs {
    #[command(flatten)]
    credit: CreditParams,
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
    /// What stands between the channels of a path, if it is not " > "; with " > " that nothing else does
    #[arg(long, value_name = "TEXT", requires = "paths", allow_hyphen_values = true, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    path_separator: Option<String>,
    #[command(flatten)]
    asked: QueryParams,
}

/// `funnel`.
pub(super) async fn funnel(settings: Settings, args: FunnelArgs) -> anyhow::Result<()> {
    let asked = QueryParams { filter: args.filter, ..args.asked };
    let question = asked.understand(&session::defaults(&settings), clock::now_timestamp())?;
    let session = Session::open(&settings).await?;
    let funnels = StoredFunnels::default().beside(&settings.funnels, &session.store).await?;
    let report = answer_with_outlook(&session.store, &funnels, &args.name, &question).await;
    session.close().await;
    show(question.format, &question.csv, &report?, table::funnel, frames::funnel)
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
    let asked = QueryParams { credit: args.credit, ..args.asked };
    let question = asked.understand(&session::defaults(&settings), clock::now_timestamp())?;
    let (format, csv) = (question.format, &question.csv);
    if args.journeys && !matches!(format, None | Some(Format::Table | Format::Json)) {
        let reason = "journeys are several tables: ask for table or json".to_owned();
        return Err(InvalidParameter { parameter: "format", reason }.into());
    }
    let credited = if let Some(file) = &args.paths {
        let (frame, lines) = paths::read(file, args.path_separator.as_deref())?;
        let place = |error| match error {
            AnalysisError::Path { row, reason } => {
                anyhow::anyhow!("{}, line {}: {reason}", file.display(), lines[row])
            }
            other => other.into(),
        };
        let journeys = journeys_of_paths(&frame).map_err(place)?;
        let credit = &question.credit;
        if args.compare {
            Credited::All(credit_by_all_models(&journeys, credit)?)
        } else if args.journeys {
            Credited::Journeys(describe(&journeys))
        } else {
            Credited::One(credit_by_model(&journeys, credit).map_err(place)?)
        }
    } else {
        let session = Session::open(&settings).await?;
        let store = &session.store;
        let credited = if args.compare {
            answer_comparison(store, &question).await.map(Credited::All)
        } else if args.journeys {
            answer_journeys(store, &question).await.map(Credited::Journeys)
        } else if args.costs {
            answer_costs(store, &question).await.map(Credited::Costs)
        } else {
            answer_attribution(store, &question).await.map(Credited::One)
        };
        session.close().await;
        credited?
    };
    match &credited {
        Credited::One(report) => show(format, csv, report, table::attribution, frames::attribution),
        Credited::All(comparison) => {
            show(format, csv, comparison, table::comparison, frames::comparison)
        }
        Credited::Costs(costs) => show(format, csv, costs, table::costs, frames::costs),
        Credited::Journeys(journeys) => match format {
            Some(Format::Json) => print(json(journeys)?),
            _ => print(table::journeys(journeys)),
        },
    }
}

/// Prints a result in the form that was asked for, a table without any.
pub(super) fn show<R: Serialize>(
    format: Option<Format>,
    csv: &CsvStyle,
    report: &R,
    table: fn(&R) -> String,
    frame: fn(&R) -> DataFrame,
) -> anyhow::Result<()> {
    match format.unwrap_or(Format::Table) {
        Format::Table => print(table(report)),
        Format::Json => print(json(report)?),
        Format::Svg | Format::Png => bail!("format: charts are drawn by the API"),
        Format::Xlsx | Format::Parquet | Format::Arrow if std::io::stdout().is_terminal() => {
            bail!("format: this is nothing to read: send it into a file (> FILE)")
        }
        format => print(frames::encoded(format, csv, &frame(report))?),
    }
}

pub(super) fn json(report: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// Prints, and takes it well when nobody reads to the end (`| head`).
pub(super) fn print(text: impl AsRef<[u8]>) -> anyhow::Result<()> {
    use std::io::Write;
    match std::io::stdout().write_all(text.as_ref()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
