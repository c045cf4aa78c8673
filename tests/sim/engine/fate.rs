//! What becomes of a statement that is on its way.

use super::statements::Statement;
use crate::chance::Chance;
use crate::faults::{Fault, Faults};

/// When a statement takes effect, and what its client hears of it.
#[derive(Debug, Clone)]
pub struct Fate {
    /// Milliseconds; usually one.
    pub effects: Vec<i64>,
    pub answered_at: i64,
    pub outcome: Outcome,
    pub partitions: usize,
    pub fault: Option<Fault>,
}

/// What the client hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Answers,
    Refuses(&'static str),
    /// The connection breaks.
    Breaks,
    /// Nothing, for minutes.
    Hangs,
}

/// What a server says that has too much to do, or no memory.
const REFUSALS: [&str; 3] = [
    "Code: 202. DB::Exception: Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)",
    "Code: 241. DB::Exception: Memory limit (total) exceeded. (MEMORY_LIMIT_EXCEEDED)",
    "Code: 252. DB::Exception: Too many parts. Merges are processing slower than inserts. (TOO_MANY_PARTS)",
];

impl Fate {
    pub fn draw(chance: &mut Chance, now: i64, statement: &Statement, faults: &Faults) -> Self {
        let pause = |chance: &mut Chance, from, to| chance.between(from, to) as i64;
        let due = now + pause(chance, 1, 7);
        let mut fate = Self {
            effects: vec![due],
            answered_at: due + pause(chance, 0, 3),
            outcome: Outcome::Answers,
            partitions: usize::MAX,
            fault: None,
        };
        if !chance.permille(faults.rate()) {
            return fate;
        }
        let fault = *chance.pick(&Fault::OF_STATEMENTS);
        fate.fault = Some(fault);
        match fault {
            Fault::Slow => {
                let late = now + pause(chance, 500, 20_000);
                (fate.effects, fate.answered_at) = (vec![late], late + 1);
            }
            Fault::Refused => {
                fate.effects.clear();
                let refusal = *chance.pick(&REFUSALS);
                fate.outcome = Outcome::Refuses(refusal);
            }
            Fault::LostUnanswered => {
                fate.effects.clear();
                fate.outcome = Outcome::Breaks;
            }
            Fault::AppliedUnanswered => fate.outcome = Outcome::Breaks,
            Fault::AppliedTimedOut => fate.outcome = Outcome::Hangs,
            Fault::AppliedLate => {
                fate.effects = vec![due + pause(chance, 200, 30_000)];
                fate.outcome = Outcome::Breaks;
            }
            Fault::AppliedInPart => {
                fate.partitions = 1;
                fate.outcome = Outcome::Refuses(REFUSALS[1]);
            }
            Fault::AppliedTwice => fate.effects.push(due + pause(chance, 1, 5_000)),
            _ => {}
        }
        if !statement.writes() {
            // What only reads has no effect that could come late.
            match fault {
                Fault::AppliedInPart | Fault::AppliedLate | Fault::AppliedUnanswered => {
                    fate.effects.clear();
                    fate.outcome = Outcome::Breaks;
                    fate.fault = Some(Fault::LostUnanswered);
                }
                Fault::AppliedTwice => {
                    fate.effects.truncate(1);
                    fate.fault = None;
                }
                _ => {}
            }
        }
        fate
    }
}
