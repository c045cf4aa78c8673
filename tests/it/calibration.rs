//! What is said of a difference holds: on traffic in which nothing changes periods are told apart as seldom as promised,
//! although the later one has had less time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::tz::TimeZone;
use messenger_funnel::analysis::{
    Breakdown, DEFAULT_FUNNEL, DailyVariation, FunnelReport, Funnels, Model, Parameters, Rhythm,
    Verdict, WeekdayCount, compare_periods, silence,
};
use messenger_funnel::domain::{AgeLimit, Period, RefRules, Timestamp};
use messenger_funnel::insights::funnel::answer_funnel;
use messenger_funnel::insights::funnel_comparison::period_days;
use messenger_funnel::insights::funnel_verdicts::answer_verdicts;
use messenger_funnel::insights::query::{Age, Defaults, QueryParams};
use messenger_funnel::store::{ActiveEntryPoint, Store};

use crate::support::{World, start_engine};

const DAY: i64 = 86_400_000;

/// Pairs of periods that are compared; `make calibrate` for the table in BENCHMARKS.md.
fn pairs() -> usize {
    std::env::var("MESSENGER_FUNNEL_TEST_PAIRS").map_or(48, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn periods_of_traffic_without_a_trend_are_seldom_told_apart() {
    let world = World::new();
    let path = world.folder().join("traffic.jsonl");
    let range = ["--from", "2026-07-01", "--to", "2026-11-01", "--output", path.to_str().unwrap()];
    world.succeed(
        &[&["generate", "--classic", "--people", "24000", "--seed", "21"], &range[..]].concat(),
    );
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let engine = start_engine(&world.data_dir()).await.unwrap();
    let store = Store::new(engine.endpoint("messenger_funnel"));
    let defaults = Defaults {
        zone: TimeZone::UTC,
        model: Model::Last,
        parameters: Parameters::default(),
        refs: Arc::<RefRules>::default(),
    };
    let begin = "2026-08-20T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let mut random = fastrand::Rng::with_seed(7);
    let steps = ["messaged", "answered", "engaged", "lead", "purchase"];
    // By age: claims, and comparisons.
    let mut claims = [[0_usize; 5]; 2];
    for pair in 0..pairs() {
        let now = Timestamp(begin + random.i64(0..70 * DAY));
        let days = [1, 4, 7, 14][pair % 4];
        let instant = |days: i64| Some(Timestamp(now.0 - days * DAY).to_rfc3339());
        for (claims, age) in claims.iter_mut().zip([Age::Same, Age::Whole]) {
            let asked =
                QueryParams { from: instant(days), to: instant(0), ..QueryParams::default() };
            let mut question = asked.understand(&defaults, now).unwrap();
            question.age = age;
            let found = period_days(&store, &Funnels::new(), DEFAULT_FUNNEL, &question, None)
                .await
                .unwrap();
            for (claims, step) in claims.iter_mut().zip(steps) {
                let told = compare_periods(&found.own, &found, step, "opened").unwrap();
                let verdict = told.rows[0].verdict.to_string();
                let is_claim = verdict.starts_with("better") || verdict.starts_with("worse");
                *claims += usize::from(is_claim);
            }
        }
    }
    let told = others(&store, &defaults, begin).await;
    engine.stop().await;
    let [same, whole] = claims;
    println!("{} pairs; claims by step at the same age {same:?}, by all so far {whole:?}", pairs());
    // At most 5 %, and two standard errors of so many pairs.
    let pairs = pairs() as f64;
    let most = pairs * 0.05 + 2.0 * (pairs * 0.05 * 0.95).sqrt();
    for (step, claims) in steps.iter().zip(same) {
        assert!((claims as f64) <= most, "{step}: {claims} of {pairs}");
    }
    for (what, claims, of) in told.wrong {
        println!("{what}: {claims} of {of}");
        let most = of as f64 * 0.05 + 2.0 * (of as f64 * 0.05 * 0.95).sqrt();
        assert!((claims as f64) <= most, "{what}: {claims} of {of}");
    }
    for (what, found, of) in told.found {
        println!("{what}, a true difference of a fifth: {found} of {of}");
        // 80 %, less two standard errors of so many.
        let least = of as f64 * 0.8 - 2.0 * (of as f64 * 0.16).sqrt();
        assert!(found as f64 >= least, "{what}: {found} of {of}");
    }
    // Else this test could not fail: by all that happened so far purchases seem to get rarer all the time.
    assert!(whole[4] as f64 > most, "{whole:?}");
}

/// What was told, of how many, by what.
struct Told {
    wrong: Vec<(&'static str, usize, usize)>,
    found: Vec<(&'static str, usize, usize)>,
}

/// Rows, tiles, movers and silences of the same traffic, in which hours and periods do not differ; and true differences,
/// made by taking each conversation's step away with the probability of a sixth.
async fn others(store: &Store, defaults: &Defaults, begin: i64) -> Told {
    let mut random = fastrand::Rng::with_seed(8);
    let own = Funnels::new();
    let [mut rows, mut tiles, mut movers, mut silences] = [0_usize; 4];
    for pair in 0..pairs() {
        let now = Timestamp(begin + random.i64(0..70 * DAY));
        let midnight = Timestamp(now.0.div_euclid(DAY) * DAY);
        let asked = |from: i64, to: i64, by: Option<&str>| {
            let asked = QueryParams {
                from: Some(Timestamp(from).to_rfc3339()),
                to: Some(Timestamp(to).to_rfc3339()),
                by: by.map(str::to_owned),
                step: Some("lead".to_owned()),
                ..QueryParams::default()
            };
            asked.understand(defaults, now).unwrap()
        };
        let days = [7, 14][pair % 2];
        // By the hour of the opening, on which nothing depends.
        let by_hour = asked(midnight.0 - days * DAY, midnight.0, Some("hour"));
        let verdicts = answer_verdicts(store, &own, DEFAULT_FUNNEL, &by_hour).await.unwrap();
        rows += usize::from(verdicts.rows.iter().any(Verdict::is_claim));

        let days = [7, 10, 14, 28][pair % 4];
        let counts = [1, 2].map(|back| {
            asked(
                midnight.0 - back * days * DAY,
                midnight.0 - (back - 1) * days * DAY,
                Some("source,day"),
            )
        });
        let mut sides = Vec::new();
        for question in counts {
            let mut question = question;
            question.counted_until = Some(AgeLimit::within(DAY));
            sides.push(answer_funnel(store, &own, DEFAULT_FUNNEL, &question).await.unwrap());
        }
        let daily = |report: &FunnelReport, step: &str, source: Option<&str>| {
            let mut days: BTreeMap<String, u64> = BTreeMap::new();
            let is_its = |row: &&Breakdown| source.is_none() || row.value("source") == source;
            for row in report.breakdown.iter().filter(is_its) {
                *days.entry(row.value("day").unwrap().to_owned()).or_default() +=
                    row.count(step).unwrap();
            }
            let weekday = |day: &str| {
                usize::try_from(
                    day.parse::<jiff::civil::Date>().unwrap().weekday().to_monday_zero_offset(),
                )
                .unwrap()
            };
            days.iter().map(|(day, count)| (weekday(day), *count)).collect::<Vec<WeekdayCount>>()
        };
        let sum = |days: &[WeekdayCount]| days.iter().map(|(_, count)| count).sum::<u64>();
        let differ = |step: &str, source: Option<&str>, known_by: &str, compared: usize| {
            let [one, other] = [0, 1].map(|side: usize| daily(&sides[side], known_by, None));
            let [now, before] = [0, 1].map(|side: usize| sum(&daily(&sides[side], step, source)));
            DailyVariation::of(&one, &other)
                .is_some_and(|known| known.surely_differ(now, before, compared))
        };
        tiles += usize::from(
            ["opened", "lead", "purchase"].iter().any(|step| differ(step, None, step, 3)),
        );
        let sources: BTreeSet<&str> =
            sides[0].breakdown.iter().filter_map(|row| row.value("source")).collect();
        movers += usize::from(
            sources.iter().any(|source| differ("opened", Some(source), "opened", sources.len())),
        );

        let live = Period { from: Timestamp(now.0 - 28 * DAY), to: now, zone: TimeZone::UTC };
        let doors = store.active_entry_points(&live).await.unwrap();
        let rhythm = Rhythm::of(&store.touchpoint_hours(&live).await.unwrap());
        let is_silent = |door: &ActiveEntryPoint| {
            let seen = (door.first_seen, door.last_seen, now.0);
            silence((door.touchpoints, door.hours), seen, &rhythm, doors.len()).is_some()
        };
        silences += usize::from(doors.iter().any(is_silent));
    }
    let found = true_differences(store, defaults, begin).await;
    let all = pairs();
    Told {
        wrong: vec![
            ("rows by hour", rows, all),
            ("tiles", tiles, all),
            ("movers", movers, all),
            ("silence", silences, all),
        ],
        found: vec![
            ("engaged of opened over ten days", found[0], all),
            ("lead of opened over ten days", found[1], all),
        ],
    }
}

/// In how many pairs of periods a true difference of a fifth is found, of engaged and lead of opened.
async fn true_differences(store: &Store, defaults: &Defaults, begin: i64) -> [usize; 2] {
    let mut random = fastrand::Rng::with_seed(9);
    let own = Funnels::new();
    let mut found = [0_usize; 2];
    for _ in 0..pairs() {
        let now = Timestamp(begin + random.i64(0..70 * DAY));
        let instant = |days: i64| Some(Timestamp(now.0 - days * DAY).to_rfc3339());
        let asked = QueryParams { from: instant(10), to: instant(0), ..QueryParams::default() };
        // Ten days are about 2,000 conversations.
        let question = asked.understand(defaults, now).unwrap();
        let mut known = period_days(store, &own, DEFAULT_FUNNEL, &question, None).await.unwrap();
        for row in std::iter::once(&mut known.own.steps)
            .chain(known.own.breakdown.iter_mut().map(|row| &mut row.steps))
        {
            for step in
                row.iter_mut().filter(|step| ["engaged", "lead"].contains(&step.name.as_str()))
            {
                step.count = step
                    .count
                    .map(|count| (0..count).filter(|_| random.u8(0..6) > 0).count() as u64);
            }
        }
        for (found, step) in found.iter_mut().zip(["engaged", "lead"]) {
            let whole: u64 = known.own.breakdown.iter().map(|row| row.count(step).unwrap()).sum();
            known
                .own
                .steps
                .iter_mut()
                .filter(|one| one.name == step)
                .for_each(|one| one.count = Some(whole));
            let told = compare_periods(&known.own, &known, step, "opened").unwrap();
            *found += usize::from(told.rows[0].is_claim());
        }
    }
    found
}
