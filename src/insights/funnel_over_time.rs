//! A step's share by day or week.

use std::collections::BTreeMap;

use crate::analysis::{Breakdown, FunnelReport, week_of};
use crate::domain::Period;

/// Of a report by day or week: each of the period, also those in which nothing was, with how many reached
/// `step`, and of how many.
pub(crate) fn shares_in_time(
    report: &FunnelReport,
    period: &Period,
    step: &str,
    of: &str,
) -> Vec<(String, u64, u64)> {
    let unit = report.by.first().map_or("day", String::as_str);
    let row = |row: &Breakdown| {
        let day = row.value(unit)?.to_owned();
        Some((day, (row.count(step).unwrap_or(0), row.count(of).unwrap_or(0))))
    };
    let known: BTreeMap<String, (u64, u64)> = report.breakdown.iter().filter_map(row).collect();
    let mut days: Vec<String> = period
        .days()
        .into_iter()
        .map(|(date, _)| if unit == "week" { week_of(date) } else { date.to_string() })
        .collect();
    days.dedup();
    let counts = |day: &String| known.get(day).copied().unwrap_or_default();
    days.iter().map(|day| (day.clone(), counts(day).0, counts(day).1)).collect()
}
