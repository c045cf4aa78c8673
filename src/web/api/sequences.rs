//! `/api/v1/sequences`: what people and business do one after the other.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::FUNNEL_WINDOW_MS;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::insights::error::AnswerError;
use crate::render::frames;
use crate::store::Sequence;
use crate::web::page_scope::Allowed;
use crate::web::request::{self, Asks};

/// Events of a sequence, and sequences.
const LONGEST_SEQUENCE: u32 = 8;
const MOST_SEQUENCES: u64 = 50;

/// What people and business do one after the other.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SequenceList {
    /// Begin of the range, RFC 3339.
    from: String,
    /// Its end, exclusive.
    to: String,
    /// The most frequent first.
    sequences: Vec<Sequence>,
}

/// What people and business do one after the other: the most frequent sequences of those who opened a
/// conversation in the range.
#[utoipa::path(get, path = "/api/v1/sequences", tag = "people", responses((status = 200, body = SequenceList)))]
pub(crate) async fn sequences(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = request::understand(&views, asked, &headers)?;
    let period = &question.period;
    let until = period.to.0.saturating_add(FUNNEL_WINDOW_MS);
    let most = question.limit.map_or(MOST_SEQUENCES, |limit| MOST_SEQUENCES.min(limit as u64));
    let found = views.store.top_sequences(period, until, LONGEST_SEQUENCE, most).await;
    let sequences = found.map_err(|error| Problem::from(AnswerError::from(error)))?;
    let (from, to) = (period.from.to_rfc3339(), period.to.to_rfc3339());
    let told = SequenceList { from, to, sequences };
    let json = || Json(&told).into_response();
    respond::listed(&look, || frames::sequences(&told.sequences), json)
}
