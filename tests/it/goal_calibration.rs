//! How often what a goal comes to lies within its interval: over generated histories, of which the model is told nothing.

use messenger_funnel::analysis::{DayPart, HISTORY_DAYS, forecast};

/// Periods of each kind; `make calibrate` for the table in BENCHMARKS.md.
fn periods() -> usize {
    let days = std::env::var("MESSENGER_FUNNEL_TEST_ALERT_DAYS");
    if days.is_ok() { 2000 } else { 150 }
}

fn normal(random: &mut fastrand::Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.f64()).cos()
}

fn poisson(random: &mut fastrand::Rng, mean: f64) -> f64 {
    if mean > 60.0 {
        return (mean + mean.sqrt() * normal(random)).round().max(0.0);
    }
    let (limit, mut product, mut count) = ((-mean).exp(), random.f64(), 0.0);
    while product > limit {
        product *= random.f64();
        count += 1.0;
    }
    count
}

/// Counts by day. `wandering`: the level moves by 3 % a day, up or down; `growing`: it grows by 12 % in four weeks.
fn days(kind: &str, many: usize, random: &mut fastrand::Rng) -> Vec<f64> {
    let mut moved = 0.0;
    let day = |day: usize| {
        let of_week = [1.0, 1.0, 1.0, 1.1, 1.2, 0.7, 0.5][day % 7];
        let level = match kind {
            "few" => 0.5,
            "steady, 5 a day" => 5.0,
            "steady, 40 a day" => 40.0,
            _ => 20.0,
        };
        if kind == "wandering" {
            moved += 0.03 * normal(random);
        }
        let level = match kind {
            "varied" => level * (0.35 * normal(random) - 0.06).exp(),
            "growing" => level * (0.004 * day as f64).exp(),
            "no week" => level / of_week,
            _ => level,
        };
        poisson(random, level * of_week * f64::exp(moved))
    };
    (0..many).map(day).collect()
}

/// The share of periods whose end lies within the interval that was told with so many days left, of counts and of a rate.
fn covered(kind: &str, left: usize) -> f64 {
    let mut random = fastrand::Rng::with_seed(3);
    let (mut within, mut all) = (0, 0);
    for _ in 0..periods() {
        let counts = days(kind.trim_end_matches(", rate"), HISTORY_DAYS + left, &mut random);
        let is_rate = kind.ends_with("rate");
        let part = |count: &f64| {
            let share = 0.3 * (0.2 * normal(&mut random)).exp();
            if !is_rate {
                return DayPart { above: *count, below: 0.0 };
            }
            let (mut above, mut left) = (0.0, *count);
            while left >= 1.0 {
                above += f64::from(u8::from(random.f64() < share));
                left -= 1.0;
            }
            DayPart { above, below: *count }
        };
        let parts: Vec<DayPart> = counts.iter().map(part).collect();
        let (known, rest) = parts.split_at(HISTORY_DAYS);
        let above: f64 = rest.iter().map(|day| day.above).sum();
        let below: f64 = rest.iter().map(|day| day.below).sum();
        let Some(told) = forecast(known, DayPart::default(), left, is_rate) else { continue };
        let end = if is_rate { above / below } else { above };
        all += 1;
        within += i32::from(told.low <= end && end <= told.high);
    }
    f64::from(within) / f64::from(all)
}

#[test]
fn intervals_of_goals_hold_what_happens() {
    // The least that is to be covered: of levels that move steadily it is known to be less than 80 of 100.
    let kinds = [
        ("few", 0.6),
        ("steady, 5 a day", 0.6),
        ("steady, 40 a day", 0.6),
        ("varied", 0.6),
        ("no week", 0.6),
        ("wandering", 0.55),
        ("growing", 0.5),
        ("varied, rate", 0.6),
    ];
    for (kind, least) in kinds {
        let found = [3, 10, 20].map(|left| covered(kind, left));
        println!(
            "| {kind} | {:.0} | {:.0} | {:.0} |",
            found[0] * 100.0,
            found[1] * 100.0,
            found[2] * 100.0
        );
        assert!(found.iter().all(|share| (least..=0.97).contains(share)), "{kind}: {found:?}");
    }
}
