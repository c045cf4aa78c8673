//! How often alerts are wrong, and how late they are: over generated histories without incident, and with one.

use jiff::tz::TimeZone;
use messenger_funnel::analysis::{
    CostDay, HISTORY_MS, Rhythm, SLOT_MS, Slots, conversations_missed, cost_jump, is_long_silence,
    silence, stopped, unusual,
};

const HOUR: i64 = 3_600_000;
const SLOTS_A_DAY: usize = 288;
/// 2026-01-05, a Monday.
const START: i64 = 1_767_571_200_000;

/// Days that are looked at, and incidents; `make calibrate` for the table in BENCHMARKS.md.
fn sizes() -> (usize, usize) {
    let days = std::env::var("MESSENGER_FUNNEL_TEST_ALERT_DAYS");
    days.map_or((60, 60), |days| (days.parse().unwrap(), 400))
}

struct Dice(fastrand::Rng);

impl Dice {
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.0.f64()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.0.f64()).cos()
    }

    /// A factor about one, with this coefficient of variation.
    fn factor(&mut self, variation: f64) -> f64 {
        let sigma = (1.0 + variation * variation).ln().sqrt();
        (sigma * self.normal() - sigma * sigma / 2.0).exp()
    }

    fn poisson(&mut self, mean: f64) -> u64 {
        if mean > 60.0 {
            // Near enough to a normal one.
            let count = (mean + mean.sqrt() * self.normal()).round() as i64;
            return u64::try_from(count).unwrap_or(0);
        }
        let (limit, mut product, mut count) = ((-mean).exp(), self.0.f64(), 0);
        while product > limit {
            product *= self.0.f64();
            count += 1;
        }
        count
    }
}

/// Conversations and webhooks by slot. Traffic has hours, weekdays, a level that wanders by 8 % a week, days that differ by
/// 10 %, hours that differ by 15 %, and nine webhooks a conversation in the half hour behind its opening.
fn history(dice: &mut Dice, days: usize, a_day: f64) -> (Vec<u64>, Vec<u64>) {
    let mut conversations = vec![0; days * SLOTS_A_DAY];
    let mut webhooks = vec![0; days * SLOTS_A_DAY + 8];
    let mut level: f64 = 0.0;
    for day in 0..days {
        level = level * 0.98 + 0.08 / 7.0_f64.sqrt() * dice.normal();
        let weekday = [1.0, 1.05, 1.0, 1.1, 1.2, 0.9, 0.75][day % 7];
        let of_day = level.exp() * weekday * dice.factor(0.10);
        for hour in 0..24 {
            // From 0.2 at 4 to 1.8 at 16.
            let angle = std::f64::consts::TAU * (hour as f64 - 4.0) / 24.0;
            let of_hour = (1.0 - 0.8 * angle.cos()) * dice.factor(0.15);
            for slot in 0..12 {
                let place = day * SLOTS_A_DAY + hour * 12 + slot;
                let count = dice.poisson(a_day / SLOTS_A_DAY as f64 * of_day * of_hour);
                conversations[place] = count;
                for _ in 0..count {
                    for _ in 0..=dice.poisson(8.0) {
                        webhooks[place + dice.0.usize(0..6)] += 1;
                    }
                }
            }
        }
    }
    webhooks.truncate(days * SLOTS_A_DAY);
    (conversations, webhooks)
}

fn instant(slot: usize) -> i64 {
    START + slot as i64 * SLOT_MS
}

/// Alerts that open: what is found again within an hour is the same one.
fn opened(found: impl Iterator<Item = (usize, bool)>) -> usize {
    let (mut last, mut opened): (Option<usize>, usize) = (None, 0);
    for (slot, _) in found.filter(|(_, is_found)| *is_found) {
        opened += usize::from(last.is_none_or(|last| slot - last > 12));
        last = Some(slot);
    }
    opened
}

/// Entry points that people enter through without an end: every six hours how many silences are told that are none.
fn false_silences(dice: &mut Dice, days: usize) -> usize {
    let rates: [f64; 12] = [60.0, 40.0, 30.0, 20.0, 15.0, 10.0, 8.0, 5.0, 4.0, 3.0, 2.0, 1.0];
    let hours = days * 24 + 28 * 24;
    let visits: Vec<Vec<u64>> = rates
        .iter()
        .map(|rate| {
            let of_hour = |hour: usize| {
                let angle = std::f64::consts::TAU * (hour as f64 - 4.0) / 24.0;
                let factor = dice.factor(0.3);
                dice.poisson(rate / 24.0 * (1.0 - 0.8 * angle.cos()) * factor)
            };
            (0..hours).map(of_hour).collect()
        })
        .collect();
    let mut open = vec![false; rates.len()];
    let mut count = 0;
    for now in (28 * 24..hours).step_by(1) {
        let windows = visits.iter().map(|door| &door[now - 28 * 24..now]);
        let waits =
            windows.clone().map(|door| door.iter().filter(|hour| **hour > 0).count() as u64).sum();
        // By the rhythm of all of them, as the alert has it.
        let begin = now - 28 * 24;
        let all: Vec<(i64, u64)> = (begin..now)
            .map(|hour| (hour as i64 * HOUR, visits.iter().map(|door| door[hour]).sum()))
            .collect();
        let rhythm = Rhythm::of(&all);
        for (open, door) in open.iter_mut().zip(windows) {
            let first = door.iter().position(|visits| *visits > 0);
            let last = door.iter().rposition(|visits| *visits > 0);
            let (Some(first), Some(last)) = (first, last) else { continue };
            let hours = door.iter().filter(|visits| **visits > 0).count() as u64;
            let [first, last] = [first, last].map(|hour| (begin + hour) as i64 * HOUR + HOUR / 2);
            let times = (first, last, now as i64 * HOUR);
            let found = silence((door.iter().sum(), hours), times, &rhythm, rates.len());
            let is_told = found.is_some_and(|found| is_long_silence(&found, waits));
            count += usize::from(is_told && !*open);
            *open = is_told;
        }
    }
    count
}

/// Ads of different cost, days of different luck: how many alerts about costs are told of nothing.
fn false_costs(dice: &mut Dice, days: usize) -> [usize; 2] {
    let ads: Vec<(f64, f64)> =
        (0..20).map(|_| (30.0 * dice.factor(0.8), 2.0 * dice.factor(0.5))).collect();
    let days: Vec<Vec<CostDay>> = (0..days + 31)
        .map(|_| {
            let of_day = dice.factor(0.12);
            let day = |(spend, cost): &(f64, f64)| {
                let spend = spend * dice.factor(0.2);
                let mean = spend / cost * of_day * dice.factor(0.15);
                let conversations = dice.poisson(mean);
                CostDay { spend, conversations }
            };
            ads.iter().map(day).collect()
        })
        .collect();
    let sum = |day: &Vec<CostDay>| CostDay {
        spend: day.iter().map(|ad| ad.spend).sum(),
        conversations: day.iter().map(|ad| ad.conversations).sum(),
    };
    let whole: Vec<CostDay> = days.iter().map(sum).collect();
    let (mut jumps, mut missed) = (0, 0);
    for today in 31..days.len() {
        let (before, recent) = (&whole[today - 31..today - 3], &whole[today - 3..today]);
        jumps += usize::from(cost_jump(before, recent).is_some());
        let spend: f64 = before.iter().map(|day| day.spend).sum();
        let count: u64 = before.iter().map(|day| day.conversations).sum();
        for ad in 0..ads.len() {
            let of_ad = days[today - 3..today].iter().map(|day| day[ad]);
            let (paid, came) = of_ad
                .fold((0.0, 0), |(paid, came), day| (paid + day.spend, came + day.conversations));
            missed += usize::from(conversations_missed(paid, came, spend / count as f64).is_some());
        }
    }
    [jumps, missed]
}

#[test]
fn without_incident_alerts_are_at_most_one_a_month_and_incidents_are_found_within_the_hour() {
    let (days, incidents) = sizes();
    let zone = TimeZone::UTC;
    let lead = usize::try_from(HISTORY_MS / SLOT_MS).unwrap() / SLOTS_A_DAY + 2;
    let months = days as f64 / 30.4;
    println!(
        "| conversations a day | unusual | stopped | silent | dearer | without | false alarms a month | stop found in 1 h | in 3 h | collapse in 1 h | in 3 h | flood in 1 h | in 3 h |"
    );
    for (row, a_day) in [100.0, 400.0, 1_500.0, 5_000.0].into_iter().enumerate() {
        let mut dice = Dice(fastrand::Rng::with_seed(40 + row as u64));
        let (conversations, webhooks) = history(&mut dice, lead + days, a_day);
        let begin = lead * SLOTS_A_DAY;
        let (slots, of_webhooks) = (
            Slots::new(START, conversations.iter().copied()),
            Slots::new(START, webhooks.iter().copied()),
        );
        let looks = || begin..conversations.len();
        let strange =
            opened(looks().map(|slot| (slot, unusual(&slots, instant(slot), &zone).is_some())));
        let stops = opened(
            looks().map(|slot| (slot, stopped(&of_webhooks, instant(slot), &zone).is_some())),
        );
        let silent = false_silences(&mut dice, days);
        let [dearer, without] = false_costs(&mut dice, days);
        let a_month = (strange + stops + silent + dearer + without) as f64 / months;

        // Incidents at random instants, as they show in what comes.
        let mut found = [[0; 2]; 3];
        for _ in 0..incidents {
            let start = dice.0.usize(begin..conversations.len() - 37);
            let shown = |counts: &[u64], change: &mut dyn FnMut(u64) -> u64| {
                let counts = counts[..start + 36].iter().enumerate();
                let counts =
                    counts.map(|(slot, count)| if slot < start { *count } else { change(*count) });
                Slots::new(START, counts.collect::<Vec<_>>())
            };
            // After how many slots.
            let after = |is_found: &dyn Fn(i64) -> bool| {
                (1..=36).find(|slots| is_found(instant(start + slots)))
            };
            let stop = shown(&webhooks, &mut |_| 0);
            let stop = after(&|to| stopped(&stop, to, &zone).is_some());
            let collapse = shown(&conversations, &mut |count| dice.poisson(count as f64 * 0.1));
            let collapse = after(&|to| unusual(&collapse, to, &zone).is_some());
            let flood = shown(&conversations, &mut |count| dice.poisson(count as f64 * 5.0));
            let flood = after(&|to| unusual(&flood, to, &zone).is_some());
            for (found, after) in found.iter_mut().zip([stop, collapse, flood]) {
                found[0] += usize::from(after.is_some_and(|slots| slots <= 12));
                found[1] += usize::from(after.is_some());
            }
        }
        let found = found.map(|both| both.map(|found| found as f64 / incidents as f64));
        let told: Vec<String> =
            found.iter().flatten().map(|share| format!("{:.0} %", share * 100.0)).collect();
        println!(
            "| {a_day} | {strange} | {stops} | {silent} | {dearer} | {without} | {a_month:.2} | {} |",
            told.join(" | ")
        );
        assert!(a_month <= 1.0, "{a_day} a day: {a_month} false alarms a month");
        // Nobody can tell a night without a webhook from one in which nobody wrote: it takes traffic.
        assert!(a_day < 1_500.0 || found[0][0] >= 0.95, "{a_day} a day: {found:?}");
        if a_day >= 5_000.0 {
            assert!(found.iter().all(|found| found[0] >= 0.95), "{a_day} a day: {found:?}");
        }
    }
}
