//! Sequences of people, read for whoever counts over them. They come by ranges of people's hashes, of which each is put
//! together here: ClickHouse would put months together by one thread alone.

mod cohorts;
mod gathering;
mod moments;
mod paths;
mod sent;

use clickhouse::{Compression, Row};
use serde::Deserialize;

pub use cohorts::CohortWeek;
pub(in crate::store::read) use gathering::{Gathering, Masks, Span, WantedClasses};
pub use paths::Sequence;
pub use sent::SentMessages;

use crate::store::client::Store;
use crate::store::client::assemble::{assemble, without_comments};
use crate::store::client::error::StoreError;
use crate::store::client::months::of_months;
use crate::store::client::native::NativeBytes;
use crate::store::client::one_time_work::OneTimeWork;

const EXTENT: &str = include_str!("../../../../queries/sequences/sequences_extent.sql");
const PEOPLE: &str = include_str!("../../../../queries/sequences/people_sequences.sql");
const EXCLUDED: &str = include_str!("../../../../queries/sequences/sequences_excluded.sql");
const NAMES: &str = include_str!("../../../../queries/sequences/sequences_names.sql");
pub(in crate::store::read) const WHOLE: &str =
    include_str!("../../../../queries/sequences/sequences_whole.sql");
const KINDS: &str = include_str!("../../../../queries/sequences/told_kinds.sql");
const CLASSES: &str = include_str!("../../../../queries/sequences/told_classes.sql");

/// Events of one range of people, some 16 MB if all of them matter.
const EVENTS_AT_ONCE: u64 = 1 << 20;

/// How much there is of sequences: the row of the question `sequences_extent`.
#[derive(Debug, Row, Deserialize)]
pub(in crate::store::read) struct Extent {
    events: u64,
    /// Whether sequences have been made of all that is stored.
    pub is_whole: bool,
}

/// A row of the question `told_kinds`.
#[derive(Debug, Row, Deserialize)]
struct KindRow {
    what: String,
    #[serde(rename = "classes")]
    _classes: u64,
}

/// A row of the question `told_classes`.
#[derive(Debug, Row, Deserialize)]
struct ToldRow {
    class: u64,
    number: u32,
}

/// Whose sequences are read, and whether it matters who they are.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::store::read) struct Whose<'a> {
    pub has_ids: bool,
    /// People who do not count, as `page/person`.
    pub excluded: &'a [String],
}

/// A range of people, by their hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::read) struct Hashes {
    pub first: u128,
    pub last: u128,
}

impl Extent {
    /// Ranges of people that together are all of them, each of about the same size.
    pub(in crate::store::read) fn ranges(&self) -> impl Iterator<Item = Hashes> + use<> {
        ranges(self.events / EVENTS_AT_ONCE + 1)
    }
}

fn ranges(count: u64) -> impl Iterator<Item = Hashes> {
    let size = u128::MAX / u128::from(count);
    (0..count).map(move |range| {
        let first = u128::from(range) * size;
        let last = if range + 1 == count { u128::MAX } else { first + size - 1 };
        Hashes { first, last }
    })
}

impl Store {
    /// How much there is in the months of a span.
    pub(in crate::store::read) async fn extent(&self, span: Span) -> Result<Extent, StoreError> {
        let extent = of_months(self.client().query(EXTENT), span.from, span.until);
        self.fetch_one(extent.param("work", OneTimeWork::Sequences.as_str())).await
    }

    /// What events of some kinds are, and the classes with its number in that list, from 1. Only what few classes are is looked
    /// up: payloads with a number in each, ten million of them, take no memory.
    async fn told_classes(
        &self,
        span: Span,
        kinds: &[&str],
    ) -> Result<(WantedClasses, Vec<String>), StoreError> {
        let asked = |statement: &str| {
            of_months(self.client().query(statement), span.from, span.until).param("kinds", kinds)
        };
        let rows: Vec<KindRow> = self.fetch_all(asked(KINDS)).await?;
        let most = rows.first().map_or("", |row| row.what.as_str()).to_owned();
        let is_told = |row: KindRow| (!row.what.is_empty()).then_some(row.what);
        let told: Vec<String> = rows.into_iter().filter_map(is_told).collect();
        let number = told.iter().position(|what| *what == most).map_or(0, |place| place + 1);
        let masks = |steps| Masks { steps, gaps: 0 };
        let others = masks(u32::try_from(number).unwrap_or_default());
        let mut wanted = WantedClasses { others, ..WantedClasses::default() };
        let question = asked(CLASSES).param("told", &told).param("most", &most);
        let question = question.with_setting("max_result_rows", "0");
        let question = question.with_setting("max_result_bytes", "0");
        let failed = |error| self.failed(error);
        let mut classes = question.fetch::<ToldRow>().map_err(failed)?;
        while let Some(ToldRow { class, number }) = classes.next().await.map_err(failed)? {
            wanted.known.insert(class, masks(number));
        }
        Ok((wanted, told))
    }

    /// Has the events of a range of people read.
    pub(in crate::store::read) async fn gather<'w>(
        &self,
        wanted: &'w WantedClasses,
        span: Span,
        range: Hashes,
        whose: Whose<'_>,
    ) -> Result<Gathering<'w>, StoreError> {
        let excluded = if whose.excluded.is_empty() { "" } else { EXCLUDED };
        let names = if whose.has_ids { NAMES } else { "" };
        let [excluded, names] =
            [excluded, names].map(|piece| format!("\n{}", without_comments(piece)));
        let statement = assemble(PEOPLE, &[("names", &names), ("excluded", &excluded)]);
        // Packing numbers takes as long as reading them.
        let client = self.client().clone().with_compression(Compression::None);
        let question = of_months(client.query(&statement), span.from, span.until)
            // It is read as it comes.
            .with_setting("max_result_bytes", "0")
            .with_setting("max_result_rows", "0")
            .with_setting("do_not_merge_across_partitions_select_final", "1")
            .param("first", range.first.to_string())
            .param("last", range.last.to_string())
            .param("excluded", whose.excluded);
        let failed = |error| self.failed(error);
        let mut chunks = question.fetch_bytes("Native").map_err(failed)?;
        let mut gathering = Gathering::new(wanted, span, whose.has_ids);
        let mut held: Vec<u8> = Vec::new();
        // Texts have to be walked through: a block is looked at again only once much more of it has come.
        let mut enough = 0;
        loop {
            let chunk = chunks.next().await.map_err(failed)?;
            let is_end = chunk.is_none();
            held.extend_from_slice(&chunk.unwrap_or_default());
            if is_end || held.len() >= enough {
                let mut bytes = NativeBytes(&held);
                while gathering.take(&mut bytes).is_some() {}
                let read = held.len() - bytes.0.len();
                held.drain(..read);
                enough = held.len() + held.len() / 4;
            }
            if is_end {
                break;
            }
        }
        if !held.is_empty() {
            return Err(failed(clickhouse::error::Error::NotEnoughData));
        }
        Ok(gathering)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_people_hold_every_hash_once() {
        for count in [1, 2, 3, 7, 1000] {
            let mut next = Some(0);
            for range in ranges(count) {
                assert_eq!(Some(range.first), next);
                assert!(range.last > range.first);
                next = range.last.checked_add(1);
            }
            assert_eq!(next, None);
        }
    }
}
