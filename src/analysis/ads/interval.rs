//! How sure a cost or a return is: what was paid is known, how many came is chance.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Gamma};
use utoipa::ToSchema;

/// A ratio with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Estimate {
    /// The ratio; `None` if nothing stands below it.
    pub value: Option<f64>,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end; `None`: open.
    pub high: Option<f64>,
}

/// A sum of values that came by chance, each with its value: count them with the value 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Drawn {
    /// Their sum.
    pub sum: f64,
    /// The sum of their squares.
    pub squares: f64,
    /// The largest.
    pub largest: f64,
}

impl Drawn {
    /// So many, each counted as 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub fn count(number: u64) -> Self {
        let sum = number as f64;
        Self { sum, squares: sum, largest: 1.0 }
    }

    /// Both together.
    pub fn add(&mut self, other: &Self) {
        self.sum += other.sum;
        self.squares += other.squares;
        self.largest = self.largest.max(other.largest);
    }

    /// The 95 % interval of what was to be expected, if each came by itself: a gamma interval for a
    /// weighted sum of Poisson counts (Fay and Feuer, "Confidence intervals for directly standardized
    /// rates", Statistics in Medicine 16, 1997, 791-801). With one weight it is the exact interval of
    /// a count (Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28, 1936).
    /// The upper end is `None` where nothing came that had a value.
    #[must_use]
    pub fn interval(&self) -> (f64, Option<f64>) {
        let Self { sum, squares, largest } = *self;
        let low = if sum > 0.0 { quantile(sum * sum / squares, sum / squares, 0.025) } else { 0.0 };
        if largest <= 0.0 {
            return (low, None);
        }
        let (above, spread) = (sum + largest, squares + largest * largest);
        (low, Some(quantile(above * above / spread, above / spread, 0.975)))
    }

    /// What each cost, if all of them cost `paid`.
    #[must_use]
    pub fn cost(&self, paid: f64) -> Estimate {
        let (low, high) = self.interval();
        // The fewer there are, the dearer each.
        Estimate {
            value: (self.sum > 0.0).then(|| paid / self.sum),
            low: high.map_or(0.0, |high| paid / high),
            high: (low > 0.0).then(|| paid / low),
        }
    }

    /// What came back of each unit of what was `paid`; `None` if nothing was.
    #[must_use]
    pub fn return_on(&self, paid: f64) -> Option<Estimate> {
        let (low, high) = self.interval();
        (paid > 0.0).then(|| Estimate {
            value: Some(self.sum / paid),
            low: low / paid,
            high: high.map(|high| high / paid),
        })
    }
}

/// What 95 % of amounts with a mean and a variance lie between, as those of a gamma distribution.
pub(super) fn gamma(mean: f64, variance: f64) -> [f64; 2] {
    if mean <= 0.0 || variance <= 0.0 {
        return [mean.max(0.0); 2];
    }
    [0.025, 0.975].map(|below| quantile(mean * mean / variance, mean / variance, below))
}

/// Of a gamma distribution.
fn quantile(shape: f64, rate: f64, below: f64) -> f64 {
    Gamma::new(shape, rate).map_or(f64::NAN, |gamma| gamma.inverse_cdf(below))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 5e-3 * expected.max(0.2), "{found} is not {expected}");
    }

    /// Garwood's limits as tables of the Poisson distribution have them: 0, 1, 5, 10 and 100.
    #[test]
    fn counts_have_the_exact_interval() {
        for (count, low, high) in [
            (0, 0.0, 3.689),
            (1, 0.0253, 5.572),
            (5, 1.623, 11.668),
            (10, 4.795, 18.390),
            (100, 81.36, 121.63),
        ] {
            let (found_low, found_high) = Drawn::count(count).interval();
            near(found_low, low);
            near(found_high.unwrap(), high);
        }
    }

    #[test]
    fn four_hundred_dollars_and_4240_leads_are_ten_cents_a_lead() {
        let cost = Drawn::count(4240).cost(400.0);
        assert_eq!(format!("{:.3}", cost.value.unwrap()), "0.094");
        assert!(cost.low < 0.0944 && cost.high.unwrap() > 0.0943, "{cost:?}");
        let none = Drawn::count(0).cost(100.0);
        assert_eq!((none.value, none.high), (None, None));
        near(none.low, 100.0 / 3.689);
    }

    #[test]
    fn values_of_one_size_are_a_scaled_count_and_unequal_ones_are_less_sure() {
        let equal = Drawn { sum: 50.0, squares: 500.0, largest: 10.0 };
        let (low, high) = equal.interval();
        near(low, 16.23);
        near(high.unwrap(), 116.68);
        let unequal = Drawn { sum: 50.0, squares: 46.0 * 46.0 + 4.0, largest: 46.0 };
        let wider = unequal.interval();
        assert!(wider.0 < low && wider.1 > high);
        assert_eq!(Drawn::default().interval(), (0.0, None));
        let back = equal.return_on(25.0).unwrap();
        assert_eq!(back.value, Some(2.0));
        assert!(back.low > 0.6 && back.high.unwrap() < 4.7);
        assert_eq!(equal.return_on(0.0), None);
    }
}
