//! Whose a reported conversion is, and which events follow. No I/O.

use std::collections::HashMap;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows::EventRow;
use crate::normalize::reported_event_id;

/// A reported conversion as it stands, and the event that was made of it: a row of the question
/// `reports_to_match`.
#[derive(Debug, Clone, Row, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the columns' names")]
pub(super) struct Report {
    pub report_id: String,
    pub name: String,
    /// UTC milliseconds.
    pub time: i64,
    /// 1/10,000 of `currency`.
    pub value: Option<i64>,
    pub currency: String,
    pub is_retracted: u8,
    pub page_id: String,
    pub person_id: String,
    pub click: String,
    pub contacts: Vec<String>,
    pub received_at: i64,
    pub version: u64,
    pub was_page: String,
    pub was_person: String,
    pub was_channel: String,
    pub was_time: i64,
    #[serde(with = "clickhouse::serde::uuid")]
    pub was_event: Uuid,
    /// Version of the row, see [`standing`]; 0: there is none.
    pub was_version: u64,
}

/// A row of `matched_conversions`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize)]
pub(super) struct MatchedRow {
    report_id: String,
    matched_by: String,
    page_id: String,
    person_id: String,
    channel: String,
    time: i64,
    #[serde(with = "clickhouse::serde::uuid")]
    event_id: Uuid,
    version: u64,
}

/// People: behind clicks and contacts, and when they were last seen.
#[derive(Debug, Default)]
pub(super) struct People {
    /// By click or contact: (Page, person).
    pub behind: HashMap<String, Vec<(String, String)>>,
    /// Channel and last time (UTC milliseconds), by (Page, person).
    pub seen: HashMap<(String, String), (String, i64)>,
}

/// What has to be written for a report.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub events: Vec<EventRow>,
    pub matched: Vec<MatchedRow>,
}

struct Whose {
    by: &'static str,
    page: String,
    person: String,
}

impl People {
    /// The person that the report names, else the one of its click, else whoever shared its contact: of
    /// several the one who was seen last. A Page that the report names must be theirs.
    fn whose(&self, report: &Report) -> Option<Whose> {
        if !report.person_id.is_empty() {
            let (page, person) = (report.page_id.clone(), report.person_id.clone());
            return Some(Whose { by: "person", page, person });
        }
        let click = std::iter::once(("click", &report.click));
        let contacts = report.contacts.iter().map(|hash| ("contact", hash));
        click.chain(contacts).find_map(|(by, key)| {
            let people = self.behind.get(key)?.iter();
            let people =
                people.filter(|(page, _)| report.page_id.is_empty() || *page == report.page_id);
            let latest = people.max_by_key(|person| {
                let seen = self.seen.get(*person).map_or(i64::MIN, |(_, seen)| *seen);
                // Of those who were seen at once the first in order.
                (seen, std::cmp::Reverse(*person))
            });
            latest.map(|(page, person)| Whose { by, page: page.clone(), person: person.clone() })
        })
    }

    fn channel(&self, whose: &Whose) -> String {
        let person = (whose.page.clone(), whose.person.clone());
        self.seen
            .get(&person)
            .map_or_else(|| "messenger".to_owned(), |(channel, _)| channel.clone())
    }
}

impl Settled {
    /// Adds what a report asks for: its event, or that of an earlier version taken back. Nothing if that
    /// has been done, or if there is still nobody whose it could be.
    pub(super) fn add(&mut self, report: &Report, people: &People) {
        let stood = !report.was_person.is_empty();
        if stood && report.was_version >= standing(report.version) {
            return;
        }
        let is_retracted = report.is_retracted != 0;
        let whose = people.whose(report).filter(|_| !is_retracted);
        let event = whose.as_ref().map(|whose| {
            let Whose { page, person, .. } = whose;
            Uuid::from_u128(reported_event_id(&report.report_id, page, person, report.time).0)
        });
        if stood && event != Some(report.was_event) {
            let place = (report.was_page.as_str(), report.was_person.as_str());
            let row = EventRow::of_report(report, report.was_event, place, report.was_time);
            self.events.push(row.on(&report.was_channel).taken_back(taken_back(report.version)));
        }
        let Some((whose, event)) = whose.zip(event) else {
            if stood {
                self.matched.push(MatchedRow::nobody(report));
            }
            return;
        };
        let channel = people.channel(&whose);
        let Whose { by, page, person } = whose;
        let row = EventRow::of_report(report, event, (&page, &person), report.time);
        self.events.push(row.on(&channel).standing(standing(report.version)));
        self.matched.push(MatchedRow {
            report_id: report.report_id.clone(),
            matched_by: by.to_owned(),
            page_id: page,
            person_id: person,
            channel,
            time: report.time,
            event_id: event,
            version: standing(report.version),
        });
    }
}

impl MatchedRow {
    /// The report stands for nobody: it is given back, or waits.
    fn nobody(report: &Report) -> Self {
        Self {
            report_id: report.report_id.clone(),
            matched_by: String::new(),
            page_id: String::new(),
            person_id: String::new(),
            channel: String::new(),
            time: report.time,
            event_id: Uuid::nil(),
            version: taken_back(report.version),
        }
    }
}

/// Versions of rows: what a version of a report takes back comes before what it stands for, so that a
/// report that waited may stand again.
fn taken_back(version: u64) -> u64 {
    version * 4 + 1
}

fn standing(version: u64) -> u64 {
    version * 4 + 2
}
