//! Runs of many seeds, and of those that have found something.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::faults::Fault;
use crate::run::run;

/// Seeds that `make test` runs; `SEEDS` says otherwise.
const SEEDS: u64 = 100;

/// Seeds that found something, and what; they are run every time.
const FOUND: [(u64, &str); 11] = [
    (99, "a failed sync had everything that was shipped removed from the journal"),
    (136, "an end in order was taken for all being on disk, where tables do not sync"),
    (167, "as 99"),
    (
        248,
        "rows stood on of which a cut had taken the mark that they are no more: conversations, touchpoints",
    ),
    (327, "as 248, of a touchpoint alone"),
    (676, "as 248, of a comment"),
    (
        6753,
        "a batch that was refused and could not be cut off was counted, and then gone: damage that was none",
    ),
    (102_740, "as 248, where the checkpoint of what was shipped had not been written"),
    (
        201_749,
        "a segment that was closed behind an answer had the date of this machine, and was too old",
    ),
    (223_575, "two jumps of the clock made what was shipped seem too old to be shipped again"),
    (205_508, "an answer whose receipt came behind the end of the traffic was not in its books"),
];

/// A number that an environment variable holds.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn nothing_that_was_acknowledged_is_lost_or_counted_twice() {
    let first = number("MESSENGER_FUNNEL_TEST_FIRST_SEED").unwrap_or(1);
    let seeds = number("MESSENGER_FUNNEL_TEST_SEEDS").unwrap_or(SEEDS);
    let began = Instant::now();
    let mut faults: BTreeMap<Fault, u64> = BTreeMap::new();
    let mut steps = 0;
    let mut found: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    let found_before = FOUND.iter().map(|(seed, _)| *seed).filter(|seed| *seed >= first + seeds);
    for seed in (first..first + seeds).chain(found_before) {
        let outcome = run(seed);
        for (fault, many) in outcome.faults {
            *faults.entry(fault).or_default() += many;
        }
        steps += outcome.steps;
        if !outcome.findings.is_empty() {
            println!("seed {seed}: {:?}", outcome.findings);
            found.insert(seed, outcome.findings);
        }
    }
    println!("| seeds | statements | findings | seconds |");
    println!("|---|---|---|---|");
    println!("| {seeds} | {steps} | {} | {:.1} |", found.len(), began.elapsed().as_secs_f64());
    println!("| fault | injected |");
    println!("|---|---|");
    for (fault, many) in &faults {
        println!("| {fault:?} | {many} |");
    }
    assert!(found.is_empty(), "{} seeds of {seeds} find something: {found:#?}", found.len());
}

#[test]
fn a_seed_does_the_same_again_byte_for_byte() {
    let first = number("MESSENGER_FUNNEL_TEST_FIRST_SEED").unwrap_or(1);
    for seed in first..first + 12 {
        let (one, other) = (run(seed), run(seed));
        let differs = one.trace.lines().zip(other.trace.lines()).find(|(one, other)| one != other);
        let at = one.trace.lines().zip(other.trace.lines()).take_while(|(one, other)| one == other);
        let at = at.count();
        let before: Vec<&str> = one.trace.lines().take(at).skip(at.saturating_sub(12)).collect();
        assert!(one == other, "seed {seed}, behind {before:#?}: {differs:?}");
    }
}
