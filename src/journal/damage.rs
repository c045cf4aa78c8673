//! Damaged bytes are put aside, as files beside the segments, so that somebody can look at them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::disk::{self, Disk};
use super::error::JournalError;
use super::segment::Gap;

/// Extension of a file that was put aside.
const EXTENSION: &str = "damaged";

/// A range of a segment that should hold records and does not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Damage {
    /// Number of the segment.
    pub segment: u64,
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub bytes: u64,
    /// How many records are lost by it; `None` if that cannot be told.
    pub records: Option<u64>,
    /// Name of the file in the journal's folder that its bytes were put into; `None` if that could not be done.
    pub file: Option<String>,
    /// Whether nobody has put it aside before.
    #[serde(skip)]
    pub is_new: bool,
}

impl std::fmt::Display for Damage {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { segment, offset, bytes, .. } = self;
        write!(to, "{bytes} bytes at byte {offset} of segment {segment} cannot be read")?;
        match self.records {
            Some(records) => write!(to, "; records lost: {records}")?,
            None => write!(to, "; how many records are lost cannot be told")?,
        }
        match &self.file {
            Some(file) => write!(to, "; the bytes are put aside in {file}"),
            None => write!(to, "; the bytes stay in the segment until its time is over"),
        }
    }
}

/// Name of the file for a range; the same bytes at the same place have the same.
fn name(segment: u64, gap: &Gap) -> String {
    let checksum = crc32fast::hash(&gap.bytes);
    format!("{segment:020}-{}-{checksum:08x}.{EXTENSION}", gap.offset)
}

/// What is known of a range, without touching anything.
pub(super) fn describe(folder: &Path, segment: u64, gap: &Gap) -> Damage {
    let name = name(segment, gap);
    let is_new = !folder.join(&name).exists();
    let (offset, bytes) = (gap.offset, gap.bytes.len() as u64);
    let file = (!is_new).then_some(name);
    Damage { segment, offset, bytes, records: gap.records, file, is_new }
}

/// Puts a range aside, unless it is already, and tells the log of it once. If the disk does not take it, reading goes
/// on: what can be read must not wait for it.
pub(super) fn put_aside(disk: &dyn Disk, folder: &Path, segment: u64, gap: &Gap) -> Damage {
    let mut damage = describe(folder, segment, gap);
    if damage.is_new {
        let name = name(segment, gap);
        match disk::replace(disk, &folder.join(&name), &gap.bytes, None) {
            Ok(()) => damage.file = Some(name),
            Err(error) => tracing::error!(%error, name, "damaged bytes could not be put aside"),
        }
        tracing::error!(
            segment,
            offset = damage.offset,
            bytes = damage.bytes,
            records = damage.records,
            file = damage.file,
            "the journal is damaged: what stands behind is read, these bytes cannot be"
        );
    }
    damage
}

/// A file that was put aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetAside {
    /// Its name in the journal's folder: segment, offset, checksum.
    pub file: String,
    /// How long it is; 0 once somebody who may have been in it was erased.
    pub bytes: u64,
}

/// The files that were put aside and that nobody has removed since, by name.
///
/// # Errors
/// If the folder cannot be read.
pub fn set_aside(folder: &Path) -> io::Result<Vec<SetAside>> {
    let mut found = Vec::new();
    for path in paths(folder)? {
        let Some(file) = path.file_name().and_then(|name| name.to_str()) else { continue };
        // It may be removed meanwhile.
        let Ok(metadata) = fs::metadata(&path) else { continue };
        found.push(SetAside { file: file.to_owned(), bytes: metadata.len() });
    }
    Ok(found)
}

fn paths(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Keeps the bytes of a small file that cannot be understood.
pub(super) fn put_file_aside(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let checksum = crc32fast::hash(bytes);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let aside = path.with_file_name(format!("{stem}-{checksum:08x}.{EXTENSION}"));
    disk::replace(disk, &aside, bytes, None)?;
    Ok(aside)
}

/// Empties what was put aside and holds somebody; how many files. Their names stay: they were told.
pub(super) fn empty_aside(
    disk: &dyn Disk,
    folder: &Path,
    holds: &dyn Fn(&[u8]) -> bool,
) -> Result<u64, JournalError> {
    let mut emptied = 0;
    for path in paths(folder).map_err(JournalError::io(folder))? {
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            bytes => bytes.map_err(JournalError::io(&path))?,
        };
        if holds(&bytes) {
            disk::replace(disk, &path, &[], None).map_err(JournalError::io(&path))?;
            emptied += 1;
        }
    }
    Ok(emptied)
}

/// Whether bytes may hold an id: it stands there, or would if one bit had not been flipped.
#[must_use]
pub fn may_hold(bytes: &[u8], id: &str) -> bool {
    let id = id.as_bytes();
    let is_id = |window: &[u8]| {
        let mut flipped = 0;
        window.iter().zip(id).all(|(one, other)| {
            flipped += (one ^ other).count_ones();
            flipped <= 1
        })
    };
    !id.is_empty() && bytes.windows(id.len()).any(is_id)
}
