//! From a question to a result: the store gives the events, the analysis counts.

use polars_core::frame::DataFrame;
use thiserror::Error;
use tokio::sync::mpsc;

use super::question::Credit;
use super::turns::{self, Waiting, in_turn};
use super::{Misunderstood, Question};
use crate::analysis::{
    self, AnalysisError, AttributionReport, Comparison, CostReport, Counting, DEFAULT_FUNNEL,
    Description, Dimension, Funnel, FunnelReport, Funnels, Journeys, Model, Order, Reached,
    Reaching, Scope, Unit,
};
use crate::domain::{AdDay, Period, PersonOccurrences};
use crate::store::{Apart, ConversationRow, EventRow, FunnelEvents, LATEST, Store, StoreError};

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
    /// The result cannot be written in the form that was asked for.
    #[error("the rows could not be written: {0}")]
    Unwritten(String),
    /// The work was cut off, by a panic or by shutting down.
    #[error("the analysis was cut off: {0}")]
    CutOff(String),
    /// Too many questions wait already.
    #[error("too many questions are asked at once")]
    Busy,
}

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
        return answer_own_funnel(store, &narrowed(funnel, question), question).await;
    }
    if name != DEFAULT_FUNNEL {
        let known: Vec<&str> =
            std::iter::once(DEFAULT_FUNNEL).chain(own.keys().map(String::as_str)).collect();
        let text = format!("there is no funnel {name:?}; known are {}", known.join(", "));
        return Err(AnswerError::Unknown(text));
    }
    let Question { period, by, .. } = question;
    let told_apart: Vec<Dimension> = by.iter().chain(filtered_by(question)).cloned().collect();
    let fetch = async {
        let counts = store.funnel_counts(period, apart(&told_apart));
        tokio::try_join!(counts, spend_of(store, period))
    };
    let asked = question.clone();
    in_turn(fetch, move |(counts, spend), _| {
        let Question { period, by, filters, top, .. } = &asked;
        let report = analysis::funnel(&counts, period, by, filters, &spend)?;
        Ok(match top {
            Some(top) => report.top(*top),
            None => report,
        })
    })
    .await
}

/// A funnel of one's own over the question's period.
///
/// # Errors
/// If it cannot be computed.
pub async fn answer_own_funnel(
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

/// The funnel with the question's filters beside its own.
pub(super) fn narrowed(funnel: &Funnel, question: &Question) -> Funnel {
    let mut funnel = funnel.clone();
    let more = question.filters.iter();
    funnel.filters.extend(more.map(|one| (one.dimension.clone(), one.value.clone())));
    funnel
}

fn filtered_by(question: &Question) -> impl Iterator<Item = &Dimension> {
    question.filters.iter().map(|filter| &filter.dimension)
}

/// The same by each of some dimensions, of one pass over the events.
///
/// # Errors
/// If it cannot be computed.
pub(super) async fn answer_own_by_each(
    store: &Store,
    funnel: &Funnel,
    question: &Question,
    dimensions: Vec<Dimension>,
) -> Result<Vec<FunnelReport>, AnswerError> {
    let (own, period, top) = (funnel.clone(), question.period.clone(), question.top);
    let asked = Question { by: dimensions.clone(), ..question.clone() };
    own_people(store, funnel, &asked, false, move |conversations, people| {
        let by = |dimension| {
            Counting::new(&own, conversations, &period, std::slice::from_ref(dimension))
        };
        let mut all = dimensions.iter().map(by).collect::<Result<Vec<_>, _>>()?;
        people.for_each(|person| all.iter_mut().for_each(|counting| counting.add(&person)));
        all.into_iter().map(|counting| counting.finish(top)).collect()
    })
    .await
}

/// The attempts of a funnel of one's own that reached step number `step` (from 0), and, `no_further`, not the next.
///
/// # Errors
/// If it cannot be computed.
pub(super) async fn answer_reached(
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

/// Has a funnel of one's own computed of conversations and of people, who are given as they come: all of
/// them are never in memory at once. They have ids if the funnel needs them, or `names_people`.
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
    let turn = turns::turn().await?;
    let waiting = Waiting::default();
    let wanted = waiting.0.clone();
    let Question { period, by, .. } = question;
    let until = period.to.0.saturating_add(funnel.rules.window_ms).saturating_add(1).min(LATEST);
    // People who are not told apart need no conversations.
    let is_plain = funnel.unit == Unit::Person && by.is_empty() && funnel.filters.is_empty();
    let nothing = Period { to: period.from, ..period.clone() };
    let conversations = if is_plain {
        store.unit_conversations(&nothing, period.from.0, false, Apart::default()).await?
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
        has_ids: names_people || !is_plain,
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
    let fetched = store.own_funnel_people(period.from.0, until, asked, taker).await;
    let done = work.await.map_err(|error| AnswerError::CutOff(error.to_string()))?;
    fetched?;
    Ok(done?)
}

/// The columns that a breakdown by these dimensions needs.
pub(super) fn apart(by: &[Dimension]) -> Apart {
    let mut apart = Apart::default();
    for dimension in by {
        match dimension {
            Dimension::Page => apart.page = true,
            Dimension::Channel => apart.channel = true,
            Dimension::Ref | Dimension::RefPart(..) => apart.referral_ref = true,
            Dimension::Ad => apart.ad = true,
            Dimension::AdSet => (apart.ad, apart.ad_names) = (true, true),
            // A printed link has a source of its own.
            Dimension::Source => (apart.source, apart.link) = (true, true),
            Dimension::Link | Dimension::Medium | Dimension::Owner => apart.link = true,
            Dimension::Campaign => {
                (apart.link, apart.ad, apart.ad_names) = (true, true, true);
            }
            Dimension::Referer => apart.referer = true,
            Dimension::Hour => apart.time_unit = "hour",
            Dimension::Day | Dimension::Week if apart.time_unit.is_empty() => {
                apart.time_unit = "day";
            }
            // Spend alone knows placements.
            Dimension::Placement | Dimension::Day | Dimension::Week => {}
        }
    }
    apart
}

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
pub(super) async fn spend_of(store: &Store, period: &Period) -> Result<Vec<AdDay>, StoreError> {
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
pub(super) struct Ways {
    pub touchpoints: DataFrame,
    pub conversions: DataFrame,
}

impl Ways {
    /// Those of the question's period, with what its lookback window reaches.
    pub(super) async fn of(store: &Store, question: &Question) -> Result<Self, StoreError> {
        let lookback = question.credit.parameters.lookback_ms();
        let touchpoints = store.touchpoints(&question.period, lookback, false, apart(&question.by));
        let conversions = store.conversions(&question.period, lookback + 1);
        let (touchpoints, conversions) = tokio::try_join!(touchpoints, conversions)?;
        Ok(Self { touchpoints, conversions })
    }

    pub(super) fn journeys(&self, question: &Question) -> Result<Journeys, AnalysisError> {
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
    in_turn(Ways::of(store, question), move |ways, wanted| {
        let journeys = ways.journeys(&asked)?.as_long_as(wanted);
        drop(ways);
        wanted.check()?;
        compute(&journeys, &asked.credit)
    })
    .await
}

/// Events of one person that are told at most.
const MOST_EVENTS: u64 = 10_000;

/// One person's conversations and events.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub(super) async fn answer_person(
    store: &Store,
    page: &str,
    person: &str,
) -> Result<(Vec<ConversationRow>, Vec<EventRow>), AnswerError> {
    let conversations = store.conversations_of(page, person);
    let events = store.person_events(page, person, MOST_EVENTS);
    Ok(tokio::try_join!(conversations, events)?)
}
