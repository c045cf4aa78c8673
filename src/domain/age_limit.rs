//! Until when what became of a conversation counts, by when it was opened: so that conversations that have had
//! different time can be compared.

use super::Period;

/// What happened up to an instant counts: `at_ms` + `factor` × the opening (UTC milliseconds).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgeLimit {
    /// UTC milliseconds.
    pub at_ms: i64,
    /// Milliseconds of a later end by millisecond of a later opening.
    pub factor: f64,
}

impl AgeLimit {
    /// What happened within so many milliseconds of the opening.
    #[must_use]
    pub fn within(milliseconds: i64) -> Self {
        Self { at_ms: milliseconds, factor: 1.0 }
    }

    /// The limit by which a conversation of `period` has had at most the time that one of `beside` has had until
    /// `now` (UTC milliseconds), each at the same place in its period. With two periods of the same length it is the
    /// instant at which `period` was as old as `beside` is now.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an instant in milliseconds is below 2^53")]
    pub fn as_old_as(beside: &Period, period: &Period, now: i64) -> Self {
        let length = |period: &Period| (period.to.0 - period.from.0).max(1);
        let stretch = length(beside) as f64 / length(period) as f64;
        // Behind the opening: now - beside.to + (period.to - opening) * stretch.
        let at = (now - beside.to.0) as f64 + period.to.0 as f64 * stretch;
        #[expect(clippy::cast_possible_truncation, reason = "an instant, or near one")]
        let at_ms = at.round() as i64;
        Self { at_ms, factor: 1.0 - stretch }
    }

    /// The last instant that counts of a conversation that was opened at one (both UTC milliseconds).
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an instant in milliseconds is below 2^53")]
    #[expect(clippy::cast_possible_truncation, reason = "an instant, or near one")]
    pub fn of(&self, opened: i64) -> i64 {
        self.at_ms.saturating_add((opened as f64 * self.factor).round() as i64)
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::Timestamp;

    const DAY: i64 = 86_400_000;

    fn days(from: i64, to: i64) -> Period {
        Period::new(Timestamp(from * DAY), Timestamp(to * DAY), TimeZone::UTC).unwrap()
    }

    #[test]
    fn a_period_is_as_old_as_the_other_is_now() {
        // Days 14 to 18 are looked at on day 18.5; the four days before them as they stood on day 14.5.
        let limit = AgeLimit::as_old_as(&days(14, 18), &days(10, 14), 37 * DAY / 2);
        for opened in [10 * DAY, 12 * DAY, 14 * DAY - 1] {
            assert_eq!(limit.of(opened), 29 * DAY / 2);
        }
        // Beside the last two days a week: whoever came in its middle has had as long as who came in theirs.
        let limit = AgeLimit::as_old_as(&days(16, 18), &days(7, 14), 19 * DAY);
        assert_eq!(limit.of(7 * DAY + 7 * DAY / 2) - (7 * DAY + 7 * DAY / 2), 2 * DAY);
        assert_eq!(limit.of(7 * DAY) - 7 * DAY, 3 * DAY);
        assert_eq!(AgeLimit::within(DAY).of(5 * DAY), 6 * DAY);
    }
}
