//! What people and business do one after the other.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::gathering::{Gathering, Span};
use super::moments::{InOrder, Moment, Moments};
use super::{WHOLE, Whose};
use crate::domain::{Occurrence, Period};
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;

const OPENINGS: &str = include_str!("../../../../queries/sequences/openings.sql");

/// What is told of paths; a conversion is told by its name.
const KINDS: [&str; 6] = ["message", "echo", "postback", "referral", "opt_in", "conversion"];

/// What some people and the business did one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sequence {
    /// The entry point, then what happened, joined by ` > `.
    pub sequence: String,
    /// People of whom that is true.
    pub people: u64,
}

/// How many people did what, by the entry point and the numbers of what followed.
#[derive(Default)]
struct Paths<'a>(FxHashMap<(&'a str, Vec<u32>), u64>);

impl<'a> Paths<'a> {
    fn count(&mut self, gathered: Gathering<'_>, openings: &'a [Moment], length: usize) {
        let mut openings = InOrder::new(openings);
        gathered.tell(|person, _, events| {
            let Some(opening) = openings.of(person) else { return };
            let path = path(events, opening.at, length);
            *self.0.entry((&opening.what, path)).or_default() += 1;
        });
    }
}

/// The first `length` events from an opening on, equal ones in a row once.
fn path(events: &[Occurrence], opened_at: i64, length: usize) -> Vec<u32> {
    let since = events.iter().filter(|event| event.time >= opened_at);
    let mut path: Vec<u32> = Vec::with_capacity(length.min(8));
    for event in since {
        if path.last() == Some(&event.steps) {
            continue;
        }
        if path.len() == length {
            break;
        }
        path.push(event.steps);
    }
    path
}

impl Store {
    /// What people and business do one after the other, most frequent first: `length` events of those
    /// who opened a conversation in the period, until `until` (UTC milliseconds).
    ///
    /// # Errors
    /// If ClickHouse cannot be asked, or sequences are still being made.
    pub async fn top_sequences(
        &self,
        period: &Period,
        until: i64,
        length: u32,
        limit: u64,
    ) -> Result<Vec<Sequence>, StoreError> {
        let span = Span { from: period.from.0, until };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let statement = assemble(OPENINGS, &[("sequences_whole", WHOLE.trim_end())]);
        let question = self.client().query(&statement);
        let question = question.param("from", period.from.0).param("to", period.to.0);
        let mut openings = Moments::new(self, question)?;
        let (extent, (wanted, told)) =
            tokio::try_join!(self.extent(span), self.told_classes(span, &KINDS))?;
        let mut all: FxHashMap<(String, Vec<u32>), u64> = FxHashMap::default();
        for range in extent.ranges() {
            let (opened, gathered) = tokio::try_join!(
                openings.until(self, range.last),
                self.gather(&wanted, span, range, Whose::default())
            )?;
            let mut paths = Paths::default();
            paths.count(gathered, &opened, length);
            for ((door, path), people) in paths.0 {
                *all.entry((door.to_owned(), path)).or_default() += people;
            }
        }
        let sequence = |((door, path), people): ((String, Vec<u32>), u64)| {
            let what = path.iter().filter_map(|what| told.get(*what as usize - 1));
            let parts: Vec<&str> = std::iter::once(&door).chain(what).map(String::as_str).collect();
            Sequence { sequence: parts.join(" > "), people }
        };
        let mut all: Vec<Sequence> = all.into_iter().map(sequence).collect();
        all.sort_by(|one, other| {
            other.people.cmp(&one.people).then_with(|| one.sequence.cmp(&other.sequence))
        });
        all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_at_the_opening_and_tells_equal_ones_once() {
        let event = |(time, steps)| Occurrence { time, steps, gaps: 0 };
        let events = [(1, 9), (2, 0), (3, 0), (4, 1), (5, 1), (6, 0), (7, 2)].map(event);
        assert_eq!(path(&events, 2, 8), [0, 1, 0, 2]);
        assert_eq!(path(&events, 3, 2), [0, 1]);
        assert!(path(&events, 8, 8).is_empty());
    }
}
