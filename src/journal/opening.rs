//! Takes a journal's folder over from whoever wrote it before.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checkpoint::Checkpoint;
use super::disk::Disk;
use super::error::JournalError;
use super::folder::{Limits, segment_path, segments};
use super::record::{CLOSING_BYTES, Decoded, HEADER_BYTES, Place, Salt, decode};
use super::scan::Format;
use super::segment::{Gap, Segment, Step};
use super::spare;
use super::usage::Usage;
use crate::private;

/// Bytes that are written again at once.
const CHUNK: usize = 1 << 20;

/// What an appender starts from.
pub(super) struct Plan {
    pub folder: PathBuf,
    pub disk: Arc<dyn Disk>,
    pub limits: Limits,
    pub usage: Arc<Usage>,
    pub first_segment: u64,
    pub lock: File,
}

/// Takes the lock, removes what was left behind, and says where to go on.
pub(super) fn open(
    folder: &Path,
    limits: Limits,
    disk: Arc<dyn Disk>,
) -> Result<Plan, JournalError> {
    private::folder(folder).map_err(JournalError::io(folder))?;
    let lock = lock(folder)?;
    spare::remove_leftovers(&*disk, folder).map_err(JournalError::io(folder))?;
    let checkpoint = Checkpoint::recover(&*disk, folder)?;
    let numbers = segments(folder).map_err(JournalError::io(folder))?;
    let newest = numbers.last().copied().unwrap_or(0);
    let mut bytes = 0;
    for number in numbers {
        let path = segment_path(folder, number);
        if let Err(error) = finish(&*disk, &path, number == newest) {
            tracing::warn!(%error, path = %path.display(), "a segment stays as a killed process left it");
        }
        bytes += fs::metadata(&path).map_err(JournalError::io(&path))?.len();
    }
    Ok(Plan {
        folder: folder.to_owned(),
        disk,
        limits,
        usage: Arc::new(Usage::new(bytes, limits.max_bytes)),
        first_segment: newest.max(checkpoint.segment) + 1,
        lock,
    })
}

/// Closes a segment that a killed process, or one whose disk failed, was writing: the room that was never written is
/// given back, and it is written down how many records there are, so that none can go unnoticed.
fn finish(disk: &dyn Disk, path: &Path, is_newest: bool) -> Result<(), JournalError> {
    if is_closed(path).map_err(JournalError::io(path))? {
        return Ok(());
    }
    let mut segment = Segment::open(path, 0, u64::MAX)?;
    let format = segment.format();
    // Version 1 is not closed. All but the newest have no room behind them.
    if format == Format::First && !is_newest {
        return Ok(());
    }
    let (mut count, mut acknowledged) = (0, u32::MAX);
    loop {
        let step = segment.next()?;
        let next = segment.next_number();
        match step {
            Step::End => break,
            Step::Torn(Gap { records, .. }) => {
                // Those in it, and those behind it, are of one batch that nobody was answered for.
                let missing = records.and_then(|records| u32::try_from(records).ok());
                let first = next.zip(missing).map(|(next, missing)| next.saturating_sub(missing));
                acknowledged = acknowledged.min(first.unwrap_or(u32::MAX));
            }
            // At the end it cannot be told how many: one at least.
            Step::Damaged(Gap { records: None, .. }) => count += 1,
            Step::Record(..) | Step::Damaged(_) => {}
        }
        count = next.unwrap_or(count);
    }
    let mut closing = Vec::new();
    if let Format::Second(salt) = format {
        let batch = acknowledged.min(count);
        salt.close(Place { number: count, batch }, &mut closing);
    }
    close(disk, path, segment.offset(), &closing).map_err(JournalError::io(path))
}

/// Cuts a segment off behind `length` bytes and closes it. All of it is written again: what a sync has failed on can
/// still be read and is on no disk, and no later sync writes it. It must not be counted, and then be gone after a
/// power cut.
fn close(disk: &dyn Disk, path: &Path, length: u64, closing: &[u8]) -> io::Result<()> {
    let mut written = File::open(path)?.take(length);
    let mut file = disk.open(path)?;
    file.truncate(length)?;
    file.rewind()?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = written.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        file.write(&chunk[..read])?;
    }
    file.write(closing)?;
    file.sync()
}

/// Whether a segment ends in a closing record.
fn is_closed(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() < CLOSING_BYTES as u64 {
        return Ok(false);
    }
    let mut end = vec![0; CLOSING_BYTES];
    file.seek(SeekFrom::End(-i64::try_from(CLOSING_BYTES).unwrap_or(i64::MAX)))?;
    file.read_exact(&mut end)?;
    let salt = Salt::from_head(&end[HEADER_BYTES..]);
    Ok(salt.is_some_and(|salt| matches!(decode(&end.into(), salt), Decoded::Closing(..))))
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
