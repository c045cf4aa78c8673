//! A file as rows of cells: CSV with any usual separator, XLSX, or JSON lines.

use std::collections::BTreeSet;
use std::io::Cursor;

use anyhow::{Context, bail};
use calamine::{Data, Reader, Xlsx};
use csv::ReaderBuilder;
use serde_json::{Map, Value};

/// Rows before which the header is looked for: reports may begin with a title.
const PREAMBLE: usize = 15;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// A text, which may be that of a number.
    Text(String),
    /// A number or a date of a spreadsheet or of JSON, as a plain text.
    Plain(String),
}

impl Cell {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Plain(text) => text.trim(),
        }
    }
}

/// Rows with the line of the file (or the row of the sheet) that each stands in.
pub(super) type Rows = Vec<(u64, Vec<Cell>)>;

/// Where a table is, and its rows.
pub(super) struct Sheet {
    /// `line` of a text, `row` of a spreadsheet, with the sheet's name.
    pub unit: String,
    pub header: Vec<String>,
    pub rows: Rows,
}

/// Reads a file; `is_header` tells the header among the first rows.
pub(super) fn read(bytes: &[u8], is_header: impl Fn(&[String]) -> bool) -> anyhow::Result<Sheet> {
    if bytes.starts_with(b"PK\x03\x04") {
        return workbook(bytes, &is_header);
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        bail!("this is an old Excel file (.xls): save it as .xlsx or .csv");
    }
    let text = text(bytes)?;
    // With two signs at its end a line is counted wrong by the reader.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    if text.trim_start().starts_with('{') {
        return json_lines(&text);
    }
    let separator = separator(&text);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut rows = Rows::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        rows.push((line, record.iter().map(|cell| Cell::Text(cell.to_owned())).collect()));
    }
    below_header("line".to_owned(), rows, &is_header)
}

/// UTF-8, or what Excel calls Unicode text.
fn text(bytes: &[u8]) -> anyhow::Result<String> {
    let wide = |little: bool| {
        let units = bytes[2..].chunks_exact(2).map(|pair| {
            let pair = [pair[0], pair[1]];
            if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
        });
        char::decode_utf16(units).collect::<Result<String, _>>().context("it is not UTF-16 text")
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(true),
        [0xfe, 0xff, ..] => wide(false),
        _ => String::from_utf8(bytes.to_vec()).context("it is not UTF-8 text"),
    }
}

/// The separator that the first line has most of.
fn separator(text: &str) -> u8 {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: u8| line.bytes().filter(|byte| *byte == separator).count();
    // Of equals the last wins: a comma.
    [b'\t', b';', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

fn below_header(
    unit: String,
    mut rows: Rows,
    is_header: &impl Fn(&[String]) -> bool,
) -> anyhow::Result<Sheet> {
    let texts = |cells: &[Cell]| cells.iter().map(|cell| cell.text().to_owned()).collect();
    let found = rows.iter().take(PREAMBLE).position(|(_, cells)| {
        let header: Vec<String> = texts(cells);
        is_header(&header)
    });
    let at = found.unwrap_or(0);
    let Some((_, header)) = rows.get(at) else { bail!("it is empty") };
    let header: Vec<String> = texts(header);
    let mut rows = rows.split_off(at + 1);
    rows.retain(|(_, cells)| cells.iter().any(|cell| !cell.text().is_empty()));
    for (_, cells) in &mut rows {
        cells.resize(header.len().max(cells.len()), Cell::Text(String::new()));
    }
    Ok(Sheet { unit, header, rows })
}

/// The first sheet that has a header; else the first.
fn workbook(bytes: &[u8], is_header: &impl Fn(&[String]) -> bool) -> anyhow::Result<Sheet> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes))
        .context("it is no spreadsheet that can be read")?;
    let mut first = None;
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).with_context(|| format!("sheet {name:?}"))?;
        let above = u64::from(range.start().map_or(0, |(row, _)| row));
        let rows = range.rows().zip(above + 1..);
        let rows: Rows = rows.map(|(cells, row)| (row, cells.iter().map(cell).collect())).collect();
        let sheet = below_header(format!("sheet {name:?}, row"), rows, is_header);
        match sheet {
            Ok(sheet) if is_header(&sheet.header) => return Ok(sheet),
            sheet => drop(first.get_or_insert(sheet)),
        }
    }
    first.unwrap_or_else(|| bail!("it has no sheet"))
}

fn cell(data: &Data) -> Cell {
    match data {
        Data::Int(number) => Cell::Plain(number.to_string()),
        // A float holds no more digits: an id of 18 is another one by now.
        Data::Float(number) if number.abs() >= 9e15 => Cell::Plain(format!("{number:e}")),
        Data::Float(number) => Cell::Plain(number.to_string()),
        Data::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            Cell::Plain(format!("{year:04}-{month:02}-{day:02}"))
        }
        Data::DateTimeIso(time) => Cell::Plain(time.chars().take(10).collect()),
        other => Cell::Text(other.to_string()),
    }
}

/// Rows of JSON: the header is every key that any of them has.
fn json_lines(text: &str) -> anyhow::Result<Sheet> {
    let mut objects = Vec::new();
    let mut header = BTreeSet::new();
    for (number, line) in (1_u64..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let object: Map<String, Value> =
            serde_json::from_str(line).with_context(|| format!("line {number}"))?;
        header.extend(object.keys().cloned());
        objects.push((number, object));
    }
    let header: Vec<String> = header.into_iter().collect();
    let cell = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Cell::Plain(String::new()),
        Some(Value::String(text)) => Cell::Plain(text.clone()),
        Some(other) => Cell::Plain(other.to_string()),
    };
    let rows = objects.into_iter().map(|(number, object)| {
        (number, header.iter().map(|name| cell(object.get(name))).collect())
    });
    let rows = rows.collect();
    Ok(Sheet { unit: "line".to_owned(), header, rows })
}
