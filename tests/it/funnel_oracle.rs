//! Own funnels against a slow and obvious version that tries every chain, on random logs; and against
//! ClickHouse's `windowFunnel` where both mean the same.

use messenger_funnel::analysis::{Attempt, Occurrence, Order, Reentry, Rules, attempts};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::{client, start_engine};

/// Whether the event `to` may follow `from` as the step behind gap `gap`.
fn may_follow(events: &[Occurrence], from: usize, to: usize, gap: usize, rules: &Rules) -> bool {
    let is_near = events[to].time - events[from].time <= rules.step_window_ms;
    let is_free = events[from + 1..to].iter().all(|between| {
        let excluded = between.gaps & (1 << gap) != 0;
        let breaks = rules.order == Order::Strict && between.steps != 0;
        !excluded && !breaks
    });
    is_near && is_free
}

/// Every chain from the event at the end of `chain` on; the best so far stays in `best`: the longest, of
/// those the one with the earliest steps, one after the other.
fn extend(events: &[Occurrence], chain: &mut Vec<usize>, rules: &Rules, best: &mut Vec<usize>) {
    if chain.len() > best.len() || (chain.len() == best.len() && *chain < *best) {
        best.clone_from(chain);
    }
    if chain.len() == rules.steps {
        return;
    }
    let (first, last) = (chain[0], chain[chain.len() - 1]);
    for next in last + 1..events.len() {
        let meets = events[next].steps & (1 << chain.len()) != 0;
        let in_time = events[next].time - events[first].time <= rules.window_ms;
        if meets && in_time && may_follow(events, last, next, chain.len() - 1, rules) {
            chain.push(next);
            extend(events, chain, rules, best);
            chain.pop();
        }
    }
}

/// When 1, 2, … different steps can be met by different events up to an instant: tries all ways.
fn any_order(events: &[Occurrence], rules: &Rules) -> Vec<usize> {
    fn most(events: &[Occurrence], from: usize, taken: u32) -> u32 {
        let Some(event) = events.get(from) else { return taken.count_ones() };
        let mut best = most(events, from + 1, taken);
        for step in 0..8 {
            if event.steps & (1 << step) != 0 && taken & (1 << step) == 0 {
                best = best.max(most(events, from + 1, taken | (1 << step)));
            }
        }
        best
    }
    let end = events
        .iter()
        .enumerate()
        .position(|(place, event)| {
            event.time - events[0].time > rules.window_ms || (place > 0 && event.gaps != 0)
        })
        .unwrap_or(events.len());
    let mut places = Vec::new();
    for place in 0..end {
        if most(&events[..=place], 0, 0) as usize > places.len() {
            places.push(place);
        }
    }
    places
}

fn slowly(events: &[Occurrence], entries: std::ops::Range<usize>, rules: &Rules) -> Vec<Attempt> {
    let from = |entry: usize| -> Vec<usize> {
        if rules.order == Order::Any {
            return any_order(&events[entry..], rules)
                .into_iter()
                .map(|place| entry + place)
                .collect();
        }
        let mut best = Vec::new();
        extend(events, &mut vec![entry], rules, &mut best);
        best
    };
    let begins = |place: &usize| match rules.order {
        Order::Any => events[*place].steps != 0,
        _ => events[*place].steps & 1 != 0,
    };
    let attempt = |chain: &Vec<usize>| Attempt {
        entry: chain[0],
        times: chain.iter().map(|place| events[*place].time).collect(),
    };
    let starts: Vec<usize> = entries.filter(begins).collect();
    match rules.reentry {
        Reentry::First => starts.first().map(|start| attempt(&from(*start))).into_iter().collect(),
        Reentry::Best => {
            let mut all: Vec<Vec<usize>> = starts.iter().map(|start| from(*start)).collect();
            all.sort_by_key(|chain| (std::cmp::Reverse(chain.len()), chain[0]));
            all.first().map(attempt).into_iter().collect()
        }
        Reentry::Every => {
            let mut found = Vec::new();
            let (mut place, mut instant) = (0, i64::MIN);
            for start in starts {
                if start < place || events[start].time < instant {
                    continue;
                }
                let chain = from(start);
                if chain.len() == rules.steps {
                    place = chain[chain.len() - 1] + 1;
                } else {
                    let last = events[chain[chain.len() - 1]].time;
                    let window = events[start].time.saturating_add(rules.window_ms);
                    instant =
                        window.min(last.saturating_add(rules.step_window_ms)).saturating_add(1);
                }
                found.push(attempt(&chain));
            }
            found
        }
    }
}

fn log(steps: u32) -> impl Strategy<Value = Vec<Occurrence>> {
    let event = (
        prop_oneof![Just(0_i64), Just(1), Just(5), Just(10), Just(11), 0..30_i64],
        prop_oneof![4 => (0..steps).prop_map(|step| 1_u32 << step), 1 => 0..(1_u32 << steps)],
        prop_oneof![5 => Just(0_u32), 1 => 0..(1_u32 << steps)],
    );
    prop::collection::vec(event, 0..11).prop_map(|events| {
        let mut time = 1_000;
        let event = |(wait, steps, gaps): (i64, u32, u32)| {
            time += wait;
            Occurrence { time, steps, gaps }
        };
        events.into_iter().map(event).collect()
    })
}

fn rules() -> impl Strategy<Value = Rules> {
    (
        2..=4_usize,
        prop_oneof![3 => Just(Order::Ordered), 1 => Just(Order::Strict), 1 => Just(Order::Any)],
        prop_oneof![Just(i64::MAX), 0..60_i64],
        prop_oneof![2 => Just(i64::MAX), 1 => 0..20_i64],
        prop_oneof![Just(Reentry::First), Just(Reentry::Best), Just(Reentry::Every)],
    )
        .prop_map(|(steps, order, window_ms, step_window_ms, reentry)| {
            let step_window_ms = if order == Order::Any { i64::MAX } else { step_window_ms };
            Rules { steps, order, window_ms, step_window_ms, reentry, limit: None }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn attempts_are_those_of_the_oracle(
        rules in rules(),
        log in log(4),
        from in 0..4_usize,
        to in 0..12_usize,
    ) {
        let mask = (1_u32 << rules.steps) - 1;
        let log: Vec<Occurrence> =
            log.into_iter().map(|one| Occurrence { steps: one.steps & mask, ..one }).collect();
        let entries = from.min(log.len())..to.clamp(from, log.len().max(from)).min(log.len()).max(from.min(log.len()));
        prop_assert_eq!(attempts(&log, entries.clone(), &rules), slowly(&log, entries, &rules));
    }
}

/// Where instants differ and each event meets one step, the depth is `windowFunnel`'s: by default, with
/// `strict_increase` and with `strict_once` that of the best ordered attempt.
#[tokio::test]
async fn depths_are_those_of_window_funnel() {
    const UNITS: usize = 3_000;
    const STEPS: usize = 4;
    let folder = TempDir::new().unwrap();
    let engine = start_engine(folder.path()).await.unwrap();
    let client = client(&engine.endpoint("default"));
    let mut random = fastrand::Rng::with_seed(4);
    let mut logs: Vec<Vec<Occurrence>> = Vec::new();
    let mut rows = Vec::new();
    for unit in 0..UNITS {
        let mut time = 1_700_000_000_000;
        let mut log = Vec::new();
        for _ in 0..random.usize(0..12) {
            time += 1 + random.i64(0..20_000);
            let step = random.usize(0..STEPS);
            log.push(Occurrence { time, steps: 1 << step, gaps: 0 });
            rows.push(format!("({unit}, {time}, {step})"));
        }
        logs.push(log);
    }
    client
        .query("CREATE TABLE log (unit UInt32, time UInt64, step UInt8) ENGINE = MergeTree ORDER BY (unit, time)")
        .execute()
        .await
        .unwrap();
    client.query(&format!("INSERT INTO log VALUES {}", rows.join(","))).execute().await.unwrap();
    for window_ms in [15_000_i64, 40_000, 1_000_000] {
        for mode in ["", ", 'strict_increase'", ", 'strict_once'"] {
            let found: Vec<(u32, u8)> = client
                .query(&format!(
                    "SELECT unit, windowFunnel({window_ms}{mode})(time, step = 0, step = 1, step = 2, step = 3) \
                     FROM log GROUP BY unit ORDER BY unit"
                ))
                .fetch_all()
                .await
                .unwrap();
            let rules = Rules {
                steps: STEPS,
                order: Order::Ordered,
                window_ms,
                step_window_ms: i64::MAX,
                reentry: Reentry::Best,
                limit: None,
            };
            for (unit, depth) in found {
                let log = &logs[unit as usize];
                let best = attempts(log, 0..log.len(), &rules);
                let own = best.first().map_or(0, |attempt| attempt.times.len());
                assert_eq!(own, usize::from(depth), "unit {unit}, {window_ms}{mode}: {log:?}");
            }
        }
    }
    engine.stop().await;
}
