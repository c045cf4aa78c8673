//! What each message of WhatsApp says again, as this process has shipped it: who is the same person, which number is theirs,
//! what the business's number is called. Told again it would have conversations made from nothing, and reports matched.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::store::client::tombstones::Marks;
use crate::store::ingest::batch::{Known, Rows};

/// Rows of one kind that are remembered at most.
const MOST: usize = 200_000;
/// How long. Where several processes share a ClickHouse another may have erased somebody since.
const LONGEST: Duration = Duration::from_secs(3600);

/// What was shipped before.
#[derive(Debug)]
pub(in crate::store) struct KnownRows {
    known: Arc<Known>,
    /// Who was erased when it began to be remembered: their rows are gone.
    marks: Arc<Marks>,
    since: Instant,
}

impl KnownRows {
    pub(in crate::store) fn new() -> Self {
        Self { known: Arc::default(), marks: Arc::default(), since: Instant::now() }
    }

    /// What is known, unless somebody was erased since.
    pub(in crate::store) fn known(&self, marks: &Arc<Marks>) -> Arc<Known> {
        if self.is_over(marks) { Arc::default() } else { Arc::clone(&self.known) }
    }

    /// Notes what was shipped.
    pub(in crate::store) fn note(&mut self, rows: &Rows, marks: Arc<Marks>) {
        if rows.aliases.is_empty() && rows.contacts.is_empty() && rows.names.is_empty() {
            return;
        }
        let is_full = self.known.aliases.len().max(self.known.contacts.len()) > MOST;
        if self.is_over(&marks) || is_full {
            *self = Self { marks, ..Self::new() };
        }
        let known = Arc::make_mut(&mut self.known);
        known.aliases.extend(rows.aliases.iter().map(|(names, at)| (names.clone(), *at)));
        known.contacts.extend(rows.contacts.iter().cloned());
        known.names.extend(rows.names.clone());
    }

    fn is_over(&self, marks: &Arc<Marks>) -> bool {
        let is_same = Arc::ptr_eq(&self.marks, marks) || self.marks.is_empty() && marks.is_empty();
        !is_same || self.since.elapsed() > LONGEST
    }
}
