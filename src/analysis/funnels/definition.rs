//! What a funnel means, once it has been checked.

use std::collections::BTreeMap;

use crate::analysis::Dimension;
use crate::domain::{AgeLimit, EventMatch};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A conversation, in the range in which it was opened.
    Conversation,
    /// A person, in the range in which an attempt begins.
    Person,
}

/// In which order steps are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// One after the other; other events may lie between.
    Ordered,
    /// One after the other; no other event that meets a step lies between.
    Strict,
    /// Whichever comes first.
    Any,
}

/// Which attempts of a unit count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reentry {
    /// The first one.
    First,
    /// The one that gets furthest; of several the first.
    Best,
    /// Every one; a new one begins behind the end of the one before.
    Every,
}

/// A funnel that has been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// Its name.
    pub name: String,
    /// Its name on pages.
    pub title: String,
    /// What is counted.
    pub unit: Unit,
    /// The rules of an attempt.
    pub rules: Rules,
    /// Names of the steps.
    pub steps: Vec<String>,
    /// What meets each step.
    pub matches: Vec<EventMatch>,
    /// What ends an attempt, with the gaps between steps in which it does: bit `g` is the gap between
    /// step `g` and the next, from 0.
    pub exclusions: Vec<(EventMatch, u32)>,
    /// What the conversation of a unit must be: values of dimensions.
    pub filters: Vec<(Dimension, String)>,
    /// People who do not count: (Page, person).
    pub exclude_people: Vec<(String, String)>,
    /// Where it is written: a file of the settings; empty of others.
    pub place: String,
    /// Whether it is no longer offered, and only answers by its name.
    pub is_archived: bool,
}

impl Funnel {
    /// The file in which it is written, without the folder, which is nobody's business who may only look.
    #[must_use]
    pub fn file(&self) -> &str {
        self.place.rsplit('/').next().unwrap_or_default()
    }
}

/// The rules of an attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// Number of steps.
    pub steps: usize,
    /// Their order.
    pub order: Order,
    /// Milliseconds from the first step to the last, inclusive.
    pub window_ms: i64,
    /// Milliseconds from one step to the next, inclusive.
    pub step_window_ms: i64,
    /// Which attempts count.
    pub reentry: Reentry,
    /// Until when what became of an attempt counts, by when it began; `None`: until its window ends.
    pub limit: Option<AgeLimit>,
}

/// Funnels by their names, as they are configured.
pub type Funnels = BTreeMap<String, Funnel>;
