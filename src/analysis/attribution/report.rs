//! The credit of every channel as a report.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::credits::{Credit, Credits};
use super::intervals::{self, Interval};
use super::journeys::{Journeys, NONE};
use super::{Model, Parameters, credits, markov, notes};
use crate::analysis::AnalysisError;
use crate::domain::Clock;
use crate::language::Message;

/// The credit of every channel.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AttributionReport {
    /// The model.
    pub model: &'static str,
    /// The numbers that the model took, by name.
    pub parameters: BTreeMap<&'static str, f64>,
    /// Days before a conversion in which touchpoints earn credit; `None` for path files.
    pub lookback_days: Option<u32>,
    /// Which day a conversion counts on; `None` for path files, which have no days.
    pub clock: Option<Clock>,
    /// The only conversions that count; `None`: all.
    pub conversion: Option<String>,
    /// A row a channel and currency, largest first.
    pub channels: Vec<ChannelCredit>,
    /// All conversions; the sum of the rows.
    pub total_conversions: f64,
    /// What to know before deciding by these figures.
    #[schema(value_type = Vec<String>)]
    pub notes: Vec<Message>,
}

/// A channel's credit in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChannelCredit {
    /// The channel.
    pub channel: String,
    /// Conversions credited.
    pub conversions: f64,
    /// Their value in `currency`; `None` if they carried none.
    pub value: Option<f64>,
    /// ISO 4217; `None` for conversions without value.
    pub currency: Option<String>,
    /// `markov`: the part of all conversions that would be lost without the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removal_effect: Option<f64>,
    /// 95 % bootstrap interval of `conversions`, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversions_interval: Option<[f64; 2]>,
    /// 95 % bootstrap interval of `value`, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_interval: Option<[f64; 2]>,
}

/// The credit that a model gives, on request with bootstrap intervals over people.
///
/// # Errors
/// If intervals are asked for and the journeys cannot be resampled.
pub fn attribution(
    journeys: &Journeys,
    model: Model,
    parameters: &Parameters,
    with_intervals: bool,
) -> Result<AttributionReport, AnalysisError> {
    let (found, effects) = if model == Model::Markov {
        let (found, effects) = markov::markov(journeys, parameters.order);
        (found, Some(effects.of_all))
    } else {
        (credits(journeys, model, parameters), None)
    };
    let mut channels = rows(journeys, &found);
    if let Some(effects) = effects {
        for row in &mut channels {
            let channel = journeys.channels.iter().position(|name| *name == row.channel);
            row.removal_effect = channel.map(|channel| effects[channel]);
        }
    }
    if with_intervals {
        let intervals = intervals::bootstrap(journeys, model, parameters)?;
        for row in &mut channels {
            let interval = intervals.of(journeys, &row.channel, row.currency.as_deref());
            row.conversions_interval = interval.map(|Interval { conversions, .. }| conversions);
            let in_currency = |[low, high]: [f64; 2]| [low / journeys.scale, high / journeys.scale];
            row.value_interval = interval
                .filter(|_| row.value.is_some())
                .map(|interval| in_currency(interval.value));
        }
    }
    Ok(AttributionReport {
        model: model.as_str(),
        parameters: parameters.of(model),
        lookback_days: journeys.is_observed.then_some(parameters.lookback_days),
        clock: journeys.is_observed.then_some(Clock::Conversion),
        conversion: journeys.goal.clone(),
        channels,
        total_conversions: found.totals.iter().map(|total| total.conversions).sum::<f64>() + 0.0,
        notes: notes::notes(journeys, model, parameters),
    })
}

/// A row for each channel in each currency in which it earned something; for path files, whose
/// channels somebody listed, a row for each channel.
pub(super) fn rows(journeys: &Journeys, credits: &Credits) -> Vec<ChannelCredit> {
    let mut rows = Vec::new();
    let all: f64 = credits.totals.iter().map(|total| total.conversions).sum();
    for (group, about) in journeys.groups.iter().enumerate() {
        let row = |channel: &str, credit: Credit| ChannelCredit {
            channel: channel.to_owned(),
            conversions: credit.conversions,
            value: about.has_value.then_some(credit.value),
            currency: about.currency.clone(),
            removal_effect: None,
            conversions_interval: None,
            value_interval: None,
        };
        let has_earned = |credit: &Credit| *credit != Credit::default();
        let channels = journeys.channels.iter().enumerate();
        let mut of_group: Vec<ChannelCredit> = channels
            .map(|(channel, name)| (name.as_str(), credits.get(group, channel)))
            .filter(|(_, credit)| !journeys.is_observed || has_earned(credit))
            .chain(Some((NONE, credits.of_none[group])).filter(|(_, credit)| has_earned(credit)))
            .map(|(name, credit)| row(name, credit))
            .collect();
        let total = credits.totals[group];
        settle(&mut of_group, total.conversions, all, |row| Some(&mut row.conversions));
        settle(&mut of_group, total.value, total.value, |row| row.value.as_mut());
        // Behind that, so that whole units stay whole: 157,420,900 of them are 15742.09.
        for value in of_group.iter_mut().filter_map(|row| row.value.as_mut()) {
            *value /= journeys.scale;
        }
        rows.extend(of_group);
    }
    // Stable: what is equal stays in the order of currencies and first touches.
    rows.sort_by(|a, b| b.conversions.total_cmp(&a.conversions));
    rows
}

/// Makes the parts sum to the total to the last digit, in any order: each becomes a multiple of the
/// last digit that a sum up to `most` holds, and the largest gets what is then missing.
fn settle(
    rows: &mut [ChannelCredit],
    total: f64,
    most: f64,
    mut part: impl FnMut(&mut ChannelCredit) -> Option<&mut f64>,
) {
    rows.sort_by(|a, b| b.conversions.total_cmp(&a.conversions));
    // Refunds can make parts larger than their sum.
    let parts: f64 = rows.iter_mut().filter_map(|row| part(row).map(|part| part.abs())).sum();
    let most = most.abs().max(parts);
    if most == 0.0 || !most.is_finite() {
        return;
    }
    let digit = most.next_up() - most;
    for part in rows.iter_mut().filter_map(&mut part) {
        *part = (*part / digit).round() * digit;
    }
    let sum: f64 = rows.iter_mut().filter_map(|row| part(row).map(|part| *part)).sum();
    if let Some(largest) = rows.first_mut().and_then(part) {
        *largest += total - sum;
    }
}

impl Parameters {
    /// Those that a model takes, by name.
    fn of(&self, model: Model) -> BTreeMap<&'static str, f64> {
        #[expect(clippy::cast_precision_loss, reason = "an order is 1 to 4")]
        let order = self.order as f64;
        BTreeMap::from_iter(match model {
            Model::Position => {
                vec![("first_share", self.first_share), ("last_share", self.last_share)]
            }
            Model::TimeDecay => vec![("half_life_days", self.half_life_days)],
            Model::Markov => vec![("order", order)],
            _ => Vec::new(),
        })
    }
}
