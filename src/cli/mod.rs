//! The command line. Each command is a file; what several need to reach the data is in
//! [`session`].

mod ads;
mod audience;
mod backup;
mod bootstrap_link;
mod clock;
mod configuration;
mod conversations;
mod cost;
mod demo;
mod doctor;
mod edition;
mod effective_settings;
mod erase;
mod feedback;
mod generate;
mod import;
mod import_conversions;
mod import_spend;
mod importing;
mod jobs;
mod journal;
mod link;
mod manual;
mod mcp;
mod page_names;
mod paths;
mod prepared;
mod progress;
mod read;
mod reload;
mod report;
mod roles;
mod serve;
mod session;
mod shipping;
mod spend;
mod stopping;
mod stored_events;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Runtime;
use tracing::Level;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::Settings;
use crate::insights::invalid_parameter::InvalidParameter;
use crate::jobs::SPAN;
use crate::store::engine::{self, EngineArgs};
use crate::{operations, private};

/// What holds for all commands.
pub const RULES: &str = "\
All commands work beside a running server and without one.

`--from` is inclusive, `--to` exclusive; both are dates (days in `time_zone`) or RFC 3339 instants. Without them it is the \
last 30 days.

Exit codes: 0, 1 (failed), 2 (bad usage).";

/// Funnel analytics for click-to-Messenger ads: from the ad to the purchase
#[derive(Debug, Parser)]
#[command(version, about, after_long_help = RULES)]
struct Cli {
    /// File with the settings [default: messenger-funnel.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Collect webhooks, ship them to ClickHouse, and show dashboard and API
    ///
    /// With `--role` a part of it, where several processes share the work on one ClickHouse server.
    Serve(roles::ServeArgs),
    /// Serve an embedded ClickHouse with months of synthetic traffic
    Demo(demo::DemoArgs),
    /// Bring the database to this version's schema
    ///
    /// `serve` does so by itself when it starts.
    Migrate,
    /// Import history from files
    Import(import::ImportArgs),
    /// Write synthetic webhook traffic, one body a line
    ///
    /// A fifth of the people write on WhatsApp, and ads come as Meta sends them since 2026, unless `--classic` says
    /// otherwise.
    Generate(generate::GenerateArgs),
    /// Look into the journal, or ship it again
    Journal(journal::JournalArgs),
    /// Register links, and see what came of them
    Link(link::LinkArgs),
    /// Pages and ad accounts that are looked at together and alone, such as those of one client
    Workspace(workspace::WorkspaceArgs),
    /// Make conversations again from all events, and see whether anything differs
    Conversations(conversations::ConversationsArgs),
    /// What ads cost: read it from Meta
    Spend(spend::SpendArgs),
    /// Show what ads, links or entry points cost, and what each stage cost
    ///
    /// `--by` takes `campaign`, `ad_set`, `ad`, `placement`, `link` and `source`.
    Ads(ads::AdsArgs),
    /// Costs that no ad account tells: print runs, links, sponsored messages
    Cost(cost::CostArgs),
    /// Tell Meta of conversions: show what would be sent, or send it
    ///
    /// `serve` sends by itself if `feedback.send` says so.
    ExportConversions(feedback::FeedbackArgs),
    /// Erase everything that is stored of one person
    ///
    /// It goes from the disk too: from ClickHouse's files, the journal and the files of reports.
    Erase(erase::EraseArgs),
    /// Copy everything that is stored into a folder
    ///
    /// Works beside a running server and stops nothing.
    Backup(backup::BackupArgs),
    /// Put a backup into an empty data folder and database
    Restore(backup::BackupArgs),
    /// Look at the settings; starts nothing
    Config(configuration::ConfigArgs),
    /// Look at everything that has to be right, and say what to do
    ///
    /// Settings, disk, ClickHouse, clocks and Meta's side: token, ad accounts, subscriptions, Get Started. Ends with 1
    /// if something is bad.
    Doctor(doctor::DoctorArgs),
    /// Show a funnel
    Funnel(read::FunnelArgs),
    /// Scheduled reports: what there is, and runs by hand
    Report(report::ReportArgs),
    /// Show which sources deserve the credit for conversions
    Attribution(read::AttributionArgs),
    /// Answer an assistant on this machine: the Model Context Protocol over standard input and output
    ///
    /// Its tools are the questions of the API, and change nothing. `serve` has the same at `/mcp`.
    Mcp(mcp::McpArgs),
    /// Write the completions of a shell to standard output
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the man page, or with a folder one for each command
    Man {
        /// Where to
        #[arg(long, value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
    /// Become the embedded ClickHouse engine
    #[command(hide = true)]
    Engine(EngineArgs),
}

/// The command line, for its documents.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    // Ends with code 2 and a usage message if the arguments make no sense.
    let cli = Cli::parse();
    // Man pages are for everybody; what else is written tells of people.
    if !matches!(cli.command, Command::Man { .. } | Command::Generate(_)) {
        private::by_default();
    }
    if let Command::Engine(args) = &cli.command {
        return run_engine(args);
    }
    crate::meta::choose_cryptography();
    match in_a_runtime(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", with_causes(&error));
            let is_usage = error.is::<InvalidParameter>() || error.is::<crate::domain::LinkError>();
            ExitCode::from(if is_usage { 2 } else { 1 })
        }
    }
}

/// Runs a command with a log, and traces if somebody wants them.
fn in_a_runtime(cli: Cli) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let traces = operations::traces(runtime.handle().clone())?;
    start_log(traces.as_ref());
    let done = run_command(cli, &runtime);
    if let Some(Err(error)) = traces.map(|traces| traces.shutdown()) {
        tracing::warn!(%error, "the last traces were not taken");
    }
    done
}

/// An error and its causes, those left out that the error itself has told.
fn with_causes(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}

fn run_engine(args: &EngineArgs) -> ExitCode {
    match engine::run_in_this_process(args) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: the engine cannot run: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run_command(cli: Cli, runtime: &Runtime) -> anyhow::Result<ExitCode> {
    if let Command::Generate(args) = cli.command {
        return generate::run(&args).map(|()| ExitCode::SUCCESS);
    }
    match &cli.command {
        Command::Completions { shell } => return Ok(manual::completions::<Cli>(*shell)),
        Command::Man { folder } => return manual::pages::<Cli>(folder.as_deref()),
        Command::Config(args) => return configuration::run(cli.config.as_deref(), args),
        _ => {}
    }
    let settings = Settings::load(cli.config.as_deref())?;
    runtime.block_on(async {
        let done = match cli.command {
            Command::Doctor(args) => return doctor::run(settings, args).await,
            Command::Serve(args) => Box::pin(serve::run(cli.config, settings, args)).await,
            Command::Demo(args) => Box::pin(demo::run(settings, args)).await,
            Command::Migrate => stored_events::migrate(settings).await,
            Command::Import(args) => Box::pin(import::run(settings, args)).await,
            Command::Journal(args) => journal::run(settings, args).await,
            Command::Link(args) => link::run(settings, args).await,
            Command::Workspace(args) => workspace::run(settings, args).await,
            Command::Conversations(args) => conversations::run(settings, args).await,
            Command::Spend(args) => spend::run(settings, args).await,
            Command::Ads(args) => Box::pin(ads::run(settings, args)).await,
            Command::Cost(args) => cost::run(settings, args).await,
            Command::ExportConversions(args) => feedback::run(settings, args).await,
            Command::Backup(args) => backup::backup(settings, args).await,
            Command::Restore(args) => Box::pin(backup::restore(settings, args)).await,
            Command::Erase(args) => erase::run(settings, args).await,
            Command::Funnel(args) => read::funnel(settings, args).await,
            Command::Report(args) => report::run(settings, args).await,
            Command::Attribution(args) => read::attribution(settings, args).await,
            Command::Mcp(args) => Box::pin(mcp::run(settings, args)).await,
            Command::Generate(_)
            | Command::Completions { .. }
            | Command::Man { .. }
            | Command::Config(_)
            | Command::Engine(_) => Ok(()),
        };
        done.map(|()| ExitCode::SUCCESS)
    })
}

/// Logs go to standard error, as `RUST_LOG` asks; as JSON if `MESSENGER_FUNNEL_LOG=json`.
fn start_log(traces: Option<&SdkTracerProvider>) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // It tells what assistants ask, and that may name a person.
    let quiet =
        filter_fn(|told| !told.target().starts_with("rmcp") || *told.level() == Level::ERROR);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if std::env::var_os("MESSENGER_FUNNEL_LOG").is_some_and(|form| form == "json") {
        lines.json().boxed()
    } else {
        lines.with_target(false).boxed()
    };
    let traces = traces.map(|traces| {
        // A job's span lasts as long as the process: it is for the log.
        let ends = filter_fn(|span| span.name() != SPAN);
        let traces = traces.tracer(env!("CARGO_PKG_NAME"));
        tracing_opentelemetry::layer().with_tracer(traces).with_filter(ends)
    });
    tracing_subscriber::registry().with(filter).with(quiet).with(lines).with(traces).init();
}
