//! Journals of imports: each import has one of its own while it runs. What a killed import left behind is discarded,
//! never shipped: it was not reported as imported, and its file can be imported again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::ErasureError;
use super::files::{gone, subfolders};
use super::ledger::failed;
use crate::private;

/// Removes the journals of imports that were killed; the folders of those that run.
///
/// # Errors
/// If the disk refuses.
pub fn remove_abandoned_imports(imports: &Path) -> Result<Vec<PathBuf>, ErasureError> {
    let mut in_use = Vec::new();
    let folders = subfolders(imports)?;
    if folders.is_empty() {
        return Ok(in_use);
    }
    // Half made, or half removed, a journal would be taken for abandoned.
    let _lock = lock(imports).map_err(failed(imports))?;
    for folder in folders {
        if is_locked(&folder).map_err(failed(&folder))? {
            in_use.push(folder);
        } else {
            gone(fs::remove_dir_all(&folder)).map_err(failed(&folder))?;
            tracing::warn!(
                folder = %folder.display(),
                "removed what an import left that was cut off; import its file again"
            );
        }
    }
    Ok(in_use)
}

/// Waits for whoever begins or ends an import.
fn lock(imports: &Path) -> io::Result<File> {
    private::folder(imports)?;
    let path = imports.join("lock");
    let file = private::file().create(true).truncate(false).write(true).open(path)?;
    file.lock()?;
    Ok(file)
}

fn is_locked(journal: &Path) -> io::Result<bool> {
    let file = match File::options().write(true).open(journal.join("lock")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        file => file?,
    };
    match file.try_lock() {
        Ok(()) => Ok(false),
        Err(fs::TryLockError::WouldBlock) => Ok(true),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}
