//! Conversations, funnel and journeys as the definitions say them, sentence by sentence: the oracle.

use crate::analysis_oracle::{DAY, Happened, MINUTE};
use crate::slow_attribution::{Journey, Touch};

pub struct Conversation {
    pub opened: i64,
    pub page: &'static str,
    pub source: String,
    /// Stages reached behind `opened`.
    pub depth: usize,
}

pub fn threads(log: &[Happened]) -> Vec<&[Happened]> {
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
    let answered = comment.is_some_and(|at| between[at..].iter().any(|event| event.kind == "echo"));
    if answered { "comment".to_owned() } else { String::new() }
}

/// The act that explains an opening without an entry point: the first with one of its own within five seconds behind it.
fn explained_by(thread: &[Happened], opening: usize) -> Option<usize> {
    let is_behind = |at: &usize| thread[*at].time - thread[opening].time <= 5_000;
    let tells = |at: &usize| is_act(&thread[*at]) && !thread[*at].source.is_empty();
    let found = (opening + 1..thread.len()).take_while(is_behind).find(tells);
    found.filter(|_| source(thread, opening).is_empty())
}

pub fn conversations(thread: &[Happened]) -> Vec<Conversation> {
    let openings = openings(thread);
    let mut found = Vec::new();
    for (number, &start) in openings.iter().enumerate() {
        let end = openings.get(number + 1).copied().unwrap_or(thread.len());
        let opened = thread[start].time;
        let source = source(thread, explained_by(thread, start).unwrap_or(start));
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

/// Places of the touchpoints, their sources, and the places that tell these; the same click within ten minutes once.
fn touchpoints(thread: &[Happened]) -> Vec<(usize, String, usize)> {
    let openings = openings(thread);
    let explaining: Vec<usize> =
        openings.iter().filter_map(|opening| explained_by(thread, *opening)).collect();
    let mut kept: Vec<(usize, String, usize)> = Vec::new();
    let is_own = |act: &usize| is_act(&thread[*act]) && !explaining.contains(act);
    for act in (0..thread.len()).filter(is_own) {
        let is_opening = openings.contains(&act);
        let told = explained_by(thread, act).filter(|_| is_opening).unwrap_or(act);
        let mut door = source(thread, told);
        if door.is_empty() && is_opening {
            "organic".clone_into(&mut door);
        }
        if door.is_empty() {
            continue;
        }
        let again = door != "organic"
            && kept.iter().any(|(earlier, other, of)| {
                let same_ad = thread[*of].ad == thread[told].ad;
                // Refs are empty in these logs: two links, or two comments, look alike.
                let between = thread[act].time - thread[*earlier].time;
                between <= 10 * MINUTE && *other == door && same_ad
            });
        if !again {
            kept.push((act, door, told));
        }
    }
    kept
}

/// Which journeys there are, in words as `journeys_of` has them.
pub struct Wanted<'a> {
    pub from: i64,
    pub to: i64,
    pub lookback: i64,
    pub goal: Option<&'a str>,
    pub with_ads: bool,
}

pub fn journeys(thread: &[Happened], wanted: &Wanted<'_>) -> Vec<Journey> {
    let touchpoints = touchpoints(thread);
    let touch = |(place, source, told): &(usize, String, usize), end: i64| {
        let event = &thread[*place];
        let ad = if source == "ad" { thread[*told].ad } else { "(no ad)" };
        Touch {
            channel: if wanted.with_ads { format!("{source} / {ad}") } else { source.clone() },
            age: end - event.time,
            is_organic: source == "organic",
        }
    };
    let is_inside = |time: i64| time >= wanted.from && time < wanted.to;
    let is_wanted = |event: &Happened| {
        event.kind == "conversion" && wanted.goal.is_none_or(|goal| event.name == goal)
    };
    let is_before = |touch: usize, place: usize| {
        touch < place && thread[place].time - thread[touch].time <= wanted.lookback
    };
    let goals: Vec<usize> = (0..thread.len()).filter(|place| is_wanted(&thread[*place])).collect();
    let mut journeys = Vec::new();
    for place in goals.iter().filter(|place| is_inside(thread[**place].time)) {
        let event = &thread[*place];
        let path = touchpoints.iter().filter(|(touch, ..)| is_before(*touch, *place));
        journeys.push(Journey {
            path: path.map(|one| touch(one, event.time)).collect(),
            conversions: 1.0,
            value: event.value_e4.unwrap_or(0) as f64 / 10_000.0,
            nulls: 0.0,
            currency: if event.value_e4.is_some() { "EUR" } else { "" }.to_owned(),
        });
    }
    let is_free = |(touch, ..): &(usize, String, usize)| {
        is_inside(thread[*touch].time) && !goals.iter().any(|place| is_before(*touch, *place))
    };
    let mut run: Vec<&(usize, String, usize)> = Vec::new();
    let mut runs = Vec::new();
    for one in &touchpoints {
        let goes_on = run.last().is_some_and(|last| {
            is_free(one)
                && !goals.iter().any(|place| (last.0..one.0).contains(place))
                && thread[one.0].time - thread[run[0].0].time <= wanted.lookback
        });
        if !goes_on && !run.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
        if is_free(one) {
            run.push(one);
        }
    }
    runs.extend((!run.is_empty()).then_some(run));
    journeys.extend(runs.into_iter().map(|run| {
        let end = thread[run.last().unwrap().0].time;
        Journey {
            path: run.into_iter().map(|one| touch(one, end)).collect(),
            conversions: 0.0,
            value: 0.0,
            nulls: 1.0,
            currency: String::new(),
        }
    }));
    journeys
}
