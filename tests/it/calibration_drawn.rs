//! How often a day is told beside Meta's count although it is like the others, over days that are drawn, and how often one
//! that is not.

use std::collections::HashMap;

use jiff::civil::Date;
use messenger_funnel::analysis::{BothCounts, reconcile};
use messenger_funnel::domain::{AdDay, OurAdDay};

use crate::calibration_kinds::{draws, seed};

/// Days of an account by one ad, of which Meta counts so many; ours are nine of ten of them, by days that differ by
/// `spread`; of the last day only `last` of that.
fn days(random: &mut fastrand::Rng, count: i64, many: u64, spread: f64, last: f64) -> BothCounts {
    let first = Date::constant(2026, 6, 1);
    let (mut meta, mut ours, mut known) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..count {
        let date = first.checked_add(jiff::Span::new().days(number)).unwrap();
        let mut day = AdDay::new(date, "11");
        let started = many - many / 5 + random.u64(0..=many * 2 / 5);
        day.conversations_started = Some(started);
        let normal = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
        let part = 0.9 * (1.0 + spread * normal) * if number + 1 == count { last } else { 1.0 };
        let messaged = (0..started).filter(|_| random.f64() < part).count() as u64;
        meta.push(day);
        known.push((String::new(), date));
        ours.push(OurAdDay {
            ad_id: "11".to_owned(),
            date,
            opened: messaged,
            messaged,
            first: messaged,
            touches: messaged,
            late: 0,
        });
    }
    BothCounts {
        meta,
        known,
        ours: HashMap::from([("UTC".to_owned(), ours)]),
        zones: HashMap::from([(String::new(), "UTC".to_owned())]),
        report_zone: "UTC".to_owned(),
        ..BothCounts::default()
    }
}

#[test]
fn days_beside_metas_count_are_seldom_told_for_nothing() {
    let mut random = fastrand::Rng::with_seed(seed() + 2);
    let (mut wrong, mut all, mut found) = (0, 0, 0);
    let last = Date::constant(2026, 6, 1).checked_add(jiff::Span::new().days(77)).unwrap();
    let all_draws = draws(40);
    for draw in 0..all_draws {
        let spread = [0.0, 0.05][draw % 2];
        let alike = days(&mut random, 78, 60 + 10 * (draw % 40) as u64, spread, 1.0);
        let told = reconcile(&alike, Date::constant(2026, 6, 29), last);
        all += told.days.len();
        wrong += told.days.iter().filter(|day| day.is_unusual).count();
        // A day on which a fifth of 2,000 is missing.
        let less = days(&mut random, 78, 2000, 0.02, 0.8);
        found += usize::from(reconcile(&less, last, last).days[0].is_unusual);
    }
    println!(
        "{wrong} of {all} days like the others are told; a day without a fifth {found} of {all_draws}"
    );
    assert_eq!(all, all_draws * 50);
    // One in a thousand is stated, and 80 of 100; and chance.
    let stated = all / 1_000;
    assert!(wrong <= stated + 3 * stated.isqrt().max(1), "{wrong} of {all}");
    assert!(found * 10 >= all_draws * 8, "{found} of {all_draws}");
}
