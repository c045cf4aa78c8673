//! What credit cost: each channel's spend beside what a model credits it with.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use utoipa::ToSchema;

use super::intervals::{self, Intervals};
use super::journeys::Journeys;
use super::{Model, Parameters, report};
use crate::analysis::{AnalysisError, Dimension};
use crate::domain::{AdDay, Clock};

/// Fewer conversions cannot bear a marginal figure.
const ENOUGH_FOR_MARGINAL: f64 = 300.0;

/// What each channel's credit cost.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CostReport {
    /// The model.
    pub model: &'static str,
    /// Which day a conversion counts on; `None` for path files, which have no days.
    pub clock: Option<Clock>,
    /// The only conversions that count; `None`: all.
    pub conversion: Option<String>,
    /// A row a channel and currency of its spend, the dearest first.
    pub channels: Vec<ChannelCost>,
}

/// A channel's spend in one currency, and what it bought.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChannelCost {
    /// The channel.
    pub channel: String,
    /// ISO 4217.
    pub currency: String,
    /// Spend in `currency`.
    pub cost: f64,
    /// Conversions credited to the channel, of any currency and of none.
    pub conversions: f64,
    /// Spend a conversion; `None` without one, and of a channel that is paid in several currencies.
    pub cost_per_conversion: Option<f64>,
    /// Its 95 % interval, if it was asked for; open above (`None`) where there may be none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_per_conversion_interval: Option<[Option<f64>; 2]>,
    /// Value credited in `currency`; `None` if no conversion in it carried any.
    pub value: Option<f64>,
    /// Return on ad spend by day of conversion: value over spend, in one currency.
    pub roas: Option<f64>,
    /// Its 95 % interval, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roas_interval: Option<[f64; 2]>,
    /// `markov`, with at least 300 conversions: spend for each conversion that would be lost without
    /// the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_per_lost_conversion: Option<f64>,
}

/// What each channel's credit by a model cost. Spend is that of ads: only channels by source, ad,
/// both, or campaign have some; with others the report has no rows.
///
/// # Errors
/// If intervals are asked for and the journeys cannot be resampled.
pub fn costs(
    journeys: &Journeys,
    model: Model,
    parameters: &Parameters,
    channel: &[Dimension],
    spend: &[AdDay],
    with_intervals: bool,
) -> Result<CostReport, AnalysisError> {
    let found = report::attribution(journeys, model, parameters, false)?.channels;
    let drawn = if with_intervals {
        Some(intervals::bootstrap(journeys, model, parameters)?)
    } else {
        None
    };
    let total = journeys.conversions();
    let mut rows = Vec::new();
    let by_channel = by_channel(channel, spend);
    let mut currencies: BTreeMap<String, usize> = BTreeMap::new();
    for (channel, _) in by_channel.keys() {
        *currencies.entry(channel.clone()).or_default() += 1;
    }
    for ((channel, currency), cost) in by_channel {
        let own: Vec<_> = found.iter().filter(|row| row.channel == channel).collect();
        let conversions: f64 = own.iter().map(|row| row.conversions).sum();
        let in_currency = own.iter().find(|row| row.currency.as_deref() == Some(&currency));
        let value = in_currency.and_then(|row| row.value);
        let effect = own.iter().find_map(|row| row.removal_effect);
        let lost = effect.filter(|_| total >= ENOUGH_FOR_MARGINAL).map(|effect| effect * total);
        // Which of a channel's conversions was paid in which currency, nobody can tell.
        let is_only = currencies[&channel] == 1;
        let per = |count: f64| (count > 0.0 && is_only).then(|| cost / count);
        rows.push(ChannelCost {
            cost,
            conversions,
            cost_per_conversion: per(conversions),
            cost_per_conversion_interval: drawn
                .as_ref()
                .and_then(|drawn| drawn.of_conversions(journeys, &channel))
                // The fewer conversions, the dearer each.
                .map(|[low, high]| [per(high), per(low)]),
            value,
            roas: value.filter(|_| cost > 0.0).map(|value| value / cost),
            roas_interval: roas_interval(journeys, drawn.as_ref(), &channel, &currency, cost),
            cost_per_lost_conversion: lost.and_then(per),
            channel,
            currency,
        });
    }
    rows.sort_by(|a, b| b.cost.total_cmp(&a.cost));
    Ok(CostReport {
        model: model.as_str(),
        clock: journeys.is_observed.then_some(Clock::Conversion),
        conversion: journeys.goal.clone(),
        channels: rows,
    })
}

fn roas_interval(
    journeys: &Journeys,
    drawn: Option<&Intervals>,
    channel: &str,
    currency: &str,
    cost: f64,
) -> Option<[f64; 2]> {
    let interval = drawn?.of(journeys, channel, Some(currency))?;
    (cost > 0.0).then(|| interval.value.map(|value| value / journeys.scale / cost))
}

/// Spend by channel and currency.
fn by_channel(channel: &[Dimension], spend: &[AdDay]) -> BTreeMap<(String, String), f64> {
    let name = |day: &AdDay| match channel {
        [] | [Dimension::Source] => Some("ad".to_owned()),
        [Dimension::Ad] => Some(day.ad_id.clone()),
        [Dimension::Campaign] => Some(day.campaign_name.clone()).filter(|name| !name.is_empty()),
        [Dimension::Source, Dimension::Ad] => Some(format!("ad / {}", day.ad_id)),
        [Dimension::Ad, Dimension::Source] => Some(format!("{} / ad", day.ad_id)),
        _ => None,
    };
    // Added as decimals: no cent is lost.
    let mut sums: BTreeMap<(String, String), Decimal> = BTreeMap::new();
    for day in spend {
        if let Some(name) = name(day) {
            *sums.entry((name, day.currency.clone())).or_default() += day.spend;
        }
    }
    sums.into_iter().map(|(key, sum)| (key, sum.to_f64().unwrap_or(f64::NAN))).collect()
}
