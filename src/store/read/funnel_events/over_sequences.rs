//! Of sequences: a table of classes is matched once, and events are looked up in it.

use clickhouse::Row;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::{FunnelEvents, People};
use crate::domain::{Occurrence, PersonOccurrences};
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;
use crate::store::client::months::of_months;
use crate::store::read::sequences::{Extent, Gathering, Masks, Span, WantedClasses, Whose};

const WANTED: &str = include_str!("../../../../queries/funnels/wanted_classes.sql");

/// Classes that are looked up in memory, some 50 MB. Where more match, events are asked.
const MOST_CLASSES: usize = 1 << 20;

/// What a funnel needs of sequences.
pub(super) struct Sequences {
    wanted: WantedClasses,
    extent: Extent,
}

/// A row of the question `wanted_classes`.
#[derive(Debug, Row, Deserialize)]
struct ClassRow {
    class: u64,
    steps: u32,
    gaps: u32,
}

/// The people, in batches; only those who have an event of the first step, unless any may be the first.
fn batches(gathered: Gathering<'_>, is_any_order: bool) -> Vec<Vec<PersonOccurrences>> {
    let is_first = |event: &Occurrence| is_any_order || event.steps & 1 == 1;
    let mut batches = vec![Vec::with_capacity(People::AT_ONCE)];
    gathered.tell(|hash, ids, events| {
        if !events.iter().any(is_first) {
            return;
        }
        let [page_id, person_id] = std::mem::take(ids);
        let person = PersonOccurrences { hash, page_id, person_id, events: events.clone() };
        match batches.last_mut() {
            Some(batch) if batch.len() < People::AT_ONCE => batch.push(person),
            _ => batches.push(vec![person]),
        }
    });
    batches
}

/// Gives people to whoever counts them; whether they still take some.
async fn give(
    taker: &mpsc::Sender<Vec<PersonOccurrences>>,
    batches: Vec<Vec<PersonOccurrences>>,
) -> bool {
    for batch in batches {
        if taker.send(batch).await.is_err() {
            return false;
        }
    }
    true
}

impl Store {
    /// What a funnel needs of the sequences; `None` if they are not whole yet, or too many classes matter to it.
    pub(super) async fn sequences_of(
        &self,
        from: i64,
        until: i64,
        asked: FunnelEvents<'_>,
    ) -> Result<Option<Sequences>, StoreError> {
        let [steps, gaps] = asked.masks();
        let statement = assemble(WANTED, &[("steps", &steps), ("gaps", &gaps)]);
        let wanted = of_months(self.client().query(&statement), from, until);
        let wanted = wanted.with_setting("max_result_rows", "0");
        let wanted = asked.with_matchers(wanted.param("most", MOST_CLASSES as u64 + 1));
        let (wanted, extent) = tokio::try_join!(
            self.fetch_all::<ClassRow>(wanted),
            self.extent(Span { from, until })
        )?;
        if !extent.is_whole || wanted.len() > MOST_CLASSES {
            return Ok(None);
        }
        let masks = |row: ClassRow| (row.class, Masks { steps: row.steps, gaps: row.gaps });
        let known = wanted.into_iter().map(masks).collect();
        let wanted = WantedClasses { known, ..WantedClasses::default() };
        Ok(Some(Sequences { wanted, extent }))
    }

    pub(super) async fn people_of_sequences(
        &self,
        from: i64,
        until: i64,
        asked: FunnelEvents<'_>,
        sequences: &Sequences,
        taker: mpsc::Sender<Vec<PersonOccurrences>>,
    ) -> Result<(), StoreError> {
        let Sequences { wanted, extent } = sequences;
        let span = Span { from, until };
        let whose = Whose { has_ids: asked.has_ids, excluded: asked.excluded_people };
        let mut ready = Vec::new();
        for range in extent.ranges() {
            // Who was read before is counted meanwhile.
            let (gathered, is_wanted) = tokio::join!(
                self.gather(wanted, span, range, whose),
                give(&taker, std::mem::take(&mut ready))
            );
            if !is_wanted {
                return Ok(());
            }
            ready = batches(gathered?, asked.is_any_order);
        }
        give(&taker, ready).await;
        Ok(())
    }
}
