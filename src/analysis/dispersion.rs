//! How much more days differ than chance lets them. People of one day, and whoever comes more than once, are more
//! alike than people of different days; a test that takes each conversation for an independent throw of a coin
//! therefore finds differences where there are none.
//!
//! Counts of a day are taken as beta-binomial: of n conversations with the share p, the count that reaches a step has
//! the variance n p (1 - p) (1 + (n - 1) r), where r is the correlation of two conversations of a day. r is estimated
//! by the method of moments from Pearson's statistic (D. A. Williams, "Extra-binomial variation in logistic linear
//! models", Applied Statistics 31, 1982, 144-148), and tests take Student's distribution with the freedom with which r
//! is known.

use std::collections::BTreeMap;

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::rates;

/// Conversations that reached a step, and all, of one day.
pub type DayCount = (u64, u64);

/// Fewer days say nothing of how much days differ.
const LEAST_DAYS: usize = 7;

/// How much days differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dispersion {
    /// Correlation of two conversations of one day and row, 0 to 1.
    pub correlation: f64,
    /// Degrees of freedom with which it is known.
    pub freedom: f64,
}

impl Dispersion {
    /// Estimated from days in groups, such as Mondays and Tuesdays: what the days of a group share is no dispersion.
    /// `None` if there are too few days.
    #[must_use]
    pub fn within(groups: &[Vec<DayCount>]) -> Option<Self> {
        let filled = |group: &&Vec<DayCount>| group.iter().any(|(_, of)| *of > 0);
        let groups: Vec<&Vec<DayCount>> = groups.iter().filter(filled).collect();
        let days = groups.iter().flat_map(|group| group.iter()).filter(|(_, of)| *of > 0).count();
        if days < LEAST_DAYS + groups.len().saturating_sub(1) {
            return None;
        }
        let cells = groups.iter().flat_map(|group| {
            let p = share(sum(*group));
            group.iter().map(move |day| (*day, p))
        });
        let freedom = float((days - groups.len()) as u64);
        Some(Self::estimated(cells, freedom / float(days as u64), freedom))
    }

    /// Estimated from the days of several rows, which stand one beside the other: each row has the same days, or strata of
    /// them, of which `day_of` tells the day, in order. What all rows of a stratum share, and what a row has in all strata,
    /// is no dispersion. `None` if there are too few days.
    #[must_use]
    pub fn beside(rows: &[Vec<DayCount>], day_of: &[usize]) -> Option<Self> {
        if rows.len() < 2 {
            let days: Vec<Vec<DayCount>> = rows.iter().map(|row| by_day(row, day_of)).collect();
            return Self::within(&days);
        }
        let in_stratum = |place: usize| sum(rows.iter().filter_map(|row| row.get(place)));
        let totals: Vec<DayCount> = (0..day_of.len()).map(in_stratum).collect();
        let strata = totals.iter().filter(|(_, of)| *of > 0).count();
        let days = by_day(&totals, day_of).iter().filter(|(_, of)| *of > 0).count();
        if days < LEAST_DAYS {
            return None;
        }
        let cells = rows.iter().flat_map(|row| {
            let by_days = row.iter().zip(&totals).map(|((_, of), day)| float(*of) * share(*day));
            let by_days: f64 = by_days.sum();
            let own = if by_days > 0.0 { float(sum(row).0) / by_days } else { 0.0 };
            row.iter().zip(&totals).map(move |(count, day)| (*count, (share(*day) * own).min(1.0)))
        });
        let (row_count, strata) = (float(rows.len() as u64), float(strata as u64));
        let left = (row_count - 1.0) * (strata - 1.0) / (row_count * strata);
        Some(Self::estimated(cells, left, float(days as u64) - 1.0))
    }

    /// Of counts and what their shares were expected to be, of which some are lost by estimating that.
    fn estimated(cells: impl Iterator<Item = (DayCount, f64)>, left: f64, freedom: f64) -> Self {
        let (mut pearson, mut counts, mut pairs) = (0.0, 0.0, 0.0);
        for ((found, of), p) in cells {
            let n = float(of);
            let variance = n * p * (1.0 - p);
            if variance > 0.0 {
                pearson += (float(found) - n * p).powi(2) / variance;
                counts += 1.0;
                pairs += n - 1.0;
            }
        }
        let correlation = if pairs > 0.0 { (pearson / left - counts) / pairs } else { 0.0 };
        Self { correlation: correlation.clamp(0.0, 1.0), freedom }
    }

    /// How many times as large as by chance the variance of a share over these days is.
    #[must_use]
    pub fn inflation(&self, days: &[DayCount]) -> f64 {
        let all = float(sum(days).1);
        let pairs: f64 = days.iter().map(|(_, of)| float(*of) * (float(*of) - 1.0).max(0.0)).sum();
        if all > 0.0 { 1.0 + self.correlation * pairs / all } else { 1.0 }
    }

    /// The two-sided p-value of a difference between the shares of two sets of days.
    #[must_use]
    pub fn p_value(&self, one: &[DayCount], other: &[DayCount]) -> Option<f64> {
        let (a, b) = (sum(one), sum(other));
        let pooled = share((a.0 + b.0, a.1 + b.1));
        let of_side = |all: u64, days: &[DayCount]| self.inflation(days) / float(all);
        let variance = pooled * (1.0 - pooled) * (of_side(a.1, one) + of_side(b.1, other));
        (a.1 > 0 && b.1 > 0 && variance > 0.0)
            .then(|| self.two_sided((share(a) - share(b)) / variance.sqrt()))
    }

    /// The same of a row beside the others of the same days, or of strata of them: a sum of the differences of strata, each
    /// weighted by what it says (N. Mantel and W. Haenszel, "Statistical aspects of the analysis of data from retrospective
    /// studies of disease", Journal of the National Cancer Institute 22, 1959, 719-748). Strata of a day vary together, as
    /// far as its conversations do.
    #[must_use]
    pub fn stratified(
        &self,
        one: &[DayCount],
        other: &[DayCount],
        day_of: &[usize],
    ) -> Option<f64> {
        let (mut difference, mut variance) = (0.0, 0.0);
        // By day, the sum over its strata of what they have in common.
        let mut common: BTreeMap<usize, f64> = BTreeMap::new();
        let strata = one.iter().zip(other).zip(day_of);
        for ((a, b), day) in strata.filter(|((a, b), _)| a.1 > 0 && b.1 > 0) {
            let (n, m) = (float(a.1), float(b.1));
            let (weight, pooled) = (n * m / (n + m), share((a.0 + b.0, a.1 + b.1)));
            difference += weight * (share(*a) - share(*b));
            let chance = pooled * (1.0 - pooled) * (n + m) / (n + m - 1.0);
            variance += weight * weight * chance * (1.0 - self.correlation) * (1.0 / n + 1.0 / m);
            *common.entry(*day).or_default() += weight * chance.sqrt();
        }
        // Of both sides.
        let common: f64 = common.values().map(|sum| sum.powi(2)).sum();
        variance += 2.0 * self.correlation * common;
        (variance > 0.0).then(|| self.two_sided(difference / variance.sqrt()))
    }

    fn two_sided(&self, statistic: f64) -> f64 {
        StudentsT::new(0.0, 1.0, self.freedom.max(1.0))
            .map_or(1.0, |student| 2.0 * student.sf(statistic.abs()))
    }
}

/// What the others would have come to had they been opened on the days of the row: the share of each day, weighted by the
/// row's conversations, of so many conversations as say as much.
#[must_use]
pub fn on_the_same_days(one: &[DayCount], other: &[DayCount]) -> DayCount {
    let days = || one.iter().zip(other).filter(|(a, b)| a.1 > 0 && b.1 > 0);
    let all: f64 = days().map(|(a, _)| float(a.1)).sum();
    let rate: f64 = days().map(|(a, b)| float(a.1) / all * share(*b)).sum();
    let spread: f64 = days().map(|(a, b)| (float(a.1) / all).powi(2) / float(b.1)).sum();
    if spread > 0.0 { (round(rate / spread), round(1.0 / spread)) } else { (0, 0) }
}

/// Strata of days as days.
fn by_day(strata: &[DayCount], day_of: &[usize]) -> Vec<DayCount> {
    let mut days: BTreeMap<usize, DayCount> = BTreeMap::new();
    for (count, day) in strata.iter().zip(day_of) {
        let all = days.entry(*day).or_default();
        *all = (all.0 + count.0, all.1 + count.1);
    }
    days.into_values().collect()
}

/// All days together.
pub(super) fn sum<'a>(days: impl IntoIterator<Item = &'a DayCount>) -> DayCount {
    days.into_iter().fold((0, 0), |sum, day| (sum.0 + day.0, sum.1 + day.1))
}

fn share((reached, all): DayCount) -> f64 {
    rates::share(reached, all)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
fn round(count: f64) -> u64 {
    count.round().max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Conversations of a day: each reaches the step with the day's own share.
    fn day(random: &mut fastrand::Rng, of: u64, share: f64) -> DayCount {
        ((0..of).filter(|_| random.f64() < share).count() as u64, of)
    }

    /// About normal.
    fn normal(random: &mut fastrand::Rng) -> f64 {
        (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
    }

    /// A share that differs by day: by its weekday, and by chance.
    fn share_of_day(random: &mut fastrand::Rng, number: usize, spread: f64) -> f64 {
        let weekend = if number % 7 >= 5 { 0.9 } else { 1.0 };
        (0.3 * weekend * (1.0 + spread * normal(random))).clamp(0.01, 0.99)
    }

    /// Two Pages of which one has more of the entry point whose people convert: within entry points they are alike, and
    /// one that truly converts better within them is still found.
    #[test]
    fn a_mix_of_entry_points_makes_no_difference_within_them() {
        const DRAWS: u32 = 200;
        let mut random = fastrand::Rng::with_seed(4);
        // Days of two strata each.
        let day_of: Vec<usize> = (0..28).map(|stratum| stratum / 2).collect();
        let (mut wrong, mut by_days, mut found) = (0, 0, 0);
        for _ in 0..DRAWS {
            let days: Vec<f64> = (0..14).map(|n| share_of_day(&mut random, n, 0.08)).collect();
            let mut page = |of: [u64; 2], better: f64| -> Vec<DayCount> {
                let one = |stratum: usize| {
                    let share = days[stratum / 2] * [1.6, 0.5][stratum % 2] * better;
                    day(&mut random, of[stratum % 2], share)
                };
                (0..28).map(one).collect()
            };
            let (one, other, better) =
                (page([60, 20], 1.0), page([20, 60], 1.0), page([60, 20], 1.3));
            let p = |one: &Vec<DayCount>, day_of: &[usize]| {
                let rows = [one.clone(), other.clone()];
                Dispersion::beside(&rows, day_of).unwrap().stratified(one, &other, day_of).unwrap()
            };
            wrong += u32::from(p(&one, &day_of) < 0.05);
            found += u32::from(p(&better, &day_of) < 0.05);
            let each: Vec<usize> = (0..14).collect();
            let [one, other] = [&one, &other].map(|strata| super::by_day(strata, &day_of));
            let known = Dispersion::beside(&[one.clone(), other.clone()], &each).unwrap();
            by_days += u32::from(known.stratified(&one, &other, &each).unwrap() < 0.05);
        }
        assert!(wrong <= DRAWS / 20 + 10, "{wrong} of {DRAWS}");
        assert!(found >= DRAWS * 8 / 10, "{found}");
        // Else this test could not fail.
        assert!(by_days > DRAWS * 9 / 10, "{by_days}");
    }

    #[test]
    fn days_that_differ_by_chance_alone_have_no_correlation_and_others_have_theirs() {
        let mut random = fastrand::Rng::with_seed(1);
        let alike: Vec<DayCount> = (0..200).map(|_| day(&mut random, 200, 0.3)).collect();
        assert!(Dispersion::within(&[alike]).unwrap().correlation < 0.001);
        // The share varies by a tenth of itself: 0.03 squared of 0.3 times 0.7.
        let differ: Vec<DayCount> = (0..400)
            .map(|_| {
                let share = 0.3 + 0.03 * normal(&mut random);
                day(&mut random, 200, share)
            })
            .collect();
        let found = Dispersion::within(&[differ]).unwrap().correlation;
        assert!((found - 0.0009 / 0.21).abs() < 0.0015, "{found}");
        assert_eq!(Dispersion::within(&[vec![(1, 2); 6]]), None);
        // Without a correlation it is the textbook's test: 15 of 100 against 30 of 100 has z = 2.5400.
        let known = Dispersion { correlation: 0.0, freedom: 1e6 };
        let p = known.p_value(&[(15, 100)], &[(30, 100)]).unwrap();
        assert!((p - 0.011_085).abs() < 1e-5, "{p}");
        assert_eq!(known.p_value(&[(0, 10)], &[(0, 20)]), None);
    }

    /// Two periods of traffic without a difference are told apart in at most 5 % of draws, and a true difference of a
    /// fifth at 2,000 conversations a side in at least 80 %. Short form of the table in BENCHMARKS.md.
    #[test]
    fn periods_are_told_apart_when_they_differ() {
        const DRAWS: u32 = 300;
        let mut random = fastrand::Rng::with_seed(2);
        for (length, spread, is_within_reach) in [
            (1, 0.08, false),
            (4, 0.08, false),
            (7, 0.0, true),
            (7, 0.05, true),
            (14, 0.08, true),
            (14, 0.15, false),
        ] {
            let (mut wrong, mut found) = (0, 0);
            for _ in 0..DRAWS {
                let of = 2_000 / length as u64;
                let start = random.usize(0..7);
                let mut days = |first: usize, count: usize, factor: f64| -> Vec<DayCount> {
                    let one = |number| {
                        let share = factor * share_of_day(&mut random, first + number, spread);
                        day(&mut random, of, share)
                    };
                    (0..count).map(one).collect()
                };
                let usual = days(start, 28, 1.0);
                let (before, now) = (days(start, length, 1.0), days(start + length, length, 1.0));
                let better = days(start + length, length, 1.2);
                let known = if length % 7 == 0 {
                    let weekdays: Vec<Vec<DayCount>> = (0..7)
                        .map(|weekday| usual.iter().skip(weekday).step_by(7).copied().collect())
                        .collect();
                    Dispersion::within(&weekdays).unwrap()
                } else {
                    Dispersion::within(&[usual]).unwrap()
                };
                wrong += u32::from(known.p_value(&now, &before).unwrap() < 0.05);
                found += u32::from(known.p_value(&better, &before).unwrap() < 0.05);
            }
            // 5 % and three standard errors of so many draws.
            assert!(wrong <= DRAWS / 20 + 12, "{length} days, {spread}: {wrong} of {DRAWS}");
            // Of shorter periods, or where days differ more, no test could.
            assert!(
                !is_within_reach || found >= DRAWS * 8 / 10,
                "{length} days, {spread}: {found}"
            );
        }
    }

    /// Rows of which each day has its own share, and whose shares differ by day in each its own way: none is told
    /// apart from the others, also if one is as new as a day.
    #[test]
    fn rows_are_told_apart_when_they_differ() {
        const DRAWS: u32 = 200;
        let mut random = fastrand::Rng::with_seed(3);
        let (mut wrong, mut rows_seen, mut found) = (0, 0, 0);
        for _ in 0..DRAWS {
            let shares: Vec<f64> = (0..28).map(|n| share_of_day(&mut random, n, 0.08)).collect();
            let rows: Vec<Vec<DayCount>> = (0..5)
                .map(|row| {
                    // The first is new, the last better; later days have had less time.
                    let one = |(number, share): (usize, &f64)| {
                        let age = float(28 - number as u64) / 28.0;
                        let of = if row == 0 && number < 24 { 0 } else { 15 + random.u64(0..20) };
                        let better = if row == 4 { 1.4 } else { 1.0 };
                        let own = 1.0 + 0.08 * normal(&mut random);
                        day(&mut random, of, (share * age.sqrt() * own * better).clamp(0.0, 0.99))
                    };
                    shares.iter().enumerate().map(one).collect()
                })
                .collect();
            let each: Vec<usize> = (0..28).collect();
            let known = Dispersion::beside(&rows[..4], &each).unwrap();
            let others = |without: usize| -> Vec<DayCount> {
                let of_day = |day: usize| {
                    sum((0..4).filter(|row| *row != without).map(|row| &rows[row][day]))
                };
                (0..28).map(of_day).collect()
            };
            for (row, days) in rows[..4].iter().enumerate() {
                rows_seen += 1;
                let told = known.stratified(days, &others(row), &each).unwrap();
                wrong += u32::from(told < 0.05);
            }
            found += u32::from(known.stratified(&rows[4], &others(4), &each).unwrap() < 0.05);
        }
        assert!(wrong <= rows_seen / 20 + 20, "{wrong} of {rows_seen}");
        assert!(found >= DRAWS * 8 / 10, "{found}");
    }
}
