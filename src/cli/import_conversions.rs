//! `import conversions`: what others know of conversions, row by row as `POST /api/v1/conversions` takes
//! it item by item.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, bail};
use csv::ReaderBuilder;
use serde_json::Value;

use super::importing::{self, Importing};
use super::progress;
use super::session::{self, Session};
use crate::config::Settings;
use crate::conversions::{self, MOST_ITEMS};
use crate::domain::ReportedConversion;
use crate::normalize::{FieldError, REPORTED_FIELDS, read_reported, reported_row};

/// `import conversions`.
pub(super) async fn run(settings: Settings, files: &[PathBuf]) -> anyhow::Result<()> {
    let now = session::now_timestamp();
    let mut found: Vec<ReportedConversion> = Vec::new();
    let mut failures: Vec<String> = Vec::new();
    for path in files {
        let name = if path.as_os_str() == "-" {
            "standard input".to_owned()
        } else {
            path.display().to_string()
        };
        for (line, item) in rows(path).with_context(|| name.clone())? {
            let read =
                item.and_then(|item| read_reported(&item, now).map_err(|errors| told(&errors)));
            match read {
                Ok(conversion) => found.push(conversion),
                Err(reason) => failures.push(format!("{name}, line {line}: {reason}")),
            }
        }
    }
    let session = Session::open(&settings).await?;
    let outcome = import(&session, &settings, &found, now).await;
    session.close().await;
    outcome?;
    println!("imported {} conversions", found.len());
    importing::tell(&failures)
}

async fn import(
    session: &Session,
    settings: &Settings,
    found: &[ReportedConversion],
    now: crate::domain::Timestamp,
) -> anyhow::Result<()> {
    let importing = Importing::begin(session, settings)?;
    let bar = progress::bar(found.len() as u64, "conversions");
    let mut outcome = Ok(());
    for part in found.chunks(MOST_ITEMS) {
        outcome = conversions::journal(&importing.journal, part, now).await;
        if outcome.is_err() {
            break;
        }
        bar.inc(part.len() as u64);
    }
    importing.finish(outcome.map_err(Into::into)).await?;
    bar.finish_and_clear();
    Ok(())
}

fn told(errors: &[FieldError]) -> String {
    let told = errors.iter().map(|error| match error.field.as_str() {
        "" => error.reason.clone(),
        field => format!("{field}: {}", error.reason),
    });
    told.collect::<Vec<_>>().join("; ")
}

type Rows = Vec<(u64, Result<Value, String>)>;

/// The rows of a file with their lines, each as an item or with the reason why it is none.
fn rows(path: &std::path::Path) -> anyhow::Result<Rows> {
    let mut text = String::new();
    if path.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).context("it is not UTF-8 text")?;
    } else {
        File::open(path)?.read_to_string(&mut text).context("it is not UTF-8 text")?;
    }
    // With two signs at its end a line is counted wrong by the reader.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    if text.trim_start().starts_with('{') {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let read =
            |line: &str| serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"));
        return Ok(lines.map(|(number, line)| (number, read(line))).collect());
    }
    let first = text.lines().next().unwrap_or_default();
    let count = |letter: char| first.matches(letter).count();
    let separator = if count(';') > count(',') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    let names: Vec<String> = header.iter().map(str::to_lowercase).collect();
    if let Some(unknown) = names.iter().find(|name| !REPORTED_FIELDS.contains(&name.as_str())) {
        bail!("line 1: there is no field {unknown:?}; known are {}", REPORTED_FIELDS.join(", "));
    }
    let mut rows = Rows::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != names.len() {
            let told = format!("it has {} cells, the header {}", record.len(), names.len());
            rows.push((line, Err(told)));
            continue;
        }
        let cells = names.iter().cloned().zip(record.iter().map(str::to_owned));
        rows.push((line, Ok(reported_row(cells.collect()))));
    }
    Ok(rows)
}
