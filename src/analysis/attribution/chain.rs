//! The Markov chain of observed journeys.
//!
//! Its states are the last k channels of a journey (k is the order), beginning with the empty start.
//! Nothing is collapsed: a channel touched twice in a row is a step from it to itself. A journey ends
//! in a conversion, of its group, or in none (Anderl, Becker, von Wangenheim and Schumann, "Mapping
//! the customer journey", International Journal of Research in Marketing 33(3), 2016).

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::credits::Credit;
use super::journeys::{Journeys, Part};

/// Channels that a state may remember.
const LONGEST: usize = 4;
/// In a state: before the first touchpoint.
const BEFORE: u32 = u32::MAX;

/// The last channels, the newest first.
type State = [u32; LONGEST];

/// A step from one state to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub from: usize,
    pub to: usize,
    /// Journeys that took it, each as often as it did.
    pub count: f64,
}

/// States, steps and ends, with how many journeys they were seen in. State 0 is the start.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    order: usize,
    groups: usize,
    states: Vec<State>,
    state_of: FxHashMap<State, u32>,
    pub steps: Vec<Step>,
    /// By state and channel.
    step_of: FxHashMap<u64, u32>,
    /// State by state, in each by group: conversions, and their value.
    ends: Vec<Credit>,
    /// By state: journeys that ended there without a conversion.
    nulls: Vec<f64>,
}

impl Chain {
    /// The chain of all journeys that have touchpoints.
    pub(super) fn new(journeys: &Journeys, order: usize) -> Self {
        let groups = journeys.groups.len();
        let parts: Vec<Self> =
            journeys.parts.par_iter().map(|part| Self::of_part(part, order, groups)).collect();
        let mut parts = parts.into_iter();
        let first = parts.next().unwrap_or_else(|| Self::empty(order, groups));
        // In the order of the parts, so that the sums are the same on every machine.
        parts.fold(first, Self::merged)
    }

    fn empty(order: usize, groups: usize) -> Self {
        let mut chain = Self {
            order,
            groups,
            states: Vec::new(),
            state_of: FxHashMap::default(),
            steps: Vec::new(),
            step_of: FxHashMap::default(),
            ends: Vec::new(),
            nulls: Vec::new(),
        };
        chain.state([BEFORE; LONGEST]);
        chain
    }

    fn of_part(part: &Part, order: usize, groups: usize) -> Self {
        let mut chain = Self::empty(order, groups);
        for (path, _, outcome) in part.journeys() {
            let journeys = outcome.conversions + outcome.nulls;
            if path.is_empty() || journeys == 0.0 {
                continue;
            }
            let mut at = 0;
            for touch in path {
                let step = chain.step(at, touch.channel());
                chain.steps[step].count += journeys;
                at = chain.steps[step].to;
            }
            chain.nulls[at] += outcome.nulls;
            let earned = Credit { conversions: outcome.conversions, value: outcome.value };
            chain.ends[at * groups + outcome.group as usize].add(earned);
        }
        chain
    }

    fn merged(mut self, other: Self) -> Self {
        let numbers: Vec<usize> = other.states.iter().map(|state| self.state(*state)).collect();
        for step in &other.steps {
            let [channel, ..] = other.states[step.to];
            let own = self.step(numbers[step.from], channel as usize);
            self.steps[own].count += step.count;
        }
        for (state, number) in numbers.iter().enumerate() {
            self.nulls[*number] += other.nulls[state];
            for group in 0..self.groups {
                let earned = other.ends[state * self.groups + group];
                self.ends[number * self.groups + group].add(earned);
            }
        }
        self
    }

    fn state(&mut self, state: State) -> usize {
        let next = u32::try_from(self.states.len()).unwrap_or(u32::MAX);
        let number = *self.state_of.entry(state).or_insert(next);
        if number == next {
            self.states.push(state);
            self.nulls.push(0.0);
            self.ends.resize(self.states.len() * self.groups, Credit::default());
        }
        number as usize
    }

    /// The step from a state to a channel; made if it is new.
    fn step(&mut self, from: usize, channel: usize) -> usize {
        let key = (from as u64) << 32 | channel as u64;
        if let Some(step) = self.step_of.get(&key) {
            return *step as usize;
        }
        let mut state = self.states[from];
        state.copy_within(0..LONGEST - 1, 1);
        state[0] = u32::try_from(channel).unwrap_or(BEFORE);
        state[self.order..].fill(BEFORE);
        let to = self.state(state);
        self.steps.push(Step { from, to, count: 0.0 });
        let number = self.steps.len() - 1;
        self.step_of.insert(key, u32::try_from(number).unwrap_or(u32::MAX));
        number
    }

    /// How many states there are, with the start.
    pub(super) fn len(&self) -> usize {
        self.states.len()
    }

    /// The channel of a state's last touchpoint; `None` at the start.
    pub(super) fn channel(&self, state: usize) -> Option<usize> {
        let [newest, ..] = self.states[state];
        (newest != BEFORE).then_some(newest as usize)
    }

    /// What ended in a state, by group.
    pub(super) fn ends(&self, state: usize) -> &[Credit] {
        &self.ends[state * self.groups..(state + 1) * self.groups]
    }

    /// Journeys that ended in a state without a conversion.
    pub(super) fn nulls(&self, state: usize) -> f64 {
        self.nulls[state]
    }

    /// Journeys that came through each state, as often as they did.
    pub(super) fn visits(&self) -> Vec<f64> {
        let ended = |state| {
            let conversions: f64 = self.ends(state).iter().map(|end| end.conversions).sum();
            self.nulls[state] + conversions
        };
        let mut visits: Vec<f64> = (0..self.len()).map(ended).collect();
        for step in &self.steps {
            visits[step.from] += step.count;
        }
        visits
    }
}
