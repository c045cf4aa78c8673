//! What is said of a difference holds: on traffic in which nothing changes periods are told apart as seldom as promised,
//! although the later one has had less time; and so it is with all else that claims a difference.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use messenger_funnel::analysis::{
    DEFAULT_FUNNEL, Funnels, Model, Parameters, Verdict, compare_periods,
};
use messenger_funnel::domain::{RefRules, Timestamp};
use messenger_funnel::insights::funnel_comparison::period_days;
use messenger_funnel::insights::query::{Age, Defaults, QueryParams};
use messenger_funnel::store::Store;

use crate::calibration_kinds::{DAY, Drawn, Looked, draws, drivers, found, others, seed};
use crate::support::{World, start_engine};

/// Pairs of one traffic: those of more would be the same days again and again.
const OF_ONE: usize = 100;
const STEPS: [&str; 5] = ["messaged", "answered", "engaged", "lead", "purchase"];

/// Half of the traffic has days that are alike, half has days that differ by 10 % in each step beyond chance.
#[tokio::test(flavor = "multi_thread")]
async fn traffic_without_a_trend_is_seldom_told_apart() {
    let pairs = draws(48);
    let blocks = (pairs.div_ceil(OF_ONE * 2) * 2).max(2);
    let mut told: BTreeMap<(u32, String), Looked> = BTreeMap::new();
    for block in 0..blocks {
        let variation = [0, 10][block % 2];
        let of_block = pairs / blocks;
        for (what, looked) in of_traffic(seed() + block as u64, variation, of_block).await {
            *told.entry((variation, what)).or_default() += looked;
        }
        if block % 2 == 1 {
            println!("after {} pairs", of_block * (block + 1));
            for ((variation, what), looked) in &told {
                println!("  days differ by {variation} %, {what}: {looked}");
            }
        }
    }
    for ((variation, what), looked) in &told {
        // Where days differ that much ten of them cannot tell a fifth: how often they do is told.
        if *variation > 0 && what.ends_with("is found") {
            continue;
        }
        let problem = looked.problem();
        assert!(problem.is_none(), "days differ by {variation} %, {what}: {problem:?}");
    }
}

/// All that is told of one traffic.
async fn of_traffic(seed: u64, variation: u32, pairs: usize) -> BTreeMap<String, Looked> {
    let world = World::new();
    let path = world.folder().join("traffic.jsonl");
    let (seed, variation) = (seed.to_string(), variation.to_string());
    world.succeed(&[
        "generate",
        "--classic",
        "--people",
        "24000",
        "--seed",
        &seed,
        "--variation",
        &variation,
        "--from",
        "2026-07-01",
        "--to",
        "2026-11-01",
        "--output",
        path.to_str().unwrap(),
    ]);
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let engine = start_engine(&world.data_dir()).await.unwrap();
    let drawn = Drawn {
        store: Store::new(engine.endpoint("messenger_funnel")),
        defaults: Defaults {
            zone: TimeZone::UTC,
            model: Model::Last,
            parameters: Parameters::default(),
            refs: Arc::<RefRules>::default(),
        },
        own: Funnels::new(),
        begin: "2026-08-20T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond(),
    };
    let mut random = fastrand::Rng::with_seed(seed.parse().unwrap());
    let mut told = BTreeMap::new();
    for pair in 0..pairs {
        let now = Timestamp(drawn.begin + random.i64(0..70 * DAY));
        for (what, looked) in periods(&drawn, now, [1, 4, 7, 14][pair % 4])
            .await
            .into_iter()
            .chain(others(&drawn, now, pair).await)
            .chain(drivers(&drawn, now, pair).await)
            .chain(found(&drawn, now, pair, &mut random).await)
        {
            *told.entry(what).or_default() += looked;
        }
    }
    engine.stop().await;
    told
}

/// The days before an instant beside those before them.
async fn periods(drawn: &Drawn, now: Timestamp, days: i64) -> Vec<(String, Looked)> {
    let instant = |days: i64| Some(Timestamp(now.0 - days * DAY).to_rfc3339());
    let mut told = Vec::new();
    for (age, name) in [(Age::Same, "at the same age"), (Age::Whole, "by all so far")] {
        let asked = QueryParams { from: instant(days), to: instant(0), ..QueryParams::default() };
        let mut question = asked.understand(&drawn.defaults, now).unwrap();
        question.age = age;
        let found =
            period_days(&drawn.store, &drawn.own, DEFAULT_FUNNEL, &question, None).await.unwrap();
        for step in STEPS {
            let verdict = compare_periods(&found.own, &found, step, "opened").unwrap();
            let is_claim = verdict.rows.iter().any(Verdict::is_claim);
            let looked = match (age, step) {
                (Age::Same, _) => Looked::wrong(is_claim),
                // By all that happened so far purchases seem to get rarer all the time.
                (Age::Whole, "purchase") => Looked::wrong_too_often(is_claim),
                (Age::Whole, _) => Looked::told(is_claim),
            };
            told.push((format!("{step} of opened, periods {name}"), looked));
        }
    }
    told
}
