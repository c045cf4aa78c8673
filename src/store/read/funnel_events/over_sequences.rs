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

/// A row of the question `people_sequences`.
#[derive(Debug, Row, Deserialize)]
struct SequenceRow {
    person: u64,
    page_id: String,
    person_id: String,
    begin: i64,
    times: Vec<u32>,
    classes: Vec<u64>,
}

impl WantedClasses {
    /// Adds the events of a row that matter and lie between two instants.
    fn add(&self, row: &SequenceRow, [from, until]: [i64; 2], to: &mut PersonOccurrences) {
        for (since, class) in row.times.iter().zip(&row.classes) {
            let Some(Masks { steps, gaps }) = self.0.get(class).copied() else { continue };
            let time = row.begin + i64::from(*since);
            if (from..until).contains(&time) {
                to.events.push(Occurrence { time, steps, gaps });
            }
        }
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
        let mut rows = question.fetch::<SequenceRow>().map_err(failed)?;
        let mut people = People::new(taker);
        let mut current: Option<(u64, PersonOccurrences)> = None;
        let matters = |person: &PersonOccurrences| {
            let mut steps = person.events.iter().map(|event| event.steps);
            if asked.is_any_order {
                !person.events.is_empty()
            } else {
                steps.any(|met| met & 1 == 1)
            }
        };
        while let Some(mut row) = rows.next().await.map_err(failed)? {
            if current.as_ref().is_none_or(|(person, _)| *person != row.person) {
                let (page_id, person_id) =
                    (std::mem::take(&mut row.page_id), std::mem::take(&mut row.person_id));
                let next = PersonOccurrences { page_id, person_id, events: Vec::new() };
                let before = current.replace((row.person, next));
                if let Some((_, person)) = before.filter(|(_, person)| matters(person))
                    && !people.give(person).await
                {
                    return Ok(());
                }
            }
            if let Some((_, person)) = &mut current {
                wanted.add(&row, [from, until], person);
            }
        }
        if let Some((_, person)) = current.filter(|(_, person)| matters(person))
            && !people.give(person).await
        {
            return Ok(());
        }
        people.end().await;
        Ok(())
    }
}
