//! Whose a reported conversion is, and which events follow. No I/O.
//!
//! Which events are made is decided by what is written down (`conversion_report_events`) before they are: whoever
//! comes later, after a crash or beside, sees it, and takes back what does not count. A version makes an
//! event of its own, so that what was taken back never has to stand again.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::normalize::reported_event_id;
use crate::store::rows::EventRow;

/// A reported conversion as it stands: a row of the question `reports_to_match`.
#[derive(Debug, Clone, Row, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the columns' names")]
pub(in crate::store) struct Report {
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
    pub version: u128,
    /// What its versions said last of consent.
    pub consent: Option<u8>,
    pub consent_version: u128,
}

/// A row of `conversion_report_events`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub(in crate::store) struct MadeEvent {
    pub report_id: String,
    #[serde(with = "clickhouse::serde::uuid")]
    pub event_id: Uuid,
    pub matched_by: String,
    pub page_id: String,
    pub person_id: String,
    /// UTC milliseconds.
    pub time: i64,
    pub version: u128,
}

/// A row of `person_consents`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Row, Serialize)]
pub(in crate::store) struct ConsentRow {
    page_id: String,
    person_id: String,
    consent: u8,
    version: u128,
}

/// People: behind clicks and contacts, and when they were last seen.
#[derive(Debug, Default)]
pub(in crate::store) struct People {
    /// By click or contact: (Page, person).
    pub behind: HashMap<String, Vec<(String, String)>>,
    /// Last time (UTC milliseconds), by (Page, person).
    pub seen: HashMap<(String, String), i64>,
}

/// What has to be written for some reports.
#[derive(Debug, Default)]
pub(in crate::store) struct Settled {
    /// Before anything else, and then looked at again.
    pub intended: Vec<MadeEvent>,
    pub consents: Vec<ConsentRow>,
    pub events: Vec<EventRow>,
}

/// Somebody, and by what they were found.
struct Whose {
    by: &'static str,
    page: String,
    person: String,
}

impl People {
    /// The person that the report names, else the one of its click, else whoever shared its contact: of
    /// several the one whose it was, else the one who was seen last. A Page that the report names must be
    /// theirs.
    fn whose(&self, report: &Report, was: Option<&MadeEvent>) -> Option<Whose> {
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
            let latest = people.max_by_key(|whose| {
                let (page, person) = *whose;
                let is_was =
                    was.is_some_and(|was| was.page_id == *page && was.person_id == *person);
                // Of those who were seen at once the first in order.
                (is_was, self.seen.get(*whose), Reverse(*whose))
            });
            latest.map(|(page, person)| Whose { by, page: page.clone(), person: person.clone() })
        })
    }
}

impl MadeEvent {
    /// What a version of a report makes for somebody.
    fn new(report: &Report, whose: &Whose, version: u128) -> Self {
        let value = report.value.map_or_else(String::new, |value| value.to_string());
        let time = report.time.to_string();
        let parts = [&report.name, &whose.page, &whose.person, &time, &value, &report.currency]
            .map(String::as_str);
        Self {
            report_id: report.report_id.clone(),
            event_id: Uuid::from_u128(reported_event_id(&report.report_id, version, &parts).0),
            matched_by: whose.by.to_owned(),
            page_id: whose.page.clone(),
            person_id: whose.person.clone(),
            time: report.time,
            version,
        }
    }

    /// That nothing stands any more.
    fn nobody(report: &Report) -> Self {
        Self {
            report_id: report.report_id.clone(),
            event_id: Uuid::nil(),
            matched_by: String::new(),
            page_id: String::new(),
            person_id: String::new(),
            time: report.time,
            version: report.version,
        }
    }

    fn is_somebodys(&self) -> bool {
        !self.person_id.is_empty()
    }

    /// The order in which events of a report count, as `0047_report_events` says.
    fn order(&self, other: &Self) -> Ordering {
        let key = |made: &Self| (made.version, made.is_somebodys(), Reverse(made.event_id));
        key(self).cmp(&key(other))
    }
}

impl Settled {
    /// What follows from reports and the events that were made of them so far.
    pub(in crate::store) fn of(reports: &[Report], made: &[MadeEvent], people: &People) -> Self {
        let mut of_report: HashMap<&str, Vec<&MadeEvent>> = HashMap::new();
        for one in made {
            of_report.entry(&one.report_id).or_default().push(one);
        }
        let mut settled = Self::default();
        for report in reports {
            let made = of_report.remove(report.report_id.as_str()).unwrap_or_default();
            settled.add(report, &made, people);
        }
        settled
    }

    fn add(&mut self, report: &Report, made: &[&MadeEvent], people: &People) {
        let current =
            made.iter().copied().max_by(|a, b| a.order(b)).filter(|one| one.is_somebodys());
        let whose = people.whose(report, current);
        let standing = if report.is_retracted != 0 {
            None
        } else if current.is_some_and(|one| one.version == report.version) {
            current.cloned()
        } else {
            // What once gave way to nobody never stands again.
            let gone = |current: &&MadeEvent| {
                made.iter().any(|one| !one.is_somebodys() && one.version >= current.version)
            };
            let current = current.filter(|current| !gone(current));
            whose.as_ref().map(|whose| next(report, whose, current))
        };
        self.consent(report, standing.as_ref().or(current), whose.as_ref());
        let intended = match &standing {
            Some(one) => Some(one.clone()),
            None => current.map(|_| MadeEvent::nobody(report)),
        };
        let is_written = |one: &MadeEvent| {
            let same = |made: &&MadeEvent| made.event_id == one.event_id;
            made.iter().filter(|made| same(made)).any(|made| made.version == one.version)
        };
        self.intended.extend(intended.filter(|one| !is_written(one)));
        for one in made.iter().copied().filter(|one| one.is_somebodys()) {
            let stands =
                standing.as_ref().is_some_and(|standing| standing.event_id == one.event_id);
            self.events.push(EventRow::of_report(report, one, stands));
        }
    }

    /// What a report said is the word of whoever has its event, or had it. Of one that nobody ever had, a no
    /// is the word of whom it means; a yes is nobody's.
    fn consent(&mut self, report: &Report, made: Option<&MadeEvent>, meant: Option<&Whose>) {
        let Some(consent) = report.consent else { return };
        let meant = meant.filter(|_| consent == 0).map(|meant| (&meant.page, &meant.person));
        let whose = made.map(|made| (&made.page_id, &made.person_id)).or(meant);
        let version = report.consent_version;
        self.consents.extend(whose.map(|(page_id, person_id)| ConsentRow {
            page_id: page_id.clone(),
            person_id: person_id.clone(),
            consent,
            version,
        }));
    }
}

/// What a newer version makes: nothing new if it says of the event what the one before said.
fn next(report: &Report, whose: &Whose, current: Option<&MadeEvent>) -> MadeEvent {
    let says_so = |current: &&MadeEvent| {
        MadeEvent::new(report, whose, current.version).event_id == current.event_id
    };
    let kept = current.filter(says_so).cloned();
    kept.unwrap_or_else(|| MadeEvent::new(report, whose, report.version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(version: u128, is_retracted: bool, consent: Option<u8>) -> Report {
        Report {
            report_id: "R".to_owned(),
            name: "purchase".to_owned(),
            time: 1000,
            value: Some(10_000),
            currency: "EUR".to_owned(),
            is_retracted: u8::from(is_retracted),
            page_id: String::new(),
            person_id: String::new(),
            click: String::new(),
            contacts: vec!["phone".to_owned()],
            received_at: 2000,
            version,
            consent,
            consent_version: version,
        }
    }

    fn known(people: &[(&str, i64)]) -> People {
        let person = |name: &str| ("7".to_owned(), name.to_owned());
        let behind = people.iter().map(|(name, _)| person(name)).collect();
        People {
            behind: [("phone".to_owned(), behind)].into(),
            seen: people.iter().map(|(name, seen)| (person(name), *seen)).collect(),
        }
    }

    /// Settles as the store does, until it comes to rest; who has the event.
    fn settle(report: &Report, made: &mut Vec<MadeEvent>, people: &People) -> (String, Settled) {
        for _ in 0..3 {
            let settled = Settled::of(std::slice::from_ref(report), made, people);
            if settled.intended.is_empty() {
                let standing = settled.events.iter().filter(|event| event.stands()).count();
                assert!(standing <= 1);
                let whose = settled.events.iter().find(|event| event.stands());
                let whose = whose.map(|event| event.person_and_time().0.1.to_owned());
                return (whose.unwrap_or_default(), settled);
            }
            made.extend(settled.intended);
        }
        panic!("it does not come to rest: {made:?}");
    }

    #[test]
    fn a_report_comes_to_rest_whatever_its_versions_are() {
        let people = known(&[("ann", 1)]);
        let mut made = Vec::new();
        assert_eq!(settle(&report(1, false, None), &mut made, &people).0, "ann");
        // Retracted under the same version, as older schemas had it.
        assert_eq!(settle(&report(1, true, None), &mut made, &people).0, "");
        assert_eq!(settle(&report(1, true, None), &mut made, &people).0, "");
        // What was taken back stays so; a new version makes another.
        let (whose, settled) = settle(&report(2, false, None), &mut made, &people);
        assert_eq!((whose.as_str(), settled.events.len()), ("ann", 2));
        assert_eq!(settle(&report(3, false, None), &mut made, &people).0, "ann");
        let before = made.len();
        settle(&report(4, false, None), &mut made, &people);
        assert_eq!(made.len(), before);
        // Two at once have chosen two people: the same one counts for both.
        let mut twice = Vec::new();
        settle(&report(1, false, None), &mut twice, &known(&[("bob", 1)]));
        settle(&report(1, false, None), &mut made.clone(), &people);
        let other = made_by(&report(1, false, None), &known(&[("cid", 1)]));
        twice.push(other);
        let one = settle(&report(1, false, None), &mut twice, &people).0;
        twice.reverse();
        assert_eq!(settle(&report(1, false, None), &mut twice, &people).0, one);
    }

    fn made_by(report: &Report, people: &People) -> MadeEvent {
        Settled::of(std::slice::from_ref(report), &[], people).intended.remove(0)
    }

    #[test]
    fn a_word_is_that_of_whose_event_it_is() {
        let said = |settled: Settled| -> Vec<(String, u8)> {
            settled.consents.into_iter().map(|row| (row.person_id, row.consent)).collect()
        };
        let mut made = Vec::new();
        let (whose, _) = settle(&report(1, false, Some(1)), &mut made, &known(&[("bob", 1)]));
        assert_eq!(whose, "bob");
        // Ann shares the number later: the word was Bob's, and stays his when it is given back.
        let both = known(&[("bob", 1), ("ann", 9)]);
        let (_, settled) = settle(&report(1, false, Some(1)), &mut made, &both);
        assert_eq!(said(settled), [("bob".to_owned(), 1)]);
        let (_, settled) = settle(&report(2, true, Some(1)), &mut made, &both);
        assert_eq!(said(settled), [] as [(String, u8); 0]);
        // Of one that never stood a no is the word of whom it means, a yes nobody's.
        let (_, settled) = settle(&report(1, true, Some(1)), &mut Vec::new(), &both);
        assert_eq!(said(settled), [] as [(String, u8); 0]);
        let (_, settled) = settle(&report(1, true, Some(0)), &mut Vec::new(), &both);
        assert_eq!(said(settled), [("ann".to_owned(), 0)]);
    }
}
