//! A disk whose power can be cut: the journal's `Disk` with what real ones do to what was not synced.
//!
//! ```ignore
//! let disk = DiskModel::over(folder, seed);                          // what is in `folder` is durable
//! disk.fail(Faults { sync: 0.1, ..Faults::NONE });
//! let mut journal = Appender::open(folder, limits, disk.clone())?;   // or `Journal::open_on`
//! disk.cut(another_folder);                                          // what is left, as real files
//! ```
//!
//! What runs sees the files as the page cache has them: real files of `folder`, which the journal reads. Beside them
//! the model keeps what is durable. After a cut every later call fails.
//!
//! - Bytes that were not synced are lost or written, each piece by itself, whatever the order of writing; pieces are
//!   of 512 or of 4,096 bytes, by the cut. The length is the old one, the new one, or between them.
//! - A new name, another name and a removal last only once the folder is synced. Without that either a first part of
//!   what was done to names lasts, or any part of it.
//! - A sync that fails has written any part of what was to be written and forgets the rest, as Linux does: the next
//!   sync succeeds, though the bytes are gone, while whoever reads still sees them.
//! - Writes that fail for want of room have written a first part.
//! - A seed and the same calls in the same order give the same run. `later` works at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use messenger_funnel::journal::disk::{Disk, DiskFile};

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// How likely a call fails, by kind; 0 is never.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faults {
    /// Writes a first part, then there is no room.
    pub write: f64,
    /// Fails, and forgets.
    pub sync: f64,
    /// New files and names, and promises of room.
    pub name: f64,
    /// Cutting off.
    pub truncate: f64,
}

impl Faults {
    pub const NONE: Self = Self { write: 0.0, sync: 0.0, name: 0.0, truncate: 0.0 };
}

/// The disk; shared by whoever holds one of its files.
#[derive(Debug)]
pub struct DiskModel(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    random: fastrand::Rng,
    faults: Faults,
    files: Vec<Contents>,
    /// Names as they are seen.
    names: BTreeMap<String, usize>,
    /// Names that last.
    lasting: BTreeMap<String, usize>,
    /// What was done to names since the folder was synced.
    changes: Vec<Change>,
    is_cut: bool,
    calls: u64,
    /// The power is cut behind this call.
    last_call: u64,
}

#[derive(Debug, Clone)]
enum Change {
    Is(String, usize),
    IsNot(String),
    /// One change: no file system that is in use lets only half of it last.
    Renamed(String, String, usize),
}

/// A file's bytes.
#[derive(Debug)]
struct Contents {
    /// What whoever reads sees.
    real: fs::File,
    seen: Vec<u8>,
    durable: Vec<u8>,
    /// Sectors in which they differ and which the next sync writes.
    dirty: BTreeSet<usize>,
}

impl Contents {
    /// A file of which everything is durable.
    fn of(real: fs::File, bytes: Vec<u8>) -> Self {
        Self { real, seen: bytes.clone(), durable: bytes, dirty: BTreeSet::new() }
    }

    fn touch(&mut self, from: usize, to: usize) {
        self.dirty.extend(from / SECTOR..to.div_ceil(SECTOR));
    }

    /// Writes one sector of what is seen to the disk; what was never written there is zeros.
    fn write_out(&mut self, sector: usize) {
        let (from, to) = (sector * SECTOR, ((sector + 1) * SECTOR).min(self.durable.len()));
        for at in from..to {
            self.durable[at] = self.seen.get(at).copied().unwrap_or(0);
        }
    }

    fn sync(&mut self) {
        self.durable.resize(self.seen.len(), 0);
        for sector in std::mem::take(&mut self.dirty) {
            self.write_out(sector);
        }
    }

    /// Any part of what a sync would write.
    fn sync_partly(&mut self, random: &mut fastrand::Rng, piece: usize) {
        let (old, new) = (self.durable.len(), self.seen.len());
        let length = match random.u8(0..3) {
            0 => old,
            1 => new,
            _ => random.usize(old.min(new)..=old.max(new)),
        };
        self.durable.resize(length, 0);
        let sectors = std::mem::take(&mut self.dirty);
        let all = random.u8(0..8);
        let mut of_piece = (usize::MAX, false);
        for sector in sectors {
            let number = sector * SECTOR / piece;
            if of_piece.0 != number {
                of_piece = (number, all == 0 || (all != 1 && random.bool()));
            }
            if of_piece.1 {
                self.write_out(sector);
            }
        }
    }
}

impl DiskModel {
    /// A disk that holds what is in `folder`.
    pub fn over(folder: &Path, seed: u64) -> Arc<Self> {
        let mut files = Vec::new();
        let mut names = BTreeMap::new();
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        // The same files have the same numbers in every run.
        paths.sort();
        for path in paths {
            if path.is_file() {
                let bytes = fs::read(&path).unwrap();
                names.insert(name_of(&path), files.len());
                let real = fs::File::options().write(true).open(&path).unwrap();
                files.push(Contents::of(real, bytes));
            }
        }
        Arc::new(Self(Arc::new(Mutex::new(State {
            random: fastrand::Rng::with_seed(seed),
            faults: Faults::NONE,
            files,
            lasting: names.clone(),
            names,
            changes: Vec::new(),
            is_cut: false,
            calls: 0,
            last_call: u64::MAX,
        }))))
    }

    pub fn fail(&self, faults: Faults) {
        self.state().faults = faults;
    }

    /// Cuts the power behind so many more calls: in the midst of something. What is left is told by [`DiskModel::cut`].
    pub fn cut_in(&self, calls: u64) {
        let mut state = self.state();
        state.last_call = state.calls + calls;
    }

    /// Whether the power is cut.
    pub fn is_cut(&self) -> bool {
        self.state().is_cut
    }

    /// Cuts the power, and puts what is left into `into`, an empty folder.
    pub fn cut(&self, into: &Path) {
        let mut state = self.state();
        state.is_cut = true;
        let State { random, files, lasting, changes, .. } = &mut *state;
        let piece = if random.bool() { SECTOR } else { 4096 };
        let first = random.usize(0..=changes.len());
        let is_in_order = random.bool();
        for (number, change) in changes.drain(..).enumerate() {
            if if is_in_order { number < first } else { random.bool() } {
                apply(change, lasting);
            }
        }
        for file in files.iter_mut() {
            file.sync_partly(random, piece);
        }
        for (name, file) in lasting.iter() {
            fs::write(into.join(name), &files[*file].durable).unwrap();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    /// Counts a call, and has it fail if it is to.
    fn call(&mut self, likely: f64, kind: io::ErrorKind) -> io::Result<()> {
        self.is_cut |= self.calls >= self.last_call;
        self.calls += 1;
        if self.is_cut {
            return Err(io::Error::other("the power is cut"));
        }
        // Also asked where nothing fails: then the same seed gives the same bytes.
        if self.random.f64() < likely { Err(io::Error::from(kind)) } else { Ok(()) }
    }

    fn change(&mut self, change: Change) {
        apply(change.clone(), &mut self.names);
        self.changes.push(change);
    }
}

fn apply(change: Change, names: &mut BTreeMap<String, usize>) {
    match change {
        Change::Is(name, file) => names.insert(name, file),
        Change::IsNot(name) => names.remove(&name),
        Change::Renamed(from, to, file) => {
            names.remove(&from);
            names.insert(to, file)
        }
    };
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

impl Disk for DiskModel {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state();
        let likely = state.faults.name;
        state.call(likely, io::ErrorKind::StorageFull)?;
        let real = fs::File::options().create_new(true).write(true).open(path)?;
        let file = state.files.len();
        state.files.push(Contents::of(real, Vec::new()));
        state.change(Change::Is(name_of(path), file));
        Ok(Box::new(ModelFile { state: Arc::clone(&self.0), file, at: 0 }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state();
        state.call(0.0, io::ErrorKind::Other)?;
        let Some(file) = state.names.get(&name_of(path)).copied() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let at = state.files[file].seen.len();
        Ok(Box::new(ModelFile { state: Arc::clone(&self.0), file, at }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        let likely = state.faults.name;
        state.call(likely, io::ErrorKind::Other)?;
        fs::rename(from, to)?;
        let file = state.names[&name_of(from)];
        state.change(Change::Renamed(name_of(from), name_of(to), file));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.call(0.0, io::ErrorKind::Other)?;
        fs::remove_file(path)?;
        state.change(Change::IsNot(name_of(path)));
        Ok(())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        let mut state = self.state();
        let likely = state.faults.sync;
        state.call(likely, io::ErrorKind::Other)?;
        state.lasting = state.names.clone();
        state.changes.clear();
        Ok(())
    }

    fn later(&self, work: Box<dyn FnOnce() + Send>) {
        work();
    }

    fn salt(&self) -> u64 {
        self.state().random.u64(..)
    }
}

/// An open file of the model.
struct ModelFile {
    state: Arc<Mutex<State>>,
    file: usize,
    at: usize,
}

impl DiskFile for ModelFile {
    fn reserve(&mut self, room: u64) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        let likely = state.faults.name;
        state.call(likely, io::ErrorKind::StorageFull)?;
        let file = &mut state.files[self.file];
        file.seen.resize(file.seen.len().max(room as usize), 0);
        file.real.set_len(file.seen.len() as u64)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        let likely = state.faults.write;
        let outcome = state.call(likely, io::ErrorKind::StorageFull);
        if state.is_cut {
            return outcome;
        }
        let written = match &outcome {
            Ok(()) => bytes.len(),
            Err(_) => state.random.usize(0..=bytes.len()),
        };
        let (from, to) = (self.at, self.at + written);
        let file = &mut state.files[self.file];
        if file.seen.len() < to {
            file.seen.resize(to, 0);
        }
        file.seen[from..to].copy_from_slice(&bytes[..written]);
        file.touch(from, to);
        file.real.write_all_at(&bytes[..written], from as u64).unwrap();
        self.at = to;
        outcome
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        let likely = state.faults.sync;
        let outcome = state.call(likely, io::ErrorKind::Other);
        if state.is_cut {
            return outcome;
        }
        let State { files, random, .. } = &mut *state;
        let file = &mut files[self.file];
        if outcome.is_ok() {
            file.sync();
        } else {
            file.sync_partly(random, SECTOR);
        }
        outcome
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        let likely = state.faults.truncate;
        state.call(likely, io::ErrorKind::Other)?;
        let (length, file) = (length as usize, &mut state.files[self.file]);
        let before = file.seen.len();
        file.seen.resize(length, 0);
        file.touch(length.min(before), before.max(length));
        file.real.set_len(length as u64)
    }

    fn rewind(&mut self) -> io::Result<()> {
        self.at = 0;
        Ok(())
    }

    fn date(&mut self, modified: SystemTime) -> io::Result<()> {
        self.state.lock().unwrap().files[self.file].real.set_modified(modified)
    }
}

/// Flips one bit of one file in a folder that holds any bytes; which, and where.
pub fn flip_a_bit(folder: &Path, random: &mut fastrand::Rng) -> Option<(PathBuf, usize)> {
    let mut files: Vec<(PathBuf, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    let all: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let mut at = (all > 0).then(|| random.usize(0..all))?;
    for (path, mut bytes) in files {
        if at < bytes.len() {
            bytes[at] ^= 1 << random.u8(0..8);
            fs::write(&path, bytes).unwrap();
            return Some((path, at));
        }
        at -= bytes.len();
    }
    None
}
