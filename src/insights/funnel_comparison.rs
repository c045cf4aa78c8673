//! Rows and periods of a funnel compared.

use jiff::ToSpan;

use super::error::AnswerError;
use super::funnel::{
    answer_default_by_each, answer_funnel, answer_own_by_each, check_known, narrowed,
};
use super::invalid_parameter::InvalidParameter;
use super::query::{Against, Age, Question};
use crate::analysis::{
    AnalysisError, Dimension, FunnelReport, Funnels, PeriodDays, SameAge, Verdicts,
    compare_periods, compare_rows,
};
use crate::domain::{AgeLimit, DAY_MS, Period, Timestamp};
use crate::store::Store;

/// Days by which it is known how much the rows of a breakdown differ by day, at least; those of the period, if more.
const ROW_DAYS: i64 = 14;
/// Days by which it is known how much days differ.
const USUAL_DAYS: i64 = 28;
const HOUR_MS: i64 = 3_600_000;

/// The funnel `name` by each of some breakdowns; of one's own in one pass over the events.
///
/// # Errors
/// If there is no such funnel, or it cannot be computed.
pub(crate) async fn answer_by_each(
    store: &Store,
    own: &Funnels,
    name: &str,
    question: &Question,
    breakdowns: Vec<Vec<Dimension>>,
) -> Result<Vec<FunnelReport>, AnswerError> {
    if let Some(funnel) = own.get(name) {
        let funnel = narrowed(funnel, question);
        return answer_own_by_each(store, &funnel, question, breakdowns).await;
    }
    check_known(own, name)?;
    answer_default_by_each(store, question, breakdowns).await
}

/// The question over the period that its own is compared with, without a breakdown.
pub(crate) fn period_before(question: &Question) -> Question {
    let period = match &question.against {
        Against::Other(period) => period.clone(),
        Against::LastYear => a_year_before(&question.period),
        Against::Previous | Against::Nothing => before(&question.period),
    };
    Question { period, by: Vec::new(), ..question.clone() }
}

/// The question by day too, over as many days as it takes to know how much they differ. Of rows that are days, unless
/// the question says otherwise, what happened within a day of the opening, of those who have had that day: else the
/// latest were the worst.
pub(crate) fn by_day(question: &Question) -> Question {
    let mut asked = Question { top: None, ..question.clone() };
    if is_in_time(question) {
        if question.age == Age::Same {
            let to = asked.period.to.0.min(question.asked_at.0.saturating_sub(DAY_MS));
            asked.period.to = Timestamp(to.max(asked.period.from.0 + 1));
            asked.counted_until = Some(AgeLimit::within(DAY_MS));
        }
    } else {
        asked.by.push(Dimension::Day);
        asked.period.from =
            asked.period.from.min(days_before(asked.period.to, &asked.period, ROW_DAYS));
    }
    asked
}

/// The days of the question's period and of the one that it is compared with, at the same age unless the question says
/// otherwise, and days by which it is known how much they differ. `so_far` is the funnel over the question's period by
/// day, if that is known already.
///
/// # Errors
/// If it cannot be computed.
pub async fn period_days(
    store: &Store,
    own: &Funnels,
    name: &str,
    question: &Question,
    so_far: Option<FunnelReport>,
) -> Result<PeriodDays, AnswerError> {
    let last_event = store.collection_state().await?.last_event;
    let known = if last_event == 0 { question.asked_at.0 } else { last_event };
    let known = known.min(question.asked_at.0);
    let mut period = question.period.clone();
    let mut other = period_before(question).period;
    let is_as_long = period.to.0 - period.from.0 == other.to.0 - other.from.0;
    // What is not over is as long as it is known.
    period.to = Timestamp(period.to.0.min(known.saturating_add(1)).max(period.from.0 + 1));
    if is_as_long || !matches!(question.against, Against::Other(_)) {
        let length = period.to.0 - period.from.0;
        other.to = other.to.min(Timestamp(other.from.0.saturating_add(length)));
    }
    // As old as the period's conversations are in the middle.
    let age = (known - period.to.0 + (period.to.0 - period.from.0) / 2).max(HOUR_MS);
    let is_same = question.age == Age::Same;
    // Of the younger one counts what is known.
    let until_known = AgeLimit { at_ms: known, factor: 0.0 };
    let limit = |limit: AgeLimit| Some(if is_same { limit } else { until_known });
    let until = start_of_day(known.saturating_sub(if is_same { age } else { 0 }), &period);
    let usual = Period {
        from: days_before(until, &period, USUAL_DAYS),
        to: until,
        zone: period.zone.clone(),
    };
    let mix = [Dimension::Source, Dimension::Channel, Dimension::Page];
    let asked = |period: &Period, counted_until| Question {
        period: period.clone(),
        by: vec![Dimension::Day],
        top: None,
        counted_until,
        ..question.clone()
    };
    let limits = if period.to >= other.to {
        [until_known, AgeLimit::as_old_as(&period, &other, known)]
    } else {
        [AgeLimit::as_old_as(&other, &period, known), until_known]
    };
    // All that counts of the younger one is what happened so far.
    let so_far = so_far.filter(|_| known == last_event && (limits[0] == until_known || !is_same));
    let own_period = async {
        let asked = asked(&period, limit(limits[0]));
        let by_day = so_far.is_none().then(|| asked.by.clone());
        let breakdowns = [mix.to_vec()].into_iter().chain(by_day).collect();
        let mut reports = answer_by_each(store, own, name, &asked, breakdowns).await?;
        reports.extend(so_far);
        both(reports)
    };
    let other_period = async {
        let asked = asked(&other, limit(limits[1]));
        let breakdowns = vec![mix.to_vec(), asked.by.clone()];
        both(answer_by_each(store, own, name, &asked, breakdowns).await?)
    };
    let asked_usual = asked(&usual, limit(AgeLimit::within(age)));
    let ([own_mix, own_days], [other_mix, other_days], usual) =
        tokio::try_join!(own_period, other_period, answer_funnel(store, own, name, &asked_usual),)?;
    let same_age = is_same.then(|| SameAge {
        known_until: Timestamp(known).to_rfc3339(),
        other_from: other.from.to_rfc3339(),
        other_to: other.to.to_rfc3339(),
    });
    let mixes = [own_mix, other_mix];
    Ok(PeriodDays { own: own_days, other: other_days, usual, same_age, mixes })
}

fn both(reports: Vec<FunnelReport>) -> Result<[FunnelReport; 2], AnswerError> {
    let wrong = |_| AnswerError::Unknown("a breakdown is missing".to_owned());
    <[FunnelReport; 2]>::try_from(reports).map_err(wrong)
}

fn start_of_day(instant: i64, period: &Period) -> Timestamp {
    let date = jiff::Timestamp::from_millisecond(instant).unwrap_or_default();
    period.start_of(period.zone.to_datetime(date).date())
}

fn days_before(end: Timestamp, period: &Period, days: i64) -> Timestamp {
    let instant = jiff::Timestamp::from_millisecond(end.0).unwrap_or_default();
    let date = period.zone.to_datetime(instant).date();
    period.start_of(date.saturating_sub(days.days()))
}

/// Whether rows are days themselves: they differ in age, and nothing else was opened on their days.
fn is_in_time(question: &Question) -> bool {
    question.by.iter().any(|dimension| matches!(dimension, Dimension::Day | Dimension::Week))
}

/// The rows of a report beside all others, by the question's steps; `days` answers [`by_day`].
pub(crate) fn rows_compared(
    report: &FunnelReport,
    days: &FunnelReport,
    question: &Question,
) -> Result<Verdicts, AnswerError> {
    let (step, of) = asked_steps(report, question);
    let rows = if is_in_time(question) { days } else { report };
    let rows_from = question.period.first_and_last_day().0;
    let within_ms = (is_in_time(question) && question.age == Age::Same).then_some(DAY_MS);
    let verdicts = compare_rows(rows, days, rows_from, &step, &of).map_err(about_step)?;
    Ok(Verdicts { within_ms, ..verdicts })
}

/// A report beside that of another period, by the question's steps.
pub(crate) fn periods_compared(
    report: &FunnelReport,
    days: &PeriodDays,
    question: &Question,
) -> Result<Verdicts, AnswerError> {
    let (step, of) = asked_steps(report, question);
    compare_periods(report, days, &step, &of).map_err(about_step)
}

fn about_step(error: AnalysisError) -> AnswerError {
    InvalidParameter { parameter: "step", reason: error.to_string() }.into()
}

/// The period of the same length before one.
pub(crate) fn before(period: &Period) -> Period {
    let length = period.to.0 - period.from.0;
    let whole_days = period.whole_days().map(|_| period.days().len());
    let from = whole_days.map_or(Timestamp(period.from.0 - length), |days| {
        // Days of 23 or 25 hours are days.
        let days = i64::try_from(days).unwrap_or(0);
        let first = period.first_and_last_day().0.saturating_sub(days.days());
        crate::domain::parse_instant(&first.to_string(), &period.zone)
            .unwrap_or(Timestamp(period.from.0 - length))
    });
    Period { from, to: period.from, zone: period.zone.clone() }
}

/// The same weekdays a year before: 52 weeks.
fn a_year_before(period: &Period) -> Period {
    let back = |instant: Timestamp| {
        let local = jiff::Timestamp::from_millisecond(instant.0).unwrap_or_default();
        let local = period.zone.to_datetime(local).saturating_sub(52.weeks());
        // Of an hour that there is twice the first, as for all days.
        let there = period.zone.to_ambiguous_zoned_datetime(local).compatible();
        there.map_or(instant, |there| Timestamp(there.timestamp().as_millisecond()))
    };
    Period { from: back(period.from), to: back(period.to), zone: period.zone.clone() }
}

/// The step to be reached (the last but for the question's), of the first that has units.
fn asked_steps(report: &FunnelReport, question: &Question) -> (String, String) {
    let names: Vec<&String> = report.unit_steps().map(|step| &step.name).collect();
    let last = names.last().map(|name| (*name).clone()).unwrap_or_default();
    let first = names.first().map(|name| (*name).clone()).unwrap_or_default();
    (question.step.clone().unwrap_or(last), question.of.clone().unwrap_or(first))
}
