//! Carries requests out, one at a time. Every step may be done twice: what was cut off is begun again.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::files::{self, Active};
use super::{Asker, Entry, Eraser, ErasureError, Found};
use crate::journal::{Checkpoint, Kept};
use crate::normalize::{Remains, without_person};

/// How often requests are looked for.
const EVERY: Duration = Duration::from_secs(1);
/// How long a request waits that could not be carried out.
const PAUSE: Duration = Duration::from_secs(15);
/// How long shipping may take.
const SHIPPING: Duration = Duration::from_secs(60);
/// How long ClickHouse may take to remove files: it looks round every five minutes at the latest, unless it is told
/// otherwise, as the embedded engine is.
const REMOVING: Duration = Duration::from_secs(420);
const STEP: Duration = Duration::from_millis(100);

impl Eraser {
    /// Carries out whatever is asked for, until `stop`.
    pub async fn regularly(self, stop: CancellationToken) {
        loop {
            let pause = match self.carry_out_all().await {
                Ok(()) => EVERY,
                Err(error) => {
                    tracing::warn!(%error, retry_in = ?PAUSE, "somebody could not be erased yet");
                    PAUSE
                }
            };
            tokio::select! { () = tokio::time::sleep(pause) => {}, () = stop.cancelled() => return }
        }
    }

    async fn carry_out_all(&self) -> Result<(), ErasureError> {
        for entry in self.ledger.open()? {
            self.carry_out(entry).await?;
        }
        Ok(())
    }

    /// Erases whom a request is about; the request as it is then.
    ///
    /// # Errors
    /// If not all of it could be done: the request says why, and stays.
    pub async fn carry_out(&self, mut entry: Entry) -> Result<Entry, ErasureError> {
        match self.erase(&entry).await {
            Ok(found) => {
                entry.found = found;
                entry.subject = None;
                entry.done_at = Some(self.ledger.now());
                entry.error.clear();
                self.ledger.save(&entry)?;
                tracing::info!(code = entry.code, by = ?entry.by, events = entry.found.events, "a person was erased");
                Ok(entry)
            }
            Err(error) => {
                entry.error = error.to_string();
                self.ledger.save(&entry)?;
                Err(error)
            }
        }
    }

    async fn erase(&self, entry: &Entry) -> Result<Found, ErasureError> {
        let Some(subject) = &entry.subject else { return Ok(entry.found.clone()) };
        let mut found = Found::default();
        self.ship().await?;
        let people = match &subject.page {
            Some(page) => vec![(page.clone(), subject.person.clone())],
            None => self.everywhere(&subject.person, entry.by, &mut found).await?,
        };
        let mut ids = vec![subject.person.clone()];
        for (page, person) in &people {
            let (names, active) = self.erase_rows(page, person, &mut found).await?;
            ids.extend(names);
            if let Some(active) = active {
                let (settings, mut counted) = (self.reports.clone(), found.clone());
                let removed =
                    move || files::remove(&settings, active, &mut counted).map(|()| counted);
                found = in_the_background(removed).await??;
            }
        }
        ids.sort_unstable();
        ids.dedup();
        let (log, named) = (self.engine_log.clone(), ids.clone());
        in_the_background(move || files::blank(&log, &named)).await??;
        let journal = self.journal.clone();
        let rewritten = move || {
            journal.rewrite_shipped(&|envelope| match without_person(&envelope.body, &ids) {
                Remains::Everything => Kept::Whole,
                Remains::Rest(body) => Kept::Partly(body.into()),
                Remains::Nothing => Kept::Nothing,
            })
        };
        found.journal_records = in_the_background(rewritten).await??;
        self.remove_old_files().await?;
        Ok(found)
    }

    /// Everybody whom an id without a Page stands for.
    async fn everywhere(
        &self,
        id: &str,
        by: Asker,
        found: &mut Found,
    ) -> Result<Vec<(String, String)>, ErasureError> {
        let pages = self.store.pages_of_person(id).await?;
        let mut people: Vec<(String, String)> =
            pages.into_iter().map(|page| (page, id.to_owned())).collect();
        if by == Asker::Meta {
            // Its callback names the app's id of a person; a Page knows them by another.
            let told = match &self.graph {
                Some(graph) => graph.ids_for_pages(id).await.map_err(|error| error.to_string()),
                None => Err("meta.access_token is not set".to_owned()),
            };
            match told {
                Ok(told) => people.extend(told),
                Err(reason) => found.notes.push(format!(
                    "Meta did not tell by which ids Pages know this person ({reason}); only what is stored under \
                     the id of the request was erased"
                )),
            }
        }
        people.sort_unstable();
        people.dedup();
        Ok(people)
    }

    /// Their names, and when they did something.
    async fn erase_rows(
        &self,
        page: &str,
        person: &str,
        found: &mut Found,
    ) -> Result<(Vec<String>, Option<Active>), ErasureError> {
        let nobody_makes_conversations = self.upkeep.turn().await?;
        // A rebuild that was cut off has left everybody.
        self.store.drop_left_rebuilt().await?;
        let names = self.store.begin_erasing(page, person).await?;
        self.store.erase().await?;
        self.store.end_erasing().await?;
        nobody_makes_conversations.end().await;
        let events: u64 = names.iter().map(|name| name.events).sum();
        found.people += u64::from(events > 0);
        found.events += events;
        let with_events = || names.iter().filter(|name| name.events > 0);
        let active = with_events().map(|name| name.first).min();
        let active = active.zip(with_events().map(|name| name.last).max());
        Ok((names.into_iter().map(|name| name.person_id).collect(), active))
    }

    /// Closes the journal's segment and waits until all of it is in ClickHouse, and in conversations.
    async fn ship(&self) -> Result<(), ErasureError> {
        let until = self.journal.durable();
        self.journal.close_older_than(Duration::ZERO).await?;
        let shipped = async {
            loop {
                let checkpoint = Checkpoint::load(self.journal.folder())?;
                // Only segments before the checkpoint's are rewritten: the one that was open must be behind it. At
                // offset 0 none was.
                let is_behind = until.offset == 0 && checkpoint >= until;
                if checkpoint.segment > until.segment || is_behind {
                    return Ok::<_, ErasureError>(());
                }
                tokio::time::sleep(STEP).await;
            }
        };
        tokio::time::timeout(SHIPPING, shipped).await.map_err(|_| ErasureError::NotShipped)??;
        self.upkeep.catch_up().await?;
        Ok(())
    }

    async fn remove_old_files(&self) -> Result<(), ErasureError> {
        // Before the old files go, the new ones must be on disk.
        in_the_background(rustix::fs::sync).await?;
        self.store.hurry_old_files(true).await?;
        let removed = async {
            loop {
                match self.store.old_files().await? {
                    0 => return Ok::<_, ErasureError>(()),
                    _ => tokio::time::sleep(STEP).await,
                }
            }
        };
        let removed = tokio::time::timeout(REMOVING, removed).await;
        self.store.hurry_old_files(false).await?;
        match removed {
            Ok(removed) => removed,
            Err(_) => Err(ErasureError::OldFiles(self.store.old_files().await?)),
        }
    }
}

async fn in_the_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ErasureError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ErasureError::CutOff(error.to_string()))
}
