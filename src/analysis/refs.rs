//! Refs that nobody registered, and entry points that have fallen silent.

/// The registered ref that an unknown one was probably meant to be: the nearest by edit distance
/// (Damerau 1964, restricted: adjacent letters may be exchanged), whatever the case, if no more than a
/// third of the letters differ. With the distance.
#[must_use]
pub fn nearest_ref<'a>(
    unknown: &str,
    registered: impl IntoIterator<Item = &'a str>,
) -> Option<(&'a str, usize)> {
    let asked = unknown.to_lowercase();
    let near = registered.into_iter().filter(|known| !known.is_empty() && *known != unknown);
    let near = near.map(|known| (known, strsim::osa_distance(&asked, &known.to_lowercase())));
    // Another case alone is a typo too: distance 0.
    let (known, distance) = near.min_by_key(|(known, distance)| (*distance, *known))?;
    let letters = unknown.chars().count().max(known.chars().count());
    (distance * 3 <= letters).then_some((known, distance))
}

/// How improbable a silence is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Silence {
    /// How often people entered through the entry point in a day while it was alive.
    pub usual_per_day: f64,
    /// Days without anybody.
    pub silent_days: f64,
    /// In how many hours of that time somebody would have come.
    pub expected: f64,
    /// Probability that nobody does, if people come by chance at the usual rate (Poisson).
    pub probability: f64,
}

/// Fewer hours in which somebody came say too little about a rate.
const LEAST_HOURS: u64 = 10;
/// A silence less probable than this is told.
const ALARMING: f64 = 0.001;
const DAY_MS: f64 = 86_400_000.0;

/// Whether an entry point that people entered through `touchpoints` times in so many different `hours` between `first` and
/// `last` (UTC milliseconds) is silent `now` against its own rate; `None` if that may be chance, or if it is too little
/// known. Who comes at once counts once an hour: many of a moment, as an import or a test makes them, are no rate.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "times and counts are below 2^52")]
pub fn silence(touchpoints: u64, hours: u64, first: i64, last: i64, now: i64) -> Option<Silence> {
    if hours < LEAST_HOURS || last <= first || now <= last {
        return None;
    }
    let days = (last - first) as f64 / DAY_MS;
    // Between n visits lie n - 1 waits.
    let usual_per_day = touchpoints.saturating_sub(1) as f64 / days;
    let silent_days = (now - last) as f64 / DAY_MS;
    let expected = (hours - 1) as f64 / days * silent_days;
    let probability = (-expected).exp();
    let silence = Silence { usual_per_day, silent_days, expected, probability };
    (probability < ALARMING).then_some(silence)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn typos_find_their_ref_and_strangers_find_none() {
        let known = ["summer_sale", "winter", "door"];
        assert_eq!(nearest_ref("sumer_sale", known), Some(("summer_sale", 1)));
        assert_eq!(nearest_ref("Summer_Sale", known), Some(("summer_sale", 0)));
        assert_eq!(nearest_ref("wniter", known), Some(("winter", 1)));
        assert_eq!(nearest_ref("black_friday", known), None);
        assert_eq!(nearest_ref("x", known), None);
        assert_eq!(nearest_ref("winter", ["winter"]), None);
    }

    #[test]
    fn silence_is_told_against_the_doors_own_rate() {
        // 101 visits in 100 hours: one an hour. Seven hours without one: e^-7 is 0.0009.
        let told = silence(101, 101, 0, 100 * HOUR, 107 * HOUR).unwrap();
        assert!((told.usual_per_day - 24.0).abs() < 1e-9 && (told.expected - 7.0).abs() < 1e-9);
        assert!((told.probability - 0.000_911_882).abs() < 1e-9);
        assert_eq!(silence(101, 101, 0, 100 * HOUR, 106 * HOUR), None);
        assert_eq!(silence(9, 9, 0, HOUR, 1000 * HOUR), None);
        assert_eq!(silence(20, 20, HOUR, HOUR, 1000 * HOUR), None);
    }

    #[test]
    fn many_of_a_moment_are_no_rate() {
        // 500 within 5 ms, and one more ten days later.
        assert_eq!(silence(500, 1, 0, 5, 1000 * HOUR), None);
        assert_eq!(silence(501, 2, 0, 240 * HOUR, 1000 * HOUR), None);
        // Ten hours of ten: one would have had somebody for each that is silent.
        let told = silence(500, 10, 0, 9 * HOUR, 19 * HOUR).unwrap();
        assert!((told.expected - 10.0).abs() < 1e-9, "{told:?}");
        assert_eq!(silence(500, 10, 0, 9 * HOUR, 15 * HOUR), None);
    }
}
