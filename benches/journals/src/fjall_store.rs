//! fjall: a keyspace of bodies by number, one batch a commit, synced with it.

use std::path::Path;

use anyhow::Result;
use bytes::Bytes;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use crate::group::Store;
use crate::log::Backlog;

pub struct Fjall {
    database: Database,
    journal: Keyspace,
    written: u64,
    read: u64,
    forgotten: u64,
}

impl Store for Fjall {
    fn open(folder: &Path) -> Result<Self> {
        let database = Database::builder(folder.join("fjall")).open()?;
        let journal = database.keyspace("journal", KeyspaceCreateOptions::default)?;
        Ok(Self { database, journal, written: 0, read: 0, forgotten: 0 })
    }

    fn commit(&mut self, bodies: impl Iterator<Item = Bytes>) -> Result<()> {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncData));
        for body in bodies {
            self.written += 1;
            batch.insert(&self.journal, self.written.to_be_bytes(), &body[..]);
        }
        Ok(batch.commit()?)
    }
}

impl Backlog for Fjall {
    fn read(&mut self, bytes: usize) -> Result<Vec<Bytes>> {
        let mut entries = self.journal.range((self.read + 1).to_be_bytes()..);
        let (mut bodies, mut taken) = (Vec::new(), 0);
        while taken < bytes
            && let Some(entry) = entries.next()
        {
            let (key, body) = entry.into_inner()?;
            self.read = u64::from_be_bytes(key[..].try_into()?);
            taken += body.len();
            bodies.push(Bytes::copy_from_slice(&body));
        }
        Ok(bodies)
    }

    fn forget(&mut self) -> Result<()> {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncData));
        for number in self.forgotten + 1..=self.read {
            batch.remove(&self.journal, number.to_be_bytes());
        }
        self.forgotten = self.read;
        Ok(batch.commit()?)
    }
}
