//! What somebody should know before they decide by a model's figures.

use rustc_hash::FxHashMap;

use super::chain::Chain;
use super::journeys::{Journeys, Part, Touch};
use super::{Model, Parameters};
use crate::language::{Message, Value, say};

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
pub(super) fn notes(journeys: &Journeys, model: Model, parameters: &Parameters) -> Vec<Message> {
    let conversions = journeys.conversions();
    if conversions == 0.0 {
        return vec![say("attribution-note-none")];
    }
    let mut notes = Vec::new();
    if conversions < if model.is_data_driven() { FEW_TO_LEARN } else { FEW } {
        notes.push(say("attribution-note-few").with("count", number(conversions)));
    }
    if let Some((path, part)) = dominant_path(journeys, conversions) {
        let note = say("attribution-note-path").with("percent", percents(part));
        notes.push(note.with("path", path));
    }
    let single = single_touch_conversions(journeys) / conversions;
    if single >= SINGLE {
        notes.push(say("attribution-note-single").with("percent", percents(single)));
    }
    if model == Model::Markov {
        if journeys.nulls() == 0.0 {
            notes.push(say("attribution-note-nulls"));
        }
        let states = Chain::new(journeys, parameters.order).len() - 1;
        let known = journeys.conversions() + journeys.nulls();
        if parameters.order > 1 && to_float(states) * 10.0 > known {
            let note = say("attribution-note-order").with("order", parameters.order);
            notes.push(note.with("states", states).with("journeys", number(known)));
        }
    }
    if model == Model::TimeDecay && !journeys.is_observed {
        notes.push(say("attribution-note-times"));
    }
    notes
}

/// Journeys of a file may be parts of one.
fn number(journeys: f64) -> Value {
    Value::Decimal(journeys, usize::from(journeys.fract() != 0.0))
}

fn percents(part: f64) -> Value {
    Value::Decimal((part * 100.0).round(), 0)
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
