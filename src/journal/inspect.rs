//! Looks into a journal without touching it: what each segment holds, and how far it is shipped.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::Serialize;

use super::reader::{Segment, Step};
use super::{Checkpoint, JournalError, Position, segment_path, segments};

/// What a journal holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Its segments, oldest first.
    pub segments: Vec<SegmentSummary>,
    /// Records behind the checkpoint.
    pub unshipped: u64,
}

/// What a segment holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SegmentSummary {
    /// Its number, which is its file's name.
    pub number: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Whole records.
    pub records: u64,
    /// When the first of them came in, UTC milliseconds.
    pub first_received_at: Option<i64>,
    /// When the last of them came in, UTC milliseconds.
    pub last_received_at: Option<i64>,
    /// Where it stops being readable, if it does: a torn tail, or damage.
    pub damaged_at: Option<u64>,
}

/// The latest receipt in the newest segment that holds records, UTC milliseconds; `None` if none does.
///
/// # Errors
/// If a file cannot be read.
pub fn last_received(folder: &Path) -> Result<Option<i64>, JournalError> {
    let numbers = segments(folder).map_err(JournalError::io(folder))?;
    for number in numbers.into_iter().rev() {
        let mut segment = Segment::open(&segment_path(folder, number), 0, u64::MAX)?;
        let mut latest = None;
        while let Step::Record(_, envelope) = segment.next()? {
            latest = latest.max(Some(envelope.received_at_ms));
        }
        if latest.is_some() {
            return Ok(latest);
        }
    }
    Ok(None)
}

/// Reads every record of a journal, also while its server runs.
///
/// # Errors
/// If a file cannot be read.
pub fn inspect(folder: &Path) -> Result<Summary, JournalError> {
    let mut summary = Summary { segments: Vec::new(), unshipped: 0 };
    if !folder.exists() {
        return Ok(summary);
    }
    let checkpoint = Checkpoint::load(folder)?;
    for number in segments(folder).map_err(JournalError::io(folder))? {
        let path = segment_path(folder, number);
        let bytes = fs::metadata(&path).map_err(JournalError::io(&path))?.len();
        let mut seen = SegmentSummary {
            number,
            bytes,
            records: 0,
            first_received_at: None,
            last_received_at: None,
            damaged_at: None,
        };
        let mut segment = Segment::open(&path, 0, u64::MAX)?;
        loop {
            match segment.next()? {
                Step::Record(offset, envelope) => {
                    seen.records += 1;
                    seen.first_received_at.get_or_insert(envelope.received_at_ms);
                    seen.last_received_at = Some(envelope.received_at_ms);
                    summary.unshipped +=
                        u64::from(Position { segment: number, offset } > checkpoint);
                }
                Step::End => break,
                Step::Damaged => {
                    seen.damaged_at = Some(segment.offset());
                    break;
                }
            }
        }
        summary.segments.push(seen);
    }
    Ok(summary)
}

/// Cuts off room that a killed writer had reserved and never written.
pub(super) fn give_back_room(path: &Path) -> Result<(), JournalError> {
    // A segment that was closed in order ends in a record, and need not be read.
    if !ends_in_zero(path).map_err(JournalError::io(path))? {
        return Ok(());
    }
    let mut segment = Segment::open(path, 0, u64::MAX)?;
    let end = loop {
        match segment.next()? {
            Step::Record(..) => {}
            Step::End => break segment.offset(),
            Step::Damaged => return Ok(()),
        }
    };
    let cut = || {
        let file = fs::OpenOptions::new().write(true).open(path)?;
        if file.metadata()?.len() > end { file.set_len(end) } else { Ok(()) }
    };
    cut().map_err(JournalError::io(path))
}

fn ends_in_zero(path: &Path) -> io::Result<bool> {
    let mut file = fs::File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == [0])
}
