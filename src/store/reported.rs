//! Conversions that others report: stored, matched with people, and made into events. What is known is
//! written first and then looked up: of a report and a contact that come in at once by two collectors at
//! least one finds the other.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use clickhouse::Row;
use polars::frame::DataFrame;
use serde::{Deserialize, Serialize};

use super::made::ChangedRow;
use super::matching::{People, Report, Settled};
use super::rows::ten_thousandths;
use super::{Store, StoreError};
use crate::domain::{ClickId, Event, Period, ReportedConversion, Timestamp};

const REPORTS_WAITING: &str = include_str!("../../queries/reports_waiting.sql");
const REPORTS_TO_MATCH: &str = include_str!("../../queries/reports_to_match.sql");
const PEOPLE_BEHIND: &str = include_str!("../../queries/people_behind.sql");
const PEOPLE_SEEN: &str = include_str!("../../queries/people_seen.sql");
const REPORTED_LIST: &str = include_str!("../../queries/reported_list.sql");

/// Ids and keys in one question: a parameter is part of an address.
const AT_ONCE: usize = 500;

/// A row of `reported_conversions`.
#[derive(Debug, Clone, Row, Serialize)]
pub(super) struct ReportRow {
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
    consent: Option<u8>,
    received_at: i64,
    version: u64,
}

/// A row of `waiting_conversions`.
#[derive(Debug, Clone, Row, Serialize)]
struct WaitingRow {
    key: String,
    report_id: String,
}

/// A row of `arrivals`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize)]
pub(super) struct ArrivalRow {
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
    channel: String,
    last_seen: i64,
}

impl ReportRow {
    /// The rows of a journaled body; nothing of one that no version has written.
    pub(super) fn of_body(body: &[u8], received_at: Timestamp) -> Vec<Self> {
        let reports: Vec<ReportedConversion> = match serde_json::from_slice(body) {
            Ok(reports) => reports,
            Err(error) => {
                tracing::error!(%error, "a journaled conversion is not understood");
                return Vec::new();
            }
        };
        let rows = reports.into_iter().zip(0_u64..);
        rows.map(|(report, place)| Self::new(report, received_at, place)).collect()
    }

    /// `place` tells versions of one millisecond apart.
    fn new(report: ReportedConversion, received_at: Timestamp, place: u64) -> Self {
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
            version: report.version.micros() + place.min(999),
        }
    }

    fn keys(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.click).chain(&self.contacts).filter(|key| !key.is_empty())
    }
}

impl ArrivalRow {
    /// Who came by a click with this event.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let click = ClickId::split(&event.touch.as_ref()?.referral_ref).1?;
        (!event.person.is_empty()).then(|| Self {
            click: click.to_string(),
            page_id: event.page.clone(),
            person_id: event.person.clone(),
        })
    }
}

impl Store {
    pub(super) async fn save_reports(
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
        self.insert_block("reported_conversions", reports, token).await?;
        self.insert_block("waiting_conversions", &waiting, token).await
    }

    /// Matches reports with people, and those that waited for one of `keys` (clicks and contacts that
    /// have just become known). `number` is that of the block of changed people.
    pub(super) async fn match_reports(
        &self,
        ids: BTreeSet<String>,
        keys: &BTreeSet<&str>,
        token: &str,
        number: u64,
    ) -> Result<(), StoreError> {
        let mut ids = ids;
        let keys: Vec<&str> = keys.iter().copied().collect();
        for keys in keys.chunks(AT_ONCE) {
            let question = self.client.query(REPORTS_WAITING).param("keys", keys);
            let found: Vec<String> =
                question.fetch_all().await.map_err(|error| self.failed(error))?;
            ids.extend(found);
        }
        let ids: Vec<String> = ids.into_iter().collect();
        for (part, ids) in ids.chunks(AT_ONCE).enumerate() {
            let settled = self.settle(ids).await?;
            let mut hash = DefaultHasher::new();
            for event in &settled.events {
                event.identity().hash(&mut hash);
            }
            let token = format!("{token}-reports-{part}-{}", hash.finish());
            self.insert_block("events_by_person", &settled.events, &token).await?;
            // Behind every other block's number, which is of a microsecond.
            let changed = ChangedRow::of_events(&settled.events, number + 1 + part as u64);
            self.note_changed(&changed, &token).await?;
            // Last: what was cut off before is done again.
            self.insert_block("matched_conversions", &settled.matched, &token).await?;
        }
        Ok(())
    }

    async fn settle(&self, ids: &[String]) -> Result<Settled, StoreError> {
        let question = self.client.query(REPORTS_TO_MATCH).param("ids", ids);
        let reports: Vec<Report> =
            question.fetch_all().await.map_err(|error| self.failed(error))?;
        let people = self.people_of(&reports).await?;
        let mut settled = Settled::default();
        for report in &reports {
            settled.add(report, &people);
        }
        Ok(settled)
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
        for keys in keys.chunks(AT_ONCE) {
            let question = self.client.query(PEOPLE_BEHIND).param("keys", keys);
            let rows: Vec<BehindRow> =
                question.fetch_all().await.map_err(|error| self.failed(error))?;
            for BehindRow { key, page_id, person_id } in rows {
                asked.insert((page_id.clone(), person_id.clone()));
                people.behind.entry(key).or_default().push((page_id, person_id));
            }
        }
        let asked: Vec<(String, String)> = asked.into_iter().collect();
        for asked in asked.chunks(AT_ONCE) {
            let (pages, ids): (Vec<&String>, Vec<&String>) =
                asked.iter().map(|(page, person)| (page, person)).unzip();
            let question = self.client.query(PEOPLE_SEEN).param("pages", pages);
            let rows: Vec<SeenRow> = question
                .param("people", ids)
                .fetch_all()
                .await
                .map_err(|error| self.failed(error))?;
            let rows = rows.into_iter();
            people.seen.extend(
                rows.map(|row| ((row.page_id, row.person_id), (row.channel, row.last_seen)))
                    .collect::<HashMap<_, _>>(),
            );
        }
        Ok(people)
    }

    /// Conversions of the period that others have reported, in time, as
    /// [`Store::conversation_list`] does it. Columns: `queries/reported_list.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn reported_list(
        &self,
        period: &Period,
        offset: u64,
        limit: u64,
    ) -> Result<DataFrame, StoreError> {
        let question = self.client.query(REPORTED_LIST);
        let question = question.param("from", period.from.0).param("to", period.to.0);
        self.frame(question.param("offset", offset).param("limit", limit)).await
    }
}
