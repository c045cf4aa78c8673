//! What custom funnels ask.

use std::fmt::Write;

use clickhouse::Row;
use clickhouse::query::Query;
use polars_core::frame::DataFrame;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use utoipa::ToSchema;

use crate::domain::{EventMatch, Occurrence, Period, PersonOccurrences};
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;
use crate::store::client::months::{month_after, month_of};
use crate::store::read::collection::BreakdownColumns;

const EVENTS: &str = include_str!("../../../queries/funnels/custom_funnel_events.sql");
const ONCE: &str = include_str!("../../../queries/funnels/custom_funnel_once.sql");
const SORTED: &str = include_str!("../../../queries/funnels/custom_funnel_sorted.sql");
const WAYS: &str = include_str!("../../../queries/funnels/custom_funnel_ways.sql");
const CANONICAL: &str = include_str!("../../../queries/funnels/custom_funnel_person.sql");
const SEQUENCES: &str = include_str!("../../../queries/funnels/custom_funnel_sequences.sql");
const MATCH: &str = include_str!("../../../queries/funnels/custom_funnel_match.sql");
const COHORTS: &str = include_str!("../../../queries/retention/cohorts.sql");
const TOP_SEQUENCES: &str = include_str!("../../../queries/funnels/top_sequences.sql");
const CONVERSATIONS: &str = include_str!("../../../queries/funnels/unit_conversations.sql");

/// Those of a cohort who acted in a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct CohortWeek {
    /// The Monday of the week of the first act, days since 1970-01-01.
    pub cohort: i32,
    /// Weeks since; 0 is the first.
    pub week: u32,
    /// People who acted in it.
    pub people: u64,
    /// People in the cohort.
    pub size: u64,
}

/// What some people and the business did one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct Sequence {
    /// The entry point, then what happened, joined by ` > `.
    pub sequence: String,
    /// People of whom that is true.
    pub people: u64,
}

/// What a funnel asks of events.
#[derive(Debug, Clone, Copy)]
pub struct FunnelEvents<'a> {
    /// What each step matches.
    pub steps: &'a [EventMatch],
    /// What is excluded, and the bits of the gaps between steps in which it is.
    pub exclusions: &'a [(EventMatch, u32)],
    /// Whether any step may be the first.
    pub is_any_order: bool,
    /// Whether it matters who people are; they have no ids otherwise.
    pub has_ids: bool,
    /// People who do not count, as `page/person`.
    pub excluded_people: &'a [String],
}

impl FunnelEvents<'_> {
    fn is_of_sequences(&self, ways: &WaysRow) -> bool {
        let mut all = self.steps.iter().chain(self.exclusions.iter().map(|(matches, _)| matches));
        ways.has_sequences && all.all(EventMatch::is_of_class)
    }
}

/// People that are given at once.
const BATCH: usize = 5_000;

/// A row of the question `custom_funnel_ways`.
#[derive(Debug, Row, Deserialize)]
struct WaysRow {
    has_aliases: bool,
    has_other_times: bool,
    has_sequences: bool,
}

/// A row of the question `custom_funnel_events`.
#[derive(Debug, Row, Deserialize)]
struct PersonRow<E> {
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
        let PersonRow { page_id, person_id, mut events } = row;
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
        PersonOccurrences { page_id, person_id, events: events.iter().map(occurrence).collect() }
    }
}

/// The statement for a funnel: its matchers as bits, and how events are read.
fn statement(asked: &FunnelEvents<'_>, ways: &WaysRow, is_narrow: bool) -> String {
    let WaysRow { has_aliases, has_other_times, .. } = *ways;
    let one = |number: usize| {
        let lines = MATCH.lines().filter(|line| !line.starts_with("--"));
        lines.map(|line| line.replace('$', &number.to_string()) + "\n").collect::<String>()
    };
    let mut masks = [String::from("0"), String::from("0")];
    for number in 0..asked.steps.len() {
        let bit = 1_u32 << number;
        write!(masks[0], " + {bit} * toUInt32({})", one(number)).ok();
    }
    for (place, (_, gaps)) in asked.exclusions.iter().enumerate() {
        let matches = one(asked.steps.len() + place);
        masks[1] = format!("bitOr({}, {gaps} * toUInt32({matches}))", masks[1]);
    }
    let events = if has_aliases || has_other_times { SORTED } else { ONCE };
    let person = if has_aliases { CANONICAL } else { "found.person_id" };
    let wide = if is_narrow { "UInt64" } else { "UInt128" };
    let [steps, gaps] = &masks;
    if asked.is_of_sequences(ways) {
        return assemble(SEQUENCES, &[("wide", wide), ("steps", steps), ("gaps", gaps)]);
    }
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
    /// Gives everybody's events of `from` (inclusive) to `until` (exclusive, UTC milliseconds) that meet a
    /// step or an exclusion of a funnel, some people at once, until nobody takes them any more.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn custom_funnel_people(
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
        let statement = statement(&asked, &ways, is_narrow);
        let mut question = self
            .client()
            .query(&statement)
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
        if asked.is_of_sequences(&ways) {
            let months = [month_of(from), month_after(until)].map(|month| month.to_string());
            let [from_month, to_month] = months;
            question = question.param("from_month", from_month).param("to_month", to_month);
        }
        let all = asked.steps.iter().chain(asked.exclusions.iter().map(|(matches, _)| matches));
        for (number, matches) in all.enumerate() {
            question = question
                .param(&format!("kinds{number}"), &matches.kinds)
                .param(&format!("names{number}"), &matches.names)
                .param(&format!("payload{number}"), &matches.payload)
                .param(&format!("text{number}"), &matches.text)
                .param(&format!("ref{number}"), &matches.referral_ref)
                .param(&format!("sources{number}"), &matches.sources)
                .param(&format!("ads{number}"), &matches.ads)
                .param(&format!("least{number}"), matches.min_value)
                .param(&format!("most{number}"), matches.max_value);
        }
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
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(row) = rows.next().await.map_err(|error| self.failed(error))? {
            batch.push(packing.person(row));
            if batch.len() == BATCH {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                if taker.send(full).await.is_err() {
                    return Ok(());
                }
            }
        }
        taker.send(batch).await.ok();
        Ok(())
    }

    /// The conversations of `period` and until `until` (UTC milliseconds), and, `with_before`, each
    /// person's last one before it, with what `by` asks for. Columns: `queries/funnels/unit_conversations.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn unit_conversations(
        &self,
        period: &Period,
        until: i64,
        with_before: bool,
        by: BreakdownColumns,
    ) -> Result<DataFrame, StoreError> {
        let asked = |question: Query| {
            let question = question.param("from", period.from.0).param("until", until);
            question.param("with_before", with_before)
        };
        self.frame_without(CONVERSATIONS, &by.left_out(), asked).await
    }

    /// People by the week of their first act, and who acted in each week after it.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn cohorts(&self, period: &Period) -> Result<Vec<CohortWeek>, StoreError> {
        let question = self.client().query(COHORTS).param("from", period.from.0);
        let question = question.param("to", period.to.0);
        let question = question.param("zone", period.zone.iana_name().unwrap_or("UTC"));
        self.fetch_all(question).await
    }

    /// What people and business do one after the other, most frequent first: `length` events of those
    /// who opened a conversation in the period, until `until` (UTC milliseconds).
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn top_sequences(
        &self,
        period: &Period,
        until: i64,
        length: u32,
        limit: u64,
    ) -> Result<Vec<Sequence>, StoreError> {
        let question = self.client().query(TOP_SEQUENCES).param("from", period.from.0);
        let question = question.param("to", period.to.0).param("until", until);
        let question = question.param("length", length).param("limit", limit);
        self.fetch_all(question).await
    }
}
