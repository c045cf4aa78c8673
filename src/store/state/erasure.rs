//! Taking people out of every table, whatever tables there are.

use std::collections::BTreeSet;

use clickhouse::Row;
use clickhouse::query::Query;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::Timestamp;
use crate::normalize::{PersonName, Remains, item_is_erased, number_alone, without_erased};
use crate::store::client::Store;
use crate::store::client::chunks::in_parts;
use crate::store::client::error::StoreError;
use crate::store::client::tombstones::Marks;

const TABLES: &str = include_str!("../../../queries/erasure/tables_to_erase.sql");
const BEGIN: &str = include_str!("../../../queries/erasure/begin_erasing.sql");
const BEGIN_KEYS: &str = include_str!("../../../queries/erasure/begin_erasing_keys.sql");
const END: &str = include_str!("../../../queries/erasure/end_erasing.sql");
const END_KEYS: &str = include_str!("../../../queries/erasure/end_erasing_keys.sql");
const PERSON: &str = include_str!("../../../queries/erasure/erase_person.sql");
const KEYED: &str = include_str!("../../../queries/erasure/erase_keyed.sql");
const LIFETIME: &str = include_str!("../../../queries/erasure/old_parts_lifetime.sql");
const OLD_PARTS: &str = include_str!("../../../queries/erasure/old_parts.sql");
const SET_ASIDE: &str = include_str!("../../../queries/erasure/set_aside.sql");
const DROP_SET_ASIDE: &str = include_str!("../../../queries/erasure/drop_set_aside.sql");
const REFUSED: &str = include_str!("../../../queries/erasure/refused_that_may_name.sql");
const NOBODYS: &str = include_str!("../../../queries/erasure/nobodys_that_may_name.sql");
const REMAINING: &str = include_str!("../../../queries/erasure/rows_of_people.sql");
const KEYED_REMAINING: &str = include_str!("../../../queries/erasure/rows_of_keys.sql");
const UNUSED_CLASSES: &str = include_str!("../../../queries/erasure/unused_classes.sql");
const ROWS: &str = include_str!("../../../queries/erasure/rows_of_person.sql");

/// A table with both of these columns holds rows of people.
const PERSON_COLUMNS: [&str; 2] = ["page_id", "person_id"];
/// Other columns by which rows are somebody's, the kind of key that they hold, and the table that has it under so
/// common a name; empty: any.
const KEY_COLUMNS: [(&str, &str, &str); 5] = [
    ("report_id", "report", ""),
    ("refusal_id", "refusal", ""),
    ("hash", "contact", "audience_members"),
    ("key", "contact", "waiting_conversions"),
    ("class", "class", "event_classes"),
];
/// The table of events, and the column by which rows that belong to nobody are told.
const EVENTS: (&str, &str) = ("events_by_person", "event_id");
/// ClickHouse keeps rewritten files so long of its own accord, seconds.
const USUAL_LIFETIME: u32 = 480;

/// Who is to be erased, by every name that is known of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whom {
    /// (Page, id): people's ids and plugins' references; each also without a Page, as what tells none has it.
    pub people: BTreeSet<(String, String)>,
    /// Those of them that are numbers which others had before: what tells of one with another's id stays.
    #[serde(default)]
    pub shared_numbers: BTreeSet<(String, String)>,
    /// SHA-256 of the contacts that they alone shared.
    pub contacts: BTreeSet<String>,
    /// Reporters' ids of their reported conversions.
    pub reports: BTreeSet<String>,
}

/// A table that holds rows of people.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct TableToErase {
    /// Its name.
    pub table: String,
    /// Its columns by which rows are somebody's.
    pub columns: Vec<String>,
}

#[derive(Debug, Row, Deserialize)]
struct RefusedRow {
    #[serde(with = "clickhouse::serde::uuid")]
    refusal_id: Uuid,
    received_at: i64,
    #[serde(with = "serde_bytes")]
    body: Vec<u8>,
}

#[derive(Debug, Row, Deserialize)]
struct NobodysRow {
    #[serde(with = "clickhouse::serde::uuid")]
    event_id: Uuid,
    page_id: String,
    time: i64,
    raw: String,
}

/// A part of a table that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct SetAside {
    /// The table.
    pub table: String,
    /// Name of its folder below the table's `detached`.
    pub name: String,
    /// Whether somebody detached it, not ClickHouse.
    pub is_by_hand: bool,
}

impl Whom {
    /// Adds the names of another.
    pub fn merge(&mut self, other: Self) {
        self.people.extend(other.people);
        self.shared_numbers.extend(other.shared_numbers);
        self.contacts.extend(other.contacts);
        self.reports.extend(other.reports);
    }

    /// The names by which a journal, an import or a delivery may bring them back.
    pub(crate) fn with_names<T>(&self, work: impl FnOnce(&[PersonName<'_>]) -> T) -> T {
        let people = self.people.iter().map(|name| {
            let is_shared = self.shared_numbers.contains(name);
            (&name.0, if is_shared { number_alone(&name.1) } else { name.1.clone() })
        });
        let people: Vec<(&String, String)> = people.collect();
        let people = people.iter().map(|(page, id)| PersonName::Person { page, id });
        let contacts = self.contacts.iter().map(|hash| PersonName::Contact(hash));
        let reports = self.reports.iter().map(|id| PersonName::Report(id));
        work(&people.chain(contacts).chain(reports).collect::<Vec<_>>())
    }

    /// Texts of which one stands in whatever names them, however JSON escapes it: the longest run of letters and
    /// digits of each name. An empty one stands everywhere.
    #[must_use]
    pub fn needles(&self) -> Vec<String> {
        let ids = self.people.iter().map(|(_, id)| {
            id.strip_prefix("user_ref:").or_else(|| id.strip_prefix("lead:")).unwrap_or(id)
        });
        let keys = self.contacts.iter().chain(&self.reports).map(String::as_str);
        let longest_run = |name: &str| {
            let runs = name.split(|letter: char| !letter.is_ascii_alphanumeric());
            runs.max_by_key(|run| run.len()).unwrap_or_default().to_owned()
        };
        let needles: BTreeSet<String> = ids.chain(keys).map(longest_run).collect();
        needles.into_iter().collect()
    }

    fn columns(&self) -> (Vec<&str>, Vec<&str>) {
        self.people.iter().map(|(page, id)| (page.as_str(), id.as_str())).unzip()
    }
}

impl TableToErase {
    pub(in crate::store) fn is_of_people(&self) -> bool {
        PERSON_COLUMNS.iter().all(|column| self.has(column))
    }

    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|own| own == column)
    }

    /// The columns that hold keys, and which kind.
    fn keys(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let is_own = |table: &str| table.is_empty() || table == self.table;
        let keys = KEY_COLUMNS.into_iter();
        let keys = keys.filter(move |(column, _, table)| self.has(column) && is_own(table));
        keys.map(|(column, kind, _)| (column, kind))
    }
}

impl Store {
    /// The tables that hold rows of people, by the schema as it is now.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn tables_to_erase(&self) -> Result<Vec<TableToErase>, StoreError> {
        let keys = KEY_COLUMNS.iter().map(|(column, ..)| *column);
        let columns: Vec<&str> = PERSON_COLUMNS.into_iter().chain(keys).collect();
        let question = self.client().query(TABLES).param("database", self.home());
        let tables: Vec<TableToErase> = self.fetch_all(question.param("columns", columns)).await?;
        let holds_people =
            |table: &TableToErase| table.is_of_people() || table.keys().next().is_some();
        Ok(tables.into_iter().filter(holds_people).collect())
    }

    /// Deletes the rows of some people from every table and from the disk's files. `marks` has tombstones of them: of
    /// items that are stored under no person it decides whose they are.
    ///
    /// # Errors
    /// If ClickHouse fails; what is deleted stays deleted, and all can be done again.
    pub async fn erase(&self, whom: &Whom, marks: &Marks) -> Result<(), StoreError> {
        self.end_erasing().await?;
        let (pages, people) = whom.columns();
        let names = |query: Query| query.param("pages", &pages).param("people", &people);
        self.insert_everywhere(BEGIN, names).await?;
        let contacts: Vec<&String> = whom.contacts.iter().collect();
        let reports: Vec<&String> = whom.reports.iter().collect();
        let (refused, events) =
            (self.refused(whom, marks).await?, self.nobodys(whom, marks).await?);
        let keys = [
            ("contact", contacts),
            ("report", reports),
            ("refusal", refused.iter().collect()),
            ("event", events.iter().collect()),
        ];
        for (kind, keys) in &keys {
            for keys in in_parts(keys) {
                let ask = |query: Query| query.param("kind", kind).param("keys", keys);
                self.insert_everywhere(BEGIN_KEYS, ask).await?;
            }
        }
        let is_needed =
            |kind: &str| keys.iter().any(|(one, keys)| *one == kind && !keys.is_empty());
        for table in self.tables_to_erase().await? {
            if table.is_of_people() {
                self.everywhere(PERSON, |query| query.param("table", &table.table)).await?;
            }
            for (column, kind) in table.keys().filter(|(_, kind)| is_needed(kind)) {
                self.erase_keyed(&table.table, column, kind).await?;
            }
        }
        if is_needed("event") {
            self.erase_keyed(EVENTS.0, EVENTS.1, "event").await?;
        }
        self.erase_unused_classes().await?;
        self.end_erasing().await
    }

    /// Deletes the classes that only events of people had who are gone: payloads and refs stand in them.
    async fn erase_unused_classes(&self) -> Result<(), StoreError> {
        let unused: Vec<String> = self.fetch_all(self.client().query(UNUSED_CLASSES)).await?;
        if unused.is_empty() {
            return Ok(());
        }
        let kind = "class";
        for keys in in_parts(&unused) {
            let ask = |query: Query| query.param("kind", kind).param("keys", keys);
            self.insert_everywhere(BEGIN_KEYS, ask).await?;
        }
        self.erase_keyed("event_classes", "class", kind).await
    }

    async fn erase_keyed(&self, table: &str, column: &str, kind: &str) -> Result<(), StoreError> {
        let ask =
            |query: Query| query.param("table", table).param("column", column).param("kind", kind);
        self.everywhere(KEYED, ask).await
    }

    /// Ids of the refused items that are theirs.
    async fn refused(&self, whom: &Whom, marks: &Marks) -> Result<Vec<String>, StoreError> {
        let failed = |error| self.failed(error);
        let is_erased = |name: PersonName<'_>, time| marks.is_erased(name, time);
        let mut theirs = BTreeSet::new();
        for needles in in_parts(&whom.needles()) {
            let question = self.client().query(REFUSED).param("needles", needles);
            let mut rows = question.fetch::<RefusedRow>().map_err(failed)?;
            while let Some(row) = rows.next().await.map_err(failed)? {
                let left = without_erased(&row.body, Timestamp(row.received_at), &is_erased);
                if left != Remains::Everything {
                    theirs.insert(row.refusal_id.to_string());
                }
            }
        }
        Ok(theirs.into_iter().collect())
    }

    /// Ids of the events of no person that are theirs: of threads of several people, and of what is not understood.
    async fn nobodys(&self, whom: &Whom, marks: &Marks) -> Result<Vec<String>, StoreError> {
        let failed = |error| self.failed(error);
        let pages: BTreeSet<&str> =
            whom.people.iter().map(|(page, _)| page.as_str()).chain([""]).collect();
        let pages: Vec<&str> = pages.into_iter().collect();
        let is_erased = |name: PersonName<'_>, time| marks.is_erased(name, time);
        let mut theirs = BTreeSet::new();
        for needles in in_parts(&whom.needles()) {
            let question = self.client().query(NOBODYS).param("needles", needles);
            let mut rows = question.param("pages", &pages).fetch::<NobodysRow>().map_err(failed)?;
            while let Some(row) = rows.next().await.map_err(failed)? {
                if item_is_erased(&row.raw, &row.page_id, Timestamp(row.time), &is_erased) {
                    theirs.insert(row.event_id.to_string());
                }
            }
        }
        Ok(theirs.into_iter().collect())
    }

    /// How many rows of these people are still there, under their names and by whatever else they are known.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn rows_left(&self, whom: &Whom, marks: &Marks) -> Result<u64, StoreError> {
        let (pages, people) = whom.columns();
        let (contacts, reports) = (Vec::from_iter(&whom.contacts), Vec::from_iter(&whom.reports));
        let items = self.refused(whom, marks).await?.len() + self.nobodys(whom, marks).await?.len();
        let mut left = items as u64;
        for table in self.tables_to_erase().await? {
            if table.is_of_people() {
                let question = self.client().query(REMAINING).param("table", &table.table);
                let question = question.param("pages", &pages).param("people", &people);
                left += self.fetch_one::<u64>(question).await?;
            }
            for (column, kind) in table.keys() {
                let keys = match kind {
                    "contact" => &contacts,
                    "report" => &reports,
                    _ => continue,
                };
                for keys in in_parts(keys) {
                    let question =
                        self.client().query(KEYED_REMAINING).param("table", &table.table);
                    let question = question.param("column", column).param("keys", keys);
                    left += self.fetch_one::<u64>(question).await?;
                }
            }
        }
        Ok(left)
    }

    /// Has ClickHouse remove files whose rows have been rewritten or deleted soon, or in its usual time again.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn hurry_old_files(&self, is_urgent: bool) -> Result<(), StoreError> {
        let seconds = if is_urgent { 1 } else { USUAL_LIFETIME };
        for TableToErase { table, .. } in self.tables_to_erase().await? {
            let lifetime = |query: Query| query.param("table", &table).param("seconds", seconds);
            self.everywhere(LIFETIME, lifetime).await?;
        }
        Ok(())
    }

    /// How many of these files are still there.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn old_files(&self) -> Result<u64, StoreError> {
        let tables = self.tables_to_erase().await?;
        let tables: Vec<&String> = tables.iter().map(|table| &table.table).collect();
        let question = self.client().query(&self.about_nodes(OLD_PARTS, true));
        let question = question.param("database", self.home()).param("tables", tables);
        self.fetch_one(question).await
    }

    /// Parts of these tables that were set aside: no deletion reaches their rows.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn set_aside(&self) -> Result<Vec<SetAside>, StoreError> {
        let tables = self.tables_to_erase().await?;
        let tables: Vec<&String> = tables.iter().map(|table| &table.table).collect();
        let question = self.client().query(&self.about_nodes(SET_ASIDE, true));
        let question = question.param("database", self.home()).param("tables", tables);
        self.fetch_all(question).await
    }

    /// Removes such a part, on whichever node it lies.
    ///
    /// # Errors
    /// If no node could remove it.
    pub async fn drop_set_aside(&self, part: &SetAside) -> Result<(), StoreError> {
        let mut dropped = Ok(());
        for node in self.nodes.each() {
            let node = node.clone().with_database(self.home());
            let statement = node.query(DROP_SET_ASIDE).param("table", &part.table);
            match statement.param("name", &part.name).execute().await {
                Ok(()) => return Ok(()),
                Err(error) => dropped = Err(self.failed(error)),
            }
        }
        dropped
    }

    /// Forgets whom the deletions were about.
    async fn end_erasing(&self) -> Result<(), StoreError> {
        self.everywhere(END, |query| query).await?;
        self.everywhere(END_KEYS, |query| query).await
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

/// Tables of which a person's own export consists, and what it calls them; the others repeat them.
pub const TABLES_OF_EXPORT: [(&str, &str); 9] = [
    ("events_by_person", "events_by_person"),
    ("conversations", "conversations"),
    ("touchpoints", "touchpoints"),
    ("conversions", "conversions"),
    ("feedback", "feedback"),
    ("person_consents", "person_consents"),
    ("conversion_reports", "reports"),
    ("contacts", "contacts"),
    ("aliases", "aliases"),
];
