//! Models side by side.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::journeys::Journeys;
use super::markov::MOST_CHANNELS;
use super::{Model, Parameters, credits, report};
use crate::domain::Clock;

/// A difference counts from this part of the reference model's figure on, and from one conversion.
const MARKED: f64 = 0.1;

/// Every channel's credit by several models.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Comparison {
    /// The model that the others are compared with.
    pub reference: &'static str,
    /// All models, in order; without `markov` where there are more than 256 channels, unless it is
    /// the reference.
    pub models: Vec<&'static str>,
    /// Days before a conversion in which touchpoints earn credit; `None` for path files.
    pub lookback_days: Option<u32>,
    /// Which day a conversion counts on; `None` for path files, which have no days.
    pub clock: Option<Clock>,
    /// The only conversions that count; `None`: all.
    pub conversion: Option<String>,
    /// A row a channel and currency, those with most credit by the reference first.
    pub rows: Vec<ComparisonRow>,
    /// All conversions; in every model the sum of the rows.
    pub total_conversions: f64,
}

/// A channel in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ComparisonRow {
    /// The channel.
    pub channel: String,
    /// ISO 4217; `None` for conversions without value.
    pub currency: Option<String>,
    /// What it earns, by model.
    pub models: BTreeMap<&'static str, Compared>,
}

/// What a channel earns by one model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Compared {
    /// Conversions credited.
    pub conversions: f64,
    /// Their value; `None` if they carried none.
    pub value: Option<f64>,
    /// Conversions more than by the reference, as a part of those; `None` where it gives none.
    pub difference: Option<f64>,
    /// Whether that is at least a tenth, and at least one conversion.
    pub is_marked: bool,
}

/// The credit that each of `models` gives, beside that of `reference`.
#[must_use]
pub fn comparison(
    journeys: &Journeys,
    models: &[Model],
    reference: Model,
    parameters: &Parameters,
) -> Comparison {
    let report = |model| report::rows(journeys, &credits(journeys, model, parameters));
    // With very many channels Markov's model takes long: only if it was asked for.
    let is_quick =
        |model: &Model| *model != Model::Markov || journeys.channels.len() <= MOST_CHANNELS;
    let models: Vec<Model> =
        models.iter().copied().filter(|model| is_quick(model) || *model == reference).collect();
    let models = models.as_slice();
    // What is left out then is read by nobody.
    let wanted = models.iter().filter(|_| journeys.wanted.is_so());
    let reports: Vec<(Model, Vec<report::ChannelCredit>)> =
        wanted.map(|model| (*model, report(*model))).collect();
    let base = reports.iter().find(|(model, _)| *model == reference);
    let base = base.map_or_else(|| report(reference), |(_, report)| report.clone());
    let base: BTreeMap<(&str, Option<&str>), f64> = base
        .iter()
        .map(|row| ((row.channel.as_str(), row.currency.as_deref()), row.conversions))
        .collect();
    let mut rows: BTreeMap<(&str, Option<&str>), BTreeMap<&'static str, Compared>> =
        BTreeMap::new();
    for (model, report) in &reports {
        for row in report {
            let key = (row.channel.as_str(), row.currency.as_deref());
            let reference = base.get(&key).copied().unwrap_or(0.0);
            let compared = compared(row.conversions, row.value, reference);
            rows.entry(key).or_default().insert(model.as_str(), compared);
        }
    }
    let mut sorted: Vec<_> = rows.into_iter().collect();
    let by_reference = |key: &(&str, Option<&str>)| base.get(key).copied().unwrap_or(0.0);
    sorted.sort_by(|(a, _), (b, _)| by_reference(b).total_cmp(&by_reference(a)));
    let rows = sorted.into_iter().map(|((channel, currency), mut credits)| {
        for model in models {
            // A model that gives a channel nothing has no row for it.
            let has_value = credits.values().any(|compared| compared.value.is_some());
            credits.entry(model.as_str()).or_insert_with(|| {
                let nothing = by_reference(&(channel, currency));
                Compared {
                    conversions: 0.0,
                    value: has_value.then_some(0.0),
                    difference: (nothing > 0.0).then_some(-1.0),
                    is_marked: nothing >= 1.0,
                }
            });
        }
        ComparisonRow {
            channel: channel.to_owned(),
            currency: currency.map(str::to_owned),
            models: credits,
        }
    });
    Comparison {
        reference: reference.as_str(),
        models: models.iter().map(|model| model.as_str()).collect(),
        lookback_days: journeys.is_observed.then_some(parameters.lookback_days),
        clock: journeys.is_observed.then_some(Clock::Conversion),
        conversion: journeys.goal.clone(),
        rows: rows.collect(),
        total_conversions: journeys.conversions(),
    }
}

impl Comparison {
    /// The conversions of each channel over all currencies, those with most credit by the reference
    /// first. Values are left out: they are never added across currencies.
    #[must_use]
    pub fn over_currencies(&self) -> Vec<ComparisonRow> {
        let mut sums: BTreeMap<&str, BTreeMap<&'static str, f64>> = BTreeMap::new();
        for row in &self.rows {
            let sum = sums.entry(&row.channel).or_default();
            for (model, compared) in &row.models {
                *sum.entry(model).or_default() += compared.conversions;
            }
        }
        let by_reference =
            |models: &BTreeMap<_, f64>| models.get(self.reference).copied().unwrap_or(0.0);
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by(|(_, a), (_, b)| by_reference(b).total_cmp(&by_reference(a)));
        let row = |(channel, models): (&str, BTreeMap<&'static str, f64>)| {
            let reference = by_reference(&models);
            let models = models.into_iter();
            ComparisonRow {
                channel: channel.to_owned(),
                currency: None,
                models: models
                    .map(|(model, sum)| (model, compared(sum, None, reference)))
                    .collect(),
            }
        };
        sums.into_iter().map(row).collect()
    }
}

fn compared(conversions: f64, value: Option<f64>, reference: f64) -> Compared {
    let more = conversions - reference;
    Compared {
        conversions,
        value,
        difference: (reference > 0.0).then_some(more / reference),
        is_marked: more.abs() >= (MARKED * reference).max(1.0),
    }
}
