//! What the writer asks of the disk. The second implementation is the tests' disk, which fails
//! when it is told to.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::private;

/// Makes segment files.
pub trait Disk: Send + 'static {
    /// A new file of a journal's folder, with room for `room` bytes if the file system can promise
    /// that; its name is as durable as its bytes will be.
    ///
    /// # Errors
    /// If the disk refuses; then no such file is left behind.
    fn create(&self, path: &Path, room: u64) -> io::Result<Box<dyn SegmentFile>>;

    /// Told in good time that `folder` will need another file with `room`; may do nothing.
    fn prepare(&self, folder: &Path, room: u64);
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

/// Name of the file that is being prepared.
const SPARE: &str = "spare";
/// Zeros that are written and synced at once, so that nobody's sync has to wait for all of them.
const STEP: usize = 1 << 20;

/// The file system, and the next segment in the making.
///
/// A sync after writing where nothing was written before makes the file system's own journal wait
/// for the disk too (ext4: new blocks, or blocks that turn from allocated to written). So the next
/// segment is filled with zeros in the background while the current one is written: in it a sync
/// is one write of data. `make bench-journals` shows both, as "allocated" and "overwriting".
#[derive(Debug, Default)]
pub struct FileSystem {
    spare: Arc<Mutex<Spare>>,
}

#[derive(Debug, Default)]
enum Spare {
    #[default]
    None,
    InTheMaking,
    /// A file full of zeros, and how many.
    Ready(File, u64),
}

impl Disk for FileSystem {
    fn create(&self, path: &Path, room: u64) -> io::Result<Box<dyn SegmentFile>> {
        let folder = path.parent().unwrap_or(Path::new("."));
        if let Some(file) = self.take_spare(room) {
            std::fs::rename(folder.join(SPARE), path)?;
            File::open(folder)?.sync_all()?;
            return Ok(Box::new(file));
        }
        let file = private::file().create_new(true).write(true).open(path)?;
        let reserve = || {
            // A full disk is met here rather than in the middle of a batch. Where there is not
            // that much room, the file grows as it is written.
            rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, room).ok();
            file.sync_all()?;
            File::open(folder)?.sync_all()
        };
        match reserve() {
            Ok(()) => Ok(Box::new(file)),
            Err(error) => {
                std::fs::remove_file(path).ok();
                Err(error)
            }
        }
    }

    fn prepare(&self, folder: &Path, room: u64) {
        if let Ok(mut spare) = self.spare.lock()
            && matches!(*spare, Spare::None)
        {
            *spare = Spare::InTheMaking;
            let (path, result) = (folder.join(SPARE), Arc::clone(&self.spare));
            let thread = std::thread::Builder::new().name("journal-spare".to_owned());
            // Without a spare the next segment is made when it is needed.
            let started = thread.spawn(move || {
                let made = zeros(&path, room);
                if made.is_err() {
                    std::fs::remove_file(&path).ok();
                }
                if let Ok(mut spare) = result.lock() {
                    *spare = made.map_or(Spare::None, |file| Spare::Ready(file, room));
                }
            });
            if started.is_err() {
                *spare = Spare::None;
            }
        }
    }
}

impl FileSystem {
    fn take_spare(&self, room: u64) -> Option<File> {
        let mut spare = self.spare.lock().ok()?;
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
fn zeros(path: &Path, length: u64) -> io::Result<File> {
    let mut file = private::file().create(true).truncate(true).write(true).open(path)?;
    let zeros = vec![0; STEP];
    let mut left = length;
    while left > 0 {
        let step = left.min(STEP as u64);
        file.write_all(&zeros[..usize::try_from(step).unwrap_or(STEP)])?;
        file.sync_data()?;
        left -= step;
    }
    file.sync_all()?;
    file.rewind()?;
    Ok(file)
}

/// Removes what a killed process was preparing.
pub(super) fn remove_spare(folder: &Path) {
    std::fs::remove_file(folder.join(SPARE)).ok();
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
