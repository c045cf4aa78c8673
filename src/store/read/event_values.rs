//! What fields of events hold, for whoever looks for a value.

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::domain::Period;
use crate::store::client::assemble::assemble;
use crate::store::{Store, StoreError};

const EVENT_VALUES: &str = include_str!("../../../queries/suggestions/event_values.sql");

/// A field of events that people look for values of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventField {
    /// Of a button or a quick reply.
    Payload,
    /// Of an entry point.
    Ref,
    /// A conversion's name.
    Conversion,
}

/// A value, and how much has it.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct EventValue {
    /// The value; empty of the row of all together.
    pub value: String,
    /// Whether it is the row of all together.
    pub is_all: bool,
    /// Events.
    pub events: u64,
    /// Their people.
    pub people: u64,
}

impl EventField {
    /// The field of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "payload" => Some(Self::Payload),
            "ref" => Some(Self::Ref),
            "conversion" => Some(Self::Conversion),
            _ => None,
        }
    }

    /// Its column, and the kinds of events that have it.
    fn column(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Payload => ("payload", &["postback", "message"]),
            Self::Ref => ("ref", &["referral", "postback", "message", "opt_in"]),
            Self::Conversion => ("name", &["conversion"]),
        }
    }
}

impl Store {
    /// The values of a field in a period that meet a regular expression, most frequent first, `limit` at most; before
    /// them all such values together.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn event_values(
        &self,
        period: &Period,
        field: EventField,
        pattern: &str,
        limit: u64,
    ) -> Result<Vec<EventValue>, StoreError> {
        let (column, kinds) = field.column();
        let statement = assemble(EVENT_VALUES, &[("value", column)]);
        let question = self.client().query(&statement).param("from", period.from.0);
        let question = question.param("to", period.to.0).param("pattern", pattern);
        self.fetch_all(question.param("kinds", kinds).param("limit", limit + 1)).await
    }
}
