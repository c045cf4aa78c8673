//! Who may be written to: the opted-in audience by day, and customer lists.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::AnswerError;
use super::query::Question;
use crate::analysis::{SubscriberDay, subscribers};
use crate::store::{Audience, Store};

/// The report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AudienceReport {
    /// First instant of the period, RFC 3339.
    pub from: String,
    /// First instant after the period, RFC 3339.
    pub to: String,
    /// Who opted in to notifications, at the end of each day.
    pub days: Vec<SubscriberDay>,
    /// Customer lists that were imported.
    pub lists: Vec<Audience>,
}

/// The audience of the question's period.
///
/// # Errors
/// If it cannot be computed.
pub async fn answer_audience(
    store: &Store,
    question: &Question,
) -> Result<AudienceReport, AnswerError> {
    let period = &question.period;
    let (rows, lists) = tokio::try_join!(store.subscriptions(period), store.audiences(period))?;
    Ok(AudienceReport {
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        days: subscribers(&rows, period)?,
        lists,
    })
}
