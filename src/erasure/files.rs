//! Files on disk that may hold a person: those of reports that list people over days on which the person did
//! something, what killed processes left behind, and the engine's log.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::ErasureError;
use crate::domain::Timestamp;
use crate::reports::{Destination, ReportSettings, Side};

/// When somebody did something: first and last time, UTC milliseconds, both inclusive.
pub(super) type Active = (i64, i64);

/// Files of reports that may list a person.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ReportFiles {
    /// Files that are there. Side files are not among them: they tell what there was, and name nobody.
    pub here: BTreeSet<PathBuf>,
    /// Which other destinations got copies.
    pub notes: BTreeSet<String>,
}

/// Finds such files where they were made and in the folders that they were delivered to.
pub(super) fn find(settings: &ReportSettings, active: Active) -> Result<ReportFiles, ErasureError> {
    let mut folders = Vec::new();
    for report in subfolders(&settings.folder)? {
        folders.extend(subfolders(&report)?);
    }
    let destinations: Vec<PathBuf> = settings
        .destinations
        .values()
        .filter_map(|destination| match destination {
            Destination::Folder(folder) => Some(folder.clone()),
            _ => None,
        })
        .collect();
    folders.extend(destinations.iter().cloned());
    let mut found = ReportFiles::default();
    for folder in folders {
        for path in entries(&folder)? {
            let side = match side(&path)? {
                JsonFile::Side(side) => side,
                // Where others have files too it may be one of theirs; ours lies beside the report's files as well.
                JsonFile::Other if path.starts_with(&settings.folder) => {
                    found.notes.insert(format!(
                        "{}: a damaged side file: look whether the files beside it list this person",
                        path.display()
                    ));
                    continue;
                }
                JsonFile::Other | JsonFile::None => continue,
            };
            if !lists_people(&side.definition.question) || !overlaps(&side, active) {
                continue;
            }
            // A delivery that was cut off leaves files without their side file, or parts of files.
            for folder in std::iter::once(&folder).chain(&destinations) {
                for file in &side.files {
                    let names = [file.name.clone(), format!(".{}.part", file.name)];
                    let paths = names.map(|name| folder.join(name));
                    found.here.extend(paths.into_iter().filter(|path| path.exists()));
                }
            }
            found.notes.extend(side.definition.to.iter().filter_map(|name| {
                let kind = match settings.destinations.get(name) {
                    Some(Destination::Folder(_)) => return None,
                    Some(place) => place.kind(),
                    None => "which the settings do not name any more",
                };
                let run = &side.run;
                Some(format!(
                    "a copy may lie out of our reach: {run}: the destination {name} ({kind})"
                ))
            }));
        }
    }
    Ok(found)
}

/// Removes files; how many were there.
pub(super) fn remove(files: &BTreeSet<PathBuf>) -> Result<u64, ErasureError> {
    let mut removed = 0;
    for path in files {
        match fs::remove_file(path) {
            Ok(()) => removed += 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(ErasureError::at(path)(error)),
        }
    }
    Ok(removed)
}

/// Removes files of reports that are being made, or whose making was cut off: nothing tells what is in them. A run
/// that is under way fails by that and is tried again.
pub(super) fn remove_parts(settings: &ReportSettings) -> Result<(), ErasureError> {
    for report in subfolders(&settings.folder)? {
        for part in subfolders(&report)? {
            let name = part.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with('.') && part.extension().is_some_and(|end| end == "part") {
                gone(fs::remove_dir_all(&part)).map_err(ErasureError::at(&part))?;
            }
        }
    }
    Ok(())
}

/// Removes files of a folder that were never put in their place, because the process that wrote them was killed.
pub(super) fn remove_unfinished(folder: &Path) -> Result<(), ErasureError> {
    for path in entries(folder)? {
        if path.extension().is_some_and(|extension| extension == "new") {
            gone(fs::remove_file(&path)).map_err(ErasureError::at(&path))?;
        }
    }
    Ok(())
}

/// Whether one of some texts stands in a file of a folder; no other folder is looked into.
pub(super) fn mention(folder: &Path, texts: &regex::bytes::Regex) -> Result<bool, ErasureError> {
    for path in entries(folder)? {
        match fs::read(&path) {
            Ok(bytes) if texts.is_match(&bytes) => return Ok(true),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(_) if path.is_dir() => {}
            Err(error) => return Err(ErasureError::at(&path)(error)),
        }
    }
    Ok(false)
}

/// Overwrites these names in a log that another process goes on writing, where they stand as words of their own.
pub(super) fn blank(log: &Path, names: &BTreeSet<String>) -> Result<(), ErasureError> {
    use std::os::unix::fs::FileExt;
    let bytes = match fs::read(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        bytes => bytes.map_err(ErasureError::at(log))?,
    };
    let file = fs::File::options().write(true).open(log).map_err(ErasureError::at(log))?;
    for name in names {
        let blank = vec![b'*'; name.len()];
        for at in words(&bytes, name.as_bytes()) {
            file.write_all_at(&blank, at as u64).map_err(ErasureError::at(log))?;
        }
    }
    Ok(())
}

/// Where a name stands in some bytes without a letter, a digit or `_` beside it.
fn words(bytes: &[u8], name: &[u8]) -> Vec<usize> {
    let is_word = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80)
    };
    let mut found = Vec::new();
    if name.is_empty() {
        return found;
    }
    for (at, window) in bytes.windows(name.len()).enumerate() {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        if window == name && !is_word(before) && !is_word(bytes.get(at + name.len())) {
            found.push(at);
        }
    }
    found
}

/// Questions whose rows are about one person each.
fn lists_people(question: &str) -> bool {
    matches!(question, "conversations" | "touchpoints" | "conversions")
}

fn overlaps(side: &Side, (first, last): Active) -> bool {
    let instant = |text: &str| text.parse::<jiff::Timestamp>().ok();
    let (from, to) = (instant(&side.from), instant(&side.to));
    // What cannot be read may overlap.
    from.is_none_or(|from| Timestamp(from.as_millisecond()) <= Timestamp(last))
        && to.is_none_or(|to| Timestamp(to.as_millisecond()) > Timestamp(first))
}

/// What a file may be that lies where side files do.
enum JsonFile {
    Side(Box<Side>),
    /// JSON by its name.
    Other,
    None,
}

fn side(path: &Path) -> Result<JsonFile, ErasureError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if !name.ends_with(".json") || name.ends_with(".rows.json") {
        return Ok(JsonFile::None);
    }
    let text = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(JsonFile::None),
        Err(_) if path.is_dir() => return Ok(JsonFile::None),
        text => text.map_err(ErasureError::at(path))?,
    };
    Ok(serde_json::from_slice(&text).map_or(JsonFile::Other, |side| JsonFile::Side(Box::new(side))))
}

pub(super) fn subfolders(folder: &Path) -> Result<Vec<PathBuf>, ErasureError> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ErasureError> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => {
            let paths = entries
                .map_err(ErasureError::at(folder))?
                .map(|entry| entry.map(|entry| entry.path()));
            paths.collect::<io::Result<_>>().map_err(ErasureError::at(folder))
        }
    }
}

/// What somebody else has removed is gone too.
pub(super) fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_keeps_the_ids_of_others() {
        let room = tempfile::tempdir().unwrap();
        let log = room.path().join("engine.log");
        fs::write(&log, "'7000000000000001', 70000000000000012 x7000000000000001").unwrap();
        blank(&log, &["7000000000000001".to_owned(), String::new()].into()).unwrap();
        let left = fs::read_to_string(&log).unwrap();
        assert_eq!(left, "'****************', 70000000000000012 x7000000000000001");
        blank(&room.path().join("none"), &BTreeSet::new()).unwrap();
    }
}
