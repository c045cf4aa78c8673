//! Parts of tables that ClickHouse could not read at its start: they are told, and what they held is filled again, as
//! far as the journal still has it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use metrics::gauge;

use crate::journal::{JournalError, Position, Reader};
use crate::private;
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::client::moment::Moment;
use crate::store::schema::durability::BrokenPart;

const EVERYONE_DIRTY: &str = include_str!("../../../queries/ingest/everyone_dirty.sql");
const EVERYONE_PENDING: &str = include_str!("../../../queries/ingest/everyone_dirty_pending.sql");
const UPTIME: &str = include_str!("../../../queries/schema/uptime.sql");
/// Seconds by which clocks may differ.
const AS_GOOD_AS: u64 = 5;
/// How often a server is asked whether it has set parts aside: it may have been started anew meanwhile.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Looks for broken parts, and remembers which were filled again. Of a server whose tables do not sync it also notices
/// that it was started anew: its machine may have lost its power, and parts with it of which nothing is left.
#[derive(Debug)]
pub(in crate::store) struct Refill {
    /// Which parts are known, a line each.
    file: PathBuf,
    looked: Option<Instant>,
    /// As it was at the last look.
    running: Option<Running>,
    /// Parts that lay aside at the last look.
    pub parts: u64,
}

impl Refill {
    /// Remembers in a journal's folder.
    pub(in crate::store) fn new(journal: &Path) -> Self {
        Self { file: journal.join("broken-parts"), looked: None, running: None, parts: 0 }
    }

    /// If there are parts that were not there at the last look, has everything shipped again that is still in the
    /// journal, and all conversations made anew. Returns where the reader was, or `None` if nothing is new.
    ///
    /// # Errors
    /// Returns an error if ClickHouse or the disk fails.
    pub(in crate::store) async fn look(
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
        let running = Running::ask(store).await?;
        let is_anew = self.running.zip(running).is_some_and(|(before, now)| now.is_behind(before));
        let has_lost = is_anew && !store.unsynced_tables().await?.is_empty();
        if has_lost {
            tracing::warn!(
                "ClickHouse was started anew and its tables do not sync; what the journal still holds is shipped \
                 again, which changes no figure"
            );
        }
        if lines.is_subset(&known) && !has_lost {
            self.running = running;
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
        store.make_everyone_anew().await?;
        // Last: whoever is cut off before this begins again.
        let lines: Vec<String> = lines.into_iter().collect();
        private::replace(&self.file, lines.join("\n").as_bytes()).map_err(self.failed())?;
        self.running = running;
        Ok(Some(until))
    }

    fn known(&self) -> Result<BTreeSet<String>, StoreError> {
        let read = match std::fs::read(&self.file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(BTreeSet::new());
            }
            read => read.map_err(self.failed())?,
        };
        // A damaged line names no part: then what is there counts as new, and is filled again.
        Ok(String::from_utf8_lossy(&read).lines().map(str::to_owned).collect())
    }

    fn failed(&self) -> impl FnOnce(std::io::Error) -> JournalError + '_ {
        |source| JournalError::Io { path: self.file.clone(), source }
    }
}

/// How long a server has run.
#[derive(Debug, Clone, Copy)]
struct Running {
    seconds: u64,
    /// When it said so.
    at: Moment,
}

impl Running {
    /// Asks the server; `None` of a cluster, of which one node alone would tell.
    async fn ask(store: &Store) -> Result<Option<Self>, StoreError> {
        if store.endpoint.cluster.is_some() {
            return Ok(None);
        }
        let at = Moment::now();
        let query = store.client().query(UPTIME);
        let seconds = store.fetch_one(query).await?;
        Ok(Some(Self { seconds, at }))
    }

    /// Whether it has run for less time than has passed since: it was started anew.
    fn is_behind(self, before: Self) -> bool {
        let passed = before.at.elapsed().saturating_sub(self.at.elapsed()).as_secs();
        self.seconds + AS_GOOD_AS < before.seconds + passed
    }
}

impl Store {
    /// Has the conversations of everybody made from nothing: it is not known whose have changed.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked; it can be done again.
    pub async fn make_everyone_anew(&self) -> Result<(), StoreError> {
        for statement in [EVERYONE_DIRTY, EVERYONE_PENDING] {
            self.execute(self.client().query(statement)).await?;
        }
        Ok(())
    }
}

fn line(part: &BrokenPart) -> String {
    format!("{} {}", part.table, part.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_was_started_since_has_run_for_less_time() {
        let at = Moment::now();
        let after = |seconds| Running { seconds, at };
        assert!(after(30).is_behind(after(100)));
        assert!(!after(160).is_behind(after(100)));
        // Clocks differ a little.
        assert!(!after(97).is_behind(after(100)));
    }
}
