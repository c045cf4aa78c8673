//! The tables that are made of events: who has changed, what has been made of their events so far,
//! and writing what is made. Schema: `queries/schema/baseline/conversations.sql`.

use std::collections::BTreeMap;

use clickhouse::Row;
use polars_core::frame::DataFrame;
use serde::{Deserialize, Serialize};

use crate::store::client::Store;
use crate::store::client::chunks::in_parts;
use crate::store::client::error::StoreError;
use crate::store::rows::{AliasRow, EventRow};

const CHANGED_BATCHES: &str = include_str!("../../../queries/materialize/changed_batches.sql");
const CHANGED_PEOPLE: &str = include_str!("../../../queries/materialize/changed_people.sql");
const STANDING_ROWS: &str = include_str!("../../../queries/materialize/standing_rows.sql");
const CLICKED_LINKS: &str = include_str!("../../../queries/materialize/clicked_links.sql");

/// The tables of one making: those that are read, or a second set beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaterializedTables {
    /// Those that everybody reads.
    Live,
    /// Those that a rebuild of this number fills: no two write the same ones.
    Rebuilt(u64),
}

impl MaterializedTables {
    pub(in crate::store) fn name(self, table: &str) -> String {
        match self {
            Self::Live => table.to_owned(),
            Self::Rebuilt(number) => format!("{table}_rebuilt_{number}"),
        }
    }
}

/// A block's worth of people whose conversations have to be made again: a row of the question `changed_batches`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct ChangedBatch {
    /// Its number: UTC microseconds, by the clock of whoever wrote it. Nothing depends on it.
    pub batch: u64,
    /// How many people.
    pub people: u64,
    /// How often it has to be worked off.
    pub pending: i64,
}

/// A person whose conversations have to be made again, and what has been made so far. All times are
/// UTC milliseconds; the place in a list is the row's number, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct ChangedPerson {
    /// Page or Instagram account.
    pub page_id: String,
    /// Person.
    pub person_id: String,
    /// The earliest event that is new.
    pub since: i64,
    /// Their first event; `None` if nothing has been made yet.
    pub first_event: Option<i64>,
    /// When their conversations were opened.
    pub opened: Vec<i64>,
    /// Times of their touchpoints.
    pub touched: Vec<i64>,
    /// Times of their conversions.
    pub converted: Vec<i64>,
    /// Version of all that.
    pub version: u64,
}

impl ChangedPerson {
    /// Whether all of their conversations are to be made from nothing.
    #[must_use]
    pub fn is_from_nothing(&self) -> bool {
        self.since == 0
    }
}

/// The key of a row that stands in a table made of events: a row of the question `standing_rows`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct StandingRow {
    /// `conversation`, `touchpoint` or `conversion`.
    pub kind: String,
    /// Page or Instagram account.
    pub page_id: String,
    /// Person.
    pub person_id: String,
    /// UTC milliseconds.
    pub time: i64,
    /// Its place among the person's, from 1; 0 of a conversation.
    pub number: u32,
}

/// What has been made of a person's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSnapshot {
    /// Page or Instagram account.
    pub page_id: String,
    /// Person.
    pub person_id: String,
    /// Their first event.
    pub first_event: i64,
    /// When their conversations were opened.
    pub opened: Vec<i64>,
    /// Times of their touchpoints.
    pub touched: Vec<i64>,
    /// Times of their conversions.
    pub converted: Vec<i64>,
    /// The highest counts.
    pub version: u64,
}

/// A row of `people`.
#[derive(Debug, Row, Serialize)]
struct PersonRow {
    page_id: String,
    person_id: String,
    first_event: i64,
    opened: Vec<i64>,
    touched: Vec<i64>,
    converted: Vec<i64>,
    version: u64,
    made_at: i64,
}

impl PersonRow {
    fn new(person: PersonSnapshot, made_at: i64) -> Self {
        let PersonSnapshot { page_id, person_id, first_event, opened, touched, converted, version } =
            person;
        Self { page_id, person_id, first_event, opened, touched, converted, version, made_at }
    }
}

/// A row of `changed_people`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize)]
pub(in crate::store) struct ChangedRow {
    batch: u64,
    page_id: String,
    person_id: String,
    /// UTC milliseconds; 0: all of their events.
    pub since: i64,
}

/// A row of `changed_batches`.
#[derive(Debug, Row, Serialize)]
struct PendingRow {
    batch: u64,
    people: u64,
    pending: i64,
}

/// The number of a block of nobody, which waits while rebuilt tables are put into the place of others.
const EXCHANGE: u64 = u64::MAX;

impl ChangedBatch {
    /// Whether it says that rebuilt tables are being put into the place of others, or were as somebody was cut off.
    #[must_use]
    pub fn is_exchange(&self) -> bool {
        self.batch == EXCHANGE
    }
}

impl ChangedRow {
    /// The people whose conversations or sequences some events decide.
    pub(in crate::store) fn of_events(events: &[EventRow], batch: u64) -> Vec<Self> {
        let mut since: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for event in events.iter().filter(|event| event.is_in_sequence()) {
            let (person, time) = event.person_and_time();
            since.entry(person).and_modify(|first| *first = time.min(*first)).or_insert(time);
        }
        let rows = since.into_iter().map(|((page, person), since)| Self {
            batch,
            page_id: page.to_owned(),
            person_id: person.to_owned(),
            since,
        });
        rows.collect()
    }

    /// Both the person and whom the plugin knew: all their events, because it is not known here when
    /// the plugin met them.
    pub(in crate::store) fn of_aliases<'a>(
        aliases: impl IntoIterator<Item = &'a AliasRow>,
        batch: u64,
    ) -> Vec<Self> {
        let both = aliases.into_iter().flat_map(|row| [(row, &row.alias), (row, &row.person_id)]);
        let rows = both.map(|(row, person)| Self {
            batch,
            page_id: row.page_id.clone(),
            person_id: person.clone(),
            since: 0,
        });
        rows.collect()
    }
}

impl Store {
    /// Says that some people have changed; all rows are of one block.
    pub(in crate::store) async fn note_changed(
        &self,
        rows: &[ChangedRow],
        token: &str,
    ) -> Result<(), StoreError> {
        let Some(first) = rows.first() else { return Ok(()) };
        // A batch that is shipped again after a crash has another number: were it taken for the one
        // before, the people would stand under a number that nobody works off.
        let token = &format!("{token}-{}", first.batch);
        self.insert_block("changed_people", rows, token).await?;
        // Behind the people: who reads the block finds them.
        let pending = PendingRow { batch: first.batch, people: rows.len() as u64, pending: 1 };
        self.insert_block("changed_batches", &[pending], token).await
    }

    /// Blocks of changed people that are not worked off, the oldest first.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn changed_batches(
        &self,
        tables: MaterializedTables,
    ) -> Result<Vec<ChangedBatch>, StoreError> {
        let question = self.client().query(CHANGED_BATCHES);
        let question = question.param("batches_table", tables.name("changed_batches"));
        self.fetch_all(question).await
    }

    /// Everyone in some of those blocks, in the order of Page and person.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn changed_people(
        &self,
        tables: MaterializedTables,
        batches: &[u64],
    ) -> Result<Vec<ChangedPerson>, StoreError> {
        let question = self
            .client()
            .query(CHANGED_PEOPLE)
            .param("changed", tables.name("changed_people"))
            .param("people", tables.name("people"))
            .param("batches", batches);
        self.fetch_all(question).await
    }

    /// The rows of everyone in some of those blocks whose conversations are made from nothing.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn standing_rows(
        &self,
        tables: MaterializedTables,
        batches: &[u64],
    ) -> Result<Vec<StandingRow>, StoreError> {
        let question = self.client().query(STANDING_ROWS);
        let question = question.param("changed", tables.name("changed_people"));
        let question = ["conversations", "touchpoints", "conversions"]
            .into_iter()
            .fold(question, |question, table| question.param(table, tables.name(table)));
        let question = question.param("batches", batches);
        self.fetch_all(question).await
    }

    /// The links of some clicks, as (click, slug).
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn clicked_links(
        &self,
        clicks: &[String],
    ) -> Result<Vec<(String, String)>, StoreError> {
        let mut all = Vec::new();
        for clicks in in_parts(clicks) {
            let question = self.client().query(CLICKED_LINKS).param("clicks", clicks);
            let found: Vec<(String, String)> = self.fetch_all(question).await?;
            all.extend(found);
        }
        Ok(all)
    }

    /// Stores what has been made of people's events; `made_at` is in UTC milliseconds.
    ///
    /// # Errors
    /// If ClickHouse takes it not.
    pub async fn save_people(
        &self,
        tables: MaterializedTables,
        people: Vec<PersonSnapshot>,
        made_at: i64,
        token: &str,
    ) -> Result<(), StoreError> {
        let rows: Vec<PersonRow> =
            people.into_iter().map(|person| PersonRow::new(person, made_at)).collect();
        self.insert_block(&tables.name("people"), &rows, token).await
    }

    /// Stores rows of `conversations`, `touchpoints` or `conversions`; columns that a frame does not
    /// have get their defaults.
    ///
    /// # Errors
    /// If ClickHouse takes it not.
    pub async fn save_made(
        &self,
        tables: MaterializedTables,
        table: &'static str,
        rows: &DataFrame,
        token: &str,
    ) -> Result<(), StoreError> {
        self.insert_frame(&tables.name(table), rows, token).await
    }

    /// Says that rebuilt tables are about to be put into the place of others. Who is cut off before that is worked off
    /// leaves this word, and whoever makes conversations next makes all anew.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn note_exchange(&self) -> Result<ChangedBatch, StoreError> {
        let noted = ChangedBatch { batch: EXCHANGE, people: 0, pending: 1 };
        let pending = PendingRow { batch: EXCHANGE, people: 0, pending: 1 };
        let token = format!("exchange-{}", uuid::Uuid::new_v4());
        self.insert_block("changed_batches", &[pending], &token).await?;
        Ok(noted)
    }

    /// Says that some blocks of changed people are worked off, as often as they were pending when they were read: one
    /// that has come since under the same number stays pending.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn work_off(
        &self,
        tables: MaterializedTables,
        batches: &[ChangedBatch],
        token: &str,
    ) -> Result<(), StoreError> {
        let row = |one: &ChangedBatch| PendingRow {
            batch: one.batch,
            people: one.people,
            pending: -one.pending,
        };
        let rows: Vec<PendingRow> = batches.iter().map(row).collect();
        self.insert_block(&tables.name("changed_batches"), &rows, token).await
    }
}
