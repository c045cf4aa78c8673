//! The link registry at hand: visitors are led to their thread also while ClickHouse is away.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::watch;

use crate::domain::Links;
use crate::private;
use crate::store::Store;

/// The registry as it was when it was last looked at.
#[derive(Debug)]
pub struct KnownLinks {
    store: Store,
    /// Where they are kept for a start without ClickHouse.
    file: PathBuf,
    links: watch::Sender<Arc<Links>>,
}

impl KnownLinks {
    /// Those of `file`, until `store` tells of others.
    #[must_use]
    pub fn new(store: Store, file: PathBuf) -> Self {
        let known = read(&file).unwrap_or_default();
        Self { store, file, links: watch::Sender::new(Arc::new(known)) }
    }

    /// The links, now and later.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Arc<Links>> {
        self.links.subscribe()
    }

    /// Looks at the registry; the links stay as they were if that fails.
    pub async fn refresh(&self) {
        match self.store.links().await {
            Ok(now) if now != **self.links.borrow() => {
                if let Err(error) = write(&self.file, &now) {
                    tracing::warn!(%error, path = %self.file.display(), "the links could not be kept");
                }
                self.links.send_replace(Arc::new(now));
            }
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "the links stay as they were"),
        }
    }
}

fn read(file: &Path) -> Option<Links> {
    let bytes = std::fs::read(file).ok()?;
    let links = serde_json::from_slice(&bytes);
    if let Err(error) = &links {
        tracing::warn!(%error, path = %file.display(), "the kept links are not readable");
    }
    links.ok()
}

fn write(file: &Path, links: &Links) -> std::io::Result<()> {
    private::replace(file, &serde_json::to_vec(links)?)
}
