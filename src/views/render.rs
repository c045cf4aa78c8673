//! One result in the form that was asked for.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use polars::frame::DataFrame;
use serde::Serialize;

use super::problem::Problem;
use super::{Format, chart, frames};

/// A result as JSON, or its frame in another form.
pub(super) fn rendered<R: Serialize>(
    format: Format,
    report: R,
    frame: fn(&R) -> DataFrame,
) -> Result<Response, Problem> {
    listed(format, || frame(&report), || Json(&report).into_response())
}

/// A frame, or the JSON that holds more than its rows.
pub(super) fn listed(
    format: Format,
    frame: impl FnOnce() -> DataFrame,
    json: impl FnOnce() -> Response,
) -> Result<Response, Problem> {
    let answer = match format {
        Format::Json => json(),
        Format::Csv | Format::Parquet | Format::Arrow => {
            let bytes = encoded(format, &frame()).map_err(|error| {
                tracing::error!(%error, "a result could not be written");
                let text = "the result could not be written in this form".to_owned();
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, text)
            })?;
            ([(header::CONTENT_TYPE, format.media_type())], bytes).into_response()
        }
        Format::Table => {
            let text =
                "a table is for the terminal; ask for json, csv, parquet or arrow".to_owned();
            return Err(Problem::in_parameter("format", text));
        }
        Format::Svg => {
            let text = "there is no chart of it; ask for json, csv, parquet or arrow".to_owned();
            return Err(Problem::in_parameter("format", text));
        }
    };
    // Which form it is may have been decided by the header.
    Ok(([(header::VARY, "accept")], answer).into_response())
}

/// A frame as bytes.
///
/// # Errors
/// If a column is of a type that the form has not.
pub fn encoded(format: Format, frame: &DataFrame) -> polars::error::PolarsResult<Vec<u8>> {
    match format {
        Format::Parquet => frames::parquet(frame),
        Format::Arrow => frames::arrow(frame),
        _ => Ok(frames::csv(frame).into_bytes()),
    }
}

/// A chart that stands on its own.
pub(super) fn chart(svg: &str) -> Response {
    let headers = [(header::CONTENT_TYPE, Format::Svg.media_type()), (header::VARY, "accept")];
    (headers, chart::standalone(svg)).into_response()
}

/// The first form of the header `Accept` that there is; JSON without any.
pub(super) fn accepted(headers: &HeaderMap) -> Format {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let kinds = accept.unwrap_or_default().split(',');
    let kinds = kinds.map(|kind| kind.split(';').next().unwrap_or_default().trim());
    let known = [Format::Json, Format::Csv, Format::Parquet, Format::Arrow, Format::Svg];
    let is_of = |kind: &str, format: &Format| {
        format.media_type().split(';').next().is_some_and(|own| own.eq_ignore_ascii_case(kind))
    };
    let mut found = kinds.filter_map(|kind| known.into_iter().find(|format| is_of(kind, format)));
    found.next().unwrap_or(Format::Json)
}
