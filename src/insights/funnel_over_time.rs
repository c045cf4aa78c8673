//! A step's share by day or week: so far, and what is expected of it in the end.

use std::collections::BTreeMap;

use crate::analysis::{Breakdown, FunnelReport, Outlook, Rate, week_of};
use crate::domain::Period;

/// Less of the time is no whole: the row is not finished.
const WHOLE: f64 = 0.995;

/// A day or week, and how many of it reached a step, of how many.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ShareInTime {
    pub day: String,
    pub reached: u64,
    pub of: u64,
    /// What comes of the step; `None` where that is not looked at.
    pub outlook: Option<Outlook>,
    /// The share that is expected in the end; `None` where the data do not bear it.
    pub expected: Option<Rate>,
}

impl ShareInTime {
    fn new(day: &str, row: &Breakdown, step: &str, of: &str) -> Self {
        let all = row.count(of).unwrap_or(0);
        let outlook = |name: &str| row.steps.iter().find(|one| one.name == name)?.outlook;
        let expected = outlook(step).zip(outlook(of)).and_then(|(own, of)| expected(own, of));
        let outlook = outlook(step);
        let (day, reached) = (day.to_owned(), row.count(step).unwrap_or(0));
        Self { day, reached, of: all, outlook, expected }
    }

    /// Whether conversations of it may still reach the step.
    pub(crate) fn is_unfinished(&self) -> bool {
        let matured = |outlook: Outlook| outlook.matured_share.is_some_and(|share| share >= WHOLE);
        self.of > 0 && self.outlook.is_some_and(|outlook| !matured(outlook))
    }
}

/// The share of those who are expected to reach one step of those who are expected to reach another. Where both are not
/// finished, the ends are those of the quotient by the delta method on its logarithm, as though the two were independent:
/// they go together, so the interval holds it more often.
fn expected(own: Outlook, of: Outlook) -> Option<Rate> {
    let all = of.expected.filter(|all| *all > 0.0)?;
    let (reached, low, high) = (own.expected?, own.low?, own.high?);
    let rate = (reached / all).min(1.0);
    let reach = |end: f64, other: f64| {
        if end <= 0.0 || other <= 0.0 || reached <= 0.0 {
            return f64::INFINITY;
        }
        (end / reached).ln().hypot((other / all).ln())
    };
    let down = rate * (-reach(low, of.high?)).exp();
    let up = if reached > 0.0 { rate * reach(high, of.low?).exp() } else { high / all };
    Some(Rate { rate, low: down, high: up.min(1.0) })
}

/// Of a report by day or week: each of the period, also those in which nothing was, with how many reached
/// `step`, and of how many.
pub(crate) fn shares_in_time(
    report: &FunnelReport,
    period: &Period,
    step: &str,
    of: &str,
) -> Vec<ShareInTime> {
    let unit = report.by.first().map_or("day", String::as_str);
    let row = |row: &Breakdown| {
        let day = row.value(unit)?.to_owned();
        let share = ShareInTime::new(&day, row, step, of);
        Some((day, share))
    };
    let known: BTreeMap<String, ShareInTime> = report.breakdown.iter().filter_map(row).collect();
    let mut days: Vec<String> = period
        .days()
        .into_iter()
        .map(|(date, _)| if unit == "week" { week_of(date) } else { date.to_string() })
        .collect();
    days.dedup();
    let nothing = |day: &String| ShareInTime { day: day.clone(), ..ShareInTime::default() };
    days.iter().map(|day| known.get(day).cloned().unwrap_or_else(|| nothing(day))).collect()
}
