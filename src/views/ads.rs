//! What ads, links and doors cost, and what each stage cost.

use axum::http::HeaderMap;
use axum::response::Response;
use polars_core::frame::DataFrame;

use super::allowed::Allowed;
use super::answer::{self, AnswerError};
use super::frames::Columns;
use super::problem::Problem;
use super::{Asks, Format, Misunderstood, Question, api, charts, render, turns};
use crate::analysis::{
    self, AdsData, AdsReport, Dimension, Estimate, KnownDays, Level, LinkBefore,
};
use crate::domain::Period;
use crate::store::{Apart, Store, StoreError};

/// The report by the question's first dimension, an ad each without one.
///
/// # Errors
/// If the dimension is none of ads, or the report cannot be computed.
pub async fn answer_ads(store: &Store, question: &Question) -> Result<AdsReport, AnswerError> {
    let level = level(question)?;
    let asked = question.period.clone();
    let facts = facts(store, &question.period);
    turns::in_turn(facts, move |facts, _| analysis::ads(facts, level, &asked)).await
}

/// What is known of a period's ads, links and doors.
pub(super) async fn facts(store: &Store, period: &Period) -> Result<AdsData, StoreError> {
    let apart = Apart { ad: true, source: true, link: true, time_unit: "day", ..Apart::default() };
    let known = async {
        match period.whole_days() {
            Some((first, last)) => store.known_spend_days(first, last).await,
            None => Ok(Vec::new()),
        }
    };
    let (counts, values, spend, known, ads, accounts, costs, links, visits) = tokio::try_join!(
        store.funnel_counts(period, apart),
        store.purchase_values(period),
        answer::spend_of(store, period),
        known,
        store.named_ads(),
        store.ad_accounts(),
        store.costs(),
        store.links(),
        store.link_visits(period),
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
    })
}

fn level(question: &Question) -> Result<Level, Misunderstood> {
    if question.by.len() > 1 {
        let reason = "costs are told by one dimension at a time".to_owned();
        return Err(Misunderstood { parameter: "by", reason });
    }
    let name = question.by.first().map_or_else(|| "ad".into(), Dimension::name);
    Level::from_name(&name).ok_or_else(|| Misunderstood {
        parameter: "by",
        reason: format!("{name:?} has no costs of its own; known are {}", Level::names()),
    })
}

/// What ads cost, each stage and what each cost, by campaign (or `by`).
#[utoipa::path(get, path = "/api/v1/ads", tag = "costs",
    responses((status = 200, body = AdsReport)))]
pub(super) async fn ads(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = api::understand(&views, asked, &headers)?;
    let report = answer_ads(&views.store, &question).await.map_err(Problem::from)?;
    match look.format {
        Format::Svg | Format::Png => render::charted(look.format, &charts::ads(&report)),
        _ => render::rendered(&look, report, ads_frame),
    }
}

/// A row a row of the report: `docs/guides/costs.md` lists the columns.
#[must_use]
pub fn ads_frame(report: &AdsReport) -> DataFrame {
    let three = |estimate: Option<Estimate>| match estimate {
        Some(Estimate { value, low, high }) => [value, Some(low), high],
        None => [None; 3],
    };
    let columns = Columns::of(&report.rows)
        .text("id", |row| row.id.as_str())
        .text("name", |row| row.name.as_str())
        .text("campaign", |row| row.campaign.as_str())
        .text("ad_set", |row| row.ad_set.as_str())
        .text("account_id", |row| row.account_id.as_str())
        .text("currency", |row| row.currency.as_deref().unwrap_or_default())
        .number("spend", |row| row.spend)
        .count("impressions", |row| row.impressions)
        .count("clicks", |row| row.clicks)
        .interval("ctr", |row| {
            row.ctr.map_or([None; 3], |ctr| [ctr.rate, ctr.low, ctr.high].map(Some))
        })
        .number("cpm", |row| row.cpm)
        .interval("cost_per_click", |row| three(row.cost_per_click));
    let steps = super::conversation_steps().enumerate();
    let columns = steps.fold(columns, |columns, (place, name)| {
        columns
            .count(name, |row| row.steps[place].count)
            .interval(&format!("cost_per_{name}"), |row| three(row.steps[place].cost))
    });
    columns
        .number("value", |row| row.value)
        .interval("roas", |row| three(row.roas))
        .count("conversations_started", |row| row.conversations_started)
        .count("first_replies", |row| row.first_replies)
        .count("without_cost", |row| row.without_cost)
        .done()
}
