//! Requests to erase somebody: a file each, in a folder that only we may enter.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::ErasureError;
use super::files::{self, Active};
use crate::private;
use crate::store::Whom;

/// Who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Asker {
    /// The command line.
    CommandLine,
    /// The API.
    Api,
    /// The person, by way of Meta.
    Meta,
}

/// Whom it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The Page; `None`: every Page that knows this id, and the ids that Meta tells.
    pub page: Option<String>,
    /// PSID, IGSID, or the app-scoped id of Meta's callback.
    pub person: String,
}

/// What was found and is gone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Found {
    /// People: one a Page.
    pub people: u64,
    /// Their events.
    pub events: u64,
    /// Records of the journal that were changed or removed.
    pub journal_records: u64,
    /// Files of reports that were removed.
    pub report_files: u64,
    /// Copies out of our reach, and what else somebody should know.
    pub notes: Vec<String>,
}

/// What a request comes to, written down before anything is taken away: what is gone is not found a second time. It
/// names the person, and goes when the request is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// All names of theirs. The tables are not among it: they are looked up each time.
    pub whom: Whom,
    /// When they did something, UTC milliseconds.
    pub active: Option<Active>,
    /// Files of reports that list people over days on which they did something.
    pub report_files: BTreeSet<PathBuf>,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number.
    pub code: String,
    /// When it was made, UTC milliseconds.
    pub asked_at: i64,
    /// Who made it.
    pub by: Asker,
    /// Whom it is about; forgotten when it is done.
    pub subject: Option<Subject>,
    /// What it comes to; forgotten when it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// When it was done, UTC milliseconds.
    pub done_at: Option<i64>,
    /// What came of it so far.
    pub found: Found,
    /// Why it is not done yet.
    pub error: String,
    /// How often it failed.
    #[serde(default)]
    pub failures: u32,
}

/// The folder of requests.
#[derive(Debug, Clone)]
pub struct Ledger {
    folder: PathBuf,
    /// UTC milliseconds.
    clock: fn() -> i64,
}

impl Ledger {
    /// The requests of a folder; it is made when the first comes.
    #[must_use]
    pub fn new(folder: PathBuf, clock: fn() -> i64) -> Self {
        Self { folder, clock }
    }

    /// Notes what Meta asks for; it is on disk when this returns. What is asked for by the same `signed` text, or once
    /// more while it is not done, is the same request, done or not: nobody who has got hold of a text from before can
    /// have somebody erased again.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn ask_once(&self, subject: Subject, signed: Option<&str>) -> Result<Entry, ErasureError> {
        let code = signed.map(|text| hex::encode(&Sha256::digest(text)[..16]));
        let known = code.as_deref().map(|code| self.find(code)).transpose()?.flatten();
        let is_same =
            |entry: &Entry| entry.by == Asker::Meta && entry.subject.as_ref() == Some(&subject);
        match known {
            Some(known) => Ok(known),
            None => match self.open()?.0.into_iter().find(is_same) {
                Some(open) => Ok(open),
                None => self.note(subject, Asker::Meta, code),
            },
        }
    }

    /// Notes a request; it is on disk when this returns.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn ask(&self, subject: Subject, by: Asker) -> Result<Entry, ErasureError> {
        self.note(subject, by, None)
    }

    fn note(
        &self,
        subject: Subject,
        by: Asker,
        code: Option<String>,
    ) -> Result<Entry, ErasureError> {
        let entry = Entry {
            code: code.unwrap_or_else(|| uuid::Uuid::new_v4().simple().to_string()),
            asked_at: self.now(),
            by,
            subject: Some(subject),
            plan: None,
            done_at: None,
            found: Found::default(),
            error: String::new(),
            failures: 0,
        };
        self.save(&entry)?;
        Ok(entry)
    }

    /// The request of that number.
    ///
    /// # Errors
    /// If its file cannot be read.
    pub fn find(&self, code: &str) -> Result<Option<Entry>, ErasureError> {
        // What else could be asked for would be another file.
        if code.len() != 32 || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Ok(None);
        }
        Self::read(&self.path(code))
    }

    /// Requests that are not carried out yet, the oldest first, and why others cannot be read.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn open(&self) -> Result<(Vec<Entry>, Vec<ErasureError>), ErasureError> {
        let (mut open, mut unreadable) = (Vec::new(), Vec::new());
        let files = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((open, unreadable)),
            files => files.map_err(ErasureError::at(&self.folder))?,
        };
        for file in files {
            let path = file.map_err(ErasureError::at(&self.folder))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                match Self::read(&path) {
                    Ok(entry) => open.extend(entry.filter(|entry| entry.subject.is_some())),
                    Err(error) => unreadable.push(error),
                }
            }
        }
        open.sort_by(|one: &Entry, other| {
            (one.asked_at, &one.code).cmp(&(other.asked_at, &other.code))
        });
        Ok((open, unreadable))
    }

    /// Writes a request in place of what was known of it.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn save(&self, entry: &Entry) -> Result<(), ErasureError> {
        let path = self.path(&entry.code);
        let text = serde_json::to_vec_pretty(entry).map_err(io::Error::from);
        text.and_then(|text| private::replace(&path, &text)).map_err(ErasureError::at(&path))
    }

    /// Removes what a process left behind that was killed while it wrote a request down. To be called before requests
    /// are carried out: nobody writes one then.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn sweep(&self) -> Result<(), ErasureError> {
        files::remove_unfinished(&self.folder)
    }

    /// Now, UTC milliseconds.
    pub(super) fn now(&self) -> i64 {
        (self.clock)()
    }

    fn path(&self, code: &str) -> PathBuf {
        self.folder.join(format!("{code}.json"))
    }

    fn read(path: &Path) -> Result<Option<Entry>, ErasureError> {
        match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            bytes => {
                let entry =
                    bytes.and_then(|bytes| serde_json::from_slice(&bytes).map_err(Into::into));
                entry.map(Some).map_err(ErasureError::at(path))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_meta_asks_for_again_is_the_same_request() {
        let room = tempfile::tempdir().unwrap();
        let ledger = Ledger::new(room.path().join("erasures"), || 1_000);
        let subject = |person: &str| Subject { page: None, person: person.to_owned() };
        let ask = |person, signed| ledger.ask_once(subject(person), signed).unwrap();
        let first = ask("7", Some("a.b"));
        assert_eq!(ask("7", Some("a.b")), first);
        assert_eq!(ask("7", Some("c.d")), first, "it is under way");
        assert_ne!(ask("8", Some("e.f")).code, first.code);
        assert_ne!(ledger.ask(subject("7"), Asker::CommandLine).unwrap().code, first.code);
        let done = Entry { subject: None, done_at: Some(2_000), ..first.clone() };
        ledger.save(&done).unwrap();
        assert_eq!(ask("7", Some("a.b")), done, "sent again by whomever");
        assert_ne!(ask("7", Some("c.d")).code, first.code);
        // Without an instant one request is like the other.
        ledger.save(&done).unwrap();
        assert_ne!(ask("9", None).code, first.code);
    }
}
