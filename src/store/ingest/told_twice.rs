//! A tap that is told with its message's id, and in a copy for an app on standby without it: two events by their ids, and one
//! act. What the copy says goes to the event with the id, of whose rows that counts which says the most; the copy's own
//! event, and what it was converted to, is taken back. Looked for behind an insert of either: whichever comes last finds the
//! other.

use std::collections::BTreeSet;

use clickhouse::Row;
use serde::Deserialize;
use uuid::Uuid;

use crate::domain::Kind;
use crate::store::client::Store;
use crate::store::client::chunks::{in_parts_by, weight};
use crate::store::client::error::StoreError;
use crate::store::ingest::one_act::join;
use crate::store::ingest::stored_raw::StoredRow;
use crate::store::rows::EventRow;

const WITHOUT_ID: &str = include_str!("../../../queries/ingest/taps_without_id.sql");
const MESSAGES_WITHOUT_ID: &str = include_str!("../../../queries/ingest/messages_without_id.sql");
pub(super) const TOLD_AT: &str = include_str!("../../../queries/ingest/told_at.sql");

/// Page, person and UTC milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Row, Deserialize)]
pub(super) struct Instant {
    page_id: String,
    person_id: String,
    time: i64,
}

impl Instant {
    /// When an event was, and whose it is.
    pub(super) fn of(row: &EventRow) -> Self {
        let EventRow { page_id, person_id, time, .. } = row;
        Self { page_id: page_id.clone(), person_id: person_id.clone(), time: *time }
    }
}

impl EventRow {
    /// When somebody may have tapped, if there may be another copy of it.
    fn tapped_at(&self) -> Option<Instant> {
        let is_tap = match Kind::from_name(self.kind)? {
            Kind::Postback => true,
            Kind::Message => self.mid.is_empty() || !self.payload.is_empty(),
            _ => false,
        };
        self.instant().filter(|_| is_tap)
    }

    /// When somebody wrote what may be the poorer copy of a tap that was told without an id.
    fn written_at(&self) -> Option<Instant> {
        let is_text = self.kind == Kind::Message.as_str() && !self.mid.is_empty();
        self.instant().filter(|_| is_text && self.payload.is_empty())
    }

    /// When a person of Messenger or Instagram did it.
    fn instant(&self) -> Option<Instant> {
        let is_known = self.channel != "whatsapp" && !self.person_id.is_empty();
        is_known.then(|| Instant::of(self))
    }
}

impl Store {
    /// Makes one act of the taps among some events and of what else was told of them.
    ///
    /// # Errors
    /// If ClickHouse fails; it can be done again.
    pub(super) async fn join_told_twice(
        &self,
        events: &[EventRow],
        token: &str,
    ) -> Result<(), StoreError> {
        let tapped: BTreeSet<Instant> = events.iter().filter_map(EventRow::tapped_at).collect();
        let mut twice: Vec<Instant> = Vec::new();
        for part in in_questions(&tapped.into_iter().collect::<Vec<_>>()) {
            twice.extend(self.at::<Instant>(WITHOUT_ID, part).await?);
        }
        twice.extend(self.written_beside(events).await?);
        twice.sort_unstable();
        twice.dedup();
        let mut joined = Vec::new();
        for part in in_questions(&twice) {
            joined.extend(join(self.at::<StoredRow>(TOLD_AT, part).await?));
        }
        if joined.is_empty() {
            return Ok(());
        }
        let identity: Vec<_> = joined.iter().map(|row| (row.event_id, row.version)).collect();
        let token = format!("{token}-twice-{}", fingerprint(&identity));
        self.insert_block("events_by_person", &joined, &token).await
    }

    /// When somebody among some events wrote and a message without an id was told too. Such messages are so few that
    /// those of the time are asked for, and not each instant.
    async fn written_beside(&self, events: &[EventRow]) -> Result<Vec<Instant>, StoreError> {
        let written: BTreeSet<Instant> = events.iter().filter_map(EventRow::written_at).collect();
        let times = || written.iter().map(|at| at.time);
        let (Some(from), Some(through)) = (times().min(), times().max()) else {
            return Ok(Vec::new());
        };
        let question = self.client().query(MESSAGES_WITHOUT_ID).param("from", from);
        let told: Vec<Instant> = self.fetch_all(question.param("through", through)).await?;
        Ok(told.into_iter().filter(|at| written.contains(at)).collect())
    }

    /// What was told at some instants.
    pub(super) async fn at<T>(&self, statement: &str, at: &[Instant]) -> Result<Vec<T>, StoreError>
    where
        T: clickhouse::RowOwned + clickhouse::RowRead,
    {
        let pages: Vec<&str> = at.iter().map(|one| one.page_id.as_str()).collect();
        let people: Vec<&str> = at.iter().map(|one| one.person_id.as_str()).collect();
        let times: Vec<i64> = at.iter().map(|one| one.time).collect();
        let question = self.client().query(statement).param("pages", pages);
        self.fetch_all(question.param("people", people).param("times", times)).await
    }
}

pub(super) fn in_questions(at: &[Instant]) -> Vec<&[Instant]> {
    in_parts_by(at, |one| {
        weight(&one.page_id) + weight(&one.person_id) + weight(&one.time.to_string())
    })
}

pub(super) fn fingerprint(of: &[(Uuid, u64)]) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hash = DefaultHasher::new();
    of.hash(&mut hash);
    hash.finish()
}
