//! Work that one process at a time does, whatever machine it runs on.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::{Claim, Store, StoreError};
use crate::private;

/// How long a turn lasts of which nothing is heard any more.
const LASTS: Duration = Duration::from_secs(15);
/// How often it is prolonged.
const PROLONGED: Duration = Duration::from_secs(4);
/// How long before its end nothing is begun any more.
const MARGIN: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// The right to do a piece of work, until it is ended or dropped.
#[derive(Debug)]
pub struct Turn {
    /// Among the processes of this data folder a file decides.
    _file: File,
    /// Among those of other folders and machines a row of `claims`.
    lease: Option<Lease>,
}

#[derive(Debug)]
struct Lease {
    store: Store,
    claim: Claim,
    /// When it was prolonged last.
    prolonged: Arc<Mutex<Instant>>,
    prolonging: JoinHandle<()>,
}

impl Store {
    /// Waits until nobody else does the work that a file is named after, and keeps everybody from it.
    ///
    /// # Errors
    /// If the file cannot be made or locked, or ClickHouse cannot be asked.
    pub async fn wait_for_turn(&self, path: &Path) -> Result<Turn, StoreError> {
        let file = wait_for_lock(path).await;
        let file = file.map_err(|source| StoreError::Lock { path: path.to_owned(), source })?;
        if !self.endpoint.is_shared {
            return Ok(Turn { _file: file, lease: None });
        }
        let work = format!("turn {}", path.file_stem().unwrap_or_default().to_string_lossy());
        let holder = uuid::Uuid::new_v4().to_string();
        let lasts = i64::try_from(LASTS.as_millis()).unwrap_or(i64::MAX);
        let (claim, asked) = loop {
            // Before it is asked for: it lasts no shorter than is believed.
            let asked = Instant::now();
            if let Some(claim) = self.claim(&work, &holder, lasts, true).await? {
                break (claim, asked);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        };
        let prolonged = Arc::new(Mutex::new(asked));
        let (store, kept, heard) = (self.clone(), claim.clone(), Arc::clone(&prolonged));
        let prolonging = tokio::spawn(async move {
            let note = |asked| *heard.lock().unwrap_or_else(PoisonError::into_inner) = asked;
            store.keep_prolonging(&kept, PROLONGED, note).await;
        });
        let lease = Lease { store: self.clone(), claim, prolonged, prolonging };
        Ok(Turn { _file: file, lease: Some(lease) })
    }
}

impl Turn {
    /// Whether it still is this process's: what is begun now is done before another process may begin.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.lease.as_ref().is_none_or(|lease| {
            let prolonged = lease.prolonged.lock().unwrap_or_else(PoisonError::into_inner);
            prolonged.elapsed() < LASTS.saturating_sub(MARGIN)
        })
    }

    /// Ends it before the process ends; one that is only dropped ends soon, at the latest by itself some seconds later.
    pub async fn end(mut self) {
        let Some(lease) = self.lease.take() else { return };
        lease.prolonging.abort();
        if let Err(error) = lease.store.give_up(lease.claim.clone()).await {
            tracing::debug!(%error, "a turn ends by itself");
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(lease) = self.lease.take() else { return };
        lease.prolonging.abort();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { lease.store.give_up(lease.claim).await });
        }
    }
}

/// Waits until no other process holds the file, and holds it until it is dropped.
async fn wait_for_lock(path: &Path) -> io::Result<File> {
    let path = path.to_owned();
    let locked = tokio::task::spawn_blocking(move || {
        let file = private::lock_file(&path)?;
        file.lock().map(|()| file)
    });
    locked.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
