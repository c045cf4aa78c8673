//! What purchases are worth by the age of their conversation: the mean cumulative function of an event that may recur (W.
//! Nelson, "Graphical analysis of system repair data", Journal of Quality Technology 20, 1988, 24-35).

use std::collections::{BTreeMap, HashMap};

use polars_core::frame::DataFrame;
use polars_core::prelude::PolarsResult;

use crate::analysis::columns::text;
use crate::domain::FUNNEL_WINDOW_MS;

pub(super) const HOUR_MS: i64 = 3_600_000;
/// Fewer purchases tell nothing of what purchases are worth by age.
const LEAST_PURCHASES: u64 = 20;

/// What purchases of a conversation are worth by its age, on average.
pub(super) struct ValueCurve {
    /// Age, mean value until then, and its variance; in the order of ages.
    points: Vec<(i64, f64, f64)>,
    purchases: u64,
    /// Variance of a sum of purchases over its mean.
    pub size: f64,
}

impl ValueCurve {
    /// By currency, of conversations of which is known how long each was seen, and how many of them purchased (`sold`).
    pub(super) fn of(
        values: &DataFrame,
        mut seen: Vec<(i64, u64)>,
        sold: u64,
    ) -> PolarsResult<HashMap<String, Self>> {
        seen.sort_unstable_by_key(|(age, _)| std::cmp::Reverse(*age));
        let mut all: BTreeMap<(String, i64), (u64, f64, f64)> = BTreeMap::new();
        let (currencies, ages) = (values.column("currency")?.str()?, values.column("age")?.i64()?);
        let (sums, squares) = (values.column("value")?.f64()?, values.column("squares")?.f64()?);
        let counts = values.column("purchases")?.u64()?;
        for at in 0..values.height() {
            let age = ages.get(at).unwrap_or(0);
            let one = all.entry((text(currencies, at).to_owned(), age)).or_default();
            one.0 += counts.get(at).unwrap_or(0);
            one.1 += sums.get(at).unwrap_or(0.0);
            one.2 += squares.get(at).unwrap_or(0.0);
        }
        let mut at_risk: Vec<(i64, f64)> = Vec::with_capacity(seen.len());
        let mut sum = 0.0;
        for (age, count) in seen {
            sum += float(count);
            at_risk.push((age, sum));
        }
        let mut curves: HashMap<String, Self> = HashMap::new();
        let mut sizes: HashMap<String, (f64, f64)> = HashMap::new();
        for ((currency, age), (count, value, squared)) in all {
            // In the middle of the hour; those who are seen for that long are at risk.
            let age = (age + HOUR_MS / 2).min(FUNNEL_WINDOW_MS);
            let place = at_risk.partition_point(|(seen, _)| *seen >= age);
            let Some((_, risk)) = place.checked_sub(1).map(|place| at_risk[place]) else {
                continue;
            };
            let empty = || Self { points: Vec::new(), purchases: 0, size: 1.0 };
            let size = sizes.entry(currency.clone()).or_default();
            *size = (size.0 + value, size.1 + squared);
            let curve = curves.entry(currency).or_insert_with(empty);
            let (_, mean, variance) = curve.points.last().copied().unwrap_or_default();
            curve.points.push((age, mean + value / risk, variance + squared / risk.powi(2)));
            curve.purchases += count;
            curve.size = if size.0 > 0.0 { size.1 / size.0 } else { 1.0 };
        }
        // Who purchases may do so again. With m purchases each, geometrically distributed, their sum varies 2 m - 1 times as
        // much as purchases by themselves.
        let purchases: u64 = curves.values().map(|curve| curve.purchases).sum();
        let each = if sold > 0 { float(purchases) / float(sold) } else { 1.0 };
        for curve in curves.values_mut() {
            curve.size *= (2.0 * each - 1.0).max(1.0);
        }
        Ok(curves)
    }

    /// Whether there are purchases enough to know it.
    pub(super) fn is_known(&self) -> bool {
        self.purchases >= LEAST_PURCHASES
    }

    /// The mean value until an age, and its variance.
    pub(super) fn at(&self, age: i64) -> (f64, f64) {
        let behind = self.points.partition_point(|point| point.0 <= age);
        let point = behind.checked_sub(1).map(|place| self.points[place]).unwrap_or_default();
        (point.1, point.2)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}
