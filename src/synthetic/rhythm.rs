//! When people write: little at night, most in the evening, less at weekends.

use rand::{Rng, RngExt};

use super::{Plan, story, variation};
use crate::domain::DAY_MS;

const HOUR_MS: i64 = 3_600_000;
/// Relative traffic of each hour of the day.
const BY_HOUR: [u32; 24] =
    [10, 6, 4, 3, 3, 5, 12, 25, 40, 52, 58, 62, 66, 60, 56, 55, 58, 64, 76, 92, 100, 86, 55, 26];
/// Relative traffic of each day from Thursday on (1970-01-01 was one).
const BY_DAY: [u32; 7] = [100, 96, 72, 64, 90, 98, 102];

/// A moment in the plan's period that follows the rhythm.
pub(super) fn moment(plan: Plan, random: &mut impl Rng) -> i64 {
    loop {
        let time = random.random_range(plan.from.0..plan.to.0);
        let hour = BY_HOUR[index(time.rem_euclid(DAY_MS) / HOUR_MS)];
        let day = BY_DAY[index(time.div_euclid(DAY_MS).rem_euclid(7))];
        let is_drawn = random.random_range(0..100 * 102) < hour * day;
        if !is_drawn {
            continue;
        }
        let part = story::season(plan, time) * variation::traffic(plan, time);
        if part >= 1.0 || random.random_bool(part) {
            return time;
        }
    }
}

/// A delay around `typical` milliseconds: never negative, now and then several times as long.
pub(super) fn delay(typical: i64, random: &mut impl Rng) -> i64 {
    let uniform: f64 = random.random_range(1e-4..1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "below 2^40")]
    let exponential = (-uniform.ln() * typical as f64) as i64;
    1_000 + exponential
}

fn index(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}
