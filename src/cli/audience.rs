//! `import audience`: the phone numbers and e-mail addresses that were uploaded to Meta for customer
//! matching. Only hashes are stored.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use csv::ReaderBuilder;

use super::clock;
use super::importing;
use super::session::Session;
use crate::config::Settings;
use crate::domain::{as_contact_hash, contact_hash, decoded};

/// Rows that are told of when they hold nothing.
const TOLD: usize = 20;

/// `import audience`.
pub(super) async fn import(
    settings: Settings,
    files: &[PathBuf],
    name: &str,
) -> anyhow::Result<()> {
    let mut hashes = BTreeSet::new();
    let mut failures = Vec::new();
    for path in files {
        let (name, bytes) = importing::read(path)?;
        let text = decoded(&bytes).map_err(|why| anyhow!("{name}, {why}"))?;
        read(&text, &name, &mut hashes, &mut failures)?;
    }
    let hashes: Vec<String> = hashes.into_iter().collect();
    let session = Session::open(&settings).await?;
    let saved = session.store.save_audience(name, &hashes, clock::now()).await;
    session.close().await;
    saved?;
    println!("{} contacts in the audience {name:?}", hashes.len());
    if failures.is_empty() {
        return Ok(());
    }
    for failure in failures.iter().take(TOLD) {
        eprintln!("{failure}");
    }
    bail!("{} lines hold neither phone number, e-mail address nor hash", failures.len())
}

/// Takes whatever each row has of numbers, addresses and their hashes. The first row may be a header.
fn read(
    text: &str,
    place: &str,
    hashes: &mut BTreeSet<String>,
    failures: &mut Vec<String>,
) -> anyhow::Result<()> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    for (number, row) in reader.records().enumerate() {
        let row = row.with_context(|| place.to_owned())?;
        let line = row.position().map_or(0, csv::Position::line);
        let found: Vec<String> = row
            .iter()
            .filter_map(|cell| as_contact_hash(cell).or_else(|| contact_hash(cell)))
            .collect();
        if found.is_empty() && number > 0 {
            failures.push(format!("{place}, line {line}: neither number, address nor hash"));
        }
        hashes.extend(found);
    }
    Ok(())
}
