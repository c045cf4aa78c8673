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
use crate::domain::{DateOrder, DecimalMark, ReportedConversion, Timestamp};
use crate::normalize::{
    FieldError, FileStyle, REPORTED_FIELDS, read_reported, read_reported_row, reported_row,
};
use crate::sheet::{self, Cell, Items, Sheet};

/// `import conversions`.
pub(super) async fn run(
    settings: Settings,
    files: &[PathBuf],
    mark: Option<DecimalMark>,
) -> anyhow::Result<()> {
    let now = clock::now_timestamp();
    let mut found: Vec<ReportedConversion> = Vec::new();
    let mut failures: Vec<String> = Vec::new();
    for path in files {
        let (name, bytes) = importing::read(path)?;
        let read = rows(&bytes, &settings.time_zone, mark).with_context(|| name.clone())?;
        let Written { unit, rows, style } = read;
        for (place, item) in rows {
            let read = |item: Value| match &style {
                Some(style) => read_reported_row(&item, now, style),
                None => read_reported(&item, now),
            };
            match item.and_then(|item| read(item).map_err(|errors| told(&errors))) {
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

/// What a file holds.
struct Written {
    /// What its rows are counted by.
    unit: String,
    /// Rows with their places, each as an item or with the reason why it is none.
    rows: Rows,
    /// How a table writes amounts and times.
    style: Option<FileStyle>,
}

fn rows(bytes: &[u8], zone: &TimeZone, mark: Option<DecimalMark>) -> anyhow::Result<Written> {
    let read = if let Some(text) = sheet::json_text(bytes)? {
        let Items { unit, items } = sheet::items(&text)?;
        Written { unit: unit.to_owned(), rows: items, style: None }
    } else {
        table(&sheet::read(bytes, |_| true)?, zone, mark)?
    };
    if read.rows.is_empty() {
        bail!("there is no conversion in it");
    }
    Ok(read)
}

/// The texts of some columns; numbers of a spreadsheet are clear by themselves.
fn texts<'a>(
    sheet: &'a Sheet,
    names: &'a [String],
    wanted: [&str; 2],
) -> impl Iterator<Item = &'a str> {
    let place = |wanted: &str| names.iter().position(|name| name == wanted);
    let places: Vec<usize> = wanted.into_iter().filter_map(place).collect();
    sheet.rows.iter().flat_map(move |(_, cells)| {
        let cells = places.clone().into_iter().filter_map(|place| cells.get(place));
        cells.filter(|cell| matches!(cell, Cell::Text(_))).map(Cell::text)
    })
}

fn table(sheet: &Sheet, zone: &TimeZone, mark: Option<DecimalMark>) -> anyhow::Result<Written> {
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
                (name.clone(), (cell.text().to_owned(), matches!(cell, Cell::Plain(_))))
            });
            Ok(reported_row(texts.collect()))
        });
        rows.push((*place, cells));
    }
    let style = FileStyle {
        mark: mark.or_else(|| DecimalMark::of(texts(sheet, &names, ["value", "refunded"]))),
        order: DateOrder::of(texts(sheet, &names, ["time", "updated_at"])),
        zone: zone.clone(),
    };
    Ok(Written { unit: sheet.unit.clone(), rows, style: Some(style) })
}
