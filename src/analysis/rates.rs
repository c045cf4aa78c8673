//! How sure a share is.

use serde::Serialize;

/// The normal distribution's 97.5th percentile: 95 % intervals.
const Z: f64 = 1.959_963_984_540_054;

/// A share of a whole, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
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
    let (n, rate) = (whole as f64, part as f64 / whole as f64);
    let spread = Z * Z / n;
    let middle = (rate + spread / 2.0) / (1.0 + spread);
    let reach = Z * ((rate * (1.0 - rate) + spread / 4.0) / n).sqrt() / (1.0 + spread);
    Some(Rate { rate, low: (middle - reach).max(0.0), high: (middle + reach).min(1.0) })
}

#[cfg(test)]
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
}
