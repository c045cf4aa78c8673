//! Of sequences: a table of classes is matched once, and events are looked up in it.

use clickhouse::Row;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::{FunnelEvents, People};
use crate::domain::{Occurrence, PersonOccurrences};
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;
use crate::store::client::months::of_months;
use crate::store::client::row_binary::RowBytes;

const WANTED: &str = include_str!("../../../../queries/funnels/wanted_classes.sql");
const PEOPLE: &str = include_str!("../../../../queries/funnels/people_sequences.sql");

/// Classes that are looked up in memory, some 50 MB. Where more match, events are asked.
const MOST_CLASSES: usize = 1 << 20;

/// Bits of steps and of gaps.
#[derive(Debug, Clone, Copy)]
struct Masks {
    steps: u32,
    gaps: u32,
}

/// The classes that matter, and for which steps and gaps.
pub(super) struct WantedClasses(FxHashMap<u64, Masks>);

/// A row of the question `wanted_classes`.
#[derive(Debug, Row, Deserialize)]
struct ClassRow {
    class: u64,
    steps: u32,
    gaps: u32,
}

/// A row of the question `people_sequences`, as it came.
struct SequenceRow<'a> {
    person: u64,
    page_id: &'a [u8],
    person_id: &'a [u8],
    begin: i64,
    times: &'a [[u8; 4]],
    classes: &'a [[u8; 8]],
}

impl<'a> SequenceRow<'a> {
    /// The next row, if it has come as a whole.
    fn next(bytes: &mut RowBytes<'a>) -> Option<Self> {
        let mut ahead = *bytes;
        let row = Self {
            person: u64::from_le_bytes(ahead.number()?),
            page_id: ahead.text()?,
            person_id: ahead.text()?,
            begin: i64::from_le_bytes(ahead.number()?),
            times: ahead.numbers()?,
            classes: ahead.numbers()?,
        };
        *bytes = ahead;
        Some(row)
    }
}

/// Puts the rows of each person together.
struct Counting<'a> {
    wanted: &'a WantedClasses,
    period: [i64; 2],
    is_any_order: bool,
    current: Option<(u64, PersonOccurrences)>,
}

impl Counting<'_> {
    /// Takes a row; whoever came before, if this is somebody else.
    fn take(&mut self, row: &SequenceRow<'_>) -> Option<PersonOccurrences> {
        let is_same = self.current.as_ref().is_some_and(|(person, _)| *person == row.person);
        let before = if is_same { None } else { self.begin(row) };
        let (_, person) = self.current.as_mut()?;
        let [from, until] = self.period;
        for (since, class) in row.times.iter().zip(row.classes) {
            let class = u64::from_le_bytes(*class);
            let Some(Masks { steps, gaps }) = self.wanted.0.get(&class).copied() else { continue };
            let time = row.begin + i64::from(u32::from_le_bytes(*since));
            if (from..until).contains(&time) {
                person.events.push(Occurrence { time, steps, gaps });
            }
        }
        before
    }

    fn begin(&mut self, row: &SequenceRow<'_>) -> Option<PersonOccurrences> {
        let [page_id, person_id] =
            [row.page_id, row.person_id].map(|id| String::from_utf8_lossy(id).into_owned());
        let before = self.end();
        let next = PersonOccurrences { page_id, person_id, events: Vec::new() };
        self.current = Some((row.person, next));
        before
    }

    /// The last one, if they have an event of the first step.
    fn end(&mut self) -> Option<PersonOccurrences> {
        let (_, person) = self.current.take()?;
        let is_first = |event: &Occurrence| self.is_any_order || event.steps & 1 == 1;
        person.events.iter().any(is_first).then_some(person)
    }
}

impl Store {
    /// The classes that matter to a funnel; `None` if they are too many.
    pub(super) async fn wanted_classes(
        &self,
        from: i64,
        until: i64,
        asked: FunnelEvents<'_>,
    ) -> Result<Option<WantedClasses>, StoreError> {
        let [steps, gaps] = asked.masks();
        let statement = assemble(WANTED, &[("steps", &steps), ("gaps", &gaps)]);
        let question = of_months(self.client().query(&statement), from, until);
        let question =
            question.with_setting("max_result_rows", "0").param("most", MOST_CLASSES as u64 + 1);
        let rows: Vec<ClassRow> = self.fetch_all(asked.with_matchers(question)).await?;
        let is_few = rows.len() <= MOST_CLASSES;
        let masks = |row: ClassRow| (row.class, Masks { steps: row.steps, gaps: row.gaps });
        Ok(is_few.then(|| WantedClasses(rows.into_iter().map(masks).collect())))
    }

    pub(super) async fn people_of_sequences(
        &self,
        from: i64,
        until: i64,
        asked: FunnelEvents<'_>,
        wanted: &WantedClasses,
        taker: mpsc::Sender<Vec<PersonOccurrences>>,
    ) -> Result<(), StoreError> {
        let question = of_months(self.client().query(PEOPLE), from, until)
            // It is read as it comes.
            .with_setting("max_result_bytes", "0")
            .with_setting("max_result_rows", "0")
            .with_setting("do_not_merge_across_partitions_select_final", "1")
            .param("excluded", asked.excluded_people)
            .param("has_ids", asked.has_ids);
        let failed = |error| self.failed(error);
        let mut chunks = question.fetch_bytes("RowBinary").map_err(failed)?;
        let mut people = People::new(taker);
        let (period, is_any_order) = ([from, until], asked.is_any_order);
        let mut counting = Counting { wanted, period, is_any_order, current: None };
        let mut held: Vec<u8> = Vec::new();
        while let Some(chunk) = chunks.next().await.map_err(failed)? {
            held.extend_from_slice(&chunk);
            let mut bytes = RowBytes(&held);
            while let Some(row) = SequenceRow::next(&mut bytes) {
                if let Some(person) = counting.take(&row)
                    && !people.give(person).await
                {
                    return Ok(());
                }
            }
            let read = held.len() - bytes.0.len();
            held.drain(..read);
        }
        if !held.is_empty() {
            return Err(failed(clickhouse::error::Error::NotEnoughData));
        }
        if let Some(person) = counting.end()
            && !people.give(person).await
        {
            return Ok(());
        }
        people.end().await;
        Ok(())
    }
}
