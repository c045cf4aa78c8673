//! Contacts of people on WhatsApp whom earlier versions have stored: their numbers, as events write them today.

use std::collections::BTreeSet;

use clickhouse::Row;
use serde::Deserialize;
use uuid::Uuid;

use crate::normalize;
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::rows::ContactRow;

const PEOPLE: &str = include_str!("../../../queries/stored_events/people_on_whatsapp.sql");

/// People who are read at once.
const MOST_PEOPLE: u64 = 10_000;

/// A row of the question `people_on_whatsapp`.
#[derive(Debug, Row, Deserialize)]
struct PersonRow {
    page_id: String,
    person_id: String,
    names: Vec<String>,
}

/// A person's place in the order of the table.
pub type PersonPlace = (String, String);

impl Store {
    /// Writes the contacts of some people, behind `after`, and matches what was reported of them; the last of them, `None`
    /// behind the end. `number` is the time, in UTC microseconds. Nobody may be erased meanwhile: they would be back.
    ///
    /// # Errors
    /// If ClickHouse fails; it can be done again.
    pub async fn write_contacts(
        &self,
        after: &PersonPlace,
        number: u64,
    ) -> Result<Option<PersonPlace>, StoreError> {
        let question = self.client().query(PEOPLE).param("rows", MOST_PEOPLE);
        let question = question.param("page", &after.0).param("person", &after.1);
        let people: Vec<PersonRow> =
            question.fetch_all().await.map_err(|error| self.failed(error))?;
        let contacts: Vec<ContactRow> = people.iter().flat_map(contacts).collect();
        let token = Uuid::new_v4().to_string();
        self.insert_block("contacts", &contacts, &token).await?;
        let keys: BTreeSet<&str> = contacts.iter().map(ContactRow::hash).collect();
        self.match_reports(BTreeSet::new(), &keys, &token, number).await?;
        Ok(people.into_iter().next_back().map(|last| (last.page_id, last.person_id)))
    }
}

fn contacts(row: &PersonRow) -> impl Iterator<Item = ContactRow> {
    let hashes = normalize::number_hashes(&row.person_id, &row.names);
    hashes.into_iter().filter_map(|hash| ContactRow::new(hash, &row.page_id, &row.person_id))
}
