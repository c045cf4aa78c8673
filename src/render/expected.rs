//! What a count, a cost or a return comes to, in words: beside what there is so far, never mixed with it.

use crate::analysis::{Estimate, Outlook, Step};
use crate::language::{Message, say};
use crate::render::numbers::{between, thousands};

/// From this part on a figure is as good as finished: what is still expected moves it by less than 2 %.
pub(crate) const FINISHED: f64 = 0.98;

/// What a step's count comes to when the time of all is over. `None` if it is over, or nothing is known of it.
pub(crate) fn expected_count(step: &Step) -> Option<ExpectedFigure> {
    let Outlook { matured_share, expected, low, high } = step.outlook?;
    let estimate = Estimate { value: expected, low: low?, high };
    ExpectedFigure::of(matured_share, Some(estimate), people)
}

/// A count that is expected, as a whole number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of people")]
pub(crate) fn people(count: f64) -> String {
    thousands(count.round() as u64)
}

/// A figure that is expected, and its interval.
pub(crate) struct ExpectedFigure {
    figure: String,
    /// The 95 % interval; empty if it is open.
    pub range: String,
}

impl ExpectedFigure {
    /// `None` of a figure that is finished, or of which nothing is known.
    pub(crate) fn of(
        matured_share: Option<f64>,
        expected: Option<Estimate>,
        written: impl Fn(f64) -> String,
    ) -> Option<Self> {
        let expected = expected.filter(|_| matured_share.is_some_and(|part| part < FINISHED))?;
        let range = |high: f64| between(written(expected.low), written(high));
        Some(Self {
            figure: written(expected.value?),
            range: expected.high.map_or_else(String::new, range),
        })
    }

    /// For a cell of a table, whose interval stands elsewhere.
    pub(crate) fn short(&self) -> Message {
        say("ads-expected").with("figure", &self.figure)
    }

    /// With the interval.
    pub(crate) fn told(self) -> Message {
        if self.range.is_empty() {
            return self.short();
        }
        say("ads-expected-between").with("figure", self.figure).with("range", self.range)
    }
}
