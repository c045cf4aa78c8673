//! `import conversions`: what others know of conversions, row by row as `POST /api/v1/conversions` takes
//! it item by item.

use std::path::PathBuf;

use anyhow::{Context, bail};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::clock;
use super::importing::{self, Importing};
use super::progress;
use super::session::Session;
use crate::config::Settings;
use crate::conversions::{self, MOST_ITEMS};
use crate::domain::{ReportedConversion, Timestamp};
use crate::normalize::{FieldError, REPORTED_FIELDS, read_reported, reported_row};
use crate::sheet::{self, Cell, Items, Sheet};

/// `import conversions`.
pub(super) async fn run(settings: Settings, files: &[PathBuf]) -> anyhow::Result<()> {
    let now = clock::now_timestamp();
    let mut found: Vec<ReportedConversion> = Vec::new();
    let mut failures: Vec<String> = Vec::new();
    for path in files {
        let (name, bytes) = importing::read(path)?;
        let (unit, rows) = rows(&bytes, &settings.time_zone).with_context(|| name.clone())?;
        for (place, item) in rows {
            let read =
                item.and_then(|item| read_reported(&item, now).map_err(|errors| told(&errors)));
            match read {
                Ok(conversion) => found.push(conversion),
                Err(reason) => failures.push(format!("{name}, {unit} {place}: {reason}")),
            }
        }
    }
    let session = Session::open(&settings).await?;
    let outcome = import(&session, &settings, found, now).await;
    session.close().await;
    let imported = outcome?;
    println!("imported {imported} conversions");
    importing::tell(&failures)
}

async fn import(
    session: &Session,
    settings: &Settings,
    mut found: Vec<ReportedConversion>,
    now: Timestamp,
) -> anyhow::Result<usize> {
    // A clock that was put back must not have what is said now stand behind what was said before.
    let received_at = Timestamp(now.0.max(session.store.latest_report().await?.saturating_add(1)));
    for one in found.iter_mut().filter(|one| one.version == now) {
        one.version = received_at;
    }
    let importing = Importing::begin(session, settings).await?;
    let bar = progress::bar(found.len() as u64, "conversions");
    let mut outcome = Ok(());
    for part in found.chunks(MOST_ITEMS) {
        outcome = conversions::journal(&importing.journal, part, received_at).await;
        if outcome.is_err() {
            break;
        }
        bar.inc(part.len() as u64);
    }
    importing.finish(outcome.map_err(Into::into)).await?;
    bar.finish_and_clear();
    Ok(found.len())
}

fn told(errors: &[FieldError]) -> String {
    let told = errors.iter().map(|error| match error.field.as_str() {
        "" => error.reason.clone(),
        field => format!("{field}: {}", error.reason),
    });
    told.collect::<Vec<_>>().join("; ")
}

type Rows = Vec<(u64, Result<Value, String>)>;

/// The rows of a file with their places, each as an item or with the reason why it is none; and what they
/// are counted by.
fn rows(bytes: &[u8], zone: &TimeZone) -> anyhow::Result<(String, Rows)> {
    let (unit, rows) = if let Some(text) = sheet::json_text(bytes) {
        let Items { unit, items } = sheet::items(&text)?;
        (unit.to_owned(), items)
    } else {
        table(&sheet::read(bytes, |_| true)?, zone)?
    };
    if rows.is_empty() {
        bail!("there is no conversion in it");
    }
    Ok((unit, rows))
}

/// A day or a time of day as spreadsheets have them, which is one of our zone; others as they are.
fn in_zone(text: &str, zone: &TimeZone) -> String {
    let is_instant = text.parse::<jiff::Timestamp>().is_ok();
    let local = text.parse::<jiff::civil::DateTime>().ok().filter(|_| !is_instant);
    let zoned = local.and_then(|local| local.to_zoned_datetime(zone.clone()).ok());
    zoned.map_or_else(|| text.to_owned(), |zoned| zoned.timestamp().to_string())
}

fn table(sheet: &Sheet, zone: &TimeZone) -> anyhow::Result<(String, Rows)> {
    let names: Vec<String> = sheet.header.iter().map(|name| name.to_lowercase()).collect();
    let is_unknown = |name: &str| !REPORTED_FIELDS.contains(&name);
    if let Some(at) = names.iter().position(|name| is_unknown(name)) {
        // Without a header this is a person's row: only what looks like a name is repeated.
        let is_name = names[at].bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let name = if is_name { format!("field {:?}", names[at]) } else { "such field".to_owned() };
        let known = REPORTED_FIELDS.join(", ");
        bail!("line 1, column {}: there is no {name}; known are {known}", at + 1);
    }
    if let Some(at) = (1..names.len()).find(|at| names[..*at].contains(&names[*at])) {
        bail!("line 1, column {}: the field {:?} is there twice", at + 1, names[at]);
    }
    let mut rows = Rows::new();
    for (place, cells) in &sheet.rows {
        let cells = sheet.checked(cells).and_then(|cells| {
            if let Some(at) = cells.iter().position(|cell| matches!(cell, Cell::Rounded(_))) {
                let told = "a number of this size has lost digits: format the column as text";
                return Err(format!("{}: {told}", names[at]));
            }
            let texts = names.iter().zip(cells).map(|(name, cell)| {
                let is_time = matches!(name.as_str(), "time" | "updated_at");
                let text = cell.text();
                (name.clone(), if is_time { in_zone(text, zone) } else { text.to_owned() })
            });
            Ok(reported_row(texts.collect()))
        });
        rows.push((*place, cells));
    }
    Ok((sheet.unit.clone(), rows))
}
