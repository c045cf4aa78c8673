//! Who a person on WhatsApp is: by number, by the business's own id for them, or by both.

use serde_json::Value;

use super::wire;
use crate::domain::{bare_number, usual_number};

/// A person, and the other names by which they are known.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct People {
    /// The user id if it is known, else the number; empty if neither is. A number may go to somebody else: what was told
    /// beside an id stays with the id.
    pub person: String,
    /// The number if it is known, else the user id: by it events have their ids.
    pub first_name: String,
    pub aliases: Vec<String>,
}

impl People {
    /// Of an item of the list `key`; `contacts` stand beside it. `own` is the business's number.
    pub(super) fn of(item: &Value, key: &str, contacts: &Value, own: &str) -> Self {
        let of =
            |keys: &[&str]| keys.iter().map(|key| wire::text(item, key)).find(|id| !id.is_empty());
        let is_persons = match key {
            "messages" => true,
            "calls" => is_persons_call(item, own) != Some(false),
            _ => false,
        };
        // The id of the business's portfolio is beside that of the business, or alone.
        let (number, user_id, parent_id) = if is_persons {
            (of(&["from"]), of(&["from_user_id"]), of(&["from_parent_user_id"]))
        } else {
            // The last ones are those of whom something is noted.
            let numbers = ["to", "recipient_id", "wa_id"];
            let ids = ["to_user_id", "recipient_user_id", "user_id"];
            let parents = ["to_parent_user_id", "recipient_parent_user_id", "parent_user_id"];
            (of(&numbers), of(&ids), of(&parents))
        };
        let number = number.map(|number| bare_number(&number));
        let contact =
            contact(contacts, [number.as_deref(), user_id.as_deref(), parent_id.as_deref()]);
        let known = |key: &str| Some(wire::text(contact?, key)).filter(|id| !id.is_empty());
        let number = number.or_else(|| known("wa_id").map(|number| bare_number(&number)));
        let user_id = user_id.or_else(|| known("user_id"));
        let parent_id = parent_id.or_else(|| known("parent_user_id"));
        Self::changed(item, number, user_id, parent_id)
    }

    /// With what a system's message, or a change of its own, says of a new number or id.
    fn changed(
        item: &Value,
        number: Option<String>,
        user_id: Option<String>,
        parent_id: Option<String>,
    ) -> Self {
        let system = &item["system"];
        let kind = wire::text(system, "type");
        let new = |key: &str| Some(wire::text(system, key)).filter(|id| !id.is_empty());
        let new_number =
            new("wa_id").or_else(|| new("new_wa_id")).map(|number| bare_number(&number));
        let new_id = new("user_id").or_else(|| new("new_user_id"));
        // Since August 2026 the message may be the new id's, and tell the old one beside it.
        let old_id = new("previous_user_id");
        let parents = ["parent_user_id", "previous_parent_user_id"].map(new);
        let (numbers, ids) = match kind.as_str() {
            "user_changed_number"
            | "customer_changed_number"
            | "user_changed_user_id"
            | "customer_identity_changed" => {
                let [new_parent, old_parent] = parents;
                let ids = vec![new_id, user_id, old_id, new_parent, parent_id, old_parent];
                ([new_number, number], ids)
            }
            _ => {
                let both = |key: &str| {
                    ["current", "previous"]
                        .map(|when| Some(wire::text(&item[key], when)).filter(|id| !id.is_empty()))
                };
                let ([new_id, old_id], [new_parent, old_parent]) =
                    (both("user_id"), both("parent_user_id"));
                // The contact beside it may still have the old id.
                let ids = vec![new_id, user_id, old_id, new_parent, parent_id, old_parent];
                ([number, None], ids)
            }
        };
        let numbers = numbers.into_iter().flatten().flat_map(|number| {
            let whole = usual_number(&number);
            std::iter::once(whole).chain([number])
        });
        let numbers: Vec<String> = numbers.collect();
        let ids: Vec<String> = ids.into_iter().flatten().collect();
        let first_name = numbers.first().or(ids.first()).cloned().unwrap_or_default();
        let mut names = ids.into_iter().chain(numbers);
        let person = names.next().unwrap_or_default();
        let mut aliases: Vec<String> = Vec::new();
        for name in names.filter(|name| *name != person) {
            if !aliases.contains(&name) {
                aliases.push(name);
            }
        }
        Self { person, first_name, aliases }
    }
}

/// Whether the person called: by the direction, else by whose number is the business's; `None` if nothing tells.
pub(super) fn is_persons_call(item: &Value, own: &str) -> Option<bool> {
    match wire::word(item, "direction").as_str() {
        "user_initiated" => return Some(true),
        "business_initiated" => return Some(false),
        _ => {}
    }
    let is_own = |key: &str| {
        let number = bare_number(&wire::text(item, key));
        !own.is_empty() && usual_number(&number) == usual_number(own)
    };
    match (is_own("from"), is_own("to")) {
        (true, false) => Some(false),
        (false, true) => Some(true),
        _ => None,
    }
}

/// The contact that is meant by number, id or portfolio's id: the one of that name, else the only one, unless that has
/// another number.
fn contact<'a>(contacts: &'a Value, names: [Option<&str>; 3]) -> Option<&'a Value> {
    let all: Vec<&Value> = wire::one_or_many(contacts).collect();
    let [number, user_id, parent_id] = names;
    let own = |contact: &Value| usual_number(&bare_number(&wire::text(contact, "wa_id")));
    let is = |key: &str, contact: &Value, name: Option<&str>| {
        name.is_some_and(|name| wire::text(contact, key) == name)
    };
    let meant = all.iter().find(|contact| {
        number.is_some_and(|number| own(contact) == usual_number(number))
            || is("user_id", contact, user_id)
            || is("parent_user_id", contact, parent_id)
    });
    let is_anothers = |contact: &Value| {
        number.is_some_and(|number| ![usual_number(number), String::new()].contains(&own(contact)))
    };
    let only = if let [only] = all[..] { Some(only).filter(|it| !is_anothers(it)) } else { None };
    meant.copied().or(only)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whoever_is_known_by_two_names_is_one_person() {
        let both = json!([{ "wa_id": "336", "user_id": "FR.1" }]);
        let of = |item, key, contacts| People::of(&item, key, contacts, "");
        let person = |person: &str, aliases: &[&str]| People {
            person: person.to_owned(),
            // The number, which is the other name wherever there are two.
            first_name: (*aliases.first().unwrap_or(&person)).to_owned(),
            aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
        };
        let none = Value::Null;
        assert_eq!(of(json!({ "from": "336" }), "messages", &none), person("336", &[]));
        assert_eq!(of(json!({ "from_user_id": "FR.1" }), "messages", &none), person("FR.1", &[]));
        assert_eq!(of(json!({ "from": "336" }), "messages", &both), person("FR.1", &["336"]));
        // Of two senders in a body with one contact.
        assert_eq!(of(json!({ "from": "337" }), "messages", &both), person("337", &[]));
        let recipient = json!({ "recipient_user_id": "FR.1" });
        assert_eq!(of(recipient, "statuses", &none), person("FR.1", &[]));
        let moved =
            json!({ "from": "336", "system": { "type": "user_changed_number", "wa_id": "337" } });
        let moved = of(moved, "messages", &none);
        assert_eq!((moved.person.as_str(), &moved.aliases[..]), ("337", &["336".to_owned()][..]));
        assert_eq!(of(json!({}), "messages", &none), person("", &[]));
        // The same number with a sign in front; a contact's, too.
        assert_eq!(of(json!({ "to": "+336" }), "message_echoes", &none), person("336", &[]));
        let signed = json!([{ "wa_id": "+336", "user_id": "FR.1" }]);
        let by_id = json!({ "from_user_id": "FR.1" });
        assert_eq!(of(by_id, "messages", &signed), person("FR.1", &["336"]));
        // And with whatever else people write into it, in each place.
        let written = json!([{ "wa_id": "33-6 11", "user_id": "FR.1" }, { "wa_id": "7" }]);
        for (key, list) in
            [("from", "messages"), ("to", "message_echoes"), ("recipient_id", "statuses")]
        {
            assert_eq!(of(json!({ key: "+33 (6)-11" }), list, &none), person("33611", &[]));
            let found = of(json!({ key: "33 611" }), list, &written);
            assert_eq!(found, person("FR.1", &["33611"]), "{key}");
        }
    }

    #[test]
    fn a_portfolios_id_is_another_name_or_all_that_is_known() {
        let of = |item: Value, key: &str, contacts: Value| {
            let People { person, aliases, .. } = People::of(&item, key, &contacts, "");
            (person, aliases)
        };
        let is = |person: &str, aliases: &[&str]| {
            (person.to_owned(), aliases.iter().map(|&alias| alias.to_owned()).collect())
        };
        let alone = json!({ "recipient_parent_user_id": "FR.ENT.1" });
        assert_eq!(of(alone.clone(), "statuses", Value::Null), is("FR.ENT.1", &[]));
        let known = json!([{ "user_id": "FR.1", "parent_user_id": "FR.ENT.1" }, { "wa_id": "7" }]);
        assert_eq!(of(alone, "statuses", known), is("FR.1", &["FR.ENT.1"]));
        let message =
            json!({ "from": "336", "from_user_id": "FR.1", "from_parent_user_id": "FR.ENT.1" });
        assert_eq!(of(message, "messages", Value::Null), is("FR.1", &["FR.ENT.1", "336"]));
        let echo = json!({ "to_parent_user_id": "FR.ENT.1" });
        assert_eq!(of(echo, "message_echoes", Value::Null), is("FR.ENT.1", &[]));
    }

    #[test]
    fn an_update_of_ids_tells_all_of_somebodys_names() {
        let of = |item: Value| {
            let People { person, first_name, aliases } =
                People::of(&item, "user_id_update", &Value::Null, "");
            (person, first_name, aliases.join(" "))
        };
        let names = |person: &str, first: &str, aliases: &str| {
            (person.to_owned(), first.to_owned(), aliases.to_owned())
        };
        let changed = json!({ "previous": "FR.1", "current": "FR.2" });
        let parents = json!({ "previous": "FR.ENT.1", "current": "FR.ENT.2" });
        assert_eq!(of(json!({ "user_id": changed })), names("FR.2", "FR.2", "FR.1"));
        assert_eq!(
            of(json!({ "wa_id": "+33 6", "user_id": changed, "parent_user_id": parents })),
            names("FR.2", "336", "FR.1 FR.ENT.2 FR.ENT.1 336")
        );
        assert_eq!(of(json!({ "user_id": { "previous": "FR.1" } })), names("FR.1", "FR.1", ""));
        // The contact beside it still has the old id.
        let contacts = json!([{ "wa_id": "336", "user_id": "FR.1" }]);
        let item = json!({ "wa_id": "336", "user_id": changed });
        let told = People::of(&item, "user_id_update", &contacts, "");
        assert_eq!((told.person.as_str(), told.aliases.join(" ").as_str()), ("FR.2", "FR.1 336"));
    }

    #[test]
    fn an_id_that_changed_is_told_beside_the_new_one() {
        let of = |mut item: Value, kind: &str, system: Value| {
            item["system"] = system;
            item["system"]["type"] = json!(kind);
            People::of(&item, "messages", &Value::Null, "")
        };
        let changed = People {
            person: "FR.2".to_owned(),
            first_name: "FR.2".to_owned(),
            aliases: vec!["FR.1".to_owned()],
        };
        let kind = "user_changed_user_id";
        let old = json!({ "previous_user_id": "FR.1" });
        assert_eq!(of(json!({ "from_user_id": "FR.2" }), kind, old.clone()), changed);
        let both = json!({ "user_id": "FR.2", "previous_user_id": "FR.1" });
        assert_eq!(of(json!({}), kind, both.clone()), changed);
        assert_eq!(of(json!({ "from_user_id": "FR.1" }), kind, both), changed);
        // Only of a change: anybody's message may hold such a field.
        assert_eq!(of(json!({ "from_user_id": "FR.2" }), "group", old).aliases, [""; 0]);
        let moved = json!({ "wa_id": "337", "previous_user_id": "FR.1" });
        let moved = of(json!({}), "user_changed_number", moved);
        assert_eq!((moved.person.as_str(), &moved.aliases[..]), ("FR.1", &["337".to_owned()][..]));
    }
}
