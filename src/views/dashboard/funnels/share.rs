//! A step's share of another, day by day or week by week, and the choice of the two.

use std::collections::BTreeMap;

use super::super::conversations::rate;
use super::super::text::thousands;
use super::labels::label;
use super::page::Choice;
use crate::analysis::{FunnelReport, Step, Verdicts, week_of, wilson};
use crate::domain::Period;
use crate::views::charts;

pub(super) struct Share {
    /// What the form that chooses has to carry along.
    pub kept: Vec<(String, String)>,
    pub step: String,
    pub of: String,
    pub steps: Vec<Choice>,
    pub ofs: Vec<Choice>,
    pub chart: String,
    /// Day, of how many, how many, share.
    pub rows: Vec<[String; 4]>,
}

impl Share {
    pub(super) fn new(
        trend: &FunnelReport,
        verdicts: &Verdicts,
        units: &[&Step],
        period: &Period,
        kept: Vec<(String, String)>,
    ) -> Self {
        let place = |name: &str| units.iter().position(|step| step.name == name).unwrap_or(0);
        let choices = |chosen: &str, from: usize, to: usize| -> Vec<Choice> {
            let choice = |step: &&Step| Choice {
                value: step.name.clone(),
                label: label(&step.name),
                is_chosen: step.name == chosen,
            };
            units[from.min(to)..to].iter().map(choice).collect()
        };
        let (at_step, at_of) = (place(&verdicts.step), place(&verdicts.of));
        let unit = trend.by.first().map_or("day", String::as_str);
        let rates = rates(trend, unit, period, &verdicts.step, &verdicts.of);
        let (step, of) = (label(&verdicts.step), label(&verdicts.of));
        let row = |(day, reached, of): &(String, u64, u64)| {
            let share = rate(wilson(*reached, *of));
            [day.clone(), thousands(*of), thousands(*reached), share]
        };
        Self {
            kept,
            // A step is a share of one that lies before it.
            steps: choices(&verdicts.step, at_of + 1, units.len()),
            ofs: choices(&verdicts.of, 0, at_step.clamp(1, units.len().max(1)).min(units.len())),
            chart: charts::rates(&rates, &step, &of),
            rows: rates.iter().map(row).collect(),
            step,
            of,
        }
    }
}

/// Each day or week, also those in which nothing was, with how many reached a step, and of how many.
fn rates(
    trend: &FunnelReport,
    unit: &str,
    period: &Period,
    step: &str,
    of: &str,
) -> Vec<(String, u64, u64)> {
    let row = |row: &crate::analysis::Breakdown| {
        let day = row.value(unit)?.to_owned();
        Some((day, (row.count(step).unwrap_or(0), row.count(of).unwrap_or(0))))
    };
    let known: BTreeMap<String, (u64, u64)> = trend.breakdown.iter().filter_map(row).collect();
    let mut days: Vec<String> = period
        .days()
        .into_iter()
        .map(|(date, _)| if unit == "week" { week_of(date) } else { date.to_string() })
        .collect();
    days.dedup();
    let counts = |day: &String| known.get(day).copied().unwrap_or_default();
    days.iter().map(|day| (day.clone(), counts(day).0, counts(day).1)).collect()
}
