//! Rows that differ from the others one way, and within each value of another dimension the other way: their mix differs, not
//! how they convert (E. H. Simpson: see the comparison of periods).

use std::collections::BTreeMap;

use super::dispersion::{DayCount, on_the_same_days, sum};
use super::rates::share;
use super::reversal::{LEAST_UNITS, MOST_OF_IT};
use super::steps::pair;
use super::{AnalysisError, FunnelReport, Verdicts};

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
    use crate::analysis::reversal::tests::report;

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
