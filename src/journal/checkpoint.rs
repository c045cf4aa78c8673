//! How far the reader has come: one small file, replaced atomically.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::{JournalError, Position};
use crate::private;

/// The position behind which everything is still to be shipped.
#[derive(Debug)]
pub struct Checkpoint;

impl Checkpoint {
    /// Reads the checkpoint of a journal's folder; the start if there is none yet.
    ///
    /// # Errors
    /// If the file is there and cannot be read or understood.
    pub fn load(folder: &Path) -> Result<Position, JournalError> {
        let path = folder.join("checkpoint");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Position::default());
            }
            Err(source) => return Err(JournalError::Io { path, source }),
        };
        let mut numbers = text.split_whitespace().map(str::parse::<u64>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(segment)), Some(Ok(offset))) => Ok(Position { segment, offset }),
            _ => Err(JournalError::Io {
                path,
                source: std::io::Error::new(
                    std::io::ErrorKind::InvalidData,
                    "not a checkpoint; remove the file to ship the whole journal again \
                     (nothing is counted twice by that)",
                ),
            }),
        }
    }

    /// Puts `position` in place of the earlier checkpoint.
    ///
    /// # Errors
    /// If the disk refuses; the earlier checkpoint stands then.
    pub fn save(folder: &Path, position: Position) -> Result<(), JournalError> {
        let fresh = folder.join("checkpoint.new");
        let path = folder.join("checkpoint");
        let write = || {
            let mut file = private::file().create(true).truncate(true).write(true).open(&fresh)?;
            writeln!(file, "{} {}", position.segment, position.offset)?;
            file.sync_data()?;
            fs::rename(&fresh, &path)
        };
        write().map_err(JournalError::io(&path))
    }
}
