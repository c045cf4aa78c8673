//! Writes batches: one write and one sync each, segment behind segment. No thread, no queue: that is `writer`.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::disk::{Disk, DiskFile};
use super::error::JournalError;
use super::folder::{Limits, Position, segment_path};
use super::opening::{self, Plan};
use super::reader::Reader;
use super::record::Envelope;
use super::record::{CLOSING_BYTES, HEAD_BYTES, Place, Salt};
use super::spare::Spares;
use super::usage::Usage;

/// The only writer of a journal: it holds the lock.
pub struct Appender {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
    spares: Spares,
    segment_bytes: u64,
    usage: Arc<Usage>,
    /// `None` before the first batch, behind a full segment, and after a failure.
    segment: Option<Segment>,
    /// Number of the next segment.
    next: u64,
    durable: watch::Sender<Position>,
    bytes: Vec<u8>,
    _lock: File,
}

struct Segment {
    file: Box<dyn DiskFile>,
    path: PathBuf,
    end: Position,
    salt: Salt,
    /// Records in it.
    records: u32,
    begun: Instant,
}

impl Appender {
    /// Opens (or makes) the journal in `folder` and takes its lock.
    ///
    /// # Errors
    /// [`JournalError::Locked`] if another process has it, [`JournalError::Io`] otherwise.
    pub fn open(folder: &Path, limits: Limits, disk: Arc<dyn Disk>) -> Result<Self, JournalError> {
        opening::open(folder, limits, disk).map(Self::new)
    }

    fn new(plan: Plan) -> Self {
        let Plan { folder, disk, limits, usage, first_segment, lock } = plan;
        // Nothing of this process is durable yet, everything of earlier ones is.
        let start = Position { segment: first_segment, offset: 0 };
        Self {
            folder,
            disk,
            spares: Spares::default(),
            segment_bytes: limits.segment_bytes.min(limits.max_bytes / 4),
            usage,
            segment: None,
            next: first_segment,
            durable: watch::Sender::new(start),
            bytes: Vec::new(),
            _lock: lock,
        }
    }

    /// Writes some records, all of which are on disk when it returns; where the first of them begins.
    ///
    /// # Errors
    /// If the disk refused or the budget is used up: then none of them is taken for written.
    pub fn append(&mut self, envelopes: &[Envelope]) -> Result<Position, JournalError> {
        self.write(envelopes).map_err(|failure| failure.to_error())
    }

    /// How far records are on disk.
    #[must_use]
    pub fn durable(&self) -> Position {
        *self.durable.borrow()
    }

    /// A reader that starts behind the checkpoint.
    ///
    /// # Errors
    /// If the checkpoint cannot be read.
    pub fn reader(&self) -> Result<Reader, JournalError> {
        Reader::open(&self.folder, Arc::clone(&self.usage), Arc::clone(&self.disk))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    pub(super) fn usage(&self) -> &Arc<Usage> {
        &self.usage
    }

    pub(super) fn watch(&self) -> watch::Receiver<Position> {
        self.durable.subscribe()
    }

    /// [`Appender::append`]; why not is told to many.
    ///
    /// After a failed write or sync nothing is known of the bytes behind the last good one, so
    /// that segment is never written again: what was half written is cut off if the disk lets us,
    /// and stepped over by readers if it does not.
    pub(super) fn write(&mut self, envelopes: &[Envelope]) -> Result<Position, Failure> {
        let written = self.try_to_write(envelopes);
        self.usage.set_lacks_room(written.as_ref().is_err_and(Failure::is_for_room));
        if written.is_err() {
            // No earlier segment is written again: readers go on to the next, which wakes the
            // shipper, which makes room.
            self.durable.send_replace(Position { segment: self.next, offset: 0 });
        }
        written
    }

    fn try_to_write(&mut self, envelopes: &[Envelope]) -> Result<Position, Failure> {
        let length: usize = envelopes.iter().map(Envelope::encoded_bytes).sum();
        let taken = self.usage.bytes();
        // With what a segment takes besides.
        let most = (HEAD_BYTES + length + CLOSING_BYTES) as u64;
        if taken + most > self.usage.max_bytes {
            let full = Failure::Full { bytes: taken, max_bytes: self.usage.max_bytes };
            // Only a closed segment can be removed once it is shipped.
            self.close();
            return Err(full);
        }
        let mut segment = match self.segment.take() {
            Some(segment) => segment,
            None => self.next_segment()?,
        };
        self.bytes.clear();
        let batch = segment.records;
        for (number, envelope) in (batch..).zip(envelopes) {
            envelope.encode(segment.salt, Place { number, batch }, &mut self.bytes);
            segment.records = number + 1;
        }
        let start = segment.end;
        if let Err(error) = segment.file.write(&self.bytes).and_then(|()| segment.file.sync()) {
            let cut = segment.file.truncate(start.offset).and_then(|()| segment.file.sync());
            if let Err(error) = cut {
                tracing::warn!(%error, path = %segment.path.display(), "a failed batch stays behind");
            }
            return Err(Failure::Io(segment.path, error.kind(), error.to_string()));
        }
        segment.end.offset += length as u64;
        self.usage.add(length as u64);
        self.durable.send_replace(segment.end);
        if segment.end.offset > self.segment_bytes / 4 {
            self.spares.prepare(&self.disk, &self.folder, self.segment_bytes);
        }
        let is_full = segment.end.offset >= self.segment_bytes;
        self.segment = Some(segment);
        if is_full {
            self.close();
        }
        Ok(start)
    }

    /// Closes the segment if it was begun at least so long ago.
    pub fn close_older_than(&mut self, age: Duration) {
        if self.segment.as_ref().is_some_and(|segment| segment.begun.elapsed() >= age) {
            self.close();
        }
    }

    /// Closes the segment, if there is one: says how many records there are, gives back the room that was not used, and
    /// lets readers go on to the next.
    pub fn close(&mut self) {
        let Some(mut segment) = self.segment.take() else { return };
        let mut closing = Vec::new();
        segment.salt.close(Place { number: segment.records, batch: segment.records }, &mut closing);
        let end = segment.end.offset;
        let length = match segment.file.write(&closing) {
            Ok(()) => end + CLOSING_BYTES as u64,
            // Without it the segment can be read as well.
            Err(_) => end,
        };
        match segment.file.truncate(length).and_then(|()| segment.file.sync()) {
            Ok(()) => self.usage.add(length - end),
            Err(error) => {
                tracing::warn!(%error, path = %segment.path.display(), "a segment keeps its room");
            }
        }
        self.durable.send_replace(Position { segment: self.next, offset: 0 });
    }

    fn next_segment(&mut self) -> Result<Segment, Failure> {
        let number = self.next;
        let path = segment_path(&self.folder, number);
        let salt = Salt::new(self.disk.salt());
        let head = [salt.head(), salt.head()].concat();
        let made = self
            .spares
            .segment(&*self.disk, &path, self.segment_bytes)
            .and_then(|mut file| file.write(&head).map(|()| file));
        // Also a number that failed is used up: its file may be there all the same.
        self.next += 1;
        match made {
            Ok(file) => {
                let end = Position { segment: number, offset: HEAD_BYTES as u64 };
                self.usage.add(HEAD_BYTES as u64);
                Ok(Segment { file, path, end, salt, records: 0, begun: Instant::now() })
            }
            Err(error) => {
                self.disk.remove(&path).ok();
                Err(Failure::Io(path, error.kind(), error.to_string()))
            }
        }
    }

    /// One large batch must not hold its memory for ever.
    pub(super) fn give_back_memory(&mut self, most: usize) {
        self.bytes.clear();
        self.bytes.shrink_to(most);
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        self.close();
    }
}

impl std::fmt::Debug for Appender {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Appender").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Why a batch was not written; told to everybody who is in it.
pub(super) enum Failure {
    Full { bytes: u64, max_bytes: u64 },
    Io(PathBuf, io::ErrorKind, String),
}

impl Failure {
    /// Whether it would have been written on an emptier disk.
    fn is_for_room(&self) -> bool {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        matches!(self, Self::Io(_, StorageFull | QuotaExceeded, _))
    }

    pub(super) fn to_error(&self) -> JournalError {
        match self {
            Self::Full { bytes, max_bytes } => {
                JournalError::Full { bytes: *bytes, max_bytes: *max_bytes }
            }
            Self::Io(path, kind, reason) => JournalError::Io {
                path: path.clone(),
                source: io::Error::new(*kind, reason.clone()),
            },
        }
    }
}
