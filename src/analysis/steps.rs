//! The steps of a funnel and the rows of its breakdown, whatever funnel it is.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{AnalysisError, Outlook, Rate};
use crate::domain::add_known;

/// Stages that need spend data or tracked links.
pub(super) const BEFORE_OPENING: [&str; 2] = ["impressions", "clicks"];

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// How many reached it; `None` where there is no data (spend not imported).
    pub count: Option<u64>,
    /// Share of those of the step before, 0 to 1; `None` if either is unknown or zero people were
    /// in the step before.
    pub rate_from_previous: Option<f64>,
    /// Share of those of the first step that has data.
    pub rate_from_first: Option<f64>,
    /// What a custom funnel tells besides.
    #[serde(flatten)]
    #[schema(value_type = StepDetail)]
    pub detail: Option<StepDetail>,
    /// Of rows by day or week of the default funnel: what they come to when the time of all their conversations is over.
    #[serde(flatten)]
    #[schema(value_type = Outlook)]
    pub outlook: Option<Outlook>,
}

/// What a custom funnel tells of a step besides its count.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StepDetail {
    /// How many did not reach the next step; `None` of the last.
    #[schema(required = false)]
    pub dropped: Option<u64>,
    /// `rate_from_previous` with its 95 % interval.
    #[schema(required = false)]
    pub rate_interval: Option<Rate>,
    /// Times from the step before to this one, of those who reached it.
    #[serde(flatten)]
    #[schema(value_type = Waits)]
    pub waits: Option<Waits>,
}

/// Times between two steps.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Waits {
    /// First quartile, milliseconds.
    #[schema(required = false)]
    pub p25_ms: f64,
    /// Median, milliseconds.
    #[schema(required = false)]
    pub median_ms: f64,
    /// Third quartile, milliseconds.
    #[schema(required = false)]
    pub p75_ms: f64,
    /// 90th percentile, milliseconds.
    #[schema(required = false)]
    pub p90_ms: f64,
    /// How many waited up to so many milliseconds and longer than the bar before; the last bar has no
    /// end.
    #[schema(required = false)]
    pub histogram: Vec<(Option<i64>, u64)>,
}

impl Step {
    /// The step with nobody in it; unknown where the step is.
    #[must_use]
    pub fn none(&self) -> Self {
        let count = self.count.map(|_| 0);
        Self {
            name: self.name.clone(),
            count,
            rate_from_previous: None,
            rate_from_first: None,
            detail: None,
            outlook: None,
        }
    }
}

/// What stands for the values of everything that is left out of a breakdown.
pub const REST: &str = "(rest)";

/// One row of a breakdown.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Breakdown {
    /// Value of each dimension; `None` where a conversation has none (no ad, say), `(rest)` in the row of
    /// all others.
    pub by: BTreeMap<String, Option<String>>,
    /// Of how many rows this one is the sum, if it is that of all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<usize>,
    /// Its steps.
    pub steps: Vec<Step>,
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn rate(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl Breakdown {
    /// All rows as one.
    pub(super) fn sum(rows: &[Self]) -> Self {
        let keys = rows.iter().flat_map(|row| row.by.keys());
        let mut steps: Vec<Step> = rows[0].steps.clone();
        for (place, step) in steps.iter_mut().enumerate() {
            let mut sum = None;
            for row in rows {
                add_known(&mut sum, row.steps[place].count);
            }
            step.count = sum;
        }
        let counts: Vec<Option<u64>> = steps.iter().map(|step| step.count).collect();
        let is_of_thread = |place: usize| place >= BEFORE_OPENING.len();
        for (place, step) in steps.iter_mut().enumerate() {
            let of = |whole: Option<u64>| rate(counts[place]?, whole?);
            // What was clicked and what was opened are of different things here.
            let previous = place.checked_sub(1).filter(|_| place != BEFORE_OPENING.len());
            step.rate_from_previous = previous.and_then(|before| of(counts[before]));
            let first = is_of_thread(place).then(|| counts[BEFORE_OPENING.len()]);
            step.rate_from_first = first.and_then(of);
        }
        Self {
            by: keys.map(|key| (key.clone(), Some(REST.to_owned()))).collect(),
            rows: Some(rows.len()),
            steps,
        }
    }

    /// The count of a step of this row.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<u64> {
        count_in(&self.steps, name)
    }

    /// The row's value of a dimension.
    #[must_use]
    pub fn value(&self, dimension: &str) -> Option<&str> {
        self.by.get(dimension).and_then(Option::as_deref)
    }
}

pub(super) fn count_in(steps: &[Step], name: &str) -> Option<u64> {
    steps.iter().find(|step| step.name == name).and_then(|step| step.count)
}

/// How many reached `step`, of how many that reached `of`.
pub(super) fn pair(steps: &[Step], step: &str, of: &str) -> Result<(u64, u64), AnalysisError> {
    let place = |name: &str| {
        let found = steps.iter().position(|step| step.name == name);
        found.ok_or_else(|| {
            let known: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
            AnalysisError::UnknownStep { asked: name.to_owned(), known: known.join(", ") }
        })
    };
    let (step, of) = (place(step)?, place(of)?);
    if step < of {
        let (asked, known) = (steps[step].name.clone(), steps[of].name.clone());
        return Err(AnalysisError::StepBefore { asked, of: known });
    }
    let count = |place: usize| steps[place].count.unwrap_or(0);
    Ok((count(step).min(count(of)), count(of)))
}
