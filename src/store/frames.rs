//! Frames out of ClickHouse and into it, as Arrow.

use std::io::Cursor;

use bytes::Bytes;
use clickhouse::query::Query;
use polars::frame::DataFrame;
use polars::prelude::{DataType, IntoColumn, PolarsResult, TimeUnit, TimeZone};
use polars_io::ipc::{IpcStreamReader, IpcStreamWriter};
use polars_io::{SerReader, SerWriter};

use super::insert::{END_LIMIT, SEND_LIMIT};
use super::{Store, StoreError};

// What stands behind the statement is taken for data, a line break too.
const INSERT_FRAME: &str = include_str!("../../queries/insert_frame.sql");

impl Store {
    pub(super) async fn frame(&self, question: Query) -> Result<DataFrame, StoreError> {
        let mut cursor = question
            .with_setting("output_format_arrow_compression_method", "none")
            .fetch_bytes("ArrowStream")
            .map_err(|error| self.failed(error))?;
        let bytes = cursor.collect().await.map_err(|error| self.failed(error))?;
        IpcStreamReader::new(Cursor::new(bytes)).finish().map_err(|source| self.unexpected(source))
    }

    /// Inserts a frame as one block, its columns by their names; with the same `token` a second time
    /// it changes nothing.
    pub(super) async fn insert_frame(
        &self,
        table: &str,
        rows: &DataFrame,
        token: &str,
    ) -> Result<(), StoreError> {
        if rows.height() == 0 {
            return Ok(());
        }
        let bytes = arrow(rows).map_err(|source| self.unexpected(source))?;
        let mut insert = self
            .client
            .insert_formatted_with(INSERT_FRAME.trim_end())
            .with_setting("param_table", table)
            .with_setting("insert_deduplication_token", token)
            .with_setting("async_insert", "0")
            .with_setting("max_partitions_per_insert_block", "0")
            .with_timeouts(Some(SEND_LIMIT), Some(END_LIMIT));
        insert.send(Bytes::from(bytes)).await.map_err(|error| self.failed(error))?;
        insert.end().await.map_err(|error| self.failed(error))
    }

    fn unexpected(&self, source: polars::error::PolarsError) -> StoreError {
        StoreError::Answer { url: self.endpoint.url.clone(), source: Box::new(source) }
    }
}

/// The frame as an Arrow stream; milliseconds in columns of times become instants.
fn arrow(rows: &DataFrame) -> PolarsResult<Vec<u8>> {
    let mut rows = rows.clone();
    let names: Vec<String> = rows.columns().iter().map(|one| one.name().to_string()).collect();
    for name in names.iter().filter(|name| is_time(name)) {
        let instant = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));
        let times = rows.column(name)?.cast(&instant)?;
        rows.with_column(times.into_column())?;
    }
    rows.rechunk_mut_par();
    let mut bytes = Vec::new();
    IpcStreamWriter::new(&mut bytes).finish(&mut rows)?;
    Ok(bytes)
}

/// Whether a column of that name holds UTC milliseconds.
#[must_use]
fn is_time(column: &str) -> bool {
    column == "time" || column.ends_with("_at") || column.ends_with("_since")
}
