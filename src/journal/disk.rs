//! What the writer asks of the disk. The second implementation is the tests' disk, which fails
//! when it is told to.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::private_file;

/// Makes segment files.
pub trait Disk: Send + 'static {
    /// A new file of a journal's folder, with room for `room` bytes if the file system can promise
    /// that; its name is as durable as its bytes will be.
    ///
    /// # Errors
    /// If the disk refuses; then no such file is left behind.
    fn create(&self, path: &Path, room: u64) -> io::Result<Box<dyn SegmentFile>>;
}

/// A file that is written from its start to its end.
pub trait SegmentFile: Send {
    /// Writes behind what was written before.
    ///
    /// # Errors
    /// If not everything could be written.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes durable what was written.
    ///
    /// # Errors
    /// If the disk refuses: then nothing is known of what was written since the last success.
    fn sync(&mut self) -> io::Result<()>;

    /// Cuts the file off behind `length` bytes.
    ///
    /// # Errors
    /// If the disk refuses.
    fn truncate(&mut self, length: u64) -> io::Result<()>;
}

/// The file system.
#[derive(Debug)]
pub struct FileSystem;

impl Disk for FileSystem {
    fn create(&self, path: &Path, room: u64) -> io::Result<Box<dyn SegmentFile>> {
        let file = private_file().create_new(true).write(true).open(path)?;
        let prepare = || {
            // With its room allocated, a later sync writes data and little else, and a full disk
            // is met here rather than in the middle of a batch. Where there is not that much room,
            // or the file system cannot promise it, the file grows as it is written.
            rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, room).ok();
            file.sync_all()?;
            path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        };
        match prepare() {
            Ok(()) => Ok(Box::new(file)),
            Err(error) => {
                std::fs::remove_file(path).ok();
                Err(error)
            }
        }
    }
}

impl SegmentFile for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.sync_all()
    }
}
