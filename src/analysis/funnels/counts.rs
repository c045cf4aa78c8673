//! A custom funnel's figures: the attempts of all units, counted as people come.

use std::collections::BTreeMap;

use polars_core::frame::DataFrame;
use serde::Serialize;
use utoipa::ToSchema;

use super::definition::{Funnel, Unit};
use super::groups::ConversationGroups;
use super::units::{Counted, Units};
use crate::analysis::funnel::FunnelReport;
use crate::analysis::steps::{Breakdown, REST, Step, StepDetail, Waits, rate};
use crate::analysis::{AnalysisError, Dimension, MOST_GROUPS, wilson};
use crate::domain::{Clock, Period, PersonOccurrences};

/// Upper ends of the histogram's bars, milliseconds.
const BARS: [i64; 9] = [
    60_000,
    300_000,
    900_000,
    3_600_000,
    14_400_000,
    86_400_000,
    259_200_000,
    604_800_000,
    2_419_200_000,
];

/// Counts a funnel's units in a period, one person after the other.
pub struct Counting {
    units: Units,
    funnel: Funnel,
    period: Period,
    by: Vec<Dimension>,
    all: Tally,
    groups: ConversationGroups,
    /// Of each group, if a unit is of it.
    tallies: Vec<Option<Tally>>,
    /// Groups that units are of.
    told_apart: usize,
}

/// How far units came.
#[derive(Debug, Clone)]
struct Tally {
    /// Units that reached each step.
    reached: Vec<u64>,
    /// Milliseconds between each step and the next.
    waits: Vec<Vec<u32>>,
    /// Those of them that are longer than 49 days.
    long_waits: Vec<Vec<i64>>,
}

impl Counting {
    /// `conversations` are those of the people to come: the columns of `queries/funnels/unit_conversations.sql`, in
    /// the order of people and time.
    ///
    /// # Errors
    /// If the frame is not of that form.
    pub fn new(
        funnel: &Funnel,
        conversations: &DataFrame,
        period: &Period,
        by: &[Dimension],
    ) -> Result<Self, AnalysisError> {
        let groups = ConversationGroups::new(conversations, by, period)?;
        Ok(Self {
            units: Units::new(funnel, conversations, period)?,
            all: Tally::new(funnel.steps.len()),
            tallies: vec![None; groups.count()],
            groups,
            told_apart: 0,
            funnel: funnel.clone(),
            period: period.clone(),
            by: by.to_vec(),
        })
    }

    /// Counts somebody in.
    pub fn add(&mut self, person: &PersonOccurrences) {
        for one in self.units.of(person) {
            self.all.add(&one.attempt.times);
            if self.by.is_empty() || self.told_apart > MOST_GROUPS {
                continue;
            }
            let tally = &mut self.tallies[self.groups.of(one.conversation)];
            if tally.is_none() {
                self.told_apart += 1;
            }
            tally
                .get_or_insert_with(|| Tally::new(self.funnel.steps.len()))
                .add(&one.attempt.times);
        }
    }

    /// The figures; of a breakdown the `top` largest rows, and the rest as one.
    ///
    /// # Errors
    /// If the breakdown has too many rows.
    pub fn finish(self, top: Option<usize>) -> Result<FunnelReport, AnalysisError> {
        if self.told_apart > MOST_GROUPS {
            return Err(AnalysisError::TooManyGroups { most: MOST_GROUPS });
        }
        let funnel = &self.funnel;
        let names = || self.by.iter().map(|dimension| dimension.name().into_owned());
        let told = self.tallies.into_iter().enumerate();
        let mut groups: Vec<(BTreeMap<String, Option<String>>, Tally)> = told
            .filter_map(|(group, tally)| {
                tally.map(|tally| (names().zip(self.groups.key(group)).collect(), tally))
            })
            .collect();
        let is_in_time = self.by.iter().any(Dimension::is_time);
        groups.sort_by_cached_key(|(by, tally)| {
            let size = std::cmp::Reverse(tally.reached[0]);
            (if is_in_time { None } else { Some(size) }, by.values().cloned().collect::<Vec<_>>())
        });
        // One row is no rest.
        let rest = top.filter(|top| groups.len() > top + 1).map(|top| groups.split_off(top));
        let mut breakdown: Vec<Breakdown> = groups
            .into_iter()
            .map(|(by, tally)| Breakdown { by, rows: None, steps: tally.steps(funnel) })
            .collect();
        if let Some(rest) = rest {
            let mut sum = Tally::new(funnel.steps.len());
            for (_, tally) in &rest {
                sum.merge(tally);
            }
            let by = names().map(|name| (name, Some(REST.to_owned()))).collect();
            breakdown.push(Breakdown { by, rows: Some(rest.len()), steps: sum.steps(funnel) });
        }
        let period = &self.period;
        Ok(FunnelReport {
            clock: Clock::Opening,
            by: self.by.iter().map(|dimension| dimension.name().into_owned()).collect(),
            funnel: funnel.name.clone(),
            from: period.from.to_rfc3339(),
            to: period.to.to_rfc3339(),
            time_zone: period.zone.iana_name().unwrap_or("UTC").to_owned(),
            unit: match funnel.unit {
                Unit::Conversation => "conversation",
                Unit::Person => "person",
            },
            steps: self.all.steps(funnel),
            breakdown,
        })
    }
}

/// Somebody whose attempt reached a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reached {
    /// Page or Instagram account.
    pub page_id: String,
    /// Person.
    pub person_id: String,
    /// When the attempt began, UTC milliseconds.
    pub entered_at: i64,
    /// When it reached the step, UTC milliseconds.
    pub reached_at: i64,
}

/// Finds the attempts that reached a step, one person after the other.
pub struct Reaching {
    units: Units,
    step: usize,
    no_further: bool,
    found: Vec<Reached>,
}

impl Reaching {
    /// Step number `step`, from 0, and, `no_further`, not the next; the rest is as with [`Counting::new`].
    ///
    /// # Errors
    /// If the frame is not of that form.
    pub fn new(
        funnel: &Funnel,
        conversations: &DataFrame,
        period: &Period,
        step: usize,
        no_further: bool,
    ) -> Result<Self, AnalysisError> {
        let units = Units::new(funnel, conversations, period)?;
        Ok(Self { units, step, no_further, found: Vec::new() })
    }

    /// Looks at somebody.
    pub fn add(&mut self, person: &PersonOccurrences) {
        let (step, no_further) = (self.step, self.no_further);
        let attempts = self.units.of(person).into_iter().map(|Counted { attempt, .. }| attempt);
        let reached = attempts.filter(|attempt| {
            let reached = attempt.times.len();
            if no_further { reached == step + 1 } else { reached > step }
        });
        self.found.extend(reached.map(|attempt| Reached {
            page_id: person.page_id.clone(),
            person_id: person.person_id.clone(),
            entered_at: attempt.times[0],
            reached_at: attempt.times[step],
        }));
    }

    /// Whoever was found, in time.
    #[must_use]
    pub fn finish(mut self) -> Vec<Reached> {
        self.found.sort_by(|a, b| {
            let key = |one: &Reached| (one.entered_at, one.page_id.clone(), one.person_id.clone());
            key(a).cmp(&key(b))
        });
        self.found
    }
}

impl Tally {
    fn new(steps: usize) -> Self {
        let between = steps.saturating_sub(1);
        Self {
            reached: vec![0; steps],
            waits: vec![Vec::new(); between],
            long_waits: vec![Vec::new(); between],
        }
    }

    fn add(&mut self, times: &[i64]) {
        for reached in self.reached.iter_mut().take(times.len()) {
            *reached += 1;
        }
        for (place, pair) in times.windows(2).enumerate() {
            let wait = pair[1] - pair[0];
            match u32::try_from(wait) {
                Ok(wait) => self.waits[place].push(wait),
                Err(_) => self.long_waits[place].push(wait),
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        let reached = self.reached.iter_mut().zip(&other.reached);
        reached.for_each(|(own, its)| *own += its);
        let waits = self.waits.iter_mut().zip(&other.waits);
        waits.for_each(|(own, its)| own.extend(its));
        let waits = self.long_waits.iter_mut().zip(&other.long_waits);
        waits.for_each(|(own, its)| own.extend(its));
    }

    fn steps(&self, funnel: &Funnel) -> Vec<Step> {
        let counts = &self.reached;
        let step = |(place, name): (usize, &String)| {
            let count = counts[place];
            let previous = place.checked_sub(1).map(|before| counts[before]);
            Step {
                name: name.clone(),
                count: Some(count),
                rate_from_previous: previous.and_then(|previous| rate(count, previous)),
                rate_from_first: rate(count, counts[0]),
                detail: Some(StepDetail {
                    dropped: counts.get(place + 1).map(|next| count - next),
                    rate_interval: previous.and_then(|previous| wilson(count, previous)),
                    waits: place.checked_sub(1).and_then(|before| self.waits(before)),
                }),
                outlook: None,
            }
        };
        funnel.steps.iter().enumerate().map(step).collect()
    }

    /// The times between a step and the next.
    fn waits(&self, before: usize) -> Option<Waits> {
        let short = self.waits[before].iter().map(|wait| i64::from(*wait));
        let mut waits: Vec<i64> = short.chain(self.long_waits[before].iter().copied()).collect();
        if waits.is_empty() {
            return None;
        }
        let mut histogram: Vec<(Option<i64>, u64)> =
            BARS.iter().map(|bar| (Some(*bar), 0)).collect();
        histogram.push((None, 0));
        for wait in &waits {
            histogram[BARS.partition_point(|bar| bar < wait)].1 += 1;
        }
        let [p25_ms, median_ms, p75_ms, p90_ms] = quantiles(&mut waits, [0.25, 0.5, 0.75, 0.9]);
        Some(Waits { p25_ms, median_ms, p75_ms, p90_ms, histogram })
    }
}

/// Of values in any order, for shares that rise. Between two values linearly: definition 7 of Hyndman and Fan, "Sample
/// quantiles in statistical packages", The American Statistician 50 (1996).
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places and milliseconds are below 2^52"
)]
fn quantiles<const N: usize>(values: &mut [i64], shares: [f64; N]) -> [f64; N] {
    let last = values.len().saturating_sub(1);
    // Each is at or behind the one before it, and the values from there on are not less.
    let mut from = 0;
    shares.map(|share| {
        let place = share * last as f64;
        let (low, part) = (place.floor() as usize, place.fract());
        let (_, value, above) = values[from..].select_nth_unstable(low - from);
        from = low;
        let next = above.iter().min().unwrap_or(value);
        *value as f64 + part * (next - *value) as f64
    })
}

#[cfg(test)]
mod tests {
    use super::quantiles;

    #[test]
    fn quantiles_are_those_of_sorted_values() {
        // 0 to 100 in another order: the quantile of a share is that share of 100.
        let mut values: Vec<i64> = (0..101).map(|value| value * 37 % 101).collect();
        let found = quantiles(&mut values, [0.25, 0.5, 0.755, 0.9]);
        for (found, expected) in found.into_iter().zip([25.0, 50.0, 75.5, 90.0]) {
            assert!((found - expected).abs() < 1e-9, "{found}");
        }
        for (mut values, [low, high]) in [(vec![7], [7.0, 7.0]), (vec![9, 1], [3.0, 8.2])] {
            let [first, second] = quantiles(&mut values, [0.25, 0.9]);
            assert!((first - low).abs() < 1e-9 && (second - high).abs() < 1e-9, "{first} {second}");
        }
        let [low, middle] = quantiles(&mut [5, 5, 1, 5], [0.25, 0.5]);
        assert!((low - 4.0).abs() < 1e-9 && (middle - 5.0).abs() < 1e-9, "{low} {middle}");
    }
}
