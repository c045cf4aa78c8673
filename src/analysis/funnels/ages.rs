//! At what age the units of a custom funnel reach its steps: by this it is known what unfinished days come to.

use std::collections::BTreeMap;

use polars_core::frame::DataFrame;
use polars_core::prelude::StringChunked;

use super::definition::{Funnel, Reentry};
use super::units::{Units, labels};
use crate::analysis::{AnalysisError, Dimension};
use crate::domain::{Period, PersonOccurrences};

const HOUR_MS: i64 = 3_600_000;
const FIVE_MINUTES_MS: i64 = 300_000;

/// How many units reached each step.
type Counts = Vec<u64>;

/// Units by when they began.
#[derive(Debug, Clone, Default)]
pub struct UnitAges {
    /// Those of the report that may be unfinished: by their row, and five minutes of when they began.
    pub young: BTreeMap<(String, i64), Counts>,
    /// Earlier ones and these, by hour.
    pub history: BTreeMap<i64, Counts>,
    /// Of each step, at what age (milliseconds, whole five minutes) those of the history reached it, and how many.
    pub reached: Vec<BTreeMap<i64, u64>>,
    /// Whether an attempt that counts still counts when others follow: else nothing is expected by its age.
    pub stays: bool,
}

/// Collects them, one person after the other.
pub struct AgingUnits {
    young: Units,
    rows: StringChunked,
    young_from: i64,
    history: Units,
    found: UnitAges,
    steps: usize,
}

impl AgingUnits {
    /// Of the period of a report whose rows are days or weeks (`unit`), of which those may be unfinished that began at
    /// `young_from` or later, and of the `history`; conversations are those of [`super::Counting::new`].
    ///
    /// # Errors
    /// If the frame is not of that form.
    pub fn new(
        funnel: &Funnel,
        conversations: &DataFrame,
        [period, history]: [&Period; 2],
        unit: &Dimension,
        young_from: i64,
    ) -> Result<Self, AnalysisError> {
        let steps = funnel.steps.len();
        Ok(Self {
            young: Units::new(funnel, conversations, period)?,
            rows: labels(conversations, unit, period)?,
            young_from,
            history: Units::new(funnel, conversations, history)?,
            found: UnitAges {
                reached: vec![BTreeMap::new(); steps],
                stays: funnel.rules.reentry != Reentry::Best,
                ..UnitAges::default()
            },
            steps,
        })
    }

    /// Counts somebody in.
    pub fn add(&mut self, person: &PersonOccurrences) {
        let count = |counts: &mut Counts, reached: usize| {
            counts.resize(self.steps, 0);
            counts[..reached].iter_mut().for_each(|count| *count += 1);
        };
        for one in self.young.of(person) {
            let (begun, reached) = (one.attempt.times[0], one.attempt.times.len());
            if begun >= self.young_from {
                let row = one.label(&self.rows).unwrap_or_default().to_owned();
                let key = (row, whole(begun, FIVE_MINUTES_MS));
                count(self.found.young.entry(key).or_default(), reached);
            }
        }
        for one in self.history.of(person) {
            let times = &one.attempt.times;
            count(self.found.history.entry(whole(times[0], HOUR_MS)).or_default(), times.len());
            for (reached, at) in self.found.reached.iter_mut().zip(times) {
                *reached.entry(whole(at - times[0], FIVE_MINUTES_MS)).or_default() += 1;
            }
        }
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> UnitAges {
        self.found
    }
}

fn whole(instant: i64, unit: i64) -> i64 {
    instant.div_euclid(unit) * unit
}
