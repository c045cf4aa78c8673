//! Where the wire has people, and the words of what has none.

use serde_json::Value;

use super::wire::{self, one_or_many};
use crate::domain::{bare_number, usual_number};

/// Fields that name a party: an object with an id, or the id itself.
const PARTIES: [&str; 5] = ["sender", "recipient", "from", "to", "user"];
/// Fields that are a person's id.
const IDS: [&str; 15] = [
    "recipient_id",
    "sender_id",
    "wa_id",
    "user_id",
    "psid",
    "from_user_id",
    "to_user_id",
    "recipient_user_id",
    "recipient_parent_user_id",
    "previous_user_id",
    "from_parent_user_id",
    "to_parent_user_id",
    "parent_user_id",
    "previous_parent_user_id",
    "new_user_id",
];
/// Fields that hold a person's id of before and of now.
const CHANGED_IDS: [&str; 2] = ["user_id", "parent_user_id"];
/// Fields whose value is a person's id behind a prefix of ours.
const PREFIXED: [(&str, &str); 2] = [("user_ref", "user_ref:"), ("leadgen_id", "lead:")];
/// Objects of an item that tell of other messages, and of whoever wrote those.
const OTHERS: [&str; 3] = ["context", "reply_to", "referral"];
/// A shorter word may be anything, even if it is somebody's id.
const SHORTEST_TOKEN: usize = 8;

/// The people and the Pages that an item names in its places.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Ids as events have them; a Page that sends or receives is among them.
    pub people: Vec<String>,
    pub pages: Vec<String>,
}

impl Places {
    pub(super) fn of(item: &Value) -> Self {
        let mut places = Self::default();
        places.add(item);
        for (key, part) in item.as_object().into_iter().flatten() {
            if part.is_object()
                && !OTHERS.contains(&key.as_str())
                && !PARTIES.contains(&key.as_str())
            {
                places.add(part);
            }
        }
        places
    }

    fn add(&mut self, holder: &Value) {
        for party in PARTIES {
            for party in one_or_many(&holder[party]) {
                match party {
                    Value::Object(_) => self.add_ids(party, "id"),
                    _ => self.people.extend(id_of(party)),
                }
            }
        }
        self.add_ids(holder, "");
        for changed in CHANGED_IDS {
            let ids = ["current", "previous"].map(|when| wire::text(&holder[changed], when));
            self.people.extend(ids.into_iter().filter(|id| !id.is_empty()));
        }
        // A number is also what it is without signs, and in the form of today.
        let whole: Vec<String> = self
            .people
            .iter()
            .flat_map(|id| forms(id))
            .filter(|id| !self.people.contains(id))
            .collect();
        self.people.extend(whole);
        let prior = wire::text(&holder["prior_message"], "identifier");
        if !prior.is_empty() {
            self.people.push(format!("user_ref:{prior}"));
        }
        self.pages.extend(Some(wire::text(holder, "page_id")).filter(|page| !page.is_empty()));
    }

    fn add_ids(&mut self, holder: &Value, own: &str) {
        let ids = IDS.into_iter().chain([own]).map(|key| wire::text(holder, key));
        self.people.extend(ids.filter(|id| !id.is_empty()));
        for (key, prefix) in PREFIXED {
            let id = wire::text(holder, key);
            if !id.is_empty() {
                self.people.push(format!("{prefix}{id}"));
            }
        }
    }
}

/// A number without signs, and in the one of its two forms that is used.
pub(super) fn forms(id: &str) -> [String; 2] {
    let plain = bare_number(id);
    [usual_number(&plain), plain]
}

/// An id that stands where an object would.
fn id_of(party: &Value) -> Option<String> {
    match party {
        Value::String(id) => Some(id.clone()).filter(|id| !id.is_empty()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// The words of a text: runs of letters, digits and `_`, and what stands between blanks, quotes and brackets. Each
/// of [`SHORTEST_TOKEN`] bytes at least.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let ends = |letter: char| letter.is_whitespace() || "\"'`,;()[]{}<>\\".contains(letter);
    let words = text.split(move |letter: char| !is_word(letter));
    let between = text.split(ends).filter(move |part| !part.chars().all(is_word));
    words.chain(between).filter(|token| token.len() >= SHORTEST_TOKEN)
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[test]
    fn a_word_is_whole() {
        let of = |text: &'static str| tokens(text).collect::<Vec<_>>();
        assert_eq!(of("a 12345678, x12345678"), ["12345678", "x12345678"]);
        assert_eq!(of("\"cart-12345678\""), ["12345678", "cart-12345678"]);
        assert_eq!(of("short"), [] as [&str; 0]);
    }
}
