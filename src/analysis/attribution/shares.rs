//! The models by which a path's touchpoints share what the path is worth.

use super::credits::Credits;
use super::journeys::{Journeys, Part, Touch};
use super::model::Parameters;
use crate::domain::DAY_MS;

/// All to the first touchpoint.
pub(super) fn first(journeys: &Journeys) -> Credits {
    Credits::by_path(journeys, |_, _, give| give(0, 1.0))
}

/// All to the last touchpoint.
pub(super) fn last(journeys: &Journeys) -> Credits {
    Credits::by_path(journeys, |path, _, give| give(path.len() - 1, 1.0))
}

/// All to the last touchpoint that is not organic, or to the last if all are.
pub(super) fn last_non_organic(journeys: &Journeys) -> Credits {
    Credits::by_path(journeys, |path, _, give| {
        let named = path.iter().rposition(|touch| !touch.is_organic());
        give(named.unwrap_or(path.len() - 1), 1.0);
    })
}

/// The same to every touchpoint.
pub(super) fn linear(journeys: &Journeys) -> Credits {
    Credits::by_path(journeys, |path, _, give| {
        let share = 1.0 / count(path.len());
        (0..path.len()).for_each(|position| give(position, share));
    })
}

/// Fixed shares to the first and the last touchpoint, the rest in equal shares to those between.
/// Two touchpoints share all in the proportion of the fixed shares (half and half if both are 0).
pub(super) fn position(journeys: &Journeys, parameters: &Parameters) -> Credits {
    let (first, last) = (parameters.first_share, parameters.last_share);
    let first_of_two = if first + last > 0.0 { first / (first + last) } else { 0.5 };
    Credits::by_path(journeys, |path, _, give| match path.len() {
        1 => give(0, 1.0),
        2 => {
            give(0, first_of_two);
            give(1, 1.0 - first_of_two);
        }
        length => {
            give(0, first);
            let share = (1.0 - first - last) / count(length - 2);
            (1..length - 1).for_each(|position| give(position, share));
            give(length - 1, last);
        }
    })
}

/// 2^(-age / half-life), made to sum to 1. Where times are unknown, touchpoints count as a day apart.
pub(super) fn time_decay(journeys: &Journeys, parameters: &Parameters) -> Credits {
    let half_life_ms = parameters.half_life_days * milliseconds(DAY_MS);
    // Ages count from the last touchpoint, so that old paths keep their proportions.
    let weight = |age: i64| (-milliseconds(age) / half_life_ms).exp2();
    let longest = journeys.parts.iter().flat_map(Part::journeys);
    let longest = longest.map(|(path, ..)| path.len()).max().unwrap_or(0);
    let by_day: Vec<f64> = (0_i64..).take(longest).map(|day| weight(day * DAY_MS)).collect();
    let sums: Vec<f64> = by_day
        .iter()
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect();
    Credits::by_path(journeys, |path: &[Touch], ages, give| {
        let Some(newest) = ages.last() else {
            let whole = sums[path.len() - 1];
            let weights = by_day[..path.len()].iter().rev().enumerate();
            weights.for_each(|(position, weight)| give(position, weight / whole));
            return;
        };
        let whole: f64 = ages.iter().map(|age| weight(age - newest)).sum();
        for (position, age) in ages.iter().enumerate() {
            give(position, weight(age - newest) / whole);
        }
    })
}

#[expect(clippy::cast_precision_loss, reason = "paths are far shorter than 2^52")]
fn count(length: usize) -> f64 {
    length as f64
}

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52 milliseconds")]
fn milliseconds(time: i64) -> f64 {
    time as f64
}
