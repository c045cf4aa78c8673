//! Seeded traffic: webhook bodies as Meta would post them, and the true figures beside them.
//!
//! Every person follows a script of their own ([`person`]) in a small world of Pages, ads and
//! links ([`world`]), in the rhythm of days and weeks ([`rhythm`]). The script keeps its own books
//! ([`Truth`]): it knows what it let happen, and uses nothing of the analysis. The events are then
//! delivered as Meta delivers them ([`delivery`]): in batches, some twice, some late.
//!
//! People come in cohorts of a few thousand. Within a cohort deliveries run through the whole
//! period in time; cohorts follow one another. So memory stays the same for any number of people.

mod campaigns;
mod clicks;
mod delivery;
mod message_costs;
mod person;
mod rhythm;
mod story;
mod truth;
mod variation;
mod whatsapp;
mod wire;
mod world;

use std::collections::VecDeque;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::domain::{Source, Timestamp};
pub use campaigns::{PAGE_NAMES, links, spend};
pub use clicks::link_visits;
pub use message_costs::message_costs;
pub use truth::Truth;
use world::{EntryPoint, World};

/// People in a cohort.
const COHORT: u64 = 4096;
/// People of a hundred who write on WhatsApp.
const WHATSAPP: u32 = 20;

/// What traffic to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The same seed makes the same bytes.
    pub seed: u64,
    /// How many people write.
    pub people: u64,
    /// No event is earlier.
    pub from: Timestamp,
    /// Every event is earlier.
    pub to: Timestamp,
    /// Whether a part of the people write on WhatsApp, and Meta's wire is that of 2026: referrals without a source, and in
    /// webhooks of their own.
    pub has_newest: bool,
    /// Whether months have a story: a season, a campaign that begins, an ad that people tire of. Else all days are alike.
    pub has_story: bool,
    /// By how many percent days differ beyond chance, in how many people write and in how far they go on: a standard
    /// deviation, 30 at most.
    pub variation: u32,
}

/// Webhook bodies, one after the other.
#[derive(Debug)]
pub struct Traffic {
    plan: Plan,
    world: World,
    truth: Truth,
    next_person: u64,
    ready: VecDeque<Vec<u8>>,
    /// People and bodies of the cohort that `ready` is of.
    cohort: (u64, u64),
}

impl Traffic {
    /// The traffic of a plan.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        let world = World::new();
        let truth = Truth::new(plan);
        Self { plan, world, truth, next_person: 0, ready: VecDeque::new(), cohort: (0, 1) }
    }

    /// How far the traffic has come, in people: for a progress bar.
    #[must_use]
    pub fn people_so_far(&self) -> u64 {
        let (people, bodies) = self.cohort;
        self.next_person - people * self.ready.len() as u64 / bodies
    }

    /// The true figures of what has been made so far; those of the whole once the iterator has
    /// ended.
    #[must_use]
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    fn make_cohort(&mut self) {
        let mut happenings = Vec::new();
        let ads: Vec<&EntryPoint> =
            self.world.entry_points().filter(|one| one.source == Source::Ad).collect();
        let end = self.plan.people.min(self.next_person + COHORT);
        let mut delivering = self.random(u64::MAX - self.next_person);
        for index in self.next_person..end {
            let mut random = self.random(index);
            // Drawn of its own, so that everybody else does the same with and without.
            let draws = self.plan.has_newest
                && self.random(u64::MAX / 2 + index).random_range(0..100) < WHATSAPP;
            happenings.extend(if draws {
                whatsapp::play(&ads, self.plan, index, &mut random, &mut self.truth)
            } else {
                person::play(&self.world, self.plan, index, &mut random, &mut self.truth)
            });
        }
        self.cohort.0 = end - self.next_person;
        self.next_person = end;
        // Stable: what one person does in one millisecond stays in order.
        happenings.sort_by_key(|happening| happening.time);
        self.ready.extend(delivery::deliver(happenings, &mut delivering));
        self.cohort.1 = (self.ready.len() as u64).max(1);
    }

    /// Each person has a stream of random numbers of their own.
    fn random(&self, stream: u64) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.plan.seed);
        random.set_stream(stream);
        random
    }
}

impl Iterator for Traffic {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        while self.ready.is_empty() && self.next_person < self.plan.people {
            self.make_cohort();
        }
        let body = self.ready.pop_front()?;
        self.truth.bodies += 1;
        Some(body)
    }
}
