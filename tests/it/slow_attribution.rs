//! Attribution as its definitions say it, slowly: the oracle of the tests.

use std::collections::{BTreeMap, BTreeSet};

const DAY: f64 = 86_400_000.0;

#[derive(Debug, Clone)]
pub struct Touch {
    pub channel: String,
    /// Milliseconds before the journey's end.
    pub age: i64,
    pub is_organic: bool,
}

#[derive(Debug, Clone)]
pub struct Journey {
    pub path: Vec<Touch>,
    pub conversions: f64,
    pub value: f64,
    pub nulls: f64,
    /// Conversions of each currency are credited for themselves.
    pub currency: String,
}

/// Conversions and value of a channel.
pub type Credits = BTreeMap<(String, String), (f64, f64)>;

pub struct Numbers {
    pub half_life_days: f64,
    pub first_share: f64,
    pub last_share: f64,
    pub order: usize,
}

pub fn credits(model: &str, journeys: &[Journey], numbers: &Numbers) -> Credits {
    let mut credits = match model {
        "markov" => markov(journeys, numbers.order),
        "shapley" => shapley(journeys),
        _ => by_path(model, journeys, numbers),
    };
    for journey in journeys.iter().filter(|journey| journey.path.is_empty()) {
        let none = ("(none)".to_owned(), journey.currency.clone());
        let credit = credits.entry(none).or_default();
        credit.0 += journey.conversions;
        credit.1 += journey.value;
    }
    credits.retain(|_, credit| *credit != (0.0, 0.0));
    credits
}

fn by_path(model: &str, journeys: &[Journey], numbers: &Numbers) -> Credits {
    let mut credits = Credits::new();
    for journey in journeys {
        let path = &journey.path;
        let length = path.len();
        let weights: Vec<f64> = (0..length)
            .map(|at| match model {
                "first" => f64::from(at == 0),
                "last" => f64::from(at == length - 1),
                "last_non_organic" => {
                    let named = path.iter().rposition(|touch| !touch.is_organic);
                    f64::from(at == named.unwrap_or(length - 1))
                }
                "linear" => 1.0,
                "position" if length == 1 => 1.0,
                "position" if length == 2 && numbers.first_share + numbers.last_share == 0.0 => 0.5,
                "position" if at == 0 => numbers.first_share,
                "position" if at == length - 1 => numbers.last_share,
                "position" => {
                    (1.0 - numbers.first_share - numbers.last_share) / (length - 2) as f64
                }
                "time_decay" => 2.0_f64.powf(-(path[at].age as f64) / DAY / numbers.half_life_days),
                _ => panic!("{model}"),
            })
            .collect();
        let whole: f64 = weights.iter().sum();
        for (touch, weight) in path.iter().zip(weights) {
            let key = (touch.channel.clone(), journey.currency.clone());
            let credit = credits.entry(key).or_default();
            credit.0 += journey.conversions * weight / whole;
            credit.1 += journey.value * weight / whole;
        }
    }
    credits
}

/// Every coalition of the channels, each channel's part in each.
fn shapley(journeys: &[Journey]) -> Credits {
    let channels: Vec<String> = channels(journeys).into_iter().collect();
    let mut credits = Credits::new();
    for currency in currencies(journeys) {
        let worth = |coalition: u32| -> (f64, f64) {
            let is_within = |journey: &&Journey| {
                journey.path.iter().all(|touch| {
                    let place = channels.iter().position(|channel| *channel == touch.channel);
                    coalition >> place.unwrap() & 1 == 1
                })
            };
            let own = journeys
                .iter()
                .filter(|journey| journey.currency == currency && !journey.path.is_empty());
            own.filter(is_within)
                .fold((0.0, 0.0), |sum, one| (sum.0 + one.conversions, sum.1 + one.value))
        };
        let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
        let players = channels.len() as u32;
        for (place, channel) in channels.iter().enumerate() {
            let credit = credits.entry((channel.clone(), currency.clone())).or_default();
            for others in (0..1_u32 << players).filter(|others| others >> place & 1 == 0) {
                let size = others.count_ones();
                let weight = factorial(size) * factorial(players - size - 1) / factorial(players);
                let (with, without) = (worth(others | 1 << place), worth(others));
                credit.0 += weight * (with.0 - without.0);
                credit.1 += weight * (with.1 - without.1);
            }
        }
    }
    for credit in credits.values_mut() {
        // What is no part of any coalition is nothing, not what rounding leaves of it.
        credit.0 = if credit.0.abs() < 1e-9 { 0.0 } else { credit.0 };
        credit.1 = if credit.1.abs() < 1e-6 { 0.0 } else { credit.1 };
    }
    credits
}

/// Follows a crowd through the chain, step by step, once with everybody and once without each channel.
fn markov(journeys: &[Journey], order: usize) -> Credits {
    let mut credits = Credits::new();
    for currency in currencies(journeys) {
        let all = arrive(journeys, order, &currency, None);
        let lost: Vec<(String, (f64, f64))> = channels(journeys)
            .into_iter()
            .map(|channel| {
                let without = arrive(journeys, order, &currency, Some(&channel));
                (channel, (all.0 - without.0, all.1 - without.1))
            })
            .collect();
        let sum = lost.iter().fold((0.0, 0.0), |sum, (_, lost)| (sum.0 + lost.0, sum.1 + lost.1));
        let own = journeys.iter().filter(|one| one.currency == currency && !one.path.is_empty());
        let total = own.fold((0.0, 0.0), |sum, one| (sum.0 + one.conversions, sum.1 + one.value));
        for (channel, lost) in lost {
            let part = |lost: f64, sum: f64| if sum > 1e-12 { lost / sum } else { 0.0 };
            let credit = (total.0 * part(lost.0, sum.0), total.1 * part(lost.1, sum.1));
            credits.insert((channel, currency.clone()), credit);
        }
    }
    for credit in credits.values_mut() {
        credit.0 = if credit.0.abs() < 1e-9 { 0.0 } else { credit.0 };
        credit.1 = if credit.1.abs() < 1e-6 { 0.0 } else { credit.1 };
    }
    credits
}

/// Which part of a crowd of one arrives at a conversion, and with what value, if everybody who
/// comes to `removed` leaves.
fn arrive(journeys: &[Journey], order: usize, currency: &str, removed: Option<&str>) -> (f64, f64) {
    type State = Vec<String>;
    let mut visits: BTreeMap<State, f64> = BTreeMap::new();
    let mut steps: BTreeMap<State, BTreeMap<State, f64>> = BTreeMap::new();
    let mut ends: BTreeMap<State, (f64, f64)> = BTreeMap::new();
    for journey in journeys.iter().filter(|journey| !journey.path.is_empty()) {
        let count = journey.conversions + journey.nulls;
        if count == 0.0 {
            continue;
        }
        let mut state = State::new();
        for touch in &journey.path {
            *visits.entry(state.clone()).or_default() += count;
            let mut next = state.clone();
            next.push(touch.channel.clone());
            if next.len() > order {
                next.remove(0);
            }
            *steps.entry(state).or_default().entry(next.clone()).or_default() += count;
            state = next;
        }
        *visits.entry(state.clone()).or_default() += count;
        if journey.currency == currency {
            let end = ends.entry(state).or_default();
            end.0 += journey.conversions;
            end.1 += journey.value;
        }
    }
    let mut crowd: BTreeMap<State, f64> = BTreeMap::from([(State::new(), 1.0)]);
    let mut arrived = (0.0, 0.0);
    while crowd.values().sum::<f64>() > 1e-15 {
        let mut next: BTreeMap<State, f64> = BTreeMap::new();
        for (state, here) in crowd {
            let Some(visited) = visits.get(&state) else { continue };
            if let Some(end) = ends.get(&state) {
                arrived.0 += here * end.0 / visited;
                arrived.1 += here * end.1 / visited;
            }
            for (to, count) in steps.get(&state).into_iter().flatten() {
                if removed.is_none_or(|removed| to.last().unwrap() != removed) {
                    *next.entry(to.clone()).or_default() += here * count / visited;
                }
            }
        }
        crowd = next;
    }
    arrived
}

pub fn channels(journeys: &[Journey]) -> BTreeSet<String> {
    journeys.iter().flat_map(|one| &one.path).map(|touch| touch.channel.clone()).collect()
}

fn currencies(journeys: &[Journey]) -> BTreeSet<String> {
    journeys.iter().map(|journey| journey.currency.clone()).collect()
}
