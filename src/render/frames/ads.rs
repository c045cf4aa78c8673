//! What ads cost as a frame.

use polars_core::frame::DataFrame;

use super::columns::Columns;
use crate::analysis::{AdsReport, Estimate, conversation_steps};

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
    let steps = conversation_steps().enumerate();
    let columns = steps.fold(columns, |columns, (place, name)| {
        columns
            .count(name, |row| row.steps[place].count)
            .interval(&format!("cost_per_{name}"), |row| three(row.steps[place].cost))
            .number(&format!("matured_share_{name}"), |row| row.steps[place].matured_share)
            .interval(&format!("expected_cost_per_{name}"), |row| {
                three(row.steps[place].expected_cost)
            })
    });
    columns
        .number("value", |row| row.value)
        .interval("roas", |row| three(row.roas))
        .number("matured_share_value", |row| row.value_matured_share)
        .interval("expected_roas", |row| three(row.expected_roas))
        .count("conversations_started", |row| row.conversations_started)
        .count("first_replies", |row| row.first_replies)
        .count("without_cost", |row| row.without_cost)
        .count("charged_messages", |row| row.charged_messages)
        .number("message_cost", |row| row.message_cost)
        .count("messages_without_cost", |row| row.messages_without_cost)
        .done()
}
