//! The project's own journal as a contender: the only file here that knows its interface.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::Result;
use bytes::Bytes;

use crate::backlog::Backlog;
use crate::journal::disk::{Disk, FileSystem, SegmentFile};
use crate::journal::{Envelope, EnvelopeKind, Journal, Limits, Position, Reader};
use crate::load::Log;

/// The journal, and how often it has synced.
pub struct Ours {
    journal: Journal,
    commits: Arc<AtomicU64>,
}

impl Log for Ours {
    type Backlog = OurBacklog;

    fn open(folder: &Path) -> Result<Self> {
        let commits = Arc::new(AtomicU64::new(0));
        let disk = Box::new(Counted(FileSystem, commits.clone()));
        let journal = Journal::open_on(folder, Limits::default(), disk)?;
        Ok(Self { journal, commits })
    }

    async fn append(&self, body: Bytes) -> Result<()> {
        let envelope = Envelope { kind: EnvelopeKind::Webhook, received_at_ms: 0, body };
        self.journal.append(envelope).await?;
        Ok(())
    }

    fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    fn into_backlog(self) -> Result<OurBacklog> {
        let reader = self.journal.reader()?;
        let end = reader.position();
        Ok(OurBacklog { journal: self.journal, reader, end })
    }
}

/// The journal's reader and how far it has come.
pub struct OurBacklog {
    journal: Journal,
    reader: Reader,
    end: Position,
}

impl Backlog for OurBacklog {
    fn read(&mut self, bytes: usize) -> Result<Vec<Bytes>> {
        let batch = self.reader.peek(self.journal.durable(), bytes)?;
        self.end = batch.end;
        Ok(batch.records.into_iter().map(|(_, envelope)| envelope.body).collect())
    }

    fn forget(&mut self) -> Result<()> {
        self.reader.advance(self.end);
        #[expect(clippy::disallowed_methods, reason = "no one hands a benchmark the time")]
        let now = SystemTime::now();
        self.reader.remove_shipped(Duration::ZERO, now)?;
        Ok(())
    }
}

/// The file system, or one of its files, and how often one was synced.
struct Counted<T>(T, Arc<AtomicU64>);

impl Disk for Counted<FileSystem> {
    fn create(&self, path: &Path, room: u64) -> io::Result<Box<dyn SegmentFile>> {
        Ok(Box::new(Counted(self.0.create(path, room)?, self.1.clone())))
    }
}

impl SegmentFile for Counted<Box<dyn SegmentFile>> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.sync()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.0.truncate(length)
    }
}
