//! How people go on: what they do one after the other, and who writes again.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::allowed::Allowed;
use super::answer::AnswerError;
use super::problem::Problem;
use super::{Asks, Question, api, frames, render};
use crate::domain::FUNNEL_WINDOW_MS;
use crate::store::{Sequence, Store};

/// Events of a sequence, and sequences.
const LONGEST_SEQUENCE: u32 = 8;
const MOST_SEQUENCES: u64 = 50;

/// What people and business do one after the other.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SequenceList {
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
pub(super) async fn sequences(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = api::understand(&views, asked, &headers)?;
    let period = &question.period;
    let until = period.to.0.saturating_add(FUNNEL_WINDOW_MS);
    let most = question.limit.map_or(MOST_SEQUENCES, |limit| MOST_SEQUENCES.min(limit as u64));
    let found = views.store.top_sequences(period, until, LONGEST_SEQUENCE, most).await;
    let sequences = found.map_err(|error| Problem::from(AnswerError::from(error)))?;
    let (from, to) = (period.from.to_rfc3339(), period.to.to_rfc3339());
    let told = SequenceList { from, to, sequences };
    let json = || Json(&told).into_response();
    render::listed(&look, || frames::sequences(&told.sequences), json)
}

/// People by the week of their first act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cohort {
    /// The week's Monday.
    pub week: String,
    /// People.
    pub size: u64,
    /// How many of them acted in the first week (all), in the next, and so on.
    pub active: Vec<u64>,
}

/// All cohorts of a range.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CohortList {
    /// Begin of the range, RFC 3339.
    from: String,
    /// Its end, exclusive.
    to: String,
    /// The zone of its weeks.
    time_zone: String,
    /// The earliest first.
    cohorts: Vec<Cohort>,
}

/// Who writes again in week n.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub async fn answer_cohorts(
    store: &Store,
    question: &Question,
) -> Result<Vec<Cohort>, AnswerError> {
    let mut by_week: BTreeMap<i32, Cohort> = BTreeMap::new();
    for row in store.cohorts(&question.period).await? {
        let monday = Date::constant(1970, 1, 1).saturating_add(i64::from(row.cohort).days());
        let cohort = by_week.entry(row.cohort).or_insert_with(|| Cohort {
            week: monday.to_string(),
            size: row.size,
            active: Vec::new(),
        });
        // Weeks without anybody have no row.
        cohort.active.resize(usize::try_from(row.week).unwrap_or(0), 0);
        cohort.active.push(row.people);
    }
    Ok(by_week.into_values().collect())
}

/// Who writes again in week n, by the week of the first act.
#[utoipa::path(get, path = "/api/v1/cohorts", tag = "people", responses((status = 200, body = CohortList)))]
pub(super) async fn cohorts(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = api::understand(&views, asked, &headers)?;
    let cohorts = answer_cohorts(&views.store, &question).await.map_err(Problem::from)?;
    let period = &question.period;
    let told = CohortList {
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        time_zone: period.zone.iana_name().unwrap_or("UTC").to_owned(),
        cohorts,
    };
    let json = || Json(&told).into_response();
    render::listed(&look, || frames::cohorts(&told.cohorts), json)
}
