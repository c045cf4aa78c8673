//! Frames out of ClickHouse and into it, as Arrow.

use std::io::{self, Read, Seek, SeekFrom};

use bytes::Bytes;
use clickhouse::query::Query;
use polars_core::frame::DataFrame;
use polars_core::prelude::{
    Column, DataType, IntoColumn, PlSmallStr, PolarsError, PolarsResult, Scalar, TimeUnit, TimeZone,
};
use polars_io::ipc::{IpcStreamReader, IpcStreamWriter};
use polars_io::{SerReader, SerWriter};
use tokio::sync::mpsc;

use crate::store::client::Computing;
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::client::insert::{END_LIMIT, SEND_LIMIT};

// What stands behind the statement is taken for data, a line break too.
const INSERT_FRAME: &str = include_str!("../../../queries/ingest/insert_frame.sql");

impl Store {
    pub(in crate::store) async fn frame(&self, question: Query) -> Result<DataFrame, StoreError> {
        let mut cursor = question
            .with_setting("output_format_arrow_compression_method", "none")
            // Whatever the server's profile says: dictionaries are not read here.
            .with_setting("output_format_arrow_low_cardinality_as_dictionary", "0")
            .fetch_bytes("ArrowStream")
            .map_err(|error| self.failed(error))?;
        if self.computing == Computing::Here {
            let bytes = cursor.collect().await.map_err(|error| self.failed(error))?;
            let read = IpcStreamReader::new(io::Cursor::new(bytes)).set_rechunk(false).finish();
            return read.map_err(|source| self.unexpected(source));
        }
        // A thread is taken when there is something to read, not while ClickHouse computes.
        let first = cursor.next().await.map_err(|error| self.failed(error))?.unwrap_or_default();
        // It is read while it comes: never are all bytes and all of the frame in memory.
        let (taker, given) = mpsc::channel(CHUNKS);
        let reading = tokio::task::spawn_blocking(move || {
            let chunks = Chunks { given, now: first, at: 0 };
            IpcStreamReader::new(chunks).set_rechunk(false).finish()
        });
        let come = async {
            while let Some(bytes) = cursor.next().await? {
                if taker.send(bytes).await.is_err() {
                    break;
                }
            }
            drop(taker);
            Ok(())
        };
        let come = come.await;
        let read = reading.await;
        come.map_err(|error| self.failed(error))?;
        read.map_err(|error| self.unexpected(PolarsError::ComputeError(error.to_string().into())))?
            .map_err(|source| self.unexpected(source))
    }

    /// The frame of a statement without some columns, each of which stands in a line of its own and in which every
    /// row has an empty text. `ask` sets the statement's parameters.
    pub(in crate::store) async fn frame_without(
        &self,
        statement: &str,
        empty: &[&str],
        ask: impl FnOnce(Query) -> Query,
    ) -> Result<DataFrame, StoreError> {
        let column = |line: &str| {
            let line = line.strip_suffix(',').filter(|_| line.starts_with("    "))?;
            let name = line.rsplit(' ').next()?;
            empty.iter().find(|empty| **empty == name).copied()
        };
        let head = statement.lines().take_while(|line| !line.starts_with("FROM")).count();
        let (mut kept, mut left_out) = (Vec::new(), Vec::new());
        for (place, line) in statement.lines().enumerate() {
            match column(line).filter(|_| place < head) {
                Some(name) => left_out.push(name),
                None => kept.push(line),
            }
        }
        let statement = kept.join("\n");
        let mut frame = self.frame(ask(self.client().query(&statement))).await?;
        for name in left_out {
            let nothing = Scalar::from(PlSmallStr::EMPTY);
            let column = Column::new_scalar(name.into(), nothing, frame.height());
            frame.with_column(column).map_err(|source| self.unexpected(source))?;
        }
        Ok(frame)
    }

    /// Inserts a frame as one block, its columns by their names; with the same `token` a second time
    /// it changes nothing.
    pub(in crate::store) async fn insert_frame(
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
            .client()
            .insert_formatted_with(INSERT_FRAME.trim_end())
            .with_setting("param_table", table)
            .with_setting("insert_deduplication_token", token)
            .with_setting("async_insert", "0")
            .with_setting("max_partitions_per_insert_block", "0")
            .with_timeouts(Some(SEND_LIMIT), Some(END_LIMIT));
        insert.send(Bytes::from(bytes)).await.map_err(|error| self.failed(error))?;
        insert.end().await.map_err(|error| self.failed(error))
    }

    pub(in crate::store) fn unexpected(
        &self,
        source: polars_core::error::PolarsError,
    ) -> StoreError {
        StoreError::Answer { url: self.endpoint.url.clone(), source: Box::new(source) }
    }
}

/// An answer's chunks that wait to be read.
const CHUNKS: usize = 8;

/// An answer as it comes.
struct Chunks {
    given: mpsc::Receiver<Bytes>,
    now: Bytes,
    /// Bytes that have been read.
    at: u64,
}

impl Read for Chunks {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.now.is_empty() {
            match self.given.blocking_recv() {
                Some(bytes) => self.now = bytes,
                None => return Ok(0),
            }
        }
        let count = self.now.len().min(into.len());
        into[..count].copy_from_slice(&self.now.split_to(count));
        self.at += count as u64;
        Ok(count)
    }
}

/// The reader of streams asks where it is, and skips what fills up blocks; it never goes back.
impl Seek for Chunks {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let forward = match to {
            SeekFrom::Current(many) => u64::try_from(many).ok(),
            SeekFrom::Start(at) => at.checked_sub(self.at),
            SeekFrom::End(_) => None,
        };
        let many = forward.ok_or(io::ErrorKind::Unsupported)?;
        io::copy(&mut self.by_ref().take(many), &mut io::sink())?;
        Ok(self.at)
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
