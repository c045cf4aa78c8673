//! What ads, links and entry points cost, and what each stage cost.

use super::attribution::spend_of;
use super::error::AnswerError;
use super::funnel_outlook::Spans;
use super::invalid_parameter::InvalidParameter;
use super::query::Question;
use super::worker;
use crate::analysis::{
    self, AdsData, AdsReport, Dimension, KnownDays, Level, LinkBefore, Maturity, MessagePrices,
    UnfinishedFrames,
};
use crate::domain::FUNNEL_WINDOW_MS;
use crate::store::{Bound, BreakdownColumns, Store, StoreError};

/// The report by the question's first dimension, an ad each without one.
///
/// # Errors
/// If the dimension is none of ads, or the report cannot be computed.
pub async fn answer_ads(store: &Store, question: &Question) -> Result<AdsReport, AnswerError> {
    let level = level(question)?;
    let asked = question.period.clone();
    let facts = Box::pin(facts(store, question));
    worker::in_turn(facts, move |facts, _| analysis::ads(facts, level, &asked)).await
}

/// The same report, and behind it those of the levels below: of campaigns their ad sets and ads, of ad sets their ads.
///
/// # Errors
/// If the dimension is none of ads, or a report cannot be computed.
pub(crate) async fn answer_ads_by_level(
    store: &Store,
    question: &Question,
) -> Result<Vec<AdsReport>, AnswerError> {
    let levels: &[Level] = match level(question)? {
        Level::Campaign => &[Level::Campaign, Level::AdSet, Level::Ad],
        Level::AdSet => &[Level::AdSet, Level::Ad],
        _ => return Ok(vec![answer_ads(store, question).await?]),
    };
    let asked = question.period.clone();
    let facts = Box::pin(facts(store, question));
    worker::in_turn(facts, move |facts, _| {
        levels.iter().map(|level| analysis::ads(facts.clone(), *level, &asked)).collect()
    })
    .await
}

/// What is known of a period's ads, links and entry points.
pub(crate) async fn facts(store: &Store, question: &Question) -> Result<AdsData, StoreError> {
    facts_apart(store, question, BreakdownColumns::default()).await
}

/// The same with counts by `more` columns.
pub(crate) async fn facts_apart(
    store: &Store,
    question: &Question,
    more: BreakdownColumns,
) -> Result<AdsData, StoreError> {
    let period = &question.period;
    let time_unit = if more.time_unit.is_empty() { "day" } else { more.time_unit };
    let apart = BreakdownColumns { ad: true, source: true, link: true, time_unit, ..more };
    let known = async {
        match period.whole_days() {
            Some((first, last)) => store.known_spend_days(first, last).await,
            None => Ok(Vec::new()),
        }
    };
    let (
        counts,
        values,
        spend,
        known,
        ads,
        accounts,
        costs,
        links,
        visits,
        charged,
        prices,
        maturity,
    ) = tokio::try_join!(
        store.funnel_counts(period, apart, None),
        store.purchase_values(period),
        spend_of(store, period),
        known,
        store.named_ads(),
        store.ad_accounts(),
        store.costs(),
        store.links(),
        store.link_visits(period),
        store.charged_messages(period),
        store.message_prices(period),
        maturity(store, question, more),
    )?;
    let visits_of = |slug: &str| {
        visits.iter().find(|visits| visits.slug == slug).map_or(0, |visits| visits.clicks)
    };
    Ok(AdsData {
        counts,
        values,
        spend,
        known: KnownDays::new(
            known.into_iter().map(|day| (day.date, day.account_id, day.is_whole)),
            accounts.iter().map(|account| account.id.clone()),
        ),
        ads,
        accounts,
        costs,
        links: LinkBefore::of(&links, visits_of),
        charged,
        prices: MessagePrices::new(prices),
        maturity,
    })
}

/// Whether the time of a period's conversations is over, and if not, what is known of when conversations convert.
async fn maturity(
    store: &Store,
    question: &Question,
    more: BreakdownColumns,
) -> Result<Maturity, StoreError> {
    let period = &question.period;
    let last_event = store.collection_state().await?.last_event;
    let Some(spans) = Spans::of(period, last_event.min(question.asked_at.0), FUNNEL_WINDOW_MS)
    else {
        return Ok(Maturity::Finished);
    };
    let by_source = BreakdownColumns { source: true, time_unit: "hour", ..more };
    let by_row = BreakdownColumns { ad: true, link: true, ..by_source };
    let asked = tokio::try_join!(
        store.funnel_counts(&spans.young, by_row, None),
        store.funnel_counts(&spans.history, by_source, None),
        store.funnel_ages(&spans.history, by_source),
        store.purchase_values_by_age(&spans.history),
    );
    match asked {
        Ok((young, history, ages, values)) => {
            let known_until = spans.known_until;
            let frames = UnfinishedFrames { young, history, ages, values, known_until };
            Ok(Maturity::Unfinished(Box::new(frames)))
        }
        Err(error) if error.bound() == Some(Bound::Groups) => Ok(Maturity::Unknown),
        Err(error) => Err(error),
    }
}

fn level(question: &Question) -> Result<Level, InvalidParameter> {
    if question.by.len() > 1 {
        let reason = "costs are told by one dimension at a time".to_owned();
        return Err(InvalidParameter { parameter: "by", reason });
    }
    let name = question.by.first().map_or_else(|| "ad".into(), Dimension::name);
    Level::from_name(&name).ok_or_else(|| InvalidParameter {
        parameter: "by",
        reason: format!("{name:?} has no costs of its own; known are {}", Level::names()),
    })
}
