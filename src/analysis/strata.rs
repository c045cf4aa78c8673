//! Days within which rows of a breakdown are compared, or parts of days, such as the entry points of each.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::dispersion::{DayCount, sum};
use super::steps::pair;
use super::{AnalysisError, Breakdown, FunnelReport, REST};

type By = BTreeMap<String, Option<String>>;
/// A day, and the values of what else its conversations are told apart by.
type Stratum<'r> = (&'r str, Vec<&'r str>);

/// The strata of rows, in the order of days.
pub(super) struct Strata<'r> {
    pub names: Vec<Stratum<'r>>,
    /// The day of each stratum, counted from 0.
    pub day_of: Vec<usize>,
    /// By what days are told apart besides.
    more: Vec<&'r String>,
}

impl<'r> Strata<'r> {
    /// Those of `days`, which has the dimensions of the report, the day, and maybe others.
    pub(super) fn of(report: &FunnelReport, days: &'r FunnelReport) -> Self {
        let is_more = |name: &&String| *name != "day" && !report.by.contains(name);
        let more: Vec<&String> = days.by.iter().filter(is_more).collect();
        let names: BTreeSet<Stratum<'_>> =
            days.breakdown.iter().filter_map(|row| stratum(row, &more)).collect();
        let names: Vec<Stratum<'_>> = names.into_iter().collect();
        let mut day_of: Vec<usize> = Vec::with_capacity(names.len());
        for (place, (day, _)) in names.iter().enumerate() {
            let before = place.checked_sub(1).map(|before| (names[before].0, day_of[before]));
            day_of.push(
                before.map_or(0, |(name, day_before)| day_before + usize::from(name != *day)),
            );
        }
        Self { names, day_of, more }
    }

    /// The place of the first stratum of a day or later.
    pub(super) fn begin(&self, first: Date) -> usize {
        let first = first.to_string();
        self.names.partition_point(|(day, _)| *day < first.as_str())
    }

    /// The counts of each row of a report, in the order of the rows; each row has all strata, in their order.
    pub(super) fn of_rows(
        &self,
        report: &FunnelReport,
        days: &FunnelReport,
        step: &str,
        of: &str,
    ) -> Result<Vec<Vec<DayCount>>, AnalysisError> {
        let nothing = vec![(0, 0); self.names.len()];
        let mut found: BTreeMap<By, Vec<DayCount>> = BTreeMap::new();
        for row in &days.breakdown {
            let mut by = row.by.clone();
            by.retain(|name, _| name != "day" && !self.more.contains(&name));
            let of_row = found.entry(by).or_insert_with(|| nothing.clone());
            let place = stratum(row, &self.more)
                .and_then(|stratum| self.names.binary_search(&stratum).ok());
            if let Some(place) = place {
                of_row[place] = pair(&row.steps, step, of)?;
            }
        }
        let is_rest = |row: &Breakdown| row.by.values().any(|value| value.as_deref() == Some(REST));
        let named = report.breakdown.iter().filter(|row| !is_rest(row));
        let named: Vec<Option<Vec<DayCount>>> = named.map(|row| found.remove(&row.by)).collect();
        let rest = |place: usize| sum(found.values().map(|row| &row[place]));
        let rest: Vec<DayCount> = (0..self.names.len()).map(rest).collect();
        let mut rows: Vec<Vec<DayCount>> =
            named.into_iter().map(|row| row.unwrap_or_else(|| nothing.clone())).collect();
        if rows.len() < report.breakdown.len() {
            rows.push(rest);
        }
        Ok(rows)
    }
}

fn stratum<'r>(row: &'r Breakdown, more: &[&String]) -> Option<Stratum<'r>> {
    let values = more.iter().map(|name| row.value(name).unwrap_or_default()).collect();
    Some((row.value("day")?, values))
}
