//! What a question over HTTP asks, and in which form it is answered.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::state::Views;
use crate::domain::Timestamp;
use crate::http::problem::Problem;
use crate::http::respond::{self, OutputOptions};
use crate::insights::error::AnswerError;
use crate::insights::query::{QueryParams, Question};

pub(crate) type Answer = Result<Response, Problem>;

pub(crate) fn understand(
    views: &Views,
    asked: Asks,
    headers: &HeaderMap,
) -> Result<(Question, OutputOptions), Problem> {
    let Query(asked) =
        asked.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let now = Timestamp((views.clock)());
    let question = asked.understand(&views.defaults, now).map_err(AnswerError::from)?;
    let look = look(&question, headers);
    Ok((question, look))
}

/// How the answer is to look.
pub(crate) fn look(question: &Question, headers: &HeaderMap) -> OutputOptions {
    let format = question.format.unwrap_or_else(|| respond::accepted(headers));
    OutputOptions { format, csv: question.csv.clone() }
}

/// What a question over HTTP asks, or why that cannot be read.
pub(crate) type Asks = Result<Query<QueryParams>, QueryRejection>;
