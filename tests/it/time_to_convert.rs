//! What is still to come of young conversations: the curve against textbooks and a slow definition of its own, and how
//! often its intervals hold what comes.

use messenger_funnel::analysis::{AgedCount, ConversionCurve, DayCount, DaySpread, Outlook};
use proptest::prelude::*;

const DAY: i64 = 86_400_000;
const WINDOW: i64 = 28 * DAY;
const ALIKE: DaySpread = DaySpread { variance: 0.0, days: 56.0 };

/// Somebody: the age at which they converted, or until which they have been seen without it.
type Seen = (i64, bool);

fn curve(people: &[Seen], window: i64) -> ConversionCurve {
    let converted: Vec<(i64, u64)> =
        people.iter().filter(|(_, is_so)| *is_so).map(|(age, _)| (*age, 1)).collect();
    let count = |(age, is_so): &Seen| AgedCount { age: *age, of: 1, reached: u64::from(*is_so) };
    let seen: Vec<AgedCount> = people.iter().map(count).collect();
    ConversionCurve::new(&converted, &seen, window)
}

/// Weeks of remission with 6-mercaptopurine, 21 patients (E. J. Freireich and others, "The effect of 6-mercaptopurine on
/// the duration of steroid-induced remissions in acute leukemia", Blood 21, 1963, 699-716), with the estimates and
/// standard errors as survival textbooks print them.
#[test]
fn the_curve_is_that_of_the_textbook() {
    let ends = [6, 6, 6, 7, 10, 13, 16, 22, 23].map(|week| (week, true));
    let seen = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35].map(|week| (week, false));
    let curve = curve(&[&ends[..], &seen[..]].concat(), 35);
    for (week, open, error) in [
        (5, 1.0, 0.0),
        (6, 0.8571, 0.0764),
        (7, 0.8067, 0.0869),
        (10, 0.7529, 0.0963),
        (13, 0.6902, 0.1068),
        (16, 0.6275, 0.1141),
        (22, 0.5378, 0.1282),
        (23, 0.4482, 0.1346),
        (35, 0.4482, 0.1346),
    ] {
        let (found, its_error) = (1.0 - curve.share(week), curve.standard_error(week));
        assert!((found - open).abs() < 5e-5, "week {week}: {found}");
        assert!((its_error - error).abs() < 5e-5, "week {week}: {its_error}");
    }
    // Nine ends are no curve to expect anything by.
    let young = AgedCount { age: 3, of: 10, reached: 1 };
    assert_eq!(curve.outlook(&[vec![young]], ALIKE), Outlook::default());
}

/// The same estimate by another definition (B. Efron, "The two sample problem with censored data", Fifth Berkeley
/// Symposium 4, 1967, 831-853): each has the same mass, and whoever is seen no longer leaves theirs to all who are.
fn redistributed(people: &[Seen], age: i64) -> f64 {
    let mut people = people.to_vec();
    // At one age those who convert come before those who are seen until then.
    people.sort_by_key(|(age, is_so)| (*age, !is_so));
    let mut mass = vec![1.0 / people.len() as f64; people.len()];
    for place in 0..people.len() {
        let rest = people.len() - place - 1;
        if !people[place].1 && rest > 0 {
            let part = mass[place] / rest as f64;
            mass[place + 1..].iter_mut().for_each(|mass| *mass += part);
        }
    }
    let converted = people.iter().zip(mass).filter(|((at, is_so), _)| *is_so && *at <= age);
    converted.map(|(_, mass)| mass).sum()
}

fn people() -> impl Strategy<Value = Vec<Seen>> {
    prop::collection::vec((0_i64..40, any::<bool>()), 60..160)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_curve_and_what_is_expected_are_those_of_slow_definitions(
        mut history in people(),
        young in prop::collection::vec((0_i64..40, any::<bool>()), 1..30),
    ) {
        const END: i64 = 28;
        // Nobody is looked at behind the window.
        for (age, is_so) in &mut history {
            if *age > END {
                (*age, *is_so) = (END, false);
            }
        }
        let curve = curve(&history, END);
        for age in 0..=END {
            let (found, slow) = (curve.share(age), redistributed(&history, age));
            prop_assert!((found - slow).abs() < 1e-9, "{age}: {found} {slow}");
        }
        let count = |(age, is_so): &Seen| AgedCount { age: *age, of: 1, reached: u64::from(*is_so) };
        let row: Vec<AgedCount> = young.iter().map(count).collect();
        let told = curve.outlook(std::slice::from_ref(&row), ALIKE);
        let reached = young.iter().filter(|(_, is_so)| *is_so).count() as f64;
        let is_over = young.iter().all(|(age, _)| *age >= END);
        if is_over {
            prop_assert_eq!((told.matured_share, told.expected), (Some(1.0), Some(reached)));
            prop_assert_eq!((told.low, told.high), (Some(reached), Some(reached)));
        } else if curve.is_known() && redistributed(&history, END) < 1.0 - 1e-9 {
            let end = redistributed(&history, END);
            let (mut mature, mut coming) = (0.0, 0.0);
            for (age, is_so) in &young {
                let by_now = redistributed(&history, (*age).min(END));
                mature += by_now / end / young.len() as f64;
                coming += if *is_so { 0.0 } else { (end - by_now) / (1.0 - by_now) };
            }
            prop_assert!((told.matured_share.unwrap() - mature).abs() < 1e-9);
            prop_assert!((told.expected.unwrap() - reached - coming).abs() < 1e-9);
            let (low, high) = (told.low.unwrap(), told.high.unwrap());
            let most = (young.len()) as f64;
            prop_assert!(reached <= low && low <= high && high <= most, "{told:?}");
            let (narrow, wide) = (high - low, curve.outlook(&[row], DaySpread { variance: 0.5, days: 7.0 }));
            prop_assert!(wide.high.unwrap() - wide.low.unwrap() >= narrow - 1e-9);
        } else if !curve.is_known() {
            prop_assert_eq!(told, Outlook::default());
        }
    }
}

/// Of a curve that is as good as known the interval is that of coins.
#[test]
fn the_interval_of_a_known_curve_is_binomial() {
    // A quarter converts, all at the age of 10.
    let converted = [(10, 25_000_000)];
    let seen = [AgedCount { age: 28, of: 100_000_000, reached: 25_000_000 }];
    let curve = ConversionCurve::new(&converted, &seen, 28);
    let told = curve.outlook(&[vec![AgedCount { age: 5, of: 40, reached: 0 }]], ALIKE);
    // Binomial of 40 by a quarter: P(X <= 4) = 0.0160, P(X <= 5) = 0.0433; P(X <= 15) = 0.9745, P(X <= 16) = 0.9884.
    assert_eq!((told.low, told.high), (Some(5.0), Some(16.0)), "{told:?}");
    assert!((told.expected.unwrap() - 10.0).abs() < 1e-6 && told.matured_share == Some(0.0));
}

/// About normal.
fn normal(random: &mut fastrand::Rng) -> f64 {
    (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
}

/// A conversation's day of opening (before now), and the age at which it converts, if it does.
type Drawn = (f64, Option<f64>);

/// Twelve weeks, with a share that differs by day; conversions come soon or, of half, about a week later.
fn drawn(random: &mut fastrand::Rng, spread: f64) -> Vec<Vec<Drawn>> {
    let day = |day: usize, random: &mut fastrand::Rng| -> Vec<Drawn> {
        let share = 0.2 * (1.0 + spread * normal(random)).clamp(0.0, 3.0);
        let one = |random: &mut fastrand::Rng| {
            let opened = day as f64 + random.f64();
            let mean = if random.bool() { 0.5 } else { 8.0 };
            let age = loop {
                let age = -mean * random.f64().max(1e-12).ln();
                if age <= 28.0 {
                    break age;
                }
            };
            (opened, (random.f64() < share).then_some(age))
        };
        (0..200 + random.usize(0..200)).map(|_| one(random)).collect()
    };
    (0..84).map(|number| day(number, random)).collect()
}

/// Histories of which the end is known are looked at in their midst: of days that are not over as many come as was said,
/// in about 95 of 100.
#[test]
fn intervals_hold_what_comes_as_often_as_they_say() {
    const DRAWS: usize = 250;
    let mut random = fastrand::Rng::with_seed(11);
    for spread in [0.0, 0.15] {
        let (mut held, mut rows, mut naive, mut bias, mut all) = (0, 0, 0, 0.0, 0.0);
        for _ in 0..DRAWS {
            let days = drawn(&mut random, spread);
            let mut converted: Vec<(i64, u64)> = Vec::new();
            let mut seen: Vec<Vec<AgedCount>> = Vec::new();
            for day in &days {
                let aged = |(opened, at): &Drawn| {
                    let has_come = at.is_some_and(|at| at <= *opened);
                    AgedCount { age: (opened * DAY as f64) as i64, of: 1, reached: has_come.into() }
                };
                seen.push(day.iter().map(aged).collect());
                let come = day.iter().filter_map(|(opened, at)| at.filter(|at| at <= opened));
                converted.extend(come.map(|age| ((age * DAY as f64) as i64, 1)));
            }
            let curve = ConversionCurve::new(&converted, &seen.concat(), WINDOW);
            let sums = |day: &Vec<AgedCount>| -> DayCount {
                (day.iter().map(|one| one.reached).sum(), day.len() as u64)
            };
            let over: Vec<DayCount> = seen[28..].iter().map(sums).collect();
            let known = DaySpread::of(&over).unwrap();
            for (day, seen) in days.iter().zip(&seen).take(28) {
                let told = curve.outlook(std::slice::from_ref(seen), known);
                let [expected, low, high] =
                    [told.expected, told.low, told.high].map(Option::unwrap);
                let come = day.iter().filter(|(_, at)| at.is_some()).count() as f64;
                // Of a few to come each interval of whole numbers holds more than it says.
                if expected - sums(seen).0 as f64 >= 5.0 {
                    rows += 1;
                    held += usize::from(low <= come && come <= high);
                    naive += usize::from((expected - come).abs() < 1.0);
                    (bias, all) = (bias + expected - come, all + come);
                }
            }
        }
        let part = f64::from(u32::try_from(held).unwrap()) / rows as f64;
        println!("spread {spread}: {held} of {rows} ({part:.4}); bias {:.4}", bias / all);
        assert!(rows > 1_000 && (0.93..=0.98).contains(&part), "{held} of {rows}");
        assert!((bias / all).abs() < 0.02, "{bias} of {all}");
        // Else this test could not fail: what is expected alone is seldom what comes.
        assert!(naive * 2 < rows, "{naive} of {rows}");
    }
}
