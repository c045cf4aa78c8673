//! How far a unit gets: attempts over its events in order. Pure arithmetic over masks.
//!
//! An attempt reaches step k if there are k events, one after the other, of which each meets its step,
//! all within the window of the first, each within the step window of the one before, and with none
//! between two of them that is excluded there (with `strict`: none that meets any step). No event is
//! two of them. Of several such chains that reach furthest its times are those of the earliest: the
//! one whose second step is earliest, among those the one whose third is, and so on.

use super::definition::{Order, Reentry, Rules};
use crate::domain::Occurrence;

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Place of its first event.
    pub entry: usize,
    /// When each step was reached, in order; at least one.
    pub times: Vec<i64>,
}

/// The attempts of one unit that count. `events` are in order; only those in `entries` may begin one.
#[must_use]
pub fn attempts(
    events: &[Occurrence],
    entries: std::ops::Range<usize>,
    rules: &Rules,
) -> Vec<Attempt> {
    let mut found: Vec<Attempt> = Vec::new();
    let is_plain = rules.order == Order::Ordered
        && rules.step_window_ms == i64::MAX
        && events.iter().all(|event| event.gaps == 0);
    // Of the attempt that is looked at: of most of them nothing is kept.
    let mut places: Vec<usize> = Vec::with_capacity(rules.steps);
    let mut next = entries.start;
    // A new attempt may begin at this instant or later.
    let mut free_from = i64::MIN;
    while next < entries.end {
        let begins = match rules.order {
            Order::Any => events[next].steps != 0,
            _ => events[next].steps & 1 != 0,
        };
        if !begins || events[next].time < free_from {
            next += 1;
            continue;
        }
        attempt(events, next, rules, is_plain, &mut places);
        let is_complete = places.len() == rules.steps;
        let made = || {
            let times = places.iter().map(|place| events[*place].time).collect();
            Attempt { entry: next, times }
        };
        match rules.reentry {
            Reentry::First => return vec![made()],
            Reentry::Best => {
                let best = found.first().map_or(0, |best| best.times.len());
                if places.len() > best {
                    found.clear();
                    found.push(made());
                }
                if is_complete {
                    return found;
                }
                next += 1;
            }
            Reentry::Every => {
                found.push(made());
                let last = *places.last().unwrap_or(&next);
                if is_complete {
                    next = last + 1;
                } else {
                    let end = events[next].time.saturating_add(rules.window_ms);
                    let end = end.min(events[last].time.saturating_add(rules.step_window_ms));
                    free_from = end.saturating_add(1);
                    next += 1;
                }
            }
        }
    }
    found
}

/// The places of the steps that the attempt reaches that begins with event `entry`. `is_plain`: nothing is excluded, and
/// only the first step's window counts.
fn attempt(
    events: &[Occurrence],
    entry: usize,
    rules: &Rules,
    is_plain: bool,
    places: &mut Vec<usize>,
) {
    let begin = events[entry].time;
    let latest = begin.saturating_add(rules.window_ms);
    // The first step is reached however little time has passed since.
    let latest = rules.limit.map_or(latest, |limit| latest.min(limit.of(begin)).max(begin));
    places.clear();
    if is_plain {
        earliest(events, entry, latest, rules.steps, places);
        return;
    }
    let end = entry + events[entry..].partition_point(|event| event.time <= latest);
    let found = match rules.order {
        Order::Any => in_any_order(&events[entry..end], rules.steps),
        _ => in_order(&events[entry..end], rules),
    };
    places.extend(found.into_iter().map(|place| entry + place));
}

/// The places of the steps that are reached; the first event is the first step.
fn in_order(events: &[Occurrence], rules: &Rules) -> Vec<usize> {
    let is_strict = rules.order == Order::Strict;
    // Events that can be step k of a chain, and of them the last that the chain may go on from.
    let mut reachable: Vec<Vec<usize>> = vec![Vec::new(); rules.steps];
    let mut last: Vec<Option<usize>> = vec![None; rules.steps];
    reachable[0].push(0);
    last[0] = Some(0);
    let is_near = |from: usize, to: usize| {
        events[to].time.saturating_sub(events[from].time) <= rules.step_window_ms
    };
    for (place, event) in events.iter().enumerate().skip(1) {
        let mut met = 0_u32;
        // From the last step on, so that one event is not two steps.
        for step in (1..rules.steps).rev() {
            let before = last[step - 1].filter(|before| is_near(*before, place));
            if event.steps >> step & 1 == 1 && before.is_some() {
                reachable[step].push(place);
                last[step] = Some(place);
                met |= 1 << step;
            }
        }
        let ends = if is_strict && event.steps != 0 { u32::MAX } else { event.gaps };
        for (step, last) in last.iter_mut().enumerate() {
            if ends >> step & 1 == 1 && met >> step & 1 == 0 {
                *last = None;
            }
        }
    }
    let depth = reachable.iter().take_while(|places| !places.is_empty()).count();
    reachable.truncate(depth);
    // Those of them that the rest of a chain of this depth can follow.
    let is_free = |from: usize, to: usize, gap: usize| {
        events[from + 1..to]
            .iter()
            .all(|event| event.gaps >> gap & 1 == 0 && !(is_strict && event.steps != 0))
    };
    for step in (0..depth.saturating_sub(1)).rev() {
        let (before, after) = reachable.split_at_mut(step + 1);
        before[step].retain(|place| {
            let next = after[0].partition_point(|next| next <= place);
            after[0]
                .get(next)
                .is_some_and(|next| is_near(*place, *next) && is_free(*place, *next, step))
        });
    }
    let mut chain: Vec<usize> = vec![0];
    for places in &reachable[1..] {
        let before = *chain.last().unwrap_or(&0);
        let next = places.partition_point(|place| *place <= before);
        chain.extend(places.get(next));
    }
    chain
}

/// Without exclusions and step windows: the earliest event for each step in turn.
fn earliest(
    events: &[Occurrence],
    entry: usize,
    latest: i64,
    steps: usize,
    chain: &mut Vec<usize>,
) {
    chain.push(entry);
    for (place, event) in events.iter().enumerate().skip(entry + 1) {
        if chain.len() == steps || event.time > latest {
            break;
        }
        if event.steps >> chain.len() & 1 == 1 {
            chain.push(place);
        }
    }
}

/// Steps in any order: the k-th place is where k different steps were met by k different events: a
/// largest matching of events and steps (Kuhn, "The Hungarian method for the assignment problem",
/// Naval Research Logistics Quarterly 2, 1955), which grows with the events. An excluded event ends it.
fn in_any_order(events: &[Occurrence], steps: usize) -> Vec<usize> {
    let mut taken: Vec<Option<usize>> = vec![None; steps];
    let mut places = Vec::new();
    for (place, event) in events.iter().enumerate() {
        if place > 0 && event.gaps != 0 {
            break;
        }
        let mut tried = 0_u32;
        if finds_step(events, place, &mut taken, &mut tried) {
            places.push(place);
            if places.len() == steps {
                break;
            }
        }
    }
    places
}

fn finds_step(
    events: &[Occurrence],
    place: usize,
    taken: &mut [Option<usize>],
    tried: &mut u32,
) -> bool {
    for step in 0..taken.len() {
        if events[place].steps >> step & 1 == 0 || *tried >> step & 1 == 1 {
            continue;
        }
        *tried |= 1 << step;
        let is_free = match taken[step] {
            None => true,
            Some(other) => finds_step(events, other, taken, tried),
        };
        if is_free {
            taken[step] = Some(place);
            return true;
        }
    }
    false
}
