//! Files and folders that only their owner may read: they hold personal data, or secrets.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Makes a folder, and those above it that are missing.
///
/// # Errors
/// If the disk refuses.
pub fn folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Options for a file, should it be made.
#[must_use]
pub fn file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Writes a file in place of the one that is there, in a folder that it makes if there is none. It is on disk when
/// this returns; whatever happens meanwhile, the file is the old one or the new one, whole.
///
/// # Errors
/// If the disk refuses.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let above = path.parent().unwrap_or(Path::new("."));
    folder(above)?;
    let fresh = path.with_extension("new");
    let mut written = file().create(true).truncate(true).write(true).open(&fresh)?;
    written.write_all(bytes)?;
    written.sync_all()?;
    fs::rename(&fresh, path)?;
    File::open(above)?.sync_all()
}
