//! Reads records in order, from the checkpoint up to what is known to be on disk.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::record::{Decoded, HEADER_BYTES, MAGIC, MAX_PAYLOAD_BYTES, decode};
use super::{Checkpoint, Envelope, JournalError, Position, segment_path, segments};

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
}

impl Reader {
    pub(super) fn open(folder: &Path) -> Result<Self, JournalError> {
        Ok(Self { folder: folder.to_owned(), position: Checkpoint::load(folder)? })
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
        let mut at = self.position;
        let numbers = segments(&self.folder).map_err(JournalError::io(&self.folder))?;
        let start = at.segment;
        for number in numbers.into_iter().filter(|number| *number >= start) {
            if number > until.segment {
                break;
            }
            if number > at.segment {
                at = Position { segment: number, offset: 0 };
            }
            let limit = if number == until.segment { until.offset } else { u64::MAX };
            let records = self.read_segment(&mut at, limit, bytes)?;
            if !records.is_empty() {
                return Ok(Batch { records, end: at });
            }
        }
        Ok(Batch { records: Vec::new(), end: at })
    }

    /// Goes behind a batch and saves that as the checkpoint.
    ///
    /// # Errors
    /// If the checkpoint cannot be written.
    pub fn advance(&mut self, end: Position) -> Result<(), JournalError> {
        if end != self.position {
            Checkpoint::save(&self.folder, end)?;
            self.position = end;
        }
        Ok(())
    }

    /// Removes segments that lie wholly before the checkpoint and were last written at least
    /// `keep` ago.
    ///
    /// # Errors
    /// If a segment cannot be removed.
    pub fn remove_shipped(&self, keep: Duration, now: SystemTime) -> Result<(), JournalError> {
        let numbers = segments(&self.folder).map_err(JournalError::io(&self.folder))?;
        for number in numbers.into_iter().filter(|number| *number < self.position.segment) {
            let path = segment_path(&self.folder, number);
            let written = fs::metadata(&path).and_then(|meta| meta.modified());
            let age = written.ok().and_then(|written| now.duration_since(written).ok());
            if age.is_some_and(|age| age >= keep) {
                fs::remove_file(&path).map_err(JournalError::io(&path))?;
            }
        }
        Ok(())
    }

    fn read_segment(
        &self,
        at: &mut Position,
        limit: u64,
        bytes: usize,
    ) -> Result<Vec<(Position, Envelope)>, JournalError> {
        let path = segment_path(&self.folder, at.segment);
        let mut wanted = bytes.max(HEADER_BYTES) as u64;
        loop {
            let chunk = read_chunk(&path, at.offset, wanted, limit)?;
            let whole_rest = (chunk.len() as u64) < wanted;
            let mut rest = chunk.clone();
            let mut records = Vec::new();
            if at.offset == 0 {
                if !rest.starts_with(MAGIC) {
                    warn_damage(&path, 0, rest.len());
                    return Ok(records);
                }
                at.offset = MAGIC.len() as u64;
                rest = rest.slice(MAGIC.len()..);
            }
            let damaged = loop {
                match decode(&rest) {
                    Decoded::Record(envelope, length) => {
                        at.offset += length as u64;
                        records.push((*at, envelope));
                        rest = rest.slice(length..);
                    }
                    Decoded::Incomplete => break whole_rest && !rest.is_empty(),
                    Decoded::Damaged => break true,
                }
            };
            // Behind damage no record's start can be told: that is a torn tail, never acknowledged.
            if damaged {
                warn_damage(&path, at.offset, rest.len());
            }
            if !records.is_empty() || damaged || whole_rest {
                return Ok(records);
            }
            wanted = (MAX_PAYLOAD_BYTES + HEADER_BYTES) as u64;
        }
    }
}

fn warn_damage(path: &Path, offset: u64, bytes: usize) {
    tracing::warn!(path = %path.display(), offset, bytes, "torn end of a journal segment, skipped");
}

fn read_chunk(path: &Path, from: u64, bytes: u64, limit: u64) -> Result<Bytes, JournalError> {
    let read = || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut chunk = Vec::new();
        file.take(bytes.min(limit.saturating_sub(from))).read_to_end(&mut chunk)?;
        Ok(Bytes::from(chunk))
    };
    read().map_err(JournalError::io(path))
}
