//! Files of reports that may hold a person: lists of rows over a range in which they did something.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::ErasureError;
use super::ledger::{Found, failed};
use crate::domain::Timestamp;
use crate::reports::{Destination, ReportSettings, Side};

/// When somebody did something: first and last event, UTC milliseconds, both inclusive.
pub(super) type Active = (i64, i64);

/// Removes such files from where they were made and from folders they were delivered to; the side files stay, and
/// tell what there was. Notes which other destinations got copies.
pub(super) fn remove(
    settings: &ReportSettings,
    active: Active,
    found: &mut Found,
) -> Result<(), ErasureError> {
    let mut folders = Vec::new();
    for report in subfolders(&settings.folder)? {
        folders.extend(subfolders(&report)?);
    }
    for destination in settings.destinations.values() {
        if let Destination::Folder(folder) = destination {
            folders.push(folder.clone());
        }
    }
    let mut elsewhere = Vec::new();
    for folder in folders {
        for path in entries(&folder)? {
            let Some(side) = side(&path) else { continue };
            if !lists_people(&side.definition.question) || !overlaps(&side, active) {
                continue;
            }
            for file in &side.files {
                let path = path.with_file_name(&file.name);
                match fs::remove_file(&path) {
                    Ok(()) => found.report_files += 1,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(failed(&path)(error)),
                }
            }
            elsewhere.extend(side.definition.to.iter().filter_map(|name| {
                let place = settings.destinations.get(name)?;
                let is_near = matches!(place, Destination::Folder(_));
                (!is_near)
                    .then(|| format!("{}: the destination {name} ({})", side.run, place.kind()))
            }));
        }
    }
    elsewhere.sort_unstable();
    elsewhere.dedup();
    found.notes.extend(
        elsewhere.into_iter().map(|copy| format!("a copy may lie out of our reach: {copy}")),
    );
    Ok(())
}

/// Overwrites these ids where they stand in a log that another process goes on writing.
pub(super) fn blank(log: &Path, ids: &[String]) -> Result<(), ErasureError> {
    use std::os::unix::fs::FileExt;
    let bytes = match fs::read(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        bytes => bytes.map_err(failed(log))?,
    };
    let file = fs::File::options().write(true).open(log).map_err(failed(log))?;
    for id in ids.iter().filter(|id| !id.is_empty()) {
        let blank = vec![b'*'; id.len()];
        for (at, window) in bytes.windows(id.len()).enumerate() {
            if window == id.as_bytes() {
                file.write_all_at(&blank, at as u64).map_err(failed(log))?;
            }
        }
    }
    Ok(())
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

fn side(path: &Path) -> Option<Side> {
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    if !is_json {
        return None;
    }
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn subfolders(folder: &Path) -> Result<Vec<PathBuf>, ErasureError> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ErasureError> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => {
            let paths =
                entries.map_err(failed(folder))?.map(|entry| entry.map(|entry| entry.path()));
            paths.collect::<io::Result<_>>().map_err(failed(folder))
        }
    }
}
