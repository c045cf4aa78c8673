//! Parts of tables that ClickHouse could not read at its start: they are told, and what they held is filled again, as
//! far as the journal still has it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use metrics::gauge;

use super::{BrokenPart, Store, StoreError};
use crate::journal::{JournalError, Position, Reader};
use crate::private;

const EVERYONE_DIRTY: &str = include_str!("../../queries/everyone_dirty.sql");
const EVERYONE_PENDING: &str = include_str!("../../queries/everyone_dirty_pending.sql");
/// How often a server is asked whether it has set parts aside: it may have been started anew meanwhile.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Looks for broken parts, and remembers which were filled again.
#[derive(Debug)]
pub(super) struct Refill {
    /// Which parts are known, a line each.
    file: PathBuf,
    looked: Option<Instant>,
    /// Parts that lay aside at the last look.
    pub parts: u64,
}

impl Refill {
    /// Remembers in a journal's folder.
    pub(super) fn new(journal: &Path) -> Self {
        Self { file: journal.join("broken-parts"), looked: None, parts: 0 }
    }

    /// If there are parts that were not there at the last look, has everything shipped again that is still in the
    /// journal, and all conversations made anew. Returns where the reader was, or `None` if nothing is new.
    ///
    /// # Errors
    /// Returns an error if ClickHouse or the disk fails.
    pub(super) async fn look(
        &mut self,
        store: &Store,
        reader: &mut Reader,
    ) -> Result<Option<Position>, StoreError> {
        if self.looked.is_some_and(|looked| looked.elapsed() < LOOK_EVERY) {
            return Ok(None);
        }
        self.looked = Some(Instant::now());
        let parts = store.broken_parts().await?;
        self.parts = parts.len() as u64;
        let gauge = gauge!("messenger_funnel_broken_parts");
        gauge.set(f64::from(u32::try_from(parts.len()).unwrap_or(u32::MAX)));
        let lines: BTreeSet<String> = parts.iter().map(line).collect();
        let known = self.known()?;
        if lines.is_subset(&known) {
            return Ok(None);
        }
        for BrokenPart { table, name, bytes } in &parts {
            tracing::error!(
                table,
                part = name,
                bytes,
                "ClickHouse could not read a part and set it aside; what the journal still holds is shipped again. \
                 Older rows: restore a backup"
            );
        }
        let until = reader.rewind()?;
        for statement in [EVERYONE_DIRTY, EVERYONE_PENDING] {
            store.client().query(statement).execute().await.map_err(|error| store.failed(error))?;
        }
        // Last: whoever is cut off before this begins again.
        let lines: Vec<String> = lines.into_iter().collect();
        private::replace(&self.file, lines.join("\n").as_bytes()).map_err(self.failed())?;
        Ok(Some(until))
    }

    fn known(&self) -> Result<BTreeSet<String>, StoreError> {
        match std::fs::read_to_string(&self.file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeSet::new()),
            read => Ok(read.map_err(self.failed())?.lines().map(str::to_owned).collect()),
        }
    }

    fn failed(&self) -> impl FnOnce(std::io::Error) -> JournalError + '_ {
        |source| JournalError::Io { path: self.file.clone(), source }
    }
}

fn line(part: &BrokenPart) -> String {
    format!("{} {}", part.table, part.name)
}
