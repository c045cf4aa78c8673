//! What the journal asks of the disk, call by call. The second implementation is the tests' disk, whose power can be
//! cut and whose calls fail when they are told to.

use std::fmt::Debug;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Seek, Write};
use std::path::Path;
use std::time::SystemTime;

use crate::private;

/// Makes, renames and removes files. Nothing of that is durable before the folder is synced.
pub trait Disk: Debug + Send + Sync + 'static {
    /// A new, empty file.
    ///
    /// # Errors
    /// If there is one of that name, or the disk refuses.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// A file that is there, to be written behind its end.
    ///
    /// # Errors
    /// If there is none, or the disk refuses.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name, also one that another file has: that one goes.
    ///
    /// # Errors
    /// If the disk refuses.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// If there is none, or the disk refuses.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes durable which files are in a folder, and what they are called.
    ///
    /// # Errors
    /// If the disk refuses.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;

    /// Does some work beside the writing; it is no harm if that is never done.
    fn later(&self, work: Box<dyn FnOnce() + Send>);

    /// A number that nobody outside can guess.
    fn salt(&self) -> u64;
}

/// A file that is written from its start to its end.
pub trait DiskFile: Send {
    /// Promises room for so many bytes from the start: the file is as long then, of zeros.
    ///
    /// # Errors
    /// If there is not that much room, or the file system cannot promise any.
    fn reserve(&mut self, room: u64) -> io::Result<()>;

    /// Writes behind what was written before.
    ///
    /// # Errors
    /// If not everything could be written.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes durable what was written, and the length.
    ///
    /// # Errors
    /// If the disk refuses: then nothing is known of what was written since the last success.
    fn sync(&mut self) -> io::Result<()>;

    /// Cuts the file off behind `length` bytes. That is not durable before the next sync.
    ///
    /// # Errors
    /// If the disk refuses.
    fn truncate(&mut self, length: u64) -> io::Result<()>;

    /// Goes back to the start: what is written next replaces what is there.
    ///
    /// # Errors
    /// If the disk refuses.
    fn rewind(&mut self) -> io::Result<()>;

    /// Says when the file was last written.
    ///
    /// # Errors
    /// If the disk refuses.
    fn date(&mut self, modified: SystemTime) -> io::Result<()>;
}

/// The file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileSystem;

impl Disk for FileSystem {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(private::file().create_new(true).write(true).open(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut file = File::options().write(true).open(path)?;
        file.seek(io::SeekFrom::End(0))?;
        Ok(Box::new(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    fn later(&self, work: Box<dyn FnOnce() + Send>) {
        // Where no thread can be had, the work is not done.
        std::thread::Builder::new().name("journal-later".to_owned()).spawn(work).ok();
    }

    fn salt(&self) -> u64 {
        // Keyed by the system's random numbers.
        RandomState::new().hash_one(0)
    }
}

impl DiskFile for File {
    fn reserve(&mut self, room: u64) -> io::Result<()> {
        Ok(rustix::fs::fallocate(&*self, rustix::fs::FallocateFlags::empty(), 0, room)?)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn rewind(&mut self) -> io::Result<()> {
        Seek::rewind(self)
    }

    fn date(&mut self, modified: SystemTime) -> io::Result<()> {
        self.set_modified(modified)
    }
}

/// Puts `bytes` in a file's place, or makes it: whole or not at all, and durable. A file in the making has the
/// extension `new`.
///
/// # Errors
/// If the disk refuses; the file is then as it was, or as it was to be.
pub(super) fn replace(
    disk: &dyn Disk,
    path: &Path,
    bytes: &[u8],
    modified: Option<SystemTime>,
) -> io::Result<()> {
    let fresh = path.with_extension("new");
    // What an earlier try left behind.
    disk.remove(&fresh).ok();
    let write = || {
        let mut file = disk.create(&fresh)?;
        file.write(bytes)?;
        if let Some(modified) = modified {
            file.date(modified)?;
        }
        file.sync()?;
        disk.rename(&fresh, path)
    };
    if let Err(error) = write() {
        disk.remove(&fresh).ok();
        return Err(error);
    }
    disk.sync_folder(path.parent().unwrap_or(Path::new(".")))
}
