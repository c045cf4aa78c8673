//! Rows of a funnel compared: with all others, or one period with another.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::dispersion::{DayCount, Dispersion, on_the_same_days, sum};
use super::lacking::Lacking;
use super::rates::{Rate, adjusted, interval, lift, probability_better};
use super::reversal::reversed_within;
use super::steps::pair;
use super::strata::Strata;
use super::{AnalysisError, FunnelReport, rates};
use crate::domain::Clock;
use crate::language::{Message, Value, say};

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
    /// Which day a conversion counts on.
    pub clock: Clock,
    /// What is counted.
    pub unit: &'static str,
    /// The step that is to be reached.
    pub step: String,
    /// The step of which the share is taken.
    pub of: String,
    /// Of periods that are compared at the same age: how. `None` of rows, and where all that happened so far counts.
    #[schema(required = false)]
    pub same_age: Option<SameAge>,
    /// Of rows that are days or weeks: only what happened within so many milliseconds of the opening counts, of
    /// conversations that have had that time. `None` if all counts that happened so far.
    #[schema(required = false)]
    pub within_ms: Option<i64>,
    /// The rows, the surest differences first.
    pub rows: Vec<Verdict>,
}

/// Two periods counted at the same age: of each conversation what happened within the time that both have had.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SameAge {
    /// Until when events are known, RFC 3339.
    pub known_until: String,
    /// First instant of the other period, RFC 3339.
    pub other_from: String,
    /// First instant after the other period, RFC 3339.
    pub other_to: String,
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
    /// The share of what it is compared with: all other rows together, as if they had been opened on the row's days; or
    /// the other period.
    pub other_rate: Option<Rate>,
    /// How many times as large the share is as the other, with its 95 % interval.
    pub lift: Option<Rate>,
    /// Probability that the share behind the row is larger than the other. `None` if there are too few conversations or
    /// days to know that.
    pub probability_better: Option<f64>,
    /// Two-sided; by how much days differ among themselves. `None` if there are too few days to know that.
    pub p_value: Option<f64>,
    /// The same, corrected for the number of rows compared.
    pub adjusted_p_value: Option<f64>,
    /// The dimensions within each of whose values the difference is the other way round, because the mix of values
    /// differs (Simpson's paradox). Looked at are, of periods, source, channel and page; of rows that are told better or
    /// worse channel, page and hour.
    pub reversed_within: Vec<String>,
    /// Units in all of what it is compared with.
    #[serde(skip)]
    pub other_of: u64,
    /// What is lacking for the test to say anything.
    #[serde(skip)]
    pub lacking: Option<Lacking>,
    /// Whether there are too few days for it.
    #[serde(skip)]
    pub is_too_short: bool,
    /// What that means, in words.
    #[schema(value_type = String)]
    pub verdict: Message,
}

impl Verdict {
    /// Whether it says that the two differ.
    #[must_use]
    pub fn is_claim(&self) -> bool {
        self.lacking.is_none()
            && !self.is_too_short
            && self.adjusted_p_value.is_some_and(|p| p < SURE)
    }
}

/// Each row of the breakdown beside all other rows together, each by its days: `days` is the same breakdown by day,
/// over the report's period, which begins with `first`, or a longer one that ends with it; by more dimensions than that,
/// rows are compared within each of their values. Rows that are days or weeks themselves stand for their days; then `days`
/// is the report.
///
/// # Errors
/// If there are no such steps.
pub fn compare_rows(
    report: &FunnelReport,
    days: &FunnelReport,
    first: Date,
    step: &str,
    of: &str,
) -> Result<Verdicts, AnalysisError> {
    let whole = pair(&report.steps, step, of)?;
    let counts = report.breakdown.iter().map(|row| pair(&row.steps, step, of));
    let counts = counts.collect::<Result<Vec<_>, _>>()?;
    let is_in_time = days.by.len() == report.by.len();
    let strata = Strata::of(report, days);
    let by_row = if is_in_time { Vec::new() } else { strata.of_rows(report, days, step, of)? };
    let dispersion = if is_in_time {
        Dispersion::within(std::slice::from_ref(&counts))
    } else {
        Dispersion::beside(&by_row, &strata.day_of)
    };
    let begin = strata.begin(first);
    let day_of = &strata.day_of[begin..];
    let totals: Vec<DayCount> = (begin..strata.names.len())
        .map(|place| sum(by_row.iter().map(|row| &row[place])))
        .collect();
    let mut rows = Vec::new();
    for (place, row) in report.breakdown.iter().enumerate() {
        let own = counts[place];
        let others = less(whole, own);
        let (own_days, other_days): (Vec<DayCount>, Vec<DayCount>) = if is_in_time {
            (vec![own], [&counts[..place], &counts[place + 1..]].concat())
        } else {
            let own_days = &by_row[place][begin..];
            let rest = totals.iter().zip(own_days).map(|(all, own)| less(*all, *own));
            (own_days.to_vec(), rest.collect())
        };
        let p_value = dispersion.and_then(|known| {
            if is_in_time {
                known.p_value(&own_days, &other_days)
            } else {
                known.stratified(&own_days, &other_days, day_of)
            }
        });
        let beside = if is_in_time { others } else { on_the_same_days(&own_days, &other_days) };
        let beside = if beside.1 > 0 { beside } else { others };
        let sides =
            [Side::new(own, &own_days, dispersion), Side::new(beside, &other_days, dispersion)];
        rows.push(Verdict {
            other_of: others.1,
            lacking: Lacking::of(own, others),
            is_too_short: dispersion.is_none(),
            ..verdict(row.by.clone(), own, sides, p_value)
        });
    }
    Ok(told(report, step, of, rows, OTHERS))
}

fn less(all: DayCount, part: DayCount) -> DayCount {
    (all.0.saturating_sub(part.0), all.1.saturating_sub(part.1))
}

/// The days of two periods, and those by which it is known how much days differ.
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodDays {
    /// The period's.
    pub own: FunnelReport,
    /// The other's, as old as the period is.
    pub other: FunnelReport,
    /// Others, each as old as every other.
    pub usual: FunnelReport,
    /// How they are compared, if not by all that happened so far.
    pub same_age: Option<SameAge>,
    /// The period's and the other's, counted alike, by what may have changed their mix.
    pub mixes: [FunnelReport; 2],
}

/// The report's whole beside that of another period.
///
/// # Errors
/// If there are no such steps.
pub fn compare_periods(
    report: &FunnelReport,
    days: &PeriodDays,
    step: &str,
    of: &str,
) -> Result<Verdicts, AnalysisError> {
    let counts = |report: &FunnelReport| {
        report.breakdown.iter().map(|row| pair(&row.steps, step, of)).collect::<Result<Vec<_>, _>>()
    };
    let (own, other, usual) = (counts(&days.own)?, counts(&days.other)?, counts(&days.usual)?);
    // With whole weeks on both sides it does not matter how much weekdays differ.
    let weeks = own.len() % 7 == 0 && other.len() % 7 == 0;
    let mut groups: BTreeMap<Option<i8>, Vec<DayCount>> = BTreeMap::new();
    for (row, count) in days.usual.breakdown.iter().zip(usual) {
        let date = row.value("day").filter(|_| weeks).and_then(|day| day.parse::<Date>().ok());
        let weekday = date.map(|date| date.weekday().to_monday_zero_offset());
        groups.entry(weekday).or_default().push(count);
    }
    let dispersion = Dispersion::within(&groups.into_values().collect::<Vec<_>>());
    let totals = [pair(&days.own.steps, step, of)?, pair(&days.other.steps, step, of)?];
    let p_value = dispersion.and_then(|known| known.p_value(&own, &other));
    let sides = [Side::new(totals[0], &own, dispersion), Side::new(totals[1], &other, dispersion)];
    let row = Verdict {
        other_of: totals[1].1,
        lacking: Lacking::of(totals[0], totals[1]),
        reversed_within: reversed_within(&days.mixes, step, of)?,
        is_too_short: dispersion.is_none(),
        ..verdict(BTreeMap::new(), totals[0], sides, p_value)
    };
    let same_age = days.same_age.clone();
    Ok(Verdicts { same_age, ..told(report, step, of, vec![row], OTHER_PERIOD) })
}

/// A share, and as how many independent throws it counts.
#[derive(Debug, Clone, Copy)]
struct Side {
    share: f64,
    throws: f64,
}

impl Side {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn new((reached, of): DayCount, days: &[DayCount], dispersion: Option<Dispersion>) -> Self {
        let inflation = dispersion.map_or(1.0, |known| known.inflation(days));
        Self { share: rates::share(reached, of), throws: of as f64 / inflation }
    }

    fn rate(self) -> Option<Rate> {
        (self.throws > 0.0).then(|| interval(self.share, self.throws))
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    fn count(self) -> DayCount {
        let of = self.throws.round();
        ((self.share * of).round().min(of) as u64, of as u64)
    }
}

fn verdict(
    by: BTreeMap<String, Option<String>>,
    own: DayCount,
    [side, other]: [Side; 2],
    p_value: Option<f64>,
) -> Verdict {
    Verdict {
        by,
        reached: own.0,
        of: own.1,
        rate: side.rate(),
        other_rate: other.rate(),
        lift: lift((side.share, side.throws), (other.share, other.throws)),
        probability_better: Some(probability_better(side.count(), other.count())),
        p_value,
        adjusted_p_value: None,
        reversed_within: Vec::new(),
        other_of: 0,
        lacking: None,
        is_too_short: false,
        // Until it is judged together with the other rows.
        verdict: say("none"),
    }
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
        clock: report.clock,
        unit: report.unit,
        step: step.to_owned(),
        of: of.to_owned(),
        same_age: None,
        within_ms: None,
        rows,
    };
    judged(verdicts, other)
}

/// Corrects the p-values for the number of rows, says what they mean, and sorts.
fn judged(mut verdicts: Verdicts, other: &'static str) -> Verdicts {
    let (rows, unit) = (&mut verdicts.rows, verdicts.unit);
    let p_values: Vec<Option<f64>> =
        rows.iter().map(|row| row.p_value.filter(|_| row.lacking.is_none())).collect();
    for (row, adjusted) in rows.iter_mut().zip(adjusted(&p_values)) {
        row.adjusted_p_value = adjusted;
        row.probability_better = row.probability_better.filter(|_| adjusted.is_some());
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
    let too_few = |name: &'static str, more: u64| say(name).with("unit", unit).with("more", more);
    let verdict = match row.adjusted_p_value {
        _ if row.of > 0 && row.other_of == 0 => say("verdict-alone"),
        _ if let Some(lacking) = row.lacking => match lacking {
            Lacking::Units(more) => too_few("verdict-too-few", more),
            Lacking::Reached(more) => too_few("verdict-too-few-reached", more),
            Lacking::Missed(more) => too_few("verdict-too-few-missed", more),
        },
        _ if row.is_too_short => say("verdict-too-short"),
        Some(p) if p < SURE && is_larger => say("verdict-better").with("other", say(other)),
        Some(p) if p < SURE => say("verdict-worse").with("other", say(other)),
        _ => say("verdict-chance").with("other", say(other)),
    };
    let other_share = share(row.other_rate, row.other_of);
    verdict.with("share", share(row.rate, row.of)).with("other-share", other_share)
}

fn share(rate: Option<Rate>, of: u64) -> Value {
    rate.map_or_else(|| say("verdict-nothing").into(), |rate| Value::Share(rate.rate, of))
}
