//! Reads records in order, from the checkpoint up to what is known to be on disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::checkpoint::Checkpoint;
use super::damage::{self, Damage};
use super::disk::Disk;
use super::error::JournalError;
use super::folder::{Position, segment_path, segments};
use super::record::Envelope;
use super::record::HEADER_BYTES;
use super::segment::{Gap, Segment, Step};
use super::usage::Usage;

/// Some records in order and the position behind the last of them.
#[derive(Debug, Default)]
pub struct Batch {
    /// Each record with the position behind it.
    pub records: Vec<(Position, Envelope)>,
    /// What could not be read on the way.
    pub damage: Vec<Damage>,
    /// Where the next batch begins.
    pub end: Position,
}

/// A position in the journal and the way forward from it.
#[derive(Debug)]
pub struct Reader {
    folder: PathBuf,
    position: Position,
    usage: Arc<Usage>,
    disk: Arc<dyn Disk>,
}

impl Reader {
    /// Behind the checkpoint.
    pub(super) fn open(
        folder: &Path,
        usage: Arc<Usage>,
        disk: Arc<dyn Disk>,
    ) -> Result<Self, JournalError> {
        let position = Checkpoint::load(folder)?;
        Ok(Self { folder: folder.to_owned(), position, usage, disk })
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
    /// [`Reader::advance`], once the batch is safe elsewhere. What cannot be read is put aside.
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
        let put_aside =
            |segment, gap: &Gap| damage::put_aside(&*self.disk, &self.folder, segment, gap);
        read(&self.folder, from, until, bytes, &put_aside)
    }

    /// Goes behind a batch and saves that as the checkpoint. If the checkpoint cannot be written,
    /// on a full disk, the batch is read again after a crash, and nothing is lost by that.
    pub fn advance(&mut self, end: Position) {
        if end == self.position {
            return;
        }
        if let Err(error) = Checkpoint::save(&*self.disk, &self.folder, end) {
            tracing::warn!(%error, "the journal's checkpoint could not be written");
        }
        self.position = end;
    }

    /// Goes back to the first record that is still there, and saves that as the checkpoint. Returns where it was.
    ///
    /// # Errors
    /// If the checkpoint cannot be written.
    pub fn rewind(&mut self) -> Result<Position, JournalError> {
        Checkpoint::save(&*self.disk, &self.folder, Position::default())?;
        Ok(std::mem::take(&mut self.position))
    }

    /// Removes segments that lie wholly before the checkpoint and were last written at least `keep` ago; the oldest
    /// earlier, as long as more than half of the budget is taken or the disk is full.
    ///
    /// # Errors
    /// If a segment cannot be removed.
    pub fn remove_shipped(&self, keep: Duration, now: SystemTime) -> Result<(), JournalError> {
        let numbers = segments(&self.folder).map_err(JournalError::io(&self.folder))?;
        for number in numbers.into_iter().filter(|number| *number < self.position.segment) {
            let path = segment_path(&self.folder, number);
            let Ok(metadata) = fs::metadata(&path) else { continue };
            let age = metadata.modified().ok().and_then(|written| now.duration_since(written).ok());
            if age.is_some_and(|age| age >= keep) || self.usage.must_one_go() {
                self.disk.remove(&path).map_err(JournalError::io(&path))?;
                self.usage.subtract(metadata.len());
            }
        }
        Ok(())
    }
}

/// Reads on from a place; `found` is asked about each range that cannot be read.
fn read(
    folder: &Path,
    from: Position,
    until: Position,
    bytes: usize,
    found: &dyn Fn(u64, &Gap) -> Damage,
) -> Result<Batch, JournalError> {
    let mut batch = Batch { end: from, ..Batch::default() };
    let mut taken = 0;
    let numbers = segments(folder).map_err(JournalError::io(folder))?;
    for number in numbers {
        if number < from.segment || number > until.segment {
            continue;
        }
        if number > batch.end.segment {
            batch.end = Position { segment: number, offset: 0 };
        }
        let limit = if number == until.segment { until.offset } else { u64::MAX };
        let path = segment_path(folder, number);
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
                Step::Torn(gap) => {
                    let (path, offset) = (path.display(), gap.offset);
                    tracing::warn!(%path, offset, "skipped a torn write that nobody was answered for");
                    batch.end.offset = segment.offset();
                }
                Step::Damaged(gap) => {
                    batch.damage.push(found(number, &gap));
                    batch.end.offset = segment.offset();
                }
            }
        }
    }
    // Everything that is known to be on disk has been read.
    batch.end = batch.end.max(Position { segment: until.segment, offset: 0 });
    Ok(batch)
}

/// Whether a journal's folder holds records, or damage, behind the checkpoint; `false` if there is no folder.
///
/// # Errors
/// If the folder or the checkpoint cannot be read.
pub fn has_unread(folder: &Path) -> Result<bool, JournalError> {
    if !folder.exists() {
        return Ok(false);
    }
    let everything = Position { segment: u64::MAX, offset: u64::MAX };
    let describe = |segment, gap: &Gap| damage::describe(folder, segment, gap);
    let batch = read(folder, Checkpoint::load(folder)?, everything, 1, &describe)?;
    Ok(!batch.records.is_empty() || !batch.damage.is_empty())
}
