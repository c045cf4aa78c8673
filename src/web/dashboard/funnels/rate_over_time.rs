//! A step's share of another, day by day or week by week, and the choice of the two.

use jiff::ToSpan;
use jiff::civil::Date;

use super::drilldown::RowsBehind;
use super::labels::label;
use super::parts::{Choice, Parts};
use crate::analysis::{Step, wilson};
use crate::domain::Period;
use crate::insights::funnel_over_time::{ShareInTime, shares_in_time};
use crate::render::chart::marks::Mark;
use crate::render::chart::on_page;
use crate::render::charts;
use crate::render::numbers::{percent, rate};
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::drilldown::LinkedCount;

pub(crate) struct Share {
    /// What the form that chooses has to carry along.
    pub kept: Vec<(String, String)>,
    pub step: String,
    pub of: String,
    pub steps: Vec<Choice>,
    pub ofs: Vec<Choice>,
    pub chart: String,
    pub rows: Vec<Row>,
    /// Whether it is told what comes of days that are not finished, and how many are not.
    pub has_outlook: bool,
    pub unfinished: usize,
}

/// A day or a week.
pub(crate) struct Row {
    pub day: String,
    pub of: LinkedCount,
    pub reached: LinkedCount,
    pub share: String,
    pub is_unfinished: bool,
    /// The part of the conversions that there was time for, and the share that is expected in the end.
    pub outlook: [String; 2],
}

impl Share {
    pub(crate) fn new(
        (parts, marks): (&Parts, &[Mark]),
        period: &Period,
        range: &Range,
        behind: &RowsBehind<'_>,
        kept: Vec<(String, String)>,
    ) -> Self {
        let Parts { report, trend, verdicts, .. } = parts;
        let units: Vec<&Step> = report.unit_steps().collect();
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
        let rates = shares_in_time(trend, period, &verdicts.step, &verdicts.of);
        let (step, of) = (label(&verdicts.step), label(&verdicts.of));
        let is_weekly = trend.by.first().is_some_and(|unit| unit == "week");
        let row = |one: &ShareInTime| {
            let ShareInTime { day, reached, of, outlook, expected } = one;
            let last = if is_weekly { sunday(day) } else { day.clone() };
            let behind = behind.of_days(range.days(day, &last));
            // What is finished has come to what it is.
            let in_the_end = if one.is_unfinished() { rate(*expected, *of) } else { String::new() };
            Row {
                day: day.clone(),
                of: behind.with("reached", &verdicts.of).count(Some(*of)),
                reached: behind.with("reached", &verdicts.step).count(Some(*reached)),
                share: rate(wilson(*reached, *of), *of),
                is_unfinished: one.is_unfinished(),
                outlook: [percent(outlook.and_then(|known| known.matured_share), *of), in_the_end],
            }
        };
        Self {
            kept,
            // A step is a share of one that lies before it.
            steps: choices(&verdicts.step, at_of + 1, units.len()),
            ofs: choices(&verdicts.of, 0, at_step.clamp(1, units.len().max(1)).min(units.len())),
            chart: on_page(|width| charts::rates(&rates, &step, &of, width).annotated(marks)),
            rows: rates.iter().map(row).collect(),
            has_outlook: rates.iter().any(|one| one.outlook.is_some()),
            unfinished: rates.iter().filter(|one| one.is_unfinished()).count(),
            step,
            of,
        }
    }
}

/// The last day of the week that begins on a day.
fn sunday(monday: &str) -> String {
    let monday = monday.parse::<Date>().unwrap_or_default();
    monday.saturating_add(6.days()).to_string()
}
