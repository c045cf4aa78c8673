//! A funnel's steps as columns.

use super::drilldown::LinkedCount;
use crate::language::Message;
use crate::render::chart;

/// A step of a funnel as a column, with what stands below it.
pub(crate) struct Column {
    pub name: String,
    pub label: String,
    pub meaning: String,
    pub count: LinkedCount,
    /// Of the step before, and of the first.
    pub of_previous: String,
    pub of_first: String,
    /// Those who went no further.
    pub dropped: Option<LinkedCount>,
    /// What else is told of it: what one cost, how long it took.
    pub notes: Vec<Message>,
    /// As SVG.
    pub drawn: String,
    /// Whether it is longer than the others leave room for.
    pub is_cut: bool,
}

/// How strong the first step is drawn, and how much less each other.
const STRENGTH: (f64, f64) = (1.0, 0.07);

/// A part of a whole, if both are known.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(crate) fn share(count: Option<u64>, of: Option<u64>) -> Option<f64> {
    let (count, of) = (count?, of.filter(|of| *of > 0)?);
    Some(count as f64 / of as f64)
}

/// The step at a place of the funnel, beside the largest.
#[expect(clippy::cast_precision_loss, reason = "steps are few")]
pub(crate) fn drawn(count: Option<u64>, most: u64, place: usize) -> String {
    let strength = STRENGTH.0 - STRENGTH.1 * place as f64;
    chart::part(share(count, Some(most)).unwrap_or(0.0), strength.max(0.4))
}
