//! Meta's JSON to typed events. Pure: bytes and settings in, events and refusals out.
//!
//! Liberal in what it takes: unknown fields and kinds are never an error (they become events of
//! kind `other`, with their raw JSON), ids and times come as numbers or texts, `messaging` may be
//! one object instead of a list, and a bare event without its envelope is taken for what it is.
//! What cannot be understood at all is refused with its place and reason; the rest of the body
//! is kept.

mod changes;
mod conversions;
mod erased;
mod erased_reports;
mod identity;
mod labels;
mod messaging;
mod person_name;
mod places;
mod privacy;
mod referral;
mod repair;
mod reported;
mod whatsapp;
mod whatsapp_people;
mod wire;

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use crate::domain::{
    Channel, Event, EventId, Evidence, Kind, PLACE_BITS, PageName, RefRules, TimeOrigin, Timestamp,
};
pub use conversions::{ConversionRule, ConversionRules, RuleError, conversion_id};
pub use erased::{Remains, item_is_erased, without_erased};
pub use erased_reports::{report_is_erased, reports_without_erased};
pub use person_name::{IsErased, PersonName, is_number, number_alone};
pub use privacy::{MarkKey, is_same_text, stored_raw, stored_refusal};
pub use reported::{
    FieldError, FileStyle, LONGEST_REPORTED, REPORTED_FIELDS, read_reported, read_reported_row,
    reported_event_id, reported_row,
};
pub use whatsapp::number_hashes;

/// To be counted up whenever the parser makes something else of a body than before.
const PARSER: u32 = 5;

/// What normalization may know beyond the body.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Rules that make conversions of events.
    pub conversions: ConversionRules,
    /// Rules that say what refs stand for.
    pub refs: RefRules,
    /// Whether the text of messages is kept.
    pub store_message_text: bool,
    /// By which marks stand for texts that are not kept; without it none do.
    pub mark_key: Option<MarkKey>,
    /// Which edition of parser and rules this is. Of what several editions have made of one body that of the highest
    /// counts.
    pub edition: u16,
}

impl Settings {
    /// Tells parser and rules from others; not by the edition's number.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hash = DefaultHasher::new();
        let Self { conversions, refs, store_message_text, mark_key: _, edition: _ } = self;
        let version = env!("CARGO_PKG_VERSION");
        format!("{version} {PARSER} {conversions:?} {refs:?} {store_message_text}").hash(&mut hash);
        hash.finish()
    }
}

/// A part of a body that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where, as a JSON path: `entry[0].messaging[3]`.
    pub place: String,
    /// Why.
    pub reason: String,
    /// The part in a body of its own, which can be normalized again; the whole body if it is not
    /// JSON.
    pub body: Vec<u8>,
}

/// What a body holds.
#[derive(Debug, Default)]
pub struct Normalized {
    /// Its events, in the order of the delivery.
    pub events: Vec<Event>,
    /// What could not be understood.
    pub refusals: Vec<Refusal>,
    /// What its senders are called.
    pub names: Vec<PageName>,
}

/// What was read in one item.
#[derive(Debug, Default)]
struct Read {
    events: Vec<Event>,
    /// Parts of it that cannot be understood: why, and each as an item of its own.
    refused: Vec<(String, Value)>,
    names: Vec<PageName>,
}

impl From<Vec<Event>> for Read {
    fn from(events: Vec<Event>) -> Self {
        Self { events, ..Self::default() }
    }
}

/// Reads the events in one item, or says why it cannot be understood.
type ReadItem = fn(&Value, &Context<'_>) -> Result<Read, String>;

/// The circumstances of an item: what its envelope says.
#[derive(Debug, Clone)]
struct Context<'a> {
    settings: &'a Settings,
    channel: Channel,
    /// `entry.id`, empty if missing.
    page: String,
    /// `entry.time`.
    entry_time: Option<Timestamp>,
    received_at: Timestamp,
    /// JSON path of the item.
    place: String,
    /// The whole body.
    body: &'a Value,
    /// The item's entry.
    entry: &'a Value,
}

impl Context<'_> {
    /// An event of kind `other` of which nothing is known but its identity and its name.
    fn event(&self, id: EventId, name: &str) -> Event {
        Event {
            id,
            channel: self.channel,
            page: self.page.clone(),
            person: String::new(),
            aliases: Vec::new(),
            evidence: Evidence::Told,
            time: self.received_at,
            time_origin: TimeOrigin::Receipt,
            place: 0,
            kind: Kind::Other,
            name: name.to_owned(),
            mid: String::new(),
            payload: String::new(),
            contacts: Vec::new(),
            text: String::new(),
            app_id: String::new(),
            persona_id: String::new(),
            tag: String::new(),
            touch: None,
            conversion: None,
            raw: String::new(),
        }
    }

    /// The event's time: its own, else the entry's, else that of receipt; each only if it can be.
    fn time(&self, own: Option<Timestamp>) -> (Timestamp, TimeOrigin) {
        let can_be = |time: &Timestamp| time.can_be(self.received_at);
        if let Some(own) = own.filter(can_be) {
            return (own, TimeOrigin::Event);
        }
        if let Some(entry) = self.entry_time.filter(can_be) {
            let origin = if own.is_some() { TimeOrigin::Clamped } else { TimeOrigin::Entry };
            return (entry, origin);
        }
        let is_silent = own.is_none() && self.entry_time.is_none();
        (self.received_at, if is_silent { TimeOrigin::Receipt } else { TimeOrigin::Clamped })
    }
}

/// Normalizes one webhook body.
#[must_use]
pub fn normalize(body: &[u8], received_at: Timestamp, settings: &Settings) -> Normalized {
    let mut out = Normalized::default();
    let parsed = serde_json::from_slice::<Value>(body).or_else(|error| {
        let repaired = repair::repaired(body).ok_or(error)?;
        serde_json::from_slice(&repaired)
    });
    match parsed {
        Ok(body) if body.is_object() => walk_body(&body, received_at, settings, &mut out),
        Ok(_) => out.refusals.push(Refusal {
            place: "body".to_owned(),
            reason: "a webhook body is a JSON object".to_owned(),
            body: body.to_vec(),
        }),
        Err(error) => out.refusals.push(Refusal {
            place: "body".to_owned(),
            reason: format!("not JSON: {error}"),
            body: body.to_vec(),
        }),
    }
    for (place, event) in out.events.iter_mut().enumerate() {
        let place = u32::try_from(place).unwrap_or(u32::MAX).min((1 << PLACE_BITS) - 1);
        let order = event.kind.order_with(event.touch.is_some());
        event.place = (order << PLACE_BITS) | place;
    }
    out
}

fn walk_body(body: &Value, received_at: Timestamp, settings: &Settings, out: &mut Normalized) {
    let channel = match wire::text(body, "object").as_str() {
        "instagram" => Channel::Instagram,
        "whatsapp_business_account" => Channel::WhatsApp,
        _ => Channel::Messenger,
    };
    let context = Context {
        settings,
        channel,
        page: String::new(),
        entry_time: None,
        received_at,
        place: String::new(),
        body,
        entry: &Value::Null,
    };
    if body.get("entry").is_some() {
        for (index, entry) in wire::one_or_many(&body["entry"]).enumerate() {
            walk_entry(entry, &format!("entry[{index}]"), &context, out);
        }
    } else {
        walk_entry(body, "body", &context, out);
    }
}

/// An entry, or a bare event that stands where an entry would.
fn walk_entry(entry: &Value, place: &str, context: &Context<'_>, out: &mut Normalized) {
    if !entry.is_object() {
        refuse(out, place, "an entry is a JSON object", alone(context.body, entry));
        return;
    }
    let context = Context {
        page: wire::text(entry, "id"),
        entry_time: wire::time(entry, "time"),
        place: place.to_owned(),
        entry,
        ..context.clone()
    };
    let lists: [(&str, ReadItem); 3] = [
        ("messaging", messaging::events),
        ("standby", messaging::events),
        ("changes", changes::events),
    ];
    let mut found = false;
    for (key, read) in lists {
        for (index, item) in wire::one_or_many(&entry[key]).enumerate() {
            found = true;
            let place = format!("{place}.{key}[{index}]");
            take(item, key, read, &Context { place, ..context.clone() }, out);
        }
    }
    if found {
        return;
    }
    let bare = Context { page: String::new(), ..context };
    if entry.get("sender").is_some() || entry.get("recipient").is_some() {
        take(entry, "", messaging::events, &bare, out);
    } else if entry.get("value").is_some() {
        take(entry, "", changes::events, &bare, out);
    } else if entry.get("from").is_some() {
        take(entry, "", whatsapp::bare_message, &bare, out);
    } else if entry.get("id").is_none() {
        let reason = "neither messaging, standby nor changes, and no event of its own";
        refuse(out, place, reason, alone(bare.body, entry));
    }
}

/// An entry in a body of its own.
fn alone(body: &Value, entry: &Value) -> Value {
    if std::ptr::eq(body, entry) {
        return body.clone();
    }
    json!({ "object": body["object"], "entry": [entry] })
}

/// Reads an item that stands in the entry's list `key`, or that is the entry (`key` is empty).
fn take(item: &Value, key: &str, read: ReadItem, context: &Context<'_>, out: &mut Normalized) {
    let Context { body, entry, .. } = *context;
    let in_a_body = |item: &Value| {
        if key.is_empty() {
            alone(body, item)
        } else {
            alone(body, &json!({ "id": entry["id"], "time": entry["time"], key: [item] }))
        }
    };
    match read(item, context) {
        Ok(Read { events, refused, names }) => {
            out.names.extend(names);
            for event in events {
                let derived = context.settings.conversions.apply(&event);
                out.events.push(messaging::without_contact(event));
                out.events.extend(derived);
            }
            for (reason, item) in refused {
                refuse(out, &context.place, &reason, in_a_body(&item));
            }
        }
        Err(reason) => refuse(out, &context.place, &reason, in_a_body(item)),
    }
}

fn refuse(out: &mut Normalized, place: &str, reason: &str, body: Value) {
    let (place, reason) = (place.to_owned(), reason.to_owned());
    out.refusals.push(Refusal { place, reason, body: body.to_string().into_bytes() });
}
