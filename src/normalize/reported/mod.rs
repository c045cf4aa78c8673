//! Conversions that others report, as JSON: each is checked for itself, and every field that is wrong is
//! named.

mod fields;
mod style;

use std::collections::BTreeMap;

use serde_json::Value;

use super::identity::event_id;
use crate::domain::{EventId, ReportedConversion, Timestamp};
use fields::FieldReader;
pub use fields::{FieldError, LONGEST_REPORTED, REPORTED_FIELDS};
pub use style::FileStyle;

/// Reads one item that came in at `received_at`. Phone numbers and e-mail addresses become hashes.
///
/// # Errors
/// With every field that is wrong.
pub fn read_reported(
    item: &Value,
    received_at: Timestamp,
) -> Result<ReportedConversion, Vec<FieldError>> {
    read(item, received_at, None)
}

/// Reads a row of a table, as [`reported_row`] makes it.
///
/// # Errors
/// With every field that is wrong.
pub fn read_reported_row(
    item: &Value,
    received_at: Timestamp,
    style: &FileStyle,
) -> Result<ReportedConversion, Vec<FieldError>> {
    read(item, received_at, Some(style))
}

fn read(
    item: &Value,
    received_at: Timestamp,
    style: Option<&FileStyle>,
) -> Result<ReportedConversion, Vec<FieldError>> {
    let Some(fields) = item.as_object() else {
        let reason = "a conversion is an object such as {\"id\": \"A1\", …}".to_owned();
        return Err(vec![FieldError { field: String::new(), reason }]);
    };
    let mut reader = FieldReader { fields, style, errors: Vec::new() };
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

/// An item of a row of a file: texts by the names of their columns, and whether each is a number of a spreadsheet. Empty
/// ones are not there.
#[must_use]
pub fn reported_row(cells: BTreeMap<String, (String, bool)>) -> Value {
    let cells = cells.into_iter().filter(|(_, (cell, _))| !cell.is_empty());
    let cell = |(name, (cell, is_plain)): (String, (String, bool))| {
        let is_amount = is_plain && matches!(name.as_str(), "value" | "refunded");
        if let Some(number) = serde_json::from_str(&cell).ok().filter(|_| is_amount) {
            return (name, Value::Number(number));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{DateOrder, DecimalMark};
    use jiff::tz::TimeZone;
    use rust_decimal::Decimal;
    use serde_json::json;

    const NOW: Timestamp = Timestamp(1_795_168_800_000);

    fn read(item: Value) -> Result<ReportedConversion, Vec<FieldError>> {
        read_reported(&item, NOW)
    }

    #[test]
    fn amounts_of_json_have_points_and_those_of_a_file_what_the_file_says() {
        let item = |value: Value| {
            json!({ "id": "1", "name": "purchase", "time": 1_795_000_000, "phone": "+33612345678",
                "value": value, "currency": "eur" })
        };
        let value = |read: Result<ReportedConversion, Vec<FieldError>>| {
            read.map(|read| read.value.unwrap().to_string())
                .map_err(|errors| errors[0].reason.clone())
        };
        assert_eq!(value(read(item(json!("1.500")))).as_deref(), Ok("1.500"));
        assert!(value(read(item(json!("1,500")))).unwrap_err().ends_with("1500 or 1.500"));
        let of_file = |text: &str, mark| {
            let style = FileStyle { mark, order: DateOrder::Unknown, zone: TimeZone::UTC };
            value(read_reported_row(&item(json!(text)), NOW, &style))
        };
        assert!(
            of_file("1.500", None).unwrap_err().contains("tells which: say it, --decimal-mark")
        );
        assert_eq!(of_file("1.500", Some(DecimalMark::Comma)).as_deref(), Ok("1500"));
        assert_eq!(of_file("1.234,50 €", Some(DecimalMark::Comma)).as_deref(), Ok("1234.50"));
        assert_eq!(of_file("$5", None).unwrap_err(), "the amount's sign is not that of EUR");
        assert!(of_file("(5.00)", None).unwrap_err().contains("is negative: a refund is"));
        assert!(of_file("12\u{2019}34", None).unwrap_err().ends_with("not grouped by thousands"));
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
        // Whatever stands where, nobody's number or address is repeated.
        for field in ["name", "time", "value", "currency", "page", "click", "phone", "consent"] {
            for personal in ["0612345678", "ann@example.com"] {
                let mut item = json!({ "id": "1", "name": "lead", "time": 1, "value": 1,
                    "currency": "EUR", "phone": "tel 555" });
                item[field] = json!(personal);
                let told = format!("{:?}", read(item).unwrap_err());
                assert!(!told.contains(personal) && !told.contains("555"), "{told}");
            }
        }
        for national in ["0612345678", "(555) 010-9999", "6123456789"] {
            let item =
                json!({ "id": "1", "name": "lead", "time": 1_795_000_000, "phone": national });
            assert_eq!(wrong(item), ["phone"], "{national}");
        }
        let errors = read(json!({ "id": 1e30, "name": "lead", "time": 1_795_000_000,
            "phone": "+33612345678", "value": 0.00001, "currency": "EUR" }));
        let told: Vec<String> = errors.unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(told, ["id", "value"]);
    }
}
