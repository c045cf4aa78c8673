//! Days that differ beyond chance, as those of real campaigns do: in how many people write, and in how far they go on.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Plan;
use super::world::Chances;
use crate::domain::DAY_MS;

/// A day is at most so many standard deviations from the usual.
const MOST: f64 = 3.0;
/// Streams of random numbers of which no person has one: `Traffic` counts people up from zero, and down from the end.
const STREAMS: u64 = 1 << 62;

/// How many of the people there are whom the busiest day could have: 0 to 1.
pub(super) fn traffic(plan: Plan, time: i64) -> f64 {
    of_day(plan, time, 0) / (1.0 + MOST * spread(plan))
}

/// The chances on the day of an instant: each step has its good days and its bad ones.
pub(super) fn chances(plan: Plan, time: i64, usual: Chances) -> Chances {
    let on_day = |usual: u32, step: u64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
        let chance = (f64::from(usual) * of_day(plan, time, step)).round().min(100.0) as u32;
        chance
    };
    Chances {
        writes: on_day(usual.writes, 1),
        is_answered: on_day(usual.is_answered, 2),
        engages: on_day(usual.engages, 3),
        leads: on_day(usual.leads, 4),
        buys: on_day(usual.buys, 5),
    }
}

/// How many times as much as usually there is of something on the day of an instant (UTC).
fn of_day(plan: Plan, time: i64, what: u64) -> f64 {
    if plan.variation == 0 {
        return 1.0;
    }
    let day = u64::try_from(time.div_euclid(DAY_MS)).unwrap_or_default();
    let mut random = ChaCha8Rng::seed_from_u64(plan.seed);
    random.set_stream(STREAMS + day * 8 + what);
    // Twelve uniform numbers add up to a nearly normal one of the variance 1.
    let normal = (0..12).map(|_| random.random_range(0.0..1.0)).sum::<f64>() - 6.0;
    1.0 + spread(plan) * normal.clamp(-MOST, MOST)
}

/// The standard deviation of a day's factor; small enough that no factor is negative.
fn spread(plan: Plan) -> f64 {
    f64::from(plan.variation.min(30)) / 100.0
}
