//! Units of a custom funnel: what of somebody's events belongs together, and their attempts that count.

use polars_core::frame::DataFrame;
use polars_core::prelude::{Column, DataType, Int64Chunked, PolarsResult, StringChunked};

use super::definition::{Funnel, Unit};
use super::{Attempt, attempts};
use crate::analysis::Dimension;
use crate::analysis::NONE;
use crate::domain::{Occurrence, Period, PersonOccurrences};

/// Finds the units of people who come one after the other.
pub(super) struct Units {
    funnel: Funnel,
    period: Period,
    /// The hash of each conversation's person, in order.
    owners: Vec<u128>,
    /// UTC milliseconds.
    opened: Int64Chunked,
    /// Labels of the conversations by each filter's dimension, and the one that is wanted.
    filters: Vec<(StringChunked, String)>,
    /// The row behind the conversations of who came last: people mostly come in their order.
    next: usize,
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
        ("person_high", DataType::UInt64),
        ("person_low", DataType::UInt64),
        ("opened_at", DataType::Int64),
    ];
    let columns = columns.map(|(name, kind)| Column::new_empty(name.into(), &kind));
    DataFrame::new(0, columns.into()).unwrap_or_default()
}

impl Units {
    /// `conversations` are the columns of `queries/funnels/unit_conversations.sql`, in the order of people's hashes and of
    /// time.
    pub(super) fn new(
        funnel: &Funnel,
        conversations: &DataFrame,
        period: &Period,
    ) -> PolarsResult<Self> {
        let filters = funnel.filters.iter().map(|(dimension, wanted)| {
            Ok((labels(conversations, dimension, period)?, wanted.clone()))
        });
        Ok(Self {
            funnel: funnel.clone(),
            period: period.clone(),
            owners: owners(conversations)?,
            opened: conversations.column("opened_at")?.i64()?.rechunk().into_owned(),
            filters: filters.collect::<PolarsResult<_>>()?,
            next: 0,
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
        let (owners, wanted) = (&self.owners, person.hash);
        let first = match owners.get(self.next) {
            Some(owner) if *owner == wanted => self.next,
            _ => owners.partition_point(|owner| *owner < wanted),
        };
        let many = owners[first..].iter().take_while(|owner| **owner == wanted).count();
        self.next = first + many;
        first..self.next
    }
}

/// The hash of each conversation's person.
fn owners(conversations: &DataFrame) -> PolarsResult<Vec<u128>> {
    let half = |name: &str| PolarsResult::Ok(conversations.column(name)?.u64()?.rechunk());
    let (high, low) = (half("person_high")?, half("person_low")?);
    let pairs = high.into_no_null_iter().zip(low.into_no_null_iter());
    Ok(pairs.map(|(high, low)| u128::from(high) << 64 | u128::from(low)).collect())
}

/// The places of the events from an instant on and before another.
fn within(events: &[Occurrence], from: i64, to: i64) -> std::ops::Range<usize> {
    let place = |instant| events.partition_point(|event| event.time < instant);
    place(from)..place(to)
}
