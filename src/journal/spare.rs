//! New segments, and the next of them in the making.
//!
//! A sync after writing where nothing was written before makes the file system's own journal wait
//! for the disk too (ext4: new blocks, or blocks that turn from allocated to written). So the next
//! segment is filled with zeros in the background while the current one is written: in it a sync
//! is one write of data. `make bench-journals` shows both, as "allocated" and "overwriting".

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::disk::{Disk, DiskFile};

/// Name of the file that is being prepared.
const SPARE: &str = "spare";
/// Zeros that are written and synced at once, so that nobody's sync has to wait for all of them.
const STEP: u64 = 1 << 20;

/// Makes segments' files.
#[derive(Clone, Default)]
pub(super) struct Spares(Arc<Mutex<Spare>>);

#[derive(Default)]
enum Spare {
    #[default]
    None,
    InTheMaking,
    /// A file full of zeros, and how many.
    Ready(Box<dyn DiskFile>, u64),
}

impl Spares {
    /// A new file with room for `room` bytes if the file system can promise that; its name is durable.
    pub(super) fn segment(
        &self,
        disk: &dyn Disk,
        path: &Path,
        room: u64,
    ) -> io::Result<Box<dyn DiskFile>> {
        let folder = path.parent().unwrap_or(Path::new("."));
        if let Some(file) = self.take(room) {
            disk.rename(&folder.join(SPARE), path)?;
            disk.sync_folder(folder)?;
            return Ok(file);
        }
        let mut file = disk.create(path)?;
        // A full disk is met here rather than in the middle of a batch. Where there is not
        // that much room, the file grows as it is written.
        file.reserve(room).ok();
        file.sync()?;
        disk.sync_folder(folder)?;
        Ok(file)
    }

    /// Told in good time that `folder` will need another file with `room`.
    pub(super) fn prepare(&self, disk: &Arc<dyn Disk>, folder: &Path, room: u64) {
        let Ok(mut spare) = self.0.lock() else { return };
        if !matches!(*spare, Spare::None) {
            return;
        }
        *spare = Spare::InTheMaking;
        drop(spare);
        let (path, result, on) = (folder.join(SPARE), Arc::clone(&self.0), Arc::clone(disk));
        disk.later(Box::new(move || {
            on.remove(&path).ok();
            let made = zeros(&*on, &path, room);
            if made.is_err() {
                on.remove(&path).ok();
            }
            if let Ok(mut spare) = result.lock() {
                *spare = made.map_or(Spare::None, |file| Spare::Ready(file, room));
            }
        }));
    }

    fn take(&self, room: u64) -> Option<Box<dyn DiskFile>> {
        let mut spare = self.0.lock().ok()?;
        match std::mem::take(&mut *spare) {
            Spare::Ready(file, length) if length >= room => Some(file),
            other => {
                *spare = other;
                None
            }
        }
    }
}

/// A file full of zeros that are on disk, to be written from its start.
fn zeros(disk: &dyn Disk, path: &Path, length: u64) -> io::Result<Box<dyn DiskFile>> {
    let mut file = disk.create(path)?;
    let zeros = vec![0; usize::try_from(length.min(STEP)).unwrap_or_default()];
    let mut left = length;
    while left > 0 {
        let step = left.min(STEP);
        file.write(&zeros[..usize::try_from(step).unwrap_or(zeros.len())])?;
        file.sync()?;
        left -= step;
    }
    file.rewind()?;
    Ok(file)
}

/// Removes what a killed process was preparing: the next segment, and files in the making.
pub(super) fn remove_leftovers(disk: &dyn Disk, folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name == SPARE)
            || path.extension().is_some_and(|extension| extension == "new")
        {
            disk.remove(&path).ok();
        }
    }
    Ok(())
}
