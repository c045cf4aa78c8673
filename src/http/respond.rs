//! One result in the form that was asked for.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use polars_core::frame::DataFrame;
use serde::Serialize;

use super::problem::Problem;
use crate::insights::csv_style::CsvStyle;
use crate::insights::format::Format;
use crate::insights::query::Question;
use crate::render::chart::drawing::Drawing;
use crate::render::chart::png;
use crate::render::frames;

/// How an answer is to look.
#[derive(Debug, Clone)]
pub(crate) struct OutputOptions {
    /// Its form.
    pub format: Format,
    /// If it is CSV, how that is written.
    pub csv: CsvStyle,
}

impl OutputOptions {
    /// How many rows of a list: a page of them as JSON, all of them otherwise, or what was asked.
    pub(crate) fn rows_of(&self, question: &Question) -> usize {
        const PAGE: usize = 1000;
        question.limit.unwrap_or(if self.format == Format::Json { PAGE } else { usize::MAX })
    }
}

/// A result as JSON, or its frame in another form.
pub(crate) fn rendered<R: Serialize>(
    look: &OutputOptions,
    report: R,
    frame: fn(&R) -> DataFrame,
) -> Result<Response, Problem> {
    listed(look, || frame(&report), || Json(&report).into_response())
}

/// A frame, or the JSON that holds more than its rows.
pub(crate) fn listed(
    look: &OutputOptions,
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

/// A chart that stands on its own.
pub(crate) fn charted(format: Format, chart: &Drawing) -> Result<Response, Problem> {
    let body = match format {
        Format::Png => png::png(chart).map_err(unwritten)?,
        _ => chart.alone().into_bytes(),
    };
    let headers = [(header::CONTENT_TYPE, format.media_type()), (header::VARY, "accept")];
    Ok((headers, body).into_response())
}

/// The form of the header `Accept` that there is and that is wished for most (RFC 9110, section 12.5.1), the
/// first of several; JSON without any.
pub(crate) fn accepted(headers: &HeaderMap) -> Format {
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
