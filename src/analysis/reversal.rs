//! Simpson's paradox: the whole moves one way, and each of its parts the other, because their mix has changed
//! (E. H. Simpson, "The interpretation of interaction in contingency tables", Journal of the Royal Statistical Society B
//! 13, 1951, 238-241).

use std::collections::BTreeMap;

use super::dispersion::DayCount;
use super::rates::share;
use super::steps::pair;
use super::{AnalysisError, FunnelReport};

/// Parts with fewer on either side are left out.
pub(super) const LEAST_UNITS: u64 = 30;
/// Parts that are looked at have to hold this part of each side at least.
pub(super) const MOST_OF_IT: f64 = 0.9;

/// The dimensions of the mixes within each of whose values the difference is the other way round.
pub(super) fn reversed_within(
    mixes: &[FunnelReport; 2],
    step: &str,
    of: &str,
) -> Result<Vec<String>, AnalysisError> {
    let parts = |report: &FunnelReport, name: &str| {
        let mut parts: BTreeMap<String, DayCount> = BTreeMap::new();
        for row in &report.breakdown {
            let count = pair(&row.steps, step, of)?;
            let part = parts.entry(row.value(name).unwrap_or_default().to_owned()).or_default();
            *part = (part.0 + count.0, part.1 + count.1);
        }
        Ok::<_, AnalysisError>(parts)
    };
    let [own, other] = mixes;
    let mut found = Vec::new();
    for name in &own.by {
        if is_reversed(&parts(own, name)?, &parts(other, name)?) {
            found.push(name.clone());
        }
    }
    Ok(found)
}

/// Whether one side's share lies beside the other's in the whole the opposite way of what it does in each part. Parts are
/// those of both sides, by name.
fn is_reversed(one: &BTreeMap<String, DayCount>, other: &BTreeMap<String, DayCount>) -> bool {
    let parts: Vec<[DayCount; 2]> = one
        .iter()
        .filter_map(|(name, count)| Some([*count, *other.get(name)?]))
        .filter(|sides| sides.iter().all(|side| side.1 >= LEAST_UNITS))
        .collect();
    let wholes = [one, other].map(|side| super::dispersion::sum(side.values()));
    let holds_most = |side: usize| {
        let held: u64 = parts.iter().map(|sides| sides[side].1).sum();
        share(held, wholes[side].1) >= MOST_OF_IT
    };
    let way = |[one, other]: [DayCount; 2]| share(one.0, one.1) - share(other.0, other.1);
    let whole = way(wholes);
    parts.len() > 1 && (0..2).all(holds_most) && parts.iter().all(|sides| way(*sides) * whole < 0.0)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::analysis::{Breakdown, Step};
    use crate::domain::Clock;

    /// A report by source and channel, of these: both, how many reached the step, and of how many.
    pub(in crate::analysis) fn report(rows: &[(&str, &str, DayCount)]) -> FunnelReport {
        let step = |name: &str, count: u64| Step {
            name: name.to_owned(),
            count: Some(count),
            rate_from_previous: None,
            rate_from_first: None,
            detail: None,
            outlook: None,
        };
        let row = |(source, channel, (reached, of)): &(&str, &str, DayCount)| Breakdown {
            by: [("source", source), ("channel", channel)]
                .map(|(name, value)| (name.to_owned(), Some((*value).to_owned())))
                .into(),
            rows: None,
            steps: vec![step("opened", *of), step("lead", *reached)],
        };
        FunnelReport {
            funnel: String::new(),
            from: String::new(),
            to: String::new(),
            time_zone: String::new(),
            clock: Clock::Opening,
            unit: "conversation",
            steps: Vec::new(),
            by: ["source", "channel"].map(str::to_owned).into(),
            breakdown: rows.iter().map(row).collect(),
        }
    }

    #[test]
    fn dimensions_are_told_within_which_it_is_the_other_way_round() {
        // Both sources got better, and the weaker one brought most; the channels moved like the whole.
        let now = report(&[
            ("ad", "messenger", (20, 100)),
            ("ad", "instagram", (60, 300)),
            ("link", "messenger", (60, 100)),
        ]);
        let before = report(&[
            ("ad", "messenger", (15, 100)),
            ("link", "instagram", (150, 300)),
            ("link", "messenger", (50, 100)),
        ]);
        let found = |one: &FunnelReport, other: &FunnelReport| {
            reversed_within(&[one.clone(), other.clone()], "lead", "opened").unwrap()
        };
        assert_eq!(found(&now, &before), ["source"]);
        assert_eq!(found(&now, &now), Vec::<String>::new());
        assert!(reversed_within(&[now.clone(), now], "sold", "opened").is_err());
    }

    fn side(parts: &[(&str, DayCount)]) -> BTreeMap<String, DayCount> {
        parts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    /// Kidney stones: open surgery and percutaneous nephrolithotomy by size of the stone (C. R. Charig and others,
    /// "Comparison of treatment of renal calculi", British Medical Journal 292, 1986, 879-882).
    #[test]
    fn stones_are_the_textbooks() {
        let open = side(&[("small", (81, 87)), ("large", (192, 263))]);
        let other = side(&[("small", (234, 270)), ("large", (55, 80))]);
        assert!(is_reversed(&open, &other) && is_reversed(&other, &open));
        // Where one part goes with the whole, none is reversed.
        let mixed = side(&[("small", (234, 270)), ("large", (60, 80))]);
        assert!(!is_reversed(&open, &mixed));
        // One part alone is the whole, and of small ones nothing is said.
        assert!(!is_reversed(&side(&[("a", (40, 90))]), &side(&[("a", (50, 90))])));
        let few = side(&[("small", (8, 9)), ("large", (19, 26))]);
        assert!(!is_reversed(&few, &other));
        // Nor where most lies in neither.
        let elsewhere = side(&[("small", (81, 87)), ("large", (192, 263)), ("new", (10, 400))]);
        assert!(!is_reversed(&elsewhere, &other));
    }
}
