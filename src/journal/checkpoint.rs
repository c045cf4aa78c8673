//! How far the reader has come: one small file, replaced atomically.

use std::fs;
use std::io;
use std::path::Path;

use super::damage;
use super::disk::{self, Disk};
use super::error::JournalError;
use super::folder::Position;

/// Name of the file.
const NAME: &str = "checkpoint";
/// First word of its line, before the numbers and their checksum. Earlier versions wrote the numbers alone.
const VERSION: &str = "v2";

/// The position behind which everything is still to be shipped.
#[derive(Debug)]
pub struct Checkpoint;

impl Checkpoint {
    /// Reads the checkpoint of a journal's folder; the start if there is none yet, or if it is damaged: what is shipped
    /// again counts once.
    ///
    /// # Errors
    /// If the file is there and cannot be read.
    pub fn load(folder: &Path) -> Result<Position, JournalError> {
        Ok(read(folder)?.unwrap_or_else(|bytes| {
            tracing::error!(
                ?bytes,
                "the journal's checkpoint is damaged; all of it is to be shipped"
            );
            Position::default()
        }))
    }

    /// [`Checkpoint::load`] for whoever takes a journal over: a damaged checkpoint is put aside.
    pub(super) fn recover(disk: &dyn Disk, folder: &Path) -> Result<Position, JournalError> {
        let bytes = match read(folder)? {
            Ok(position) => return Ok(position),
            Err(bytes) => bytes,
        };
        let path = folder.join(NAME);
        match damage::put_file_aside(disk, &path, &bytes) {
            Ok(aside) => tracing::error!(
                aside = %aside.display(),
                "the journal's checkpoint was damaged and is put aside; the whole journal is shipped again, and \
                 nothing is counted twice by that"
            ),
            Err(error) => {
                tracing::error!(%error, "the journal's damaged checkpoint could not be put aside");
            }
        }
        if let Err(error) = Self::save(disk, folder, Position::default()) {
            tracing::warn!(%error, "the journal's checkpoint could not be written");
        }
        Ok(Position::default())
    }

    /// Puts `position` in place of the earlier checkpoint.
    ///
    /// # Errors
    /// If the disk refuses; the earlier checkpoint stands then, or this one.
    pub(super) fn save(
        disk: &dyn Disk,
        folder: &Path,
        position: Position,
    ) -> Result<(), JournalError> {
        let path = folder.join(NAME);
        disk::replace(disk, &path, line(position).as_bytes(), None).map_err(JournalError::io(&path))
    }
}

/// Whether a folder's checkpoint is there and cannot be understood.
pub(super) fn is_damaged(folder: &Path) -> Result<bool, JournalError> {
    Ok(read(folder)?.is_err())
}

/// The position, or the bytes that are none.
fn read(folder: &Path) -> Result<Result<Position, Vec<u8>>, JournalError> {
    let path = folder.join(NAME);
    match fs::read(&path) {
        Ok(bytes) => Ok(parse(&bytes).ok_or(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Ok(Position::default())),
        Err(source) => Err(JournalError::Io { path, source }),
    }
}

fn parse(bytes: &[u8]) -> Option<Position> {
    let text = str::from_utf8(bytes).ok()?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let ([VERSION, segment, offset, _] | [segment, offset]) = words[..] else { return None };
    let position = Position { segment: segment.parse().ok()?, offset: offset.parse().ok()? };
    // Exactly as it is written, so that nothing else passes for it.
    let is_earlier = text == format!("{} {}\n", position.segment, position.offset);
    (is_earlier || text == line(position)).then_some(position)
}

fn line(Position { segment, offset }: Position) -> String {
    let numbers = format!("{VERSION} {segment} {offset}");
    format!("{numbers} {:08x}\n", crc32fast::hash(numbers.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_flipped_bit_makes_another_position() {
        for (segment, offset) in [(0, 0), (12, 3456), (u64::MAX, u64::MAX)] {
            let position = Position { segment, offset };
            let whole = line(position).into_bytes();
            assert_eq!(parse(&whole), Some(position));
            for bit in 0..whole.len() * 8 {
                let mut damaged = whole.clone();
                damaged[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(parse(&damaged), None, "bit {bit}");
            }
            for length in 0..whole.len() {
                assert_eq!(parse(&whole[..length]), None, "cut at {length}");
            }
        }
    }

    #[test]
    fn a_checkpoint_of_an_earlier_version_is_understood() {
        assert_eq!(parse(b"12 3456\n"), Some(Position { segment: 12, offset: 3456 }));
        assert_eq!(parse(b"12 3456"), None);
        assert_eq!(parse(b"12 +3456\n"), None);
    }
}
