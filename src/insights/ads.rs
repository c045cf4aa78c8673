//! What ads, links and entry points cost, and what each stage cost.

use super::attribution::spend_of;
use super::error::AnswerError;
use super::invalid_parameter::InvalidParameter;
use super::query::Question;
use super::worker;
use crate::analysis::{
    self, AdsData, AdsReport, Dimension, KnownDays, Level, LinkBefore, MessagePrices,
};
use crate::domain::Period;
use crate::store::{BreakdownColumns, Store, StoreError};

/// The report by the question's first dimension, an ad each without one.
///
/// # Errors
/// If the dimension is none of ads, or the report cannot be computed.
pub async fn answer_ads(store: &Store, question: &Question) -> Result<AdsReport, AnswerError> {
    let level = level(question)?;
    let asked = question.period.clone();
    let facts = Box::pin(facts(store, &question.period));
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
    let facts = Box::pin(facts(store, &question.period));
    worker::in_turn(facts, move |facts, _| {
        levels.iter().map(|level| analysis::ads(facts.clone(), *level, &asked)).collect()
    })
    .await
}

/// What is known of a period's ads, links and entry points.
pub(crate) async fn facts(store: &Store, period: &Period) -> Result<AdsData, StoreError> {
    facts_apart(store, period, BreakdownColumns::default()).await
}

/// The same with counts by `more` columns.
pub(crate) async fn facts_apart(
    store: &Store,
    period: &Period,
    more: BreakdownColumns,
) -> Result<AdsData, StoreError> {
    let time_unit = if more.time_unit.is_empty() { "day" } else { more.time_unit };
    let apart = BreakdownColumns { ad: true, source: true, link: true, time_unit, ..more };
    let known = async {
        match period.whole_days() {
            Some((first, last)) => store.known_spend_days(first, last).await,
            None => Ok(Vec::new()),
        }
    };
    let (counts, values, spend, known, ads, accounts, costs, links, visits, charged, prices) = tokio::try_join!(
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
    })
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
