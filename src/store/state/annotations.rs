//! Annotations: what somebody wrote of a day, and what the store tells of days by itself. Schema:
//! `queries/schema/migrations/0120_annotations.sql`.

use clickhouse::Row;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::{Period, Timestamp};
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::read::spend_days::{date_of, day_number};

const ANNOTATIONS: &str = include_str!("../../../queries/team/annotations.sql");
const FIRST_SPEND: &str = include_str!("../../../queries/team/first_spend.sql");
const SPEND_IMPORTS: &str = include_str!("../../../queries/team/spend_imports.sql");

/// What somebody wrote of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenAnnotation {
    /// Its number.
    pub id: String,
    /// The day that it is about.
    pub day: Date,
    /// What was written.
    pub text: String,
    /// The Page that it is about; empty: all.
    pub page_id: String,
    /// User or token who wrote it.
    pub made_by: String,
    /// When it was written.
    pub made_at: Timestamp,
    /// The workspace whose members wrote it; empty: people of all.
    pub workspace: String,
}

/// Campaigns or ads that cost money for the first time on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstSpend {
    /// The day, in the ad account's zone.
    pub day: Date,
    /// `campaign` or `ad`.
    pub kind: String,
    /// How many began.
    pub many: u64,
    /// What up to three of them are called.
    pub names: Vec<String>,
}

/// A file of spend that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendImport {
    /// When.
    pub imported_at: Timestamp,
    /// Days of ads that it told and that still count.
    pub ad_days: u64,
    /// The first of these days.
    pub first: Date,
    /// The last of them.
    pub last: Date,
}

/// A row of the question `annotations`.
#[derive(Debug, Row, Deserialize)]
struct FoundRow {
    id: String,
    day: u16,
    text: String,
    page_id: String,
    made_by: String,
    made_at: i64,
    workspace: String,
}

/// A row of `annotations`.
#[derive(Debug, Row, Serialize)]
struct SavedRow {
    id: String,
    day: u16,
    text: String,
    page_id: String,
    made_by: String,
    made_at: i64,
    version: u64,
    is_deleted: u8,
    workspace: String,
}

/// A row of the question `first_spend`.
#[derive(Debug, Row, Deserialize)]
struct FirstRow {
    day: u16,
    kind: String,
    many: u64,
    names: Vec<String>,
}

/// A row of the question `spend_imports`.
#[derive(Debug, Row, Deserialize)]
struct ImportRow {
    imported_at: u64,
    ad_days: u64,
    first: u16,
    last: u16,
}

impl Store {
    /// What was written of the days that a period touches, in their order.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn annotations(&self, period: &Period) -> Result<Vec<WrittenAnnotation>, StoreError> {
        let (first, last) = period.first_and_last_day();
        self.annotations_of(first, last, "").await
    }

    /// The annotation of an id.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn annotation(&self, id: &str) -> Result<Option<WrittenAnnotation>, StoreError> {
        Ok(self.annotations_of(Date::MIN, Date::MAX, id).await?.pop())
    }

    async fn annotations_of(
        &self,
        first: Date,
        last: Date,
        id: &str,
    ) -> Result<Vec<WrittenAnnotation>, StoreError> {
        let question = self.client().query(ANNOTATIONS).param("id", id);
        let question = question.param("first", day_number(first)).param("last", day_number(last));
        let rows: Vec<FoundRow> = self.fetch_all(question).await?;
        // Who sees all sees those of a workspace there.
        let is_whole = self.workspace().is_none();
        let own = rows.into_iter().filter(|row| !is_whole || row.workspace.is_empty());
        let found = own.map(|row| WrittenAnnotation {
            id: row.id,
            day: date_of(row.day),
            text: row.text,
            page_id: row.page_id,
            made_by: row.made_by,
            made_at: Timestamp(row.made_at),
            workspace: row.workspace,
        });
        Ok(found.collect())
    }

    /// Keeps an annotation, or removes it; `now` is in UTC microseconds.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn save_annotation(
        &self,
        annotation: &WrittenAnnotation,
        is_removed: bool,
        now: u64,
    ) -> Result<(), StoreError> {
        let version = self.next_version("annotations", now).await?;
        let token = format!("annotation-{}-{version}-{is_removed}", annotation.id);
        let WrittenAnnotation { id, day, text, page_id, made_by, made_at, workspace } =
            annotation.clone();
        let row = SavedRow {
            id,
            day: day_number(day),
            text,
            page_id,
            made_by,
            made_at: made_at.0,
            version,
            is_deleted: u8::from(is_removed),
            workspace,
        };
        self.insert_block("annotations", &[row], &token).await
    }

    /// When campaigns and ads cost money for the first time, of the days that a period touches.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn first_spend(&self, period: &Period) -> Result<Vec<FirstSpend>, StoreError> {
        let (first, last) = period.first_and_last_day();
        let question = self.client().query(FIRST_SPEND);
        let question = question.param("first", day_number(first)).param("last", day_number(last));
        let rows: Vec<FirstRow> = self.fetch_all(question).await?;
        let found = rows.into_iter().map(|row| FirstSpend {
            day: date_of(row.day),
            kind: row.kind,
            many: row.many,
            names: row.names,
        });
        Ok(found.collect())
    }

    /// Files of spend that were imported in a period.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn spend_imports(&self, period: &Period) -> Result<Vec<SpendImport>, StoreError> {
        let question = self.client().query(SPEND_IMPORTS);
        let question = question.param("from", period.from.micros()).param("to", period.to.micros());
        let rows: Vec<ImportRow> = self.fetch_all(question).await?;
        let found = rows.into_iter().map(|row| SpendImport {
            imported_at: Timestamp(i64::try_from(row.imported_at / 1000).unwrap_or(i64::MAX)),
            ad_days: row.ad_days,
            first: date_of(row.first),
            last: date_of(row.last),
        });
        Ok(found.collect())
    }
}
