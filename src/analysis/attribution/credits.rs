//! Credit of every channel in every currency, before it becomes a report.

use rayon::prelude::*;

use super::journeys::{Journeys, Outcome, Part, Touch};

/// What a channel earns in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Credit {
    /// Conversions.
    pub conversions: f64,
    /// Their value, in the journeys' units.
    pub value: f64,
}

impl Credit {
    fn of(outcome: &Outcome) -> Self {
        Self { conversions: outcome.conversions, value: outcome.value }
    }

    fn times(self, share: f64) -> Self {
        Self { conversions: self.conversions * share, value: self.value * share }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.conversions += other.conversions;
        self.value += other.value;
    }
}

/// The credit of every channel in every group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Credits {
    channels: usize,
    /// Group by group, in each the channels in order.
    of_channels: Vec<Credit>,
    /// By group: conversions that no touchpoint precedes.
    pub of_none: Vec<Credit>,
    /// By group: all conversions.
    pub totals: Vec<Credit>,
}

impl Credits {
    pub(super) fn none(journeys: &Journeys) -> Self {
        let (channels, groups) = (journeys.channels.len(), journeys.groups.len());
        Self {
            channels,
            of_channels: vec![Credit::default(); channels * groups],
            of_none: vec![Credit::default(); groups],
            totals: vec![Credit::default(); groups],
        }
    }

    pub(super) fn get(&self, group: usize, channel: usize) -> Credit {
        self.of_channels[group * self.channels + channel]
    }

    pub(super) fn get_mut(&mut self, group: usize, channel: usize) -> &mut Credit {
        &mut self.of_channels[group * self.channels + channel]
    }

    fn add(mut self, other: &Self) -> Self {
        let pairs = [
            (&mut self.of_channels, &other.of_channels),
            (&mut self.of_none, &other.of_none),
            (&mut self.totals, &other.totals),
        ];
        for (own, others) in pairs {
            own.iter_mut().zip(others).for_each(|(own, other)| own.add(*other));
        }
        self
    }

    /// What touchpoints earn by their own path alone. `share` is told a path and its ages, and gives
    /// positions and shares that sum to 1.
    pub(super) fn by_path<S>(journeys: &Journeys, share: S) -> Self
    where
        S: Fn(&[Touch], &[i64], &mut dyn FnMut(usize, f64)) + Sync,
    {
        let of_part = |part: &Part| {
            let mut credits = Self::none(journeys);
            for (path, ages, outcome) in part.journeys() {
                if outcome.conversions == 0.0 && outcome.value == 0.0 {
                    continue;
                }
                let group = usize::from(outcome.group);
                let earned = Credit::of(outcome);
                credits.totals[group].add(earned);
                if path.is_empty() {
                    credits.of_none[group].add(earned);
                } else {
                    share(path, ages, &mut |position, share| {
                        let channel = path[position].channel();
                        credits.get_mut(group, channel).add(earned.times(share));
                    });
                }
            }
            credits
        };
        // In the order of the parts, so that the sums are the same on every machine.
        let parts: Vec<Self> = journeys.parts.par_iter().map(of_part).collect();
        parts.iter().fold(Self::none(journeys), Self::add)
    }
}
