//! What the rows of a funnel by day or week come to when the time of their conversations is over.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use polars_core::frame::DataFrame;
use polars_core::prelude::PolarsResult;

use super::dispersion::DayCount;
use super::filter::{Filter, filtered};
use super::groups::counted;
use super::threads::STAGES;
use super::time_to_convert::{AgedCount, ConversionCurve, DaySpread, Outlook};
use super::{AnalysisError, Dimension, FunnelReport, Step, UnitAges};
use crate::domain::{DAY_MS, FUNNEL_WINDOW_MS};

const HOUR_MS: i64 = 3_600_000;
const FIVE_MINUTES_MS: i64 = 300_000;

/// What is counted of conversations by age (the columns of `queries/funnels/funnel_counts.sql`).
#[derive(Debug, Clone)]
pub struct AgedFrames {
    /// Those of the report's period that may be unfinished, by five minutes of opening.
    pub young: DataFrame,
    /// Earlier ones and these, by hour of opening.
    pub history: DataFrame,
    /// At what age those of the history reached stages.
    pub ages: DataFrame,
    /// Until when it is known what became of them, UTC milliseconds.
    pub known_until: i64,
}

/// The report, which is by day or week (`unit`), with what each row and the whole come to; without frames all time is over.
///
/// # Errors
/// If the frames are not ones of counts.
pub fn with_outlook(
    mut report: FunnelReport,
    unit: &Dimension,
    filters: &[Filter],
    zone: &TimeZone,
    frames: Option<&AgedFrames>,
) -> Result<FunnelReport, AnalysisError> {
    let known = frames.map(|frames| Known::of_frames(frames, unit, filters, zone)).transpose()?;
    let names: Vec<&str> = counted().collect();
    told(&mut report, unit, &names, known.as_ref());
    Ok(marked(report))
}

/// The same of a custom funnel, whose units have `window` milliseconds; without ages all time is over.
#[must_use]
pub fn with_outlook_of_units(
    mut report: FunnelReport,
    unit: &Dimension,
    window: i64,
    ages: Option<(&UnitAges, i64)>,
) -> FunnelReport {
    if ages.is_some_and(|(ages, _)| !ages.stays) {
        return marked(report);
    }
    let known = ages.map(|(ages, known_until)| Known::of_units(ages, known_until, window));
    let steps = report.steps.clone();
    let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
    told(&mut report, unit, &names, known.as_ref());
    marked(report)
}

/// Has each row, and the whole, tell what its steps, of these names, come to.
fn told(report: &mut FunnelReport, unit: &Dimension, names: &[&str], known: Option<&Known>) {
    // Days of which several are added up as one row are not known apart.
    for row in report.breakdown.iter_mut().filter(|row| row.rows.is_none()) {
        let name = row.value(&unit.name()).unwrap_or_default();
        let young = known.and_then(|known| known.young.get(name));
        let young: Vec<&Aged> = young.into_iter().flatten().collect();
        told_of(&mut row.steps, names, &young, known);
    }
    let young: Vec<&Aged> =
        known.into_iter().flat_map(|known| known.young.values().flatten()).collect();
    told_of(&mut report.steps, names, &young, known);
}

/// The same of the steps of a row, or of the whole.
fn told_of(steps: &mut [Step], names: &[&str], young: &[&Aged], known: Option<&Known>) {
    let count =
        |name: &&str| steps.iter().find(|step| step.name == *name).and_then(|step| step.count);
    let whole: Whole = names.iter().map(|name| count(name).unwrap_or(0)).collect();
    for (step, name) in names.iter().enumerate() {
        let outlook = match known {
            Some(known) => known.outlook(young, &whole, step),
            None => finished(&whole, step),
        };
        if let Some(step) = steps.iter_mut().find(|step| step.name == *name) {
            step.outlook = Some(outlook);
        }
    }
}

/// The report with every outlook there, also where none can be told.
#[must_use]
pub fn marked(mut report: FunnelReport) -> FunnelReport {
    let rows = report.breakdown.iter_mut().map(|row| &mut row.steps);
    for step in rows.chain([&mut report.steps]).flatten() {
        step.outlook.get_or_insert_default();
    }
    report
}

/// How many of a row reached each step, from the first.
type Whole = Vec<u64>;

fn finished(whole: &[u64], step: usize) -> Outlook {
    let all = AgedCount { age: FUNNEL_WINDOW_MS, of: whole[0], reached: whole[step] };
    ConversionCurve::new(&[], &[], FUNNEL_WINDOW_MS)
        .outlook(&[vec![all]], DaySpread { variance: 0.0, days: 1.0 })
}

/// Units of a day and of one age, and how many reached each step.
struct Aged {
    day: String,
    age: i64,
    counts: Whole,
}

/// What is known of earlier units, and the young ones of each row.
struct Known {
    window: i64,
    /// Of each step but the first; and how much days differ, if there are enough to tell.
    curves: Vec<(ConversionCurve, Option<DaySpread>)>,
    young: BTreeMap<String, Vec<Aged>>,
}

impl Known {
    fn of_frames(
        frames: &AgedFrames,
        unit: &Dimension,
        filters: &[Filter],
        zone: &TimeZone,
    ) -> Result<Self, AnalysisError> {
        let of = |frame: &DataFrame| filtered(frame, filters, "opened_at", zone);
        let known = frames.known_until;
        let history = rows(&of(&frames.history)?, &Dimension::Day, zone, known - HOUR_MS / 2)?;
        let young = rows(&of(&frames.young)?, unit, zone, known - FIVE_MINUTES_MS / 2)?;
        let ages = of(&frames.ages)?;
        let reached = STAGES.iter().map(|stage| converted(&ages, stage));
        let reached = reached.collect::<PolarsResult<Vec<_>>>()?;
        let history: Vec<Aged> = history.into_iter().map(|(_, aged)| aged).collect();
        Ok(Self::new(FUNNEL_WINDOW_MS, &history, young, &reached))
    }

    fn of_units(ages: &UnitAges, known: i64, window: i64) -> Self {
        let history = ages.history.iter().map(|(hour, counts)| Aged {
            day: hour.div_euclid(DAY_MS).to_string(),
            age: (known - hour - HOUR_MS / 2).max(0),
            counts: counts.clone(),
        });
        let young = ages.young.iter().map(|((row, begun), counts)| {
            let age = (known - begun - FIVE_MINUTES_MS / 2).max(0);
            let day = begun.div_euclid(DAY_MS).to_string();
            (row.clone(), Aged { day, age, counts: counts.clone() })
        });
        let reached = ages.reached.iter().skip(1).map(|reached| {
            let middle = |(age, count): (&i64, &u64)| (in_the_middle(*age, window), *count);
            reached.iter().map(middle).collect()
        });
        let reached: Vec<Vec<(i64, u64)>> = reached.collect();
        Self::new(window, &history.collect::<Vec<_>>(), young.collect(), &reached)
    }

    fn new(
        window: i64,
        history: &[Aged],
        young: Vec<(String, Aged)>,
        reached: &[Vec<(i64, u64)>],
    ) -> Self {
        let curves = reached.iter().enumerate().map(|(before, reached)| {
            let step = before + 1;
            let seen = history.iter().map(|row| AgedCount {
                age: row.age,
                of: row.counts[0],
                reached: row.counts[step],
            });
            let seen: Vec<AgedCount> = seen.collect();
            let mut days: BTreeMap<&str, DayCount> = BTreeMap::new();
            for (row, seen) in history.iter().zip(&seen) {
                if seen.age >= window {
                    let day = days.entry(&row.day).or_default();
                    *day = (day.0 + seen.reached, day.1 + seen.of);
                }
            }
            let differ = DaySpread::of(&days.into_values().collect::<Vec<_>>());
            (ConversionCurve::new(reached, &seen, window), differ)
        });
        let curves = curves.collect();
        let mut by_row: BTreeMap<String, Vec<Aged>> = BTreeMap::new();
        for (row, aged) in young {
            by_row.entry(row).or_default().push(aged);
        }
        Self { window, curves, young: by_row }
    }

    fn outlook(&self, young: &[&Aged], whole: &[u64], step: usize) -> Outlook {
        let Some((curve, differ)) = step.checked_sub(1).map(|before| &self.curves[before]) else {
            return finished(whole, step);
        };
        let mut days: BTreeMap<&str, Vec<AgedCount>> = BTreeMap::new();
        let mut old = AgedCount { age: self.window, of: whole[0], reached: whole[step] };
        for one in young {
            let (of, reached) = (one.counts[0], one.counts[step]);
            days.entry(&one.day).or_default().push(AgedCount { age: one.age, of, reached });
            old.of = old.of.saturating_sub(of);
            old.reached = old.reached.saturating_sub(reached);
        }
        if days.values().flatten().all(|one| one.age >= self.window) {
            return finished(whole, step);
        }
        let Some(differ) = differ else { return Outlook::default() };
        let days: Vec<Vec<AgedCount>> = days.into_values().chain([vec![old]]).collect();
        curve.outlook(&days, *differ)
    }
}

/// The rows of a frame of counts by their value of the report's unit, as old as they are at `known`.
fn rows(
    frame: &DataFrame,
    unit: &Dimension,
    zone: &TimeZone,
    known: i64,
) -> PolarsResult<Vec<(String, Aged)>> {
    let labels = unit.values(frame, "opened_at", zone)?;
    let days = Dimension::Day.values(frame, "opened_at", zone)?;
    let (labels, days, opened) = (labels.str()?, days.str()?, frame.column("opened_at")?.i64()?);
    let columns =
        counted().map(|name| frame.column(name)?.u64()).collect::<PolarsResult<Vec<_>>>()?;
    let row = |place: usize| {
        let counts = columns.iter().map(|column| column.get(place).unwrap_or(0)).collect();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let age = (known - opened.get(place).unwrap_or_default()).max(0);
        (text(labels.get(place)), Aged { day: text(days.get(place)), age, counts })
    };
    Ok((0..frame.height()).map(row).collect())
}

/// At what age conversations reached a stage, and how many.
pub(super) fn converted(ages: &DataFrame, stage: &str) -> PolarsResult<Vec<(i64, u64)>> {
    let counts = ages.column(stage)?.u64()?;
    let pairs = ages.column("age")?.i64()?.iter().zip(counts.iter());
    let known =
        pairs.filter_map(|(age, count)| Some((in_the_middle(age?, FUNNEL_WINDOW_MS), count?)));
    Ok(known.collect())
}

/// The middle of five minutes of age. What is reached in the window's last minutes belongs to it.
fn in_the_middle(age: i64, window: i64) -> i64 {
    (age + FIVE_MINUTES_MS / 2).min(window)
}
