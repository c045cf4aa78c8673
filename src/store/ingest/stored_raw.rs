//! The JSON of events that earlier versions have stored, brought to what is stored of an item today. A row is written again
//! with its own version: of two rows of one version the later one stays, so that a merge takes the earlier one away, and
//! that until then either may be read changes no figure.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::normalize;
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;

const MONTHS: &str = include_str!("../../../queries/stored_events/months.sql");
const EVENTS: &str = include_str!("../../../queries/stored_events/events_of_month.sql");
const MERGE: &str = include_str!("../../../queries/stored_events/merge_month.sql");

/// Rows that are read at once.
const MOST_ROWS: u64 = 10_000;
/// Bytes of JSON after which no more is read.
const MOST_BYTES: usize = 16 << 20;

/// A row of `events_by_person`, all of it: what is not here would be lost.
#[derive(Debug, Clone, Row, Serialize, Deserialize)]
pub(super) struct StoredRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub(super) event_id: Uuid,
    pub(super) channel: String,
    pub(super) page_id: String,
    pub(super) person_id: String,
    pub(super) time: i64,
    pub(super) time_origin: String,
    pub(super) place: u32,
    pub(super) received_at: i64,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) mid: String,
    pub(super) payload: String,
    pub(super) text: String,
    pub(super) app_id: String,
    pub(super) persona_id: String,
    pub(super) tag: String,
    pub(super) source: String,
    pub(super) source_name: String,
    #[serde(rename = "ref")]
    pub(super) referral_ref: String,
    pub(super) ad_id: String,
    pub(super) ad_title: String,
    pub(super) post_id: String,
    pub(super) referer_uri: String,
    pub(super) ctwa_clid: String,
    pub(super) charged_as: String,
    pub(super) read_upto: i64,
    pub(super) value: Option<i64>,
    pub(super) currency: String,
    pub(super) raw: String,
    pub(super) version: u64,
}

/// An event's place in the order of the table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventPlace {
    page: String,
    person: String,
    time: i64,
    event: Uuid,
}

/// What some rows came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawBatch {
    /// Rows that hold what is not stored any more.
    pub outdated: usize,
    /// Rows whose JSON cannot be read. They stay.
    pub unreadable: usize,
    /// The last event; `None` behind the end.
    pub next: Option<EventPlace>,
}

impl StoredRow {
    fn place(&self) -> EventPlace {
        EventPlace {
            page: self.page_id.clone(),
            person: self.person_id.clone(),
            time: self.time,
            event: self.event_id,
        }
    }
}

impl Store {
    /// Months (YYYYMM) of which there are events.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn months_of_events(&self) -> Result<Vec<u32>, StoreError> {
        self.client().query(MONTHS).fetch_all().await.map_err(|error| self.failed(error))
    }

    /// Looks at some rows of a month, behind `after`, and if it `writes`, writes those again that hold too much. Nobody may
    /// be erased meanwhile: they would be back.
    ///
    /// # Errors
    /// If ClickHouse fails; it can be done again.
    pub async fn bring_raw_up_to_date(
        &self,
        month: u32,
        after: &EventPlace,
        writes: bool,
    ) -> Result<RawBatch, StoreError> {
        let rows = self.stored_rows(month, after).await?;
        let next = rows.last().map(StoredRow::place);
        let looked = self.compute(move || outdated(rows)).await;
        let looked = looked.map_err(|error| StoreError::CutOff(error.to_string()))?;
        let (outdated, unreadable) = looked;
        if writes {
            // Done again it must not be taken for what was done before: somebody may have been erased since.
            let token = Uuid::new_v4().to_string();
            self.insert_block("events_by_person", &outdated, &token).await?;
        }
        Ok(RawBatch { outdated: outdated.len(), unreadable, next })
    }

    /// Merges a month: of what was written again only the last stays. Files that are merged go as ClickHouse has it, a few
    /// minutes later.
    ///
    /// # Errors
    /// If ClickHouse fails, as it does where the disk has no room for a second copy of the month.
    pub async fn merge_month(&self, month: u32) -> Result<(), StoreError> {
        let statement = assemble(MERGE, &[("month", &month.to_string())]);
        self.on_each_node(&statement).await
    }

    /// Rows behind a place: all rows of the last event too.
    async fn stored_rows(
        &self,
        month: u32,
        after: &EventPlace,
    ) -> Result<Vec<StoredRow>, StoreError> {
        let failed = |error| self.failed(error);
        let question = self.client().query(EVENTS).param("month", month).param("rows", MOST_ROWS);
        let question = question.param("page", &after.page).param("person", &after.person);
        let question = question.param("time", after.time).param("event", after.event.to_string());
        let mut cursor = question.fetch::<StoredRow>().map_err(failed)?;
        let (mut rows, mut bytes): (Vec<StoredRow>, usize) = (Vec::new(), 0);
        while let Some(row) = cursor.next().await.map_err(failed)? {
            if bytes > MOST_BYTES && rows.last().is_some_and(|last| last.place() != row.place()) {
                break;
            }
            bytes += row.raw.len() + row.text.len();
            rows.push(row);
        }
        Ok(rows)
    }
}

/// The rows that hold too much, without it; and how many cannot be read.
fn outdated(rows: Vec<StoredRow>) -> (Vec<StoredRow>, usize) {
    let mut unreadable = 0;
    let mut kept = Vec::new();
    for row in rows {
        match normalize::stored_raw(&row.raw) {
            Ok(Some(raw)) => kept.push(StoredRow { raw, ..row }),
            Ok(None) => {}
            Err(_) => unreadable += 1,
        }
    }
    (kept, unreadable)
}
