//! Journals of imports: each import has one of its own while it runs. What a killed import left behind is discarded,
//! never shipped: it was not reported as imported, and its file can be imported again. What it had shipped stays, and
//! gets its conversations.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::ErasureError;
use super::background::in_the_background;
use super::files::{gone, subfolders};
use crate::private;
use crate::store::Store;

/// Removes the journals of imports that were killed, once the conversations of everybody are to be made anew: nobody
/// knows whom it had shipped. The folders of imports that run.
///
/// # Errors
/// If the disk refuses, or ClickHouse cannot be asked.
pub async fn remove_abandoned_imports(
    imports: &Path,
    store: &Store,
) -> Result<Vec<PathBuf>, ErasureError> {
    let folder = imports.to_owned();
    let (abandoned, in_use) = in_the_background(move || sorted(&folder)).await??;
    if abandoned.is_empty() {
        return Ok(in_use);
    }
    store.make_everyone_anew().await?;
    let imports = imports.to_owned();
    in_the_background(move || remove(&imports, &abandoned)).await??;
    Ok(in_use)
}

/// The folders of imports that were killed, and of those that run.
fn sorted(imports: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), ErasureError> {
    let (mut abandoned, mut in_use) = (Vec::new(), Vec::new());
    let folders = subfolders(imports)?;
    if folders.is_empty() {
        return Ok((abandoned, in_use));
    }
    // Half made, or half removed, a journal would be taken for abandoned.
    let _lock = lock(imports).map_err(ErasureError::at(imports))?;
    for folder in folders {
        let is_locked = is_locked(&folder).map_err(ErasureError::at(&folder))?;
        if is_locked { &mut in_use } else { &mut abandoned }.push(folder);
    }
    Ok((abandoned, in_use))
}

fn remove(imports: &Path, abandoned: &[PathBuf]) -> Result<(), ErasureError> {
    let _lock = lock(imports).map_err(ErasureError::at(imports))?;
    for folder in abandoned {
        gone(fs::remove_dir_all(folder)).map_err(ErasureError::at(folder))?;
        tracing::warn!(
            folder = %folder.display(),
            "removed what an import left that was cut off; import its file again: what is there already counts once"
        );
    }
    Ok(())
}

/// Waits for whoever begins or ends an import.
fn lock(imports: &Path) -> io::Result<File> {
    let file = private::lock_file(&imports.join("lock"))?;
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
