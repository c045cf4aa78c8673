//! Takes content out of records that have been shipped: each closed segment is written anew beside the old one and
//! then put in its place, whole or not at all.

use std::fs;
use std::io;
use std::path::Path;

use bytes::Bytes;

use super::checkpoint::Checkpoint;
use super::error::JournalError;
use super::folder::{segment_path, segments};
use super::record::Envelope;
use super::record::{Place, Salt};
use super::segment::{Gap, Segment, Step};
use super::{Journal, damage, disk};

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It stays as it is.
    Whole,
    /// This is left of its body.
    Partly(Bytes),
    /// It goes.
    Nothing,
}

impl Journal {
    /// Rewrites the closed segments before the checkpoint; how many records were changed or went. What is still to
    /// be shipped is not touched.
    ///
    /// Bytes that cannot be read stay, or are put aside, unless `holds` says that somebody may be in them who is to go:
    /// then all of such a range goes, also where it was put aside.
    ///
    /// # Errors
    /// If the disk refuses; each segment is then as it was, or as it was to be.
    pub fn rewrite_shipped(
        &self,
        keep: &dyn Fn(&Envelope) -> Kept,
        holds: &dyn Fn(&[u8]) -> bool,
    ) -> Result<u64, JournalError> {
        let checkpoint = Checkpoint::load(&self.folder)?;
        let in_folder = || JournalError::io(&self.folder);
        // What was removed before must not come back with a power cut.
        self.disk.sync_folder(&self.folder).map_err(in_folder())?;
        let mut changed = damage::empty_aside(&*self.disk, &self.folder, holds)?;
        let numbers = segments(&self.folder).map_err(in_folder())?;
        for number in numbers.into_iter().filter(|number| *number < checkpoint.segment) {
            let path = segment_path(&self.folder, number);
            // It may be removed meanwhile: its time was over.
            let Ok(metadata) = fs::metadata(&path) else { continue };
            let mut rewriting = Rewriting::new(self.disk.salt());
            let aside = |gap: &Gap| {
                let damage = damage::put_aside(&*self.disk, &self.folder, number, gap);
                let refused = || io::Error::other(damage.to_string());
                damage.file.is_some().then_some(()).ok_or_else(refused)
            };
            match rewriting.read(&path, keep, holds, &aside) {
                Err(JournalError::Io { source, .. })
                    if source.kind() == io::ErrorKind::NotFound =>
                {
                    continue;
                }
                read => read?,
            }
            let (records, bytes) = (rewriting.changed, rewriting.close());
            if records == 0 {
                continue;
            }
            // By this time a segment's end of life is told.
            let modified = metadata.modified().ok();
            disk::replace(&*self.disk, &path, &bytes, modified).map_err(JournalError::io(&path))?;
            self.usage.subtract(metadata.len());
            self.usage.add(bytes.len() as u64);
            changed += records;
        }
        Ok(changed)
    }
}

/// A segment that is written anew, in the newest version of the format.
struct Rewriting {
    salt: Salt,
    bytes: Vec<u8>,
    /// Records in it.
    records: u32,
    /// Records that are not as they were, and ranges that went.
    changed: u64,
}

impl Rewriting {
    fn new(salt: u64) -> Self {
        let salt = Salt::new(salt);
        let bytes = [salt.head(), salt.head()].concat();
        Self { salt, bytes, records: 0, changed: 0 }
    }

    fn read(
        &mut self,
        path: &Path,
        keep: &dyn Fn(&Envelope) -> Kept,
        holds: &dyn Fn(&[u8]) -> bool,
        put_aside: &dyn Fn(&Gap) -> io::Result<()>,
    ) -> Result<(), JournalError> {
        let mut segment = Segment::open(path, 0, u64::MAX)?;
        loop {
            match segment.next()? {
                Step::End => return Ok(()),
                Step::Record(_, envelope) => match keep(&envelope) {
                    Kept::Whole => self.push(&envelope),
                    Kept::Partly(body) => {
                        self.changed += 1;
                        self.push(&Envelope { body, ..envelope });
                    }
                    Kept::Nothing => self.changed += 1,
                },
                Step::Torn(gap) | Step::Damaged(gap) if holds(&gap.bytes) => self.changed += 1,
                // By its numbers the new segment lacks no record: whoever reads it steps over these bytes.
                Step::Torn(gap) => self.bytes.extend_from_slice(&gap.bytes),
                Step::Damaged(gap) => put_aside(&gap).map_err(JournalError::io(path))?,
            }
        }
    }

    fn push(&mut self, envelope: &Envelope) {
        let place = Place { number: self.records, batch: self.records };
        envelope.encode(self.salt, place, &mut self.bytes);
        self.records += 1;
    }

    fn close(mut self) -> Vec<u8> {
        self.salt.close(Place { number: self.records, batch: self.records }, &mut self.bytes);
        self.bytes
    }
}
