//! How sure a share is, and whether two differ.

use serde::Serialize;
use statrs::function::beta::ln_beta;
use utoipa::ToSchema;

/// The normal distribution's 97.5th percentile: 95 % intervals.
const Z: f64 = 1.959_963_984_540_054;

/// A share of a whole, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Rate {
    /// Part of whole, 0 to 1.
    pub rate: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// The share and its Wilson score interval (Wilson, "Probable inference, the law of succession, and
/// statistical inference", Journal of the American Statistical Association 22, 1927, 209-212). `None`
/// of nothing.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn wilson(part: u64, whole: u64) -> Option<Rate> {
    if whole == 0 {
        return None;
    }
    Some(interval(part as f64 / whole as f64, whole as f64))
}

/// The same interval of a share that is known by so many independent throws.
pub(super) fn interval(rate: f64, n: f64) -> Rate {
    let spread = Z * Z / n;
    let middle = (rate + spread / 2.0) / (1.0 + spread);
    let reach = Z * ((rate * (1.0 - rate) + spread / 4.0) / n).sqrt() / (1.0 + spread);
    Rate { rate, low: (middle - reach).max(0.0), high: (middle + reach).min(1.0) }
}

/// The probability that the share behind `one` (part, whole) is larger than that behind `other`, if
/// before the data every share was equally probable: both are then Beta distributed, and the sum is
/// exact (Miller, "Formulas for Bayesian A/B testing", 2015, equation 6).
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn probability_better(one: (u64, u64), other: (u64, u64)) -> f64 {
    // The sum has as many terms as `one` has successes: the other side is 1 minus the opposite.
    if one.0 > other.0 {
        return 1.0 - probability_better(other, one);
    }
    let successes = one.0 + 1;
    let beta = (one.1 - one.0 + 1) as f64;
    let (other_alpha, other_beta) = ((other.0 + 1) as f64, (other.1 - other.0 + 1) as f64);
    let base = ln_beta(other_alpha, other_beta);
    let term = |i: u64| {
        let i = i as f64;
        let log =
            ln_beta(other_alpha + i, beta + other_beta) - (beta + i).ln() - ln_beta(1.0 + i, beta);
        (log - base).exp()
    };
    (0..successes).map(term).sum::<f64>().clamp(0.0, 1.0)
}

/// How many times as large the share of `one` is as that of `other`, with its 95 % interval on the
/// logarithm; each is a share and the independent throws by which it is known (Katz et al., "Obtaining confidence intervals for the risk ratio in cohort studies",
/// Biometrics 34, 1978). `None` if either has no success.
#[must_use]
pub(super) fn lift(one: (f64, f64), other: (f64, f64)) -> Option<Rate> {
    let ((p, n), (q, m)) = (one, other);
    if p <= 0.0 || q <= 0.0 {
        return None;
    }
    let rate = p / q;
    let reach = Z * ((1.0 - p) / (n * p) + (1.0 - q) / (m * q)).max(0.0).sqrt();
    Some(Rate { rate, low: rate * (-reach).exp(), high: rate * reach.exp() })
}

/// p-values of many comparisons, adjusted so that of those below a bound no larger part is expected to
/// be chance than that bound (Benjamini and Hochberg, "Controlling the false discovery rate", Journal
/// of the Royal Statistical Society B 57, 1995). In the order of the given ones.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "comparisons are few")]
pub(super) fn adjusted(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<usize> = (0..p_values.len()).filter(|at| p_values[*at].is_some()).collect();
    order.sort_by(|a, b| {
        let p = |at: &usize| p_values[*at].unwrap_or(1.0);
        p(b).total_cmp(&p(a))
    });
    let all = order.len() as f64;
    let mut adjusted = vec![None; p_values.len()];
    let mut least = 1.0_f64;
    for (larger, at) in order.into_iter().enumerate() {
        let rank = all - larger as f64;
        least = least.min(p_values[at].unwrap_or(1.0) * all / rank);
        adjusted[at] = Some(least);
    }
    adjusted
}

/// A part of a whole; of nothing, nothing.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
#[must_use]
pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
mod tests {
    use super::*;

    /// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17
    /// (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20 and 1 of 29.
    #[test]
    fn intervals_are_those_of_the_literature() {
        for (part, whole, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let found = wilson(part, whole).unwrap();
            assert!((found.low - low).abs() < 5e-5, "{part} of {whole}: {found:?}");
            assert!((found.high - high).abs() < 5e-5, "{part} of {whole}: {found:?}");
        }
        assert_eq!(wilson(0, 0), None);
    }

    /// Against an integral over a fine grid.
    #[test]
    fn the_probability_to_be_better_is_that_of_the_integral() {
        fn slowly(one: (u64, u64), other: (u64, u64)) -> f64 {
            const CELLS: usize = 20_000;
            let density = |(part, whole): (u64, u64), share: f64| {
                (part as f64 * share.ln() + (whole - part) as f64 * (1.0 - share).ln()).exp()
            };
            let share = |cell: usize| (cell as f64 + 0.5) / CELLS as f64;
            let (mut below, mut sum, mut all_one, mut all_other) = (0.0, 0.0, 0.0, 0.0);
            for cell in 0..CELLS {
                let (a, b) = (density(one, share(cell)), density(other, share(cell)));
                sum += a * (below + b / 2.0);
                below += b;
                all_one += a;
                all_other += b;
            }
            sum / all_one / all_other
        }
        for (one, other) in
            [((3, 10), (5, 12)), ((0, 4), (0, 9)), ((40, 50), (30, 50)), ((7, 7), (1, 30))]
        {
            let (found, expected) = (probability_better(one, other), slowly(one, other));
            assert!((found - expected).abs() < 1e-4, "{one:?} {other:?}: {found} {expected}");
            let opposite = probability_better(other, one);
            assert!((found + opposite - 1.0).abs() < 1e-9, "{found} {opposite}");
        }
    }

    /// The fifteen p-values of Benjamini and Hochberg's own example (section 4): four stay below 0.05.
    #[test]
    fn many_comparisons_are_corrected() {
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0,
        ];
        let found = adjusted(&p.map(Some));
        let below = found.iter().flatten().filter(|q| **q <= 0.05).count();
        assert_eq!(below, 4);
        assert!((found[3].unwrap() - 0.0095 * 15.0 / 4.0).abs() < 1e-12);
        assert_eq!(adjusted(&[None, Some(0.5)]), [None, Some(0.5)]);
    }

    #[test]
    fn a_lift_has_katz_interval() {
        let found = lift((0.2, 100.0), (0.1, 100.0)).unwrap();
        assert!((found.rate - 2.0).abs() < 1e-12);
        assert!(
            (found.low - 0.9866).abs() < 1e-3 && (found.high - 4.0544).abs() < 2e-3,
            "{found:?}"
        );
        assert_eq!(lift((0.0, 10.0), (0.1, 10.0)), None);
    }
}
