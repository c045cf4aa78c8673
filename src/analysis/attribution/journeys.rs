//! Journeys: what attribution is computed over, in compact form.
//!
//! A journey is a path of touchpoints and how it ended. Rows of a journey table stand for one
//! journey of a known person, or (in path files) for many equal journeys of unknown people.

use std::sync::Arc;

use crate::analysis::Wanted;

/// Channel of conversions that no touchpoint precedes within the lookback window.
pub const NONE: &str = "(none)";

/// A channel's name for reports: what looks like one of our own, such as `(none)`, is quoted.
pub(super) fn channel_name(name: &str) -> String {
    let is_ours = name == NONE || (name.starts_with("(no ") && name.ends_with(')'));
    if is_ours { format!("\"{name}\"") } else { name.to_owned() }
}

/// Journeys in one part at most: the unit of parallel work. Fixed, so that sums do not depend on
/// the number of threads.
pub(super) const PART: usize = 1 << 13;

/// A touchpoint on a path: its channel, and whether it is organic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Touch(u32);

impl Touch {
    const ORGANIC: u32 = 1 << 31;

    pub(super) fn new(channel: u32, is_organic: bool) -> Self {
        Self(channel | if is_organic { Self::ORGANIC } else { 0 })
    }

    /// Index in [`Journeys::channels`].
    pub(super) fn channel(self) -> usize {
        (self.0 & !Self::ORGANIC) as usize
    }

    pub(super) fn is_organic(self) -> bool {
        self.0 & Self::ORGANIC != 0
    }
}

/// What the journeys of one row came to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Outcome {
    /// Journeys that ended in a conversion.
    pub conversions: f64,
    /// Journeys that ended in none.
    pub nulls: f64,
    /// What the conversions were worth, in [`Journeys::scale`] units of the group's currency.
    pub value: f64,
    /// Whose journey it was; 0 if unknown.
    pub person: u32,
    /// Index in [`Journeys::groups`].
    pub group: u16,
    /// When the person was first seen, from the conversion's point of view.
    pub first_seen: FirstSeen,
}

/// When a person was first seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum FirstSeen {
    /// Never before the conversion, or nobody knows.
    #[default]
    Unknown,
    /// Within the lookback window.
    New,
    /// Before the lookback window.
    Returning,
}

/// Paths of some journeys, one after the other.
#[derive(Debug, Default)]
pub(super) struct Paths {
    pub touches: Vec<Touch>,
    /// Milliseconds from each touchpoint to the journey's end; empty if times are unknown.
    pub ages: Vec<i64>,
    /// Where each journey's touchpoints end in `touches`.
    pub ends: Vec<u32>,
}

impl Paths {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn range(&self, journey: usize) -> std::ops::Range<usize> {
        let start = if journey == 0 { 0 } else { self.ends[journey - 1] };
        start as usize..self.ends[journey] as usize
    }

    pub(super) fn touches(&self, journey: usize) -> &[Touch] {
        &self.touches[self.range(journey)]
    }

    /// Empty if times are unknown.
    pub(super) fn ages(&self, journey: usize) -> &[i64] {
        if self.ages.is_empty() { &[] } else { &self.ages[self.range(journey)] }
    }

    pub(super) fn close(&mut self) {
        self.ends.push(u32::try_from(self.touches.len()).unwrap_or(u32::MAX));
    }
}

/// Some journeys: paths, which resampling shares, and outcomes.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub paths: Arc<Paths>,
    pub outcomes: Vec<Outcome>,
}

impl Part {
    /// Every journey with its path, its ages and its outcome.
    pub(super) fn journeys(&self) -> impl Iterator<Item = (&[Touch], &[i64], &Outcome)> {
        let outcomes = self.outcomes.iter().enumerate();
        outcomes.map(|(at, outcome)| (self.paths.touches(at), self.paths.ages(at), outcome))
    }
}

/// A currency and what is known of the conversions in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Group {
    /// ISO 4217; `None` for conversions without one.
    pub currency: Option<String>,
    /// Whether any of them carried a value.
    pub has_value: bool,
}

/// Journeys of any origin.
#[derive(Debug, Clone)]
pub struct Journeys {
    pub(super) channels: Vec<String>,
    pub(super) groups: Vec<Group>,
    pub(super) parts: Vec<Part>,
    /// Units of value in one unit of currency.
    pub(super) scale: f64,
    /// Whether rows are journeys of known people, at known times.
    pub(super) is_observed: bool,
    /// The only conversions that count; `None`: all.
    pub(super) goal: Option<String>,
    /// Whether anybody waits for what is computed of them.
    pub(super) wanted: Wanted,
}

impl Journeys {
    /// The same; what takes long ends when nobody wants it any more.
    #[must_use]
    pub fn as_long_as(mut self, wanted: &Wanted) -> Self {
        self.wanted = wanted.clone();
        self
    }

    /// Rows of the table.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.parts.iter().map(|part| part.paths.len()).sum()
    }

    /// Conversions of all journeys.
    #[must_use]
    pub fn conversions(&self) -> f64 {
        self.outcomes().map(|outcome| outcome.conversions).sum::<f64>() + 0.0
    }

    /// Journeys without a conversion.
    #[must_use]
    pub fn nulls(&self) -> f64 {
        self.outcomes().map(|outcome| outcome.nulls).sum::<f64>() + 0.0
    }

    pub(super) fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.parts.iter().flat_map(|part| &part.outcomes)
    }
}
