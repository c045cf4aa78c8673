//! Which rows of one person's instant tell of one act, and what is to be written so that they are one event.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use crate::domain::{EventId, Kind, Timestamp};
use crate::normalize::{conversion_id, is_same_text};
use crate::store::ingest::stored_raw::StoredRow;
use crate::store::rows::reading::{Reading, Weight};

/// The rows to be written so that each tap is one event, of all that was told at some instants.
pub(super) fn join(rows: Vec<StoredRow>) -> Vec<StoredRow> {
    let mut instants: BTreeMap<(String, String, i64), Vec<StoredRow>> = BTreeMap::new();
    for row in rows {
        let at = (row.page_id.clone(), row.person_id.clone(), row.time);
        instants.entry(at).or_default().push(row);
    }
    instants.values().flat_map(|rows| join_instant(rows)).collect()
}

/// The same of one person's instant.
fn join_instant(rows: &[StoredRow]) -> Vec<StoredRow> {
    // Of each event the row that says the most, also where it was taken back already: what came in since may say more.
    let mut events: BTreeMap<Uuid, &StoredRow> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.is_taken_back()) {
        let best = events.entry(row.event_id).or_insert(row);
        if row.version > best.version {
            *best = row;
        }
    }
    let is_taken_back = |id: Uuid| rows.iter().any(|row| row.event_id == id && row.is_taken_back());
    let mut written = Vec::new();
    let mut write = |row: StoredRow| {
        let is_news = events.get(&row.event_id).is_none_or(|best| best.version < row.version)
            && !(row.is_taken_back() && is_taken_back(row.event_id));
        if is_news {
            written.push(row);
        }
    };
    for copy in events.values().filter(|row| row.kind != "conversion" && row.mid.is_empty()) {
        let own = events.values().filter(|row| !row.mid.is_empty() && copy.is_copy_of(row));
        // Of several that it may be a copy of, that which names the same.
        let own = own.min_by_key(|own| (own.payload != copy.payload, own.mid.clone()));
        let Some(own) = own else { continue };
        write(StoredRow { event_id: own.event_id, mid: own.mid.clone(), ..(*copy).clone() });
        write(copy.taken_back());
        let cause = EventId(copy.event_id.as_u128()).to_string();
        for conversion in
            events.values().filter(|row| row.cause().as_deref() == Some(cause.as_str()))
        {
            let own_cause = EventId(own.event_id.as_u128());
            let id = conversion_id(&conversion.name, own_cause);
            let raw = serde_json::json!({ "cause": own_cause.to_string() }).to_string();
            write(StoredRow { event_id: Uuid::from_u128(id.0), raw, ..(*conversion).clone() });
            write(conversion.taken_back());
        }
    }
    written
}

impl StoredRow {
    /// As a conversion that was taken back: readers know it by its kind and that it has no name.
    pub(super) fn taken_back(&self) -> Self {
        let reading = Reading { edition: 0, checksum: 0, nth: 0 };
        Self {
            kind: Kind::Conversion.as_str().to_owned(),
            name: String::new(),
            mid: String::new(),
            payload: String::new(),
            text: String::new(),
            source: String::new(),
            source_name: String::new(),
            referral_ref: String::new(),
            ad_id: String::new(),
            ad_title: String::new(),
            post_id: String::new(),
            referer_uri: String::new(),
            value: None,
            currency: String::new(),
            raw: String::new(),
            version: reading.version(Timestamp(self.received_at), Weight::Retracted),
            ..self.clone()
        }
    }

    pub(super) fn is_taken_back(&self) -> bool {
        self.kind == Kind::Conversion.as_str() && self.name.is_empty()
    }

    /// The event that it is a conversion of.
    pub(super) fn cause(&self) -> Option<String> {
        let raw = (self.kind == Kind::Conversion.as_str()).then(|| self.json())?;
        raw["cause"].as_str().map(str::to_owned)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.raw).unwrap_or_default()
    }

    /// Whether both tell of one act: a tap on the same button, as far as both name it and one of them does, or the same words.
    fn is_copy_of(&self, other: &Self) -> bool {
        let agree = |one: &str, other: &str| one.is_empty() || other.is_empty() || one == other;
        let (own, others) = (self.json(), other.json());
        let is_same_payload = agree(&self.payload, &other.payload);
        if self.kind != other.kind || !is_same_payload {
            return false;
        }
        let is_payload_known = !self.payload.is_empty() && self.payload == other.payload;
        if self.kind == Kind::Postback.as_str() {
            let title =
                |raw: &Value| raw["postback"]["title"].as_str().unwrap_or_default().to_owned();
            let (own, others) = (title(&own), title(&others));
            return agree(&own, &others) && (is_payload_known || !own.is_empty() && own == others);
        }
        // A message with the same words, or a quick reply: one of them knows it to be a tap. Neither has a file.
        let has_files = |raw: &Value| raw["message"].get("attachments").is_some();
        let is_tap = !self.payload.is_empty() || !other.payload.is_empty();
        let is_same = is_same_text(&own["message"], &others["message"]).unwrap_or(is_tap);
        is_same && !has_files(&own) && !has_files(&others)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::collections::BTreeSet;

    use super::*;
    use crate::normalize::{MarkKey, Settings, normalize};
    use crate::store::rows::EventRow;

    const RECEIVED: i64 = 1_795_168_900_000;

    /// A tap as it is told: with or without its id, payload and referral.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct Told {
        /// A quick reply; else a button.
        is_reply: bool,
        /// 0: without.
        mid: u8,
        /// Which button, by its title.
        title: u8,
        has_payload: bool,
        has_referral: bool,
        /// Milliseconds.
        at: i64,
    }

    fn rows(told: Told, received: i64) -> Vec<StoredRow> {
        let (kind, title) = if told.is_reply { ("message", "text") } else { ("postback", "title") };
        let mut tap = serde_json::json!({ title: format!("Button {}", told.title) });
        if told.mid > 0 {
            tap["mid"] = format!("m_{kind}_{}", told.mid).into();
        }
        let payload = format!("LEAD_{}", told.title);
        match (told.has_payload, told.is_reply) {
            (true, true) => tap["quick_reply"] = serde_json::json!({ "payload": payload }),
            (true, false) => tap["payload"] = payload.into(),
            (false, _) => {}
        }
        if told.has_referral {
            tap["referral"] = serde_json::json!({ "source": "ADS", "ad_id": "7" });
        }
        let body = serde_json::json!({ "object": "page", "entry": [{ "id": "9", "messaging": [{
            "sender": { "id": "7" }, "recipient": { "id": "9" },
            "timestamp": 1_795_168_800_000_i64 + told.at, kind: tap,
        }]}]});
        let received = Timestamp(RECEIVED + received);
        let key = MarkKey::new(&"secret".into());
        let settings = Settings { mark_key: Some(key), ..Settings::default() };
        let found = normalize(body.to_string().as_bytes(), received, &settings);
        let reading = Reading { edition: 0, checksum: 0, nth: 0 };
        found
            .events
            .into_iter()
            .map(|event| stored(EventRow::new(event, received, reading)))
            .collect()
    }

    fn stored(row: EventRow) -> StoredRow {
        let own = |text: &str| text.to_owned();
        StoredRow {
            event_id: row.event_id,
            channel: own(row.channel),
            page_id: row.page_id,
            person_id: row.person_id,
            time: row.time,
            time_origin: own(row.time_origin),
            place: row.place,
            received_at: row.received_at,
            kind: own(row.kind),
            name: row.name,
            mid: row.mid,
            payload: row.payload,
            text: row.text,
            app_id: row.app_id,
            persona_id: row.persona_id,
            tag: row.tag,
            source: own(row.source),
            source_name: row.source_name,
            referral_ref: row.referral_ref,
            ad_id: row.ad_id,
            ad_title: row.ad_title,
            post_id: row.post_id,
            referer_uri: row.referer_uri,
            ctwa_clid: row.ctwa_clid,
            charged_as: String::new(),
            read_upto: 0,
            value: row.value,
            currency: row.currency,
            raw: row.raw,
            version: row.version,
        }
    }

    /// What stands after deliveries in an order: kind, time, id, payload and ad of each event. `merges` says behind which of them the
    /// table is merged.
    fn standing(
        told: &[(Told, i64)],
        merges: &[bool],
    ) -> BTreeSet<(String, i64, String, String, String)> {
        let mut table: Vec<StoredRow> = Vec::new();
        let merge = |table: &mut Vec<StoredRow>| {
            let mut best: BTreeMap<Uuid, StoredRow> = BTreeMap::new();
            for row in table.drain(..) {
                match best.get(&row.event_id) {
                    Some(known) if known.version > row.version => {}
                    _ => drop(best.insert(row.event_id, row)),
                }
            }
            table.extend(best.into_values());
        };
        for (place, (told, received)) in told.iter().enumerate() {
            table.extend(rows(*told, *received));
            table.extend(join(table.clone()));
            if merges.get(place) == Some(&true) {
                merge(&mut table);
            }
        }
        // Done again nothing is added.
        assert_eq!(join(table.clone()).len(), 0);
        merge(&mut table);
        let standing = table.into_iter().filter(|row| !row.is_taken_back());
        standing
            .map(|row| {
                let id = if row.kind == "conversion" { row.event_id.to_string() } else { row.mid };
                (row.kind, row.time, id, row.payload, row.ad_id)
            })
            .collect()
    }

    fn any_told() -> impl Strategy<Value = Told> {
        (any::<bool>(), 0..3_u8, any::<bool>(), any::<bool>(), 0..2_i64).prop_map(
            |(is_reply, which, has_payload, has_referral, at)| {
                // Each button of a moment is one act: with its id, or without.
                let title = which % 2;
                let mid = if which < 2 {
                    1 + title + 2 * u8::try_from(at).unwrap_or_default()
                } else {
                    0
                };
                Told { is_reply, mid, title, has_payload, has_referral, at }
            },
        )
    }

    proptest! {
        #[test]
        fn what_stands_is_the_same_in_any_order_and_each_act_once(
            told in prop::collection::vec((any_told(), 0..5_i64), 1..7),
            merges in prop::collection::vec(any::<bool>(), 7),
            turned in 0..7_usize,
        ) {
            // What came in at one instant and says as much is told apart by the body alone.
            let mut told = told;
            for (place, one) in told.iter_mut().enumerate() {
                one.1 = one.1 * 10 + i64::try_from(place).unwrap_or_default();
            }
            let found = standing(&told, &merges);
            let mut other = told.clone();
            other.rotate_left(turned % told.len());
            prop_assert_eq!(&found, &standing(&other, &[]));
            other.reverse();
            prop_assert_eq!(&found, &standing(&other, &merges));
            let act = |one: &Told| (one.is_reply, one.title, one.at);
            let acts: BTreeSet<_> = told.iter().map(|(one, _)| act(one)).collect();
            let taps = found.iter().filter(|(kind, ..)| kind != "conversion").count();
            prop_assert_eq!(taps, acts.len(), "{:?}", found);
            // Whatever told a button's payload, it is a lead, once.
            let with: BTreeSet<_> = told
                .iter()
                .filter(|(one, _)| one.has_payload && !one.is_reply)
                .map(|(one, _)| act(one))
                .collect();
            let leads = found.iter().filter(|(kind, ..)| kind == "conversion").count();
            prop_assert_eq!(leads, with.len(), "{:?}", found);
        }
    }

    #[test]
    fn two_true_acts_stay_two() {
        let button = Told {
            is_reply: false,
            mid: 1,
            title: 1,
            has_payload: true,
            has_referral: false,
            at: 0,
        };
        for tap in [button, Told { is_reply: true, ..button }] {
            for other in [
                Told { mid: 2, ..tap },
                Told { mid: 0, title: 2, ..tap },
                Told { mid: 0, title: 2, has_payload: false, ..tap },
                Told { mid: 0, at: 1, ..tap },
                Told { mid: 0, is_reply: !tap.is_reply, ..tap },
            ] {
                let found = standing(&[(tap, 0), (other, 1)], &[]);
                let acts = found.iter().filter(|(kind, ..)| kind != "conversion").count();
                assert_eq!(acts, 2, "{other:?}");
            }
            let copy = Told { mid: 0, has_payload: false, ..tap };
            assert_eq!(standing(&[(copy, 0), (tap, 1)], &[]), standing(&[(tap, 0)], &[]));
            // Whichever comes first, the copy goes to the one with its payload.
            let (copy, other) =
                (Told { mid: 0, ..tap }, Told { mid: 3, has_payload: false, ..tap });
            let own = standing(&[(tap, 0), (other, 1)], &[]);
            assert_eq!(standing(&[(other, 0), (tap, 1), (copy, 2)], &[]), own);
        }
    }
}
