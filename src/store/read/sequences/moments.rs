//! What is known of people beside their sequences, such as when they opened conversations, read in the same order.

use clickhouse::Row;
use clickhouse::query::{Query, RowCursor};
use serde::Deserialize;

use crate::store::client::Store;
use crate::store::client::error::StoreError;

/// A row of the questions `openings`, `first_acts`, `last_receipts` and `tagged_messages`.
#[derive(Debug, Row, Deserialize)]
pub(super) struct Moment {
    pub person: u128,
    pub at: i64,
    pub what: String,
}

/// Rows as they come, of which those of one range of people are taken after the other.
pub(super) struct Moments {
    rows: RowCursor<Moment>,
    /// The first one of the next range.
    ahead: Option<Moment>,
}

impl Moments {
    pub(super) fn new(store: &Store, question: Query) -> Result<Self, StoreError> {
        let question = question
            // It is read as it comes.
            .with_setting("max_result_bytes", "0")
            .with_setting("max_result_rows", "0");
        let rows = question.fetch().map_err(|error| store.failed(error))?;
        Ok(Self { rows, ahead: None })
    }

    /// Those of the people up to the hash `last` who have not been taken before.
    pub(super) async fn until(
        &mut self,
        store: &Store,
        last: u128,
    ) -> Result<Vec<Moment>, StoreError> {
        let mut taken: Vec<Moment> = Vec::new();
        loop {
            let next = match self.ahead.take() {
                Some(row) => Some(row),
                None => self.rows.next().await.map_err(|error| store.failed(error))?,
            };
            match next {
                Some(row) if row.person > last => {
                    self.ahead = Some(row);
                    return Ok(taken);
                }
                Some(row) => taken.push(row),
                None => return Ok(taken),
            }
        }
    }
}

/// Finds the rows of people who come in the same order.
pub(super) struct InOrder<'a>(std::iter::Peekable<std::slice::Iter<'a, Moment>>);

impl<'a> InOrder<'a> {
    pub(super) fn new(rows: &'a [Moment]) -> Self {
        Self(rows.iter().peekable())
    }

    /// The first row of a person, none of whom comes after one with a higher hash.
    pub(super) fn of(&mut self, person: u128) -> Option<&'a Moment> {
        while self.0.next_if(|row| row.person < person).is_some() {}
        self.0.next_if(|row| row.person == person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_find_their_rows() {
        let row = |person| Moment { person, at: 0, what: String::new() };
        let rows = [row(2), row(2), row(3), row(5)];
        let mut in_order = InOrder::new(&rows);
        let found = [1, 2, 4, 5, 9].map(|person| in_order.of(person).map(|row| row.person));
        assert_eq!(found, [None, Some(2), None, Some(5), None]);
    }
}
