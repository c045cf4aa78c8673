//! `report`: the reports there are, and runs by hand.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use super::read;
use super::session::Session;
use crate::config::Settings;
use crate::domain::{Timestamp, parse_instant};
use crate::insights::format::Format;
use crate::reports::{self, Report, ReportCatalog, Runner, base_name, dataset};

/// Arguments of `report`.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show all reports, when each is due next, and what became of its latest run
    List {
        /// Form of the answer: table or json
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: String,
    },
    /// Make a report now: print it, write its files, or send it
    Run(RunArgs),
}

#[derive(Debug, Args)]
struct RunArgs {
    /// The report
    name: String,
    /// As of this day (2026-01-31) or RFC 3339 instant [default: now]
    #[arg(long, value_name = "DATE")]
    at: Option<String>,
    /// Form of what is printed: table, json, csv, xlsx, parquet or arrow
    #[arg(long, value_name = "FORMAT", conflicts_with_all = ["output", "send"])]
    format: Option<String>,
    /// Write its files, and the side file that says how they were made, into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "send")]
    output: Option<PathBuf>,
    /// Bring it to its destinations, as its schedule does
    #[arg(long)]
    send: bool,
}

/// `report`.
pub(super) async fn run(settings: Settings, args: ReportArgs) -> anyhow::Result<()> {
    let session = Session::open(&settings).await?;
    let catalog = session.catalog(&settings).with_stored_funnels().await?;
    let done = match args.what {
        What::List { format } => list(&catalog, &format).await,
        What::Run(args) => Box::pin(make(&catalog, args)).await,
    };
    session.close().await;
    done
}

async fn list(catalog: &ReportCatalog, format: &str) -> anyhow::Result<()> {
    let format = Format::parse(format)?;
    let all = reports::reports(catalog).await?;
    match format {
        Format::Json => read::print(read::json(&serde_json::json!({ "reports": all }))?),
        Format::Table => {
            let mut table = comfy_table::Table::new();
            table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
            table.set_header(["report", "question", "schedule", "next", "goes to", "last run"]);
            for one in all {
                let last = one.last_run.map(|run| format!("{} {}", run.status, run.due_at));
                table.add_row([
                    one.name,
                    one.error.unwrap_or(one.question),
                    one.schedule.map_or_else(
                        || "by hand".to_owned(),
                        |schedule| format!("{schedule} {}", one.time_zone),
                    ),
                    one.next_run_at.unwrap_or_default(),
                    one.to.join(", "),
                    last.unwrap_or_default(),
                ]);
            }
            read::print(format!("{table}\n"))
        }
        _ => bail!("format: reports are listed as table or json"),
    }
}

async fn make(catalog: &ReportCatalog, args: RunArgs) -> anyhow::Result<()> {
    let report = find(catalog, &args.name).await?;
    let at = match &args.at {
        Some(text) => parse_instant(text, &catalog.defaults.zone).context("at")?,
        None => catalog.now(),
    };
    if args.send {
        return Box::pin(send(catalog, &report, at)).await;
    }
    if let Some(folder) = &args.output {
        return write(catalog, &report, at, folder).await;
    }
    let format = args.format.as_deref().map_or(Ok(Format::Table), Format::parse)?;
    let question = report.question(&catalog.defaults, at)?;
    if format.has_rows() {
        // A list is written row by row, whatever its length.
        let file = tempfile::tempfile().context("a temporary file")?;
        let copy = file.try_clone()?;
        let answering = catalog.answering(at);
        dataset::write(&answering, &report.topic, &question, format, file).await?;
        return copy_out(copy);
    }
    let answering = catalog.answering(at);
    let told = dataset::tell(&answering, &report.topic, &question);
    let told = catalog.page_names().await?.within(told).await?;
    match format {
        Format::Json => read::print(read::json(&told.json)?),
        Format::Table => {
            let head = format!("{}, {}\n", report.title(), reports::covers(&question));
            read::print(head + &told.table)
        }
        _ => bail!("format: charts are drawn by the API"),
    }
}

fn copy_out(mut file: std::fs::File) -> anyhow::Result<()> {
    use std::io::Seek;
    file.rewind()?;
    match std::io::copy(&mut file, &mut std::io::stdout().lock()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        copied => Ok(copied.map(|_| ())?),
    }
}

async fn find(catalog: &ReportCatalog, name: &str) -> anyhow::Result<Report> {
    let all = catalog.all().await?;
    let known: Vec<String> = all.iter().map(|one| one.name.clone()).collect();
    match all.into_iter().find(|one| one.name == name) {
        Some(one) => one.report.with_context(|| format!("report {name}")),
        None if known.is_empty() => bail!("there is no report yet: see docs/guides/reports.md"),
        None => bail!("there is no report {name:?}; known are {}", known.join(", ")),
    }
}

async fn write(
    catalog: &ReportCatalog,
    report: &Report,
    at: Timestamp,
    folder: &std::path::Path,
) -> anyhow::Result<()> {
    let question = report.question(&catalog.defaults, at)?;
    let run = base_name(report.name(), at, true);
    let hash = catalog.hash_of(report);
    let answering = catalog.answering(at);
    let made =
        reports::make(report, &hash, &run, &question, &answering, &folder.join(report.name()))
            .await?;
    for path in made.paths() {
        println!("{}", path.display());
    }
    Ok(())
}

async fn send(catalog: &ReportCatalog, report: &Report, at: Timestamp) -> anyhow::Result<()> {
    if report.written.to.is_empty() {
        bail!("reports.{}.to: it goes nowhere; --output FOLDER writes its files", report.name());
    }
    let runner = Runner::new(catalog.clone());
    let run = runner.ask_for(report.name(), at).await?;
    let name = run.run.clone();
    match runner.run(report, run).await? {
        Some(run) if run.status == "done" => {}
        Some(run) => bail!("{}: {} (a running server tries it again)", run.run, run.error),
        None => println!("{name}: a running server has taken it"),
    }
    for delivery in catalog.store.report_deliveries(&[&name]).await? {
        let reason = if delivery.error.is_empty() { "" } else { ": " };
        println!("{}: {}{reason}{}", delivery.destination, delivery.status, delivery.error);
    }
    Ok(())
}
