//! Units of a custom funnel: what of somebody's events belongs together, and their attempts that count.

use std::hash::BuildHasher;

use polars_core::frame::DataFrame;
use polars_core::prelude::{Column, DataType, Int64Chunked, PolarsResult, StringChunked};
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::definition::{Funnel, Unit};
use super::{Attempt, attempts};
use crate::analysis::Dimension;
use crate::analysis::NONE;
use crate::analysis::columns::text;
use crate::domain::{Occurrence, Period, PersonOccurrences};

/// Finds the units of people who come one after the other.
pub(super) struct Units {
    funnel: Funnel,
    period: Period,
    owners: (StringChunked, StringChunked),
    /// UTC milliseconds.
    opened: Int64Chunked,
    /// Labels of the conversations by each filter's dimension, and the one that is wanted.
    filters: Vec<(StringChunked, String)>,
    /// The row behind the conversations of who came last: people may come in their order.
    next: usize,
    /// The first row of whose hash it is; made once people come in another order.
    firsts: Option<FxHashMap<u64, usize>>,
}

/// An attempt that counts, and the conversation that it belongs to: its row.
pub(super) struct Counted {
    pub attempt: Attempt,
    pub conversation: Option<usize>,
}

impl Counted {
    /// What its conversation has among the labels of conversations.
    pub(super) fn label<'l>(&self, labels: &'l StringChunked) -> Option<&'l str> {
        self.conversation.and_then(|row| labels.get(row))
    }
}

/// What each conversation has of a dimension.
pub(super) fn labels(
    conversations: &DataFrame,
    dimension: &Dimension,
    period: &Period,
) -> PolarsResult<StringChunked> {
    let values = dimension.values(conversations, "opened_at", &period.zone)?;
    Ok(values.str()?.rechunk().into_owned())
}

/// Conversations of nobody, for a funnel that needs none.
#[must_use]
pub fn no_conversations() -> DataFrame {
    let columns = [
        ("page_id", DataType::String),
        ("person_id", DataType::String),
        ("opened_at", DataType::Int64),
    ];
    let columns = columns.map(|(name, kind)| Column::new_empty(name.into(), &kind));
    DataFrame::new(0, columns.into()).unwrap_or_default()
}

impl Units {
    /// `conversations` are the columns of `queries/funnels/unit_conversations.sql`, in the order of people and
    /// time.
    pub(super) fn new(
        funnel: &Funnel,
        conversations: &DataFrame,
        period: &Period,
    ) -> PolarsResult<Self> {
        let text = |name: &str| {
            PolarsResult::Ok(conversations.column(name)?.str()?.rechunk().into_owned())
        };
        let filters = funnel.filters.iter().map(|(dimension, wanted)| {
            Ok((labels(conversations, dimension, period)?, wanted.clone()))
        });
        Ok(Self {
            funnel: funnel.clone(),
            period: period.clone(),
            owners: (text("page_id")?, text("person_id")?),
            opened: conversations.column("opened_at")?.i64()?.rechunk().into_owned(),
            filters: filters.collect::<PolarsResult<_>>()?,
            next: 0,
            firsts: None,
        })
    }

    /// Somebody's attempts that count. An event belongs to the person's conversation that was opened last
    /// before it or with it.
    pub(super) fn of(&mut self, person: &PersonOccurrences) -> Vec<Counted> {
        let theirs = self.conversations(person);
        let (events, rules) = (&person.events[..], &self.funnel.rules);
        let opened = |row: usize| self.opened.get(row).unwrap_or_default();
        let mut found = Vec::new();
        match self.funnel.unit {
            Unit::Person => {
                let entries = within(events, self.period.from.0, self.period.to.0);
                found.extend(attempts(events, entries, rules).into_iter().map(|attempt| {
                    let begun = events[attempt.entry].time;
                    let conversation = theirs.clone().rev().find(|row| opened(*row) <= begun);
                    Counted { attempt, conversation }
                }));
            }
            Unit::Conversation => {
                for row in theirs.clone().filter(|row| self.period.contains(opened(*row))) {
                    let end = if row + 1 < theirs.end { opened(row + 1) } else { i64::MAX };
                    let own = &events[within(events, opened(row), end)];
                    let made = attempts(own, 0..own.len(), rules);
                    let conversation = Some(row);
                    found.extend(made.into_iter().map(|attempt| Counted { attempt, conversation }));
                }
            }
        }
        found.retain(|one| {
            let mut filters = self.filters.iter();
            filters.all(|(labels, wanted)| one.label(labels).unwrap_or(NONE) == wanted)
        });
        found
    }

    /// The rows of somebody's conversations.
    fn conversations(&mut self, person: &PersonOccurrences) -> std::ops::Range<usize> {
        let (pages, people) = &self.owners;
        let key = (person.page_id.as_str(), person.person_id.as_str());
        let owner = |row: usize| (text(pages, row), text(people, row));
        let rows = people.len();
        let first = if self.next < rows && owner(self.next) == key {
            self.next
        } else {
            let firsts = self.firsts.get_or_insert_with(|| firsts(rows, owner));
            match firsts.get(&hash(key)) {
                // Of two people with one hash the later one stands there.
                Some(first) if owner(*first) != key => first_of(rows, |row| owner(row) < key),
                first => first.copied().unwrap_or(rows),
            }
        };
        let mut end = first;
        while end < rows && owner(end) == key {
            end += 1;
        }
        self.next = end;
        first..end
    }
}

fn hash(owner: (&str, &str)) -> u64 {
    FxBuildHasher.hash_one(owner)
}

/// Where each person's rows begin, by a hash of who it is: comparing texts twenty times a person would take longer than all
/// else.
fn firsts<'t>(rows: usize, owner: impl Fn(usize) -> (&'t str, &'t str)) -> FxHashMap<u64, usize> {
    let is_first = |row: &usize| *row == 0 || owner(row - 1) != owner(*row);
    (0..rows).filter(is_first).map(|row| (hash(owner(row)), row)).collect()
}

/// The first row of which something is not so; those before it are so.
fn first_of(rows: usize, is_before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, rows);
    while low < high {
        let middle = low.midpoint(high);
        if is_before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// The places of the events from an instant on and before another.
fn within(events: &[Occurrence], from: i64, to: i64) -> std::ops::Range<usize> {
    let place = |instant| events.partition_point(|event| event.time < instant);
    place(from)..place(to)
}
