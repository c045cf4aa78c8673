//! Takes content out of records that have been shipped: each closed segment is written anew beside the old one and
//! then put in its place, whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use bytes::Bytes;

use super::reader::{Segment, Step};
use super::record::MAGIC;
use super::{Checkpoint, Envelope, Journal, JournalError, segment_path, segments};
use crate::private;

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
    /// # Errors
    /// If the disk refuses; each segment is then as it was, or as it was to be.
    pub fn rewrite_shipped(&self, keep: &dyn Fn(&Envelope) -> Kept) -> Result<u64, JournalError> {
        let checkpoint = Checkpoint::load(&self.folder)?;
        let numbers = segments(&self.folder).map_err(JournalError::io(&self.folder))?;
        let mut changed = 0;
        for number in numbers.into_iter().filter(|number| *number < checkpoint.segment) {
            let path = segment_path(&self.folder, number);
            // It may be removed meanwhile: its time was over.
            let Ok(metadata) = fs::metadata(&path) else { continue };
            let (records, bytes) = read(&path, keep)?;
            if records == 0 {
                continue;
            }
            replace(&path, &bytes, metadata.modified().ok()).map_err(JournalError::io(&path))?;
            self.usage.subtract(metadata.len());
            self.usage.add(bytes.len() as u64);
            changed += records;
        }
        Ok(changed)
    }
}

/// How many records change, and the segment's bytes after that. Behind damage nothing is kept: nobody reads it.
fn read(path: &Path, keep: &dyn Fn(&Envelope) -> Kept) -> Result<(u64, Vec<u8>), JournalError> {
    let mut segment = match Segment::open(path, 0, u64::MAX) {
        Err(JournalError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Ok((0, Vec::new()));
        }
        segment => segment?,
    };
    let mut bytes = MAGIC.to_vec();
    let mut changed = 0;
    while let Step::Record(_, envelope) = segment.next()? {
        match keep(&envelope) {
            Kept::Whole => envelope.encode(&mut bytes),
            Kept::Partly(body) => {
                changed += 1;
                Envelope { body, ..envelope }.encode(&mut bytes);
            }
            Kept::Nothing => changed += 1,
        }
    }
    Ok((changed, bytes))
}

fn replace(path: &Path, bytes: &[u8], modified: Option<std::time::SystemTime>) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = private::file().create(true).truncate(true).write(true).open(&fresh)?;
    file.write_all(bytes)?;
    // By this time a segment's end of life is told.
    if let Some(modified) = modified {
        file.set_modified(modified)?;
    }
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
