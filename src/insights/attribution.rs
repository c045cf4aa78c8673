//! Who earns credit for conversions: one model, all of them, what credit cost, how journeys look.

use polars_core::frame::DataFrame;

use super::breakdown_columns::apart;
use super::error::AnswerError;
use super::query::{Credit, Question};
use super::worker::in_turn;
use crate::analysis::{
    self, AnalysisError, AttributionReport, Comparison, CostReport, Description, Journeys, Model,
    Scope,
};
use crate::domain::{AdDay, Period};
use crate::store::{Store, StoreError};

/// The credit of every channel for the conversions of the question's period.
///
/// # Errors
/// If it cannot be computed.
pub async fn answer_attribution(
    store: &Store,
    question: &Question,
) -> Result<AttributionReport, AnswerError> {
    over_journeys(store, question, credit_by_model).await
}

/// Every model's credit, beside that of the question's model.
///
/// # Errors
/// If it cannot be computed.
pub async fn answer_comparison(
    store: &Store,
    question: &Question,
) -> Result<Comparison, AnswerError> {
    over_journeys(store, question, credit_by_all_models).await
}

/// What each channel's credit cost.
///
/// # Errors
/// If it cannot be computed.
pub async fn answer_costs(store: &Store, question: &Question) -> Result<CostReport, AnswerError> {
    let spend = spend_of(store, &question.period).await?;
    let by = question.by.clone();
    over_journeys(store, question, move |journeys, credit| {
        let Credit { model, parameters, intervals, .. } = credit;
        analysis::costs(journeys, *model, parameters, &by, &spend, *intervals)
    })
    .await
}

/// What ads cost in a period; nothing if it is not made of whole days, which is all that spend data
/// tell of.
pub(crate) async fn spend_of(store: &Store, period: &Period) -> Result<Vec<AdDay>, StoreError> {
    match period.whole_days() {
        Some((first, last)) => store.spend(first, last).await,
        None => Ok(Vec::new()),
    }
}

/// How the journeys of the question's period look.
///
/// # Errors
/// If it cannot be computed.
pub async fn answer_journeys(
    store: &Store,
    question: &Question,
) -> Result<Description, AnswerError> {
    over_journeys(store, question, |journeys, _| Ok(analysis::describe(journeys))).await
}

/// The credit that the asked model gives.
///
/// # Errors
/// If intervals are asked for and the journeys cannot be resampled.
pub fn credit_by_model(
    journeys: &Journeys,
    credit: &Credit,
) -> Result<AttributionReport, AnalysisError> {
    analysis::attribution(journeys, credit.model, &credit.parameters, credit.intervals)
}

/// The credit that every model gives, beside that of the asked one.
///
/// # Errors
/// None today; of the same form as its siblings.
pub fn credit_by_all_models(
    journeys: &Journeys,
    credit: &Credit,
) -> Result<Comparison, AnalysisError> {
    Ok(analysis::comparison(journeys, &Model::ALL, credit.model, &credit.parameters))
}

/// What happened to people on their way to conversions: frames as `analysis::journeys_of` takes them.
#[derive(Debug)]
pub(crate) struct JourneyInputs {
    pub touchpoints: DataFrame,
    pub conversions: DataFrame,
}

impl JourneyInputs {
    /// Those of the question's period, with what its lookback window reaches.
    pub(crate) async fn of(store: &Store, question: &Question) -> Result<Self, StoreError> {
        let lookback = question.credit.parameters.lookback_ms();
        let touchpoints = store.touchpoints(&question.period, lookback, false, apart(&question.by));
        let conversions = store.conversions(&question.period, lookback + 1);
        let (touchpoints, conversions) = tokio::try_join!(touchpoints, conversions)?;
        Ok(Self { touchpoints, conversions })
    }

    pub(crate) fn journeys(&self, question: &Question) -> Result<Journeys, AnalysisError> {
        let scope = Scope {
            period: question.period.clone(),
            lookback_ms: question.credit.parameters.lookback_ms(),
            goal: question.credit.conversion.clone(),
            channel: question.by.clone(),
        };
        analysis::journeys_of(&self.touchpoints, &self.conversions, &scope)
    }
}

async fn over_journeys<T, F>(
    store: &Store,
    question: &Question,
    compute: F,
) -> Result<T, AnswerError>
where
    T: Send + 'static,
    F: FnOnce(&Journeys, &Credit) -> Result<T, AnalysisError> + Send + 'static,
{
    let asked = question.clone();
    in_turn(JourneyInputs::of(store, question), move |ways, wanted| {
        let journeys = ways.journeys(&asked)?.as_long_as(wanted);
        drop(ways);
        wanted.check()?;
        compute(&journeys, &asked.credit)
    })
    .await
}
