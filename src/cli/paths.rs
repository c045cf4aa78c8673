//! Path files: the CSV that attribution libraries take.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use csv::{ReaderBuilder, StringRecord};
use flate2::read::MultiGzDecoder;
use polars_core::prelude::{Column, DataFrame};

/// The column of the channels.
const PATH: &str = "path";
/// Columns with numbers; only the first must be there.
const NUMBERS: [&str; 3] = ["total_conversions", "total_conversion_value", "total_null"];

/// The file as a frame of the columns [`PATH`] and [`NUMBERS`], and the line of each row.
///
/// # Errors
/// With the file, the line and the column that cannot be read.
pub(super) fn read(path: &Path) -> anyhow::Result<(DataFrame, Vec<u64>)> {
    let name =
        if path.as_os_str() == "-" { "standard input".into() } else { path.to_string_lossy() };
    let input: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).with_context(|| format!("cannot read {name}"))?)
    };
    let mut input = BufReader::with_capacity(1 << 20, input);
    let start = input.fill_buf().with_context(|| format!("reading {name}"))?;
    let input: Box<dyn Read> = if start.starts_with(&[0x1f, 0x8b]) {
        Box::new(MultiGzDecoder::new(input))
    } else {
        Box::new(input)
    };
    table(input).map_err(|error| anyhow!("{name}{error:#}"))
}

/// Whether what may be a joint stands between two names.
fn is_joined_without_blanks(path: &str) -> bool {
    path.as_bytes().windows(3).any(|three| three[1] == b'>' && three[0] > b' ' && three[2] > b' ')
}

/// Errors begin behind the file's name.
fn table(input: impl Read) -> anyhow::Result<(DataFrame, Vec<u64>)> {
    // One line end, and one at the very end too: then the reader's line is that behind the record's.
    let mut reader = ReaderBuilder::new()
        .trim(csv::Trim::All)
        .terminator(csv::Terminator::Any(b'\n'))
        .flexible(true)
        .from_reader(input.chain(&b"\n"[..]));
    let header = reader.headers().map_err(|error| anyhow!(": {error}"))?.clone();
    let place =
        |wanted: &str| header.iter().position(|name| name.trim_start_matches('\u{feff}') == wanted);
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
        paths.push(record.get(path).unwrap_or_default().to_owned());
        for (index, name) in NUMBERS.iter().enumerate() {
            let text = places[index].and_then(|place| record.get(place)).unwrap_or_default();
            let number = if text.is_empty() { Ok(0.0) } else { text.parse() };
            let number =
                number.map_err(|_| anyhow!(", line {line}: {name}: {text:?} is no number"))?;
            numbers[index].push(number);
        }
        lines.push(line);
    }
    if !paths.iter().any(|path| path.contains(" > "))
        && let Some(first) = paths.iter().position(|path| is_joined_without_blanks(path))
    {
        let (line, path) = (lines[first], &paths[first]);
        bail!(", line {line}: {PATH}: {path:?}: channels are joined by \" > \", with blanks");
    }
    let mut columns = vec![Column::new(PATH.into(), paths)];
    let numbers = NUMBERS.into_iter().zip(numbers);
    columns.extend(numbers.map(|(name, numbers)| Column::new(name.into(), numbers)));
    Ok((DataFrame::new(lines.len(), columns)?, lines))
}
