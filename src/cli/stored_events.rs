//! What is done once to what earlier versions have stored: the JSON of events, and what is in quarantine, keeps only what
//! is stored of it today, and people on WhatsApp get their numbers as contacts. Each part that is done is noted, so that it
//! costs nothing later; who is cut off begins its month again.

use std::time::Duration;

use anyhow::bail;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::session::Session;
use super::{clock, prepared};
use crate::config::Settings;
use crate::materializer::Materializer;
use crate::store::{EventPlace, OneTimeWork, PersonPlace, Store};

/// How long a failure is waited out; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(900);
/// How often a month is looked at. The last look finds nothing, unless an older program still writes.
const MOST_LOOKS: usize = 4;
/// The part of a work that is all of it.
const ALL: &str = "";

/// `migrate`: the schema, and what it did.
pub(super) async fn migrate(settings: Settings) -> anyhow::Result<()> {
    let session = Session::open(&settings).await?;
    let applied = prepared::prepare(&session.store, &settings).await?;
    println!("the database is at schema version {}", applied.version);
    let materializer = session.upkeep(&settings);
    let done = work_off(&session.store, &materializer, &settings).await;
    session.close().await;
    done
}

/// Works off what is left in the background, until `stop`; failures are tried again.
pub(super) fn in_the_background(session: &Session, settings: &Settings, stop: CancellationToken) {
    let (store, materializer) = (session.store.clone(), session.upkeep(settings));
    tokio::spawn(until_it_is_done(store, materializer, settings.clone(), stop));
}

async fn until_it_is_done(
    store: Store,
    materializer: Materializer,
    settings: Settings,
    stop: CancellationToken,
) {
    let mut pause = FIRST_PAUSE;
    loop {
        let done = tokio::select! {
            done = work_off(&store, &materializer, &settings) => done,
            () = stop.cancelled() => return,
        };
        let Err(error) = done else { return };
        tracing::warn!(%error, retry_in = ?pause, "what earlier versions have stored is not up to date yet");
        tokio::select! { () = tokio::time::sleep(pause) => {}, () = stop.cancelled() => return }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Works off what is left. With `store_message_text` the JSON of events stays whole.
async fn work_off(
    store: &Store,
    materializer: &Materializer,
    settings: &Settings,
) -> anyhow::Result<()> {
    let with_words = [OneTimeWork::Raw, OneTimeWork::Refusals];
    let works = std::iter::once(OneTimeWork::Contacts)
        .chain(with_words.into_iter().filter(|_| !settings.store_message_text));
    let mut is_done = true;
    for work in works {
        is_done &= store.is_done(work).await?;
    }
    if is_done {
        return Ok(());
    }
    // One process at a time; what another has done meanwhile is noted.
    let lease = store.wait_for_lease(&settings.data_dir.join("stored-events.lock")).await?;
    let done = async {
        contacts(store, materializer).await?;
        if settings.store_message_text {
            return Ok(());
        }
        refusals(store, materializer).await?;
        raw(store, materializer).await
    };
    let done = done.await;
    lease.end().await;
    done
}

async fn contacts(store: &Store, materializer: &Materializer) -> anyhow::Result<()> {
    if store.is_done(OneTimeWork::Contacts).await? {
        return Ok(());
    }
    let mut after = PersonPlace::default();
    loop {
        // Whoever is erased waits for this lease, and is not written any more after it.
        let nobody_is_erased = materializer.lease().await?;
        let written = store.write_contacts(&after, clock::now_timestamp().micros()).await;
        nobody_is_erased.end().await;
        let Some(last) = written? else { break };
        after = last;
    }
    Ok(store.note_done(OneTimeWork::Contacts, ALL).await?)
}

async fn refusals(store: &Store, materializer: &Materializer) -> anyhow::Result<()> {
    if store.is_done(OneTimeWork::Refusals).await? {
        return Ok(());
    }
    let (mut outdated, mut after) = (0, Uuid::nil());
    loop {
        let mut batch = store.bring_refusals_up_to_date(after, false).await?;
        if batch.outdated > 0 {
            // Whoever is erased waits for this lease, and is not written again after it.
            let nobody_is_erased = materializer.lease().await?;
            let written = store.bring_refusals_up_to_date(after, true).await;
            nobody_is_erased.end().await;
            batch = written?;
        }
        outdated += batch.outdated;
        let Some(last) = batch.next else { break };
        after = last;
    }
    if outdated > 0 {
        store.merge_quarantine().await?;
        tracing::info!(
            outdated,
            "refused items of earlier versions were written again without words"
        );
    }
    Ok(store.note_done(OneTimeWork::Refusals, ALL).await?)
}

async fn raw(store: &Store, materializer: &Materializer) -> anyhow::Result<()> {
    let done = store.done_parts(OneTimeWork::Raw).await?;
    if done.iter().any(|part| part == ALL) {
        return Ok(());
    }
    for month in store.months_of_events().await? {
        if !done.contains(&month.to_string()) {
            raw_of_month(store, materializer, month).await?;
            store.note_done(OneTimeWork::Raw, &month.to_string()).await?;
        }
    }
    Ok(store.note_done(OneTimeWork::Raw, ALL).await?)
}

/// Looks until nothing is found any more: neither a row that was not written again nor one that was, and is still there.
async fn raw_of_month(
    store: &Store,
    materializer: &Materializer,
    month: u32,
) -> anyhow::Result<()> {
    for _ in 0..MOST_LOOKS {
        let (rows, unreadable) = look(store, materializer, month).await?;
        if rows == 0 {
            if unreadable > 0 {
                tracing::warn!(month, unreadable, "the JSON of events cannot be read, and stays");
            }
            return Ok(());
        }
        store.merge_month(month).await?;
        tracing::info!(
            month,
            rows,
            "events of earlier versions were written again without what people wrote"
        );
    }
    bail!(
        "events of {month} hold what people wrote again and again: does an older version of the program still run?"
    )
}

/// How many rows of a month hold too much, each of which is written again; and how many cannot be read.
async fn look(
    store: &Store,
    materializer: &Materializer,
    month: u32,
) -> anyhow::Result<(usize, usize)> {
    let (mut outdated, mut unreadable, mut after) = (0, 0, EventPlace::default());
    loop {
        let mut batch = store.bring_raw_up_to_date(month, &after, false).await?;
        if batch.outdated > 0 {
            // Whoever is erased waits for this lease, and is not written again after it.
            let nobody_is_erased = materializer.lease().await?;
            let written = store.bring_raw_up_to_date(month, &after, true).await;
            nobody_is_erased.end().await;
            batch = written?;
        }
        outdated += batch.outdated;
        unreadable += batch.unreadable;
        let Some(last) = batch.next else { return Ok((outdated, unreadable)) };
        after = last;
    }
}
