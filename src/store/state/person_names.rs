//! What is stored of a person under other names: before they are erased, all of these are looked for.

use std::collections::BTreeSet;

use clickhouse::Row;
use serde::Deserialize;

use crate::domain::bare_number;
use crate::normalize::{PersonName, number_alone};
use crate::store::client::Store;
use crate::store::client::chunks::in_parts;
use crate::store::client::error::StoreError;
use crate::store::state::erasure::Whom;

const PAGES: &str = include_str!("../../../queries/erasure/pages_of_person.sql");
const NAMES: &str = include_str!("../../../queries/erasure/names_of_person.sql");
const OTHERS: &str = include_str!("../../../queries/erasure/names_of_others.sql");
const TIMES: &str = include_str!("../../../queries/erasure/times_of_person.sql");
const CONTACTS: &str = include_str!("../../../queries/erasure/contacts_of_people.sql");
const REPORTS: &str = include_str!("../../../queries/erasure/reports_of_people.sql");
const HOLDERS: &str = include_str!("../../../queries/erasure/holders_of_reports.sql");
const PEOPLE: &str = include_str!("../../../queries/erasure/people_of_table.sql");

/// When somebody did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Row, Deserialize)]
pub struct ActiveTimes {
    /// Their events.
    pub events: u64,
    /// The first time that is known, UTC milliseconds; 0 if none is.
    pub first: i64,
    /// The last one.
    pub last: i64,
}

#[derive(Debug, Row, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names of the columns")]
struct HolderRow {
    report_id: String,
    page_id: String,
    person_id: String,
}

impl Store {
    /// Pages that know somebody by this id, in whatever table.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn pages_of_person(&self, person: &str) -> Result<Vec<String>, StoreError> {
        let mut pages = BTreeSet::new();
        for table in self.tables_of_people().await? {
            let question = self.client().query(PAGES).param("table", &table);
            let question = question.param("person", person);
            let found: Vec<String> = self.fetch_all(question).await?;
            pages.extend(found);
        }
        Ok(pages.into_iter().collect())
    }

    /// All names of a person of a Page: their own among them, and a number in the digits in which it is stored, however it
    /// is written.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn names_of_person(
        &self,
        page: &str,
        person: &str,
    ) -> Result<BTreeSet<String>, StoreError> {
        let mut names = BTreeSet::from([person.to_owned(), bare_number(person)]);
        for name in names.clone() {
            let question = self.client().query(NAMES).param("page", page).param("person", name);
            names.extend(self.fetch_all::<String>(question).await?);
        }
        Ok(names)
    }

    /// When a person of these names did something.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn times_of_person(
        &self,
        page: &str,
        names: &BTreeSet<String>,
    ) -> Result<ActiveTimes, StoreError> {
        let names: Vec<&String> = names.iter().collect();
        let question = self.client().query(TIMES).param("page", page).param("names", names);
        self.fetch_one(question).await
    }

    /// The contacts and reported conversions of some people.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn whom(&self, people: BTreeSet<(String, String)>) -> Result<Whom, StoreError> {
        let (pages, ids): (Vec<&str>, Vec<&str>) =
            people.iter().map(|(page, id)| (page.as_str(), id.as_str())).unzip();
        let question = self.client().query(CONTACTS).param("pages", &pages).param("people", &ids);
        let contacts: Vec<String> = self.fetch_all(question).await?;
        let question = self.client().query(REPORTS).param("pages", &pages).param("people", &ids);
        let reports: Vec<String> = self.fetch_all(question.param("contacts", &contacts)).await?;
        let mut reports: BTreeSet<String> = reports.into_iter().collect();
        let candidates: Vec<String> = reports.iter().cloned().collect();
        for ids in in_parts(&candidates) {
            let question = self.client().query(HOLDERS).param("ids", ids);
            let holders: Vec<HolderRow> = self.fetch_all(question).await?;
            for HolderRow { report_id, page_id, person_id } in holders {
                // What has turned out to be somebody else's stays theirs.
                if !person_id.is_empty() && !people.contains(&(page_id, person_id)) {
                    reports.remove(&report_id);
                }
            }
        }
        let question = self.client().query(OTHERS).param("pages", &pages).param("people", &ids);
        let others: Vec<(String, String)> = self.fetch_all(question).await?;
        let pageless = others.iter().map(|(_, name)| (String::new(), name.clone()));
        let shared_numbers = pageless.chain(others.iter().cloned()).collect();
        Ok(Whom { people, shared_numbers, contacts: contacts.into_iter().collect(), reports })
    }

    /// Everybody whom some table names and who was erased after a time (UTC milliseconds), as (Page, id).
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn erased_after(&self, time: i64) -> Result<BTreeSet<(String, String)>, StoreError> {
        let failed = |error| self.failed(error);
        let mut erased = BTreeSet::new();
        let marks = self.marks()?;
        if marks.is_empty() {
            return Ok(erased);
        }
        for table in self.tables_of_people().await? {
            let question = self.client().query(PEOPLE).param("table", &table);
            let mut rows = question.fetch::<(String, String)>().map_err(failed)?;
            while let Some((page, id)) = rows.next().await.map_err(failed)? {
                let name = PersonName::Person { page: &page, id: &id };
                let number = number_alone(&id);
                let number = PersonName::Person { page: &page, id: &number };
                let erased_at = marks.erased_at(name).max(marks.erased_at(number));
                if erased_at.is_some_and(|erased_at| erased_at >= time) {
                    erased.insert((page, id));
                }
            }
        }
        Ok(erased)
    }

    async fn tables_of_people(&self) -> Result<Vec<String>, StoreError> {
        let tables = self.tables_to_erase().await?.into_iter();
        Ok(tables
            .filter(crate::store::state::erasure::TableToErase::is_of_people)
            .map(|table| table.table)
            .collect())
    }
}
