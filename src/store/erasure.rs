//! Taking one person out of every table.

use clickhouse::Row;
use clickhouse::query::Query;
use serde::Deserialize;

use super::{Store, StoreError};

const BEGIN: &str = include_str!("../../queries/begin_erasing.sql");
const NOW: &str = include_str!("../../queries/erasing_now.sql");
const END: &str = include_str!("../../queries/end_erasing.sql");
const PERSON: &str = include_str!("../../queries/erase_person.sql");
const REFUSED: &str = include_str!("../../queries/erase_refused.sql");
const CONSENTS: &str = include_str!("../../queries/erase_consents.sql");
const REPORTS: &str = include_str!("../../queries/erase_reports.sql");
const WAITING: &str = include_str!("../../queries/erase_waiting.sql");
const MEMBERS: &str = include_str!("../../queries/erase_members.sql");
const PAGES: &str = include_str!("../../queries/pages_of_person.sql");
const LIFETIME: &str = include_str!("../../queries/old_parts_lifetime.sql");
const OLD_PARTS: &str = include_str!("../../queries/old_parts.sql");
const ROWS: &str = include_str!("../../queries/rows_of_person.sql");

/// Tables whose rows belong to a person. Those by which other rows are found come last.
const TABLES_OF_PEOPLE: [&str; 16] = [
    "events",
    "events_by_person",
    "changed_people",
    "people",
    "conversations",
    "touchpoints",
    "conversions",
    "feedback",
    "person_consents",
    "reported_conversions",
    "matched_conversions",
    "arrivals",
    "reports",
    "report_events",
    "contacts",
    "aliases",
];
/// Tables that mention people without belonging to one.
const OTHERS: [&str; 4] =
    ["quarantine", "waiting_conversions", "report_consents", "audience_members"];
/// ClickHouse keeps rewritten files so long of its own accord, seconds.
const USUAL_LIFETIME: u32 = 480;

/// A name of the person that is being erased, and when its events were.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct ErasedName {
    /// The id, or a plugin's reference.
    pub person_id: String,
    /// The first event, UTC milliseconds.
    pub first: i64,
    /// The last event, UTC milliseconds.
    pub last: i64,
    /// How many there are.
    pub events: u64,
}

impl Store {
    /// Pages that know somebody by this id.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn pages_of_person(&self, person: &str) -> Result<Vec<String>, StoreError> {
        let question = self.client().query(PAGES).param("person", person);
        question.fetch_all().await.map_err(|error| self.failed(error))
    }

    /// Says whom the deletions are about: all names of that person.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn begin_erasing(
        &self,
        page: &str,
        person: &str,
    ) -> Result<Vec<ErasedName>, StoreError> {
        self.end_erasing().await?;
        let whole = &self.endpoint.database;
        let names =
            |query: Query| query.param("whole", whole).param("page", page).param("person", person);
        self.insert_everywhere(BEGIN, names).await?;
        self.client().query(NOW).fetch_all().await.map_err(|error| self.failed(error))
    }

    /// Deletes the rows of whom [`Store::begin_erasing`] was told of, from every table and from the disk's files.
    ///
    /// # Errors
    /// If ClickHouse fails; what is deleted stays deleted, and all can be done again.
    pub async fn erase(&self) -> Result<(), StoreError> {
        let whole = &self.endpoint.database;
        for statement in [MEMBERS, WAITING, CONSENTS, REPORTS] {
            self.everywhere(statement, |query| query.param("whole", whole)).await?;
        }
        self.everywhere(REFUSED, |query| query).await?;
        for table in TABLES_OF_PEOPLE {
            self.everywhere(PERSON, |query| query.param("table", table)).await?;
        }
        Ok(())
    }

    /// Has ClickHouse remove files whose rows have been rewritten or deleted soon, or in its usual time again.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn hurry_old_files(&self, is_urgent: bool) -> Result<(), StoreError> {
        let seconds = if is_urgent { 1 } else { USUAL_LIFETIME };
        for table in TABLES_OF_PEOPLE.into_iter().chain(OTHERS) {
            let lifetime = |query: Query| query.param("table", table).param("seconds", seconds);
            self.everywhere(LIFETIME, lifetime).await?;
        }
        Ok(())
    }

    /// How many of these files are still there.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn old_files(&self) -> Result<u64, StoreError> {
        let tables: Vec<&str> = TABLES_OF_PEOPLE.into_iter().chain(OTHERS).collect();
        let question = self.client().query(&self.about_nodes(OLD_PARTS, true));
        let question = question.param("database", self.home()).param("tables", tables);
        question.fetch_one().await.map_err(|error| self.failed(error))
    }

    /// Forgets whom the deletions were about.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn end_erasing(&self) -> Result<(), StoreError> {
        self.everywhere(END, |query| query).await
    }

    /// All that a table holds of a person, as lines of JSON.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn rows_of_person(
        &self,
        table: &str,
        page: &str,
        person: &str,
    ) -> Result<Vec<u8>, StoreError> {
        let question = self.client().query(ROWS).param("table", table);
        let question = question.param("page", page).param("person", person);
        let mut lines = question.fetch_bytes("JSONEachRow").map_err(|error| self.failed(error))?;
        lines.collect().await.map(|bytes| bytes.to_vec()).map_err(|error| self.failed(error))
    }
}

/// Tables of which a person's own export consists; the others repeat them.
pub const TABLES_OF_EXPORT: [&str; 9] = [
    "events_by_person",
    "conversations",
    "touchpoints",
    "conversions",
    "feedback",
    "person_consents",
    "reports",
    "contacts",
    "aliases",
];
