//! A batch of journaled bodies as rows.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::{Event, PageName, Timestamp};
use crate::journal::{Batch, Envelope, EnvelopeKind, Position};
use crate::normalize::{self, Normalized, PersonName, Refusal, Remains, Settings};
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::client::tombstones::Marks;
use crate::store::ingest::alias_chains::told_names;
use crate::store::materialize::materialization::ChangedRow;
use crate::store::reported_conversions::{ArrivalRow, ReportRow};
use crate::store::rows::page_names::PageNameRow;
use crate::store::rows::reading::Reading;
use crate::store::rows::webhook_counts::{LeftOut, WebhookCountRow};
use crate::store::rows::{AliasRow, ContactRow, EventRow, RefusalRow, ToldNames, VisitRow};

/// Records below which a thread of their own is not worth it.
const LEAST_SHARE: usize = 512;

/// The rows of a batch.
#[derive(Debug, Default)]
pub(in crate::store) struct Rows {
    pub events: Vec<EventRow>,
    /// Of each of the events: the CRC-32 of the body that it came in.
    checksums: Vec<u32>,
    pub refusals: Vec<RefusalRow>,
    /// Visits to tracked links.
    pub visits: Vec<VisitRow>,
    /// Which names were told to be one person's: and when first (UTC milliseconds).
    pub aliases: ToldNames,
    /// What people shared, as hashes.
    pub contacts: Vec<ContactRow>,
    /// What Pages, accounts and numbers are called, by their ids: the latest, and when it came in (UTC milliseconds).
    pub names: FxHashMap<String, (PageName, i64)>,
    /// Who entered through which click.
    pub arrivals: Vec<ArrivalRow>,
    /// Conversions that others have reported.
    pub reports: Vec<ReportRow>,
    /// Whose conversations the events decide.
    pub changed: Vec<ChangedRow>,
    /// What is not taken: it is of people who were erased after it.
    pub erased: Vec<LeftOut>,
    /// Tells blocks of different journals apart that have the same positions.
    pub fingerprint: u64,
    /// When it was made ready, UTC microseconds.
    number: u64,
    /// By which edition of parser and rules it is read again; 0 if it is not, or by the first.
    again_by: u16,
}

/// Rows that were shipped.
#[derive(Debug, Default, Clone)]
pub(in crate::store) struct Known {
    pub aliases: ToldNames,
    pub contacts: FxHashSet<ContactRow>,
    pub names: FxHashMap<String, (PageName, i64)>,
}

impl Rows {
    /// Normalizes a batch on all cores; the rows are in the order of the records. `number` is the
    /// time, in UTC microseconds. What happened to somebody before they were erased is left out.
    pub(in crate::store) fn from_batch(
        batch: Batch,
        settings: &Settings,
        marks: &Marks,
        number: u64,
    ) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = batch.records.len().div_ceil(threads).max(LEAST_SHARE);
        let normalized: Vec<Normalized> = std::thread::scope(|scope| {
            let mut shares = batch.records.chunks(share);
            // This thread takes the first share; the others inherit its place behind webhooks.
            let first = shares.next().unwrap_or_default();
            let others: Vec<_> =
                shares.map(|share| scope.spawn(|| normalize_all(share, settings))).collect();
            let mut all = normalize_all(first, settings);
            for other in others {
                match other.join() {
                    Ok(normalized) => all.extend(normalized),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            all
        });
        let mut rows = Self { number, ..Self::default() };
        let mut hash = DefaultHasher::new();
        // About when it came in: with what stands beside it.
        let beside = batch.records.first().map(|(_, envelope)| envelope.received_at_ms);
        let beside = Timestamp(beside.unwrap_or(i64::try_from(number / 1000).unwrap_or_default()));
        for damage in &batch.damage {
            damage.hash(&mut hash);
            rows.refusals.push(RefusalRow::of_damage(damage, beside));
        }
        for ((at, envelope), found) in batch.records.into_iter().zip(normalized) {
            let received_at = Timestamp(envelope.received_at_ms);
            hash.write(&envelope.body);
            let checksum = crc32fast::hash(&envelope.body);
            let refused = |refusal| {
                RefusalRow::new(refusal, received_at, at).stored(settings.store_message_text)
            };
            let left_out = |time| LeftOut { time, received_at: received_at.0, checksum };
            let mut seen = FxHashMap::default();
            for event in found.events {
                if marks.covers(&event) {
                    rows.erased.push(left_out(event.time.0));
                    continue;
                }
                // The same bodies under other rules, or another parser, are another block.
                hash.write_u128(event.id.0);
                hash.write_usize(event.text.len() + event.raw.len());
                let nth = seen.entry(event.id.0).or_insert(0_u8);
                let reading = Reading { edition: settings.edition, checksum, nth: *nth };
                *nth = nth.saturating_add(1);
                rows.add(event, received_at, reading);
            }
            for refusal in found.refusals {
                rows.add_refusal(refused(refusal), marks, checksum);
            }
            for name in found.names {
                let at = name.told_at.map_or(received_at.0, |told| told.0.min(received_at.0));
                let latest = rows.names.entry(name.page.clone()).or_insert((name.clone(), at));
                if at >= latest.1 {
                    *latest = (name, at);
                }
            }
            match envelope.kind {
                EnvelopeKind::Click => {
                    rows.visits.extend(VisitRow::new(&envelope.body, received_at));
                }
                EnvelopeKind::Report => {
                    match ReportRow::of_body(&envelope.body, marks, received_at, at) {
                        Ok((reports, erased)) => {
                            rows.reports.extend(reports);
                            rows.erased.extend(erased.into_iter().map(left_out));
                        }
                        Err(reason) => {
                            let (place, body) = ("body".to_owned(), envelope.body.to_vec());
                            let refusal = Refusal { place, reason, body };
                            rows.add_refusal(refused(refusal), marks, checksum);
                        }
                    }
                }
                EnvelopeKind::Webhook => {}
            }
        }
        rows.fingerprint = hash.finish();
        rows.note_changed();
        rows
    }

    /// Normalizes again what is in quarantine; which of it is understood now: of that nothing is refused.
    pub(in crate::store) fn of_refused<'a>(
        refused: &'a [RefusalRow],
        settings: &Settings,
        marks: &Marks,
        number: u64,
    ) -> (Self, Vec<&'a RefusalRow>) {
        let mut rows = Self { number, ..Self::default() };
        let mut understood = Vec::new();
        for row in refused {
            let received_at = Timestamp(row.received_at);
            let found = normalize::normalize(&row.body, received_at, settings);
            if !found.refusals.is_empty() {
                continue;
            }
            let checksum = crc32fast::hash(&row.body);
            let reading = Reading { edition: settings.edition, checksum, nth: 0 };
            for event in found.events.into_iter().filter(|event| !marks.covers(event)) {
                rows.add(event, received_at, reading);
            }
            understood.push(row);
        }
        rows.note_changed();
        (rows, understood)
    }

    fn add(&mut self, event: Event, received_at: Timestamp, reading: Reading) {
        for (names, told_at) in AliasRow::told(&event) {
            let first = self.aliases.entry(names).or_insert(told_at);
            *first = told_at.min(*first);
        }
        self.contacts.extend(ContactRow::of(&event));
        self.arrivals.extend(ArrivalRow::of(&event));
        self.events.push(EventRow::new(event, received_at, reading));
        self.checksums.push(reading.checksum);
    }

    /// Leaves out who is known already to be the same: their conversations need not be made from nothing for it; and
    /// numbers and names that are known.
    pub(in crate::store) fn without_known(mut self, known: &Known) -> Self {
        let all = self.aliases.len();
        let is_news = |alias: &AliasRow, told_at: i64| {
            known.aliases.get(alias).is_none_or(|first| told_at < *first)
        };
        self.aliases.retain(|alias, told_at| is_news(alias, *told_at));
        self.contacts.retain(|contact| !known.contacts.contains(contact));
        self.names.retain(|page, (name, at)| {
            known.names.get(page).is_none_or(|(known, since)| known.is_other(name) && since <= at)
        });
        if self.aliases.len() < all {
            self.note_changed();
        }
        self
    }

    fn note_changed(&mut self) {
        self.changed = ChangedRow::of_events(&self.events, self.number);
        self.changed.extend(ChangedRow::of_aliases(self.aliases.keys(), self.number));
    }

    /// The same rows, read again by an edition of parser and rules: what earlier ones made of them besides goes, and all
    /// conversations of everybody in them are made anew.
    pub(in crate::store) fn read_again(mut self, edition: u16) -> Self {
        self.again_by = edition;
        for row in &mut self.changed {
            row.since = 0;
        }
        self
    }

    /// A refused item, unless somebody's who was erased after it.
    fn add_refusal(&mut self, row: RefusalRow, marks: &Marks, checksum: u32) {
        let received_at = Timestamp(row.received_at);
        let is_erased = |name: PersonName<'_>, time| marks.is_erased(name, time);
        let is_theirs = !marks.is_empty()
            && normalize::without_erased(&row.body, received_at, &is_erased) != Remains::Everything;
        if is_theirs {
            self.erased.push(LeftOut { time: received_at.0, received_at: received_at.0, checksum });
        } else {
            self.refusals.push(row);
        }
    }

    /// Inserts everything; events that ClickHouse refuses go into quarantine. The number of items
    /// that did.
    pub(in crate::store) async fn insert(
        &self,
        store: &Store,
        token: &str,
    ) -> Result<u64, StoreError> {
        // Visits first: who comes by a click should find its link.
        store.insert_block("link_visits", &self.visits, token).await?;
        let aliases = store.settled_aliases(&self.aliases).await?;
        let mut changed = ChangedRow::of_aliases(&aliases, self.number);
        changed.extend(self.changed.iter().cloned());
        store.insert_block("told_names", &told_names(&self.aliases), token).await?;
        store.insert_block("aliases", &aliases, token).await?;
        store.insert_block("contacts", &self.contacts, token).await?;
        let names: Vec<_> =
            self.names.values().map(|(name, at)| PageNameRow::told(name, Timestamp(*at))).collect();
        store.insert_block("page_names", &names, token).await?;
        store.insert_block("arrivals", &self.arrivals, token).await?;
        store.save_reports(&self.reports, token).await?;
        let refused = store.insert_isolating("events_by_person", &self.events, token).await?;
        let is_taken = |(event, _): &(&EventRow, u32)| {
            !refused.iter().any(|(one, _)| std::ptr::eq(*one, *event))
        };
        let events = self.events.iter().zip(self.checksums.iter().copied());
        let counts = WebhookCountRow::of(events.filter(is_taken), &self.erased);
        store.insert_block("webhook_counts", &counts, token).await?;
        let mut refusals = self.refusals.clone();
        for (event, reason) in refused {
            tracing::error!(reason, "ClickHouse refused an event; it is in quarantine");
            refusals.push(event.refused(reason));
        }
        store.insert_block("quarantine", &refusals, token).await?;
        store.join_told_twice(&self.events, token).await?;
        if self.again_by > 0 {
            store.take_back_unmade(&self.events, self.again_by, token).await?;
        }
        // Behind the events: when it is read, they are there.
        store.note_changed(&changed, token).await?;
        // Behind the contacts and clicks that they may wait for.
        let reports = self.reports.iter().map(|report| report.report_id.clone()).collect();
        let contacts = self.contacts.iter().map(ContactRow::hash);
        let keys = contacts.chain(self.arrivals.iter().map(|arrival| arrival.click.as_str()));
        store.match_reports(reports, &keys.collect(), token, self.number).await?;
        Ok(refusals.len() as u64)
    }
}

fn normalize_all(records: &[(Position, Envelope)], settings: &Settings) -> Vec<Normalized> {
    records.iter().map(|(_, envelope)| normalize_safely(envelope, settings)).collect()
}

/// One body that the parser fails on must not hold up the others.
fn normalize_safely(envelope: &Envelope, settings: &Settings) -> Normalized {
    if envelope.kind != EnvelopeKind::Webhook {
        return Normalized::default();
    }
    let received_at = Timestamp(envelope.received_at_ms);
    let work = || normalize::normalize(&envelope.body, received_at, settings);
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Normalized {
        names: Vec::new(),
        events: Vec::new(),
        refusals: vec![Refusal {
            place: "body".to_owned(),
            reason: "the parser failed; this is a defect of this version".to_owned(),
            body: envelope.body.to_vec(),
        }],
    })
}

impl EventRow {
    /// Itself as a refusal.
    fn refused(&self, reason: String) -> RefusalRow {
        let received_at = Timestamp(self.received_at);
        let body = self.raw.clone().into_bytes();
        let refusal = Refusal { place: "row".to_owned(), reason, body };
        // Its JSON is cut already.
        RefusalRow::new(refusal, received_at, Position::default())
    }
}
