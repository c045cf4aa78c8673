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
use super::{AnalysisError, Breakdown, Dimension, FunnelReport};
use crate::domain::FUNNEL_WINDOW_MS;

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

/// The report, which is by day or week (`unit`), with what each row comes to; without frames all time is over.
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
    let known = frames.map(|frames| Known::new(frames, unit, filters, zone)).transpose()?;
    // Days of which several are added up as one row are not known apart.
    for row in report.breakdown.iter_mut().filter(|row| row.rows.is_none()) {
        let name = row.value(&unit.name()).unwrap_or_default();
        let young = known.as_ref().and_then(|known| known.young.get(name));
        let young = young.map_or(&[][..], Vec::as_slice);
        let whole = counts(row);
        let outlooks: Vec<Outlook> = (0..whole.len())
            .map(|step| match &known {
                Some(known) => known.outlook(young, &whole, step),
                None => finished(&whole, step),
            })
            .collect();
        for (name, outlook) in counted().zip(outlooks) {
            let step = row.steps.iter_mut().find(|step| step.name == name);
            if let Some(step) = step {
                step.outlook = Some(outlook);
            }
        }
    }
    Ok(marked(report))
}

/// The report with every outlook there, also where none can be told.
#[must_use]
pub fn marked(mut report: FunnelReport) -> FunnelReport {
    for step in report.breakdown.iter_mut().flat_map(|row| &mut row.steps) {
        step.outlook.get_or_insert_default();
    }
    report
}

/// How many of a row were opened, and reached each stage.
type Whole = [u64; STAGES.len() + 1];

fn counts(row: &Breakdown) -> Whole {
    let mut whole = Whole::default();
    for (count, name) in whole.iter_mut().zip(counted()) {
        *count = row.count(name).unwrap_or(0);
    }
    whole
}

fn finished(whole: &Whole, step: usize) -> Outlook {
    let all = AgedCount { age: FUNNEL_WINDOW_MS, of: whole[0], reached: whole[step] };
    ConversionCurve::new(&[], &[], FUNNEL_WINDOW_MS)
        .outlook(&[vec![all]], DaySpread { variance: 0.0, days: 1.0 })
}

/// Conversations of a day and of one age, and how many reached each stage.
struct Young {
    day: String,
    age: i64,
    counts: Whole,
}

/// What is known of earlier conversations, and the young ones of each row.
struct Known {
    /// Of each stage; and how much days differ, if there are enough to tell.
    curves: Vec<(ConversionCurve, Option<DaySpread>)>,
    young: BTreeMap<String, Vec<Young>>,
}

impl Known {
    fn new(
        frames: &AgedFrames,
        unit: &Dimension,
        filters: &[Filter],
        zone: &TimeZone,
    ) -> Result<Self, AnalysisError> {
        let of = |frame: &DataFrame| filtered(frame, filters, "opened_at", zone);
        let known = frames.known_until;
        let history = rows(&of(&frames.history)?, &Dimension::Day, zone)?;
        let young = rows(&of(&frames.young)?, unit, zone)?;
        let ages = of(&frames.ages)?;
        let curves = (1..=STAGES.len()).map(|step| {
            let seen = history.iter().map(|row| AgedCount {
                // In the middle of the hour.
                age: (known - row.opened_at - HOUR_MS / 2).max(0),
                of: row.counts[0],
                reached: row.counts[step],
            });
            let seen: Vec<AgedCount> = seen.collect();
            let mut days: BTreeMap<&str, DayCount> = BTreeMap::new();
            for (row, seen) in history.iter().zip(&seen) {
                if seen.age >= FUNNEL_WINDOW_MS {
                    let day = days.entry(&row.day).or_default();
                    *day = (day.0 + seen.reached, day.1 + seen.of);
                }
            }
            let differ = DaySpread::of(&days.into_values().collect::<Vec<_>>());
            let converted = converted(&ages, STAGES[step - 1])?;
            Ok((ConversionCurve::new(&converted, &seen, FUNNEL_WINDOW_MS), differ))
        });
        let curves = curves.collect::<PolarsResult<Vec<_>>>()?;
        let mut by_row: BTreeMap<String, Vec<Young>> = BTreeMap::new();
        for row in young {
            let age = (known - row.opened_at - FIVE_MINUTES_MS / 2).max(0);
            let young = Young { day: row.day, age, counts: row.counts };
            by_row.entry(row.label).or_default().push(young);
        }
        Ok(Self { curves, young: by_row })
    }

    fn outlook(&self, young: &[Young], whole: &Whole, step: usize) -> Outlook {
        let Some((curve, differ)) = step.checked_sub(1).map(|stage| &self.curves[stage]) else {
            return finished(whole, step);
        };
        let mut days: BTreeMap<&str, Vec<AgedCount>> = BTreeMap::new();
        let mut old = AgedCount { age: FUNNEL_WINDOW_MS, of: whole[0], reached: whole[step] };
        for one in young {
            let (of, reached) = (one.counts[0], one.counts[step]);
            days.entry(&one.day).or_default().push(AgedCount { age: one.age, of, reached });
            old.of = old.of.saturating_sub(of);
            old.reached = old.reached.saturating_sub(reached);
        }
        if days.values().flatten().all(|one| one.age >= FUNNEL_WINDOW_MS) {
            return finished(whole, step);
        }
        let Some(differ) = differ else { return Outlook::default() };
        let days: Vec<Vec<AgedCount>> = days.into_values().chain([vec![old]]).collect();
        curve.outlook(&days, *differ)
    }
}

/// A row of a frame of counts: with its day, and its value of the report's unit.
struct CountRow {
    opened_at: i64,
    day: String,
    label: String,
    counts: Whole,
}

fn rows(frame: &DataFrame, unit: &Dimension, zone: &TimeZone) -> PolarsResult<Vec<CountRow>> {
    let labels = unit.values(frame, "opened_at", zone)?;
    let days = Dimension::Day.values(frame, "opened_at", zone)?;
    let (labels, days, opened) = (labels.str()?, days.str()?, frame.column("opened_at")?.i64()?);
    let columns =
        counted().map(|name| frame.column(name)?.u64()).collect::<PolarsResult<Vec<_>>>()?;
    let row = |place: usize| {
        let mut counts = Whole::default();
        for (count, column) in counts.iter_mut().zip(&columns) {
            *count = column.get(place).unwrap_or(0);
        }
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        CountRow {
            opened_at: opened.get(place).unwrap_or_default(),
            day: text(days.get(place)),
            label: text(labels.get(place)),
            counts,
        }
    };
    Ok((0..frame.height()).map(row).collect())
}

/// At what age conversations reached a stage, and how many.
fn converted(ages: &DataFrame, stage: &str) -> PolarsResult<Vec<(i64, u64)>> {
    let counts = ages.column(stage)?.u64()?;
    let pairs = ages.column("age")?.i64()?.iter().zip(counts.iter());
    let known = pairs.filter_map(|(age, count)| Some((age? + FIVE_MINUTES_MS / 2, count?)));
    // What is reached in the window's last minutes belongs to it.
    Ok(known.map(|(age, count)| (age.min(FUNNEL_WINDOW_MS), count)).collect())
}
