//! Attribution over path files: the oracle on random tables, published examples, and what must not go wrong.

use std::collections::BTreeMap;

use messenger_funnel::analysis::{
    AttributionReport, Journeys, Model, Parameters, attribution, comparison, describe,
    journeys_of_paths,
};
use polars_core::prelude::*;
use proptest::prelude::*;

use crate::slow_attribution::{Journey, Numbers, Touch, credits};

const DAY: i64 = 86_400_000;

/// Paths such as `A > B` with conversions, their value, and journeys without one.
type Table<'a> = [(&'a str, f64, f64, f64)];

fn journeys(table: &Table<'_>) -> Journeys {
    let column = |name: &str, get: fn(&(&str, f64, f64, f64)) -> f64| {
        Column::new(name.into(), table.iter().map(get).collect::<Vec<_>>())
    };
    let paths: Vec<&str> = table.iter().map(|row| row.0).collect();
    let frame = DataFrame::new(
        table.len(),
        vec![
            Column::new("path".into(), paths),
            column("total_conversions", |row| row.1),
            column("total_conversion_value", |row| row.2),
            column("total_null", |row| row.3),
        ],
    );
    journeys_of_paths(&frame.unwrap()).unwrap()
}

fn report(table: &Table<'_>, model: Model, order: usize) -> AttributionReport {
    let parameters = Parameters { order, ..Parameters::default() };
    attribution(&journeys(table), model, &parameters, false).unwrap()
}

fn conversions(report: &AttributionReport) -> BTreeMap<String, f64> {
    report.channels.iter().map(|row| (row.channel.clone(), row.conversions)).collect()
}

#[track_caller]
fn assert_credit(report: &AttributionReport, expected: &[(&str, f64)]) {
    let found = conversions(report);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (channel, credit) in expected {
        assert!((found[*channel] - credit).abs() < 1e-12, "{channel}: {found:?}");
    }
}

#[track_caller]
fn assert_effects(report: &AttributionReport, expected: &[(&str, f64)]) {
    for (channel, effect) in expected {
        let row = report.channels.iter().find(|row| row.channel == *channel).unwrap();
        assert!((row.removal_effect.unwrap() - effect).abs() < 1e-12, "{channel}: {row:?}");
    }
}

/// The example that is usually shown with `ChannelAttribution` (in the README of pychattr, its port:
/// github.com/jmwoloso/pychattr). Published, simulated: A 1.991106, B 1.008894, removal effects 1
/// and 0.5067; first touch 3 and 0. Exact: 2 and 1, effects 1 and 1/2.
#[test]
fn the_example_of_channel_attribution() {
    let table = [
        ("A > B > A > B > B > A", 1.0, 1.0, 0.0),
        ("A > B > B > A > A", 1.0, 1.0, 0.0),
        ("A > A", 1.0, 1.0, 0.0),
    ];
    let first_order = report(&table, Model::Markov, 1);
    assert_credit(&first_order, &[("A", 2.0), ("B", 1.0)]);
    assert_effects(&first_order, &[("A", 1.0), ("B", 0.5)]);
    assert_credit(&report(&table, Model::Markov, 2), &[("A", 1.8), ("B", 1.2)]);
    assert_credit(&report(&table, Model::First, 1), &[("A", 3.0), ("B", 0.0)]);
    assert_credit(&report(&table, Model::Linear, 1), &[("A", 2.1), ("B", 0.9)]);
    let described = describe(&journeys(&table));
    let chance = |from: &str, to: &str| {
        let step = described.transitions.iter().find(|step| step.from == from && step.to == to);
        step.map(|step| step.probability)
    };
    // 8 steps leave A, 3 of them to B, 2 to A; published without the steps to itself: 1/2 and 1/2.
    assert_eq!(chance("(start)", "A"), Some(1.0));
    assert_eq!(chance("A", "B").map(|chance| chance / (1.0 - 0.25)), Some(0.5));
    assert_eq!(chance("A", "(conversion)"), Some(0.375));
    assert_eq!(chance("B", "A").map(|chance| chance / (1.0 - 0.4)), Some(1.0));
}

/// Bryl', "Attribution models with Markov chains in R", 2016: removal effects 1/2, 1 and 1 of a
/// chance of 1/3. The way of Anderl et al. 2016 by a worked example.
#[test]
fn the_example_of_bryl() {
    let table =
        [("c1 > c2 > c3", 1.0, 0.0, 0.0), ("c1", 0.0, 0.0, 1.0), ("c2 > c3", 0.0, 0.0, 1.0)];
    let found = report(&table, Model::Markov, 1);
    assert_effects(&found, &[("c1", 0.5), ("c2", 1.0), ("c3", 1.0)]);
    assert_credit(&found, &[("c1", 0.2), ("c2", 0.4), ("c3", 0.4)]);
}

/// The example of `markov_removal` in the R package mediamix (Chase): effects 0.5 and 1 of 2/3,
/// credit 0.6666667 and 1.3333333.
#[test]
fn the_example_of_mediamix() {
    let table = [("a > b", 1.0, 0.0, 0.0), ("a", 0.0, 0.0, 1.0), ("b", 1.0, 0.0, 0.0)];
    let found = report(&table, Model::Markov, 1);
    assert_effects(&found, &[("a", 0.5), ("b", 1.0)]);
    assert_credit(&found, &[("a", 2.0 / 3.0), ("b", 4.0 / 3.0)]);
}

/// Two worked examples of Shapley values (Kinley, game-theory-attribution, 2020; Gorb after it): of
/// 100 conversions F earns 45, G 21.5 and L 33.5; and F 45.5, O 20.5 and L 34.
#[test]
fn the_examples_of_shapley_values() {
    let table = [
        ("F", 18.0, 0.0, 0.0),
        ("G", 4.0, 0.0, 0.0),
        ("L", 8.0, 0.0, 0.0),
        ("F > G", 10.0, 0.0, 0.0),
        ("L > F", 26.0, 0.0, 0.0),
        ("G > L", 7.0, 0.0, 0.0),
        ("F > G > L > F", 27.0, 0.0, 0.0),
    ];
    let found = report(&table, Model::Shapley, 1);
    assert_credit(&found, &[("F", 45.0), ("G", 21.5), ("L", 33.5)]);
    let table = [
        ("F", 20.0, 0.0, 0.0),
        ("O", 10.0, 0.0, 0.0),
        ("L", 17.0, 0.0, 0.0),
        ("F > O", 17.0, 0.0, 0.0),
        ("F > L", 30.0, 0.0, 0.0),
        ("F > L > O", 6.0, 0.0, 0.0),
    ];
    let found = report(&table, Model::Shapley, 1);
    assert_credit(&found, &[("F", 45.5), ("O", 20.5), ("L", 34.0)]);
}

/// More states than the dense solver takes, against the crowd that walks through them.
#[test]
fn a_large_chain_equals_the_oracle() {
    let mut random = fastrand::Rng::with_seed(5);
    let table: Vec<(Vec<u8>, f64)> = (0..1500)
        .map(|_| {
            let length = random.usize(1..9);
            let path = (0..length).map(|_| random.u8(0..9)).collect();
            (path, f64::from(random.u8(0..3)))
        })
        .collect();
    let slow: Vec<Journey> = table
        .iter()
        .map(|(path, conversions)| slow_journey(path, *conversions, conversions * 2.5, 1.0))
        .collect();
    let found = attribution(
        &from_slow(&slow),
        Model::Markov,
        &Parameters { order: 3, ..Parameters::default() },
        false,
    );
    compare(&found.unwrap(), &slow, 3);
}

fn slow_journey(path: &[u8], conversions: f64, value: f64, nulls: f64) -> Journey {
    let touch = |(at, channel): (usize, &u8)| Touch {
        channel: if *channel == 0 { "Organic".to_owned() } else { format!("c{channel}") },
        // Without times touchpoints count as a day apart.
        age: (path.len() - 1 - at) as i64 * DAY,
        is_organic: *channel == 0,
    };
    let path = path.iter().enumerate().map(touch).collect();
    Journey { path, conversions, value, nulls, currency: String::new() }
}

fn from_slow(slow: &[Journey]) -> Journeys {
    let paths: Vec<String> = slow
        .iter()
        .map(|one| {
            one.path.iter().map(|touch| touch.channel.as_str()).collect::<Vec<_>>().join(" > ")
        })
        .collect();
    let table: Vec<(&str, f64, f64, f64)> = paths
        .iter()
        .zip(slow)
        .map(|(path, one)| (path.as_str(), one.conversions, one.value, one.nulls))
        .collect();
    journeys(&table)
}

fn compare(found: &AttributionReport, slow: &[Journey], order: usize) {
    let numbers = Numbers { half_life_days: 7.0, first_share: 0.4, last_share: 0.4, order };
    let expected = credits(found.model, slow, &numbers);
    let total: f64 = slow.iter().map(|one| one.conversions).sum();
    for row in &found.channels {
        let key = (row.channel.clone(), String::new());
        let credit = expected.get(&key).copied().unwrap_or_default();
        assert!(
            (row.conversions - credit.0).abs() < 1e-9 * total.max(1.0),
            "{} {row:?} {credit:?}",
            found.model
        );
        let value = row.value.unwrap_or(0.0);
        assert!(
            (value - credit.1).abs() < 1e-8 * total.max(1.0),
            "{} {row:?} {credit:?}",
            found.model
        );
    }
    let sum: f64 = found.channels.iter().map(|row| row.conversions).sum();
    assert!(sum == total && found.total_conversions == total, "{}: {sum} {total}", found.model);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn every_model_on_any_table_equals_the_oracle(
        table in prop::collection::vec(
            (prop::collection::vec(0..6_u8, 0..7), 0..4_u8, 0..3_u8, 0..1000_u32),
            1..25,
        ),
        order in 1..=4_usize,
    ) {
        let slow: Vec<Journey> = table
            .iter()
            .map(|(path, conversions, nulls, value)| {
                let value = if *conversions > 0 { f64::from(*value) / 8.0 } else { 0.0 };
                slow_journey(path, f64::from(*conversions), value, f64::from(*nulls))
            })
            .collect();
        let fast = from_slow(&slow);
        let parameters = Parameters { order, ..Parameters::default() };
        for model in Model::ALL {
            compare(&attribution(&fast, model, &parameters, false).unwrap(), &slow, order);
        }
        // Side by side they are the same figures.
        let all = comparison(&fast, &Model::ALL, Model::Last, &parameters);
        for row in &all.rows {
            for (model, credit) in &row.models {
                let alone = attribution(&fast, Model::parse(model).unwrap(), &parameters, false);
                let alone = conversions(&alone.unwrap());
                prop_assert_eq!(alone.get(&row.channel).copied().unwrap_or(0.0), credit.conversions);
            }
        }
    }
}

/// Half of the people convert after A, all others after nothing: the interval must cover the truth,
/// be about as wide as the binomial says, and be the same each time.
#[test]
fn intervals_are_those_of_drawing_people_anew() {
    let table = [("A", 100.0, 0.0, 100.0), ("B", 25.0, 0.0, 175.0)];
    let of = |model| {
        let found = attribution(&journeys(&table), model, &Parameters::default(), true).unwrap();
        let row = found.channels.iter().find(|row| row.channel == "A").unwrap();
        row.conversions_interval.unwrap()
    };
    let [low, high] = of(Model::Last);
    // 400 people, a quarter of them in A with a conversion: deviation sqrt(400 * 1/4 * 3/4) = 8.66.
    assert!((low - (100.0 - 1.96 * 8.66)).abs() < 4.0, "{low}");
    assert!((high - (100.0 + 1.96 * 8.66)).abs() < 4.0, "{high}");
    assert_eq!(of(Model::Last), [low, high]);
    let [low, high] = of(Model::Markov);
    assert!(low < 100.0 && high > 100.0 && high - low > 20.0, "{low} {high}");
}

#[test]
fn notes_tell_what_is_shaky() {
    let notes = |table: &Table<'_>, model, order| {
        let notes = report(table, model, order).notes;
        notes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let said = notes(&[("A > B", 20.0, 0.0, 0.0), ("B", 2.0, 0.0, 0.0)], Model::Markov, 1);
    assert!(said.contains("Only 22 conversions"), "{said}");
    assert!(said.contains("91 % of the conversions came by one path: A > B"), "{said}");
    assert!(said.contains("No journey without a conversion is known"), "{said}");
    let said = notes(&[("A", 500.0, 0.0, 9.0), ("B", 450.0, 0.0, 9.0)], Model::TimeDecay, 1);
    assert!(said.contains("single touchpoint") && said.contains("a day apart"), "{said}");
    let said = notes(&[("A > B > C > D > E", 3.0, 0.0, 0.0)], Model::Markov, 3);
    assert!(said.contains("Order 3 makes 5 states of 3 journeys"), "{said}");
    assert!(notes(&[("A", 0.0, 0.0, 9.0)], Model::Last, 1).contains("no conversions"));
    let calm = [("A > B", 400.0, 0.0, 9.0), ("B > A", 450.0, 0.0, 9.0), ("B > B", 500.0, 0.0, 1.0)];
    assert_eq!(notes(&calm, Model::Markov, 1), "");
}

/// What came back is taken off again, and no model makes money of it.
#[test]
fn refunds_are_taken_off() {
    let table = [("a", 1.0, 10.0, 0.0), ("b", 1.0, -10.0, 0.0)];
    for model in Model::ALL {
        let found = report(&table, model, 1);
        let values: Vec<f64> = found.channels.iter().map(|row| row.value.unwrap()).collect();
        assert_eq!(values.iter().sum::<f64>(), 0.0, "{model:?}: {values:?}");
        assert!(values.iter().all(|value| value.abs() <= 10.0), "{model:?}: {values:?}");
    }
    let table = [("a > c", 1.0, -10.0, 3.0), ("d", 1.0, 20.1, 3.0)];
    let found = report(&table, Model::Markov, 1);
    assert!(found.channels.iter().all(|row| row.value.unwrap().abs() <= 20.1), "{found:?}");
}

/// A channel that is called like one of ours stays apart from it.
#[test]
fn names_of_our_own_are_not_taken() {
    let table = [("(none)", 5.0, 0.0, 0.0), ("", 3.0, 0.0, 0.0), ("a", 1.0, 0.0, 0.0)];
    let found = report(&table, Model::Last, 1);
    assert_credit(&found, &[("\"(none)\"", 5.0), ("(none)", 3.0), ("a", 1.0)]);
    let all = comparison(&journeys(&table), &Model::ALL, Model::Last, &Parameters::default());
    let sum: f64 = all.rows.iter().map(|row| row.models["last"].conversions).sum();
    assert_eq!(sum, 9.0);
}

/// With very many channels Markov's model is solved only where it was asked for.
#[test]
fn many_channels_are_compared_without_markov() {
    let paths: Vec<String> =
        (0..300).map(|number| format!("c{number} > c{}", number / 2)).collect();
    let table: Vec<_> = paths.iter().map(|path| (path.as_str(), 1.0, 0.0, 1.0)).collect();
    let journeys = journeys(&table);
    let usual = Parameters::default();
    let all = comparison(&journeys, &Model::ALL, Model::Last, &usual);
    assert_eq!(all.models.len(), 7);
    assert!(all.rows.iter().all(|row| !row.models.contains_key("markov")));
    assert!(describe(&journeys).assists.iter().all(|row| row.removal_effect.is_none()));
    let refused = attribution(&journeys, Model::Markov, &usual, true).unwrap_err().to_string();
    assert!(refused.contains("up to 256 channels"), "{refused}");
}
