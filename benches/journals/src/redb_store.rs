//! redb: a table of bodies by number, one write transaction a commit, synced with it.

use std::path::Path;

use anyhow::Result;
use bytes::Bytes;
use redb::{Database, Durability, ReadableDatabase, TableDefinition, WriteTransaction};

use crate::group::Store;
use crate::log::Backlog;

const JOURNAL: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("journal");

pub struct Redb {
    database: Database,
    written: u64,
    read: u64,
}

impl Redb {
    fn begin(&self) -> Result<WriteTransaction> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        Ok(transaction)
    }
}

impl Store for Redb {
    fn open(folder: &Path) -> Result<Self> {
        let database = Database::create(folder.join("journal.redb"))?;
        Ok(Self { database, written: 0, read: 0 })
    }

    fn commit(&mut self, bodies: impl Iterator<Item = Bytes>) -> Result<()> {
        let transaction = self.begin()?;
        {
            let mut journal = transaction.open_table(JOURNAL)?;
            for body in bodies {
                self.written += 1;
                journal.insert(self.written, &body[..])?;
            }
        }
        Ok(transaction.commit()?)
    }
}

impl Backlog for Redb {
    fn read(&mut self, bytes: usize) -> Result<Vec<Bytes>> {
        let journal = self.database.begin_read()?.open_table(JOURNAL)?;
        let mut entries = journal.range(self.read + 1..)?;
        let (mut bodies, mut taken) = (Vec::new(), 0);
        while taken < bytes
            && let Some(entry) = entries.next()
        {
            let (number, body) = entry?;
            self.read = number.value();
            taken += body.value().len();
            bodies.push(Bytes::copy_from_slice(body.value()));
        }
        Ok(bodies)
    }

    fn forget(&mut self) -> Result<()> {
        let transaction = self.begin()?;
        transaction.open_table(JOURNAL)?.retain_in(..=self.read, |_, _| false)?;
        Ok(transaction.commit()?)
    }
}
