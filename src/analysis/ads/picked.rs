//! Whether the cheapest and the dearest of many ads differ: they are picked because they lie far apart, and of many
//! that are alike two always do.

use std::collections::BTreeMap;

use statrs::function::beta::checked_beta_reg;

use super::{AdsRow, StageCost};
use crate::analysis::rates::adjusted;

/// A verdict is wrong at most this often.
const SURE: f64 = 0.05;
/// Of fewer rows none is held against the others.
const LEAST_ROWS: usize = 3;

/// What entered through an ad, and what was paid for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paid {
    /// Conversations that came to a step.
    pub came: u64,
    /// Amount: that of the part for which there was time.
    pub spend: f64,
}

impl Paid {
    /// Of a step of a row; `None` if it is unknown what was paid for the part for which there was time.
    #[must_use]
    pub fn of(step: &StageCost) -> Option<Self> {
        Some(Self { came: step.paid_count, spend: step.paid_at_same_age? })
    }
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

/// Rows whose conversations surely cost less than those of all other rows together (`true`), or more, up to a step and at
/// the same age; by id and currency. Corrected for the rows of a currency (Benjamini and Hochberg); of fewer than
/// three nothing is said.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn beside_others(rows: &[AdsRow], step: &str) -> BTreeMap<(String, String), bool> {
    let mut by_currency: BTreeMap<&str, Vec<(&AdsRow, Paid)>> = BTreeMap::new();
    for row in rows {
        let paid = row.steps.iter().find(|one| one.name == step).and_then(Paid::of);
        if let (Some(currency), Some(paid)) = (&row.currency, paid.filter(|paid| paid.spend > 0.0))
        {
            by_currency.entry(currency).or_default().push((row, paid));
        }
    }
    let mut found = BTreeMap::new();
    for (currency, rows) in by_currency.into_iter().filter(|(_, rows)| rows.len() >= LEAST_ROWS) {
        let spread = daily_spread(&rows.iter().map(|(row, _)| *row).collect::<Vec<_>>());
        let came: f64 = rows.iter().map(|(_, paid)| paid.came as f64).sum();
        let spend: f64 = rows.iter().map(|(_, paid)| paid.spend).sum();
        let chance = |(_, paid): &(&AdsRow, Paid)| {
            let (own, part) = (paid.came as f64 / spread, paid.spend / spend);
            let rest = came / spread - own;
            // So many or more, and so many or fewer.
            let more = if own > 0.0 { checked_beta_reg(own, rest + 1.0, part).ok()? } else { 1.0 };
            let fewer =
                if rest > 0.0 { 1.0 - checked_beta_reg(own + 1.0, rest, part).ok()? } else { 1.0 };
            Some((2.0 * more.min(fewer)).min(1.0))
        };
        let p_values: Vec<Option<f64>> = rows.iter().map(chance).collect();
        for ((row, paid), p) in rows.iter().zip(adjusted(&p_values)) {
            if p.is_some_and(|p| p < SURE) {
                let is_cheap = paid.came as f64 * spend > paid.spend * came;
                found.insert((row.id.clone(), currency.to_owned()), is_cheap);
            }
        }
    }
    found
}

/// How many times as much as by chance the conversations of ads vary by day, beside what all ads share on a day and what
/// one brings for its money on all days: Pearson's statistic over its degrees of freedom, at least 1. Looked at are days on
/// which an ad cost something: on others it was not shown.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn daily_spread(rows: &[&AdsRow]) -> f64 {
    // Of each row: what it cost on a day, and what that brought.
    let cells = |row: &AdsRow| -> Vec<(i64, f64, f64)> {
        let paid = row.spend_by_day.iter().filter(|(_, spend)| **spend > 0.0);
        let came = |day: &i64| row.opened_by_day.get(day).copied().unwrap_or(0) as f64;
        paid.map(|(day, spend)| (*day, *spend, came(day))).collect()
    };
    let mut all: Vec<(i64, f64, f64)> = Vec::new();
    let mut ads = 0_usize;
    for cells in rows.iter().map(|row| cells(row)) {
        let (spend, came) =
            cells.iter().fold((0.0, 0.0), |sum, cell| (sum.0 + cell.1, sum.1 + cell.2));
        if came > 0.0 {
            ads += 1;
            all.extend(cells.iter().map(|(day, paid, found)| (*day, paid / spend * came, *found)));
        }
    }
    let mut days: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for (day, usual, found) in &all {
        let of_day = days.entry(*day).or_default();
        *of_day = (of_day.0 + usual, of_day.1 + found);
    }
    let mut pearson = 0.0;
    for (day, usual, found) in &all {
        let expected = days.get(day).map_or(0.0, |(all, came)| usual * came / all);
        if expected > 0.0 {
            pearson += (found - expected).powi(2) / expected;
        }
    }
    let freedom = all.len() as f64 - ads as f64 - days.len().saturating_sub(1) as f64;
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
