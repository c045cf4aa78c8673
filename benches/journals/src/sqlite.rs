//! `SQLite`: a table of bodies, one transaction a commit, synced with it.

use std::path::Path;

use anyhow::Result;
use bytes::Bytes;
use rusqlite::Connection;

use crate::group::Store;
use crate::log::Backlog;

pub struct Sqlite {
    connection: Connection,
    written: i64,
    read: i64,
}

impl Store for Sqlite {
    fn open(folder: &Path) -> Result<Self> {
        let connection = Connection::open(folder.join("journal.sqlite"))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute("CREATE TABLE journal (id INTEGER PRIMARY KEY, body BLOB)", ())?;
        Ok(Self { connection, written: 0, read: 0 })
    }

    fn commit(&mut self, bodies: impl Iterator<Item = Bytes>) -> Result<()> {
        let transaction = self.connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO journal VALUES (?1, ?2)")?;
            for body in bodies {
                self.written += 1;
                insert.execute((self.written, &body[..]))?;
            }
        }
        Ok(transaction.commit()?)
    }
}

impl Backlog for Sqlite {
    fn read(&mut self, bytes: usize) -> Result<Vec<Bytes>> {
        let mut select = self
            .connection
            .prepare_cached("SELECT id, body FROM journal WHERE id > ?1 ORDER BY id")?;
        let mut rows = select.query([self.read])?;
        let (mut bodies, mut taken) = (Vec::new(), 0);
        while taken < bytes
            && let Some(row) = rows.next()?
        {
            self.read = row.get(0)?;
            let body: Vec<u8> = row.get(1)?;
            taken += body.len();
            bodies.push(body.into());
        }
        Ok(bodies)
    }

    fn forget(&mut self) -> Result<()> {
        self.connection.execute("DELETE FROM journal WHERE id <= ?1", [self.read])?;
        Ok(())
    }
}
