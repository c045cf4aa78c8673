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
    step_of: StepIndex,
    /// State by state, in each by group: conversions, and their value.
    ends: Vec<Credit>,
    /// By state: journeys that ended there without a conversion.
    nulls: Vec<f64>,
    /// By group: conversions that no touchpoint precedes.
    pub of_none: Vec<Credit>,
}

/// Numbers of steps by state and channel: a table where channels are few, which is fast, and a map
/// where a table would be nearly empty.
#[derive(Debug, Clone)]
enum StepIndex {
    Table(usize, Vec<u32>),
    Map(FxHashMap<u64, u32>),
}

impl StepIndex {
    const MOST_COLUMNS: usize = 64;
    const NOTHING: u32 = u32::MAX;

    fn new(channels: usize) -> Self {
        if channels <= Self::MOST_COLUMNS {
            Self::Table(channels, Vec::new())
        } else {
            Self::Map(FxHashMap::default())
        }
    }

    #[inline]
    fn get(&self, state: usize, channel: usize) -> Option<usize> {
        let step = match self {
            Self::Table(channels, steps) => steps.get(state * channels + channel),
            Self::Map(steps) => steps.get(&Self::key(state, channel)),
        };
        step.filter(|step| **step != Self::NOTHING).map(|step| *step as usize)
    }

    fn insert(&mut self, state: usize, channel: usize, step: usize) {
        let step = u32::try_from(step).unwrap_or(Self::NOTHING);
        match self {
            Self::Table(channels, steps) => {
                let rows = (state + 1) * *channels;
                steps.resize(rows.max(steps.len()), Self::NOTHING);
                steps[state * *channels + channel] = step;
            }
            Self::Map(steps) => {
                steps.insert(Self::key(state, channel), step);
            }
        }
    }

    fn key(state: usize, channel: usize) -> u64 {
        (state as u64) << 32 | channel as u64
    }
}

impl Chain {
    /// The chain of all journeys that have touchpoints.
    pub(super) fn new(journeys: &Journeys, order: usize) -> Self {
        let parts: Vec<Self> = journeys
            .parts
            .par_iter()
            .map(|part| Self::of_part(part, Self::empty(journeys, order)))
            .collect();
        let mut parts = parts.into_iter();
        let first = parts.next().unwrap_or_else(|| Self::empty(journeys, order));
        // In the order of the parts, so that the sums are the same on every machine.
        parts.fold(first, Self::merged)
    }

    fn empty(journeys: &Journeys, order: usize) -> Self {
        let groups = journeys.groups.len();
        let mut chain = Self {
            order,
            groups,
            states: Vec::new(),
            state_of: FxHashMap::default(),
            steps: Vec::new(),
            step_of: StepIndex::new(journeys.channels.len()),
            ends: Vec::new(),
            nulls: Vec::new(),
            of_none: vec![Credit::default(); groups],
        };
        chain.state([BEFORE; LONGEST]);
        chain
    }

    fn of_part(part: &Part, mut chain: Self) -> Self {
        for (path, _, outcome) in part.journeys() {
            let journeys = outcome.conversions + outcome.nulls;
            let group = usize::from(outcome.group);
            let earned = Credit { conversions: outcome.conversions, value: outcome.value };
            if path.is_empty() {
                chain.of_none[group].add(earned);
            }
            if path.is_empty() || journeys == 0.0 {
                continue;
            }
            let mut at = 0;
            for touch in path {
                let step = chain.step(at, touch.channel());
                let step = &mut chain.steps[step];
                step.count += journeys;
                at = step.to;
            }
            chain.nulls[at] += outcome.nulls;
            chain.ends[at * chain.groups + group].add(earned);
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
        for (own, other) in self.of_none.iter_mut().zip(&other.of_none) {
            own.add(*other);
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
    #[inline]
    fn step(&mut self, from: usize, channel: usize) -> usize {
        self.step_of.get(from, channel).unwrap_or_else(|| self.new_step(from, channel))
    }

    fn new_step(&mut self, from: usize, channel: usize) -> usize {
        let mut state = self.states[from];
        state.copy_within(0..LONGEST - 1, 1);
        state[0] = u32::try_from(channel).unwrap_or(BEFORE);
        state[self.order..].fill(BEFORE);
        let to = self.state(state);
        let number = self.steps.len();
        self.steps.push(Step { from, to, count: 0.0 });
        self.step_of.insert(from, channel, number);
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

    /// All conversions, by group.
    pub(super) fn totals(&self) -> Vec<Credit> {
        let mut totals = self.of_none.clone();
        for (place, end) in self.ends.iter().enumerate() {
            totals[place % self.groups].add(*end);
        }
        totals
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
