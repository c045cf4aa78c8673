//! Looks into a journal without touching it: what each segment holds, and how far it is shipped.

use std::fs;
use std::path::Path;

use serde::Serialize;

use super::checkpoint;
use super::checkpoint::Checkpoint;
use super::damage::{self, Damage, SetAside};
use super::error::JournalError;
use super::folder::{Position, segment_path, segments};
use super::scan::Format;
use super::segment::{Segment, Step};

/// What a journal holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Its segments, oldest first.
    pub segments: Vec<SegmentSummary>,
    /// Records behind the checkpoint.
    pub unshipped: u64,
    /// Whether the checkpoint cannot be read: then everything is to be shipped again.
    pub checkpoint_damaged: bool,
    /// Damaged bytes that were put aside, now or before, and that nobody has removed since.
    pub set_aside: Vec<SetAside>,
}

/// What a segment holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SegmentSummary {
    /// Its number, which is its file's name.
    pub number: u64,
    /// Version of its format.
    pub format: u8,
    /// Bytes of the file.
    pub bytes: u64,
    /// Whole records.
    pub records: u64,
    /// When the first of them came in, UTC milliseconds.
    pub first_received_at: Option<i64>,
    /// When the last of them came in, UTC milliseconds.
    pub last_received_at: Option<i64>,
    /// Whether it was closed: how many records there are is written down then.
    pub closed: bool,
    /// Where a write was torn that nobody was answered for.
    pub torn_at: Option<u64>,
    /// What is damaged of it.
    pub damage: Vec<Damage>,
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
        loop {
            match segment.next()? {
                Step::Record(_, envelope) => latest = latest.max(Some(envelope.received_at_ms)),
                Step::Torn(_) | Step::Damaged(_) => {}
                Step::End => break,
            }
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
    let mut summary = Summary {
        segments: Vec::new(),
        unshipped: 0,
        checkpoint_damaged: false,
        set_aside: Vec::new(),
    };
    if !folder.exists() {
        return Ok(summary);
    }
    summary.set_aside = damage::set_aside(folder).map_err(JournalError::io(folder))?;
    summary.checkpoint_damaged = checkpoint::is_damaged(folder)?;
    let checkpoint = Checkpoint::load(folder)?;
    for number in segments(folder).map_err(JournalError::io(folder))? {
        let path = segment_path(folder, number);
        let bytes = fs::metadata(&path).map_err(JournalError::io(&path))?.len();
        let mut segment = Segment::open(&path, 0, u64::MAX)?;
        let mut seen = SegmentSummary {
            number,
            format: if segment.format() == Format::First { 1 } else { 2 },
            bytes,
            records: 0,
            first_received_at: None,
            last_received_at: None,
            closed: false,
            torn_at: None,
            damage: Vec::new(),
        };
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
                Step::Torn(gap) => seen.torn_at = Some(gap.offset),
                Step::Damaged(gap) => seen.damage.push(damage::describe(folder, number, &gap)),
            }
        }
        seen.closed = segment.is_closed();
        summary.segments.push(seen);
    }
    Ok(summary)
}
