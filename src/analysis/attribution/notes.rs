//! What somebody should know before they decide by a model's figures.

use rustc_hash::FxHashMap;

use super::chain::Chain;
use super::journeys::{Journeys, Part, Touch};
use super::{Model, Parameters};

/// Fewer conversions are few for any model.
const FEW: f64 = 30.0;
/// Fewer are few for a model that learns from all journeys.
const FEW_TO_LEARN: f64 = 300.0;
/// A path with this part of the conversions rules all models.
const DOMINANT: f64 = 0.5;
/// Touchpoints of a path that are told.
const LONGEST_TOLD: usize = 8;
/// Where this part of the converting journeys has one touchpoint, models can hardly differ.
const SINGLE: f64 = 0.8;

/// Plain sentences; none if nothing is shaky.
pub(super) fn notes(journeys: &Journeys, model: Model, parameters: &Parameters) -> Vec<String> {
    let conversions = journeys.conversions();
    if conversions == 0.0 {
        return vec!["There are no conversions here to give credit for.".to_owned()];
    }
    let mut notes = Vec::new();
    if conversions < if model.is_data_driven() { FEW_TO_LEARN } else { FEW } {
        notes.push(format!(
            "Only {conversions} conversions: differences between channels may well be chance; \
             intervals tell how much."
        ));
    }
    if let Some((path, part)) = dominant_path(journeys, conversions) {
        let percent = (part * 100.0).round();
        notes.push(format!("{percent} % of the conversions came by one path: {path}."));
    }
    let single = single_touch_conversions(journeys) / conversions;
    if single >= SINGLE {
        let percent = (single * 100.0).round();
        notes.push(format!(
            "{percent} % of the conversions had a single touchpoint: on those all models agree."
        ));
    }
    if model == Model::Markov {
        if journeys.nulls() == 0.0 {
            notes.push(
                "No journey without a conversion is known: a channel's removal effect is only the \
                 part of the conversions that came through it."
                    .to_owned(),
            );
        }
        let states = Chain::new(journeys, parameters.order).len() - 1;
        let known = journeys.conversions() + journeys.nulls();
        if parameters.order > 1 && to_float(states) * 10.0 > known {
            notes.push(format!(
                "Order {} makes {states} states of {known} journeys: most were seen a few times \
                 only. A lower order is steadier.",
                parameters.order
            ));
        }
    }
    if model == Model::TimeDecay && !journeys.is_observed {
        notes.push("The file has no times: touchpoints count as a day apart.".to_owned());
    }
    notes
}

/// The path of at least half of the conversions, and which part of them.
fn dominant_path(journeys: &Journeys, conversions: f64) -> Option<(String, f64)> {
    let mut by_path: FxHashMap<&[Touch], f64> = FxHashMap::default();
    for part in &journeys.parts {
        for (path, _, outcome) in part.journeys().filter(|(path, ..)| !path.is_empty()) {
            *by_path.entry(path).or_default() += outcome.conversions;
        }
    }
    let (path, most) = by_path.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let names = path.iter().map(|touch| journeys.channels[touch.channel()].as_str());
    let more = if path.len() > LONGEST_TOLD { " > …" } else { "" };
    let names = names.take(LONGEST_TOLD).collect::<Vec<_>>().join(" > ") + more;
    // With one channel there is nothing to decide.
    let matters = most / conversions >= DOMINANT && journeys.channels.len() > 1;
    matters.then_some((names, most / conversions))
}

fn single_touch_conversions(journeys: &Journeys) -> f64 {
    let all = journeys.parts.iter().flat_map(Part::journeys);
    all.filter(|(path, ..)| path.len() == 1).map(|(_, _, outcome)| outcome.conversions).sum()
}

#[expect(clippy::cast_precision_loss, reason = "states are far fewer than 2^52")]
fn to_float(states: usize) -> f64 {
    states as f64
}
