//! The durable box between the door and the database.
//!
//! It stores opaque bytes and knows nothing of Messenger. What it promises: when
//! [`Journal::append`] returns, the bytes are on disk (`fdatasync`); they are read back in order,
//! as often as needed, until the reader's [`Checkpoint`] has passed them and their time is over.
//!
//! A journal is a folder: `lock` (one process owns it), `00000000000000000001.journal` and so on
//! (the segments), `checkpoint` (how far the reader has come). A segment is a magic line, which
//! names the version of the format, and records; a record is its length, a CRC-32 and the bytes
//! ([`record`]); zeros behind the last record are room that was never written. A writer never
//! writes into a segment of an earlier process: a torn tail stays where it is and is stepped over.

mod checkpoint;
pub mod disk;
mod erasing;
mod inspect;
mod reader;
pub mod record;
mod usage;
mod writer;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::watch;

pub use checkpoint::Checkpoint;
use disk::{Disk, FileSystem};
pub use erasing::Kept;
pub use inspect::{SegmentSummary, Summary, inspect, last_received};
pub use reader::{Batch, Reader, has_unread};
pub use record::{Envelope, EnvelopeKind};
pub use usage::Usage;
use writer::{Plan, WriterHandle};

use crate::private;

/// A place in the journal: just behind a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// Number of the segment.
    pub segment: u64,
    /// Bytes from the segment's start.
    pub offset: u64,
}

/// Why the journal could not do it.
#[derive(Debug, Error)]
pub enum JournalError {
    /// Another process owns the folder.
    #[error("the journal {0} is in use by another process")]
    Locked(PathBuf),
    /// The budget is used up by what is still to be shipped.
    #[error("the journal is full: {bytes} of {max_bytes} bytes (journal.max_bytes)")]
    Full {
        /// Bytes taken.
        bytes: u64,
        /// Bytes allowed.
        max_bytes: u64,
    },
    /// The disk said no.
    #[error("the journal {path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The journal has been closed.
    #[error("the journal is closed")]
    Closed,
}

impl JournalError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

/// Whether the last append was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It was, or there was none yet.
    Good,
    /// It was not, for this reason.
    Refusing(String),
}

/// How much disk a journal may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all segments; behind that appends are refused until something has been shipped.
    pub max_bytes: u64,
    /// A segment is closed and the next begun when it has grown to this many bytes.
    pub segment_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 16 << 30, segment_bytes: 64 << 20 }
    }
}

/// An open journal: cheap to clone, all clones write through one thread.
#[derive(Debug, Clone)]
pub struct Journal {
    folder: PathBuf,
    writer: WriterHandle,
    durable: watch::Receiver<Position>,
    health: watch::Receiver<Health>,
    usage: Arc<Usage>,
}

impl Journal {
    /// Opens (or makes) the journal in `folder` and takes its lock, for callers of the current tokio
    /// runtime.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    ///
    /// # Errors
    /// [`JournalError::Locked`] if another process has it, [`JournalError::Io`] otherwise.
    pub fn open(folder: &Path, limits: Limits) -> Result<Self, JournalError> {
        Self::open_on(folder, limits, Box::new(FileSystem::default()))
    }

    /// [`Journal::open`], with another way to the disk.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_on(
        folder: &Path,
        limits: Limits,
        disk: Box<dyn Disk>,
    ) -> Result<Self, JournalError> {
        private::folder(folder).map_err(JournalError::io(folder))?;
        let lock = lock(folder)?;
        disk::remove_spare(folder);
        let checkpoint = Checkpoint::load(folder)?;
        let numbers = segments(folder).map_err(JournalError::io(folder))?;
        let newest = numbers.last().copied().unwrap_or(0);
        if newest > 0 {
            inspect::give_back_room(&segment_path(folder, newest))?;
        }
        let mut bytes = 0;
        for number in numbers {
            let path = segment_path(folder, number);
            bytes += fs::metadata(&path).map_err(JournalError::io(&path))?.len();
        }
        let usage = Arc::new(Usage::new(bytes, limits.max_bytes));
        let plan = Plan {
            folder: folder.to_owned(),
            disk,
            segment_bytes: limits.segment_bytes.min(limits.max_bytes / 4),
            usage: Arc::clone(&usage),
            first_segment: newest.max(checkpoint.segment) + 1,
        };
        let started = writer::start(plan, lock)?;
        Ok(Self {
            folder: folder.to_owned(),
            writer: started.handle,
            durable: started.durable,
            health: started.health,
            usage,
        })
    }

    /// Writes one record; returns when it is on disk. Many callers share one `fdatasync`.
    ///
    /// # Errors
    /// If the disk refused or the budget is used up: then the record is not taken for written.
    pub async fn append(&self, envelope: Envelope) -> Result<Position, JournalError> {
        self.writer.append(envelope).await
    }

    /// Closes the current segment if it was begun at least `age` ago. Only a closed segment can be
    /// removed, and where few webhooks come one would take very long to fill.
    ///
    /// # Errors
    /// If the journal is closed.
    pub async fn close_older_than(&self, age: Duration) -> Result<(), JournalError> {
        self.writer.close_older_than(age).await
    }

    /// How far records are on disk.
    #[must_use]
    pub fn durable(&self) -> Position {
        *self.durable.borrow()
    }

    /// Follows [`Journal::durable`].
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.durable.clone()
    }

    /// Whether the last append was taken.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health.borrow().clone()
    }

    /// How much of its budget it takes.
    #[must_use]
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// A reader that starts behind the checkpoint.
    ///
    /// # Errors
    /// If the checkpoint cannot be read.
    pub fn reader(&self) -> Result<Reader, JournalError> {
        let position = Checkpoint::load(&self.folder)?;
        Ok(Reader::new(&self.folder, position, Arc::clone(&self.usage)))
    }

    /// Puts the checkpoint back to the first record that is still there, so that everything is
    /// shipped again.
    ///
    /// # Errors
    /// If the checkpoint cannot be written.
    pub fn rewind(&self) -> Result<(), JournalError> {
        Checkpoint::save(&self.folder, Position::default())
    }

    /// The journal's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

fn lock(folder: &Path) -> Result<File, JournalError> {
    let path = folder.join("lock");
    let file = private::file()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(JournalError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(JournalError::Locked(folder.to_owned())),
        Err(fs::TryLockError::Error(source)) => Err(JournalError::Io { path, source }),
    }
}

fn segment_path(folder: &Path, segment: u64) -> PathBuf {
    folder.join(format!("{segment:020}.journal"))
}

/// Numbers of the segments in a folder, ascending.
fn segments(folder: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".journal"));
        numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}
