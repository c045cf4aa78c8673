//! The project's own journal as a contender: the only file here that knows its interface.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::Result;
use bytes::Bytes;

use crate::journal::disk::{Disk, DiskFile, FileSystem};
use crate::journal::{Envelope, EnvelopeKind, Journal, Limits, Position, Reader};
use crate::log::Backlog;
use crate::log::Log;

/// The journal, and how often it has synced.
pub struct Ours {
    journal: Journal,
    commits: Arc<AtomicU64>,
}

impl Log for Ours {
    type Backlog = OurBacklog;

    fn open(folder: &Path) -> Result<Self> {
        let commits = Arc::new(AtomicU64::new(0));
        let disk = Arc::new(Counted(FileSystem, commits.clone()));
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

/// The file system, and how often a segment was synced.
#[derive(Debug)]
struct Counted(FileSystem, Arc<AtomicU64>);

impl Counted {
    fn file(&self, path: &Path, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        // A spare is filled in the background; it is a segment from when it is written from its start.
        let is_counted = path.file_name().is_some_and(|name| name != "spare");
        Box::new(CountedFile { file, commits: Arc::clone(&self.1), is_counted })
    }
}

struct CountedFile {
    file: Box<dyn DiskFile>,
    commits: Arc<AtomicU64>,
    is_counted: bool,
}

impl Disk for Counted {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.file(path, self.0.create(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.file(path, self.0.open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.remove(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.0.sync_folder(folder)
    }

    fn later(&self, work: Box<dyn FnOnce() + Send>) {
        self.0.later(work);
    }

    fn salt(&self) -> u64 {
        self.0.salt()
    }
}

impl DiskFile for CountedFile {
    fn reserve(&mut self, room: u64) -> io::Result<()> {
        self.file.reserve(room)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.commits.fetch_add(u64::from(self.is_counted), Ordering::Relaxed);
        self.file.sync()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.file.truncate(length)
    }

    fn rewind(&mut self) -> io::Result<()> {
        self.is_counted = true;
        self.file.rewind()
    }

    fn date(&mut self, modified: SystemTime) -> io::Result<()> {
        self.file.date(modified)
    }
}
