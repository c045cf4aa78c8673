//! Rows of a funnel compared: with all others, or one period with another.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::rates::{Rate, adjusted, lift, probability_better, two_proportions, wilson};
use super::{AnalysisError, FunnelReport, Step};

/// Fewer units in either side, or successes and failures in both together, say nothing.
const LEAST_UNITS: u64 = 30;
const LEAST_OF_EACH: u64 = 5;
/// Adjusted p-values below this are told as a difference.
const SURE: f64 = 0.05;
const TOO_FEW: &str = "too few";

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
    /// What that means, in words.
    pub verdict: String,
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
    Ok(told(report, step, of, rows, "the others"))
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
    Ok(told(report, step, of, vec![verdict(BTreeMap::new(), own, other)], "the other period"))
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
        verdict: if is_too_few(own, other) { String::new() } else { "?".to_owned() },
    }
}

fn is_too_few(own: (u64, u64), other: (u64, u64)) -> bool {
    let (reached, all) = (own.0 + other.0, own.1 + other.1);
    own.1.min(other.1) < LEAST_UNITS || reached.min(all - reached) < LEAST_OF_EACH
}

/// Rows of several comparisons, corrected for all of them together.
#[must_use]
pub fn corrected(verdicts: Verdicts) -> Verdicts {
    let rows = verdicts.rows.into_iter().map(|row| {
        let is_too_few = row.verdict.starts_with(TOO_FEW);
        Verdict { verdict: if is_too_few { String::new() } else { "?".to_owned() }, ..row }
    });
    let rows = rows.collect();
    let unit = verdicts.unit;
    judged(Verdicts { rows, ..verdicts }, unit, "the others")
}

fn told(report: &FunnelReport, step: &str, of: &str, rows: Vec<Verdict>, other: &str) -> Verdicts {
    let verdicts = Verdicts {
        funnel: report.funnel.clone(),
        from: report.from.clone(),
        to: report.to.clone(),
        unit: report.unit,
        step: step.to_owned(),
        of: of.to_owned(),
        rows,
    };
    judged(verdicts, report.unit, other)
}

/// Corrects the p-values for the number of rows, says what they mean, and sorts.
fn judged(mut verdicts: Verdicts, unit: &str, other: &str) -> Verdicts {
    let rows = &mut verdicts.rows;
    let p_values: Vec<Option<f64>> =
        rows.iter().map(|row| row.p_value.filter(|_| !row.verdict.is_empty())).collect();
    for (row, adjusted) in rows.iter_mut().zip(adjusted(&p_values)) {
        let is_too_few = row.verdict.is_empty();
        row.adjusted_p_value = adjusted;
        let percent = |rate: Option<Rate>| {
            rate.map_or_else(|| "nothing".to_owned(), |rate| format!("{:.1} %", rate.rate * 100.0))
        };
        let shares = format!("{} against {}", percent(row.rate), percent(row.other_rate));
        let is_larger = row.rate.map(|rate| rate.rate) > row.other_rate.map(|rate| rate.rate);
        row.verdict = match adjusted {
            _ if is_too_few => format!("{TOO_FEW} {unit}s to tell: {shares}"),
            Some(p) if p < SURE && is_larger => format!("better than {other}: {shares}"),
            Some(p) if p < SURE => format!("worse than {other}: {shares}"),
            _ => format!("no difference from {other} that could not be chance: {shares}"),
        };
    }
    rows.sort_by(|a, b| {
        let p = |row: &Verdict| row.adjusted_p_value.unwrap_or(2.0);
        p(a).total_cmp(&p(b)).then_with(|| b.of.cmp(&a.of)).then_with(|| a.by.cmp(&b.by))
    });
    verdicts
}
