//! The journal's disk: a folder whose files lose what was not synced, and which refuses when it is told to.
//!
//! The journal's thread works while the run's thread waits for it (`machine::deliver`), and waits at a gate where
//! more has to queue up first: so the same bodies always share the same sync.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use messenger_funnel::journal::disk::{Disk, SegmentFile};

use crate::chance::Chance;
use crate::faults::{Fault, Faults};

/// A disk: cheap to clone.
#[derive(Clone)]
pub struct SimDisk(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    chance: Chance,
    faults: Faults,
    is_shut: bool,
    /// The writer stands at the gate.
    is_at_gate: bool,
    /// Nothing reaches the disk any more.
    is_dead: bool,
    /// The power went: half of what was written has reached it.
    is_torn: bool,
    /// The writer has ended.
    is_over: bool,
    /// UTC milliseconds.
    now: i64,
}

impl SimDisk {
    pub fn new(chance: Chance, faults: Faults, now: i64) -> Self {
        let state = State {
            chance,
            faults,
            is_shut: false,
            is_at_gate: false,
            is_dead: false,
            is_torn: false,
            is_over: false,
            now,
        };
        Self(Arc::new(Inner { state: Mutex::new(state), changed: Condvar::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    /// A handle for the journal.
    pub fn handle(&self) -> Box<dyn Disk> {
        Box::new(Handle(self.clone()))
    }

    pub fn set_now(&self, now: i64) {
        self.state().now = now;
    }

    /// Holds the writer up at its next write.
    pub fn shut_gate(&self) {
        let mut state = self.state();
        (state.is_shut, state.is_at_gate) = (true, false);
    }

    pub fn open_gate(&self) {
        self.state().is_shut = false;
        self.0.changed.notify_all();
    }

    /// Whether the writer has come to the gate, after a moment.
    pub fn is_at_gate(&self) -> bool {
        let wait = Duration::from_micros(50);
        let state = self.state();
        let held = self.0.changed.wait_timeout_while(state, wait, |state| !state.is_at_gate);
        held.unwrap().0.is_at_gate
    }

    /// The process is gone, or with `is_torn` the power.
    pub fn die(&self, is_torn: bool) {
        let mut state = self.state();
        (state.is_dead, state.is_torn) = (true, is_torn);
    }

    /// Waits until the journal's thread has ended.
    pub fn wait_for_end(&self) {
        let state = self.state();
        drop(self.0.changed.wait_while(state, |state| !state.is_over).unwrap());
    }
}

struct Handle(SimDisk);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.state().is_over = true;
        self.0.0.changed.notify_all();
    }
}

impl Disk for Handle {
    fn create(&self, path: &Path, _: u64) -> io::Result<Box<dyn SegmentFile>> {
        let file = OpenOptions::new().create_new(true).write(true).open(path)?;
        Ok(Box::new(SimFile { disk: self.0.clone(), file, unsynced: Vec::new() }))
    }

    fn prepare(&self, _: &Path, _: u64) {}
}

struct SimFile {
    disk: SimDisk,
    file: File,
    unsynced: Vec<u8>,
}

impl SimFile {
    fn stamp(&self, now: i64) -> io::Result<()> {
        let now = Duration::from_millis(u64::try_from(now).unwrap_or(0));
        self.file.set_modified(SystemTime::UNIX_EPOCH + now)
    }
}

impl SegmentFile for SimFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.state();
        state.is_at_gate = true;
        self.disk.0.changed.notify_all();
        let mut state = self.disk.0.changed.wait_while(state, |state| state.is_shut).unwrap();
        let rate = state.faults.rate() / 4;
        if state.chance.permille(rate) {
            state.faults.count(Fault::WriteFailed);
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.unsynced.extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.state();
        if state.is_dead {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let rate = state.faults.rate() / 4;
        if state.chance.permille(rate) {
            state.faults.count(Fault::SyncFailed);
            // Dirty pages are dropped, or written in part.
            let half = state.chance.between(0, self.unsynced.len() as u64) as usize;
            self.file.write_all(&self.unsynced[..half])?;
            self.unsynced.clear();
            self.stamp(state.now)?;
            return Err(io::Error::other("the disk failed"));
        }
        self.file.write_all(&self.unsynced)?;
        self.unsynced.clear();
        self.stamp(state.now)
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        let state = self.disk.state();
        if state.is_dead {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.unsynced.clear();
        self.file.set_len(length)?;
        self.stamp(state.now)
    }
}
