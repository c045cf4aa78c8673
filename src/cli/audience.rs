//! `import audience`: the phone numbers and e-mail addresses that were uploaded to Meta for customer
//! matching. Only hashes are stored.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, bail};
use csv::ReaderBuilder;

use super::clock;
use super::session::Session;
use crate::config::Settings;
use crate::domain::{as_contact_hash, contact_hash};

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
        let place = || path.display().to_string();
        if path.as_os_str() == "-" {
            read(std::io::stdin(), "standard input", &mut hashes, &mut failures)?;
        } else {
            let file = File::open(path).with_context(place)?;
            read(file, &place(), &mut hashes, &mut failures)?;
        }
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
    input: impl Read,
    place: &str,
    hashes: &mut BTreeSet<String>,
    failures: &mut Vec<String>,
) -> anyhow::Result<()> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
    for (number, row) in reader.byte_records().enumerate() {
        let row = row.with_context(|| place.to_owned())?;
        let line = row.position().map_or(0, csv::Position::line);
        let cells = row.iter().map(String::from_utf8_lossy);
        let found: Vec<String> = cells
            .filter_map(|cell| as_contact_hash(&cell).or_else(|| contact_hash(&cell)))
            .collect();
        if found.is_empty() && number > 0 {
            failures.push(format!("{place}, line {line}: neither number, address nor hash"));
        }
        hashes.extend(found);
    }
    Ok(())
}
