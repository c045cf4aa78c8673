//! Funnels and what is made of them.

use std::collections::BTreeSet;

use polars_core::frame::DataFrame;

use super::columns::Columns;
use crate::analysis::{Flow, FunnelReport, Rate, Step, Verdicts};
use crate::insights::retention::Cohort;
use crate::store::Sequence;

type By = std::collections::BTreeMap<String, Option<String>>;

/// `<dimension>…, step, count, rate_from_previous, rate_from_first`: a row a step, over everything
/// or for each row of the breakdown. By day or week alone `matured_share, expected, low, high` besides.
#[must_use]
pub fn funnel(report: &FunnelReport) -> DataFrame {
    let none = By::new();
    let mut rows: Vec<(&By, &Step)> = Vec::new();
    if report.by.is_empty() {
        rows.extend(report.steps.iter().map(|step| (&none, step)));
    }
    for row in &report.breakdown {
        rows.extend(row.steps.iter().map(|step| (&row.by, step)));
    }
    let names: BTreeSet<&String> = report.by.iter().collect();
    let dimensions = names
        .into_iter()
        .fold(Columns::of(&rows), |columns, name| columns.dimension(name, |row| of(row.0, name)));
    let columns = dimensions
        .text("step", |row| row.1.name.as_str())
        .count("count", |row| row.1.count)
        .number("rate_from_previous", |row| row.1.rate_from_previous)
        .number("rate_from_first", |row| row.1.rate_from_first);
    if !matches!(report.by.as_slice(), [unit] if unit == "day" || unit == "week") {
        return columns.done();
    }
    columns
        .number("matured_share", |row| row.1.outlook?.matured_share)
        .number("expected", |row| row.1.outlook?.expected)
        .number("low", |row| row.1.outlook?.low)
        .number("high", |row| row.1.outlook?.high)
        .done()
}

fn of<'b>(by: &'b By, name: &str) -> &'b str {
    by.get(name).and_then(Option::as_deref).unwrap_or_default()
}

/// `<dimension>…, reached, of, rate, rate_low, rate_high, other_rate, lift, lift_low, lift_high,
/// probability_better, p_value, adjusted_p_value, verdict, reversed_within`: a row a row compared.
#[must_use]
pub fn verdicts(verdicts: &Verdicts) -> DataFrame {
    let rows = &verdicts.rows;
    let names: BTreeSet<&String> = rows.iter().flat_map(|row| row.by.keys()).collect();
    let three = |rate: Option<Rate>| match rate {
        Some(Rate { rate, low, high }) => [rate, low, high].map(Some),
        None => [None; 3],
    };
    let dimensions = names
        .into_iter()
        .fold(Columns::of(rows), |columns, name| columns.dimension(name, |row| of(&row.by, name)));
    dimensions
        .count("reached", |row| row.reached)
        .count("of", |row| row.of)
        .interval("rate", |row| three(row.rate))
        .number("other_rate", |row| row.other_rate.map(|rate| rate.rate))
        .interval("lift", |row| three(row.lift))
        .number("probability_better", |row| row.probability_better)
        .number("p_value", |row| row.p_value)
        .number("adjusted_p_value", |row| row.adjusted_p_value)
        .text("verdict", |row| row.verdict.to_string())
        .text("reversed_within", |row| row.reversed_within.join(" "))
        .done()
}

/// `from, to, count`: a row a flow.
#[must_use]
pub fn flows(flows: &[Flow]) -> DataFrame {
    Columns::of(flows)
        .text("from", |flow| flow.from.as_str())
        .text("to", |flow| flow.to.as_str())
        .count("count", |flow| flow.count)
        .done()
}

/// `sequence, people`.
#[must_use]
pub fn sequences(sequences: &[Sequence]) -> DataFrame {
    Columns::of(sequences)
        .text("sequence", |row| row.sequence.as_str())
        .count("people", |row| row.people)
        .done()
}

/// `week, size, after_weeks, people`: a row a cohort and week after its first.
#[must_use]
pub fn cohorts(cohorts: &[Cohort]) -> DataFrame {
    let weeks = cohorts.iter().flat_map(|cohort| {
        cohort.active.iter().zip(0_u64..).map(move |(people, week)| (cohort, week, *people))
    });
    let rows: Vec<(&Cohort, u64, u64)> = weeks.collect();
    Columns::of(&rows)
        .date("week", |row| row.0.week.as_str())
        .count("size", |row| row.0.size)
        .count("after_weeks", |row| row.1)
        .count("people", |row| row.2)
        .done()
}
