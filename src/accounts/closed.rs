//! A note on disk that there has been a user. Users are rows of ClickHouse, and rows can be lost with a damaged disk:
//! without the note the program would think that it is new, and let in whoever is on this machine.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::private;

/// What it says to whoever opens it.
const TEXT: &[u8] =
    b"There is a user. While this file is here, nobody is let in without showing who they are.\n";

/// The note.
#[derive(Debug)]
pub(super) struct ClosedNote {
    path: PathBuf,
    is_there: AtomicBool,
}

impl ClosedNote {
    /// The note at `path`, which may be there from earlier.
    pub(super) fn at(path: PathBuf) -> Self {
        let is_there = AtomicBool::new(path.exists());
        Self { path, is_there }
    }

    pub(super) fn is_there(&self) -> bool {
        self.is_there.load(Ordering::Relaxed)
    }

    /// Makes it, so that it stays.
    pub(super) fn make(&self) {
        if self.is_there() {
            return;
        }
        match private::create_new(&self.path, TEXT) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                tracing::error!(%error, "it could not be noted that there is a user");
            }
            _ => self.is_there.store(true, Ordering::Relaxed),
        }
    }

    /// Where it is there and no user is, tells what to do.
    pub(super) fn tell(&self) {
        if !self.is_there() {
            return;
        }
        tracing::error!(
            note = %self.path.display(),
            "there has been a user and now there is none: their table may be damaged (doctor tells). Nobody is let in \
             without a token of server.access_tokens; restore a backup, or remove the note to begin without users"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_that_was_made_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.closed");
        let note = ClosedNote::at(path.clone());
        assert!(!note.is_there());
        note.make();
        note.make();
        assert!(note.is_there() && ClosedNote::at(path).is_there());
    }
}
