//! Meta's JSON to typed events. Pure: bytes and settings in, events and refusals out.
//!
//! Liberal in what it takes: unknown fields and kinds are never an error (they become events of
//! kind `other`, with their raw JSON), ids and times come as numbers or texts, `messaging` may be
//! one object instead of a list, and a bare event without its envelope is taken for what it is.
//! What cannot be understood at all is refused with its place and reason; the rest of the body
//! is kept.

mod changes;
mod conversions;
mod identity;
mod messaging;
mod privacy;
mod referral;
mod whatsapp;
mod wire;

use serde_json::Value;

use crate::domain::{Channel, Event, Timestamp};
pub use conversions::{ConversionRule, ConversionRules, RuleError};

/// What normalization may know beyond the body.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Rules that make conversions of events.
    pub conversions: ConversionRules,
    /// Whether the text of messages is kept.
    pub store_message_text: bool,
}

/// A part of a body that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where, as a JSON path: `entry[0].messaging[3]`.
    pub place: String,
    /// Why.
    pub reason: String,
    /// The part, as JSON (or the body itself if it is not JSON).
    pub raw: String,
}

/// What a body holds.
#[derive(Debug, Default)]
pub struct Normalized {
    /// Its events, in the order of the delivery.
    pub events: Vec<Event>,
    /// What could not be understood.
    pub refusals: Vec<Refusal>,
}

/// Reads the events in one item, or says why it cannot be understood.
type ReadItem = fn(&Value, &Context<'_>) -> Result<Vec<Event>, String>;

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
}

impl Context<'_> {
    /// The event's time: its own, else the entry's, else that of receipt. A time before Facebook
    /// was founded (2004-02-04) or more than a day ahead of receipt is none.
    fn time(&self, own: Option<Timestamp>) -> Timestamp {
        const EARLIEST: Timestamp = Timestamp(1_075_852_800_000);
        let latest = Timestamp(self.received_at.0 + crate::domain::DAY_MS);
        own.or(self.entry_time)
            .filter(|time| (EARLIEST..=latest).contains(time))
            .unwrap_or(self.received_at)
    }
}

/// Normalizes one webhook body.
#[must_use]
pub fn normalize(body: &[u8], received_at: Timestamp, settings: &Settings) -> Normalized {
    let mut out = Normalized::default();
    match serde_json::from_slice::<Value>(body) {
        Ok(body) => walk_body(&body, received_at, settings, &mut out),
        Err(error) => out.refusals.push(Refusal {
            place: "body".to_owned(),
            reason: format!("not JSON: {error}"),
            raw: String::from_utf8_lossy(body).into_owned(),
        }),
    }
    for (place, event) in out.events.iter_mut().enumerate() {
        event.place = u32::try_from(place).unwrap_or(u32::MAX);
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
    };
    match body {
        Value::Object(fields) if fields.contains_key("entry") => {
            for (index, entry) in wire::one_or_many(&body["entry"]).enumerate() {
                walk_entry(entry, &format!("entry[{index}]"), &context, out);
            }
        }
        Value::Object(_) => walk_entry(body, "body", &context, out),
        _ => refuse(out, "body", "a webhook body is a JSON object", body),
    }
}

/// An entry, or a bare event that stands where an entry would.
fn walk_entry(entry: &Value, place: &str, context: &Context<'_>, out: &mut Normalized) {
    if !entry.is_object() {
        refuse(out, place, "an entry is a JSON object", entry);
        return;
    }
    let context = Context {
        page: wire::text(entry, "id"),
        entry_time: wire::time(entry, "time"),
        place: place.to_owned(),
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
            take(item, read, &Context { place, ..context.clone() }, out);
        }
    }
    if found {
        return;
    }
    let bare = Context { page: String::new(), ..context };
    if entry.get("sender").is_some() || entry.get("recipient").is_some() {
        take(entry, messaging::events, &bare, out);
    } else if entry.get("value").is_some() {
        take(entry, changes::events, &bare, out);
    } else if entry.get("from").is_some() {
        take(entry, |item, context| Ok(whatsapp::bare_message(item, context)), &bare, out);
    } else if entry.get("id").is_none() {
        refuse(
            out,
            place,
            "neither messaging, standby nor changes, and no event of its own",
            entry,
        );
    }
}

fn take(
    item: &Value,
    read: impl Fn(&Value, &Context<'_>) -> Result<Vec<Event>, String>,
    context: &Context<'_>,
    out: &mut Normalized,
) {
    match read(item, context) {
        Ok(events) => {
            for event in events {
                let derived = context.settings.conversions.apply(&event);
                out.events.push(event);
                out.events.extend(derived);
            }
        }
        Err(reason) => refuse(out, &context.place, &reason, item),
    }
}

fn refuse(out: &mut Normalized, place: &str, reason: &str, raw: &Value) {
    out.refusals.push(Refusal {
        place: place.to_owned(),
        reason: reason.to_owned(),
        raw: raw.to_string(),
    });
}
