//! CSV.

use anyhow::Context;
use csv::ReaderBuilder;

use super::{Cell, Rows, Sheet};

/// UTF-8, or what Excel calls Unicode text, without its mark and with plain ends of lines.
pub(super) fn decode(bytes: &[u8]) -> anyhow::Result<String> {
    let wide = |little: bool| {
        let units = bytes[2..].chunks_exact(2).map(|pair| {
            let pair = [pair[0], pair[1]];
            if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
        });
        char::decode_utf16(units).collect::<Result<String, _>>().context("it is not UTF-16 text")
    };
    let text = match bytes {
        [0xff, 0xfe, ..] => wide(true)?,
        [0xfe, 0xff, ..] => wide(false)?,
        _ => String::from_utf8(bytes.to_vec()).context("it is not UTF-8 text")?,
    };
    // With two signs at its end a line is counted wrong by the reader.
    Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
}

pub(super) fn read(text: &str, is_header: &impl Fn(&[String]) -> bool) -> anyhow::Result<Sheet> {
    let separator = separator(text);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut rows = Rows::new();
    for record in reader.records() {
        let record = record?;
        // Where a record begins is told before the blank lines above it.
        let line = record.position().map_or(0, |position| {
            let begin = usize::try_from(position.byte()).unwrap_or(0);
            let blank = text.as_bytes()[begin.min(text.len())..].iter();
            position.line() + blank.take_while(|byte| **byte == b'\n').count() as u64
        });
        rows.push((line, record.iter().map(|cell| Cell::Text(cell.to_owned())).collect()));
    }
    let sheet = Sheet::below_header("line".to_owned(), rows, is_header)?;
    Ok(Sheet { separator: Some(separator), ..sheet })
}

/// The separator that any of the first lines has most of: a title may stand above.
fn separator(text: &str) -> u8 {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).take(super::PREAMBLE);
    let count = |separator: u8| {
        let of_line = |line: &str| line.bytes().filter(|byte| *byte == separator).count();
        lines.clone().map(of_line).max().unwrap_or(0)
    };
    // Of equals the last wins: a comma.
    [b'\t', b';', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}
