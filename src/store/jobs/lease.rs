//! Leases: the right to do a piece of work, which one process at a time has, whatever machine it runs on.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::private;
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::client::moment::Moment;
use crate::store::jobs::shared_lease::SharedLease;

/// How long a lease lasts of which nothing is heard any more.
const LASTS: Duration = Duration::from_secs(15);
/// How often it is renewed.
const RENEWED: Duration = Duration::from_secs(4);
/// How long before its end nothing is begun any more.
const MARGIN: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// Versions that one lease may give.
const VERSIONS_OF_LEASE: u64 = 1 << 32;
/// Versions that are noted in a file at once.
const VERSIONS_OF_FILE: u64 = 1000;
/// Digits of the number that a lease's file holds.
const DIGITS: usize = 20;

/// The right to do a piece of work, until it is ended or dropped.
#[derive(Debug)]
pub struct Lease {
    store: Store,
    /// Among the processes of this data folder a file decides.
    file: Arc<File>,
    path: PathBuf,
    /// Among those of other folders and machines a row of `claims`.
    shared: Option<Shared>,
    /// The next version, and the one behind the last; `None` until the first is asked for.
    versions: Option<(u64, u64)>,
}

#[derive(Debug)]
struct Shared {
    lease: SharedLease,
    /// When it was renewed last.
    renewed: Arc<Mutex<Moment>>,
    renewing: JoinHandle<()>,
}

impl Store {
    /// Waits until nobody else does the work that a file is named after, and keeps everybody from it.
    ///
    /// # Errors
    /// If the file cannot be made or locked, or ClickHouse cannot be asked.
    pub async fn wait_for_lease(&self, path: &Path) -> Result<Lease, StoreError> {
        let file = wait_for_lock(self, path).await;
        let file = file.map_err(|source| StoreError::Lock { path: path.to_owned(), source })?;
        let (store, file) = (self.clone(), Arc::new(file));
        let mut lease = Lease { store, file, path: path.to_owned(), shared: None, versions: None };
        if !self.endpoint.is_shared {
            return Ok(lease);
        }
        // As the table's own rules know it.
        let work = format!("turn {}", path.file_stem().unwrap_or_default().to_string_lossy());
        let holder = uuid::Uuid::new_v4().to_string();
        let lasts = i64::try_from(LASTS.as_millis()).unwrap_or(i64::MAX);
        let (shared, asked) = loop {
            // Before it is asked for: it lasts no shorter than is believed.
            let asked = Moment::now();
            if let Some(shared) = self.try_lease(&work, &holder, lasts, true).await? {
                break (shared, asked);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        };
        let renewed = Arc::new(Mutex::new(asked));
        let (store, kept, heard) = (self.clone(), shared.clone(), Arc::clone(&renewed));
        let renewing = tokio::spawn(async move {
            let note = |asked| *heard.lock().unwrap_or_else(PoisonError::into_inner) = asked;
            store.keep_renewing(&kept, RENEWED, note).await;
        });
        lease.shared = Some(Shared { lease: shared, renewed, renewing });
        Ok(lease)
    }
}

impl Lease {
    /// Whether it still is this process's, by its own clock: asked before something is begun.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.shared.as_ref().is_none_or(|shared| {
            let renewed = shared.renewed.lock().unwrap_or_else(PoisonError::into_inner);
            renewed.elapsed() < LASTS.saturating_sub(MARGIN)
        })
    }

    /// Whether it still is this process's, by its own clock and by what ClickHouse says: asked before what cannot be
    /// undone. A process may have been stopped for any time; who has had the work since finds all that this one wrote
    /// before it asked.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn is_held(&self) -> Result<bool, StoreError> {
        match &self.shared {
            Some(shared) => Ok(self.holds() && self.store.is_held(&shared.lease).await?),
            None => Ok(true),
        }
    }

    /// A version for what is written next: higher than all that were given before, under earlier leases too, by
    /// whatever process. What one writes late whose lease is over therefore loses against what was written since.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked, or the file cannot be written.
    pub async fn version(&mut self) -> Result<u64, StoreError> {
        let (next, end) = match self.versions {
            Some((next, end)) if next < end => (next, end),
            _ => self.reserve().await?,
        };
        self.versions = Some((next + 1, end));
        Ok(next)
    }

    /// The versions of this lease. Its number tells them, if it has one; else the file, which keeps how far they are
    /// given.
    async fn reserve(&self) -> Result<(u64, u64), StoreError> {
        if let Some(shared) = &self.shared {
            let begin = u64::from(shared.lease.number) << 32;
            return Ok((begin, begin.saturating_add(VERSIONS_OF_LEASE)));
        }
        let failed = |source| StoreError::Lock { path: self.path.clone(), source };
        let given = match given(&self.file) {
            Some(given) => given,
            None => self.store.newest_made().await?,
        };
        let begin = given.saturating_add(1);
        let end = begin.saturating_add(VERSIONS_OF_FILE);
        let file = Arc::clone(&self.file);
        let noted = self.store.compute(move || note(&file, end)).await;
        noted.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(failed)?;
        Ok((begin, end))
    }

    /// Ends it before the process ends; one that is only dropped ends soon, at the latest by itself some seconds later.
    pub async fn end(mut self) {
        let Some(shared) = self.shared.take() else { return };
        shared.renewing.abort();
        if let Err(error) = self.store.end_lease(shared.lease).await {
            tracing::debug!(%error, "a lease ends by itself");
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(shared) = self.shared.take() else { return };
        shared.renewing.abort();
        let store = self.store.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { store.end_lease(shared.lease).await });
        }
    }
}

/// How far versions are given; `None` if the file does not tell.
fn given(file: &File) -> Option<u64> {
    let mut digits = [0; DIGITS];
    file.read_exact_at(&mut digits, 0).ok()?;
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

/// Notes that versions up to that one may have been given, so that it outlasts a power cut.
fn note(file: &File, until: u64) -> io::Result<()> {
    file.write_all_at(format!("{until:0DIGITS$}\n").as_bytes(), 0)?;
    file.sync_data()
}

/// Waits until no other process holds the file, and holds it until it is dropped.
async fn wait_for_lock(store: &Store, path: &Path) -> io::Result<File> {
    let path = path.to_owned();
    let locked = store.compute(move || {
        let file = private::lock_file(&path)?;
        file.lock().map(|()| file)
    });
    locked.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_tells_how_far_versions_are_given() {
        let file = tempfile::tempfile().unwrap();
        assert_eq!(given(&file), None);
        for until in [7, u64::MAX, 1_795_168_800_000_000] {
            note(&file, until).unwrap();
            assert_eq!(given(&file), Some(until));
        }
        file.set_len(3).unwrap();
        assert_eq!(given(&file), None);
        file.write_all_at(&[0; 30], 0).unwrap();
        assert_eq!(given(&file), None);
    }
}
