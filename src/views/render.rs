//! One result in the form that was asked for.

use std::io::{self, Write};

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use polars_core::frame::DataFrame;
use serde::Serialize;
use tokio::sync::{Semaphore, mpsc};

use super::problem::Problem;
use crate::insights::csv_style::CsvStyle;
use crate::insights::format::Format;
use crate::insights::query::Question;
use crate::render::chart::drawing::Drawing;
use crate::render::chart::png;
use crate::render::frames;
use crate::render::list_writer::write_list;
use crate::store::{Listed, Rows};

/// How an answer is to look.
#[derive(Debug, Clone)]
pub(super) struct Look {
    /// Its form.
    pub format: Format,
    /// If it is CSV, how that is written.
    pub csv: CsvStyle,
}

impl Look {
    /// How many rows of a list: a page of them as JSON, all of them otherwise, or what was asked.
    pub(super) fn rows_of(&self, question: &Question) -> usize {
        const PAGE: usize = 1000;
        question.limit.unwrap_or(if self.format == Format::Json { PAGE } else { usize::MAX })
    }
}

/// A result as JSON, or its frame in another form.
pub(super) fn rendered<R: Serialize>(
    look: &Look,
    report: R,
    frame: fn(&R) -> DataFrame,
) -> Result<Response, Problem> {
    listed(look, || frame(&report), || Json(&report).into_response())
}

/// A frame, or the JSON that holds more than its rows.
pub(super) fn listed(
    look: &Look,
    frame: impl FnOnce() -> DataFrame,
    json: impl FnOnce() -> Response,
) -> Result<Response, Problem> {
    let answer = match look.format {
        Format::Json => json(),
        format if format.has_rows() => {
            let bytes = frames::encoded(format, &look.csv, &frame()).map_err(unwritten)?;
            ([(header::CONTENT_TYPE, format.media_type())], bytes).into_response()
        }
        Format::Table => {
            let text = "a table is for the terminal; ask for json, csv, xlsx, parquet or arrow";
            return Err(Problem::in_parameter("format", text.to_owned()));
        }
        _ => {
            let text = "there is no chart of it; ask for json, csv, xlsx, parquet or arrow";
            return Err(Problem::in_parameter("format", text.to_owned()));
        }
    };
    // Which form it is may have been decided by the header.
    Ok(([(header::VARY, "accept")], answer).into_response())
}

fn unwritten(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "a result could not be written");
    let text = "the result could not be written in this form".to_owned();
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, text)
}

/// Marks an answer that is sent while it is being made: its length and hash are not known before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Streamed;

/// Lists that are sent at once: each takes a thread as long as its reader takes to read.
const MOST_STREAMS: usize = 32;

/// A list that is sent as it comes out of ClickHouse, some rows at a time. What fails under way breaks the
/// answer off, so that nobody takes a part for the whole.
pub(super) fn streamed<R: Listed>(
    look: &Look,
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

/// A chart that stands on its own.
pub(super) fn charted(format: Format, chart: &Drawing) -> Result<Response, Problem> {
    let body = match format {
        Format::Png => png::png(chart).map_err(unwritten)?,
        _ => chart.alone().into_bytes(),
    };
    let headers = [(header::CONTENT_TYPE, format.media_type()), (header::VARY, "accept")];
    Ok((headers, body).into_response())
}

/// The form of the header `Accept` that there is and that is wished for most (RFC 9110, section 12.5.1), the
/// first of several; JSON without any.
pub(super) fn accepted(headers: &HeaderMap) -> Format {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let mut best = (0.0, Format::Json);
    for wish in accept.unwrap_or_default().split(',') {
        let mut parts = wish.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.trim().parse::<f64>().ok());
        let weight = weight.unwrap_or(1.0);
        let is_of = |format: &Format| {
            let own = format.media_type().split(';').next();
            own.is_some_and(|own| own.eq_ignore_ascii_case(kind))
        };
        if let Some(format) = Format::SENT.into_iter().find(is_of)
            && weight > best.0
        {
            best = (weight, format);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_is_wished_for_most_is_taken() {
        let asked = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, header::HeaderValue::from_static(accept));
            accepted(&headers)
        };
        for (accept, format) in [
            ("*/*", Format::Json),
            ("text/csv", Format::Csv),
            ("text/csv;q=0, application/json", Format::Json),
            ("application/json;q=0.1, text/csv", Format::Csv),
            ("text/csv;q=0.5, image/svg+xml;q=0.9", Format::Svg),
            ("text/html, application/pdf", Format::Json),
        ] {
            assert_eq!(asked(accept), format, "{accept}");
        }
    }
}
