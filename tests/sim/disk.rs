//! The journal's disk: that of the journal's own tests (`disk_model`), whose power can be cut and whose calls fail,
//! behind a gate.
//!
//! The journal's thread works while the run's thread waits for it (`machine::deliver`), and is held up at the gate
//! where more has to queue up first: so the same bodies always share the same sync.

use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use messenger_funnel::journal::disk::{Disk, DiskFile};

use crate::disk_model::DiskModel;
use crate::time;

/// A process's way to the disk: cheap to clone.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    disk: Arc<DiskModel>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_shut: bool,
    /// The writer stands at the gate.
    is_at_gate: bool,
    /// The run's time, UTC milliseconds: what is written now has that date, also what the journal's thread writes behind
    /// its answers.
    now: u64,
    process: Process,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Process {
    #[default]
    Runs,
    /// Nothing of it reaches the disk any more.
    Gone,
    /// What the writer was about to write reaches the disk all the same.
    GoneAfterLastWrite,
}

impl Gate {
    pub fn new(disk: Arc<DiskModel>) -> Self {
        Self(Arc::new(Inner { disk, state: Mutex::default(), changed: Condvar::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    /// Holds the writer up at its next write.
    pub fn shut(&self) {
        let mut state = self.state();
        (state.is_shut, state.is_at_gate) = (true, false);
    }

    pub fn tell_time(&self) {
        self.state().now = u64::try_from(time::now()).unwrap();
    }

    pub fn open(&self) {
        self.state().is_shut = false;
        self.0.changed.notify_all();
    }

    /// Whether the writer has come to the gate, after a moment.
    pub fn is_reached(&self) -> bool {
        let wait = Duration::from_micros(50);
        let state = self.state();
        let held =
            || self.0.changed.wait_timeout_while(state, wait, |state| !state.is_at_gate).unwrap();
        time::really(held).0.is_at_gate
    }

    /// The process is gone; with `writes_last` the system has what it was about to write.
    pub fn die(&self, writes_last: bool) {
        let mut state = self.state();
        state.process = if writes_last { Process::GoneAfterLastWrite } else { Process::Gone };
        state.is_shut = false;
        self.0.changed.notify_all();
    }

    /// The disk, unless the process is gone.
    fn disk(&self) -> io::Result<&DiskModel> {
        if self.state().process == Process::Runs { Ok(&self.0.disk) } else { Err(gone()) }
    }

    fn file(&self, file: io::Result<Box<dyn DiskFile>>) -> io::Result<Box<dyn DiskFile>> {
        let gate = self.clone();
        file.map(|file| Box::new(GatedFile { gate, file }) as Box<dyn DiskFile>)
    }
}

fn gone() -> io::Error {
    io::Error::other("the process is gone")
}

impl Disk for Gate {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.file(self.disk()?.create(path))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.file(self.disk()?.open(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk()?.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.disk()?.remove(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.disk()?.sync_folder(folder)
    }

    fn later(&self, work: Box<dyn FnOnce() + Send>) {
        self.0.disk.later(work);
    }

    fn salt(&self) -> u64 {
        self.0.disk.salt()
    }
}

struct GatedFile {
    gate: Gate,
    file: Box<dyn DiskFile>,
}

impl GatedFile {
    fn dated(&mut self, done: io::Result<()>) -> io::Result<()> {
        let now = Duration::from_millis(self.gate.state().now);
        self.file.date(SystemTime::UNIX_EPOCH + now)?;
        done
    }
}

impl DiskFile for GatedFile {
    fn reserve(&mut self, room: u64) -> io::Result<()> {
        self.gate.disk()?;
        let done = self.file.reserve(room);
        self.dated(done)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.gate.state();
        if state.process != Process::Runs {
            return Err(gone());
        }
        state.is_at_gate = true;
        self.gate.0.changed.notify_all();
        let state = self.gate.0.changed.wait_while(state, |state| state.is_shut).unwrap();
        let process = state.process;
        drop(state);
        let done = match process {
            Process::Runs => self.file.write(bytes),
            Process::GoneAfterLastWrite => self.file.write(bytes).and_then(|()| Err(gone())),
            Process::Gone => Err(gone()),
        };
        self.dated(done)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.gate.disk()?;
        self.file.sync()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.gate.disk()?;
        let done = self.file.truncate(length);
        self.dated(done)
    }

    fn rewind(&mut self) -> io::Result<()> {
        self.gate.disk()?;
        self.file.rewind()
    }

    fn date(&mut self, modified: SystemTime) -> io::Result<()> {
        self.gate.disk()?;
        self.file.date(modified)
    }
}
