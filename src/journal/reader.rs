//! Reads records in order, from the checkpoint up to what is known to be on disk.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};

use super::record::{Decoded, HEADER_BYTES, MAGIC, decode, payload_bytes};
use super::{Checkpoint, Envelope, JournalError, Position, Usage, segment_path, segments};

/// Bytes that are read at once.
const CHUNK: usize = 1 << 20;

/// Some records in order and the position behind the last of them.
#[derive(Debug, Default)]
pub struct Batch {
    /// Each record with the position behind it.
    pub records: Vec<(Position, Envelope)>,
    /// Where the next batch begins.
    pub end: Position,
}

/// A position in the journal and the way forward from it.
#[derive(Debug)]
pub struct Reader {
    folder: PathBuf,
    position: Position,
    usage: Arc<Usage>,
}

impl Reader {
    pub(super) fn new(folder: &Path, position: Position, usage: Arc<Usage>) -> Self {
        Self { folder: folder.to_owned(), position, usage }
    }

    /// The journal's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the next batch begins.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// Reads about `bytes` bytes of records that end at or before `until`. Does not move: that is
    /// [`Reader::advance`], once the batch is safe elsewhere.
    ///
    /// # Errors
    /// If a segment cannot be read.
    pub fn peek(&self, until: Position, bytes: usize) -> Result<Batch, JournalError> {
        self.peek_from(self.position, until, bytes)
    }

    /// [`Reader::peek`] from a position further on: the end of a batch that is still under way.
    ///
    /// # Errors
    /// If a segment cannot be read.
    pub fn peek_from(
        &self,
        from: Position,
        until: Position,
        bytes: usize,
    ) -> Result<Batch, JournalError> {
        let mut batch = Batch { records: Vec::new(), end: from };
        let mut taken = 0;
        let numbers = segments(&self.folder).map_err(JournalError::io(&self.folder))?;
        for number in numbers {
            if number < from.segment || number > until.segment {
                continue;
            }
            if number > batch.end.segment {
                batch.end = Position { segment: number, offset: 0 };
            }
            let limit = if number == until.segment { until.offset } else { u64::MAX };
            let path = segment_path(&self.folder, number);
            let mut segment = Segment::open(&path, batch.end.offset, limit)?;
            loop {
                match segment.next()? {
                    Step::Record(offset, envelope) => {
                        batch.end.offset = offset;
                        taken += envelope.body.len() + HEADER_BYTES;
                        batch.records.push((batch.end, envelope));
                        if taken >= bytes {
                            return Ok(batch);
                        }
                    }
                    Step::End => break,
                    // Behind damage no record's start can be told. A torn tail was never
                    // acknowledged.
                    Step::Damaged => {
                        let offset = segment.offset();
                        tracing::warn!(path = %path.display(), offset, "skipped a torn journal tail");
                        break;
                    }
                }
            }
        }
        // Everything that is known to be on disk has been read.
        batch.end = batch.end.max(Position { segment: until.segment, offset: 0 });
        Ok(batch)
    }

    /// Goes behind a batch and saves that as the checkpoint. If the checkpoint cannot be written,
    /// on a full disk, the batch is read again after a crash, and nothing is lost by that.
    pub fn advance(&mut self, end: Position) {
        if end == self.position {
            return;
        }
        if let Err(error) = Checkpoint::save(&self.folder, end) {
            tracing::warn!(%error, "the journal's checkpoint could not be written");
        }
        self.position = end;
    }

    /// Goes back to the first record that is still there, and saves that as the checkpoint. Returns where it was.
    ///
    /// # Errors
    /// If the checkpoint cannot be written.
    pub fn rewind(&mut self) -> Result<Position, JournalError> {
        Checkpoint::save(&self.folder, Position::default())?;
        Ok(std::mem::take(&mut self.position))
    }

    /// Removes segments that lie wholly before the checkpoint and were last written at least
    /// `keep` ago, or earlier if the budget is tight.
    ///
    /// # Errors
    /// If a segment cannot be removed.
    pub fn remove_shipped(&self, keep: Duration, now: SystemTime) -> Result<(), JournalError> {
        let numbers = segments(&self.folder).map_err(JournalError::io(&self.folder))?;
        for number in numbers.into_iter().filter(|number| *number < self.position.segment) {
            let path = segment_path(&self.folder, number);
            let Ok(metadata) = fs::metadata(&path) else { continue };
            let age = metadata.modified().ok().and_then(|written| now.duration_since(written).ok());
            if age.is_some_and(|age| age >= keep) || self.usage.is_tight() {
                fs::remove_file(&path).map_err(JournalError::io(&path))?;
                self.usage.subtract(metadata.len());
            }
        }
        Ok(())
    }
}

/// What stands at a place of a segment.
pub(super) enum Step {
    /// A record, and the offset behind it.
    Record(u64, Envelope),
    /// Nothing more: the file's end, the limit, or room that was never written.
    End,
    /// Bytes that are no whole record.
    Damaged,
}

/// One segment, read from an offset on, a chunk at a time.
pub(super) struct Segment {
    path: PathBuf,
    file: File,
    /// Of `rest`'s first byte.
    offset: u64,
    /// Bytes from here on are not known to be on disk.
    limit: u64,
    rest: Bytes,
}

impl Segment {
    pub(super) fn open(path: &Path, offset: u64, limit: u64) -> Result<Self, JournalError> {
        let open = || {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(offset))?;
            Ok(file)
        };
        let file = open().map_err(JournalError::io(path))?;
        Ok(Self { path: path.to_owned(), file, offset, limit, rest: Bytes::new() })
    }

    /// Behind the last record, or at what is no record.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn next(&mut self) -> Result<Step, JournalError> {
        if self.offset == 0 {
            self.read_ahead(MAGIC.len())?;
            if self.rest.is_empty() || self.rest.iter().all(|byte| *byte == 0) {
                return Ok(Step::End);
            }
            if !self.rest.starts_with(MAGIC) {
                return Ok(Step::Damaged);
            }
            self.skip(MAGIC.len());
        }
        self.read_ahead(HEADER_BYTES)?;
        if let Some(length) = payload_bytes(&self.rest) {
            self.read_ahead(HEADER_BYTES + length)?;
        }
        match decode(&self.rest) {
            Decoded::Record(envelope, length) => {
                self.skip(length);
                Ok(Step::Record(self.offset, envelope))
            }
            Decoded::Incomplete if self.rest.is_empty() => Ok(Step::End),
            Decoded::Unwritten => Ok(Step::End),
            Decoded::Incomplete if self.rest.iter().all(|byte| *byte == 0) => Ok(Step::End),
            Decoded::Incomplete | Decoded::Damaged => Ok(Step::Damaged),
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.slice(bytes..);
        self.offset += bytes as u64;
    }

    /// Has at least `wanted` bytes at hand, unless there are not so many.
    fn read_ahead(&mut self, wanted: usize) -> Result<(), JournalError> {
        if self.rest.len() >= wanted {
            return Ok(());
        }
        let at = self.offset + self.rest.len() as u64;
        let size = (wanted - self.rest.len()).max(CHUNK) as u64;
        let mut more = Vec::new();
        (&mut self.file)
            .take(size.min(self.limit.saturating_sub(at)))
            .read_to_end(&mut more)
            .map_err(JournalError::io(&self.path))?;
        if self.rest.is_empty() {
            self.rest = Bytes::from(more);
        } else {
            let mut joined = BytesMut::with_capacity(self.rest.len() + more.len());
            joined.extend_from_slice(&self.rest);
            joined.extend_from_slice(&more);
            self.rest = joined.freeze();
        }
        Ok(())
    }
}

/// Whether a journal's folder holds records behind the checkpoint; `false` if there is no folder.
///
/// # Errors
/// If the folder or the checkpoint cannot be read.
pub fn has_unread(folder: &Path) -> Result<bool, JournalError> {
    if !folder.exists() {
        return Ok(false);
    }
    let usage = Arc::new(Usage::new(0, u64::MAX));
    let reader = Reader::new(folder, Checkpoint::load(folder)?, usage);
    let everything = Position { segment: u64::MAX, offset: u64::MAX };
    Ok(!reader.peek(everything, 1)?.records.is_empty())
}
