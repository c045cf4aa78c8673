//! How counts changed from one period to another, and whether days alone explain it.
//!
//! Counts of days are taken as quasi-Poisson: a day's mean is its period's level times its weekday's factor, and its
//! variance is so many times that mean as Pearson's statistic over its degrees of freedom says (P. `McCullagh` and
//! J. A. Nelder, "Generalized Linear Models", second edition, 1989, section 6.2). The logarithm of the ratio of two
//! levels is compared with Student's distribution with the freedom with which that factor is known.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// A verdict is wrong at most this often.
const SURE: f64 = 0.05;
/// Days of each period at least; of fewer nobody knows how much they differ.
const LEAST_DAYS: usize = 4;
/// Counts of both periods together at least, which the logarithm's normal approximation needs.
const LEAST_COUNT: u64 = 20;
/// How much more a period's count varies than its days tell: who comes back within days makes neighbouring days alike, by
/// too little to be seen in a few weeks. In generated traffic one of seven people comes back.
const RETURNS: f64 = 1.2;
/// Days by which weekdays can be told apart.
const TWO_WEEKS: usize = 14;

/// What was counted on a day: its weekday (0 to 6), and how many.
pub type WeekdayCount = (usize, u64);

/// How much days of two periods differ, beside their weekdays and their periods' levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DailyVariation {
    /// How many times as large as by chance the variance is, at least 1.
    spread: f64,
    /// Degrees of freedom with which that is known.
    freedom: f64,
    /// What both periods would have had at one level: sums of their weekdays' factors.
    exposures: [f64; 2],
}

impl DailyVariation {
    /// Of the days of a period and of those that it is compared with. `None` if there are too few, or if they are other
    /// weekdays, and too few to tell how weekdays differ.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts and days are far below 2^52")]
    pub fn of(own: &[WeekdayCount], other: &[WeekdayCount]) -> Option<Self> {
        if own.len() < LEAST_DAYS || other.len() < LEAST_DAYS {
            return None;
        }
        let all = || own.iter().chain(other);
        let mean = all().map(|(_, count)| count).sum::<u64>() as f64 / all().count() as f64;
        if mean <= 0.0 {
            return None;
        }
        let has_weekdays = all().count() >= TWO_WEEKS;
        // Of other weekdays nobody knows by so few days what is usual.
        if !has_weekdays && weekdays(own) != weekdays(other) {
            return None;
        }
        let factor = |weekday: usize| {
            let days = || all().filter(|(one, _)| *one == weekday);
            if !has_weekdays || days().next().is_none() {
                return 1.0;
            }
            let sum: u64 = days().map(|(_, count)| count).sum();
            sum as f64 / days().count() as f64 / mean
        };
        let factors: [f64; 7] = std::array::from_fn(factor);
        let exposure =
            |days: &[WeekdayCount]| days.iter().map(|(weekday, _)| factors[weekday % 7]).sum();
        let exposures: [f64; 2] = [exposure(own), exposure(other)];
        let mut pearson = 0.0;
        for (days, exposure) in [own, other].into_iter().zip(exposures) {
            let level = days.iter().map(|(_, count)| count).sum::<u64>() as f64 / exposure;
            for (weekday, count) in days {
                let expected = level * factors[weekday % 7];
                if expected > 0.0 {
                    pearson += (*count as f64 - expected).powi(2) / expected;
                }
            }
        }
        let seen = (0..7).filter(|weekday| all().any(|(one, _)| one == weekday)).count();
        let estimated = if has_weekdays { 1 + seen } else { 2 };
        let freedom = all().count().saturating_sub(estimated) as f64;
        let spread = (pearson / freedom).max(1.0);
        (freedom >= 1.0).then_some(Self { spread, freedom, exposures })
    }

    /// Whether two counts of these periods differ by more than days explain, if `compared` pairs are looked at together
    /// (Bonferroni).
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn surely_differ(&self, own: u64, other: u64, compared: usize) -> bool {
        if own + other < LEAST_COUNT {
            return false;
        }
        // Half a person more on each side: a ratio with nobody has a logarithm too (Haldane and Anscombe).
        let (a, b) = (own as f64 + 0.5, other as f64 + 0.5);
        let [own_exposure, other_exposure] = self.exposures;
        let ratio = (a / own_exposure).ln() - (b / other_exposure).ln();
        let deviation = (RETURNS * self.spread * (a.recip() + b.recip())).sqrt();
        let Ok(student) = StudentsT::new(0.0, 1.0, self.freedom) else { return false };
        let p = 2.0 * student.cdf(-(ratio / deviation).abs());
        p * (compared.max(1) as f64) < SURE
    }
}

/// How often each weekday is among days.
fn weekdays(days: &[WeekdayCount]) -> [usize; 7] {
    let mut found = [0; 7];
    for (weekday, _) in days {
        found[weekday % 7] += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const RHYTHM: [f64; 7] = [1.1, 1.15, 1.1, 1.0, 1.05, 0.75, 0.6];

    /// Days of a level, each as much above or below as real days are.
    fn days(
        random: &mut fastrand::Rng,
        first: usize,
        many: usize,
        level: f64,
    ) -> Vec<WeekdayCount> {
        let day = |at: usize| {
            let weekday = (first + at) % 7;
            // Uniform of 0.8 to 1.2, which is a variance beside that of chance.
            let mean = level * RHYTHM[weekday] * (0.8 + 0.4 * random.f64());
            let chance: f64 = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
            let count = (mean + chance * mean.sqrt()).round().max(0.0) as u64;
            (weekday, count)
        };
        (0..many).map(day).collect()
    }

    fn sum(days: &[WeekdayCount]) -> u64 {
        days.iter().map(|(_, count)| count).sum()
    }

    fn told(draws: usize, many: usize, other_level: f64) -> usize {
        let mut random = fastrand::Rng::with_seed(9);
        let mut wrong = 0;
        for draw in 0..draws {
            let other = days(&mut random, draw, many, 90.0);
            // Of fewer than a week the same weekdays of the week before.
            let first = if many < 7 { draw + 7 } else { draw + many };
            let own = days(&mut random, first, many, other_level);
            let variation = DailyVariation::of(&own, &other).unwrap();
            wrong += usize::from(variation.surely_differ(sum(&own), sum(&other), 1));
        }
        wrong
    }

    #[test]
    fn on_traffic_without_a_change_one_of_twenty_is_told_at_most() {
        for many in [4, 7, 10, 30] {
            let wrong = told(2_000, many, 90.0);
            assert!(wrong <= 125, "{wrong} of 2000 over {many} days");
        }
    }

    #[test]
    fn a_true_change_of_a_fifth_is_found() {
        let found = told(500, 28, 108.0);
        assert!(found >= 450, "{found} of 500");
    }

    #[test]
    fn of_few_days_and_of_few_people_nothing_is_sure() {
        assert_eq!(DailyVariation::of(&[(0, 5), (1, 6)], &[(0, 50), (1, 60)]), None);
        assert_eq!(DailyVariation::of(&[(0, 0); 7], &[(0, 0); 7]), None);
        // Four days beside the four before, which are other weekdays.
        let four = |first: usize| -> Vec<WeekdayCount> {
            (first..first + 4).map(|day| (day % 7, 100)).collect()
        };
        assert_eq!(DailyVariation::of(&four(4), &four(0)), None);
        assert!(DailyVariation::of(&four(7), &four(0)).is_some());
        let steady: Vec<WeekdayCount> = (0..7).map(|day| (day, 100)).collect();
        let variation = DailyVariation::of(&steady, &steady).unwrap();
        assert!(!variation.surely_differ(9, 1, 1));
        assert!(variation.surely_differ(900, 700, 1));
        assert!(variation.surely_differ(40, 0, 1));
        // 5.4 deviations between so few days: of a hundred thousand pairs looked at one does as much.
        assert!(!variation.surely_differ(900, 700, 100_000));
    }
}
