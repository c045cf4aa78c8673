//! Rows of the tables, as the `clickhouse` crate writes them.

pub(in crate::store) mod page_names;
pub(in crate::store) mod reading;
pub(in crate::store) mod webhook_counts;

use clickhouse::Row;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{Channel, Event, Kind, Link, LinkVisit, TimeOrigin, Timestamp};
use crate::journal::{Damage, Position};
use crate::normalize::LONGEST_REPORTED;
use crate::normalize::Refusal;
use crate::store::client::decimal::ten_thousandths;
use reading::{Reading, Weight};

/// Whether an event names somebody, by ids that can be asked for.
pub(in crate::store) fn is_to_be_known(event: &Event) -> bool {
    can_be_asked_for(&event.page, &event.person)
}

fn can_be_asked_for(page: &str, person: &str) -> bool {
    !person.is_empty() && page.len().max(person.len()) <= LONGEST_REPORTED
}

/// Whether all copies of an event tell one time. Where they may not, that with the earliest time counts, not that which came
/// in first: statuses and echoes of one WhatsApp message, what tells of forms and calls, and what has its time from a receipt.
fn has_one_time(event: &Event) -> bool {
    let may_differ = match event.kind {
        Kind::Conversion | Kind::Other => true,
        Kind::Echo => event.channel == Channel::WhatsApp,
        _ => false,
    };
    !may_differ && event.time_origin == TimeOrigin::Event
}

/// A row of `events_by_person`. Columns and units: `queries/schema/baseline/events.sql`.
#[derive(Debug, Row, Serialize)]
pub(in crate::store) struct EventRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub(in crate::store) event_id: Uuid,
    pub(in crate::store) channel: &'static str,
    pub(in crate::store) page_id: String,
    pub(in crate::store) person_id: String,
    pub(in crate::store) time: i64,
    pub(in crate::store) time_origin: &'static str,
    pub(in crate::store) place: u32,
    pub(in crate::store) received_at: i64,
    pub(in crate::store) kind: &'static str,
    pub(in crate::store) name: String,
    pub(in crate::store) mid: String,
    pub(in crate::store) payload: String,
    pub(in crate::store) text: String,
    pub(in crate::store) app_id: String,
    pub(in crate::store) persona_id: String,
    pub(in crate::store) tag: String,
    pub(in crate::store) source: &'static str,
    pub(in crate::store) source_name: String,
    #[serde(rename = "ref")]
    pub(in crate::store) referral_ref: String,
    pub(in crate::store) ad_id: String,
    pub(in crate::store) ad_title: String,
    pub(in crate::store) post_id: String,
    pub(in crate::store) referer_uri: String,
    pub(in crate::store) ctwa_clid: String,
    pub(in crate::store) value: Option<i64>,
    pub(in crate::store) currency: String,
    pub(in crate::store) raw: String,
    pub(in crate::store) version: u64,
}

impl EventRow {
    pub(in crate::store) fn new(event: Event, received_at: Timestamp, reading: Reading) -> Self {
        let counts_at = if has_one_time(&event) { received_at } else { event.time };
        let version = reading.version(counts_at, Weight::of(&event));
        let touch = event.touch;
        let source = touch.as_ref().map_or("", |touch| touch.source.as_str());
        let mut source_name = String::new();
        let mut referral_ref = String::new();
        let mut ad_id = String::new();
        let mut ad_title = String::new();
        let mut post_id = String::new();
        let mut referer_uri = String::new();
        let mut ctwa_clid = String::new();
        if let Some(touch) = touch {
            source_name = touch.source_name;
            referral_ref = touch.referral_ref;
            ad_id = touch.ad_id;
            ad_title = touch.ad_title;
            post_id = touch.post_id;
            referer_uri = touch.referer_uri;
            ctwa_clid = touch.ctwa_clid;
        }
        let (value, currency) =
            event.conversion.map_or((None, String::new()), |mark| (mark.value, mark.currency));
        Self {
            event_id: Uuid::from_u128(event.id.0),
            channel: event.channel.as_str(),
            page_id: event.page,
            person_id: event.person,
            time: event.time.0,
            time_origin: event.time_origin.as_str(),
            place: event.place,
            received_at: received_at.0,
            kind: event.kind.as_str(),
            name: event.name,
            mid: event.mid,
            payload: event.payload,
            text: event.text,
            app_id: event.app_id,
            persona_id: event.persona_id,
            tag: event.tag,
            source,
            source_name,
            referral_ref,
            ad_id,
            ad_title,
            post_id,
            referer_uri,
            ctwa_clid,
            value: value.and_then(ten_thousandths),
            currency,
            raw: event.raw,
            version,
        }
    }
}

impl EventRow {
    #[cfg(test)]
    pub(in crate::store) fn stands(&self) -> bool {
        !self.name.is_empty()
    }

    /// What tells it from others, and from other versions of itself.
    pub(in crate::store) fn identity(&self) -> (Uuid, u64) {
        (self.event_id, self.version)
    }

    /// Whether conversations or sequences are made of it: all that somebody has but receipts.
    pub(in crate::store) fn is_in_sequence(&self) -> bool {
        let is_receipt =
            matches!(Kind::from_name(self.kind), Some(Kind::Delivery | Kind::Read) | None);
        !is_receipt && !self.person_id.is_empty()
    }

    /// Whether it came in by a webhook: conversions are made of others.
    pub(in crate::store) fn came_in(&self) -> bool {
        self.kind != Kind::Conversion.as_str()
    }

    /// (Page, person) and UTC milliseconds.
    pub(in crate::store) fn person_and_time(&self) -> ((&str, &str), i64) {
        ((&self.page_id, &self.person_id), self.time)
    }
}

/// A row of `aliases`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Row, Serialize)]
pub(in crate::store) struct AliasRow {
    pub page_id: String,
    pub alias: String,
    pub person_id: String,
}

impl AliasRow {
    /// Which names an event tells to be one person's, and when (UTC milliseconds). Of several the first counts the most:
    /// the others are a moment older.
    pub(in crate::store) fn told(event: &Event) -> impl Iterator<Item = (Self, i64)> {
        let aliases = event.aliases.iter().filter(|_| !event.person.is_empty());
        aliases.zip(0..).map(|(alias, place)| {
            let (page_id, alias, person_id) =
                (event.page.clone(), alias.clone(), event.person.clone());
            (Self { page_id, alias, person_id }, (event.time.0 - place).max(0))
        })
    }
}

/// Names that were told beside each other, and when first (UTC milliseconds).
pub(in crate::store) type ToldNames = FxHashMap<AliasRow, i64>;

/// A row of `told_names`.
#[derive(Debug, Row, Serialize)]
pub(in crate::store) struct ToldNameRow {
    page_id: String,
    alias: String,
    person_id: String,
    /// UTC milliseconds.
    told_at: i64,
    version: u64,
}

impl ToldNameRow {
    pub(in crate::store) fn new(names: AliasRow, told_at: i64) -> Self {
        let AliasRow { page_id, alias, person_id } = names;
        Self { page_id, alias, person_id, told_at, version: i64::MAX.abs_diff(told_at.max(0)) }
    }
}

/// A row of `contacts`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Row, Serialize)]
pub(in crate::store) struct ContactRow {
    hash: String,
    page_id: String,
    person_id: String,
}

impl ContactRow {
    pub(in crate::store) fn of(event: &Event) -> impl Iterator<Item = Self> {
        let contacts = event.contacts.iter().filter(|_| is_to_be_known(event));
        contacts.map(|hash| Self {
            hash: hash.clone(),
            page_id: event.page.clone(),
            person_id: event.person.clone(),
        })
    }

    /// Somebody's, by ids that can be asked for.
    pub(in crate::store) fn new(hash: String, page: &str, person: &str) -> Option<Self> {
        let (page_id, person_id) = (page.to_owned(), person.to_owned());
        can_be_asked_for(page, person).then_some(Self { hash, page_id, person_id })
    }

    /// The number or address, as a hash.
    pub(in crate::store) fn hash(&self) -> &str {
        &self.hash
    }
}

/// A row of `quarantine`.
#[derive(Debug, Clone, Row, Serialize, Deserialize)]
pub(in crate::store) struct RefusalRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub refusal_id: Uuid,
    pub received_at: i64,
    pub position: String,
    pub place: String,
    pub reason: String,
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
    /// UTC milliseconds; 0 if it still cannot be understood.
    pub replayed_at: i64,
}

impl RefusalRow {
    pub(in crate::store) fn new(refusal: Refusal, received_at: Timestamp, at: Position) -> Self {
        use sha2::{Digest, Sha256};
        // Neither position nor place: the same item delivered again is the same refusal.
        let digest = Sha256::digest(&refusal.body);
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        Self {
            refusal_id: Uuid::from_bytes(first),
            received_at: received_at.0,
            position: format!("{}:{}", at.segment, at.offset),
            place: refusal.place,
            reason: refusal.reason,
            body: refusal.body,
            replayed_at: 0,
        }
    }

    /// As it is stored: without what somebody wrote, unless texts are kept.
    pub(in crate::store) fn stored(mut self, keep_text: bool) -> Self {
        self.body = crate::normalize::stored_refusal(self.body, keep_text);
        self
    }

    /// Of bytes of the journal that cannot be read. They are put aside; the row tells where.
    pub(in crate::store) fn of_damage(damage: &Damage, received_at: Timestamp) -> Self {
        let at = Position { segment: damage.segment, offset: damage.offset };
        // The same however often it is read, also when more can be told of it by then.
        let Damage { segment, offset, bytes, file, .. } = damage;
        let range = serde_json::json!({ "segment": segment, "offset": offset, "bytes": bytes, "file": file });
        let body = serde_json::json!({ "damaged_journal_record": range });
        let refusal = Refusal {
            place: "journal".to_owned(),
            reason: format!("damaged journal record: {damage}"),
            body: body.to_string().into_bytes(),
        };
        Self::new(refusal, received_at, at)
    }
}

/// A row of `link_visits`, as the collector journals it.
#[derive(Debug, Clone, Row, Serialize, Deserialize)]
pub(in crate::store) struct VisitRow {
    visit_id: String,
    slug: String,
    page_id: String,
    #[serde(rename = "ref")]
    referral_ref: String,
    visitor: String,
    /// UTC milliseconds.
    #[serde(default)]
    time: i64,
}

impl VisitRow {
    /// `None` for what no version of the collector has written.
    pub(in crate::store) fn new(body: &[u8], received_at: Timestamp) -> Option<Self> {
        match serde_json::from_slice::<Self>(body) {
            Ok(visit) => Some(Self { time: received_at.0, ..visit }),
            Err(error) => {
                tracing::error!(%error, "a journaled visit is not understood");
                None
            }
        }
    }
}

impl From<&LinkVisit> for VisitRow {
    fn from(visit: &LinkVisit) -> Self {
        Self {
            visit_id: visit.id.to_string(),
            slug: visit.slug.clone(),
            page_id: visit.page_id.clone(),
            referral_ref: visit.referral_ref.clone(),
            visitor: if visit.is_of_person { "person" } else { "program" }.to_owned(),
            time: visit.time.0,
        }
    }
}

/// A row of `links`.
#[derive(Debug, Clone, Row, Serialize, Deserialize)]
pub(in crate::store) struct LinkRow {
    slug: String,
    page: String,
    page_id: String,
    is_instagram: bool,
    #[serde(rename = "ref")]
    referral_ref: String,
    text: String,
    campaign: String,
    medium: String,
    owner: String,
    /// 1/10,000 of `currency`.
    cost: Option<i64>,
    currency: String,
    is_printed: bool,
    is_archived: bool,
    /// The highest stays: UTC microseconds of the edit, or one more than the one before.
    version: u64,
}

impl LinkRow {
    pub(in crate::store) fn new(link: Link, version: u64) -> Self {
        Self {
            slug: link.slug,
            page: link.page,
            page_id: link.page_id,
            is_instagram: link.is_instagram,
            referral_ref: link.referral_ref,
            text: link.text,
            campaign: link.campaign,
            medium: link.medium,
            owner: link.owner,
            cost: link.cost.and_then(ten_thousandths),
            currency: link.currency,
            is_printed: link.is_printed,
            is_archived: link.is_archived,
            version,
        }
    }

    pub(in crate::store) fn into_link(self) -> Link {
        Link {
            slug: self.slug,
            page: self.page,
            page_id: self.page_id,
            is_instagram: self.is_instagram,
            referral_ref: self.referral_ref,
            text: self.text,
            campaign: self.campaign,
            medium: self.medium,
            owner: self.owner,
            cost: self.cost.map(|cost| Decimal::new(cost, 4).normalize()),
            currency: self.currency,
            is_printed: self.is_printed,
            is_archived: self.is_archived,
        }
    }
}
