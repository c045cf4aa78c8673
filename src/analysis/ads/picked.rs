//! Whether the cheapest and the dearest of many ads differ: they are picked because they lie far apart, and of many
//! that are alike two always do.

use std::collections::BTreeMap;

use statrs::function::beta::checked_beta_reg;

use super::AdsRow;

/// A verdict is wrong at most this often.
const SURE: f64 = 0.05;

/// What entered through an ad, and what was paid for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paid {
    /// Conversations that came to a step.
    pub came: u64,
    /// Amount.
    pub spend: f64,
}

/// Whether so many more entered through the cheaper of two ads, for what was paid, that picking them out of `compared` ads does
/// not explain it. Were a person as probable by either for the same money, the cheaper one's part of both counts would
/// be binomial with its part of the money; counts vary `spread` times as much as by chance, and each pair of ads could
/// have been picked (Bonferroni).
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn surely_differ(cheap: Paid, dear: Paid, compared: usize, spread: f64) -> bool {
    let (came, rest) = (cheap.came as f64 / spread, dear.came as f64 / spread);
    let part = cheap.spend / (cheap.spend + dear.spend);
    if came <= 0.0 || !(part > 0.0 && part < 1.0) {
        return false;
    }
    // So many or more by the cheaper one.
    let Some(chance) = checked_beta_reg(came, rest + 1.0, part).ok() else { return false };
    let pairs = compared as f64 * (compared as f64 - 1.0) / 2.0;
    2.0 * chance * pairs < SURE
}

/// How many times as much as by chance the conversations of ads vary by day, beside what all ads share on a day and what
/// an ad has on all days: Pearson's statistic over its degrees of freedom, at least 1.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn daily_spread(rows: &[&AdsRow]) -> f64 {
    let mut days: BTreeMap<i64, u64> = BTreeMap::new();
    for (day, count) in rows.iter().flat_map(|row| &row.opened_by_day) {
        *days.entry(*day).or_default() += count;
    }
    let all: u64 = days.values().sum();
    let (mut pearson, mut ads) = (0.0, 0_usize);
    for row in rows {
        let own: u64 = row.opened_by_day.values().sum();
        if own == 0 {
            continue;
        }
        ads += 1;
        for (day, of_day) in &days {
            let expected = own as f64 * *of_day as f64 / all as f64;
            let found = row.opened_by_day.get(day).copied().unwrap_or(0) as f64;
            pearson += (found - expected).powi(2) / expected;
        }
    }
    let freedom = ads.saturating_sub(1) as f64 * days.len().saturating_sub(1) as f64;
    if freedom > 0.0 { (pearson / freedom).max(1.0) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paid(came: u64, spend: f64) -> Paid {
        Paid { came, spend }
    }

    #[test]
    fn what_is_picked_must_differ_by_more_than_picking_explains() {
        // 30 against 12 for the same money: p = 0.008 of two ads, and nothing of ten.
        assert!(surely_differ(paid(30, 100.0), paid(12, 100.0), 2, 1.0));
        assert!(!surely_differ(paid(30, 100.0), paid(12, 100.0), 10, 1.0));
        assert!(!surely_differ(paid(30, 100.0), paid(12, 100.0), 2, 2.0));
        // Nobody entered through the dear one, for much money and for little.
        assert!(surely_differ(paid(30, 100.0), paid(0, 100.0), 10, 1.0));
        assert!(!surely_differ(paid(30, 100.0), paid(0, 5.0), 10, 1.0));
        assert!(!surely_differ(paid(0, 100.0), paid(0, 100.0), 2, 1.0));
    }

    /// Ads that are alike in every way: the two that lie furthest apart are called different in at most one of twenty
    /// draws.
    #[test]
    fn of_ads_that_are_alike_none_are_told_apart() {
        let mut random = fastrand::Rng::with_seed(5);
        let mut wrong = 0;
        for _ in 0..400 {
            let mut draw = || paid((0..400).filter(|_| random.f64() < 0.05).count() as u64, 100.0);
            let ads: Vec<Paid> = (0..12).map(|_| draw()).collect();
            let cheap = ads.iter().max_by_key(|ad| ad.came).unwrap();
            let dear = ads.iter().min_by_key(|ad| ad.came).unwrap();
            wrong += u32::from(surely_differ(*cheap, *dear, ads.len(), 1.0));
        }
        assert!(wrong <= 28, "{wrong} of 400");
    }
}
