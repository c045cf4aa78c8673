//! What ships a journal into ClickHouse: once, for a command; in the background, for a server.

use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::prepared;
use crate::config::Settings;
use crate::journal::{self, InUse, Journal, JournalError, Position};
use crate::materializer::Materializer;
use crate::store::{Progress, Shipper, Store, StoreError};

/// How far the shipper stands back, on the scale from 0 to 19 (`nice`).
const SHIPPER_NICENESS: i32 = 5;

/// Ships what a server that was killed had journaled.
pub(super) async fn ship_leftovers(store: &Store, settings: &Settings) -> anyhow::Result<()> {
    let folder = prepared::journal_folder(settings);
    if !journal::is_in_use(&folder) && !journal::has_unread(&folder)? {
        return Ok(());
    }
    let journal = match Journal::open(&folder, settings.journal_limits) {
        // Its server is running, and ships it.
        Err(JournalError::Locked(_)) => return Ok(()),
        journal => journal?,
    };
    tracing::info!("shipping what an earlier server had journaled");
    let (in_use, again_until) = begin_use(&journal, settings)?;
    drain(store, settings, &journal, again_until).await?;
    in_use.end()?;
    Ok(())
}

/// Begins to ship from a journal. If whoever did so before was cut off, what came in within the last hours is shipped
/// again; the position tells what is shipped for a second time, `None` that nothing is.
pub(super) fn begin_use(
    journal: &Journal,
    settings: &Settings,
) -> Result<(InUse, Option<Position>), JournalError> {
    let in_use = journal.begin_use(settings.sync_writes)?;
    if !in_use.was_cut_off {
        return Ok((in_use, None));
    }
    let again_until = journal.rewind_within(settings.ship_again)?;
    tracing::warn!(
        hours = settings.ship_again.as_secs() / 3600,
        "the last run did not end in order, or its tables do not sync: what came in within the last hours \
         (journal.ship_again_hours) is shipped again, which changes no figure"
    );
    Ok((in_use, Some(again_until)))
}

/// Ships everything that a journal holds behind its checkpoint; before `again_until` for a second time.
pub(super) async fn drain(
    store: &Store,
    settings: &Settings,
    journal: &Journal,
    again_until: Option<Position>,
) -> anyhow::Result<Progress> {
    let normalize = prepared::normalize_settings(settings)?;
    let shipper = Shipper::new(journal, store.clone(), normalize, settings.keep_shipped)?;
    Ok(shipper.shipping_again_until(again_until).drain().await?)
}

/// Runs the shipper on a thread of its own that gives way to all others: under more load than the
/// machine can bear webhooks are taken first, and shipped when there is time.
pub(super) fn in_the_background<F>(shipping: F) -> anyhow::Result<oneshot::Receiver<F::Output>>
where
    F: Future<Output: Send> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (done, ended) = oneshot::channel();
    std::thread::Builder::new().name("shipper".to_owned()).spawn(move || {
        // Threads that it starts inherit this.
        rustix::process::nice(SHIPPER_NICENESS).ok();
        drop(done.send(runtime.block_on(shipping)));
    })?;
    Ok(ended)
}

/// Ships what this process has journaled, and makes conversations if that is its part.
pub(super) async fn ship_and_keep_up(
    shipper: Option<Shipper>,
    upkeep: Option<Materializer>,
    stop: CancellationToken,
) -> Result<(), StoreError> {
    match (shipper, upkeep) {
        (Some(shipper), Some(upkeep)) => {
            let news = shipper.progress();
            tokio::join!(shipper.run(stop), upkeep.run(news)).0
        }
        (Some(shipper), None) => shipper.run(stop).await,
        (None, Some(upkeep)) => {
            // Others ship, and tell nothing: it looks by itself.
            let (silence, news) = watch::channel(());
            tokio::join!(upkeep.run(news), async {
                stop.cancelled().await;
                drop(silence);
            });
            Ok(())
        }
        (None, None) => {
            stop.cancelled().await;
            Ok(())
        }
    }
}

/// Waits for a ClickHouse that was away at the start.
pub(super) async fn migrate_until_it_works(
    store: &Store,
    settings: &Settings,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    loop {
        match prepared::prepare(store, settings).await {
            Err(StoreError::ClickHouse { .. }) if !stop.is_cancelled() => {}
            applied => return applied.map(|_| ()),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(2)) => {}
            () = stop.cancelled() => {}
        }
    }
}

pub(super) fn why(ended: Result<Result<(), StoreError>, oneshot::error::RecvError>) -> String {
    match ended {
        Ok(Ok(())) => "without a reason".to_owned(),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    }
}
