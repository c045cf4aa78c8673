//! Refs that nobody registered, and entry points that have fallen silent.

use super::rhythm::Rhythm;

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
    /// Probability that nobody does, if people come by chance at the usual rate, which differs from day to day.
    pub probability: f64,
}

/// Fewer hours in which somebody came say too little about a rate.
const LEAST_HOURS: u64 = 10;
/// Of one look at all entry points, less probable than this together is told.
const ALARMING: f64 = 0.01;
/// And of each entry point alone.
const ALARMING_ALONE: f64 = 0.001;
/// Variance of the rate of days beside its square: an ad's budget and its place differ from day to day.
const DAYS_DIFFER: f64 = 0.1;
const DAY_MS: f64 = 86_400_000.0;

/// Whether an entry point that people entered through `touchpoints` times in so many different `hours` between `first` and
/// `last` (UTC milliseconds) is silent `now` against its own rate, by the rhythm of the week; `None` if that may be chance
/// among `watched` entry points, or if it is too little known. Who comes at once counts once an hour: many of a moment, as
/// an import or a test makes them, are no rate. Visits are taken as Poisson with a gamma-distributed rate: nobody comes
/// with the probability (1 + v m) to the power of -1 / v, with m for the visits to be expected and v for how much days
/// differ.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "times and counts are below 2^52")]
pub fn silence(
    (touchpoints, hours): (u64, u64),
    (first, last, now): (i64, i64, i64),
    rhythm: &Rhythm,
    watched: usize,
) -> Option<Silence> {
    if hours < LEAST_HOURS || last <= first || now <= last {
        return None;
    }
    let days = (last - first) as f64 / DAY_MS;
    // Between n visits lie n - 1 waits.
    let usual_per_day = touchpoints.saturating_sub(1) as f64 / days;
    let silent_days = (now - last) as f64 / DAY_MS;
    let expected = (hours - 1) as f64 * rhythm.between(last, now) / rhythm.between(first, last);
    let probability = (1.0 + DAYS_DIFFER * expected).powf(-1.0 / DAYS_DIFFER);
    let silence = Silence { usual_per_day, silent_days, expected, probability };
    let alarming = ALARMING_ALONE.min(ALARMING / watched.max(1) as f64);
    (probability < alarming).then_some(silence)
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

    fn told((touchpoints, hours): (u64, u64), times: (i64, i64, i64)) -> Option<Silence> {
        silence((touchpoints, hours), times, &Rhythm::of(&[]), 1)
    }

    #[test]
    fn silence_is_told_against_the_doors_own_rate() {
        // 101 visits in 100 hours: one an hour. Ten hours without one: 2 to the power of -10.
        let found = told((101, 101), (0, 100 * HOUR, 110 * HOUR)).unwrap();
        assert!((found.usual_per_day - 24.0).abs() < 1e-9 && (found.expected - 10.0).abs() < 1e-9);
        assert!((found.probability - 0.5_f64.powi(10)).abs() < 1e-9);
        assert_eq!(told((101, 101), (0, 100 * HOUR, 109 * HOUR)), None);
        assert_eq!(told((9, 9), (0, HOUR, 1000 * HOUR)), None);
        assert_eq!(told((20, 20), (HOUR, HOUR, 1000 * HOUR)), None);
        // Of a hundred one may be silent for so long.
        let rhythm = Rhythm::of(&[]);
        assert_eq!(silence((101, 101), (0, 100 * HOUR, 110 * HOUR), &rhythm, 100), None);
        assert!(silence((101, 101), (0, 100 * HOUR, 120 * HOUR), &rhythm, 100).is_some());
    }

    #[test]
    fn a_night_is_no_silence() {
        // Two an hour from 8 to 24 o'clock, nobody at night, over four weeks.
        let hours: Vec<(i64, u64)> =
            (0..28 * 24).map(|hour| (hour * HOUR, if hour % 24 < 8 { 0 } else { 20 })).collect();
        let rhythm = Rhythm::of(&hours);
        let last = 28 * 24 * HOUR - HOUR / 2;
        let (visits, times) = ((900, 448), (8 * HOUR, last));
        let at = |now: i64| silence(visits, (times.0, times.1, now), &rhythm, 1);
        assert_eq!(at(last + 9 * HOUR), None);
        assert!(at(last + 24 * HOUR).is_some());
        // By a rate that knows no night it would be told.
        assert!(told(visits, (times.0, last, last + 16 * HOUR)).is_some());
    }

    #[test]
    fn many_of_a_moment_are_no_rate() {
        // 500 within 5 ms, and one more ten days later.
        assert_eq!(told((500, 1), (0, 5, 1000 * HOUR)), None);
        assert_eq!(told((501, 2), (0, 240 * HOUR, 1000 * HOUR)), None);
        // Ten hours of ten: one would have had somebody for each that is silent.
        let found = told((500, 10), (0, 9 * HOUR, 19 * HOUR)).unwrap();
        assert!((found.expected - 10.0).abs() < 1e-9, "{found:?}");
        assert_eq!(told((500, 10), (0, 9 * HOUR, 15 * HOUR)), None);
    }
}
