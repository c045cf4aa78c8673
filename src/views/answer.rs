//! From a question to a result: the store gives the events, the analysis counts.

use thiserror::Error;

use super::{Misunderstood, Question};
use crate::analysis::{
    self, AnalysisError, AttributionReport, DEFAULT_FUNNEL, FunnelReport, Threads,
};
use crate::domain::Period;
use crate::store::{Store, StoreError};

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum AnswerError {
    /// The question was not understood.
    #[error(transparent)]
    Misunderstood(#[from] Misunderstood),
    /// There is no such thing.
    #[error("{0}")]
    Unknown(String),
    /// ClickHouse failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The arithmetic failed.
    #[error(transparent)]
    Analysis(#[from] AnalysisError),
    /// The work was cut off, by a panic or by shutting down.
    #[error("the analysis was cut off: {0}")]
    CutOff(String),
}

/// The funnel `name` over the question's period.
///
/// # Errors
/// If there is no such funnel, or it cannot be computed.
pub async fn answer_funnel(
    store: &Store,
    name: &str,
    question: &Question,
) -> Result<FunnelReport, AnswerError> {
    if name != DEFAULT_FUNNEL {
        let text = format!("there is no funnel {name:?}; known are {DEFAULT_FUNNEL}");
        return Err(AnswerError::Unknown(text));
    }
    let Question { period, by, .. } = question.clone();
    over_threads(store, period, move |threads, period| {
        analysis::funnel(&threads.conversations, period, &by)
    })
    .await
}

/// The credit of every channel for the conversions of the question's period.
///
/// # Errors
/// If it cannot be computed.
pub async fn answer_attribution(
    store: &Store,
    question: &Question,
) -> Result<AttributionReport, AnswerError> {
    let Question { period, model, lookback_days, .. } = question.clone();
    over_threads(store, period, move |threads, period| {
        analysis::attribution(threads, period, model, lookback_days)
    })
    .await
}

/// Fetches the period's events and computes over them, away from the threads that serve requests.
pub(super) async fn over_threads<T, F>(
    store: &Store,
    period: Period,
    compute: F,
) -> Result<T, AnswerError>
where
    T: Send + 'static,
    F: FnOnce(&Threads, &Period) -> Result<T, AnalysisError> + Send + 'static,
{
    let events = store.thread_events(&period).await?;
    let work = move || {
        let threads = analysis::walk_threads(events).map_err(AnalysisError::from)?;
        compute(&threads, &period)
    };
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| AnswerError::CutOff(error.to_string()))??)
}
