//! What rows come to when the time of all their conversations is over.
//!
//! An ad alone has too few conversions to tell when people convert. So the curve is that of all conversations that rows
//! hold, and a row's level beside it is its own: of conversations that would have brought m conversions by now and bring
//! c more, were they like all, and that brought R, the level is gamma distributed with the shape k + R and the rate
//! k + m, and c times that is still to come (D. G. Clayton and J. Kaldor, "Empirical Bayes estimates of
//! age-standardized relative risks", Biometrics 43, 1987, 671-681). k says how alike rows are; it is estimated from them
//! by the method of moments.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use polars_core::frame::DataFrame;
use polars_core::prelude::PolarsResult;
use rust_decimal::prelude::ToPrimitive;

use super::AdsData;
use super::interval::{Estimate, gamma};
use super::maturity::{Maturity, UnfinishedFrames};
use super::openings::Openings;
use super::sums::{STEPS, Sum};
use super::value_curve::{HOUR_MS, ValueCurve, float};
use crate::analysis::dispersion::DayCount;
use crate::analysis::outlook::converted;
use crate::analysis::time_to_convert::{AgedCount, Coming, ConversionCurve, DaySpread, Outlook};
use crate::analysis::{Level, STAGES};
use crate::domain::{DAY_MS, FUNNEL_WINDOW_MS, Period, Source};

/// Of fewer rows nobody knows how alike they are.
const LEAST_ROWS: usize = 3;
/// Rows are never taken for more alike than this: by few of them it is known badly.
const MOST_ALIKE: f64 = 20.0;

/// What a figure comes to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Expected {
    /// The part of it that there was time for.
    pub matured_share: Option<f64>,
    pub figure: Option<Estimate>,
}

/// How all conversations of a report convert, by age.
pub(super) enum Curves {
    Finished,
    Known(Box<Known>),
    Unknown,
}

pub(super) struct Known {
    /// Of each stage, how much days differ, and how alike rows are.
    steps: Vec<StepCurve>,
    /// By currency.
    values: HashMap<String, ValueCurve>,
    /// Until when it is known what became of conversations, UTC milliseconds.
    until: i64,
    /// First instants of the period's days.
    days: BTreeMap<Date, i64>,
}

struct StepCurve {
    curve: ConversionCurve,
    differ: Option<DaySpread>,
    /// As how many conversions what is known of all rows counts for one of them.
    alike: f64,
}

/// Conversations of an age: (when they were opened, how many, how many reached the step).
type Young = (i64, u64, u64);

impl Curves {
    pub(super) fn new(data: &AdsData, level: Level, period: &Period) -> PolarsResult<Self> {
        Ok(match &data.maturity {
            Maturity::Finished => Self::Finished,
            Maturity::Unknown => Self::Unknown,
            Maturity::Unfinished(frames) => {
                Self::Known(Box::new(Known::new(frames, level, period)?))
            }
        })
    }

    /// Has it known how much rows differ.
    pub(super) fn told_of_rows<'a>(&mut self, rows: impl Iterator<Item = &'a Sum> + Clone) {
        let Self::Known(known) = self else { return };
        for step in 1..STEPS {
            let came = rows.clone().map(|row| {
                let (by_now, _) = known.by_now_and_to_come(row, step);
                (float(row.paid_counts[step]), by_now)
            });
            let alike = alike(&came.collect::<Vec<_>>());
            known.steps[step - 1].alike = alike;
        }
    }

    /// How many of a row's conversations reach a step in the end, of those of days of which the cost is known.
    pub(super) fn reached(&self, row: &Sum, step: usize) -> Outlook {
        let done = float(row.paid_counts[step]);
        let finished = Outlook {
            matured_share: (row.paid_counts[0] > 0).then_some(1.0),
            expected: Some(done),
            low: Some(done),
            high: Some(done),
        };
        match self {
            Self::Unknown => Outlook::default(),
            Self::Known(known) if step > 0 && known.is_unfinished(row) => known.reached(row, step),
            _ => finished,
        }
    }

    /// What the row's purchases are worth in the end for each unit of `spend`.
    pub(super) fn returned(&self, row: &Sum, currency: &str, spend: f64) -> Expected {
        let told = |matured_share: Option<f64>, [value, low, high]: [f64; 3]| Expected {
            matured_share,
            figure: (spend > 0.0).then(|| Estimate {
                value: Some(value / spend),
                low: low / spend,
                high: Some(high / spend),
            }),
        };
        match self {
            Self::Unknown => Expected::default(),
            Self::Known(known) if known.is_unfinished(row) => known
                .worth(row, currency)
                .map_or_else(Expected::default, |(share, ends)| told(Some(share), ends)),
            _ => told((row.paid_counts[0] > 0).then_some(1.0), [row.value.sum; 3]),
        }
    }

    /// What was paid for a row, each day's part weighted by what part of its conversions there was time for: with it rows
    /// of different age are compared. `None` if that is unknown.
    pub(super) fn paid_at_same_age(&self, row: &Sum, step: usize, paid: f64) -> Option<f64> {
        let Self::Known(known) = self else {
            return matches!(self, Self::Finished).then_some(paid);
        };
        let Some(stage) = step.checked_sub(1) else { return Some(paid) };
        let curve = &known.steps[stage].curve;
        if !curve.tells_times() {
            return (!known.is_unfinished(row)).then_some(paid);
        }
        let end = curve.share(FUNNEL_WINDOW_MS);
        let (mut told, mut ripe) = (0.0, 0.0);
        for (day, spend) in &row.spend_by_day {
            let Some(first) = known.days.get(day).copied() else { continue };
            let last = (first + DAY_MS).min(known.until).max(first);
            let age = (known.until - first.midpoint(last)).max(0);
            let spend = spend.to_f64().unwrap_or(0.0);
            told += spend;
            ripe += spend * curve.share(age) / end;
        }
        // What has no day is for its conversations.
        let rest = (paid - told).max(0.0);
        let share =
            if rest > 0.0 { self.reached(row, step).matured_share.unwrap_or(1.0) } else { 0.0 };
        Some(ripe + rest * share)
    }
}

/// As how many conversions it counts for a row that rows are alike, of what came of each and what would have, were it like
/// all: with the shape k the counts vary by m + m squared over k.
fn alike(rows: &[(f64, f64)]) -> f64 {
    let (came, expected) = rows.iter().fold((0.0, 0.0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
    if rows.len() < LEAST_ROWS || expected <= 0.0 {
        return 1.0;
    }
    let level = came / expected;
    let beyond: f64 = rows.iter().map(|(came, m)| (came - level * m).powi(2) - level * m).sum();
    let squares: f64 = rows.iter().map(|(_, m)| (level * m).powi(2)).sum();
    if squares > 0.0 { (squares / beyond.max(squares / MOST_ALIKE)).max(1.0) } else { 1.0 }
}

impl Known {
    fn new(frames: &UnfinishedFrames, level: Level, period: &Period) -> PolarsResult<Self> {
        let days = period.days().into_iter().map(|(date, first)| (date, first.0)).collect();
        let is_of_ads = matches!(level, Level::Ad | Level::AdSet | Level::Campaign);
        let is_its = |source: &str| {
            !is_of_ads || source == Source::Ad.as_str() || source == Source::Sponsored.as_str()
        };
        let history = aged(&frames.history, frames.known_until, is_its)?;
        let ages = only(&frames.ages, is_its)?;
        let steps = (1..STEPS).map(|step| {
            let seen = history.iter().map(|(_, age, counts)| AgedCount {
                age: *age,
                of: counts[0],
                reached: counts[step],
            });
            let seen: Vec<AgedCount> = seen.collect();
            let mut days: BTreeMap<i64, DayCount> = BTreeMap::new();
            for (opened, age, counts) in &history {
                if *age >= FUNNEL_WINDOW_MS {
                    let day = days.entry(opened.div_euclid(DAY_MS)).or_default();
                    *day = (day.0 + counts[step], day.1 + counts[0]);
                }
            }
            let differ = DaySpread::of(&days.into_values().collect::<Vec<_>>());
            let converted = converted(&ages, STAGES[step - 1])?;
            let curve = ConversionCurve::new(&converted, &seen, FUNNEL_WINDOW_MS);
            Ok(StepCurve { curve, differ, alike: 1.0 })
        });
        let steps = steps.collect::<PolarsResult<Vec<_>>>()?;
        let sold: u64 = history.iter().map(|(_, _, counts)| counts[STEPS - 1]).sum();
        let seen: Vec<(i64, u64)> =
            history.iter().map(|(_, age, counts)| (*age, counts[0])).collect();
        let values = ValueCurve::of(&only(&frames.values, is_its)?, seen, sold)?;
        Ok(Self { steps, values, until: frames.known_until, days })
    }

    fn age(&self, opened: i64) -> i64 {
        (self.until - opened - HOUR_MS / 2).max(0)
    }

    fn is_unfinished(&self, row: &Sum) -> bool {
        row.young
            .iter()
            .any(|(opened, counts)| counts[0] > 0 && self.age(*opened) < FUNNEL_WINDOW_MS)
    }

    /// A row's conversations: young ones, and the number of the others.
    fn young(row: &Sum, step: usize) -> (Vec<Young>, u64) {
        let young = row.young.iter().map(|(opened, counts)| (*opened, counts[0], counts[step]));
        let young: Vec<Young> = young.collect();
        let old = row.paid_counts[0].saturating_sub(young.iter().map(|(_, of, _)| of).sum());
        (young, old)
    }

    /// How many conversions a row would have by now, were it like all, and how many more were to come on each day.
    fn by_now_and_to_come(&self, row: &Sum, step: usize) -> (f64, BTreeMap<i64, f64>) {
        let curve = &self.steps[step - 1].curve;
        let (young, old) = Self::young(row, step);
        let end = curve.share(FUNNEL_WINDOW_MS);
        let (mut by_now, mut to_come) = (float(old) * end, BTreeMap::new());
        for (opened, of, _) in young {
            let share = curve.share(self.age(opened));
            by_now += float(of) * share;
            *to_come.entry(opened.div_euclid(DAY_MS)).or_insert(0.0) += float(of) * (end - share);
        }
        (by_now, to_come)
    }

    fn reached(&self, row: &Sum, step: usize) -> Outlook {
        let StepCurve { curve, differ, alike } = &self.steps[step - 1];
        let Some(differ) = differ.filter(|_| curve.is_known()) else { return Outlook::default() };
        let (by_now, days) = self.by_now_and_to_come(row, step);
        let to_come: f64 = days.values().sum();
        let (young, _) = Self::young(row, step);
        let aged: Vec<AgedCount> = young
            .iter()
            .map(|(opened, of, reached)| AgedCount {
                age: self.age(*opened),
                of: *of,
                reached: *reached,
            })
            .collect();
        let done = float(row.paid_counts[step]);
        let level = (alike + done) / (alike + by_now);
        let of_all = curve.coming(&aged);
        // No more than there are can come.
        let mean = (level * to_come).min(float(of_all.most));
        let days: f64 = days.values().map(|day| (level * day).powi(2)).sum();
        let by_level = to_come.powi(2) * level / (alike + by_now);
        let coming = Coming {
            mean,
            variance: [mean + by_level, level.powi(2) * of_all.variance[1], differ.variance * days],
            most: of_all.most,
        };
        let (low, high) = coming.interval();
        Outlook {
            matured_share: (by_now + to_come > 0.0).then(|| by_now / (by_now + to_come)),
            expected: Some(done + mean),
            low: Some(done + low),
            high: Some(done + high),
        }
    }

    /// The part of a row's value that there was time for, and the value in the end with its ends.
    fn worth(&self, row: &Sum, currency: &str) -> Option<(f64, [f64; 3])> {
        let StepCurve { differ, alike, .. } = &self.steps[STEPS - 2];
        let curve = self.values.get(currency).filter(|curve| curve.is_known())?;
        let differ = (*differ)?;
        let end = curve.at(FUNNEL_WINDOW_MS);
        let (young, old) = Self::young(row, STEPS - 1);
        let (mut by_now, mut to_come, mut spread, mut all) = (float(old) * end.0, 0.0, 0.0, 0.0);
        let mut days: BTreeMap<i64, f64> = BTreeMap::new();
        for (opened, of, _) in &young {
            let (mean, variance) = curve.at(self.age(*opened));
            by_now += float(*of) * mean;
            let coming = float(*of) * (end.0 - mean);
            to_come += coming;
            *days.entry(opened.div_euclid(DAY_MS)).or_default() += coming;
            spread += float(*of) * (end.1 - variance);
            all += float(*of);
        }
        // In as many purchases of one size as vary as much.
        let done = row.value.sum / curve.size;
        let known = alike + by_now / curve.size;
        let level = (alike + done) / known;
        let mean = level * to_come;
        let days: f64 = days.values().map(|day| (level * day).powi(2)).sum();
        let variance = curve.size * mean
            + to_come.powi(2) * level / known
            + level.powi(2) * all * spread
            + differ.variance * days;
        let [low, high] = gamma(mean, variance);
        let sum = row.value.sum;
        (by_now + to_come > 0.0)
            .then(|| (by_now / (by_now + to_come), [sum + mean, sum + low, sum + high]))
    }
}

/// Conversations of a frame that belong to the rows: when they were opened, their age, and how many reached each step.
fn aged(
    frame: &DataFrame,
    known_until: i64,
    is_its: impl Fn(&str) -> bool,
) -> PolarsResult<Vec<(i64, i64, [u64; STEPS])>> {
    let openings = Openings::of(frame)?;
    let steps = std::iter::once("opened").chain(STAGES).map(|name| frame.column(name)?.u64());
    let steps = steps.collect::<PolarsResult<Vec<_>>>()?;
    let rows = (0..frame.height()).filter_map(|at| {
        let opening = openings.at(at);
        let mut counts = [0; STEPS];
        for (count, step) in counts.iter_mut().zip(&steps) {
            *count = step.get(at).unwrap_or(0);
        }
        let age = (known_until - opening.day - HOUR_MS / 2).max(0);
        is_its(opening.source).then_some((opening.day, age, counts))
    });
    Ok(rows.collect())
}

/// The rows of a frame that belong to the report.
fn only(frame: &DataFrame, is_its: impl Fn(&str) -> bool) -> PolarsResult<DataFrame> {
    let sources = frame.column("source")?.str()?;
    frame.filter(&sources.iter().map(|source| source.is_some_and(&is_its)).collect())
}
