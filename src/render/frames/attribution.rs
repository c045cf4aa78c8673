//! Credit and what it cost.

use polars_core::frame::DataFrame;

use super::columns::Columns;
use crate::analysis::{AttributionReport, Comparison, CostReport};

/// `channel, conversions, value, currency`; then, if the report has them, `removal_effect`, and
/// `conversions_low, conversions_high, value_low, value_high`.
#[must_use]
pub fn attribution(report: &AttributionReport) -> DataFrame {
    let rows = &report.channels;
    let mut columns = Columns::of(rows)
        .text("channel", |row| row.channel.as_str())
        .number("conversions", |row| row.conversions)
        .number("value", |row| row.value)
        .text("currency", |row| row.currency.as_deref().unwrap_or_default());
    if rows.iter().any(|row| row.removal_effect.is_some()) {
        columns = columns.number("removal_effect", |row| row.removal_effect);
    }
    if rows.iter().any(|row| row.conversions_interval.is_some()) {
        columns = columns
            .number("conversions_low", |row| row.conversions_interval.map(|[low, _]| low))
            .number("conversions_high", |row| row.conversions_interval.map(|[_, high]| high))
            .number("value_low", |row| row.value_interval.map(|[low, _]| low))
            .number("value_high", |row| row.value_interval.map(|[_, high]| high));
    }
    columns.done()
}

/// `channel, currency, model, conversions, value, difference`: a row a channel, currency and model.
#[must_use]
pub fn comparison(comparison: &Comparison) -> DataFrame {
    let models = |row| comparison.models.iter().map(move |model| (row, *model));
    let rows = comparison.rows.iter().flat_map(models);
    let rows = rows.filter_map(|(row, model)| Some((row, model, row.models.get(model)?)));
    let rows: Vec<_> = rows.collect();
    Columns::of(&rows)
        .text("channel", |row| row.0.channel.as_str())
        .text("currency", |row| row.0.currency.as_deref().unwrap_or_default())
        .text("model", |row| row.1)
        .number("conversions", |row| row.2.conversions)
        .number("value", |row| row.2.value)
        .number("difference", |row| row.2.difference)
        .done()
}

/// `channel, currency, cost, conversions, cost_per_conversion, cost_per_conversion_low,
/// cost_per_conversion_high, value, roas, roas_low, roas_high, cost_per_lost_conversion`.
#[must_use]
pub fn costs(report: &CostReport) -> DataFrame {
    Columns::of(&report.channels)
        .text("channel", |row| row.channel.as_str())
        .text("currency", |row| row.currency.as_str())
        .number("cost", |row| row.cost)
        .number("conversions", |row| row.conversions)
        .interval("cost_per_conversion", |row| {
            let [low, high] = row.cost_per_conversion_interval.unwrap_or_default();
            [row.cost_per_conversion, low, high]
        })
        .number("value", |row| row.value)
        .interval("roas", |row| {
            let [low, high] = row.roas_interval.map_or([None; 2], |ends| ends.map(Some));
            [row.roas, low, high]
        })
        .number("cost_per_lost_conversion", |row| row.cost_per_lost_conversion)
        .done()
}
