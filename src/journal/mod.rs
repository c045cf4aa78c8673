//! The durable box between the door and the database.
//!
//! It stores opaque bytes and knows nothing of Messenger. What it promises: when
//! [`Journal::append`] returns, the bytes are on disk (`fdatasync`); they are read back in order,
//! as often as needed, until the reader's [`Checkpoint`] has passed them.
//!
//! A journal is a folder: `lock` (one process owns it), `00000000000000000001.journal` and so on
//! (the segments), `checkpoint` (how far the reader has come). A segment is a magic line and
//! records; a record is its length, a CRC-32 and the bytes ([`record`]). A writer never touches a
//! segment of an earlier process: a torn tail stays where it is and is stepped over.

mod checkpoint;
mod reader;
pub mod record;
mod writer;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use tokio::sync::watch;

pub use checkpoint::Checkpoint;
pub use reader::{Batch, Reader};
pub use record::{Envelope, EnvelopeKind};
use writer::WriterHandle;

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

/// An open journal: cheap to clone, all clones write through one thread.
#[derive(Debug, Clone)]
pub struct Journal {
    folder: PathBuf,
    writer: WriterHandle,
    durable: watch::Receiver<Position>,
}

/// A segment is closed and the next begun when it has grown to this many bytes.
pub const SEGMENT_BYTES: u64 = 64 << 20;

impl Journal {
    /// Opens (or makes) the journal in `folder` and takes its lock.
    ///
    /// # Errors
    /// [`JournalError::Locked`] if another process has it, [`JournalError::Io`] otherwise.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        create_private_folder(folder).map_err(JournalError::io(folder))?;
        let lock = lock(folder)?;
        let newest = segments(folder).map_err(JournalError::io(folder))?.last().copied();
        let checkpoint = Checkpoint::load(folder)?;
        let next = newest.unwrap_or(0).max(checkpoint.segment) + 1;
        let (writer, durable) = writer::start(folder, next, lock)?;
        Ok(Self { folder: folder.to_owned(), writer, durable })
    }

    /// Writes one record; returns when it is on disk. Many callers share one `fdatasync`.
    ///
    /// # Errors
    /// If the disk refused: then the record is not taken for written.
    pub async fn append(&self, envelope: Envelope) -> Result<Position, JournalError> {
        self.writer.append(envelope).await
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

    /// A reader that starts behind the checkpoint.
    ///
    /// # Errors
    /// If the checkpoint cannot be read.
    pub fn reader(&self) -> Result<Reader, JournalError> {
        Reader::open(&self.folder)
    }

    /// The journal's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Whether a journal's folder holds bytes behind the checkpoint; `false` if there is no folder.
///
/// # Errors
/// If the folder or the checkpoint cannot be read.
pub fn has_unread(folder: &Path) -> Result<bool, JournalError> {
    if !folder.exists() {
        return Ok(false);
    }
    let checkpoint = Checkpoint::load(folder)?;
    for number in segments(folder).map_err(JournalError::io(folder))? {
        let path = segment_path(folder, number);
        let length = fs::metadata(&path).map_err(JournalError::io(&path))?.len();
        let read = if number == checkpoint.segment { checkpoint.offset } else { 0 };
        if number >= checkpoint.segment && length > read.max(record::MAGIC.len() as u64) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes a folder that only its owner may enter.
fn create_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn lock(folder: &Path) -> Result<File, JournalError> {
    let path = folder.join("lock");
    let file = private_file()
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

/// Options for a file that only its owner may read: the journal holds personal data.
fn private_file() -> fs::OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = fs::OpenOptions::new();
    options.mode(0o600);
    options
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
