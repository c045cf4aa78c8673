//! Removal effects: which part of the conversions would be lost if everybody who comes to a channel
//! left instead.
//!
//! The chance to end in a conversion from each state, b, solves (I - Q) b = r with Q the chances of
//! steps between states and r those of a conversion next (absorbing Markov chains: Kemeny and Snell,
//! "Finite Markov Chains", 1960). Of what arrives from the start, `N[0,C] N[C,C]^-1 b[C]` comes through
//! the states C of a channel, where N = (I - Q)^-1 is the fundamental matrix; divided by `b[0]` it is
//! the channel's removal effect. Value is the same with r the expected value of a conversion next.
//! Credit is given in proportion to removal effects (Anderl et al. 2016). Solved, not simulated.

use faer::linalg::solvers::{DenseSolveCore, Solve};
use faer::{Mat, MatRef};
use rayon::prelude::*;

use super::chain::Chain;
use super::credits::{Credit, Credits};
use super::journeys::Journeys;
use crate::analysis::Wanted;

/// Up to so many states the fundamental matrix is made; behind that the sparse system is solved for
/// each channel on its own.
const MOST_DENSE: usize = 512;
/// With more channels removal effects take long: they are given only where they were asked for.
pub(super) const MOST_CHANNELS: usize = 256;
/// Sweeps end when nothing changes by more than this part of itself.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// The removal effects of every channel: by channel, then by group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RemovalEffects {
    /// In each group, of its conversions and of its value.
    pub by_group: Vec<Vec<Credit>>,
    /// Of all conversions.
    pub of_all: Vec<f64>,
}

/// Credit in proportion to the removal effects in a chain of some order, and those.
pub(super) fn markov(journeys: &Journeys, order: usize) -> (Credits, RemovalEffects) {
    let chain = Chain::new(journeys, order);
    let effects = removal_effects(journeys, &chain);
    let mut credits = Credits::none(journeys);
    credits.totals = chain.totals();
    credits.of_none = chain.of_none;
    let sum = |values: &mut dyn Iterator<Item = f64>| -> f64 { values.sum() };
    for group in 0..journeys.groups.len() {
        let (total, none) = (credits.totals[group], credits.of_none[group]);
        let of_group = || effects.by_group.iter().map(|of_channel| of_channel[group]);
        let conversions = sum(&mut of_group().map(|effect| effect.conversions));
        let value = sum(&mut of_group().map(|effect| effect.value));
        // With refunds effects can cancel out, and parts of their sum would say nothing.
        let has_shares = value > 0.0 && of_group().all(|effect| effect.value >= -ROUNDING);
        for (channel, effect) in of_group().enumerate() {
            let share = if conversions > 0.0 { effect.conversions / conversions } else { 0.0 };
            let value_share = if has_shares { effect.value / value } else { share };
            *credits.get_mut(group, channel) = Credit {
                conversions: (total.conversions - none.conversions) * share,
                value: (total.value - none.value) * value_share,
            };
        }
    }
    (credits, effects)
}

/// The removal effects of all channels.
pub(super) fn removal_effects(journeys: &Journeys, chain: &Chain) -> RemovalEffects {
    let (channels, groups) = (journeys.channels.len(), journeys.groups.len());
    let visits = chain.visits();
    let system = System::new(chain, &visits, groups);
    // Of what ends in each column: which part comes through each channel.
    let lost: Vec<Vec<f64>> = if visits[0] == 0.0 {
        vec![vec![0.0; 2 * groups]; channels]
    } else if chain.len() <= MOST_DENSE {
        system.through_densely(chain, channels)
    } else {
        system.through_sparsely(chain, channels, &journeys.wanted)
    };
    let whole = |column: usize| -> f64 {
        let ends = (0..chain.len()).filter_map(|state| chain.ends(state).get(column / 2));
        let sum: f64 = ends.map(|end| pair(*end)[column % 2]).sum();
        sum / visits[0]
    };
    // Not more than everything, whatever rounding says.
    let part = |lost: f64, whole: f64| if whole > 0.0 { (lost / whole).min(1.0) } else { 0.0 };
    let wholes: Vec<f64> = (0..2 * groups).map(whole).collect();
    let all: f64 = wholes.iter().step_by(2).sum();
    let by_group = lost.iter().map(|lost| {
        let of_group = |group: usize| Credit {
            conversions: part(lost[2 * group], wholes[2 * group]),
            value: part(lost[2 * group + 1], wholes[2 * group + 1]),
        };
        (0..groups).map(of_group).collect()
    });
    let of_all = lost.iter().map(|lost| part(lost.iter().step_by(2).sum(), all));
    RemovalEffects { by_group: by_group.collect(), of_all: of_all.collect() }
}

fn pair(end: Credit) -> [f64; 2] {
    [end.conversions, end.value]
}

/// (I - Q) x = r, row by row. Two columns a group: conversions and value.
struct System {
    columns: usize,
    /// Chances of the steps from each state: to whom, and by which channel.
    rows: Vec<Vec<(usize, f64)>>,
    /// State by state: what is expected to end right there.
    ends: Vec<f64>,
}

impl System {
    fn new(chain: &Chain, visits: &[f64], groups: usize) -> Self {
        let mut rows = vec![Vec::new(); chain.len()];
        for step in &chain.steps {
            rows[step.from].push((step.to, step.count / visits[step.from]));
        }
        let ends = (0..chain.len()).flat_map(|state| {
            let ends = chain.ends(state).iter().flat_map(|end| pair(*end));
            ends.map(move |end| if end == 0.0 { 0.0 } else { end / visits[state] })
        });
        Self { columns: 2 * groups, rows, ends: ends.collect() }
    }

    /// By channel: what comes through it, by the fundamental matrix.
    fn through_densely(&self, chain: &Chain, channels: usize) -> Vec<Vec<f64>> {
        let states = self.rows.len();
        let mut matrix = Mat::<f64>::identity(states, states);
        for (from, row) in self.rows.iter().enumerate() {
            for (to, chance) in row {
                matrix[(from, *to)] -= chance;
            }
        }
        let fundamental = matrix.partial_piv_lu().inverse();
        let ends = MatRef::from_row_major_slice(&self.ends, states, self.columns);
        let expected = &fundamental * ends;
        let of_channel = |channel: usize| {
            let own: Vec<usize> =
                (0..states).filter(|state| chain.channel(*state) == Some(channel)).collect();
            let among = Mat::from_fn(own.len(), own.len(), |i, j| fundamental[(own[i], own[j])]);
            let expected = Mat::from_fn(own.len(), self.columns, |i, j| expected[(own[i], j)]);
            let first_reached = among.partial_piv_lu().solve(&expected);
            (0..self.columns)
                .map(|column| {
                    let arrived = own.iter().enumerate();
                    arrived
                        .map(|(i, state)| fundamental[(0, *state)] * first_reached[(i, column)])
                        .sum()
                })
                .collect()
        };
        (0..channels).map(of_channel).collect()
    }

    /// By channel: what arrives less what arrives without it.
    fn through_sparsely(&self, chain: &Chain, channels: usize, wanted: &Wanted) -> Vec<Vec<f64>> {
        let whole = self.expected_at_start(|_| false);
        let of_channel = |channel: usize| -> Vec<f64> {
            if !wanted.is_so() {
                // What comes of it is read by nobody.
                return vec![0.0; whole.len()];
            }
            let without = self.expected_at_start(|state| chain.channel(state) == Some(channel));
            whole.iter().zip(without).map(|(whole, without)| whole - without).collect()
        };
        (0..channels).into_par_iter().map(of_channel).collect()
    }

    /// What is expected from the start if everybody leaves who comes to a removed state: Gauss and
    /// Seidel's sweeps from below, until nothing changes any more. They converge because every
    /// state was left by its last journey for good.
    fn expected_at_start(&self, is_removed: impl Fn(usize) -> bool) -> Vec<f64> {
        let is_removed: Vec<bool> = (0..self.rows.len()).map(is_removed).collect();
        let mut expected = vec![0.0; self.ends.len()];
        let mut sums = vec![0.0; self.columns];
        loop {
            let mut is_settled = true;
            // Later states tend to be further from the start: what they know flows back to it.
            for state in (0..self.rows.len()).rev().filter(|state| !is_removed[*state]) {
                let own = state * self.columns..(state + 1) * self.columns;
                sums.copy_from_slice(&self.ends[own.clone()]);
                let mut stays = 0.0;
                for (to, chance) in &self.rows[state] {
                    if *to == state {
                        stays += chance;
                    } else if !is_removed[*to] {
                        let next = &expected[to * self.columns..(to + 1) * self.columns];
                        sums.iter_mut().zip(next).for_each(|(sum, next)| *sum += chance * next);
                    }
                }
                for (known, sum) in expected[own].iter_mut().zip(&sums) {
                    let better = sum / (1.0 - stays);
                    is_settled &= (better - *known).abs() <= ROUNDING * better.abs();
                    *known = better;
                }
            }
            if is_settled {
                return expected[..self.columns].to_vec();
            }
        }
    }
}
