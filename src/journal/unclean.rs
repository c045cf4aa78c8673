//! Whether the last user of a journal ended in order. After a power cut the journal holds everything that it
//! acknowledged, but a ClickHouse that syncs nothing may have lost what was shipped to it: that is shipped again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Journal;
use super::checkpoint::Checkpoint;
use super::error::JournalError;
use super::folder::{Position, segment_path, segments};
use super::segment::{Segment, Step};
use crate::private;

/// Segments that are shipped again whatever the clock said when they were written.
const AT_LEAST: usize = 3;
/// A step from a segment to the one before counts for so much at most.
const LONGEST_STEP_MS: i64 = 15 * 60_000;

/// What the note says where somebody has ended in order, and what they shipped may not be on ClickHouse's disk.
const UNSYNCED: &[u8] = b"ended, not synced\n";

/// What the note begins with while it is shipped again, before where that ends.
const AGAIN: &str = "again";

/// The note that somebody ships from a journal. It stays behind if they are killed, or the power is cut.
#[derive(Debug)]
pub struct InUse {
    path: PathBuf,
    is_synced: bool,
    /// Whether whoever shipped before has not ended in order, or does not know that it is on ClickHouse's disk.
    pub was_cut_off: bool,
}

impl InUse {
    /// Takes the note away if everything that was shipped is on ClickHouse's disk, because its tables sync. Else the note
    /// says so: whoever ships next begins within the last hours.
    ///
    /// # Errors
    /// Returns an error if the disk refuses; then it is shipped again at the next start.
    pub fn end(self) -> Result<(), JournalError> {
        if !self.is_synced {
            return private::replace(&self.path, UNSYNCED).map_err(JournalError::io(&self.path));
        }
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(JournalError::io(&self.path)),
        }
    }
}

impl Journal {
    /// Notes that somebody ships from this journal, into tables that sync or do not.
    ///
    /// # Errors
    /// Returns an error if the disk refuses.
    pub fn begin_use(&self, is_synced: bool) -> Result<InUse, JournalError> {
        let path = note(&self.folder);
        let begin = || match private::file().create_new(true).write(true).open(&path) {
            Ok(made) => {
                made.sync_all()?;
                private::sync_folder_of(&path).map(|()| false)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // Who was cut off while they shipped again has left how far that was to go.
                if noted(&path)?.is_none() {
                    private::replace(&path, b"")?;
                }
                Ok(true)
            }
            Err(error) => Err(error),
        };
        let was_cut_off = begin().map_err(JournalError::io(&path))?;
        Ok(InUse { path, is_synced, was_cut_off })
    }

    /// Puts the checkpoint back so that what came in within `span` before the newest records is shipped again, by
    /// whole segments. Returns where the checkpoint was, before an earlier such shipping too that was cut off: what lies
    /// before that is shipped for a second time. To be called by whoever has begun to use it.
    ///
    /// # Errors
    /// Returns an error if the journal cannot be read, or the checkpoint cannot be written.
    pub fn rewind_within(&self, span: Duration) -> Result<Position, JournalError> {
        let checkpoint = Checkpoint::load(&self.folder)?;
        let numbers = segments(&self.folder).map_err(JournalError::io(&self.folder))?;
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        let mut first = checkpoint;
        let mut passed = Passed::default();
        // A few segments go by their number alone.
        for (nth, number) in numbers.into_iter().rev().enumerate() {
            first = first.min(Position { segment: number, offset: 0 });
            let Some(begun) = self.begun(number)? else { continue };
            if passed.until(begun) > span && nth + 1 >= AT_LEAST {
                break;
            }
        }
        let path = note(&self.folder);
        let until =
            noted(&path).map_err(JournalError::io(&path))?.unwrap_or_default().max(checkpoint);
        // First: whoever is cut off between the two begins again.
        let line = format!("{AGAIN} {} {}\n", until.segment, until.offset);
        private::replace(&path, line.as_bytes()).map_err(JournalError::io(&path))?;
        Checkpoint::save(&*self.disk, &self.folder, first)?;
        Ok(until)
    }

    /// When the first record of a segment came in, UTC milliseconds; `None` if it has none.
    fn begun(&self, number: u64) -> Result<Option<i64>, JournalError> {
        let mut segment = Segment::open(&segment_path(&self.folder, number), 0, u64::MAX)?;
        loop {
            match segment.next()? {
                Step::Record(_, envelope) => return Ok(Some(envelope.received_at_ms)),
                Step::End => return Ok(None),
                Step::Torn(_) | Step::Damaged(_) => {}
            }
        }
    }
}

/// How much time has passed, going back through segments by when each was begun: by a clock that may have jumped, even by
/// hours. What was shipped must not seem older for that, so no step between two segments counts for more than a bit.
#[derive(Debug, Default)]
struct Passed {
    newer: Option<i64>,
    milliseconds: i64,
}

impl Passed {
    /// Since a segment that was begun then (UTC milliseconds), the next older one.
    fn until(&mut self, begun: i64) -> i64 {
        let step = self.newer.map_or(0, |newer| newer.saturating_sub(begun));
        self.newer = Some(begun);
        self.milliseconds += step.clamp(0, LONGEST_STEP_MS);
        self.milliseconds
    }
}

/// Whether somebody ships from a journal, or did so and has not ended in order.
#[must_use]
pub fn is_in_use(folder: &Path) -> bool {
    fs::read(note(folder)).is_ok_and(|said| said != UNSYNCED)
}

/// How far it was to be shipped again, as the note says. One that is damaged says no more than that it is there.
fn noted(path: &Path) -> io::Result<Option<Position>> {
    let said = match fs::read(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        said => said.unwrap_or_default(),
    };
    let said = String::from_utf8_lossy(&said);
    let words: Vec<&str> = said.split_whitespace().collect();
    let [AGAIN, segment, offset] = words[..] else { return Ok(None) };
    let position = segment.parse().ok().zip(offset.parse().ok());
    Ok(position.map(|(segment, offset)| Position { segment, offset }))
}

fn note(folder: &Path) -> PathBuf {
    folder.join("in-use")
}

#[cfg(test)]
mod tests {
    use super::super::folder::Limits;
    use super::*;

    #[test]
    fn a_clock_that_jumps_makes_nothing_older() {
        const MINUTE: i64 = 60_000;
        let after = |begun: &[i64]| {
            let mut passed = Passed::default();
            begun.iter().map(|minutes| passed.until(minutes * MINUTE) / MINUTE).collect::<Vec<_>>()
        };
        assert_eq!(after(&[100, 95, 90, 80]), [0, 5, 10, 20]);
        // Put forward by three hours, and back.
        assert_eq!(after(&[300, 295, 110, 105]), [0, 5, 20, 25]);
        assert_eq!(after(&[100, 95, 290, 285]), [0, 5, 5, 10]);
        assert_eq!(after(&[i64::MAX / MINUTE, i64::MIN / MINUTE]), [0, 15]);
    }

    #[tokio::test]
    async fn who_is_cut_off_twice_still_ships_for_a_second_time_what_was_shipped_before_the_first()
    {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits { max_bytes: 1 << 20, segment_bytes: 1 << 16 };
        let journal = Journal::open(folder.path(), limits).unwrap();
        let before = Position { segment: 7, offset: 99 };
        Checkpoint::save(&*journal.disk, folder.path(), before).unwrap();
        for _ in 0..2 {
            drop(journal.begin_use(true).unwrap());
            assert_eq!(journal.rewind_within(Duration::from_secs(1)).unwrap(), before);
            let on_the_way = Position { segment: 3, offset: 0 };
            Checkpoint::save(&*journal.disk, folder.path(), on_the_way).unwrap();
        }
        let last = journal.begin_use(true).unwrap();
        assert!(last.was_cut_off);
        last.end().unwrap();
        assert!(!journal.begin_use(true).unwrap().was_cut_off);
        assert_eq!(noted(&note(folder.path())).unwrap(), None);
    }

    #[tokio::test]
    async fn a_damaged_note_says_no_more_than_that_somebody_was_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits { max_bytes: 1 << 20, segment_bytes: 1 << 16 };
        let journal = Journal::open(folder.path(), limits).unwrap();
        for damaged in [&b"\xe1gain 1 0\n"[..], b"again \xff 0\n", b"again 1", b"\x00\xff\xfe"] {
            fs::write(note(folder.path()), damaged).unwrap();
            assert!(is_in_use(folder.path()));
            let begun = journal.begin_use(true).unwrap();
            assert!(begun.was_cut_off);
            assert_eq!(journal.rewind_within(Duration::from_secs(1)).unwrap(), Position::default());
            begun.end().unwrap();
        }
    }

    #[tokio::test]
    async fn who_ended_without_a_sync_uses_it_no_more_and_ships_again_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits { max_bytes: 1 << 20, segment_bytes: 1 << 16 };
        let journal = Journal::open(folder.path(), limits).unwrap();
        let began = journal.begin_use(false).unwrap();
        assert!(!began.was_cut_off && is_in_use(folder.path()));
        began.end().unwrap();
        assert!(!is_in_use(folder.path()));
        let again = journal.begin_use(true).unwrap();
        assert!(again.was_cut_off && is_in_use(folder.path()));
        again.end().unwrap();
        assert!(!is_in_use(folder.path()) && !journal.begin_use(true).unwrap().was_cut_off);
    }
}
