//! Rows of a funnel compared: with all others, or one period with another.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::rates::{Rate, adjusted, lift, probability_better, two_proportions, wilson};
use super::{AnalysisError, FunnelReport, Step};
use crate::language::{Message, Value, say};

/// Fewer units in either side, or successes and failures in both together, say nothing.
const LEAST_UNITS: u64 = 30;
const LEAST_OF_EACH: u64 = 5;
/// Adjusted p-values below this are told as a difference.
const SURE: f64 = 0.05;
/// What a row is compared with, in words.
const OTHERS: &str = "verdict-others";
const OTHER_PERIOD: &str = "verdict-other-period";

/// Rows compared by the share that reaches a step.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Verdicts {
    /// The funnel.
    pub funnel: String,
    /// First instant of the period, RFC 3339.
    pub from: String,
    /// First instant after the period, RFC 3339.
    pub to: String,
    /// What is counted.
    pub unit: &'static str,
    /// The step that is to be reached.
    pub step: String,
    /// The step of which the share is taken.
    pub of: String,
    /// The rows, the surest differences first.
    pub rows: Vec<Verdict>,
}

/// A row and what it is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Verdict {
    /// Value of each dimension; empty for a period.
    pub by: BTreeMap<String, Option<String>>,
    /// Units that reached the step.
    pub reached: u64,
    /// Units in all.
    pub of: u64,
    /// Their share, with its 95 % interval.
    pub rate: Option<Rate>,
    /// The share of what it is compared with: all other rows together, or the other period.
    pub other_rate: Option<Rate>,
    /// How many times as large the share is as the other, with its 95 % interval.
    pub lift: Option<Rate>,
    /// Probability that the share behind the row is larger than the other.
    pub probability_better: f64,
    /// Two-sided, of the two-proportion test.
    pub p_value: Option<f64>,
    /// The same, corrected for the number of rows compared.
    pub adjusted_p_value: Option<f64>,
    /// Whether there are too few units for the test to say anything.
    #[serde(skip)]
    pub is_too_few: bool,
    /// What that means, in words.
    #[schema(value_type = String)]
    pub verdict: Message,
}

/// Each row of the breakdown beside all other rows together.
///
/// # Errors
/// If there are no such steps.
pub fn compare_rows(
    report: &FunnelReport,
    step: &str,
    of: &str,
) -> Result<Verdicts, AnalysisError> {
    let whole = pair(&report.steps, step, of)?;
    let mut rows = Vec::new();
    for row in &report.breakdown {
        let own = pair(&row.steps, step, of)?;
        let others = (whole.0.saturating_sub(own.0), whole.1.saturating_sub(own.1));
        rows.push(verdict(row.by.clone(), own, others));
    }
    Ok(told(report, step, of, rows, OTHERS))
}

/// The report's whole beside that of another period.
///
/// # Errors
/// If there are no such steps.
pub fn compare_periods(
    report: &FunnelReport,
    other: &FunnelReport,
    step: &str,
    of: &str,
) -> Result<Verdicts, AnalysisError> {
    let (own, other) = (pair(&report.steps, step, of)?, pair(&other.steps, step, of)?);
    Ok(told(report, step, of, vec![verdict(BTreeMap::new(), own, other)], OTHER_PERIOD))
}

fn pair(steps: &[Step], step: &str, of: &str) -> Result<(u64, u64), AnalysisError> {
    let place = |name: &str| {
        let found = steps.iter().position(|step| step.name == name);
        found.ok_or_else(|| {
            let known: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
            AnalysisError::UnknownStep { asked: name.to_owned(), known: known.join(", ") }
        })
    };
    let (step, of) = (place(step)?, place(of)?);
    if step < of {
        let (asked, known) = (steps[step].name.clone(), steps[of].name.clone());
        return Err(AnalysisError::StepBefore { asked, of: known });
    }
    let count = |place: usize| steps[place].count.unwrap_or(0);
    Ok((count(step).min(count(of)), count(of)))
}

fn verdict(by: BTreeMap<String, Option<String>>, own: (u64, u64), other: (u64, u64)) -> Verdict {
    Verdict {
        by,
        reached: own.0,
        of: own.1,
        rate: wilson(own.0, own.1),
        other_rate: wilson(other.0, other.1),
        lift: lift(own, other),
        probability_better: probability_better(own, other),
        p_value: two_proportions(own, other),
        adjusted_p_value: None,
        is_too_few: is_too_few(own, other),
        // Until it is judged together with the other rows.
        verdict: say("none"),
    }
}

fn is_too_few(own: (u64, u64), other: (u64, u64)) -> bool {
    let (reached, all) = (own.0 + other.0, own.1 + other.1);
    own.1.min(other.1) < LEAST_UNITS || reached.min(all - reached) < LEAST_OF_EACH
}

/// Rows of several comparisons, corrected for all of them together.
#[must_use]
pub fn corrected(verdicts: Verdicts) -> Verdicts {
    judged(verdicts, OTHERS)
}

fn told(
    report: &FunnelReport,
    step: &str,
    of: &str,
    rows: Vec<Verdict>,
    other: &'static str,
) -> Verdicts {
    let verdicts = Verdicts {
        funnel: report.funnel.clone(),
        from: report.from.clone(),
        to: report.to.clone(),
        unit: report.unit,
        step: step.to_owned(),
        of: of.to_owned(),
        rows,
    };
    judged(verdicts, other)
}

/// Corrects the p-values for the number of rows, says what they mean, and sorts.
fn judged(mut verdicts: Verdicts, other: &'static str) -> Verdicts {
    let (rows, unit) = (&mut verdicts.rows, verdicts.unit);
    let p_values: Vec<Option<f64>> =
        rows.iter().map(|row| row.p_value.filter(|_| !row.is_too_few)).collect();
    for (row, adjusted) in rows.iter_mut().zip(adjusted(&p_values)) {
        row.adjusted_p_value = adjusted;
        row.verdict = in_words(row, unit, other);
    }
    rows.sort_by(|a, b| {
        let p = |row: &Verdict| row.adjusted_p_value.unwrap_or(2.0);
        p(a).total_cmp(&p(b)).then_with(|| b.of.cmp(&a.of)).then_with(|| a.by.cmp(&b.by))
    });
    verdicts
}

fn in_words(row: &Verdict, unit: &str, other: &'static str) -> Message {
    let is_larger = row.rate.map(|rate| rate.rate) > row.other_rate.map(|rate| rate.rate);
    let verdict = match row.adjusted_p_value {
        _ if row.is_too_few => say("verdict-too-few").with("unit", unit),
        Some(p) if p < SURE && is_larger => say("verdict-better").with("other", say(other)),
        Some(p) if p < SURE => say("verdict-worse").with("other", say(other)),
        _ => say("verdict-chance").with("other", say(other)),
    };
    verdict.with("share", share(row.rate)).with("other-share", share(row.other_rate))
}

fn share(rate: Option<Rate>) -> Value {
    rate.map_or_else(|| say("verdict-nothing").into(), |rate| Value::Percent(rate.rate))
}
