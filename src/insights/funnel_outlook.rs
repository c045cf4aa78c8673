//! A funnel by day or week with what its unfinished rows come to.

use super::breakdown_columns::apart;
use super::error::AnswerError;
use super::funnel::answer_funnel;
use super::query::Question;
use super::worker::in_turn;
use crate::analysis::{
    AgedFrames, DEFAULT_FUNNEL, Dimension, FunnelReport, Funnels, marked, with_outlook,
};
use crate::domain::{DAY_MS, FUNNEL_WINDOW_MS, Period, Timestamp};
use crate::store::{Bound, BreakdownColumns, Store};

/// Days of conversations whose window is over that tell when conversations convert.
const HISTORY_DAYS: i64 = 56;

/// The funnel `name`, and, if it is the one that everybody has, by day or week alone, what each row comes to.
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
    let unit = match question.by.as_slice() {
        [unit @ (Dimension::Day | Dimension::Week)] => unit.clone(),
        _ => return Ok(report),
    };
    if report.funnel != DEFAULT_FUNNEL || own.contains_key(&report.funnel) {
        return Ok(report);
    }
    let last_event = store.collection_state().await?.last_event;
    let known_until = last_event.min(question.asked_at.0);
    let Question { period, filters, .. } = question;
    let (filters, zone) = (filters.clone(), period.zone.clone());
    let from = known_until.saturating_sub(FUNNEL_WINDOW_MS).max(period.from.0);
    if from >= period.to.0 || known_until < period.from.0 {
        return Ok(with_outlook(report, &unit, &filters, &zone, None)?);
    }
    let range = |from: i64, to: i64| Period {
        from: Timestamp(from),
        to: Timestamp(to.max(from + 1)),
        zone: zone.clone(),
    };
    let told_apart: Vec<Dimension> = filters.iter().map(|one| one.dimension.clone()).collect();
    let columns = apart(&told_apart);
    let [hourly, fine] =
        ["hour", "five minutes"].map(|time_unit| BreakdownColumns { time_unit, ..columns });
    let history_from = known_until - FUNNEL_WINDOW_MS - HISTORY_DAYS * DAY_MS;
    let (young_days, history_days) =
        (range(from, period.to.0), range(history_from, known_until.saturating_add(1)));
    let fetch = async {
        tokio::try_join!(
            store.funnel_counts(&young_days, fine, None),
            store.funnel_counts(&history_days, hourly, None),
            store.funnel_ages(&history_days, columns),
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
