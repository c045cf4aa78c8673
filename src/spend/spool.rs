//! Pages of a window that is not complete yet, in a file: a sync that is cut off goes on where it was.
//! Only a complete window goes into the database.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::plan::Window;
use crate::domain::AdDay;
use crate::private;

/// What has been fetched of a window.
#[derive(Debug)]
pub(super) struct Spool {
    path: PathBuf,
    file: File,
    /// Number of the report that is read, if there is one.
    pub run_id: Option<String>,
    /// Rows of all pages so far.
    pub days: Vec<AdDay>,
    /// Cursor of the next page; `None` before the first and behind the last.
    pub after: Option<String>,
    /// Whether the last page is here.
    pub is_complete: bool,
    /// Pages that were here already when it was opened.
    pub pages_kept: u64,
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
enum Line {
    /// A report has been begun.
    Run(String),
    /// A page has been read.
    Page { days: Vec<AdDay>, after: Option<String> },
}

impl Spool {
    /// Opens the spool of a window, with what an earlier sync has left in it since `fresh_since`.
    pub(super) fn open(
        folder: &Path,
        account_id: &str,
        window: Window,
        fresh_since: jiff::Timestamp,
    ) -> io::Result<Self> {
        private::folder(folder)?;
        let path = folder.join(format!("{account_id}-{}-{}.pages", window.since, window.until));
        let is_fresh = fs::metadata(&path).and_then(|about| about.modified()).is_ok_and(|time| {
            jiff::Timestamp::try_from(time).is_ok_and(|time| time >= fresh_since)
        });
        let kept = if is_fresh { read(&path)? } else { Vec::new() };
        let mut spool = Self {
            file: private::create(&path)?,
            path,
            run_id: None,
            days: Vec::new(),
            after: None,
            is_complete: false,
            pages_kept: 0,
        };
        for line in kept {
            match line {
                Line::Run(run_id) => spool.note_run(run_id)?,
                Line::Page { days, after } => {
                    spool.add(days, after)?;
                    spool.pages_kept += 1;
                }
            }
        }
        Ok(spool)
    }

    /// A report has been begun: its pages are others than those so far.
    pub(super) fn note_run(&mut self, run_id: String) -> io::Result<()> {
        self.forget_pages()?;
        self.write(&Line::Run(run_id.clone()))?;
        self.run_id = Some(run_id);
        Ok(())
    }

    /// A page has been read.
    pub(super) fn add(&mut self, days: Vec<AdDay>, after: Option<String>) -> io::Result<()> {
        let line = Line::Page { days, after };
        self.write(&line)?;
        if let Line::Page { days, after } = line {
            self.days.extend(days);
            self.is_complete = after.is_none();
            self.after = after;
        }
        Ok(())
    }

    /// Begins anew.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        self.run_id = None;
        self.forget_pages()
    }

    fn forget_pages(&mut self) -> io::Result<()> {
        self.file = private::create(&self.path)?;
        self.days.clear();
        (self.after, self.is_complete) = (None, false);
        Ok(())
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.file.write_all(&text)
    }

    /// Its window is in the database.
    pub(super) fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

/// The whole lines; what is torn is fetched again.
fn read(path: &Path) -> io::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        let Ok(line) = serde_json::from_slice(&line?) else { break };
        lines.push(line);
    }
    Ok(lines)
}

/// Removes spools of an account's windows that nobody asks for any more.
pub(super) fn remove_old(folder: &Path, account_id: &str, fresh_since: jiff::Timestamp) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let is_its = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with(&format!("{account_id}-")) && name.ends_with(".pages")
    };
    for entry in entries.flatten().filter(is_its) {
        let modified = entry.metadata().and_then(|about| about.modified());
        let is_old = modified
            .is_ok_and(|time| jiff::Timestamp::try_from(time).is_ok_and(|time| time < fresh_since));
        if is_old {
            fs::remove_file(entry.path()).ok();
        }
    }
}
