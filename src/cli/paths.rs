//! Path files: the CSV that attribution libraries take.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use csv::{ReaderBuilder, StringRecord};
use flate2::read::MultiGzDecoder;
use polars_core::prelude::{Column, DataFrame};

use super::importing;
use crate::domain::decoded;

/// What stands between two channels.
const JOINT: &str = " > ";
/// What joins channels in other files. In names these are rare enough to be asked about, wherever they stand.
const ARROWS: [&str; 7] =
    [">", "\u{2192}", "\u{27f6}", "\u{21d2}", "\u{bb}", "\u{203a}", "\u{25b6}"];
/// What also stands in names: asked about where no path of the file has the joint.
const MARKS: [&str; 9] = ["|", ";", ",", "\t", " - ", " \u{2013} ", " / ", " + ", "--"];

/// The column of the channels.
const PATH: &str = "path";
/// Columns with numbers; only the first must be there.
const NUMBERS: [&str; 3] = ["total_conversions", "total_conversion_value", "total_null"];

/// The file as a frame of the columns [`PATH`] and [`NUMBERS`], and the line of each row. `said` stands between channels; if
/// nobody says it, it is [`JOINT`], and what looks like another one is refused.
///
/// # Errors
/// With the file, the line and the column that cannot be read.
pub(super) fn read(path: &Path, said: Option<&str>) -> anyhow::Result<(DataFrame, Vec<u64>)> {
    let (name, mut bytes) = importing::read(path)?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        let mut packed = MultiGzDecoder::new(bytes.as_slice());
        packed.read_to_end(&mut unpacked).with_context(|| format!("reading {name}"))?;
        bytes = unpacked;
    }
    let text = decoded(&bytes).map_err(|why| anyhow!("{name}, {why}"))?;
    table(&text, said).map_err(|error| anyhow!("{name}{error:#}"))
}

/// A path with [`JOINT`] between its channels, or why it is none.
fn joined(path: &str, said: Option<&str>) -> Result<String, String> {
    match said {
        Some(said) if said != JOINT => {
            if path.contains(JOINT) {
                return Err(format!("{path:?} has {JOINT:?} in a channel's name"));
            }
            let channels: Vec<&str> = path.split(said).map(str::trim).collect();
            if !path.is_empty() && channels.iter().any(|channel| channel.is_empty()) {
                return Err("a channel has no name".to_owned());
            }
            Ok(channels.join(JOINT))
        }
        _ => Ok(path.to_owned()),
    }
}

/// The first path in which something stands that may be another joint, and what.
fn other_joint(paths: &[String]) -> Option<(usize, &'static str, &str)> {
    let has_joint = paths.iter().any(|path| path.contains(JOINT));
    let marks = if has_joint { &[][..] } else { &MARKS };
    paths.iter().enumerate().find_map(|(row, path)| {
        // Empty channels are told of by themselves.
        let names = || path.split(JOINT).map(str::trim).filter(|name| name.len() > 1);
        // Most paths have nothing else, and files have millions.
        let is_plain = {
            let marks = path.bytes().filter(|byte| *byte == b'>').count();
            path.is_ascii() && marks == path.matches(JOINT).count()
        };
        let arrow = ARROWS.iter().filter(|_| !is_plain).find(|arrow| {
            let inside = |name: &str| {
                let name = name.trim_matches(|letter: char| arrow.contains(letter));
                name.contains(**arrow)
            };
            names().any(inside)
        });
        let found = arrow.or_else(|| marks.iter().find(|mark| path.contains(**mark)));
        found.map(|found| (row, *found, path.as_str()))
    })
}

/// Errors begin behind the file's name.
fn table(text: &str, said: Option<&str>) -> anyhow::Result<(DataFrame, Vec<u64>)> {
    // A line end at the very end too: then the reader's line is that behind the record's.
    let mut reader = ReaderBuilder::new()
        .trim(csv::Trim::All)
        .terminator(csv::Terminator::Any(b'\n'))
        .flexible(true)
        .from_reader(text.as_bytes().chain(&b"\n"[..]));
    let header = reader.headers().map_err(|error| anyhow!(": {error}"))?.clone();
    let place = |wanted: &str| header.iter().position(|name| name == wanted);
    let known = header.iter().collect::<Vec<_>>().join(", ");
    let (Some(path), Some(_)) = (place(PATH), place(NUMBERS[0])) else {
        bail!(", line 1: there must be columns {PATH} and {}, here are: {known}", NUMBERS[0]);
    };
    let places = NUMBERS.map(place);
    let mut paths: Vec<String> = Vec::new();
    let mut numbers: [Vec<f64>; 3] = Default::default();
    let mut lines = Vec::new();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| anyhow!(": {error}"))? {
        let line = reader.position().line() - 1;
        if record.len() == 1 && record.get(0) == Some("") {
            continue;
        }
        if record.len() != header.len() {
            bail!(", line {line}: {} columns, the header has {}", record.len(), header.len());
        }
        let joined = joined(record.get(path).unwrap_or_default(), said);
        paths.push(joined.map_err(|why| anyhow!(", line {line}: {PATH}: {why}"))?);
        for (index, name) in NUMBERS.iter().enumerate() {
            let text = places[index].and_then(|place| record.get(place)).unwrap_or_default();
            let number = if text.is_empty() { Ok(0.0) } else { text.parse() };
            let number =
                number.map_err(|_| anyhow!(", line {line}: {name}: {text:?} is no number"))?;
            numbers[index].push(number);
        }
        lines.push(line);
    }
    if said.is_none()
        && let Some((row, mark, path)) = other_joint(&paths)
    {
        bail!(
            ", line {}: {PATH}: {path:?}: channels are joined by {JOINT:?}, with blanks; if {mark:?} joins them, \
             say --path-separator {mark:?}; if it is part of a name, say --path-separator {JOINT:?}",
            lines[row]
        );
    }
    let mut columns = vec![Column::new(PATH.into(), paths)];
    let numbers = NUMBERS.into_iter().zip(numbers);
    columns.extend(numbers.map(|(name, numbers)| Column::new(name.into(), numbers)));
    Ok((DataFrame::new(lines.len(), columns)?, lines))
}
