//! An own funnel's figures: units made of events and conversations, their attempts counted.

use std::collections::{BTreeMap, HashMap};

use polars::frame::DataFrame;
use polars::prelude::PolarsResult;
use serde::Serialize;

use super::definition::{Funnel, Unit};
use super::{Attempt, Occurrence, attempts};
use crate::analysis::columns::people_of;
use crate::analysis::funnel::{Breakdown, FunnelReport, Step, StepDetail, Waits, rate};
use crate::analysis::{AnalysisError, Dimension, wilson};
use crate::domain::Period;

/// Upper ends of the histogram's bars, milliseconds.
const BARS: [i64; 9] = [
    60_000,
    300_000,
    900_000,
    3_600_000,
    14_400_000,
    86_400_000,
    259_200_000,
    604_800_000,
    2_419_200_000,
];

/// An attempt that counts, and the conversation that it belongs to: its row.
struct Counted {
    attempt: Attempt,
    /// A row of the person's events.
    first: usize,
    conversation: Option<usize>,
}

/// Counts a funnel's units in `period`.
///
/// `events` are those that matter (the columns of `queries/own_funnel_events.sql`), `conversations`
/// those of the same people (`queries/unit_conversations.sql`), both in the order of people and time.
/// An event belongs to the person's conversation that was opened last before it or with it.
///
/// # Errors
/// If the frames are not of that form.
pub fn own_funnel(
    funnel: &Funnel,
    events: &DataFrame,
    conversations: &DataFrame,
    period: &Period,
    by: &[Dimension],
) -> Result<FunnelReport, AnalysisError> {
    let found = counted(funnel, events, conversations, period)?;
    let all: Vec<&Counted> = found.iter().collect();
    let mut breakdown: Vec<Breakdown> = Vec::new();
    if !by.is_empty() {
        let labels = by
            .iter()
            .map(|dimension| dimension.values(conversations, "opened_at", &period.zone))
            .collect::<PolarsResult<Vec<_>>>()?;
        let labels = labels.iter().map(|series| series.str()).collect::<PolarsResult<Vec<_>>>()?;
        let mut groups: HashMap<Vec<Option<&str>>, Vec<&Counted>> = HashMap::new();
        for one in &found {
            let key = labels.iter().map(|label| label.get(one.conversation?)).collect();
            groups.entry(key).or_default().push(one);
        }
        for (key, group) in groups {
            let names = by.iter().map(|dimension| dimension.name().into_owned());
            let values = key.into_iter().map(|value| value.map(str::to_owned));
            let by: BTreeMap<String, Option<String>> = names.zip(values).collect();
            breakdown.push(Breakdown { by, steps: steps(funnel, &group) });
        }
        let is_in_time = by.iter().any(Dimension::is_time);
        breakdown.sort_by_cached_key(|row| {
            let size = std::cmp::Reverse(row.steps[0].count);
            (
                if is_in_time { None } else { Some(size) },
                row.by.values().cloned().collect::<Vec<_>>(),
            )
        });
    }
    Ok(FunnelReport {
        funnel: funnel.name.clone(),
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        time_zone: period.zone.iana_name().unwrap_or("UTC").to_owned(),
        unit: match funnel.unit {
            Unit::Conversation => "conversation",
            Unit::Person => "person",
        },
        steps: steps(funnel, &all),
        breakdown,
    })
}

/// Somebody whose attempt ended at a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Page or Instagram account.
    pub page_id: String,
    /// Person.
    pub person_id: String,
    /// When the attempt began, UTC milliseconds.
    pub entered_at: i64,
    /// When it reached the step, UTC milliseconds.
    pub reached_at: i64,
}

/// The attempts that reached step number `step` (from 0) and not the next, in time.
///
/// # Errors
/// If the frames are not of the form that [`own_funnel`] takes.
pub fn dropped(
    funnel: &Funnel,
    events: &DataFrame,
    conversations: &DataFrame,
    period: &Period,
    step: usize,
) -> Result<Vec<Dropped>, AnalysisError> {
    let found = counted(funnel, events, conversations, period)?;
    let people = people_of(events)?;
    let ended = found.iter().filter(|one| one.attempt.times.len() == step + 1);
    let mut dropped: Vec<Dropped> = ended
        .map(|one| Dropped {
            page_id: people[one.first].0.to_owned(),
            person_id: people[one.first].1.to_owned(),
            entered_at: one.attempt.times[0],
            reached_at: one.attempt.times[step],
        })
        .collect();
    dropped.sort_by(|a, b| {
        let key = |one: &Dropped| (one.entered_at, one.page_id.clone(), one.person_id.clone());
        key(a).cmp(&key(b))
    });
    Ok(dropped)
}

/// The attempts of all units that belong to the period.
fn counted(
    funnel: &Funnel,
    events: &DataFrame,
    conversations: &DataFrame,
    period: &Period,
) -> PolarsResult<Vec<Counted>> {
    let (people, occurrences) = (people_of(events)?, occurrences(events)?);
    let (owners, opened) = (people_of(conversations)?, times(conversations, "opened_at")?);
    let mut found = Vec::new();
    let mut next = 0;
    for group in people.chunk_by(|a, b| a == b) {
        let first_row = next;
        next += group.len();
        let events = &occurrences[first_row..next];
        let first = owners.partition_point(|owner| *owner < group[0]);
        let theirs = first..first + owners[first..].partition_point(|owner| *owner == group[0]);
        match funnel.unit {
            Unit::Person => {
                let entries = within(events, period.from.0, period.to.0);
                found.extend(attempts(events, entries, &funnel.rules).into_iter().map(|attempt| {
                    let begun = events[attempt.entry].time;
                    let before = opened[theirs.clone()].partition_point(|opened| *opened <= begun);
                    let conversation = before.checked_sub(1).map(|place| theirs.start + place);
                    Counted { attempt, first: first_row, conversation }
                }));
            }
            Unit::Conversation => {
                for row in theirs.clone().filter(|row| period.contains(opened[*row])) {
                    let end = if row + 1 < theirs.end { opened[row + 1] } else { i64::MAX };
                    let own = &events[within(events, opened[row], end)];
                    let made = attempts(own, 0..own.len(), &funnel.rules);
                    let conversation = Some(row);
                    found.extend(made.into_iter().map(|attempt| Counted {
                        attempt,
                        first: first_row,
                        conversation,
                    }));
                }
            }
        }
    }
    for (dimension, wanted) in &funnel.filters {
        let labels = dimension.values(conversations, "opened_at", &period.zone)?;
        let labels = labels.str()?;
        found.retain(|one| {
            one.conversation.and_then(|row| labels.get(row)) == Some(wanted.as_str())
        });
    }
    Ok(found)
}

/// The places of the events from an instant on and before another.
fn within(events: &[Occurrence], from: i64, to: i64) -> std::ops::Range<usize> {
    let place = |instant| events.partition_point(|event| event.time < instant);
    place(from)..place(to)
}

fn occurrences(events: &DataFrame) -> PolarsResult<Vec<Occurrence>> {
    let times = times(events, "time")?;
    let steps = events.column("steps")?.u32()?.iter();
    let gaps = events.column("gaps")?.u32()?.iter();
    let masks = steps.zip(gaps).map(|(steps, gaps)| (steps.unwrap_or(0), gaps.unwrap_or(0)));
    Ok(times
        .into_iter()
        .zip(masks)
        .map(|(time, (steps, gaps))| Occurrence { time, steps, gaps })
        .collect())
}

fn times(frame: &DataFrame, column: &str) -> PolarsResult<Vec<i64>> {
    Ok(frame.column(column)?.i64()?.iter().map(Option::unwrap_or_default).collect())
}

fn steps(funnel: &Funnel, counted: &[&Counted]) -> Vec<Step> {
    let reached =
        |step: usize| counted.iter().filter(|one| one.attempt.times.len() > step).count() as u64;
    let counts: Vec<u64> = (0..funnel.steps.len()).map(reached).collect();
    let step = |(place, name): (usize, &String)| {
        let count = counts[place];
        let previous = place.checked_sub(1).map(|before| counts[before]);
        Step {
            name: name.clone(),
            count: Some(count),
            rate_from_previous: previous.and_then(|previous| rate(count, previous)),
            rate_from_first: rate(count, counts[0]),
            detail: Some(StepDetail {
                dropped: counts.get(place + 1).map(|next| count - next),
                rate_interval: previous.and_then(|previous| wilson(count, previous)),
                waits: place.checked_sub(1).and_then(|before| waits(counted, before)),
            }),
        }
    };
    funnel.steps.iter().enumerate().map(step).collect()
}

/// The times between a step and the next.
fn waits(counted: &[&Counted], before: usize) -> Option<Waits> {
    let pair = |one: &&Counted| {
        let times = &one.attempt.times;
        Some(times.get(before + 1)? - times[before])
    };
    let mut waits: Vec<i64> = counted.iter().filter_map(pair).collect();
    if waits.is_empty() {
        return None;
    }
    waits.sort_unstable();
    let mut histogram: Vec<(Option<i64>, u64)> = BARS.iter().map(|bar| (Some(*bar), 0)).collect();
    histogram.push((None, 0));
    for wait in &waits {
        histogram[BARS.partition_point(|bar| bar < wait)].1 += 1;
    }
    Some(Waits {
        p25_ms: quantile(&waits, 0.25),
        median_ms: quantile(&waits, 0.5),
        p75_ms: quantile(&waits, 0.75),
        p90_ms: quantile(&waits, 0.9),
        histogram,
    })
}

/// Between two values linearly: definition 7 of Hyndman and Fan, "Sample quantiles in statistical
/// packages", The American Statistician 50 (1996).
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places and milliseconds are below 2^52"
)]
fn quantile(sorted: &[i64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (low, part) = (place.floor() as usize, place.fract());
    let high = sorted[(low + 1).min(sorted.len() - 1)];
    sorted[low] as f64 + part * (high - sorted[low]) as f64
}
