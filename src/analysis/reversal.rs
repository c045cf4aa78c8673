//! Simpson's paradox: the whole moves one way, and each of its parts the other, because their mix has changed
//! (E. H. Simpson, "The interpretation of interaction in contingency tables", Journal of the Royal Statistical Society B
//! 13, 1951, 238-241).

use std::collections::BTreeMap;

use super::dispersion::{DayCount, on_the_same_days, sum};
use super::rates::share;
use super::steps::pair;
use super::{AnalysisError, FunnelReport, Verdicts};

/// Parts with fewer on either side are left out.
const LEAST_UNITS: u64 = 30;
/// Parts that are looked at have to hold this part of each side at least.
const MOST_OF_IT: f64 = 0.9;

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

/// Verdicts on rows with the dimensions within each of whose values a claimed difference is the other way round. Each report
/// is broken down by the rows' dimensions (`names`), by day unless rows are days, and by one dimension more; what a row
/// is held against is what the others of a value came to on the row's days.
///
/// # Errors
/// If there are no such steps.
pub fn with_reversals(
    mut verdicts: Verdicts,
    reports: &[FunnelReport],
    names: &[String],
) -> Result<Verdicts, AnalysisError> {
    for report in reports {
        let Some(stratum) = report.by.last() else { continue };
        let parts = Parts::of(report, names, stratum, &verdicts.step, &verdicts.of)?;
        for row in verdicts.rows.iter_mut().filter(|row| row.is_claim()) {
            let key: Option<Vec<_>> = names.iter().map(|name| row.by.get(name)).collect();
            let Some((key, [own, other])) =
                key.zip(row.rate.zip(row.other_rate).map(|(own, other)| [own, other]))
            else {
                continue;
            };
            let key: Vec<Option<String>> = key.into_iter().cloned().collect();
            if row.by.len() == names.len() && parts.oppose(&key, own.rate - other.rate) {
                row.reversed_within.push(stratum.clone());
            }
        }
    }
    Ok(verdicts)
}

/// What a row is called: its values.
type RowName = Vec<Option<String>>;
/// A value of the stratum, and the day; of rows that are days themselves none.
type Cell = (String, String);

/// Rows and their whole by stratum and day.
struct Parts {
    rows: BTreeMap<RowName, BTreeMap<Cell, DayCount>>,
    whole: BTreeMap<Cell, DayCount>,
}

impl Parts {
    fn of(
        report: &FunnelReport,
        names: &[String],
        stratum: &str,
        step: &str,
        of: &str,
    ) -> Result<Self, AnalysisError> {
        let has_days = report.by.len() > names.len() + 1;
        let mut parts = Self { rows: BTreeMap::new(), whole: BTreeMap::new() };
        for row in &report.breakdown {
            let count = pair(&row.steps, step, of)?;
            let day = if has_days { row.value("day").unwrap_or_default() } else { "" };
            let cell = (row.value(stratum).unwrap_or_default().to_owned(), day.to_owned());
            let name = names.iter().map(|name| row.by.get(name).cloned().flatten()).collect();
            let own = parts.rows.entry(name).or_default();
            for sum in [own.entry(cell.clone()).or_default(), parts.whole.entry(cell).or_default()]
            {
                *sum = (sum.0 + count.0, sum.1 + count.1);
            }
        }
        Ok(parts)
    }

    /// Whether in each value of the stratum a row lies on the other side of all others than in the whole.
    fn oppose(&self, row: &[Option<String>], whole: f64) -> bool {
        let Some(own) = self.rows.get(row) else { return false };
        let mut values: BTreeMap<&str, [Vec<DayCount>; 2]> = BTreeMap::new();
        for (cell, all) in &self.whole {
            let own = own.get(cell).copied().unwrap_or_default();
            let [own_days, other_days] = values.entry(&cell.0).or_default();
            own_days.push(own);
            other_days.push((all.0.saturating_sub(own.0), all.1.saturating_sub(own.1)));
        }
        let sides = values.values().map(|sides| [sum(&sides[0]), sum(&sides[1])]);
        let [all_own, all_others] =
            sides.clone().fold([0, 0], |all, sides| [all[0] + sides[0].1, all[1] + sides[1].1]);
        let (mut held, mut looked_at) = ([0, 0], 0);
        for ([own_days, other_days], sides) in values.values().zip(sides) {
            if sides.iter().any(|side| side.1 < LEAST_UNITS) {
                continue;
            }
            // Days are told apart, or the one day that there is stands for them.
            let other =
                if own_days.len() > 1 { on_the_same_days(own_days, other_days) } else { sides[1] };
            if other.1 == 0 {
                continue;
            }
            if (share(sides[0].0, sides[0].1) - share(other.0, other.1)) * whole >= 0.0 {
                return false;
            }
            held = [held[0] + sides[0].1, held[1] + sides[1].1];
            looked_at += 1;
        }
        looked_at > 1
            && share(held[0], all_own) >= MOST_OF_IT
            && share(held[1], all_others) >= MOST_OF_IT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Breakdown, Step};
    use crate::domain::Clock;

    /// A report by source and channel, of these: both, how many reached the step, and of how many.
    fn report(rows: &[(&str, &str, DayCount)]) -> FunnelReport {
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
    /// The same of rows: two treatments, each beside the other.
    #[test]
    fn rows_may_differ_the_other_way_round_in_each_part() {
        let stones = report(&[
            ("open", "small", (81, 87)),
            ("open", "large", (192, 263)),
            ("other", "small", (234, 270)),
            ("other", "large", (55, 80)),
        ]);
        let names = ["source".to_owned()];
        let parts = |of: &FunnelReport| Parts::of(of, &names, "channel", "lead", "opened").unwrap();
        let [open, other] = ["open", "other"].map(|name| [Some(name.to_owned())]);
        // 78 % against 83 %, and within each size it is better.
        assert!(parts(&stones).oppose(&open, -0.05) && parts(&stones).oppose(&other, 0.05));
        assert!(!parts(&stones).oppose(&open, 0.05));
        assert!(!parts(&stones).oppose(&[Some("none".to_owned())], -0.05));
        let one_way = report(&[
            ("open", "small", (81, 87)),
            ("open", "large", (192, 263)),
            ("other", "small", (234, 270)),
            ("other", "large", (65, 80)),
        ]);
        assert!(!parts(&one_way).oppose(&open, -0.05));
    }
}
