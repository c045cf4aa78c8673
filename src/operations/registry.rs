//! The link registry at hand: visitors are led to their thread also while ClickHouse is away.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::domain::Links;
use crate::private;
use crate::store::Store;

/// How long an edited link may take to be known to a running server.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Follows the registry until `stop`; what it last was is kept in `file`, for a start without
/// ClickHouse.
pub fn follow_links(
    store: Store,
    file: PathBuf,
    stop: CancellationToken,
) -> watch::Receiver<Arc<Links>> {
    let known = read(&file).unwrap_or_default();
    let (links, follower) = watch::channel(Arc::new(known));
    tokio::spawn(async move {
        loop {
            match store.links().await {
                Ok(now) if now != **links.borrow() => {
                    if let Err(error) = write(&file, &now) {
                        tracing::warn!(%error, path = %file.display(), "the links could not be kept");
                    }
                    links.send_replace(Arc::new(now));
                }
                Ok(_) => {}
                Err(error) => tracing::debug!(%error, "the links stay as they were"),
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = stop.cancelled() => return,
            }
        }
    });
    follower
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
