//! Files and folders that only their owner may read: they hold personal data, or secrets.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

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

/// Makes a file that is not there yet, whole or not at all, also if the power is cut.
///
/// # Errors
/// `AlreadyExists` if the file is there, also if another process made it meanwhile; or if the disk refuses.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = beside(path, &format!(".{}", std::process::id()));
    write_through(&fresh, bytes)?;
    // A link, unlike a rename, takes no other file's place.
    let linked = fs::hard_link(&fresh, path);
    fs::remove_file(&fresh)?;
    linked?;
    sync_folder_of(path)
}

/// Puts `bytes` in place of a file, whole or not at all, also if the power is cut: what stands there when this has
/// returned stays.
///
/// # Errors
/// If the disk refuses; the earlier file stands then.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = beside(path, ".new");
    write_through(&fresh, bytes)?;
    fs::rename(&fresh, path)?;
    sync_folder_of(path)
}

/// The path with something added to its name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut made = file().create(true).truncate(true).write(true).open(path)?;
    made.write_all(bytes)?;
    made.sync_all()
}

/// Makes the name of a file durable.
///
/// # Errors
/// If the disk refuses.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Makes everything durable that was written to the file system of a folder, by whatever process.
///
/// # Errors
/// If the disk refuses.
pub fn sync_file_system(folder: &Path) -> io::Result<()> {
    rustix::fs::syncfs(File::open(folder)?).map_err(Into::into)
}
