//! A frame as CSV (RFC 4180: CRLF, UTF-8), Parquet, or an Arrow stream.

use csv::{Terminator, WriterBuilder};
use polars::error::PolarsResult;
use polars::frame::DataFrame;
use polars::prelude::{AnyValue, Column};
use polars_io::SerWriter;
use polars_io::ipc::IpcStreamWriter;
use polars_io::parquet::write::ParquetWriter;

use crate::domain::Timestamp;

/// Its column names, then its rows. What a spreadsheet would take for a formula is defused.
#[must_use]
pub fn csv(frame: &DataFrame) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let columns = frame.columns();
    let mut write = |row: Vec<String>| {
        // Writing into memory fails only on rows of different lengths, which these are not.
        if let Err(error) = writer.write_record(row) {
            tracing::error!(%error, "a CSV row was left out");
        }
    };
    write(columns.iter().map(|column| column.name().to_string()).collect());
    for row in 0..frame.height() {
        write(columns.iter().map(|column| cell(column, row)).collect());
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn cell(column: &Column, row: usize) -> String {
    match column.get(row) {
        Err(_) | Ok(AnyValue::Null) => String::new(),
        Ok(AnyValue::String(text)) => defused(text),
        Ok(AnyValue::StringOwned(text)) => defused(&text),
        Ok(AnyValue::Datetime(time, ..) | AnyValue::DatetimeOwned(time, ..)) => {
            Timestamp(time).to_rfc3339()
        }
        Ok(AnyValue::Float64(number)) => number.to_string(),
        Ok(other) => other.to_string(),
    }
}

/// Compressed by zstd, with the columns' types.
///
/// # Errors
/// If a column is of a type that Parquet has not.
pub fn parquet(frame: &DataFrame) -> PolarsResult<Vec<u8>> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame.clone())?;
    Ok(bytes)
}

/// As the Arrow IPC streaming format.
///
/// # Errors
/// If a column is of a type that Arrow has not.
pub fn arrow(frame: &DataFrame) -> PolarsResult<Vec<u8>> {
    let mut frame = frame.clone();
    frame.rechunk_mut_par();
    let mut bytes = Vec::new();
    IpcStreamWriter::new(&mut bytes).finish(&mut frame)?;
    Ok(bytes)
}

/// What a spreadsheet would take for a formula gets an apostrophe in front; a ref is text that
/// anybody can write.
fn defused(text: &str) -> String {
    // A negative number is none.
    let is_number = text.strip_prefix('-').is_some_and(|rest| rest.parse::<f64>().is_ok());
    if !is_number && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use polars_io::SerReader;
    use polars_io::ipc::IpcStreamReader;
    use polars_io::parquet::read::ParquetReader;

    use super::*;
    use crate::views::frames::Columns;

    struct Row(&'static str, Option<f64>, u64);

    const ROWS: [Row; 3] = [
        Row("=HYPERLINK(\"x\")", Some(0.5), 1_795_168_800_000),
        Row("a,b", None, 0),
        Row("", None, 7),
    ];

    fn frame() -> DataFrame {
        Columns::of(&ROWS)
            .text("channel", |row| row.0)
            .number("value", |row| row.1)
            .count("count", |row| row.2)
            .flag("is_large", |row| row.2 > 7)
            .date("day", |_| "2026-11-20")
            .instant("at", |row| row.2.cast_signed())
            .done()
    }

    #[test]
    fn formulas_are_defused_and_quotes_doubled() {
        assert_eq!(
            csv(&frame()),
            "channel,value,count,is_large,day,at\r\n\
             \"'=HYPERLINK(\"\"x\"\")\",0.5,1795168800000,true,2026-11-20,2026-11-20T10:00:00.000Z\r\n\
             \"a,b\",,0,false,2026-11-20,1970-01-01T00:00:00.000Z\r\n\
             ,,7,false,2026-11-20,1970-01-01T00:00:00.007Z\r\n"
        );
    }

    #[test]
    fn what_is_written_is_read_back_with_its_types() {
        let frame = frame();
        let bytes = parquet(&frame).unwrap();
        let back = ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap();
        assert!(back.equals_missing(&frame), "{back}");
        assert_eq!(back.schema(), frame.schema());
        let bytes = arrow(&frame).unwrap();
        let back = IpcStreamReader::new(std::io::Cursor::new(bytes)).finish().unwrap();
        assert!(back.equals_missing(&frame), "{back}");
        // Without rows there are still columns.
        let none = frame.slice(0, 0);
        let bytes = parquet(&none).unwrap();
        let back = ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap();
        assert_eq!(back.schema(), frame.schema());
    }
}
