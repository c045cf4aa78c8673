//! The durable box between the door and the database.
//!
//! It stores opaque bytes and knows nothing of Messenger. What it promises: when
//! [`Journal::append`] returns, the bytes are on disk (`fdatasync`); they are read back in order,
//! as often as needed, until the reader's [`Checkpoint`] has passed them and their time is over.
//!
//! A journal is a folder: `lock` (one process owns it), `00000000000000000001.journal` and so on
//! (the segments), `checkpoint` (how far the reader has come), `in-use` (somebody ships from
//! it, or was cut off). A segment is a head, records, and a record that closes it ([`record`]; [`first_format`] is read too). A writer never writes
//! records into a segment of an earlier process: a torn tail stays where it is and is stepped
//! over.
//!
//! What is damaged costs only what is damaged: the next record behind it is found by its mark and
//! its checksums, and the damaged bytes are put aside as `SEGMENT-OFFSET-CHECKSUM.damaged`.

mod appending;
mod checkpoint;
mod damage;
pub mod disk;
mod erasing;
mod error;
pub mod first_format;
mod folder;
mod inspect;
mod lost_blocks;
mod opening;
mod reader;
pub mod record;
pub mod scan;
mod segment;
mod spare;
mod unclean;
mod usage;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

pub use appending::Appender;
pub use checkpoint::Checkpoint;
pub use damage::{Damage, SetAside, may_hold, set_aside};
use disk::{Disk, FileSystem};
pub use erasing::Kept;
pub use error::JournalError;
pub use folder::{Limits, Position};
pub use inspect::{SegmentSummary, Summary, inspect, last_received};
pub use reader::{Batch, Reader, has_unread};
pub use record::{Envelope, EnvelopeKind};
pub use unclean::{InUse, is_in_use};
pub use usage::Usage;
pub use writer::Health;
use writer::WriterHandle;

/// An open journal: cheap to clone, all clones write through one thread.
#[derive(Debug, Clone)]
pub struct Journal {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
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
        Self::open_on(folder, limits, Arc::new(FileSystem))
    }

    /// [`Journal::open`], with another way to the disk.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_on(
        folder: &Path,
        limits: Limits,
        disk: Arc<dyn Disk>,
    ) -> Result<Self, JournalError> {
        let appender = Appender::open(folder, limits, disk)?;
        let (disk, usage) = (Arc::clone(appender.disk()), Arc::clone(appender.usage()));
        let durable = appender.watch();
        let started = writer::start(appender)?;
        let (writer, health) = (started.handle, started.health);
        Ok(Self { folder: folder.to_owned(), disk, writer, durable, health, usage })
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
        Reader::open(&self.folder, Arc::clone(&self.usage), Arc::clone(&self.disk))
    }

    /// Puts the checkpoint back to the first record that is still there, so that everything is
    /// shipped again. Returns where the checkpoint was.
    ///
    /// # Errors
    /// If the checkpoint cannot be read or written.
    pub fn rewind(&self) -> Result<Position, JournalError> {
        let checkpoint = Checkpoint::load(&self.folder)?;
        Checkpoint::save(&*self.disk, &self.folder, Position::default())?;
        Ok(checkpoint)
    }

    /// The journal's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
