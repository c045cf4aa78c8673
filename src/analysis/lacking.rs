//! How many more units a comparison would need to say anything.

use super::dispersion::DayCount;

/// Fewer units in either side say nothing.
const LEAST_UNITS: u64 = 30;
/// Fewer that did, or did not, in both sides together say nothing.
const LEAST_OF_EACH: u64 = 5;

/// How many more units a share would need to tell anything; none where there are enough.
#[must_use]
pub fn lacking_units(of: u64) -> Option<u64> {
    LEAST_UNITS.checked_sub(of).filter(|lack| *lack > 0)
}

/// What two sides lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// So many units on the smaller side.
    Units(u64),
    /// So many that reach the step.
    Reached(u64),
    /// So many that do not.
    Missed(u64),
}

impl Lacking {
    /// `None` if there is enough.
    pub(super) fn of(own: DayCount, other: DayCount) -> Option<Self> {
        let (reached, all) = (own.0 + other.0, own.1 + other.1);
        let lack = |found: u64, least: u64| least.checked_sub(found).filter(|lack| *lack > 0);
        lacking_units(own.1.min(other.1))
            .map(Self::Units)
            .or_else(|| lack(reached, LEAST_OF_EACH).map(Self::Reached))
            .or_else(|| lack(all - reached, LEAST_OF_EACH).map(Self::Missed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_counted() {
        for (own, other, lacking) in [
            ((3, 12), (50, 400), Some(Lacking::Units(18))),
            ((3, 400), (5, 29), Some(Lacking::Units(1))),
            ((2, 400), (1, 30), Some(Lacking::Reached(2))),
            ((30, 30), (396, 400), Some(Lacking::Missed(1))),
            ((3, 30), (2, 30), None),
            ((30, 30), (395, 400), None),
        ] {
            assert_eq!(Lacking::of(own, other), lacking, "{own:?} {other:?}");
        }
    }
}
