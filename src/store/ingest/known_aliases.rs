//! Who is known to be the same person, as this process has shipped it: on WhatsApp each message says so again, and each
//! time would have all of their conversations made from nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustc_hash::FxHashSet;

use crate::store::client::tombstones::Marks;
use crate::store::rows::AliasRow;

/// Aliases that are remembered at most.
const MOST: usize = 200_000;
/// How long. Where several processes share a ClickHouse another may have erased somebody since.
const LONGEST: Duration = Duration::from_secs(3600);

/// What was shipped before.
#[derive(Debug)]
pub(in crate::store) struct KnownAliases {
    rows: Arc<FxHashSet<AliasRow>>,
    /// Who was erased when it began to be remembered: their aliases are gone.
    marks: Arc<Marks>,
    since: Instant,
}

impl KnownAliases {
    pub(in crate::store) fn new() -> Self {
        Self { rows: Arc::default(), marks: Arc::default(), since: Instant::now() }
    }

    /// What is known, unless somebody was erased since.
    pub(in crate::store) fn rows(&self, marks: &Arc<Marks>) -> Arc<FxHashSet<AliasRow>> {
        if self.is_over(marks) { Arc::default() } else { Arc::clone(&self.rows) }
    }

    /// Notes what was shipped.
    pub(in crate::store) fn note(&mut self, aliases: &[AliasRow], marks: Arc<Marks>) {
        if aliases.is_empty() {
            return;
        }
        if self.is_over(&marks) || self.rows.len() > MOST {
            *self = Self { marks, ..Self::new() };
        }
        Arc::make_mut(&mut self.rows).extend(aliases.iter().cloned());
    }

    fn is_over(&self, marks: &Arc<Marks>) -> bool {
        let is_same = Arc::ptr_eq(&self.marks, marks) || self.marks.is_empty() && marks.is_empty();
        !is_same || self.since.elapsed() > LONGEST
    }
}
