//! Of events as they are stored: also what no sequence tells, such as texts, values and receipts.

use clickhouse::Row;
use clickhouse::query::Query;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use super::{FunnelEvents, People};
use crate::domain::{Occurrence, PersonOccurrences};
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;

const WAYS: &str = include_str!("../../../../queries/funnels/custom_funnel_ways.sql");
const EVENTS: &str = include_str!("../../../../queries/funnels/custom_funnel_events.sql");
const ONCE: &str = include_str!("../../../../queries/funnels/custom_funnel_once.sql");
const SORTED: &str = include_str!("../../../../queries/funnels/custom_funnel_sorted.sql");
const CANONICAL: &str = include_str!("../../../../queries/funnels/custom_funnel_person.sql");

/// How events can be read: a row of the question `custom_funnel_ways`.
#[derive(Debug, Row, Deserialize)]
struct WaysRow {
    has_aliases: bool,
    has_other_times: bool,
}

/// A row of the question `custom_funnel_events`.
#[derive(Debug, Row, Deserialize)]
struct PersonRow<E> {
    hash: u128,
    page_id: String,
    person_id: String,
    events: Vec<E>,
}

/// Where in an event's number what stands.
#[derive(Debug, Clone, Copy)]
struct Packing {
    steps: u32,
    gaps: u32,
    /// Bits behind which the time stands.
    time_at: u32,
    from: i64,
}

impl Packing {
    /// Bits of a place in a delivery.
    const PLACE: u32 = 20;

    fn new(asked: &FunnelEvents<'_>, from: i64) -> Self {
        let steps = u32::try_from(asked.steps.len()).unwrap_or(u32::MAX);
        let gaps = if asked.exclusions.is_empty() { 0 } else { steps };
        Self { steps, gaps, time_at: steps + gaps + Self::PLACE, from }
    }

    /// Whether events until `until` fit into 64 bits.
    fn is_narrow(self, until: i64) -> bool {
        let time = u64::BITS - until.abs_diff(self.from).leading_zeros();
        self.time_at + time <= u64::BITS
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is cut off is what stands further up"
    )]
    fn person<E: Copy + Ord + Into<u128>>(self, row: PersonRow<E>) -> PersonOccurrences {
        let PersonRow { hash, page_id, person_id, mut events } = row;
        let moment = |event: &E| (*event).into() >> (self.steps + self.gaps);
        // They lie in time already, but for places in one millisecond.
        if !events.is_sorted_by_key(moment) {
            events.sort_by_key(moment);
        }
        let occurrence = |event: &E| {
            let event: u128 = (*event).into();
            let mask = |at: u32, bits: u32| (event >> at) as u32 & ((1 << bits) - 1);
            Occurrence {
                time: self.from.saturating_add_unsigned((event >> self.time_at) as u64),
                steps: mask(0, self.steps),
                gaps: mask(self.steps, self.gaps),
            }
        };
        let events = events.iter().map(occurrence).collect();
        PersonOccurrences { hash, page_id, person_id, events }
    }
}

/// The statement for a funnel: its matchers as bits, and how events are read.
fn statement(asked: &FunnelEvents<'_>, ways: &WaysRow, is_narrow: bool) -> String {
    let WaysRow { has_aliases, has_other_times } = *ways;
    let events = if has_aliases || has_other_times { SORTED } else { ONCE };
    let person = if has_aliases { CANONICAL } else { "found.person_id" };
    let wide = if is_narrow { "UInt64" } else { "UInt128" };
    let [steps, gaps] = &asked.masks();
    let pieces = [
        ("wide", wide),
        ("steps", steps),
        ("gaps", gaps),
        ("events", events),
        ("person", person.trim_end()),
    ];
    assemble(EVENTS, &pieces)
}

impl Store {
    pub(super) async fn people_of_events(
        &self,
        from: i64,
        until: i64,
        asked: FunnelEvents<'_>,
        taker: mpsc::Sender<Vec<PersonOccurrences>>,
    ) -> Result<(), StoreError> {
        let ways = self.client().query(WAYS).param("from", from).param("until", until);
        let ways: WaysRow = self.fetch_one(ways).await?;
        let packing = Packing::new(&asked, from);
        let is_narrow = packing.is_narrow(until);
        let question = self
            .client()
            .query(&statement(&asked, &ways, is_narrow))
            .with_setting("optimize_aggregation_in_order", "1")
            // It is read as it comes.
            .with_setting("max_result_bytes", "0")
            .with_setting("do_not_merge_across_partitions_select_final", "1")
            .param("from", from)
            .param("until", until)
            .param("is_any", asked.is_any_order)
            .param("has_ids", asked.has_ids)
            .param("gaps_at", packing.steps)
            .param("place_at", packing.steps + packing.gaps)
            .param("time_at", packing.time_at)
            .param("excluded", asked.excluded_people);
        let question = asked.with_matchers(question);
        if is_narrow {
            self.given::<u64>(question, packing, taker).await
        } else {
            self.given::<u128>(question, packing, taker).await
        }
    }

    async fn given<E>(
        &self,
        question: Query,
        packing: Packing,
        taker: mpsc::Sender<Vec<PersonOccurrences>>,
    ) -> Result<(), StoreError>
    where
        E: Copy + Ord + Into<u128> + DeserializeOwned + Send + 'static,
    {
        let mut rows = question.fetch::<PersonRow<E>>().map_err(|error| self.failed(error))?;
        let mut people = People::new(taker);
        while let Some(row) = rows.next().await.map_err(|error| self.failed(error))? {
            if !people.give(packing.person(row)).await {
                return Ok(());
            }
        }
        people.end().await;
        Ok(())
    }
}
