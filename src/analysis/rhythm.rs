//! How much of the usual traffic falls into a time: nights and weekends are short.

const HOUR_MS: i64 = 3_600_000;
/// Hours of a week.
const WEEK: usize = 168;

/// The part of traffic of each hour of the week.
#[derive(Debug, Clone, PartialEq)]
pub struct Rhythm {
    /// Of each hour of the week, from the epoch's on; 1 on average.
    weights: [f64; WEEK],
}

impl Rhythm {
    /// Of how much there was in hours (their starts, UTC milliseconds), of whole weeks or nearly so. Each hour of the week
    /// counts as though it had had one more, so that none is impossible.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn of(hours: &[(i64, u64)]) -> Self {
        let mut weights = [1.0; WEEK];
        for (hour, count) in hours {
            weights[place(*hour)] += *count as f64;
        }
        let mean = weights.iter().sum::<f64>() / WEEK as f64;
        Self { weights: weights.map(|weight| weight / mean) }
    }

    /// Usual hours between two instants: as many as there are if they are as busy as the week on average.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "times are below 2^52")]
    pub fn between(&self, from: i64, to: i64) -> f64 {
        let (mut at, mut sum) = (from, 0.0);
        while at < to {
            let end = (at.div_euclid(HOUR_MS) + 1).saturating_mul(HOUR_MS).min(to);
            sum += self.weights[place(at)] * (end - at) as f64 / HOUR_MS as f64;
            at = end;
        }
        sum
    }
}

/// Which hour of the week it is.
fn place(instant: i64) -> usize {
    let hour = instant.div_euclid(HOUR_MS).rem_euclid(168);
    usize::try_from(hour).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nights_are_shorter_than_days() {
        // Four weeks of which the first eight hours of each day have one, and the others nine.
        let hours: Vec<(i64, u64)> =
            (0..4 * 168).map(|hour| (hour * HOUR_MS, if hour % 24 < 8 { 1 } else { 9 })).collect();
        let rhythm = Rhythm::of(&hours);
        let week = rhythm.between(0, 168 * HOUR_MS);
        assert!((week - 168.0).abs() < 1e-9, "{week}");
        let (night, day) =
            (rhythm.between(0, 8 * HOUR_MS), rhythm.between(8 * HOUR_MS, 16 * HOUR_MS));
        assert!((day / night - 37.0 / 5.0).abs() < 1e-9, "{day} {night}");
        assert!((rhythm.between(HOUR_MS / 2, HOUR_MS) - night / 16.0).abs() < 1e-9);
        assert!((Rhythm::of(&[]).between(5, 5 + HOUR_MS) - 1.0).abs() < 1e-9);
    }
}
