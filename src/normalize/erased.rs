//! Takes the items of erased people out of a body. An item belongs to the people who stand where the wire has
//! people (sender, recipient, `from`, …); an id that is quoted in a text makes it nobody's.

use serde_json::Value;

use super::person_name::{IsErased, PersonName, is_number, number_alone};
use super::places::{Places, forms, tokens};
use super::wire::{WHATSAPP_LISTS, one_or_many};
use super::{repair, wire};
use crate::domain::Timestamp;

/// Lists of an entry that are read.
const LISTS: [&str; 3] = ["messaging", "standby", "changes"];
/// Fields of an entry that are no items.
const ENTRY_FIELDS: [&str; 2] = ["id", "time"];
/// Fields by which an item stands where an entry would.
const BARE: [&str; 4] = ["sender", "recipient", "value", "from"];

/// Of what cannot be parsed nobody knows when it happened: it counts as from before an erasure.
const TIMELESS: Timestamp = Timestamp(i64::MIN);

/// What is left of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remains {
    /// Nothing of it is theirs.
    Everything,
    /// The items of others.
    Rest(Vec<u8>),
    /// All of it is theirs, or it cannot be parsed and has one of their ids as a word of its own.
    Nothing,
}

/// Takes the items of erased people out of a webhook's body, or of a quarantined one.
#[must_use]
pub fn without_erased(body: &[u8], received_at: Timestamp, is_erased: &IsErased<'_>) -> Remains {
    let walk = Walk { received_at, is_erased };
    let parsed = serde_json::from_slice::<Value>(body).ok().or_else(|| {
        let repaired = repair::repaired(body)?;
        serde_json::from_slice(&repaired).ok()
    });
    let Some(mut body) = parsed.filter(Value::is_object) else {
        let is_theirs = walk.has_token(&String::from_utf8_lossy(body), TIMELESS);
        return if is_theirs { Remains::Nothing } else { Remains::Everything };
    };
    let mut is_changed = false;
    let is_left = match body.get_mut("entry") {
        Some(entries) => keep_of(entries, |entry| walk.keeps_entry(entry, &mut is_changed)),
        None => walk.keeps_entry(&mut body, &mut is_changed),
    };
    match (is_changed, is_left) {
        (false, _) => Remains::Everything,
        (true, false) => Remains::Nothing,
        (true, true) => serde_json::to_vec(&body).map_or(Remains::Nothing, Remains::Rest),
    }
}

/// Tells whether a stored item, as `normalize` keeps its JSON, is of somebody who was erased after `time`.
#[must_use]
pub fn item_is_erased(raw: &str, page: &str, time: Timestamp, is_erased: &IsErased<'_>) -> bool {
    let walk = Walk { received_at: time, is_erased };
    match serde_json::from_str::<Value>(raw) {
        Ok(item) => walk.is_theirs(&item, &[page], time),
        Err(_) => walk.has_token(raw, time),
    }
}

/// Whether a text that cannot be parsed has an id of theirs as a word of its own.
pub(super) fn has_token(text: &str, received_at: Timestamp, is_erased: &IsErased<'_>) -> bool {
    Walk { received_at, is_erased }.has_token(text, TIMELESS)
}

struct Walk<'a> {
    received_at: Timestamp,
    is_erased: &'a IsErased<'a>,
}

impl Walk<'_> {
    /// Strips an entry; `false` if it is to go.
    fn keeps_entry(&self, entry: &mut Value, is_changed: &mut bool) -> bool {
        let page = wire::text(entry, "id");
        let entry_time = wire::time(entry, "time");
        let has = |key: &str| entry.get(key).is_some();
        let is_bare = !LISTS.into_iter().any(has) && BARE.into_iter().any(has);
        let Some(fields) = entry.as_object_mut().filter(|_| !is_bare) else {
            return self.keeps_item(entry, "", entry_time, is_changed);
        };
        let (mut is_stripped, mut is_left) = (false, false);
        for (key, list) in fields.iter_mut() {
            if ENTRY_FIELDS.contains(&key.as_str()) || !(list.is_array() || list.is_object()) {
                continue;
            }
            is_left |=
                keep_of(list, |item| self.keeps_item(item, &page, entry_time, &mut is_stripped));
        }
        *is_changed |= is_stripped;
        is_left || !is_stripped
    }

    /// Strips an item; `false` if it is to go.
    fn keeps_item(
        &self,
        item: &mut Value,
        page: &str,
        entry_time: Option<Timestamp>,
        is_changed: &mut bool,
    ) -> bool {
        let standby = one_or_many(&item["value"]["standby"]);
        let is_of_many = std::iter::once(&item["value"])
            .chain(standby)
            .any(|holder| WHATSAPP_LISTS.iter().any(|key| holder.get(key).is_some()));
        if is_of_many && let Some(value) = item.get_mut("value") {
            return self.keeps_value(value, page, entry_time, is_changed);
        }
        let is_theirs = self.is_theirs(item, &[page], self.time(item, entry_time));
        *is_changed |= is_theirs;
        !is_theirs
    }

    /// Strips the value of a WhatsApp change; `false` if nothing is left of its messages and statuses.
    fn keeps_value(
        &self,
        value: &mut Value,
        page: &str,
        entry_time: Option<Timestamp>,
        is_changed: &mut bool,
    ) -> bool {
        let phone = wire::text(&value["metadata"], "phone_number_id");
        let mut is_stripped = false;
        let mut is_left = self.keeps_lists(value, &[page, &phone], entry_time, &mut is_stripped);
        let standby = value.get_mut("standby").map(|standby| match standby {
            Value::Array(holders) => holders.as_mut_slice(),
            one => std::slice::from_mut(one),
        });
        for holder in standby.into_iter().flatten() {
            is_left |= self.keeps_lists(holder, &[page, &phone], entry_time, &mut is_stripped);
        }
        *is_changed |= is_stripped;
        !is_stripped || is_left
    }

    /// Strips the lists of a WhatsApp change; whether something is left in them.
    fn keeps_lists(
        &self,
        holder: &mut Value,
        pages: &[&str],
        entry_time: Option<Timestamp>,
        is_stripped: &mut bool,
    ) -> bool {
        let (mut gone, mut staying) = (Vec::new(), Vec::new());
        for key in WHATSAPP_LISTS {
            let Some(list) = holder.get_mut(key) else { continue };
            keep_of(list, |item| {
                let is_theirs = self.is_theirs(item, pages, self.time(item, entry_time));
                *is_stripped |= is_theirs;
                let people = if is_theirs { &mut gone } else { &mut staying };
                people.extend(Places::of(item).people);
                !is_theirs
            });
        }
        // Who is told of beside the messages: they have no time of their own.
        if let Some(contacts) = holder.get_mut("contacts") {
            keep_of(contacts, |contact| {
                let ids = ["wa_id", "user_id", "parent_user_id"]
                    .map(|key| wire::text(contact, key))
                    .into_iter()
                    .flat_map(|id| forms(&id));
                let ids: Vec<String> = ids.filter(|id| !id.is_empty()).collect();
                let is_of = |people: &[String]| ids.iter().any(|id| people.contains(id));
                !is_of(&gone) || is_of(&staying)
            });
        }
        WHATSAPP_LISTS.into_iter().any(|key| one_or_many(&holder[key]).next().is_some())
    }

    /// When an item happened, as `normalize` says.
    fn time(&self, item: &Value, entry_time: Option<Timestamp>) -> Timestamp {
        let stamp =
            |of: &Value| wire::time(of, "timestamp").or_else(|| wire::time(of, "created_time"));
        let own = stamp(item).or_else(|| stamp(&item["value"]));
        let can_be = |time: &Timestamp| time.can_be(self.received_at);
        own.filter(can_be).or(entry_time.filter(can_be)).unwrap_or(self.received_at)
    }

    /// Whether somebody erased stands where the item has people. Of an item that has nobody there it is decided by
    /// its words.
    fn is_theirs(&self, item: &Value, pages: &[&str], time: Timestamp) -> bool {
        let places = Places::of(item);
        let pages: Vec<&str> = pages
            .iter()
            .copied()
            .chain(places.pages.iter().map(String::as_str))
            .filter(|page| !matches!(*page, "" | "0"))
            .collect();
        let people: Vec<&String> =
            places.people.iter().filter(|id| !pages.contains(&id.as_str())).collect();
        if people.is_empty() {
            return self.has_token_in(item, time);
        }
        let is_alone = people.iter().all(|id| is_number(id));
        let is_erased = |page: &str, id: &str| {
            (self.is_erased)(PersonName::Person { page, id }, time)
                || is_alone
                    && (self.is_erased)(PersonName::Person { page, id: &number_alone(id) }, time)
        };
        people.iter().any(|id| {
            let others = places.people.iter().map(String::as_str).filter(|other| other != id);
            let mut pages = pages.iter().copied().chain(others).peekable();
            // Where no Page is told, the id alone decides.
            let is_pageless = pages.peek().is_none();
            pages.any(|page| is_erased(page, id)) || (is_pageless && is_erased("", id))
        })
    }

    fn has_token_in(&self, value: &Value, time: Timestamp) -> bool {
        match value {
            Value::String(text) => self.has_token(text, time),
            Value::Number(number) => self.has_token(&number.to_string(), time),
            Value::Array(items) => items.iter().any(|item| self.has_token_in(item, time)),
            Value::Object(fields) => fields.values().any(|field| self.has_token_in(field, time)),
            Value::Null | Value::Bool(_) => false,
        }
    }

    /// Whether one of their names stands in a text as a word of its own.
    fn has_token(&self, text: &str, time: Timestamp) -> bool {
        tokens(text).any(|token| {
            let person = |id: &str| (self.is_erased)(PersonName::Person { page: "", id }, time);
            person(token)
                || person(&format!("user_ref:{token}"))
                || person(&format!("lead:{token}"))
                || (self.is_erased)(PersonName::Contact(token), time)
                || (self.is_erased)(PersonName::Report(token), time)
        })
    }
}

/// Keeps some of the elements of a list, or of the one value that stands in its place; whether any is left.
fn keep_of(list: &mut Value, mut keep: impl FnMut(&mut Value) -> bool) -> bool {
    match &mut *list {
        Value::Array(items) => items.retain_mut(keep),
        Value::Null => {}
        one => {
            if !keep(one) {
                *one = Value::Null;
            }
        }
    }
    one_or_many(list).next().is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const AT: Timestamp = Timestamp(1_795_168_800_000);
    const PAGE: &str = "100200300";

    fn rest(body: &Value, id: &str) -> Remains {
        let is_erased = |name: PersonName<'_>, _: Timestamp| match name {
            PersonName::Person { page, id: found } => {
                found == id && (page.is_empty() || page == PAGE)
            }
            PersonName::Contact(_) | PersonName::Report(_) => false,
        };
        let text = match body {
            Value::String(text) => text.clone(),
            body => body.to_string(),
        };
        without_erased(text.as_bytes(), AT, &is_erased)
    }

    fn left(remains: Remains) -> Value {
        let Remains::Rest(left) = remains else { panic!("{remains:?}") };
        serde_json::from_slice(&left).unwrap()
    }

    fn body(items: Value) -> Value {
        json!({ "object": "page", "entry": [{ "id": PAGE, "messaging": items }] })
    }

    fn item(id: Value) -> Value {
        json!({ "sender": { "id": id }, "recipient": { "id": PAGE }, "message": { "mid": "m" } })
    }

    #[test]
    fn the_others_stay() {
        let anna = item(json!("2000000000000001"));
        let by_number = item(json!(2_000_000_000_000_001_i64));
        let longer = item(json!("20000000000000012"));
        let mut quoting = item(json!("2000000000000002"));
        quoting["message"]["text"] = json!("ask 2000000000000001 about it");
        let whole = body(json!([anna, longer, by_number, quoting]));
        assert_eq!(left(rest(&whole, "2000000000000001")), body(json!([longer, quoting])));
        assert_eq!(rest(&body(json!([anna])), "2000000000000001"), Remains::Nothing);
        assert_eq!(rest(&whole, "2000000000000003"), Remains::Everything);
        // Of another Page it is another person.
        let mut elsewhere = whole.clone();
        elsewhere["entry"][0]["id"] = json!("400");
        elsewhere["entry"][0]["messaging"][0]["recipient"]["id"] = json!("400");
        elsewhere["entry"][0]["messaging"][2] = json!({});
        assert_eq!(rest(&elsewhere, "2000000000000001"), Remains::Everything);
    }

    #[test]
    fn people_stand_in_many_places() {
        let id = "2000000000000001";
        for mine in [
            json!({ "sender": { "id": PAGE }, "recipient": { "id": id }, "message": { "is_echo": true } }),
            json!({ "recipient": { "id": PAGE }, "optin": { "user_ref": "cart-1" } }),
            json!({ "sender": { "id": "2" }, "recipient": { "id": PAGE },
                "message": { "prior_message": { "source": "checkbox_plugin", "identifier": "cart-1" } } }),
            json!({ "sender": { "user_ref": "cart-1" }, "recipient": { "id": PAGE } }),
        ] {
            let wanted = if mine.to_string().contains("cart-1") { "user_ref:cart-1" } else { id };
            assert_eq!(rest(&body(json!([mine])), wanted), Remains::Nothing, "{mine}");
        }
        for (value, wanted) in [
            (json!({ "from": { "id": id }, "item": "comment" }), id),
            (json!({ "user_id": id, "page_id": PAGE }), id),
            (json!({ "leadgen_id": "77000000001", "page_id": PAGE }), "lead:77000000001"),
        ] {
            let change = json!({ "object": "page", "entry": [{ "id": PAGE, "changes": [{ "field": "f", "value": value }] }] });
            assert_eq!(rest(&change, wanted), Remains::Nothing, "{change}");
        }
        let bare = json!({ "sender": { "id": id }, "recipient": { "id": PAGE }, "message": {} });
        assert_eq!(rest(&bare, id), Remains::Nothing);
    }

    #[test]
    fn messages_of_one_whatsapp_change_are_told_apart() {
        let value = |people: &[&str]| {
            let messages: Vec<Value> = people
                .iter()
                .map(|id| json!({ "from": id, "id": "w", "context": { "from": "33600000001" } }))
                .collect();
            let contacts: Vec<Value> = people.iter().map(|id| json!({ "wa_id": id })).collect();
            json!({ "object": "whatsapp_business_account", "entry": [{ "id": "9", "changes": [{
                "field": "messages", "value": { "messaging_product": "whatsapp",
                "metadata": { "phone_number_id": PAGE }, "contacts": contacts, "messages": messages } }] }] })
        };
        let both = value(&["33600000001", "33600000002"]);
        assert_eq!(left(rest(&both, "33600000001")), value(&["33600000002"]));
        assert_eq!(rest(&value(&["33600000001"]), "33600000001"), Remains::Nothing);
        // However the number is written.
        let signed = value(&["+33 6-00 (00) 00 01", "33600000002"]);
        assert_eq!(left(rest(&signed, "33600000001")), value(&["33600000002"]));
        // Who is answered is not who writes.
        assert_eq!(rest(&value(&["33600000002"]), "33600000001"), Remains::Everything);
    }

    #[test]
    fn a_change_of_ids_is_theirs_by_each_of_them() {
        let update = |number: &str| {
            json!({ "wa_id": number, "user_id": { "previous": "FR.1", "current": "FR.2" },
                "parent_user_id": { "previous": "FR.ENT.1", "current": "FR.ENT.2" } })
        };
        let body = |updates: Value| {
            json!({ "object": "whatsapp_business_account", "entry": [{ "id": "9", "changes": [{
                "field": "user_id_update", "value": { "messaging_product": "whatsapp",
                "metadata": { "phone_number_id": PAGE }, "user_id_update": updates } }] }] })
        };
        let other = json!({ "wa_id": "337", "user_id": { "previous": "FR.7", "current": "FR.8" } });
        let both = body(json!([update("+33 6"), other]));
        for name in ["336", "FR.1", "FR.2", "FR.ENT.1", "FR.ENT.2"] {
            assert_eq!(left(rest(&both, name)), body(json!([other])), "{name}");
        }
        assert_eq!(rest(&both, "FR.3"), Remains::Everything);
    }

    #[test]
    fn of_what_has_nobody_the_words_decide() {
        let id = "7000000000000001";
        let nobodys = |text: &str| body(json!([text]));
        assert_eq!(rest(&nobodys("something of 7000000000000001"), id), Remains::Nothing);
        assert_eq!(rest(&nobodys("something of 70000000000000012"), id), Remains::Everything);
        for (text, is_theirs) in [
            ("{\"entry\": [\"7000000000000001", true),
            ("{\"entry\": [\"70000000000000012", false),
            ("{\"entry\": [\"x7000000000000001", false),
            ("{\"id\":7000000000000001", true),
        ] {
            let expected = if is_theirs { Remains::Nothing } else { Remains::Everything };
            assert_eq!(rest(&json!(text), id), expected, "{text}");
        }
        // A short word may be anything.
        assert_eq!(rest(&json!("{\"entry\": [\"entry\"]"), "entry"), Remains::Everything);
    }
}
