//! Conversions that others report: stored, matched with people, and made into events. What is known is
//! written first and then looked up: of a report and a contact that come in at once by two collectors at
//! least one finds the other.

mod event_row;
pub(in crate::store) mod matching;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::domain::{ClickId, Event, ReportedConversion, Timestamp};
use crate::journal::Position;
use crate::normalize::{LONGEST_REPORTED, PersonName, report_is_erased};
use crate::store::client::Store;
use crate::store::client::chunks::{in_parts, in_parts_by, weight};
use crate::store::client::decimal::ten_thousandths;
use crate::store::client::error::StoreError;
use crate::store::client::tombstones::Marks;
use crate::store::materialize::materialization::ChangedRow;
use crate::store::reported_conversions::matching::{MadeEvent, People, Report, Settled};
use crate::store::rows::{EventRow, is_to_be_known};

const LATEST_REPORT: &str = include_str!("../../../queries/reported_conversions/latest_report.sql");
const REPORTS_WAITING: &str =
    include_str!("../../../queries/reported_conversions/reports_waiting.sql");
const REPORTS_TO_MATCH: &str =
    include_str!("../../../queries/reported_conversions/reports_to_match.sql");
const EVENTS_OF_REPORTS: &str =
    include_str!("../../../queries/reported_conversions/events_of_reports.sql");
const PEOPLE_BEHIND: &str = include_str!("../../../queries/reported_conversions/people_behind.sql");
const PEOPLE_SEEN: &str = include_str!("../../../queries/reported_conversions/people_seen.sql");

/// Others would have to settle the same reports at once so many times.
const MOST_ROUNDS: usize = 20;

/// A row of `reports`.
#[derive(Debug, Clone, Row, Serialize)]
pub(in crate::store) struct ReportRow {
    pub report_id: String,
    name: String,
    time: i64,
    value: Option<i64>,
    currency: String,
    is_retracted: u8,
    page_id: String,
    person_id: String,
    click: String,
    contacts: Vec<String>,
    received_at: i64,
    version: u128,
    #[serde(skip)]
    consent: Option<u8>,
}

/// A row of `conversion_report_consents`.
#[derive(Debug, Clone, Row, Serialize)]
struct WordRow {
    report_id: String,
    consent: u8,
    version: u128,
}

/// A row of `waiting_conversions`.
#[derive(Debug, Clone, Row, Serialize)]
struct WaitingRow {
    key: String,
    report_id: String,
}

/// A row of `arrivals`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize)]
pub(in crate::store) struct ArrivalRow {
    pub click: String,
    page_id: String,
    person_id: String,
}

#[derive(Debug, Row, Deserialize)]
struct BehindRow {
    key: String,
    page_id: String,
    person_id: String,
}

#[derive(Debug, Row, Deserialize)]
struct SeenRow {
    page_id: String,
    person_id: String,
    last_seen: i64,
}

impl ReportRow {
    /// The rows of a journaled body, and when what is left out happened (UTC milliseconds): it is of people who were
    /// erased after it. Or why the body cannot be any.
    pub(in crate::store) fn of_body(
        body: &[u8],
        marks: &Marks,
        received_at: Timestamp,
        at: Position,
    ) -> Result<(Vec<Self>, Vec<i64>), String> {
        let reports: Vec<ReportedConversion> = serde_json::from_slice(body)
            .map_err(|error| format!("reported conversions of no known form: {error}"))?;
        // They are asked for by their ids: one that ClickHouse refuses would hold up all others.
        let is_short = |text: &String| text.len() <= LONGEST_REPORTED;
        let is_short =
            |one: &ReportedConversion| [&one.id, &one.page, &one.person].into_iter().all(is_short);
        if !reports.iter().all(is_short) {
            return Err(format!("an id, a Page or a person of more than {LONGEST_REPORTED} bytes"));
        }
        let is_erased = |name: PersonName<'_>, time: Timestamp| marks.is_erased(name, time);
        let (mut rows, mut erased) = (Vec::new(), Vec::new());
        for (report, place) in reports.into_iter().zip(0_u128..) {
            if report_is_erased(&report, &is_erased) {
                erased.push(report.time.0);
            } else {
                rows.push(Self::new(report, received_at, at, place));
            }
        }
        Ok((rows, erased))
    }

    fn new(report: ReportedConversion, received_at: Timestamp, at: Position, place: u128) -> Self {
        Self {
            report_id: report.id,
            name: report.name,
            time: report.time.0,
            value: report.value.and_then(ten_thousandths),
            currency: report.currency,
            is_retracted: u8::from(report.is_retracted),
            page_id: report.page,
            person_id: report.person,
            click: report.click,
            contacts: report.contacts,
            consent: report.consent.map(u8::from),
            received_at: received_at.0,
            version: version(report.version, received_at, at, place),
        }
    }

    fn keys(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.click).chain(&self.contacts).filter(|key| !key.is_empty())
    }
}

/// The order of versions: by the change, then by the receipt (42 bits of milliseconds each), then by the
/// place in the journal: 10 bits of the segment, 20 of the offset (no body is as short as 64 bytes), 14 of
/// the place in the body.
fn version(changed: Timestamp, received_at: Timestamp, at: Position, place: u128) -> u128 {
    let bits = |number: u128, bits: u32| number & ((1 << bits) - 1);
    // What a wrong clock says beyond that must not come round to the earliest.
    let millis = |time: Timestamp| u128::try_from(time.0).unwrap_or(0).min((1 << 42) - 1);
    let segment = bits(at.segment.into(), 10);
    let offset = bits((at.offset / 64).into(), 20);
    let journal = segment << 34 | offset << 14 | bits(place, 14);
    millis(changed) << 86 | millis(received_at) << 44 | journal
}

impl ArrivalRow {
    /// Who entered through a click with this event.
    pub(in crate::store) fn of(event: &Event) -> Option<Self> {
        let click = ClickId::split(&event.touch.as_ref()?.referral_ref).1?;
        is_to_be_known(event).then(|| Self {
            click: click.to_string(),
            page_id: event.page.clone(),
            person_id: event.person.clone(),
        })
    }
}

impl Store {
    /// When the latest report came in, UTC milliseconds; 0 if there is none.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn latest_report(&self) -> Result<i64, StoreError> {
        self.fetch_one(self.client().query(LATEST_REPORT)).await
    }

    pub(in crate::store) async fn save_reports(
        &self,
        reports: &[ReportRow],
        token: &str,
    ) -> Result<(), StoreError> {
        let waiting: Vec<WaitingRow> = reports
            .iter()
            .flat_map(|report| {
                report
                    .keys()
                    .map(|key| WaitingRow { key: key.clone(), report_id: report.report_id.clone() })
            })
            .collect();
        let words: Vec<WordRow> = reports
            .iter()
            .filter_map(|report| {
                let (report_id, version) = (report.report_id.clone(), report.version);
                report.consent.map(|consent| WordRow { report_id, consent, version })
            })
            .collect();
        // What forbids comes before what it forbids.
        self.insert_block("conversion_report_consents", &words, token).await?;
        self.insert_block("conversion_reports", reports, token).await?;
        self.insert_block("waiting_conversions", &waiting, token).await
    }

    /// Matches reports with people, and those that waited for one of `keys` (clicks and contacts that
    /// have just become known). `number` is that of the block of changed people.
    pub(in crate::store) async fn match_reports(
        &self,
        ids: BTreeSet<String>,
        keys: &BTreeSet<&str>,
        token: &str,
        number: u64,
    ) -> Result<(), StoreError> {
        let mut ids = ids;
        let keys: Vec<&str> = keys.iter().copied().collect();
        for keys in in_parts(&keys) {
            let question = self.client().query(REPORTS_WAITING).param("keys", keys);
            let found: Vec<String> = self.fetch_all(question).await?;
            ids.extend(found);
        }
        let ids: Vec<String> = ids.into_iter().collect();
        for (part, ids) in in_parts(&ids).into_iter().enumerate() {
            let token = format!("{token}-reports-{part}");
            let settled = self.settle(ids, &token).await?;
            let of_consents = format!("{token}-{}", fingerprint(&settled.consents));
            self.insert_block("person_consents", &settled.consents, &of_consents).await?;
            let events: Vec<_> = settled.events.iter().map(EventRow::identity).collect();
            let token = format!("{token}-{}", fingerprint(&events));
            self.insert_block("events_by_person", &settled.events, &token).await?;
            // Behind every other block's number, which is of a microsecond.
            let changed = ChangedRow::of_events(&settled.events, number + 1 + part as u64);
            self.note_changed(&changed, &token).await?;
        }
        Ok(())
    }

    /// Says first which events are to be made, and looks again: of two that do so at once, the one that
    /// comes later sees both.
    async fn settle(&self, ids: &[String], token: &str) -> Result<Settled, StoreError> {
        let mut rounds = 0;
        loop {
            rounds += 1;
            let question = self.client().query(REPORTS_TO_MATCH).param("ids", ids);
            let reports: Vec<Report> = self.fetch_all(question).await?;
            let question = self.client().query(EVENTS_OF_REPORTS).param("ids", ids);
            let made: Vec<MadeEvent> = self.fetch_all(question).await?;
            let people = self.people_of(&reports).await?;
            let settled = Settled::of(&reports, &made, &people);
            if settled.intended.is_empty() {
                return Ok(settled);
            }
            if rounds == MOST_ROUNDS {
                tracing::error!(?ids, "reported conversions do not come to rest");
                return Ok(settled);
            }
            let intended: Vec<_> =
                settled.intended.iter().map(|one| (one.event_id, one.version)).collect();
            let token = format!("{token}-{}", fingerprint(&intended));
            self.insert_block("conversion_report_events", &settled.intended, &token).await?;
        }
    }

    async fn people_of(&self, reports: &[Report]) -> Result<People, StoreError> {
        let mut people = People::default();
        let mut asked: BTreeSet<(String, String)> = reports
            .iter()
            .filter(|report| !report.person_id.is_empty())
            .map(|report| (report.page_id.clone(), report.person_id.clone()))
            .collect();
        let keys: BTreeSet<&String> = reports
            .iter()
            .flat_map(|report| std::iter::once(&report.click).chain(&report.contacts))
            .filter(|key| !key.is_empty())
            .collect();
        let keys: Vec<&String> = keys.into_iter().collect();
        for keys in in_parts(&keys) {
            let question = self.client().query(PEOPLE_BEHIND).param("keys", keys);
            let rows: Vec<BehindRow> = self.fetch_all(question).await?;
            for BehindRow { key, page_id, person_id } in rows {
                if page_id.len().max(person_id.len()) > LONGEST_REPORTED {
                    continue;
                }
                asked.insert((page_id.clone(), person_id.clone()));
                people.behind.entry(key).or_default().push((page_id, person_id));
            }
        }
        let asked: Vec<(String, String)> = asked.into_iter().collect();
        for asked in in_parts_by(&asked, |(page, person)| weight(page) + weight(person)) {
            let (pages, ids): (Vec<&String>, Vec<&String>) =
                asked.iter().map(|(page, person)| (page, person)).unzip();
            let question = self.client().query(PEOPLE_SEEN).param("pages", pages);
            let rows: Vec<SeenRow> = self.fetch_all(question.param("people", ids)).await?;
            let seen = rows.into_iter().map(|row| ((row.page_id, row.person_id), row.last_seen));
            people.seen.extend(seen);
        }
        Ok(people)
    }
}

fn fingerprint(rows: &[impl Hash]) -> u64 {
    let mut hash = DefaultHasher::new();
    rows.hash(&mut hash);
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_receipt_is_the_later_version_however_far_ahead_a_clock_is() {
        let at = Position { segment: 1, offset: 64 };
        let of =
            |change: i64, received: i64| version(Timestamp(change), Timestamp(received), at, 0);
        let now = 1_795_168_800_000;
        assert!(of(now, now) < of(now, now + 1));
        assert!(of(now, now + 1) < of(now + 1, now));
        assert!(of(now, now) < of(1 << 42, now));
        assert!(of(now, now) < of(now, i64::MAX));
        assert_eq!(of(-1, now), of(0, now));
    }
}
