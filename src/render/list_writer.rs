//! A list written as its rows come, in any form that has rows.

use std::io::Write;

use polars_core::frame::DataFrame;

use super::frames::encode::Encoder;
use crate::insights::csv_style::CsvStyle;
use crate::insights::error::AnswerError;
use crate::insights::format::Format;
use crate::store::{Listed, Rows};

/// Rows that are in memory at once while a list is written. Those of Parquet and Arrow stay together in the file, and
/// are read faster in large groups.
fn rows_at_once(format: Format) -> usize {
    if matches!(format, Format::Parquet | Format::Arrow) { 16_000 } else { 4_000 }
}

/// Writes a list as its rows come; how many there were.
///
/// # Errors
/// If ClickHouse fails under way, or the rows cannot be written.
pub(crate) async fn write_list<R: Listed, W: Write + Send + 'static>(
    format: Format,
    style: &CsvStyle,
    mut rows: Rows<R>,
    frame: fn(&[R]) -> DataFrame,
    into: W,
) -> Result<u64, AnswerError> {
    let unwritten =
        |error: polars_core::error::PolarsError| AnswerError::Unwritten(error.to_string());
    let cut_off = |error: tokio::task::JoinError| AnswerError::CutOff(error.to_string());
    let mut count = 0;
    let style = style.clone();
    let begun =
        tokio::task::spawn_blocking(move || Encoder::new(format, &style, &frame(&[]), into));
    let mut encoder = begun.await.map_err(cut_off)?.map_err(unwritten)?;
    loop {
        let batch = rows.next(rows_at_once(format)).await?;
        if batch.is_empty() {
            break;
        }
        count += batch.len() as u64;
        let written = tokio::task::spawn_blocking(move || {
            encoder.write(&frame(&batch))?;
            Ok(encoder)
        });
        encoder = written.await.map_err(cut_off)?.map_err(unwritten)?;
    }
    let finished = tokio::task::spawn_blocking(move || encoder.finish());
    finished.await.map_err(cut_off)?.map_err(unwritten)?;
    Ok(count)
}
