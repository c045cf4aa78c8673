//! Conversations, funnel and attribution against a slow and obvious version, on random logs.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use messenger_funnel::analysis::{Dimension, Model, attribution, funnel, walk_threads};
use messenger_funnel::domain::{Period, Timestamp};
use polars::prelude::*;
use proptest::prelude::*;

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

const STEPS: [&str; 6] = ["opened", "messaged", "answered", "engaged", "lead", "purchase"];

/// One event of a person; the order in the list is the order of the thread.
#[derive(Debug, Clone)]
struct Happened {
    page: &'static str,
    person: u8,
    time: i64,
    kind: &'static str,
    name: &'static str,
    source: &'static str,
    ad: &'static str,
    value_e4: Option<i64>,
}

fn happened() -> impl Strategy<Value = (i64, Happened)> {
    let step = prop_oneof![
        Just(0),
        Just(1),
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
fn log() -> impl Strategy<Value = Vec<Happened>> {
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

fn frame(log: &[Happened]) -> DataFrame {
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
        ],
    )
    .unwrap()
}

/// The definitions, sentence by sentence.
mod slowly {
    use super::{DAY, Happened, MINUTE};

    pub(super) struct Conversation {
        pub opened: i64,
        pub page: &'static str,
        pub source: String,
        /// Stages reached behind `opened`.
        pub depth: usize,
    }

    pub(super) fn threads(log: &[Happened]) -> Vec<&[Happened]> {
        log.chunk_by(|a, b| (a.page, a.person) == (b.page, b.person)).collect()
    }

    fn is_act(event: &Happened) -> bool {
        ["message", "postback", "referral", "opt_in"].contains(&event.kind)
    }

    /// The acts that open a conversation: the first, or 7 days after the act before.
    fn openings(thread: &[Happened]) -> Vec<usize> {
        let acts: Vec<usize> = (0..thread.len()).filter(|i| is_act(&thread[*i])).collect();
        let opens = |place: usize| {
            place == 0 || thread[acts[place]].time - thread[acts[place - 1]].time >= 7 * DAY
        };
        (0..acts.len()).filter(|place| opens(*place)).map(|place| acts[place]).collect()
    }

    /// The source of an act; empty if it carries none and no comment was answered before it.
    fn source(thread: &[Happened], act: usize) -> String {
        if !thread[act].source.is_empty() {
            return thread[act].source.to_owned();
        }
        let after_last_act = thread[..act].iter().rposition(is_act).map_or(0, |last| last + 1);
        let between = &thread[after_last_act..act];
        let comment = between.iter().position(|event| event.kind == "other");
        let answered =
            comment.is_some_and(|at| between[at..].iter().any(|event| event.kind == "echo"));
        if answered { "comment".to_owned() } else { String::new() }
    }

    pub(super) fn conversations(thread: &[Happened]) -> Vec<Conversation> {
        let openings = openings(thread);
        let mut found = Vec::new();
        for (number, &start) in openings.iter().enumerate() {
            let end = openings.get(number + 1).copied().unwrap_or(thread.len());
            let opened = thread[start].time;
            let source = source(thread, start);
            found.push(Conversation {
                opened,
                page: thread[start].page,
                source: if source.is_empty() { "organic".to_owned() } else { source },
                depth: depth(&thread[start..end], opened),
            });
        }
        found
    }

    /// Tries every way to give events to stages, and takes the one that reaches furthest.
    fn depth(events: &[Happened], opened: i64) -> usize {
        fn meets(stage: usize, event: &Happened, is_opening: bool) -> bool {
            match stage {
                0 => event.kind == "message" || event.kind == "postback" && !is_opening,
                1 => event.kind == "echo",
                2 => event.kind == "message" || event.kind == "postback",
                3 => event.kind == "conversion" && event.name == "lead",
                4 => event.kind == "conversion" && event.name == "purchase",
                _ => false,
            }
        }
        fn furthest(stage: usize, from: usize, events: &[Happened], opened: i64) -> usize {
            (from..events.len())
                .filter(|at| events[*at].time - opened <= 28 * DAY)
                .filter(|at| meets(stage, &events[*at], *at == 0))
                .map(|at| furthest(stage + 1, at + 1, events, opened))
                .max()
                .unwrap_or(stage)
        }
        furthest(0, 0, events, opened)
    }

    /// Places and sources of the touchpoints, the same click within ten minutes once.
    fn touchpoints(thread: &[Happened]) -> Vec<(usize, String)> {
        let openings = openings(thread);
        let mut kept: Vec<(usize, String)> = Vec::new();
        for act in (0..thread.len()).filter(|i| is_act(&thread[*i])) {
            let mut door = source(thread, act);
            if door.is_empty() && openings.contains(&act) {
                "organic".clone_into(&mut door);
            }
            if door.is_empty() {
                continue;
            }
            let again = door != "organic"
                && kept.iter().any(|(earlier, other)| {
                    let (a, b) = (&thread[*earlier], &thread[act]);
                    let same_ad = a.ad == b.ad;
                    // Refs are empty in these logs: two links, or two comments, look alike.
                    b.time - a.time <= 10 * MINUTE && *other == door && same_ad
                });
            if !again {
                kept.push((act, door));
            }
        }
        kept
    }

    /// Conversions with the channel of the last touchpoint in the lookback window.
    pub(super) fn credits(thread: &[Happened], lookback: i64) -> Vec<(i64, String, Option<i64>)> {
        let touchpoints = touchpoints(thread);
        let conversions = thread.iter().enumerate().filter(|(_, event)| event.kind == "conversion");
        conversions
            .map(|(place, event)| {
                let before = touchpoints.iter().rfind(|(touch, _)| *touch < place);
                let near = before.filter(|(touch, _)| event.time - thread[*touch].time <= lookback);
                let channel = near.map_or("(none)", |(_, source)| source.as_str());
                (event.time, channel.to_owned(), event.value_e4)
            })
            .collect()
    }
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
            funnel(&threads.conversations, &period, &[Dimension::Source, Dimension::Page]).unwrap();

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

    #[test]
    fn last_touch_equals_the_oracle(log in log(), from in 0..40_i64, lookback in 1..40_u32) {
        let start = 1_790_000_000_000 + from * DAY;
        let period =
            Period::new(Timestamp(start), Timestamp(start + 45 * DAY), TimeZone::UTC).unwrap();
        let threads = walk_threads(frame(&log)).unwrap();
        let report = attribution(&threads, &period, Model::Last, lookback).unwrap();

        let mut expected: BTreeMap<(String, bool), (u64, i64)> = BTreeMap::new();
        for thread in slowly::threads(&log) {
            for (time, channel, value) in slowly::credits(thread, i64::from(lookback) * DAY) {
                if time >= period.from.0 && time < period.to.0 {
                    let row = expected.entry((channel, value.is_some())).or_default();
                    row.0 += 1;
                    row.1 += value.unwrap_or(0);
                }
            }
        }
        let found: BTreeMap<(String, bool), (u64, i64)> = report
            .channels
            .iter()
            .map(|row| {
                let value = (row.value.unwrap_or(0.0) * 10_000.0).round() as i64;
                ((row.channel.clone(), row.currency.is_some()), (row.conversions as u64, value))
            })
            .collect();
        let total: f64 = report.channels.iter().map(|row| row.conversions).sum();
        prop_assert!((total - report.total_conversions).abs() < 1e-9);
        prop_assert_eq!(found, expected);
    }
}
