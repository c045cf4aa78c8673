//! Lists that are sent as they come out of ClickHouse.

use std::io::{self, Write};

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use polars_core::frame::DataFrame;
use tokio::sync::{Semaphore, mpsc};

use super::problem::Problem;
use super::respond::OutputOptions;
use crate::render::list_writer::write_list;
use crate::store::{Listed, Rows};

/// Marks an answer that is sent while it is being made: its length and hash are not known before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Streamed;

/// Marks an answer that is being made as long as it is sent: it takes its sender's turn until its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TakesTurn;

/// Lists that are sent at once: each takes a thread as long as its reader takes to read.
const MOST_STREAMS: usize = 32;

/// A list that is sent as it comes out of ClickHouse, some rows at a time. What fails under way breaks the
/// answer off, so that nobody takes a part for the whole.
pub(crate) fn streamed<R: Listed>(
    look: &OutputOptions,
    rows: Rows<R>,
    frame: fn(&[R]) -> DataFrame,
) -> Result<Response, Problem> {
    static PLACES: Semaphore = Semaphore::const_new(MOST_STREAMS);
    let Ok(place) = PLACES.try_acquire() else {
        let text = format!("{MOST_STREAMS} lists are sent already; ask again when one is read.");
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, text));
    };
    let (taker, mut given) = mpsc::channel::<io::Result<Bytes>>(2);
    let (format, style) = (look.format, look.csv.clone());
    tokio::spawn(async move {
        let _place = place;
        let sink = Sink(taker.clone());
        if let Err(error) = write_list(format, &style, rows, frame, sink).await {
            tracing::warn!(%error, "a list was broken off");
            taker.send(Err(io::Error::other(error.to_string()))).await.ok();
        }
    });
    let chunks = stream::poll_fn(move |context| given.poll_recv(context));
    let headers = [
        (header::CONTENT_TYPE, format.media_type()),
        (header::VARY, "accept"),
        // Lists tell of people.
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    let mut answer = (headers, Body::from_stream(chunks)).into_response();
    answer.extensions_mut().insert(Streamed);
    answer.extensions_mut().insert(TakesTurn);
    Ok(answer)
}

/// Takes bytes to an answer's body, and waits while its reader does not read.
struct Sink(mpsc::Sender<io::Result<Bytes>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes))).map_err(gone)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
