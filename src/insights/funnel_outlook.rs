//! A funnel by day or week with what its unfinished rows come to.

use polars_core::frame::DataFrame;

use super::breakdown_columns::apart;
use super::error::AnswerError;
use super::funnel::{answer_ages, answer_funnel, narrowed};
use super::query::Question;
use super::worker::in_turn;
use crate::analysis::{
    AgedFrames, Dimension, Funnel, FunnelReport, Funnels, marked, with_outlook,
    with_outlook_of_units,
};
use crate::domain::{DAY_MS, FUNNEL_WINDOW_MS, Period, Timestamp};
use crate::store::{Bound, BreakdownColumns, Store, StoreError};

/// Days of conversations whose window is over that tell when conversations convert.
const HISTORY_DAYS: i64 = 56;
/// Of units that have longer nothing is expected: what tells it would lie too far back.
const LONGEST_WINDOW_MS: i64 = 90 * DAY_MS;

/// The funnel `name`, and, by day or week alone, what each row comes to.
///
/// # Errors
/// If there is no such funnel, or it cannot be computed.
pub async fn answer_with_outlook(
    store: &Store,
    own: &Funnels,
    name: &str,
    question: &Question,
) -> Result<FunnelReport, AnswerError> {
    let report = answer_funnel(store, own, name, question).await?;
    outlook_of(store, own, question, report).await
}

/// The same of a report that is known.
///
/// # Errors
/// If it cannot be computed.
pub(crate) async fn outlook_of(
    store: &Store,
    own: &Funnels,
    question: &Question,
    report: FunnelReport,
) -> Result<FunnelReport, AnswerError> {
    if let Some(funnel) = own.get(&report.funnel) {
        return custom_outlook(store, funnel, question, report).await;
    }
    let Some(unit) = unit_of_time(question) else { return Ok(report) };
    let known_until = known_until(store, question).await?;
    let Question { period, filters, .. } = question;
    let (filters, zone) = (filters.clone(), period.zone.clone());
    let Some(spans) = Spans::of(period, known_until, FUNNEL_WINDOW_MS) else {
        return Ok(with_outlook(report, &unit, &filters, &zone, None)?);
    };
    let told_apart: Vec<Dimension> = filters.iter().map(|one| one.dimension.clone()).collect();
    let columns = apart(&told_apart);
    let [hourly, fine] =
        ["hour", "five minutes"].map(|time_unit| BreakdownColumns { time_unit, ..columns });
    let fetch = async {
        tokio::try_join!(
            store.funnel_counts(&spans.young, fine, None),
            store.funnel_counts(&spans.history, hourly, None),
            store.funnel_ages(&spans.history, columns),
        )
    };
    let counted = report.clone();
    let told = in_turn(fetch, move |(young, history, ages), _| {
        let frames = AgedFrames { young, history, ages, known_until };
        with_outlook(counted, &unit, &filters, &zone, Some(&frames))
    })
    .await;
    match told {
        // So much is told apart that nothing can be expected of it; what there is so far is known.
        Err(AnswerError::Store(error)) if error.bound() == Some(Bound::Groups) => {
            Ok(marked(report))
        }
        told => told,
    }
}

/// Conversations of the question's period that may be unfinished, by five minutes of opening. `None` if there are none,
/// or too many are told apart.
pub(crate) async fn young(
    store: &Store,
    question: &Question,
) -> Result<Option<DataFrame>, StoreError> {
    let known_until = known_until(store, question).await?;
    let Some(spans) = Spans::of(&question.period, known_until, FUNNEL_WINDOW_MS) else {
        return Ok(None);
    };
    let told_apart = question.filters.iter().map(|one| one.dimension.clone());
    let columns = apart(&told_apart.collect::<Vec<_>>());
    let fine = BreakdownColumns { time_unit: "five minutes", ..columns };
    match store.funnel_counts(&spans.young, fine, None).await {
        Ok(counts) => Ok(Some(counts)),
        // So much is told apart that nothing can be expected of it.
        Err(error) if error.bound() == Some(Bound::Groups) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The day or week that the question is by, if it is by that alone.
fn unit_of_time(question: &Question) -> Option<Dimension> {
    match question.by.as_slice() {
        [unit @ (Dimension::Day | Dimension::Week)] => Some(unit.clone()),
        _ => None,
    }
}

/// Until when it is known what became of conversations, UTC milliseconds.
async fn known_until(store: &Store, question: &Question) -> Result<i64, StoreError> {
    Ok(store.collection_state().await?.last_event.min(question.asked_at.0))
}

/// The same of a custom funnel, by the ages at which its units reach steps.
///
/// # Errors
/// If it cannot be computed.
pub(crate) async fn custom_outlook(
    store: &Store,
    funnel: &Funnel,
    question: &Question,
    report: FunnelReport,
) -> Result<FunnelReport, AnswerError> {
    let Some(unit) = unit_of_time(question) else { return Ok(report) };
    let (funnel, known_until) = (narrowed(funnel, question), known_until(store, question).await?);
    let window = funnel.rules.window_ms;
    if window > LONGEST_WINDOW_MS {
        return Ok(marked(report));
    }
    let Some(spans) = Spans::of(&question.period, known_until, window) else {
        return Ok(with_outlook_of_units(report, &unit, window, None));
    };
    let ages = answer_ages(store, &funnel, question, &unit, &spans.history, spans.young.from.0);
    let ages = ages.await?;
    Ok(with_outlook_of_units(report, &unit, window, Some((&ages, known_until))))
}

/// Which conversations tell what a period's unfinished ones come to.
pub(crate) struct Spans {
    /// Those of the period that may be unfinished.
    pub young: Period,
    /// Those that tell when conversations convert.
    pub history: Period,
    /// Until when it is known what became of them, UTC milliseconds.
    pub known_until: i64,
}

impl Spans {
    /// Of units that have `window` milliseconds. `None` if all of the period are finished, or none are known.
    pub(crate) fn of(period: &Period, known_until: i64, window: i64) -> Option<Self> {
        let from = known_until.saturating_sub(window).max(period.from.0);
        if from >= period.to.0 || known_until < period.from.0 {
            return None;
        }
        let range = |from: i64, to: i64| Period {
            from: Timestamp(from),
            to: Timestamp(to.max(from + 1)),
            zone: period.zone.clone(),
        };
        let history_from = known_until - window - HISTORY_DAYS * DAY_MS;
        Some(Self {
            young: range(from, period.to.0),
            history: range(history_from, known_until.saturating_add(1)),
            known_until,
        })
    }
}
