//! A file of which some blocks cannot be read any more: they are read as bytes that are no record, so that what stands
//! around them is found, and they are told as damage.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// What a disk loses at once, bytes.
const BLOCK: u64 = 4096;
/// What stands for a byte that is lost: zeros would be room that was never written.
const LOST: u8 = 0xff;
/// What the system says of what it cannot read, now and for ever: `EIO`, `EISDIR`, `EBADMSG`, `EUCLEAN`. Anything else
/// may go away, and is an error.
const CODES: [i32; 4] = [5, 21, 74, 117];

/// A file that is read from front to back, whatever its disk has lost of it.
#[derive(Debug)]
pub(super) struct Lossy {
    file: File,
    at: u64,
}

impl Lossy {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::open(path)?, at: 0 })
    }

    pub(super) fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }
}

impl Read for Lossy {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = match self.file.read(into) {
            Err(error) if error.raw_os_error().is_some_and(|code| CODES.contains(&code)) => {
                let rest = self.length()?.saturating_sub(self.at);
                let lost = rest.min(BLOCK - self.at % BLOCK).min(into.len() as u64);
                let lost = usize::try_from(lost).unwrap_or(into.len());
                into[..lost].fill(LOST);
                if lost > 0 {
                    tracing::debug!(%error, at = self.at, "a block of the journal cannot be read");
                    // A folder in the file's place has no places to go to.
                    self.file.seek(SeekFrom::Start(self.at + lost as u64)).ok();
                }
                lost
            }
            read => read?,
        };
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Lossy {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(by) => self.length()?.saturating_add_signed(by),
        };
        self.file.seek(SeekFrom::Start(to)).ok();
        self.at = to;
        Ok(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_as_long_as_it_was_and_is_no_record() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = Lossy::open(folder.path()).unwrap();
        let length = file.length().unwrap();
        let mut read = Vec::new();
        file.read_to_end(&mut read).unwrap();
        assert_eq!(read.len() as u64, length);
        assert!(read.iter().all(|byte| *byte == LOST));
        let path = folder.path().join("whole");
        std::fs::write(&path, b"whole").unwrap();
        let mut file = Lossy::open(&path).unwrap();
        file.seek(SeekFrom::End(-3)).unwrap();
        let mut read = String::new();
        file.read_to_string(&mut read).unwrap();
        assert_eq!(read, "ole");
    }
}
