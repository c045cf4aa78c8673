//! Work that one process at a time does.

use std::fs::File;
use std::io;
use std::path::Path;

/// Waits until no other process holds the file, and holds it until it is dropped.
///
/// # Errors
/// If the file cannot be made or locked.
pub async fn wait_for_lock(path: &Path) -> io::Result<File> {
    let path = path.to_owned();
    let locked = tokio::task::spawn_blocking(move || {
        path.parent().map(std::fs::create_dir_all).transpose()?;
        let file = File::options().create(true).truncate(false).write(true).open(&path)?;
        file.lock().map(|()| file)
    });
    locked.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
