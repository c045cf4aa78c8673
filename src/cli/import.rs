//! `import webhooks`: recorded bodies through the same journal and the same normalization. What else can
//! be imported has files of its own.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::Context;
use bytes::Bytes;
use clap::{Args, Subcommand};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use indicatif::ProgressBar;
use serde_json::value::RawValue;

use super::audience;
use super::clock;
use super::import_conversions;
use super::import_spend;
use super::importing::{self, Importing};
use super::progress;
use super::session::Session;
use crate::config::Settings;
use crate::domain::DecimalMark;
use crate::journal::{Envelope, EnvelopeKind, Journal};

/// Lines whose journaling is waited for at once: they share a sync.
const AT_ONCE: usize = 1024;
/// Bytes of one line at most; a webhook has at most a thousand items.
const LONGEST_LINE: usize = crate::collector::BODY_LIMIT;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Import recorded webhook bodies, exactly as Meta posts them, one a line
    ///
    /// They go through the same journal and normalization; when it ends with 0 everything can be queried.
    Webhooks {
        /// Files, or - for standard input
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Import a customer list that was uploaded to Meta for matching; only hashes are stored
    ///
    /// Phone numbers, e-mail addresses or their SHA-256, one or more a line.
    Audience {
        /// Files, or - for standard input
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Its name
        #[arg(long)]
        name: String,
    },
    /// Import conversions from elsewhere
    ///
    /// CSV with a header, XLSX or JSON lines: the fields of POST /api/v1/conversions.
    Conversions {
        /// Files, or - for standard input
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// What stands before decimals, if a file leaves it open: point or comma
        #[arg(long, value_name = "MARK", value_parser = importing::decimal_mark)]
        decimal_mark: Option<DecimalMark>,
    },
    /// Import what ads cost, by ad and day
    ///
    /// CSV or XLSX as Ads Manager exports it, in five languages, or JSON lines as the Marketing API gives them.
    Spend(import_spend::ImportSpendArgs),
}

/// `import`.
pub(super) async fn run(settings: Settings, args: ImportArgs) -> anyhow::Result<()> {
    let files = match args.what {
        What::Webhooks { files } => files,
        What::Audience { files, name } => return audience::import(settings, &files, &name).await,
        What::Conversions { files, decimal_mark } => {
            return import_conversions::run(settings, &files, decimal_mark).await;
        }
        What::Spend(args) => return import_spend::run(settings, args).await,
    };
    // What cannot be opened is said before anything is imported.
    for file in files.iter().filter(|file| file.as_os_str() != "-") {
        File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    let session = Session::open(&settings).await?;
    let outcome = import(&session, &settings, &files).await;
    session.close().await;
    let Imported { bodies, failures } = outcome?;
    println!("imported {bodies} webhooks");
    importing::tell(&failures)
}

#[derive(Default)]
struct Imported {
    bodies: u64,
    failures: Vec<String>,
}

/// Imports webhooks.
async fn import(
    session: &Session,
    settings: &Settings,
    files: &[PathBuf],
) -> anyhow::Result<Imported> {
    let importing = Importing::begin(session, settings).await?;
    let counter = progress::counter("webhooks");
    let mut imported = Imported::default();
    let mut outcome = Ok(());
    for file in files {
        outcome = read_file(file, &importing.journal, &counter, &mut imported).await;
        if outcome.is_err() {
            break;
        }
    }
    counter.set_message("waiting for ClickHouse");
    importing.finish(outcome).await?;
    counter.finish_and_clear();
    Ok(imported)
}

async fn read_file(
    path: &Path,
    journal: &Journal,
    counter: &ProgressBar,
    imported: &mut Imported,
) -> anyhow::Result<()> {
    let name =
        if path.as_os_str() == "-" { "standard input".into() } else { path.display().to_string() };
    let mut lines: Box<dyn BufRead> = if path.as_os_str() == "-" {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
        Box::new(BufReader::with_capacity(1 << 20, file))
    };
    let mut writing = FuturesUnordered::new();
    let mut line = Vec::new();
    let mut number = 0_u64;
    loop {
        line.clear();
        let length =
            lines.read_until(b'\n', &mut line).with_context(|| format!("reading {name}"))?;
        if length == 0 {
            break;
        }
        number += 1;
        let body = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line).trim_ascii();
        if body.is_empty() {
            continue;
        }
        let bodies = match bodies(body) {
            Ok(bodies) => bodies,
            Err(reason) => {
                imported.failures.push(format!("{name}, line {number}: {reason}"));
                continue;
            }
        };
        for body in bodies {
            let received_at_ms = clock::now();
            writing.push(journal.append(Envelope {
                kind: EnvelopeKind::Webhook,
                received_at_ms,
                body,
            }));
        }
        if writing.len() >= AT_ONCE {
            wait_for(&mut writing, AT_ONCE / 2, imported, counter).await?;
        }
    }
    wait_for(&mut writing, 0, imported, counter).await
}

/// The bodies in a line: the one that it is, or those of a list.
fn bodies(line: &[u8]) -> Result<Vec<Bytes>, String> {
    if line.len() > LONGEST_LINE {
        return Err(format!("longer than {LONGEST_LINE} bytes"));
    }
    let not_json = |error| format!("not JSON: {error}");
    let no_body = || "a webhook body is a JSON object".to_owned();
    if line.starts_with(b"[") {
        let list: Vec<&RawValue> = serde_json::from_slice(line).map_err(not_json)?;
        let bodies = list.into_iter().map(|body| {
            let is_body = body.get().starts_with('{');
            is_body.then(|| Bytes::copy_from_slice(body.get().as_bytes())).ok_or_else(no_body)
        });
        return bodies.collect();
    }
    serde_json::from_slice::<serde::de::IgnoredAny>(line).map_err(not_json)?;
    if line.starts_with(b"{") { Ok(vec![Bytes::copy_from_slice(line)]) } else { Err(no_body()) }
}

async fn wait_for<F>(
    writing: &mut FuturesUnordered<F>,
    left: usize,
    imported: &mut Imported,
    counter: &ProgressBar,
) -> anyhow::Result<()>
where
    F: Future<Output = Result<crate::journal::Position, crate::journal::JournalError>>,
{
    while writing.len() > left
        && let Some(written) = writing.next().await
    {
        written?;
        imported.bodies += 1;
        counter.inc(1);
    }
    Ok(())
}
