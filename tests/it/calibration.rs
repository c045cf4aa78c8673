//! What is said of a difference holds: on traffic in which nothing changes periods are told apart as seldom as promised,
//! although the later one has had less time.

use std::sync::Arc;

use jiff::tz::TimeZone;
use messenger_funnel::analysis::{DEFAULT_FUNNEL, Funnels, Model, Parameters, compare_periods};
use messenger_funnel::domain::{RefRules, Timestamp};
use messenger_funnel::insights::funnel_comparison::period_days;
use messenger_funnel::insights::query::{Age, Defaults, QueryParams};
use messenger_funnel::store::Store;

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
    engine.stop().await;
    let [same, whole] = claims;
    println!("{} pairs; claims by step at the same age {same:?}, by all so far {whole:?}", pairs());
    // At most 5 %, and two standard errors of so many pairs.
    let pairs = pairs() as f64;
    let most = pairs * 0.05 + 2.0 * (pairs * 0.05 * 0.95).sqrt();
    for (step, claims) in steps.iter().zip(same) {
        assert!((claims as f64) <= most, "{step}: {claims} of {pairs}");
    }
    // Else this test could not fail: by all that happened so far purchases seem to get rarer all the time.
    assert!(whole[4] as f64 > most, "{whole:?}");
}
