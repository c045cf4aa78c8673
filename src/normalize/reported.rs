//! Conversions that others report, as JSON: each is checked for itself, and every field that is wrong is
//! named.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Value};

use super::identity::event_id;
use super::wire;
use crate::domain::{
    ClickId, EventId, MOST_MONEY, ReportedConversion, Timestamp, as_contact_hash, contact_hash,
    is_currency,
};

/// All fields.
pub const REPORTED_FIELDS: [&str; 16] = [
    "id",
    "name",
    "time",
    "value",
    "currency",
    "refunded",
    "retracted",
    "page",
    "person",
    "click",
    "phone",
    "email",
    "phone_sha256",
    "email_sha256",
    "consent",
    "updated_at",
];
/// Longest id, name, Page and person, in bytes.
pub const LONGEST_REPORTED: usize = 200;

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Its name; empty if it is the item as a whole.
    pub field: String,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// Reads one item that came in at `received_at`. Phone numbers and e-mail addresses become hashes.
///
/// # Errors
/// With every field that is wrong.
pub fn read_reported(
    item: &Value,
    received_at: Timestamp,
) -> Result<ReportedConversion, Vec<FieldError>> {
    let Some(fields) = item.as_object() else {
        let reason = "a conversion is an object such as {\"id\": \"A1\", …}".to_owned();
        return Err(vec![FieldError { field: String::new(), reason }]);
    };
    let mut reader = FieldReader { fields, errors: Vec::new() };
    reader.unknown();
    let id = reader.name("id");
    let name = reader.name("name");
    let time = reader.time("time", received_at);
    if time.is_none() && fields.get("time").is_none_or(Value::is_null) {
        reader.wrong("time", "it is missing".to_owned());
    }
    // A clock that is ahead must not win over what is said later.
    let version = reader.time("updated_at", received_at).unwrap_or(received_at).min(received_at);
    let (value, currency, is_refunded) = reader.money();
    let is_retracted = reader.flag("retracted").unwrap_or(false) || is_refunded;
    let (page, person) = (reader.line("page"), reader.line("person"));
    if !person.is_empty() && page.is_empty() {
        reader.wrong("page", "a person is known to a Page: name it".to_owned());
    }
    let click = reader.click();
    let contacts = reader.contacts();
    let consent = reader.flag("consent");
    if person.is_empty() && click.is_empty() && contacts.is_empty() && reader.errors.is_empty() {
        let told = "nobody is named: give page and person, click, phone or email".to_owned();
        reader.wrong("person", told);
    }
    if !reader.errors.is_empty() {
        return Err(reader.errors);
    }
    Ok(ReportedConversion {
        id,
        name,
        time: time.unwrap_or(received_at),
        value,
        currency,
        is_retracted,
        page,
        person,
        click,
        contacts,
        consent,
        version,
    })
}

/// The event that a version of a reported conversion makes of what it says (`parts`: whose, when, how much).
#[must_use]
pub fn reported_event_id(report_id: &str, version: u128, parts: &[&str]) -> EventId {
    let version = version.to_string();
    event_id(&[&["reported", report_id, &version], parts].concat())
}

/// Reads a row of a file: texts by the names of their columns. Empty ones are not there.
#[must_use]
pub fn reported_row(cells: BTreeMap<String, String>) -> Value {
    let cells = cells.into_iter().filter(|(_, cell)| !cell.is_empty());
    let cell = |(name, cell): (String, String)| {
        // An amount may be 1: what was refunded is true only by its word.
        let is_flag = matches!(name.as_str(), "consent" | "retracted");
        let value = match cell.to_ascii_lowercase().as_str() {
            "true" | "yes" if is_flag || name == "refunded" => Value::Bool(true),
            "false" | "no" if is_flag || name == "refunded" => Value::Bool(false),
            "1" if is_flag => Value::Bool(true),
            "0" if is_flag => Value::Bool(false),
            _ => Value::String(cell),
        };
        (name, value)
    };
    Value::Object(cells.map(cell).collect())
}

/// Makes a hash of a contact.
type Hash = fn(&str) -> Option<String>;

struct FieldReader<'a> {
    fields: &'a Map<String, Value>,
    errors: Vec<FieldError>,
}

impl FieldReader<'_> {
    fn wrong(&mut self, field: &str, reason: String) {
        self.errors.push(FieldError { field: field.to_owned(), reason });
    }

    fn unknown(&mut self) {
        for name in self.fields.keys() {
            if !REPORTED_FIELDS.contains(&name.as_str()) {
                let known = REPORTED_FIELDS.join(", ");
                self.wrong(name, format!("there is no such field; known are {known}"));
            }
        }
    }

    fn get(&self, field: &str) -> Option<&Value> {
        self.fields.get(field).filter(|value| !value.is_null())
    }

    fn text(&mut self, field: &str) -> String {
        match self.get(field) {
            None => String::new(),
            Some(Value::String(text)) => text.trim().to_owned(),
            // Ids are sometimes numbers.
            Some(Value::Number(number)) if number.is_u64() => number.to_string(),
            Some(_) => {
                self.wrong(field, "it is no text".to_owned());
                String::new()
            }
        }
    }

    fn name(&mut self, field: &str) -> String {
        let text = self.line(field);
        if text.is_empty() {
            self.wrong(field, "it is missing".to_owned());
        }
        text
    }

    fn line(&mut self, field: &str) -> String {
        let text = self.text(field);
        if text.len() > LONGEST_REPORTED || text.chars().any(char::is_control) {
            self.wrong(field, format!("it is no line of up to {LONGEST_REPORTED} bytes"));
        }
        text
    }

    fn time(&mut self, field: &str, received_at: Timestamp) -> Option<Timestamp> {
        let value = self.get(field)?;
        let Some(time) = wire::time_of(value) else {
            let told = format!("{value} is no time such as 2026-01-31T18:00:00Z or Unix seconds");
            self.wrong(field, told);
            return None;
        };
        if !time.can_be(received_at) {
            self.wrong(field, format!("{} cannot be", time.to_rfc3339()));
            return None;
        }
        Some(time)
    }

    fn flag(&mut self, field: &str) -> Option<bool> {
        let value = self.get(field)?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.wrong(field, format!("{value} is neither true nor false"));
        }
        flag
    }

    fn amount(&mut self, field: &str) -> Option<Decimal> {
        let value = self.get(field)?;
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        let amount = text.parse().or_else(|_| Decimal::from_scientific(&text)).ok();
        let amount = amount.filter(|amount| {
            (amount.is_zero() || !amount.is_sign_negative()) && *amount <= Decimal::from(MOST_MONEY)
        });
        if amount.is_none() {
            self.wrong(field, format!("{value} is no amount such as 49.90"));
        }
        amount
    }

    /// Value without what was refunded, its currency, and whether nothing is left of it.
    fn money(&mut self) -> (Option<Decimal>, String, bool) {
        let value = self.amount("value");
        let currency = self.text("currency");
        if value.is_some() && !is_currency(&currency) {
            self.wrong("currency", format!("{currency:?} is none such as EUR"));
        }
        let currency = if value.is_some() { currency } else { String::new() };
        if self.get("refunded").is_some_and(Value::is_boolean) {
            return (value, currency, self.flag("refunded").unwrap_or(false));
        }
        let Some(refunded) = self.amount("refunded") else { return (value, currency, false) };
        let Some(paid) = value else {
            self.wrong("refunded", "there is no value of which it could be a part".to_owned());
            return (value, currency, false);
        };
        if refunded > paid {
            self.wrong("refunded", format!("{refunded} is more than the value {paid}"));
        }
        (Some(paid - refunded), currency, refunded == paid && !paid.is_zero())
    }

    /// The number of a click, or a ref with it behind.
    fn click(&mut self) -> String {
        let text = self.text("click");
        if text.is_empty() {
            return text;
        }
        let marked = if text.contains("-mfc") { text.clone() } else { format!("-mfc{text}") };
        if let Some(click) = ClickId::split(&marked).1 {
            return click.to_string();
        }
        self.wrong("click", format!("{text:?} is no click's number: 20 digits 0 to 9 and a to f"));
        String::new()
    }

    fn contacts(&mut self) -> Vec<String> {
        let mut contacts = Vec::new();
        let kinds: [(&str, Hash, &str); 4] = [
            (
                "phone",
                contact_hash,
                "no phone number with its country's code, such as +33612345678",
            ),
            ("email", contact_hash, "no e-mail address"),
            ("phone_sha256", as_contact_hash, "no SHA-256 in 64 hexadecimal digits"),
            ("email_sha256", as_contact_hash, "no SHA-256 in 64 hexadecimal digits"),
        ];
        for (field, hash, not) in kinds {
            let text = self.text(field);
            if text.is_empty() {
                continue;
            }
            match hash(&text) {
                Some(hash) if !contacts.contains(&hash) => contacts.push(hash),
                Some(_) => {}
                // What it is, is nobody's business: it is not repeated.
                None => self.wrong(field, format!("it is {not}")),
            }
        }
        contacts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp(1_795_168_800_000);

    fn read(item: Value) -> Result<ReportedConversion, Vec<FieldError>> {
        read_reported(&item, NOW)
    }

    fn wrong(item: Value) -> Vec<String> {
        read(item).unwrap_err().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn an_item_is_read_and_people_become_hashes() {
        let found = read(json!({
            "id": 4711, "name": "purchase", "time": "2026-11-19T10:00:00+01:00", "value": 49.9,
            "currency": "EUR", "refunded": "9.90", "phone": "+33 6 12 34 56 78",
            "email": "Ann@Example.com", "click": "summer-mfc0123456789abcdef0123", "consent": true,
        }))
        .unwrap();
        assert_eq!((found.id.as_str(), found.value), ("4711", Some(Decimal::new(400, 1))));
        assert_eq!(found.time, Timestamp(1_795_078_800_000));
        assert_eq!((found.click.as_str(), found.contacts.len()), ("0123456789abcdef0123", 2));
        assert_eq!((found.consent, found.version, found.is_retracted), (Some(true), NOW, false));
    }

    #[test]
    fn a_clock_that_is_ahead_does_not_count() {
        let item = json!({ "id": "1", "name": "lead", "time": 1_795_000_000, "phone": "+33612345678",
            "updated_at": NOW.0 + 3_600_000 });
        assert_eq!(read(item).unwrap().version, NOW);
    }

    #[test]
    fn what_is_given_back_whole_is_retracted() {
        let base = json!({ "id": "1", "name": "purchase", "time": 1_795_000_000, "page": "7",
            "person": "8", "value": "10", "currency": "EUR" });
        let with = |key: &str, value: Value| {
            let mut item = base.clone();
            item[key] = value;
            read(item)
        };
        assert!(!with("refunded", json!(3)).unwrap().is_retracted);
        assert!(with("refunded", json!("10.00")).unwrap().is_retracted);
        assert!(with("refunded", json!(true)).unwrap().is_retracted);
        assert!(with("retracted", json!(true)).unwrap().is_retracted);
        assert_eq!(with("refunded", json!(11)).unwrap_err()[0].field, "refunded");
    }

    #[test]
    fn every_wrong_field_is_named() {
        assert_eq!(wrong(json!([])), [""]);
        assert_eq!(wrong(json!({})), ["id", "name", "time"]);
        assert_eq!(
            wrong(json!({
                "id": "1", "name": "", "time": "soon", "value": "-1", "currency": "euro",
                "person": "p", "click": "x", "phone": "call me", "email_sha256": "12", "consent": 1,
                "colour": "red",
            })),
            [
                "colour",
                "name",
                "time",
                "value",
                "page",
                "click",
                "phone",
                "email_sha256",
                "consent"
            ]
        );
        let item = json!({ "id": "1", "name": "lead", "time": 4_000_000_000_i64, "page": "1" });
        assert_eq!(wrong(item), ["time"]);
        let item = json!({ "id": "1", "name": "lead", "time": 1_795_000_000 });
        assert_eq!(wrong(item), ["person"]);
        let long = "p".repeat(LONGEST_REPORTED + 1);
        let item = json!({ "id": "1", "name": "lead", "time": 1_795_000_000, "page": long,
            "person": long });
        assert_eq!(wrong(item), ["page", "person"]);
        let told = read(json!({ "id": "1", "name": "lead", "time": 1, "phone": "tel 555" }));
        assert!(!format!("{told:?}").contains("555"));
    }
}
