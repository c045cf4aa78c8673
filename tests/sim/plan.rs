//! What happens in a run: all of it follows from its seed.

use messenger_funnel::domain::Timestamp;
use messenger_funnel::synthetic::{Plan as Script, Traffic, Truth};

use crate::chance::Chance;
use crate::machine::End;

/// The run begins this long before a midnight at which a month ends, milliseconds: 2026-12-01 in UTC.
const MIDNIGHT: i64 = 1_796_083_200_000;
const DAY: i64 = 86_400_000;
/// How long the trouble lasts, milliseconds.
pub const TROUBLE: i64 = 40_000;

/// In so many of a hundred runs ClickHouse syncs what it acknowledges.
const SYNCED: u64 = 70;

/// What happens at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Meta delivers these bodies (by their numbers) to a machine.
    Deliver {
        machine: usize,
        bodies: Vec<usize>,
        end: Option<End>,
        hangs_up: bool,
    },
    Start {
        machine: usize,
    },
    End {
        machine: usize,
        end: End,
    },
    Stop {
        machine: usize,
    },
    KillEngine,
    CutEngine,
    StartEngine,
    CutOff {
        machines: Vec<usize>,
    },
    ForgetBlocks,
    Merge,
    WriteBack,
    /// A clock is so far ahead; of the machine, or with 2 of ClickHouse.
    SetClock {
        of: usize,
        ahead: i64,
    },
}

/// A run.
pub struct Plan {
    /// UTC milliseconds.
    pub begin: i64,
    pub machines: usize,
    /// Whether ClickHouse syncs what it acknowledges.
    pub syncs: bool,
    /// Faults in a thousand statements.
    pub rate: u64,
    pub journal_bytes: u64,
    /// Whether Meta is told of conversions, and reports are delivered.
    pub has_office: bool,
    pub bodies: Vec<Vec<u8>>,
    pub truth: Truth,
    /// Milliseconds behind the begin, and what happens; in order.
    pub deeds: Vec<(i64, Deed)>,
}

impl Plan {
    pub fn of(seed: u64) -> Self {
        let mut chance = Chance::new(seed, "plan");
        let begin = MIDNIGHT - chance.between(0, TROUBLE as u64) as i64;
        let script = Script {
            seed,
            people: chance.between(2, 9),
            from: Timestamp(begin - 60 * DAY),
            to: Timestamp(begin),
            has_newest: false,
            has_story: false,
            variation: 0,
        };
        let mut traffic = Traffic::new(script);
        let bodies: Vec<Vec<u8>> = traffic.by_ref().collect();
        let machines = chance.between(1, 2) as usize;
        let mut plan = Self {
            begin,
            machines,
            syncs: chance.percent(SYNCED),
            rate: *chance.pick(&[0, 5, 20, 60, 150]),
            journal_bytes: *chance.pick(&[20_000, 60_000, 1 << 20]),
            has_office: chance.percent(30),
            truth: traffic.truth().clone(),
            bodies,
            deeds: Vec::new(),
        };
        if !plan.syncs {
            (plan.machines, plan.has_office, plan.journal_bytes) = (1, false, 1 << 20);
        }
        plan.deliveries(&mut chance);
        plan.trouble(&mut chance);
        plan.deeds.sort_by_key(|(at, _)| *at);
        plan
    }

    /// Meta batches, repeats, shuffles, and keeps some for later.
    fn deliveries(&mut self, chance: &mut Chance) {
        let mut left: Vec<usize> = (0..self.bodies.len()).collect();
        for at in 0..left.len() {
            if chance.percent(10) {
                left.push(at);
            }
        }
        match chance.between(0, 2) {
            0 => {}
            1 => chance.shuffle(&mut left),
            _ => left.chunks_mut(8).for_each(|some| chance.shuffle(some)),
        }
        let (mut at, mut rest) = (0, &left[..]);
        let pause = 2 * (TROUBLE as u64 - 10_000) / (left.len() as u64 + 1);
        while !rest.is_empty() {
            let many = if chance.percent(70) { 1 } else { chance.between(2, 8) as usize };
            let (now, later) = rest.split_at(many.min(rest.len()));
            rest = later;
            at += chance.between(0, pause * now.len() as u64) as i64;
            let machine = chance.between(0, self.machines as u64 - 1) as usize;
            let end = [None, Some(End::Killed), Some(End::Cut)];
            let end = if chance.percent(2) { *chance.pick(&end) } else { None };
            let hangs_up = chance.percent(3);
            let bodies = now.to_vec();
            self.deeds.push((at.min(TROUBLE), Deed::Deliver { machine, bodies, end, hangs_up }));
            if end.is_some() {
                let back = at + chance.between(100, 10_000) as i64;
                self.deeds.push((back, Deed::Start { machine }));
            }
        }
    }

    fn trouble(&mut self, chance: &mut Chance) {
        let anytime = |chance: &mut Chance| chance.between(1, TROUBLE as u64) as i64;
        for _ in 0..chance.between(0, 6) {
            let at = anytime(chance);
            self.deeds.push((at, Deed::Merge));
        }
        if chance.percent(25) {
            return;
        }
        if !self.syncs {
            for at in (1..TROUBLE / 10_000).map(|nth| nth * 10_000) {
                self.deeds.push((at, Deed::WriteBack));
            }
        }
        for _ in 0..chance.between(0, 4) {
            let (at, back) = (anytime(chance), chance.between(100, 15_000) as i64);
            let machine = chance.between(0, self.machines as u64 - 1) as usize;
            let end = *chance.pick(&[End::Killed, End::Cut]);
            let deed = if chance.percent(25) {
                Deed::Stop { machine }
            } else {
                Deed::End { machine, end }
            };
            self.deeds.push((at, deed));
            self.deeds.push((at + back, Deed::Start { machine }));
        }
        for _ in 0..chance.between(0, 2) {
            let (at, back) = (anytime(chance), chance.between(100, 15_000) as i64);
            let deed = if chance.percent(50) { Deed::KillEngine } else { Deed::CutEngine };
            self.deeds.push((at, deed));
            self.deeds.push((at + back, Deed::StartEngine));
        }
        if chance.percent(30) {
            let (at, back) = (anytime(chance), chance.between(100, 15_000) as i64);
            let machines = (0..self.machines).filter(|_| chance.percent(70)).collect();
            self.deeds.push((at, Deed::CutOff { machines }));
            self.deeds.push((at + back, Deed::CutOff { machines: Vec::new() }));
        }
        if chance.percent(20) {
            let at = anytime(chance);
            self.deeds.push((at, Deed::ForgetBlocks));
        }
        if chance.percent(30) {
            for _ in 0..chance.between(1, 3) {
                let at = anytime(chance);
                let of = *chance.pick(&[0, self.machines - 1, 2]);
                let ahead = chance.between(0, 4 * 3_600_000) as i64 - 2 * 3_600_000;
                self.deeds.push((at, Deed::SetClock { of, ahead }));
            }
        }
    }
}
