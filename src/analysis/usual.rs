//! What is usual at this hour of the week: an expectation with its band, made of the same hours of the weeks before.
//!
//! The method is told in `docs/reference/statistics.md`, "The usual band".

use jiff::tz::TimeZone;

/// Counts are known by slots of five minutes.
pub const SLOT_MS: i64 = 300_000;
const HOUR_MS: i64 = 3_600_000;
const WEEK_MS: i64 = 7 * 24 * HOUR_MS;
/// Weeks that are looked back at, and of how many something has to be known.
const WEEKS: i32 = 8;
const LEAST_WEEKS: usize = 3;
/// A week with less tells nothing of its hours.
const LEAST_OF_A_WEEK: f64 = 40.0;
/// A squared residual counts as no more than this many variances, so that an incident of before does not widen the band.
const MOST_RESIDUAL: f64 = 16.0;
/// How much history is needed: eight weeks, the seven days before them, and the longest window.
pub const HISTORY_MS: i64 = 9 * WEEK_MS + 26 * HOUR_MS;

/// Counts of slots that follow each other.
#[derive(Debug, Clone)]
pub struct Slots {
    first: i64,
    /// Sums of all slots before each.
    before: Vec<u64>,
}

/// A window beside what is usual at its hour of the week.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// What was counted in it.
    pub count: u64,
    /// What was to be expected.
    pub expected: f64,
    /// Variance of the count: `spread * expected + variation * expected^2`.
    spread: f64,
    variation: f64,
    /// How much what is expected is itself uncertain, as a factor of the variance.
    uncertain: f64,
}

/// The same window of a week before.
#[derive(Debug, Clone, Copy)]
struct Reference {
    /// Where it ends, UTC milliseconds.
    to: i64,
    count: f64,
    /// The seven days before it.
    week: f64,
}

impl Slots {
    /// Slots from `first` on (UTC milliseconds).
    #[must_use]
    pub fn new(first: i64, counts: impl IntoIterator<Item = u64>) -> Self {
        let mut before = vec![0];
        let mut sum = 0_u64;
        for count in counts {
            sum += count;
            before.push(sum);
        }
        Self { first, before }
    }

    /// What was counted between two instants, to whole slots; nothing where that is not known.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(super) fn sum(&self, from: i64, to: i64) -> Option<f64> {
        let place = |instant: i64| usize::try_from((instant - self.first).div_euclid(SLOT_MS)).ok();
        let (from, to) = (self.before.get(place(from)?)?, self.before.get(place(to)?)?);
        Some(to.saturating_sub(*from) as f64)
    }
}

/// The window of `length` milliseconds that ends at `to`, beside the same hours of the weeks before in `zone`; nothing if
/// too little is known of these.
#[must_use]
pub fn usual(slots: &Slots, to: i64, length: i64, zone: &TimeZone) -> Option<Usual> {
    usual_if(slots, to, length, zone, |_, _| true)
}

/// The same, if the count and what is expected make it worth a closer look: that takes most of the time.
pub(super) fn usual_if(
    slots: &Slots,
    to: i64,
    length: i64,
    zone: &TimeZone,
    is_of_interest: impl Fn(f64, f64) -> bool,
) -> Option<Usual> {
    let count = slots.sum(to - length, to)?;
    let week = slots.sum(to - length - WEEK_MS, to - length)?;
    if week < LEAST_OF_A_WEEK {
        return None;
    }
    let mut known: Vec<Reference> = (1..=WEEKS)
        .filter_map(|weeks| {
            let to = weeks_before(to, weeks, zone)?;
            let count = slots.sum(to - length, to)?;
            let week = slots.sum(to - length - WEEK_MS, to - length)?;
            (week >= LEAST_OF_A_WEEK).then_some(Reference { to, count, week })
        })
        .collect();
    if known.len() < LEAST_WEEKS {
        return None;
    }
    // The highest and the lowest week may have been incidents.
    known.sort_by(|one, other| (one.count / one.week).total_cmp(&(other.count / other.week)));
    let inner = if known.len() > 4 { &known[1..known.len() - 1] } else { &known[..] };
    let counts: f64 = inner.iter().map(|one| one.count).sum();
    let weeks: f64 = inner.iter().map(|one| one.week).sum();
    let expected = counts * week / weeks;
    if !is_of_interest(count, expected) {
        return None;
    }
    let (spread, variation) = dispersion(slots, &known, length);
    let uncertain = 1.0 + week / weeks;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let count = count as u64;
    Some(Usual { count, expected, spread, variation, uncertain })
}

/// The same time of day so many weeks before.
fn weeks_before(instant: i64, weeks: i32, zone: &TimeZone) -> Option<i64> {
    let now = zone.to_datetime(jiff::Timestamp::from_millisecond(instant).ok()?);
    let then = now.checked_sub(jiff::Span::new().weeks(weeks)).ok()?;
    Some(then.to_zoned_datetime(zone.clone()).ok()?.timestamp().as_millisecond())
}

/// By how much counts of such windows scatter, `a` and `b` of the variance `a m + b m^2`: least squares over the windows of
/// the seven days before each reference, each beside the mean of all weeks at its hour.
fn dispersion(slots: &Slots, known: &[Reference], length: i64) -> (f64, f64) {
    let windows = (WEEK_MS / length).max(1);
    let weeks: f64 = known.iter().map(|one| one.week).sum();
    #[expect(clippy::cast_precision_loss, reason = "eight weeks")]
    let freedom = (known.len() - 1) as f64 / known.len() as f64;
    // Pairs of a mean, and of its squared residual as a part of it.
    let mut pairs: Vec<[f64; 2]> = Vec::new();
    for window in 0..windows {
        let ends = known.iter().map(|one| (one.week, one.to - length - window * length));
        let counts: Option<Vec<(f64, f64)>> =
            ends.map(|(week, to)| Some((week, slots.sum(to - length, to)?))).collect();
        let Some(counts) = counts else { continue };
        let share = counts.iter().map(|(_, count)| count).sum::<f64>() / weeks;
        pairs.extend(counts.into_iter().filter_map(|(week, count)| {
            let mean = share * week;
            let residual = (count - mean).powi(2) / mean / freedom;
            let most = MOST_RESIDUAL * (1.0 + mean / 20.0);
            (mean >= 0.5).then_some([mean, residual.min(most)])
        }));
    }
    line(&pairs)
}

/// Level and slope of the line through pairs; no lower than dice scatter.
#[expect(clippy::cast_precision_loss, reason = "a thousand pairs")]
fn line(pairs: &[[f64; 2]]) -> (f64, f64) {
    if pairs.len() < 10 {
        return (1.0, 0.0);
    }
    let mean =
        |of: &dyn Fn(&[f64; 2]) -> f64| pairs.iter().map(of).sum::<f64>() / pairs.len() as f64;
    let [mean_of, residual] = [0, 1].map(|place| mean(&|pair| pair[place]));
    let across = mean(&|pair| (pair[0] - mean_of).powi(2));
    let along = mean(&|pair| (pair[0] - mean_of) * (pair[1] - residual));
    let slope = if across > 1e-9 { (along / across).max(0.0) } else { 0.0 };
    let level = residual - slope * mean_of;
    if level >= 1.0 {
        return (level, slope);
    }
    (1.0, ((residual - 1.0) / mean_of).max(0.0))
}

impl Usual {
    /// Standard deviations between the count and what is usual, on the scale of the square root (Anscombe 1948).
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn score(&self) -> f64 {
        2.0 * (root(self.count as f64) - root(self.expected)) / self.scale()
    }

    /// The lowest and the highest count that are usual, so many standard deviations to each side.
    #[must_use]
    pub fn band(&self, deviations: f64) -> [f64; 2] {
        let (middle, half) = (root(self.expected), deviations * self.scale() / 2.0);
        let [low, high] =
            [middle - half, middle + half].map(|end| (end.max(0.0).powi(2) - 0.375).max(0.0));
        [low.ceil(), high.floor()]
    }

    /// Logarithm of the probability that nothing is counted where this is expected: of as many independent acts as scatter
    /// like these, by the negative binomial distribution.
    #[must_use]
    pub fn log_probability_of_nothing(&self) -> f64 {
        let acts = self.expected / self.spread / self.uncertain;
        if self.variation < 1e-6 {
            return -acts;
        }
        let relative = self.variation * self.expected / self.spread;
        -acts * (1.0 + relative).ln() / relative
    }

    fn scale(&self) -> f64 {
        ((self.spread + self.variation * self.expected) * self.uncertain).sqrt()
    }
}

pub(super) fn root(count: f64) -> f64 {
    (count + 0.375).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_780_000_200_000 / SLOT_MS * SLOT_MS;

    /// Ten weeks of `by_day` in each slot by day, a quarter of it by night; then what the last hour is instead.
    fn weeks(by_day: u64, last_hour: u64) -> (Slots, i64) {
        let slots = 10 * WEEK_MS / SLOT_MS;
        let counts = (0..slots).map(|slot| {
            let hour = slot * SLOT_MS / HOUR_MS % 24;
            let is_last = slot >= slots - 12;
            let usual = if (8..22).contains(&hour) { by_day } else { by_day / 4 };
            if is_last { last_hour } else { usual }
        });
        (Slots::new(START, counts), START + 10 * WEEK_MS)
    }

    #[test]
    fn an_hour_is_held_against_the_same_hours_of_the_weeks_before() {
        let (slots, now) = weeks(8, 2);
        // The last hour of ten weeks is the 24th of a day: night.
        let found = usual(&slots, now, HOUR_MS, &TimeZone::UTC).unwrap();
        assert_eq!(found.count, 24);
        assert!((found.expected - 24.0).abs() < 0.1, "{found:?}");
        assert!(found.score().abs() < 0.05, "{found:?}");
        let [low, high] = found.band(4.0);
        assert!(low < 12.0 && high > 45.0 && low > 4.0, "{low} to {high}");
        // A count is outside of the band that is told as soon as it scores beyond it.
        for (expected, deviations) in [(9.0, 4.0), (24.0, 4.0), (400.0, 3.0)] {
            for count in 0..900_u32 {
                let one = Usual { count: count.into(), expected, ..found };
                let [low, high] = one.band(deviations);
                let is_inside = (low..=high).contains(&f64::from(count));
                assert_eq!(is_inside, one.score().abs() <= deviations, "{count} of {expected}");
            }
        }
        let (slots, now) = weeks(8, 0);
        let nothing = usual(&slots, now, HOUR_MS, &TimeZone::UTC).unwrap();
        assert!(nothing.score() < -7.0, "{nothing:?}");
        assert!((nothing.log_probability_of_nothing() + 24.0 / 1.16).abs() < 1.0, "{nothing:?}");
    }

    #[test]
    fn too_little_history_says_nothing() {
        let (slots, now) = weeks(8, 2);
        assert!(usual(&slots, now + HOUR_MS, HOUR_MS, &TimeZone::UTC).is_none());
        let early = START + 3 * WEEK_MS;
        assert!(usual(&slots, early, HOUR_MS, &TimeZone::UTC).is_none());
        let (few, now) = weeks(0, 0);
        assert!(usual(&few, now, HOUR_MS, &TimeZone::UTC).is_none());
    }

    #[test]
    fn one_week_without_anything_changes_little() {
        let (slots, now) = weeks(8, 2);
        let mut counts: Vec<u64> = slots.before.windows(2).map(|two| two[1] - two[0]).collect();
        let hole = counts.len() - usize::try_from(3 * WEEK_MS / SLOT_MS).unwrap();
        counts[hole - 40..hole].fill(0);
        let with = usual(&Slots::new(START, counts), now, HOUR_MS, &TimeZone::UTC).unwrap();
        assert!((with.expected - 24.0).abs() < 1.0, "{with:?}");
        assert!(with.score().abs() < 0.5, "{with:?}");
    }

    /// A clock that is put ahead moves nobody's hour: the window of 9 to 10 is held against 9 to 10.
    #[test]
    fn weeks_are_those_of_the_clock() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let now: jiff::Timestamp = "2026-04-01T10:00:00+02:00".parse().unwrap();
        let then = weeks_before(now.as_millisecond(), 1, &paris).unwrap();
        let expected: jiff::Timestamp = "2026-03-25T10:00:00+01:00".parse().unwrap();
        assert_eq!(then, expected.as_millisecond());
    }

    /// The dispersion beside what the counts were drawn with.
    #[test]
    fn dispersion_is_that_of_the_counts() {
        let mut random = fastrand::Rng::with_seed(5);
        let slots = 10 * WEEK_MS / SLOT_MS;
        // Acts of three events each: a spread of three.
        let counts = (0..slots).map(|_| 3 * (0..8).filter(|_| random.u8(0..4) == 0).count() as u64);
        let slots = Slots::new(START, counts);
        let found = usual(&slots, START + 10 * WEEK_MS, HOUR_MS, &TimeZone::UTC).unwrap();
        // Of eight coins of a quarter each the variance is three quarters of the mean.
        let wanted = 3.0 * 0.75;
        let scatter = found.spread + found.variation * found.expected;
        assert!((scatter - wanted).abs() < 0.35, "{found:?}");
    }
}
