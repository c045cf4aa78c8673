//! How Meta delivers: mostly one event a webhook, sometimes a batch; some webhooks twice, some
//! late and so out of order.

use rand::{Rng, RngExt};
use serde_json::{Value, json};

/// What a body is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    Page,
    Instagram,
    WhatsApp,
}

impl Object {
    fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Instagram => "instagram",
            Self::WhatsApp => "whatsapp_business_account",
        }
    }
}

/// One event on its way.
#[derive(Debug)]
pub(super) struct Happening {
    /// When it happened, UTC milliseconds.
    pub time: i64,
    pub page: &'static str,
    pub object: Object,
    /// `messaging` or `changes`.
    pub list: &'static str,
    pub item: Value,
}

/// The bodies of one cohort, in the order of their arrival.
pub(super) fn deliver(happenings: Vec<Happening>, random: &mut impl Rng) -> Vec<Vec<u8>> {
    // Each body with the place it arrives at; a late one has a later place.
    let mut bodies: Vec<(usize, Vec<u8>)> = Vec::new();
    let mut batch: Vec<Happening> = Vec::new();
    let mut wanted = 1;
    let mut waiting = happenings.into_iter().peekable();
    while let Some(happening) = waiting.next() {
        batch.push(happening);
        let goes_on = waiting.peek().is_some_and(|next| next.object == batch[0].object);
        if batch.len() < wanted && goes_on {
            continue;
        }
        let place = bodies.len();
        let body = body(&batch);
        if random.random_bool(0.02) {
            bodies.push((place + random.random_range(1..200), body.clone()));
        }
        let late = if random.random_bool(0.03) { random.random_range(1..60) } else { 0 };
        bodies.push((place + late, body));
        batch.clear();
        wanted = if random.random_bool(0.1) { random.random_range(2..7) } else { 1 };
    }
    bodies.sort_by_key(|(place, _)| *place);
    bodies.into_iter().map(|(_, body)| body).collect()
}

fn body(batch: &[Happening]) -> Vec<u8> {
    let mut entries: Vec<Value> = Vec::new();
    for happening in batch {
        let time =
            if happening.list == "changes" { happening.time / 1000 } else { happening.time + 250 };
        let same = entries
            .last_mut()
            .filter(|entry| entry["id"] == happening.page && entry.get(happening.list).is_some());
        if let Some(items) = same.and_then(|entry| entry[happening.list].as_array_mut()) {
            items.push(happening.item.clone());
        } else {
            entries.push(json!({
                "id": happening.page,
                "time": time,
                happening.list: [happening.item],
            }));
        }
    }
    let object = batch.first().map_or(Object::Page, |happening| happening.object).as_str();
    escaped(&json!({ "object": object, "entry": entries }).to_string())
}

/// Meta escapes what is not ASCII, and signs the escaped form.
fn escaped(text: &str) -> Vec<u8> {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            out.push(letter);
        } else {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                out.push_str("\\u");
                out.push_str(&hex::encode(unit.to_be_bytes()));
            }
        }
    }
    out.into_bytes()
}
