//! What a funnel counts: the store gives the events, the analysis counts.

use futures_util::future::try_join_all;
use polars_core::frame::DataFrame;
use tokio::sync::mpsc;

use super::attribution::spend_of;
use super::breakdown_columns::{apart, finest};
use super::error::AnswerError;
use super::query::Question;
use super::worker::{self, Waiting, in_turn};
use crate::analysis::{
    self, AgingUnits, AnalysisError, Counting, DEFAULT_FUNNEL, Dimension, Funnel, FunnelReport,
    Funnels, Order, Reached, Reaching, Unit, UnitAges, no_conversations,
};
use crate::domain::{Period, PersonOccurrences};
use crate::store::{BreakdownColumns, FunnelEvents, LATEST, Store};

/// The funnel `name` over the question's period: the one that everybody has, or one of `own`.
///
/// # Errors
/// If there is no such funnel, or it cannot be computed.
pub async fn answer_funnel(
    store: &Store,
    own: &Funnels,
    name: &str,
    question: &Question,
) -> Result<FunnelReport, AnswerError> {
    if let Some(funnel) = own.get(name) {
        return answer_custom_funnel(store, &narrowed(funnel, question), question).await;
    }
    check_known(own, name)?;
    let mut reports = answer_default_by_each(store, question, vec![question.by.clone()]).await?;
    reports.pop().ok_or_else(|| AnswerError::Unknown("a breakdown is missing".to_owned()))
}

/// Refuses a name that no funnel has.
///
/// # Errors
/// If it is neither that of the funnel that everybody has nor of one's own.
pub(crate) fn check_known(own: &Funnels, name: &str) -> Result<(), AnswerError> {
    if name == DEFAULT_FUNNEL || own.contains_key(name) {
        return Ok(());
    }
    let known: Vec<&str> =
        std::iter::once(DEFAULT_FUNNEL).chain(own.keys().map(String::as_str)).collect();
    let text = format!("there is no funnel {name:?}; known are {}", known.join(", "));
    Err(AnswerError::Unknown(text))
}

/// The funnel that everybody has, by each of some breakdowns. What tells more apart than a breakdown asks for is added up:
/// mostly one of them holds the others, and alone is asked for.
///
/// # Errors
/// If it cannot be computed.
pub(crate) async fn answer_default_by_each(
    store: &Store,
    question: &Question,
    breakdowns: Vec<Vec<Dimension>>,
) -> Result<Vec<FunnelReport>, AnswerError> {
    let Question { period, .. } = question;
    let columns = |by: &Vec<Dimension>| {
        let told_apart: Vec<Dimension> = by.iter().chain(filtered_by(question)).cloned().collect();
        apart(&told_apart)
    };
    let finest = finest(&breakdowns.iter().map(columns).collect::<Vec<_>>());
    let mut asked_for: Vec<BreakdownColumns> = Vec::new();
    let place_of = |columns: &BreakdownColumns| {
        asked_for.iter().position(|one| one == columns).unwrap_or_else(|| {
            asked_for.push(*columns);
            asked_for.len() - 1
        })
    };
    let places: Vec<usize> = finest.iter().map(place_of).collect();
    let fetch = async {
        let counts =
            asked_for.iter().map(|by| store.funnel_counts(period, *by, question.counted_until));
        tokio::try_join!(try_join_all(counts), spend_of(store, period))
    };
    let asked = question.clone();
    in_turn(fetch, move |(counts, spend), _| {
        let Question { period, filters, top, .. } = &asked;
        let report = |(by, place): (&Vec<Dimension>, usize)| {
            let report = analysis::funnel(&counts[place], period, by, filters, &spend)?;
            Ok(match top {
                Some(top) => report.top(*top),
                None => report,
            })
        };
        breakdowns.iter().zip(places).map(report).collect()
    })
    .await
}

/// A funnel of one's own over the question's period.
///
/// # Errors
/// If it cannot be computed.
pub async fn answer_custom_funnel(
    store: &Store,
    funnel: &Funnel,
    question: &Question,
) -> Result<FunnelReport, AnswerError> {
    let (own, period, by) = (funnel.clone(), question.period.clone(), question.by.clone());
    let top = question.top;
    own_people(store, funnel, question, false, move |conversations, people| {
        let mut counting = Counting::new(&own, conversations, &period, &by)?;
        people.for_each(|person| counting.add(&person));
        counting.finish(top)
    })
    .await
}

/// The funnel with the question's filters beside its own, and its limit.
pub(crate) fn narrowed(funnel: &Funnel, question: &Question) -> Funnel {
    let mut funnel = funnel.clone();
    funnel.rules.limit = question.counted_until;
    let more = question.filters.iter();
    funnel.filters.extend(more.map(|one| (one.dimension.clone(), one.value.clone())));
    funnel
}

fn filtered_by(question: &Question) -> impl Iterator<Item = &Dimension> {
    question.filters.iter().map(|filter| &filter.dimension)
}

/// The same by each of some breakdowns, of one pass over the events of the question's period.
///
/// # Errors
/// If it cannot be computed.
pub(crate) async fn answer_own_by_each(
    store: &Store,
    funnel: &Funnel,
    question: &Question,
    breakdowns: Vec<Vec<Dimension>>,
) -> Result<Vec<FunnelReport>, AnswerError> {
    let (own, period, top) = (funnel.clone(), question.period.clone(), question.top);
    let asked = Question { by: breakdowns.concat(), ..question.clone() };
    own_people(store, funnel, &asked, false, move |conversations, people| {
        let by = |by: &Vec<Dimension>| Counting::new(&own, conversations, &period, by);
        let mut all = breakdowns.iter().map(by).collect::<Result<Vec<_>, _>>()?;
        people.for_each(|person| all.iter_mut().for_each(|counting| counting.add(&person)));
        all.into_iter().map(|counting| counting.finish(top)).collect()
    })
    .await
}

/// The attempts of a funnel of one's own that reached step number `step` (from 0), and, `no_further`, not the next.
///
/// # Errors
/// If it cannot be computed.
pub(crate) async fn answer_reached(
    store: &Store,
    funnel: &Funnel,
    question: &Question,
    step: usize,
    no_further: bool,
) -> Result<Vec<Reached>, AnswerError> {
    let (own, period) = (narrowed(funnel, question), question.period.clone());
    own_people(store, &own.clone(), question, true, move |conversations, people| {
        let mut reaching = Reaching::new(&own, conversations, &period, step, no_further)?;
        people.for_each(|person| reaching.add(&person));
        Ok(reaching.finish())
    })
    .await
}

/// At what age the units of a funnel of one's own reach its steps: those of the question's period, by day or week (`unit`),
/// of which those may be unfinished that began at `young_from` or later, and those of a `history`.
///
/// # Errors
/// If it cannot be computed.
pub(crate) async fn answer_ages(
    store: &Store,
    funnel: &Funnel,
    question: &Question,
    unit: &Dimension,
    history: &Period,
    young_from: i64,
) -> Result<UnitAges, AnswerError> {
    let (own, unit) = (funnel.clone(), unit.clone());
    let (asked, history) = (question.period.clone(), history.clone());
    let mut whole = asked.clone();
    (whole.from, whole.to) = (asked.from.min(history.from), asked.to.max(history.to));
    let question = Question { period: whole, ..question.clone() };
    own_people(store, funnel, &question, false, move |conversations, people| {
        let periods = [&asked, &history];
        let mut ages = AgingUnits::new(&own, conversations, periods, &unit, young_from)?;
        people.for_each(|person| ages.add(&person));
        Ok(ages.finish())
    })
    .await
}

/// Has a funnel of one's own computed of conversations and of people, who are given as they come: all of
/// them are never in memory at once. They have ids if `names_people`.
async fn own_people<T, F>(
    store: &Store,
    funnel: &Funnel,
    question: &Question,
    names_people: bool,
    compute: F,
) -> Result<T, AnswerError>
where
    T: Send + 'static,
    F: FnOnce(&DataFrame, &mut dyn Iterator<Item = PersonOccurrences>) -> Result<T, AnalysisError>
        + Send
        + 'static,
{
    let turn = worker::turn().await?;
    let waiting = Waiting::default();
    let wanted = waiting.0.clone();
    let Question { period, by, .. } = question;
    let until = period.to.0.saturating_add(funnel.rules.window_ms).saturating_add(1).min(LATEST);
    // People who are not told apart need no conversations.
    let is_plain = funnel.unit == Unit::Person && by.is_empty() && funnel.filters.is_empty();
    let conversations = if is_plain {
        no_conversations()
    } else {
        let told_apart = by.iter().chain(funnel.filters.iter().map(|(dimension, _)| dimension));
        let told_apart: Vec<Dimension> = told_apart.cloned().collect();
        let with_before = funnel.unit == Unit::Person;
        store.unit_conversations(period, until, with_before, apart(&told_apart)).await?
    };
    let testers: Vec<String> =
        funnel.exclude_people.iter().map(|(page, person)| format!("{page}/{person}")).collect();
    let asked = FunnelEvents {
        steps: &funnel.matches,
        exclusions: &funnel.exclusions,
        is_any_order: funnel.rules.order == Order::Any,
        has_ids: names_people,
        excluded_people: &testers,
    };
    let (taker, mut given) = mpsc::channel(4);
    let work = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let batches = std::iter::from_fn(|| given.blocking_recv());
        // Of a part of the people nothing is computed.
        let mut people = batches.flatten().take_while(|_| wanted.is_so());
        compute(&conversations, &mut people).and_then(|told| wanted.check().map(|()| told))
    });
    let fetched = store.custom_funnel_people(period.from.0, until, asked, taker).await;
    let done = work.await.map_err(|error| AnswerError::CutOff(error.to_string()))?;
    fetched?;
    Ok(done?)
}
