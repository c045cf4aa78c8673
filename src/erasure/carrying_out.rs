//! Carries a request out: what it comes to is written down first. Every step may be done twice, and what was cut off
//! is begun again.

use std::collections::BTreeSet;
use std::time::Duration;

use super::background::in_the_background;
use super::files;
use super::ledger::Plan;
use super::{Asker, Entry, Eraser, ErasureError, Found, Subject, remove_abandoned_imports};
use crate::domain::Timestamp;
use crate::journal::{Checkpoint, Envelope, EnvelopeKind, Kept, may_hold};
use crate::normalize::{PersonName, Remains, reports_without_erased, without_erased};
use crate::store::{Marks, SetAside, Tombstones, Whom};

/// How long shipping may take.
const SHIPPING: Duration = Duration::from_secs(60);
/// How long ClickHouse may take to remove files: it looks round every five minutes at the latest, unless it is told
/// otherwise, as the embedded engine is.
const REMOVING: Duration = Duration::from_secs(420);
const STEP: Duration = Duration::from_millis(100);
/// Another process may write a row while the rows go; so often they are taken away again.
const MOST_ROUNDS: usize = 3;

impl Eraser {
    /// Erases whom a request is about; the request as it is then.
    ///
    /// # Errors
    /// If not all of it could be done: the request says why, and stays.
    pub async fn carry_out(&self, mut entry: Entry) -> Result<Entry, ErasureError> {
        match self.erase(&mut entry).await {
            Ok(()) => {
                entry.subject = None;
                entry.plan = None;
                entry.done_at = Some(self.ledger.now());
                entry.error.clear();
                self.ledger.save(&entry)?;
                tracing::info!(code = entry.code, by = ?entry.by, events = entry.found.events, "a person was erased");
                Ok(entry)
            }
            Err(error) => {
                entry.error = error.to_string();
                entry.failures = entry.failures.saturating_add(1);
                self.ledger.save(&entry)?;
                Err(error)
            }
        }
    }

    async fn erase(&self, entry: &mut Entry) -> Result<(), ErasureError> {
        let Some(subject) = entry.subject.clone() else { return Ok(()) };
        self.ship().await?;
        self.plan(&subject, entry).await?;
        let plan = entry.plan.clone().unwrap_or_default();
        let tombstones = self.tombstones()?;
        // Until all is done nothing of them is taken at all.
        write_tombstones(&tombstones, &plan.whom, i64::MAX).await?;
        // What was made ready before for ClickHouse is in it now.
        self.ship().await?;
        let marks = tombstones.marks().map_err(ErasureError::Tombstones)?;
        self.erase_rows(&plan.whom, &marks).await?;
        self.erase_files(&plan, &mut entry.found).await?;
        entry.found.journal_records += self.rewrite_journal(Some(&plan.whom)).await?;
        self.erase_imports(mentioned(&plan.whom)?).await?;
        self.remove_old_files().await?;
        self.drop_set_aside(&mut entry.found).await?;
        // The clock may be behind: what they did last is erased whatever it says.
        let last = plan.active.map_or(i64::MIN, |(_, last)| last);
        write_tombstones(&tombstones, &plan.whom, self.ledger.now().max(last)).await
    }

    /// Adds to the plan of a request what is found of the person now, and writes it down.
    async fn plan(&self, subject: &Subject, entry: &mut Entry) -> Result<(), ErasureError> {
        let mut plan = entry.plan.clone().unwrap_or_default();
        let mut people = match &subject.page {
            Some(page) => BTreeSet::from([(page.clone(), subject.person.clone())]),
            None => self.everywhere(&subject.person, entry.by, &mut entry.found).await?,
        };
        people.extend(plan.whom.people.iter().cloned());
        let (mut all, mut counted) = (BTreeSet::new(), (0, 0));
        for (page, person) in people {
            if all.contains(&(page.clone(), person.clone())) {
                continue;
            }
            let names = self.store.names_of_person(&page, &person).await?;
            let times = self.store.times_of_person(&page, &names).await?;
            all.extend(names.into_iter().map(|name| (page.clone(), name)));
            if times.events > 0 {
                counted = (counted.0 + 1, counted.1 + times.events);
            }
            if times.last > 0 {
                let (first, last) = plan.active.unwrap_or((times.first, times.last));
                plan.active = Some((first.min(times.first), last.max(times.last)));
            }
        }
        // Where no Page is told, the id alone decides.
        let pageless: Vec<_> = all.iter().map(|(_, name)| (String::new(), name.clone())).collect();
        all.extend(pageless);
        plan.whom.merge(self.store.whom(all).await?);
        if let Some(active) = plan.active {
            let settings = self.reports.clone();
            let found = in_the_background(move || files::find(&settings, active)).await??;
            plan.report_files.extend(found.here);
            for note in found.notes {
                entry.found.note(note);
            }
        }
        // Of what an earlier attempt has taken away nothing is found.
        entry.found.people = entry.found.people.max(counted.0);
        entry.found.events = entry.found.events.max(counted.1);
        entry.plan = Some(plan);
        self.ledger.save(entry)
    }

    /// Everybody whom an id without a Page stands for.
    async fn everywhere(
        &self,
        id: &str,
        by: Asker,
        found: &mut Found,
    ) -> Result<BTreeSet<(String, String)>, ErasureError> {
        let pages = self.store.pages_of_person(id).await?.into_iter().chain([String::new()]);
        let mut people: BTreeSet<(String, String)> =
            pages.map(|page| (page, id.to_owned())).collect();
        if by == Asker::Meta {
            // Its callback names the app's id of a person; a Page knows them by another.
            let told = match &self.graph {
                Some(graph) => graph.ids_for_pages(id).await.map_err(|error| error.to_string()),
                None => Err("meta.access_token is not set".to_owned()),
            };
            match told {
                Ok(told) => people.extend(told),
                Err(reason) => found.note(format!(
                    "Meta did not tell by which ids Pages know this person ({reason}); only what is stored under \
                     the id of the request was erased"
                )),
            }
        }
        Ok(people)
    }

    async fn erase_rows(&self, whom: &Whom, marks: &Marks) -> Result<(), ErasureError> {
        let nobody_makes_conversations = self.upkeep.lease().await?;
        // A rebuild that was cut off has left everybody.
        self.store.drop_left_rebuilt().await?;
        let erased = async {
            for _ in 0..MOST_ROUNDS {
                self.store.erase(whom, marks).await?;
                if self.store.rows_left(whom, marks).await? == 0 {
                    return Ok(());
                }
            }
            Err(ErasureError::RowsLeft(self.store.rows_left(whom, marks).await?))
        };
        let erased = erased.await;
        nobody_makes_conversations.end().await;
        erased
    }

    /// Files of reports, also those that were made of rows before they went, and the engine's log.
    async fn erase_files(&self, plan: &Plan, found: &mut Found) -> Result<(), ErasureError> {
        let (settings, active, mut planned) =
            (self.reports.clone(), plan.active, plan.report_files.clone());
        let removed = move || {
            files::remove_parts(&settings)?;
            if let Some(active) = active {
                planned.extend(files::find(&settings, active)?.here);
            }
            files::remove(&planned)
        };
        found.report_files += in_the_background(removed).await??;
        let ids = plan.whom.people.iter().map(|(_, id)| id);
        let names: BTreeSet<String> =
            ids.chain(&plan.whom.contacts).chain(&plan.whom.reports).cloned().collect();
        let log = self.engine_log.clone();
        in_the_background(move || files::blank(&log, &names)).await?
    }

    /// Takes what is erased out of the journal; how many records changed. If `whom` is told, records that cannot name
    /// them are not looked into.
    pub(super) async fn rewrite_journal(&self, whom: Option<&Whom>) -> Result<u64, ErasureError> {
        let needles = whom.map(mentioned).transpose()?;
        let names: Vec<String> = whom.map(Whom::needles).unwrap_or_default();
        let (journal, marks) =
            (self.journal.clone(), self.tombstones()?.marks().map_err(ErasureError::Tombstones)?);
        let rewritten = move || {
            // A process that was killed while it rewrote a segment leaves a second one.
            files::remove_unfinished(journal.folder())?;
            let keep = |envelope: &Envelope| {
                let may_be_theirs = needles.as_ref().is_none_or(|one| one.is_match(&envelope.body));
                if may_be_theirs { kept(envelope, &marks) } else { Kept::Whole }
            };
            let in_damage = |damaged: &[u8]| names.iter().any(|name| may_hold(damaged, name));
            Ok::<_, ErasureError>(journal.rewrite_shipped(&keep, &in_damage)?)
        };
        in_the_background(rewritten).await?
    }

    /// Journals of imports: those of killed ones go, and of one that runs the person must be gone.
    async fn erase_imports(&self, needles: regex::bytes::Regex) -> Result<(), ErasureError> {
        let in_use = remove_abandoned_imports(&self.imports, &self.store).await?;
        let look = move || {
            for folder in in_use {
                if files::mention(&folder, &needles)? {
                    return Err(ErasureError::ImportUnderWay(folder));
                }
            }
            Ok(())
        };
        in_the_background(look).await?
    }

    /// Closes the journal's segment and waits until all of it is in ClickHouse, and in conversations.
    pub(super) async fn ship(&self) -> Result<(), ErasureError> {
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

    /// Parts that ClickHouse could not read hold whoever was in them: they go, whole. What the journal still held of
    /// their rows has been shipped again.
    async fn drop_set_aside(&self, found: &mut Found) -> Result<(), ErasureError> {
        for part in self.store.set_aside().await? {
            let SetAside { table, name, is_by_hand } = &part;
            if *is_by_hand {
                found.note(format!(
                    "somebody has detached the part {name} of the table {table}, which may hold this person: remove it"
                ));
                continue;
            }
            self.store.drop_set_aside(&part).await?;
            tracing::warn!(
                table,
                part = name,
                "dropped a part that lay aside: it may have held an erased person"
            );
            found.note(format!(
                "the damaged part {name} of the table {table} was removed as a whole"
            ));
        }
        Ok(())
    }

    pub(super) fn tombstones(&self) -> Result<Tombstones, ErasureError> {
        self.store.tombstones().cloned().ok_or(ErasureError::NoTombstones)
    }
}

impl Found {
    /// Adds a note, unless it is there already.
    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

async fn write_tombstones(
    tombstones: &Tombstones,
    whom: &Whom,
    erased_at: i64,
) -> Result<(), ErasureError> {
    let (tombstones, whom) = (tombstones.clone(), whom.clone());
    let write = move || whom.with_names(|names| tombstones.write(names, erased_at));
    in_the_background(write).await?.map_err(ErasureError::Tombstones)
}

/// What is left of a record of the journal.
fn kept(envelope: &Envelope, marks: &Marks) -> Kept {
    let received_at = Timestamp(envelope.received_at_ms);
    let is_erased = |name: PersonName<'_>, time: Timestamp| marks.is_erased(name, time);
    let remains = match envelope.kind {
        // A visit names nobody.
        EnvelopeKind::Click => Remains::Everything,
        EnvelopeKind::Webhook => without_erased(&envelope.body, received_at, &is_erased),
        EnvelopeKind::Report => reports_without_erased(&envelope.body, received_at, &is_erased),
    };
    match remains {
        Remains::Everything => Kept::Whole,
        Remains::Rest(body) => Kept::Partly(body.into()),
        Remains::Nothing => Kept::Nothing,
    }
}

/// Finds whatever may name them.
fn mentioned(whom: &Whom) -> Result<regex::bytes::Regex, ErasureError> {
    let needles: Vec<String> = whom.needles().iter().map(|text| regex::escape(text)).collect();
    regex::bytes::RegexBuilder::new(&needles.join("|"))
        .unicode(false)
        .size_limit(usize::MAX)
        .build()
        .map_err(|error| ErasureError::CutOff(error.to_string()))
}
