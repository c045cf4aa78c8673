//! Who was erased, as salted hashes: neither a replay, an import, a restored backup nor a second delivery may bring
//! them back. The hashes are kept as long as one of these may come; what a person does after the erasure is taken.
//!
//! Two files in the folder of requests: `salt`, made once, and `tombstones`. A third, `returned`, says that the journal
//! holds records of erased people again; it is called `returned.working` while they are taken out.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::domain::{Event, Timestamp};
use crate::normalize::{PersonName, is_number, item_is_erased, number_alone};
use crate::private;
use crate::store::client::kept_twice;

/// Bytes of a salt: three random UUIDs.
const SALT_BYTES: usize = 48;
/// Backups are often kept for a month: one that is restored within it brings nobody back.
const LEAST: Duration = Duration::from_secs(35 * 24 * 3600);
/// How long Meta delivers a webhook again and again.
const DELIVERED_AGAIN: Duration = Duration::from_secs(36 * 3600);

type Mark = [u8; 16];

/// The tombstones of a data folder; cheap to clone.
#[derive(Debug, Clone)]
pub struct Tombstones {
    folder: PathBuf,
    /// How long one is kept after the erasure.
    keep: Duration,
    /// UTC milliseconds.
    clock: fn() -> i64,
    known: Arc<Mutex<Known>>,
}

/// What was read last, and which file that was.
#[derive(Debug, Default)]
struct Known {
    file: Option<(SystemTime, u64, u64)>,
    /// `None` before the first time.
    marks: Option<Arc<Marks>>,
}

/// The tombstones of one moment.
#[derive(Debug, Default)]
pub struct Marks {
    keyed: Option<Hmac<Sha256>>,
    /// UTC milliseconds of the erasure, by the hash of a name.
    erased: HashMap<Mark, i64>,
}

/// A line of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Line {
    mark: String,
    /// UTC milliseconds: what happened up to then is not taken.
    erased_at: i64,
    /// UTC milliseconds: when the line goes.
    until: i64,
}

impl Tombstones {
    /// The tombstones of a folder. `journal_keeps` is how long a journal keeps what is shipped.
    #[must_use]
    pub fn new(folder: PathBuf, journal_keeps: Duration, clock: fn() -> i64) -> Self {
        let keep = LEAST.max(journal_keeps + DELIVERED_AGAIN);
        Self { folder, keep, clock, known: Arc::default() }
    }

    /// The tombstones as they are now. If their file cannot be read any more, those that were read last count, and the
    /// log tells it.
    ///
    /// # Errors
    /// If it cannot be read, and was not read before.
    pub fn marks(&self) -> io::Result<Arc<Marks>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = |about: fs::Metadata| Ok((about.modified()?, about.len(), about.ino()));
        let file = match fs::metadata(self.path()).and_then(stamp) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::error!(%error, "the list of erased people cannot be read");
                return known.marks.clone().ok_or(error);
            }
        };
        if known.marks.is_none() || known.file != file {
            match self.read() {
                Ok(marks) => *known = Known { file, marks: Some(Arc::new(marks)) },
                Err(error) if known.marks.is_none() => return Err(error),
                Err(error) => {
                    let path = self.path();
                    tracing::error!(%error, path = %path.display(), "erased people may come back: restore this file");
                    known.file = file;
                }
            }
        }
        Ok(known.marks.clone().unwrap_or_default())
    }

    /// Writes tombstones for some names, in place of earlier ones: what happened up to `erased_at` (UTC milliseconds)
    /// is not taken any more. They are on disk when this returns.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn write(&self, names: &[PersonName<'_>], erased_at: i64) -> io::Result<()> {
        let now = (self.clock)();
        let keyed = keyed(&self.salt()?)?;
        // Until an erasure is done its instant is none.
        let at = if erased_at == i64::MAX { now } else { now.max(erased_at) };
        let until = at.saturating_add(millis(self.keep));
        let mut lines = self.lines()?;
        lines.retain(|line| line.until > now);
        for name in names {
            let mark = hex::encode(mark(&keyed, *name));
            lines.retain(|line| line.mark != mark);
            lines.push(Line { mark, erased_at, until });
        }
        kept_twice::write(&self.path(), &serde_json::to_vec(&lines)?)
    }

    /// Notes that the journal holds records of erased people again; the note is on disk when this returns.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn note_returned(&self) -> io::Result<()> {
        let note = self.returned();
        if note.exists() { Ok(()) } else { private::replace(&note, b"") }
    }

    /// Whether that has been noted, or was being worked at by a process that was cut off.
    #[must_use]
    pub fn has_returned(&self) -> bool {
        self.returned().exists() || self.working().exists()
    }

    /// Puts the note aside, before the journal is looked through: what comes meanwhile is noted anew.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn begin_returned(&self) -> io::Result<()> {
        match fs::rename(self.returned(), self.working()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Forgets what was put aside: the journal has been looked through.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn end_returned(&self) -> io::Result<()> {
        match fs::remove_file(self.working()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The list.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.join("tombstones")
    }

    fn returned(&self) -> PathBuf {
        self.folder.join("returned")
    }

    fn working(&self) -> PathBuf {
        self.folder.join("returned.working")
    }

    fn salt(&self) -> io::Result<Vec<u8>> {
        let path = self.folder.join("salt");
        if let Some(salt) = kept_twice::read(&path, |salt| salt.len() == SALT_BYTES)? {
            return Ok(salt);
        }
        // Two numbers by chance from the system have more of it than is needed.
        let chance = [(); 3].map(|()| uuid::Uuid::new_v4().into_bytes()).concat();
        kept_twice::write(&path, &chance)?;
        Ok(chance)
    }

    fn lines(&self) -> io::Result<Vec<Line>> {
        let is_plain = |text: &[u8]| serde_json::from_slice::<Vec<Line>>(text).is_ok();
        match kept_twice::read(&self.path(), is_plain)? {
            Some(text) => Ok(serde_json::from_slice(&text)?),
            None => Ok(Vec::new()),
        }
    }

    fn read(&self) -> io::Result<Marks> {
        let now = (self.clock)();
        let mut erased = HashMap::new();
        for line in self.lines()?.into_iter().filter(|line| line.until > now) {
            let mut mark = Mark::default();
            hex::decode_to_slice(&line.mark, &mut mark).map_err(io::Error::other)?;
            erased.insert(mark, line.erased_at);
        }
        let keyed = if erased.is_empty() { None } else { Some(keyed(&self.salt()?)?) };
        Ok(Marks { keyed, erased })
    }
}

impl Marks {
    /// Whether nobody is marked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.erased.is_empty()
    }

    /// Whether a name is that of somebody who was erased, and something that happened then is not taken any more.
    #[must_use]
    pub fn is_erased(&self, name: PersonName<'_>, time: Timestamp) -> bool {
        self.erased_at(name).is_some_and(|erased_at| time.0 <= erased_at)
    }

    /// When somebody of that name was erased, UTC milliseconds; `i64::MAX` while it is under way.
    #[must_use]
    pub fn erased_at(&self, name: PersonName<'_>) -> Option<i64> {
        self.erased.get(&mark(self.keyed.as_ref()?, name)).copied()
    }

    /// Whether an event is of somebody who was erased after it.
    #[must_use]
    pub fn covers(&self, event: &Event) -> bool {
        if self.is_empty() {
            return false;
        }
        let (page, time) = (&event.page, event.time);
        if event.person.is_empty() {
            let is_erased = |name: PersonName<'_>, time: Timestamp| self.is_erased(name, time);
            return item_is_erased(&event.raw, page, time, &is_erased);
        }
        let is_alone = is_number(&event.person);
        let is_named = |id: &str| {
            self.is_erased(PersonName::Person { page, id }, time)
                || is_alone
                    && self.is_erased(PersonName::Person { page, id: &number_alone(id) }, time)
        };
        is_named(&event.person) || event.aliases.iter().any(|alias| is_named(alias))
    }
}

fn keyed(salt: &[u8]) -> io::Result<Hmac<Sha256>> {
    Hmac::new_from_slice(salt).map_err(io::Error::other)
}

fn mark(keyed: &Hmac<Sha256>, name: PersonName<'_>) -> Mark {
    let (kind, parts) = match name {
        PersonName::Person { page, id } => (b'p', [page, id]),
        PersonName::Contact(hash) => (b'c', [hash, ""]),
        PersonName::Report(id) => (b'r', [id, ""]),
    };
    let mut hash = keyed.clone();
    hash.update(&[kind]);
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize().into_bytes();
    let mut mark = Mark::default();
    mark.copy_from_slice(&digest[..16]);
    mark
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const ANNA: PersonName<'_> = PersonName::Person { page: "1", id: "7100000000000001" };

    fn tombstones(folder: &Path, clock: fn() -> i64) -> Tombstones {
        Tombstones::new(folder.join("erasures"), Duration::from_secs(72 * 3600), clock)
    }

    #[test]
    fn who_is_cut_off_while_they_take_out_what_came_back_leaves_the_note() {
        let room = tempfile::tempdir().unwrap();
        let ours = tombstones(room.path(), || 1_000);
        ours.note_returned().unwrap();
        ours.begin_returned().unwrap();
        assert!(ours.has_returned());
        // Who begins again has nothing new, and what comes meanwhile is noted beside it.
        ours.begin_returned().unwrap();
        ours.note_returned().unwrap();
        ours.end_returned().unwrap();
        assert!(ours.has_returned());
        ours.begin_returned().unwrap();
        ours.end_returned().unwrap();
        assert!(!ours.has_returned());
    }

    #[test]
    fn what_happened_before_an_erasure_is_not_taken_and_what_happens_after_it_is() {
        use std::os::unix::fs::PermissionsExt;
        let room = tempfile::tempdir().unwrap();
        let ours = tombstones(room.path(), || 1_000);
        assert!(ours.marks().unwrap().is_empty());
        ours.write(&[ANNA, PersonName::Contact("h")], i64::MAX).unwrap();
        assert!(ours.marks().unwrap().is_erased(ANNA, Timestamp(5_000)));
        ours.write(&[ANNA], 2_000).unwrap();
        let marks = ours.marks().unwrap();
        assert!(
            marks.is_erased(ANNA, Timestamp(2_000)) && !marks.is_erased(ANNA, Timestamp(2_001))
        );
        assert!(marks.is_erased(PersonName::Contact("h"), Timestamp(9_000)));
        let others = [
            PersonName::Person { page: "2", id: "7100000000000001" },
            PersonName::Person { page: "17", id: "100000000000001" },
            PersonName::Report("h"),
        ];
        assert!(others.iter().all(|name| !marks.is_erased(*name, Timestamp(0))));
        // Another process knows the same by the same salt; nobody is named in the files.
        assert!(tombstones(room.path(), || 1_000).marks().unwrap().is_erased(ANNA, Timestamp(0)));
        for name in ["salt", "tombstones"] {
            let path = room.path().join("erasures").join(name);
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
            assert!(!String::from_utf8_lossy(&fs::read(&path).unwrap()).contains("71000000"));
        }
        // Its time is over when neither journal nor backup can bring it back.
        let later = tombstones(room.path(), || 1_000 + 36 * 24 * 3_600_000);
        assert!(later.marks().unwrap().is_empty());
        later.write(&[PersonName::Report("r")], 0).unwrap();
        assert_eq!(later.lines().unwrap().len(), 1);
    }

    #[test]
    fn a_damaged_list_lets_nobody_back() {
        let room = tempfile::tempdir().unwrap();
        let ours = tombstones(room.path(), || 1_000);
        ours.write(&[ANNA], 2_000).unwrap();
        assert!(!ours.marks().unwrap().is_empty());
        // One bit of either file: the copy counts, for who knows the list and for who does not.
        for name in ["salt", "tombstones"] {
            let path = room.path().join("erasures").join(name);
            let whole = fs::read(&path).unwrap();
            let mut damaged = whole.clone();
            damaged[7] ^= 1;
            fs::write(&path, damaged).unwrap();
            let marks = tombstones(room.path(), || 1_000).marks().unwrap();
            assert!(marks.is_erased(ANNA, Timestamp(0)), "{name}");
            fs::write(&path, whole).unwrap();
        }
        // Both copies: who has read it before goes by that, others know nothing and say so.
        for name in ["tombstones", "tombstones.copy"] {
            fs::write(room.path().join("erasures").join(name), "torn").unwrap();
        }
        assert!(ours.marks().unwrap().is_erased(ANNA, Timestamp(0)));
        assert!(tombstones(room.path(), || 1_000).marks().is_err());
        assert!(ours.write(&[ANNA], 3_000).is_err());
    }
}
