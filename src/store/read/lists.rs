//! Lists: rows as they come out of ClickHouse, one by one, in an order that stays.

use clickhouse::query::{Query, RowCursor};
use clickhouse::{Row, RowOwned, RowRead};
use serde::{Deserialize, Serialize};

use crate::domain::Period;
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;
use crate::store::read::collection::LATEST;
use crate::store::read::list_rows::{ConversationRow, FeedbackRow, ReportedRow, TouchpointRow};

const CONVERSATIONS: &str = include_str!("../../../queries/lists/conversation_list.sql");
const TOUCHPOINTS: &str = include_str!("../../../queries/lists/touchpoint_list.sql");
const REPORTED: &str = include_str!("../../../queries/lists/reported_list.sql");
const FEEDBACK: &str = include_str!("../../../queries/lists/feedback_list.sql");
const TOTAL: &str = include_str!("../../../queries/lists/list_total.sql");

/// A row's place in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// UTC milliseconds.
    pub time: i64,
    /// What else tells rows apart, in the order of the list.
    pub ids: [String; 2],
    /// And behind that.
    pub number: u32,
}

/// Which rows of a list.
#[derive(Debug, Clone)]
pub struct Span<'a> {
    /// The range in which they lie.
    pub period: &'a Period,
    /// Only rows of this status, where rows have one; empty: all.
    pub status: &'a str,
    /// Only conversations that have reached this stage; empty: all.
    pub reached: &'a str,
    /// Only conversations that have not reached this stage; empty: all.
    pub missed: &'a str,
    /// Dimensions of conversations and touchpoints, and what they must be.
    pub filters: &'a [(String, String)],
    /// The row behind which to begin.
    pub after: Option<&'a Place>,
    /// Rows that are left out before the first.
    pub offset: u64,
    /// Rows at most.
    pub limit: u64,
}

/// What a list consists of.
pub trait Listed: RowOwned + RowRead + Send + Sync + 'static {
    /// What the rows are called.
    const ROWS: &'static str;
    /// The statement.
    const STATEMENT: &'static str;
    /// A time behind which every row lies.
    const START: i64 = i64::MIN;

    /// Its place.
    fn place(&self) -> Place;

    /// Asks for those behind a place.
    fn behind(question: Query, place: &Place) -> Query;
}

impl Listed for ConversationRow {
    const ROWS: &'static str = "conversations";
    const STATEMENT: &'static str = CONVERSATIONS;

    fn place(&self) -> Place {
        let ids = [self.page_id.clone(), self.person_id.clone()];
        Place { time: self.opened_at.0, ids, number: 0 }
    }

    fn behind(question: Query, place: &Place) -> Query {
        let question = question.param("page", "").param("person", "");
        question.param("after_page", &place.ids[0]).param("after_person", &place.ids[1])
    }
}

impl Listed for TouchpointRow {
    const ROWS: &'static str = "touchpoints";
    const STATEMENT: &'static str = TOUCHPOINTS;

    fn place(&self) -> Place {
        let ids = [self.page_id.clone(), self.person_id.clone()];
        Place { time: self.time.0, ids, number: self.number }
    }

    fn behind(question: Query, place: &Place) -> Query {
        let question = question.param("after_page", &place.ids[0]);
        question.param("after_person", &place.ids[1]).param("after_number", place.number)
    }
}

impl Listed for ReportedRow {
    const ROWS: &'static str = "conversions";
    const STATEMENT: &'static str = REPORTED;

    fn place(&self) -> Place {
        Place { time: self.time.0, ids: [self.id.clone(), String::new()], number: 0 }
    }

    fn behind(question: Query, place: &Place) -> Query {
        question.param("after_id", &place.ids[0])
    }
}

impl Listed for FeedbackRow {
    const ROWS: &'static str = "events";
    const STATEMENT: &'static str = FEEDBACK;
    // The latest come first.
    const START: i64 = i64::MAX;

    fn place(&self) -> Place {
        Place { time: self.time.0, ids: [self.event_id.clone(), String::new()], number: 0 }
    }

    fn behind(question: Query, place: &Place) -> Query {
        question.param("after_id", &place.ids[0])
    }
}

#[derive(Debug, Row, Deserialize)]
struct TotalRow {
    total: u64,
}

impl Store {
    /// Rows of a list, in its order, as ClickHouse gives them.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked; later ones are the cursor's.
    pub fn list<R: Listed>(&self, span: &Span<'_>) -> Result<Rows<R>, StoreError> {
        // It goes out as it comes, however long it is.
        let question = self.client().query(R::STATEMENT).with_setting("max_execution_time", "0");
        let question = question.with_setting("max_result_bytes", "0");
        let rows = asked::<R>(question, span).fetch::<R>();
        Ok(Rows { rows: rows.map_err(|error| self.failed(error))?, store: self.clone() })
    }

    /// How many rows a list has in all.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn list_total<R: Listed>(&self, span: &Span<'_>) -> Result<u64, StoreError> {
        let all = Span { after: None, offset: 0, limit: u64::MAX, ..span.clone() };
        let statement = assemble(TOTAL, &[("list", R::STATEMENT)]);
        let total = asked::<R>(self.client().query(&statement), &all);
        Ok(self.fetch_one::<TotalRow>(total).await?.total)
    }

    /// All conversations of one person, in time.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn conversations_of(
        &self,
        page: &str,
        person: &str,
    ) -> Result<Vec<ConversationRow>, StoreError> {
        let question = self.client().query(CONVERSATIONS).param("page", page);
        let question = question.param("person", person).param("from", 0_i64).param("to", LATEST);
        let question = question.param("after_time", i64::MIN).param("after_page", "");
        let none: &[&str] = &[];
        let question = question.param("filter_names", none).param("filter_values", none);
        let question = question.param("after_person", "").param("reached", "").param("missed", "");
        let question = question.param("offset", 0_u64);
        self.fetch_all(question.param("limit", u64::MAX)).await
    }
}

fn asked<R: Listed>(question: Query, span: &Span<'_>) -> Query {
    let start = Place { time: R::START, ids: Default::default(), number: 0 };
    let question = question
        .param("from", span.period.from.0)
        .param("to", span.period.to.0)
        .param("status", span.status)
        .param("reached", span.reached)
        .param("missed", span.missed)
        .param("filter_names", span.filters.iter().map(|(name, _)| name).collect::<Vec<_>>())
        .param("filter_values", span.filters.iter().map(|(_, value)| value).collect::<Vec<_>>())
        .param("offset", span.offset)
        .param("limit", span.limit);
    let place = span.after.unwrap_or(&start);
    R::behind(question.param("after_time", place.time), place)
}

/// Rows on their way.
pub struct Rows<R> {
    rows: RowCursor<R>,
    store: Store,
}

impl<R: Listed> Rows<R> {
    /// The next at most `count` rows; none at the end.
    ///
    /// # Errors
    /// If ClickHouse fails under way.
    pub async fn next(&mut self, count: usize) -> Result<Vec<R>, StoreError> {
        let mut batch = Vec::new();
        while batch.len() < count {
            match self.rows.next().await.map_err(|error| self.store.failed(error))? {
                Some(row) => batch.push(row),
                None => break,
            }
        }
        Ok(batch)
    }

    /// All of them.
    ///
    /// # Errors
    /// If ClickHouse fails under way.
    pub async fn all(mut self) -> Result<Vec<R>, StoreError> {
        self.next(usize::MAX).await
    }
}
