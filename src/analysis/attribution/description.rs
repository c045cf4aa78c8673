//! How journeys look: their lengths and durations, who assisted, which paths are common, and how
//! people move from channel to channel.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::chain::Chain;
use super::journeys::{FirstSeen, Journeys, Outcome, Part, Touch};
use super::markov;
use crate::domain::{Clock, DAY_MS};

/// Paths that are told one by one.
const MOST_PATHS: usize = 20;

/// How journeys look.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Description {
    /// Which day a conversion counts on; `None` for path files, which have no days.
    pub clock: Option<Clock>,
    /// Journeys with a conversion, those without a touchpoint included.
    pub conversions: f64,
    /// Journeys without one.
    pub without_conversion: f64,
    /// By number of touchpoints, ascending.
    pub lengths: Vec<PathLength>,
    /// By whole days from the first touchpoint to the conversion, ascending; empty for path files.
    pub lags: Vec<LagDays>,
    /// Who was new; empty for path files.
    pub people: Vec<PeopleKind>,
    /// A row a channel, those with most conversions first.
    pub assists: Vec<Assists>,
    /// The most common paths.
    pub paths: Vec<TopPath>,
    /// Steps of the first-order chain, by their start, the likeliest first.
    pub transitions: Vec<Transition>,
}

/// Journeys of some number of touchpoints.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PathLength {
    /// Touchpoints.
    pub touchpoints: usize,
    /// Those with a conversion.
    pub conversions: f64,
    /// Those without.
    pub without_conversion: f64,
}

/// Conversions some days after their first touchpoint.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LagDays {
    /// Whole days: 0 is within 24 hours.
    pub days: i64,
    /// Conversions.
    pub conversions: f64,
}

/// Conversions of new, returning or unknown people.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PeopleKind {
    /// `new`: first seen within the lookback window; `returning`: before; `unknown`: never seen
    /// before the conversion.
    pub kind: &'static str,
    /// Conversions.
    pub conversions: f64,
    /// How many people.
    pub people: usize,
}

/// What part a channel had in conversions.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Assists {
    /// The channel.
    pub channel: String,
    /// Conversions with it on their path.
    pub conversions: f64,
    /// Those that it began.
    pub first: f64,
    /// Those that it closed.
    pub last: f64,
    /// Those that it is on the path of, and another closed.
    pub assisted: f64,
    /// `assisted` a conversion that it closed; `None` if it closed none.
    pub assisted_per_last: Option<f64>,
    /// The part of all conversions that would be lost without it (first-order chain); `None` where
    /// there are more than 256 channels.
    pub removal_effect: Option<f64>,
}

/// A path and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TopPath {
    /// Its channels in order.
    pub path: Vec<String>,
    /// Journeys with a conversion.
    pub conversions: f64,
    /// Journeys without.
    pub without_conversion: f64,
}

/// A step from one channel to the next.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Transition {
    /// A channel, or `(start)`.
    pub from: String,
    /// A channel, `(conversion)` or `(no conversion)`.
    pub to: String,
    /// How often it was seen.
    pub count: f64,
    /// Of all steps from `from`.
    pub probability: f64,
}

/// How the journeys look.
#[must_use]
pub fn describe(journeys: &Journeys) -> Description {
    let chain = Chain::new(journeys, 1);
    let (lengths, paths) = shapes(journeys);
    Description {
        clock: journeys.is_observed.then_some(Clock::Conversion),
        conversions: journeys.conversions(),
        without_conversion: journeys.nulls(),
        lengths,
        lags: lags(journeys),
        people: people(journeys),
        assists: assists(journeys, &chain),
        paths,
        transitions: transitions(journeys, &chain),
    }
}

fn all(journeys: &Journeys) -> impl Iterator<Item = (&[Touch], &[i64], &Outcome)> {
    journeys.parts.iter().flat_map(Part::journeys)
}

fn shapes(journeys: &Journeys) -> (Vec<PathLength>, Vec<TopPath>) {
    let mut by_path: FxHashMap<&[Touch], (f64, f64)> = FxHashMap::default();
    for (path, _, outcome) in all(journeys) {
        let entry = by_path.entry(path).or_default();
        entry.0 += outcome.conversions;
        entry.1 += outcome.nulls;
    }
    let mut by_length: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for (path, (conversions, nulls)) in &by_path {
        let entry = by_length.entry(path.len()).or_default();
        entry.0 += conversions;
        entry.1 += nulls;
    }
    let lengths = by_length.into_iter().map(|(touchpoints, (conversions, without_conversion))| {
        PathLength { touchpoints, conversions, without_conversion }
    });
    let names = |path: &[Touch]| -> Vec<String> {
        path.iter().map(|touch| journeys.channels[touch.channel()].clone()).collect()
    };
    let mut paths: Vec<TopPath> = by_path
        .into_iter()
        .filter(|(path, (conversions, _))| !path.is_empty() && *conversions > 0.0)
        .map(|(path, (conversions, without_conversion))| TopPath {
            path: names(path),
            conversions,
            without_conversion,
        })
        .collect();
    // By name at last, so that the same journeys give the same list.
    paths.sort_by(|a, b| b.conversions.total_cmp(&a.conversions).then_with(|| a.path.cmp(&b.path)));
    paths.truncate(MOST_PATHS);
    (lengths.collect(), paths)
}

fn lags(journeys: &Journeys) -> Vec<LagDays> {
    let mut by_day: BTreeMap<i64, f64> = BTreeMap::new();
    for (_, ages, outcome) in all(journeys).filter(|(_, _, outcome)| outcome.conversions > 0.0) {
        if let Some(first) = ages.first() {
            *by_day.entry(first / DAY_MS).or_default() += outcome.conversions;
        }
    }
    by_day.into_iter().map(|(days, conversions)| LagDays { days, conversions }).collect()
}

fn people(journeys: &Journeys) -> Vec<PeopleKind> {
    if !journeys.is_observed {
        return Vec::new();
    }
    let mut kinds: BTreeMap<&'static str, (f64, Vec<u32>)> = BTreeMap::new();
    for outcome in journeys.outcomes().filter(|outcome| outcome.conversions > 0.0) {
        let kind = match outcome.first_seen {
            FirstSeen::New => "new",
            FirstSeen::Returning => "returning",
            FirstSeen::Unknown => "unknown",
        };
        let entry = kinds.entry(kind).or_default();
        entry.0 += outcome.conversions;
        // A person's journeys stand together.
        if entry.1.last() != Some(&outcome.person) {
            entry.1.push(outcome.person);
        }
    }
    let kind = |(kind, (conversions, people)): (_, (_, Vec<u32>))| PeopleKind {
        kind,
        conversions,
        people: people.len(),
    };
    kinds.into_iter().map(kind).collect()
}

fn assists(journeys: &Journeys, chain: &Chain) -> Vec<Assists> {
    let effects = if journeys.channels.len() <= markov::MOST_CHANNELS {
        let effects = markov::removal_effects(journeys, chain).of_all;
        effects.into_iter().map(Some).collect()
    } else {
        vec![None; journeys.channels.len()]
    };
    let mut rows: Vec<Assists> = journeys
        .channels
        .iter()
        .zip(effects)
        .map(|(channel, removal_effect)| Assists {
            channel: channel.clone(),
            conversions: 0.0,
            first: 0.0,
            last: 0.0,
            assisted: 0.0,
            assisted_per_last: None,
            removal_effect,
        })
        .collect();
    // The journey in which a channel was counted last, so that it counts once a journey.
    let mut counted = vec![usize::MAX; rows.len()];
    for (number, (path, _, outcome)) in all(journeys).enumerate() {
        let (Some(first), Some(last)) = (path.first(), path.last()) else { continue };
        rows[first.channel()].first += outcome.conversions;
        rows[last.channel()].last += outcome.conversions;
        for channel in path.iter().map(|touch| touch.channel()) {
            if std::mem::replace(&mut counted[channel], number) != number {
                rows[channel].conversions += outcome.conversions;
            }
        }
    }
    for row in &mut rows {
        row.assisted = row.conversions - row.last;
        row.assisted_per_last = (row.last > 0.0).then(|| row.assisted / row.last);
    }
    rows.sort_by(|a, b| b.conversions.total_cmp(&a.conversions));
    rows
}

fn transitions(journeys: &Journeys, chain: &Chain) -> Vec<Transition> {
    let visits = chain.visits();
    let name = |state| {
        let channel = chain.channel(state);
        channel.map_or("(start)".to_owned(), |channel| journeys.channels[channel].clone())
    };
    let mut rows: Vec<(usize, Transition)> = Vec::new();
    let mut row = |from: usize, to: String, count: f64| {
        if count > 0.0 {
            let probability = count / visits[from];
            rows.push((from, Transition { from: name(from), to, count, probability }));
        }
    };
    for step in &chain.steps {
        row(step.from, name(step.to), step.count);
    }
    for state in 1..chain.len() {
        let conversions = chain.ends(state).iter().map(|end| end.conversions).sum();
        row(state, "(conversion)".to_owned(), conversions);
        row(state, "(no conversion)".to_owned(), chain.nulls(state));
    }
    rows.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| other.count.total_cmp(&one.count)));
    rows.into_iter().map(|(_, transition)| transition).collect()
}
