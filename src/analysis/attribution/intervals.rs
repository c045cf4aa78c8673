//! How far credit could be off by chance: the bootstrap over people (Efron, "Bootstrap methods:
//! another look at the jackknife", Annals of Statistics 7(1), 1979), percentile intervals.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::credits::Credits;
use super::journeys::{Journeys, NONE, Outcome};
use super::markov::MOST_CHANNELS;
use super::{Model, Parameters, credits};
use crate::analysis::AnalysisError;

/// How often people are drawn anew.
pub(super) const RESAMPLES: usize = 400;
/// Drawings left out below and above a 95 % interval.
const TAIL: usize = RESAMPLES / 40;
/// The same journeys give the same intervals.
const SEED: u64 = 20_161_979;
/// Journeys of unknown people in one path file that can be drawn from.
const MOST_UNITS: f64 = 2e8;

/// A channel's 95 % interval in one currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    pub conversions: [f64; 2],
    /// In the journeys' units.
    pub value: [f64; 2],
}

/// The intervals of everything in [`Credits`].
pub(super) struct Intervals(Vec<Credits>);

impl Intervals {
    /// That of a channel's conversions of all currencies; `None` if there is no such channel.
    pub(super) fn of_conversions(&self, journeys: &Journeys, channel: &str) -> Option<[f64; 2]> {
        let number = journeys.channels.iter().position(|name| name == channel)?;
        let groups = 0..journeys.groups.len();
        let sum = |credits: &Credits| {
            groups.clone().map(|group| credits.get(group, number).conversions).sum()
        };
        Some(between(self.0.iter().map(sum).collect()))
    }

    /// That of a channel's row; `None` if there is no such channel or currency.
    pub(super) fn of(
        &self,
        journeys: &Journeys,
        channel: &str,
        currency: Option<&str>,
    ) -> Option<Interval> {
        let group =
            journeys.groups.iter().position(|group| group.currency.as_deref() == currency)?;
        let number = journeys.channels.iter().position(|name| name == channel);
        let drawn: Vec<_> = if let Some(number) = number {
            self.0.iter().map(|credits| credits.get(group, number)).collect()
        } else if channel == NONE {
            self.0.iter().map(|credits| credits.of_none[group]).collect()
        } else {
            return None;
        };
        Some(Interval {
            conversions: between(drawn.iter().map(|credit| credit.conversions).collect()),
            value: between(drawn.iter().map(|credit| credit.value).collect()),
        })
    }
}

/// Between what 95 % of the drawings lie.
fn between(mut drawn: Vec<f64>) -> [f64; 2] {
    drawn.sort_by(f64::total_cmp);
    [drawn[TAIL - 1], drawn[RESAMPLES - TAIL]]
}

/// The model's credit for [`RESAMPLES`] drawings of as many people with replacement.
///
/// # Errors
/// If rows of unknown people do not stand for a whole number of journeys, or for too many.
pub(super) fn bootstrap(
    journeys: &Journeys,
    model: Model,
    parameters: &Parameters,
) -> Result<Intervals, AnalysisError> {
    if model == Model::Markov && journeys.channels.len() > MOST_CHANNELS {
        let channels = journeys.channels.len();
        return Err(AnalysisError::TooManyChannels { channels, most: MOST_CHANNELS });
    }
    let units = Units::new(journeys)?;
    let draw = |number: usize| {
        let mut random = ChaCha8Rng::seed_from_u64(SEED);
        random.set_stream(number as u64);
        journeys.wanted.check()?;
        Ok(credits(&units.drawn(journeys, &mut random), model, parameters))
    };
    let drawn = (0..RESAMPLES).into_par_iter().map(draw);
    drawn.collect::<Result<_, AnalysisError>>().map(Intervals)
}

/// What is drawn.
enum Units {
    /// People: how many there are. Their rows stand together, in order.
    People(usize),
    /// Journeys of unknown people: the row of each, twice, and 1 more if it converted.
    Journeys(Vec<u32>),
}

impl Units {
    fn new(journeys: &Journeys) -> Result<Self, AnalysisError> {
        if journeys.is_observed {
            let mut people: Vec<u32> = journeys.outcomes().map(|outcome| outcome.person).collect();
            people.dedup();
            return Ok(Self::People(people.len()));
        }
        if journeys.conversions() + journeys.nulls() > MOST_UNITS {
            let reason = "intervals: there are too many journeys to draw from".to_owned();
            return Err(AnalysisError::Path { row: 0, reason });
        }
        let mut units = Vec::new();
        for (row, outcome) in journeys.outcomes().enumerate() {
            for (amount, converted) in [(outcome.conversions, 1), (outcome.nulls, 0)] {
                if amount.fract() != 0.0 {
                    let reason = format!("intervals: {amount} is no whole number of journeys");
                    return Err(AnalysisError::Path { row, reason });
                }
                let unit = u32::try_from(row * 2 + converted).unwrap_or(u32::MAX);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "checked: a whole number, and not too large"
                )]
                units.extend(std::iter::repeat_n(unit, amount as usize));
            }
        }
        Ok(Self::Journeys(units))
    }

    fn drawn(&self, journeys: &Journeys, random: &mut ChaCha8Rng) -> Journeys {
        let mut drawn = journeys.clone();
        let outcomes = drawn.parts.iter_mut().flat_map(|part| &mut part.outcomes);
        match self {
            Self::People(people) => {
                let mut times = vec![0_u32; *people];
                for _ in 0..*people {
                    times[random.random_range(0..*people)] += 1;
                }
                let mut last = None;
                let mut number = 0;
                for outcome in outcomes {
                    if last.replace(outcome.person).is_some_and(|last| last != outcome.person) {
                        number += 1;
                    }
                    scale(outcome, f64::from(times[number]), f64::from(times[number]));
                }
            }
            Self::Journeys(units) => {
                let mut times = vec![[0_u32; 2]; journeys.rows()];
                for _ in 0..units.len() {
                    let unit = units[random.random_range(0..units.len())] as usize;
                    times[unit / 2][unit % 2] += 1;
                }
                for (outcome, [nulls, conversions]) in outcomes.zip(times) {
                    let part = |now: u32, before: f64| {
                        if before == 0.0 { 0.0 } else { f64::from(now) / before }
                    };
                    let conversions = part(conversions, outcome.conversions);
                    scale(outcome, conversions, part(nulls, outcome.nulls));
                }
            }
        }
        drawn
    }
}

fn scale(outcome: &mut Outcome, conversions: f64, nulls: f64) {
    outcome.conversions *= conversions;
    outcome.value *= conversions;
    outcome.nulls *= nulls;
}
