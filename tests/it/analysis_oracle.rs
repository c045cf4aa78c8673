//! Conversations, funnel and attribution against a slow and obvious version, on random logs.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use messenger_funnel::analysis::{
    Dimension, Model, Parameters, Scope, attribution, funnel, journeys_of, walk_threads,
};
use messenger_funnel::domain::{Period, Timestamp};
use polars_core::prelude::*;
use proptest::prelude::*;

use crate::slow_attribution::{Credits, Numbers, credits};
use crate::slow_threads as slowly;

pub const MINUTE: i64 = 60_000;
pub const DAY: i64 = 86_400_000;

const STEPS: [&str; 6] = ["opened", "messaged", "answered", "engaged", "lead", "purchase"];

/// One event of a person; the order in the list is the order of the thread.
#[derive(Debug, Clone)]
pub struct Happened {
    pub page: &'static str,
    pub person: u8,
    pub time: i64,
    pub kind: &'static str,
    pub name: &'static str,
    pub source: &'static str,
    pub ad: &'static str,
    pub value_e4: Option<i64>,
}

fn happened() -> impl Strategy<Value = (i64, Happened)> {
    let step = prop_oneof![
        Just(0),
        Just(1),
        Just(2_500),
        Just(5_000),
        Just(5_001),
        Just(MINUTE),
        Just(10 * MINUTE),
        Just(10 * MINUTE + 1),
        Just(DAY),
        Just(7 * DAY - 1),
        Just(7 * DAY),
        Just(28 * DAY),
        Just(28 * DAY + 1),
        0..3 * DAY,
    ];
    let kinds = prop_oneof![
        4 => Just("message"),
        4 => Just("echo"),
        2 => Just("postback"),
        2 => Just("referral"),
        1 => Just("opt_in"),
        1 => Just("other"),
        2 => Just("conversion"),
    ];
    let source = prop_oneof![4 => Just(""), 2 => Just("ad"), 1 => Just("link"), 1 => Just("qr")];
    let goal = prop_oneof![3 => Just("lead"), 3 => Just("purchase"), 1 => Just("booking")];
    let ad = prop_oneof![Just("1"), Just("2")];
    let value = prop_oneof![Just(None), (1_i64..1_000_000).prop_map(Some)];
    (step, kinds, source, goal, ad, value).prop_map(|(step, kind, source, goal, ad, value_e4)| {
        let is_conversion = kind == "conversion";
        let carries = matches!(kind, "message" | "postback" | "referral" | "opt_in");
        let source = match (carries, source, kind) {
            (true, "", "referral") => "other",
            (true, source, _) => source,
            (false, ..) => "",
        };
        let name = match kind {
            "conversion" => goal,
            "other" => "comment",
            _ => "",
        };
        let happened = Happened {
            page: "",
            person: 0,
            time: 0,
            kind,
            name,
            source,
            ad: if source == "ad" { ad } else { "" },
            value_e4: value_e4.filter(|_| is_conversion),
        };
        (step, happened)
    })
}

/// Several people's threads, ordered as the query orders them.
pub fn log() -> impl Strategy<Value = Vec<Happened>> {
    let thread = prop::collection::vec(happened(), 0..24);
    prop::collection::vec(thread, 1..5).prop_map(|threads| {
        let mut all = Vec::new();
        for (index, thread) in threads.into_iter().enumerate() {
            let mut time = 1_790_000_000_000;
            for (step, happened) in thread {
                time += step;
                let page = if index % 2 == 0 { "A" } else { "B" };
                all.push(Happened { page, person: index as u8, time, ..happened });
            }
        }
        all.sort_by_key(|event| (event.page, event.person));
        all
    })
}

pub fn frame(log: &[Happened]) -> DataFrame {
    let text = |name: &str, get: &dyn Fn(&Happened) -> String| {
        Column::new(name.into(), log.iter().map(get).collect::<Vec<String>>())
    };
    let currency = |event: &Happened| {
        if event.value_e4.is_some() { "EUR".to_owned() } else { String::new() }
    };
    DataFrame::new(
        log.len(),
        vec![
            text("page_id", &|event| event.page.to_owned()),
            text("person_id", &|event| event.person.to_string()),
            Column::new("time".into(), log.iter().map(|event| event.time).collect::<Vec<_>>()),
            text("kind", &|event| event.kind.to_owned()),
            text("name", &|event| event.name.to_owned()),
            text("source", &|event| event.source.to_owned()),
            text("source_name", &|_| String::new()),
            text("ref", &|_| String::new()),
            text("ad_id", &|event| event.ad.to_owned()),
            text("ad_title", &|_| String::new()),
            Column::new(
                "value_e4".into(),
                log.iter().map(|event| event.value_e4).collect::<Vec<_>>(),
            ),
            text("currency", &currency),
            text("channel", &|_| "messenger".to_owned()),
            text("referer", &|_| String::new()),
            text("ctwa_clid", &|_| String::new()),
            text("app_id", &|_| String::new()),
            text("persona_id", &|_| String::new()),
            text("event_id", &|_| String::new()),
        ],
    )
    .unwrap()
}

fn within(frame: &DataFrame, time: &str, from: i64, to: i64) -> DataFrame {
    let times = frame.column(time).unwrap().i64().unwrap().iter();
    let is_inside = times.map(|time| time.is_some_and(|time| (from..to).contains(&time)));
    frame.filter(&BooleanChunked::from_iter_values("is_inside".into(), is_inside)).unwrap()
}

/// The counts that the database would give of conversations opened in a period, a row each.
fn counts(conversations: &DataFrame, period: &Period) -> DataFrame {
    let inside = within(conversations, "opened_at", period.from.0, period.to.0);
    let kept = ["opened_at", "page_id", "source"].map(|name| inside.column(name).unwrap().clone());
    let opened = Column::new("opened".into(), vec![1_u64; inside.height()]);
    let reached = ["messaged", "answered", "engaged", "lead", "purchase"].map(|stage| {
        let is_reached = inside.column(&format!("{stage}_at")).unwrap().is_not_null();
        let counts: Vec<u64> =
            is_reached.iter().map(|reached| reached.map_or(0, u64::from)).collect();
        Column::new(stage.into(), counts)
    });
    let columns = kept.into_iter().chain([opened]).chain(reached).collect();
    DataFrame::new(inside.height(), columns).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn funnel_and_sources_equal_the_oracle(log in log(), from in 0..40_i64, days in 1..60_i64) {
        let start = 1_790_000_000_000 + from * DAY;
        let period =
            Period::new(Timestamp(start), Timestamp(start + days * DAY), TimeZone::UTC).unwrap();
        let threads = walk_threads(frame(&log)).unwrap();
        let report =
            funnel(&counts(&threads.conversations, &period), &period, &[Dimension::Source, Dimension::Page], &[], &[]).unwrap();

        let mut expected: BTreeMap<(String, String), [u64; 6]> = BTreeMap::new();
        let mut total = [0_u64; 6];
        for thread in slowly::threads(&log) {
            for conversation in slowly::conversations(thread) {
                if conversation.opened < period.from.0 || conversation.opened >= period.to.0 {
                    continue;
                }
                let key = (conversation.source, conversation.page.to_owned());
                let row = expected.entry(key).or_default();
                for stage in 0..=conversation.depth {
                    row[stage] += 1;
                    total[stage] += 1;
                }
            }
        }
        prop_assert_eq!(STEPS.map(|step| report.count(step).unwrap()), total);
        let found: BTreeMap<(String, String), [u64; 6]> = report
            .breakdown
            .iter()
            .map(|row| {
                let key = ["source", "page"].map(|name| row.value(name).unwrap().to_owned());
                (key.into(), STEPS.map(|step| row.count(step).unwrap()))
            })
            .collect();
        prop_assert_eq!(found, expected);
        for step in &report.steps {
            prop_assert!(step.rate_from_previous.is_none_or(|rate| (0.0..=1.0).contains(&rate)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_model_equals_the_oracle(
        log in log(),
        from in 0..40_i64,
        lookback_days in 1..40_u32,
        half_life_days in 0.1..30.0_f64,
        order in 1..=4_usize,
        is_purchase in any::<bool>(),
        with_ads in any::<bool>(),
    ) {
        let start = 1_790_000_000_000 + from * DAY;
        let period =
            Period::new(Timestamp(start), Timestamp(start + 45 * DAY), TimeZone::UTC).unwrap();
        let goal = is_purchase.then_some("purchase");
        let parameters = Parameters {
            lookback_days, half_life_days, order, first_share: 0.3, last_share: 0.5,
        };
        let numbers = Numbers { half_life_days, order, first_share: 0.3, last_share: 0.5 };
        let wanted = slowly::Wanted {
            from: period.from.0,
            to: period.to.0,
            lookback: i64::from(lookback_days) * DAY,
            goal,
            with_ads,
        };
        let threads = slowly::threads(&log);
        let slow: Vec<_> =
            threads.iter().flat_map(|thread| slowly::journeys(thread, &wanted)).collect();
        let scope = Scope {
            period,
            lookback_ms: parameters.lookback_ms(),
            goal: goal.map(str::to_owned),
            channel: if with_ads { vec![Dimension::Source, Dimension::Ad] } else { Vec::new() },
        };
        let threads = walk_threads(frame(&log)).unwrap();
        // As the tables would give them: what the lookback window cannot reach is not there.
        let touchpoints = within(
            &threads.touchpoints,
            "time",
            scope.period.from.0 - scope.lookback_ms,
            scope.period.to.0,
        );
        let until = scope.period.to.0 + scope.lookback_ms + 1;
        let conversions = within(&threads.conversions, "time", scope.period.from.0, until);
        let journeys = journeys_of(&touchpoints, &conversions, &scope).unwrap();
        let conversions: f64 = slow.iter().map(|one| one.conversions).sum();
        let nulls: f64 = slow.iter().map(|one| one.nulls).sum();
        prop_assert_eq!((journeys.conversions(), journeys.nulls()), (conversions, nulls));
        for model in Model::ALL {
            let report = attribution(&journeys, model, &parameters, false).unwrap();
            let found: Credits = report
                .channels
                .iter()
                .map(|row| {
                    let key = (row.channel.clone(), row.currency.clone().unwrap_or_default());
                    (key, (row.conversions, row.value.unwrap_or(0.0)))
                })
                .collect();
            let expected = credits(model.as_str(), &slow, &numbers);
            let keys = |credits: &Credits| credits.keys().cloned().collect::<Vec<_>>();
            prop_assert_eq!(keys(&found), keys(&expected), "{:?}", model);
            for (key, credit) in &expected {
                let own = found[key];
                prop_assert!((own.0 - credit.0).abs() < 1e-8, "{:?} {:?}: {:?} {:?}", model, key, own, credit);
                prop_assert!((own.1 - credit.1).abs() < 1e-6, "{:?} {:?}: {:?} {:?}", model, key, own, credit);
            }
            let sum: f64 = report.channels.iter().map(|row| row.conversions).sum();
            prop_assert_eq!(sum, report.total_conversions);
        }
    }
}
