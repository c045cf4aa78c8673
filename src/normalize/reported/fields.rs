//! The fields of a reported conversion, each read for itself: every one that is wrong is named.

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::style::FileStyle;
use crate::domain::{
    AmountFault, ClickId, DecimalMark, MOST_MONEY, Timestamp, WrittenAmount, as_contact_hash,
    contact_hash, is_currency, plain_number, read_amount_in,
};
use crate::normalize::wire;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Its name; empty if it is the item as a whole.
    pub field: String,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// Makes a hash of a contact.
type Hash = fn(&str) -> Option<String>;

pub(super) struct FieldReader<'a> {
    pub fields: &'a Map<String, Value>,
    /// How texts of the file are to be read; `None` for JSON.
    pub style: Option<&'a FileStyle>,
    pub errors: Vec<FieldError>,
}

impl FieldReader<'_> {
    pub(super) fn wrong(&mut self, field: &str, reason: String) {
        self.errors.push(FieldError { field: field.to_owned(), reason });
    }

    pub(super) fn unknown(&mut self) {
        for name in self.fields.keys() {
            if !REPORTED_FIELDS.contains(&name.as_str()) {
                let known = REPORTED_FIELDS.join(", ");
                let is_name = name.len() < 40
                    && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
                let name = if is_name { name.as_str() } else { "" };
                self.wrong(name, format!("there is no such field; known are {known}"));
            }
        }
    }

    fn get(&self, field: &str) -> Option<&Value> {
        self.fields.get(field).filter(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, field: &str) -> String {
        match self.get(field) {
            None => String::new(),
            Some(Value::String(text)) => text.trim().to_owned(),
            // Ids are sometimes numbers.
            Some(Value::Number(number)) if number.is_u64() => number.to_string(),
            Some(Value::Number(_)) => {
                self.wrong(
                    field,
                    "a number of this size loses digits: give it as a text".to_owned(),
                );
                String::new()
            }
            Some(_) => {
                self.wrong(field, "it is no text".to_owned());
                String::new()
            }
        }
    }

    pub(super) fn name(&mut self, field: &str) -> String {
        let text = self.line(field);
        let is_told = self.errors.last().is_some_and(|error| error.field == field);
        if text.is_empty() && !is_told {
            self.wrong(field, "it is missing".to_owned());
        }
        text
    }

    pub(super) fn line(&mut self, field: &str) -> String {
        let text = self.text(field);
        if text.len() > LONGEST_REPORTED || text.chars().any(char::is_control) {
            self.wrong(field, format!("it is no line of up to {LONGEST_REPORTED} bytes"));
        }
        text
    }

    pub(super) fn time(&mut self, field: &str, received_at: Timestamp) -> Option<Timestamp> {
        let value = self.get(field)?;
        let read = match (self.style, value) {
            (Some(style), Value::String(text)) => style.order.instant(text.trim(), &style.zone),
            _ => wire::time_of(value).ok_or_else(|| {
                "is no time such as 2026-01-31T18:00:00Z or Unix seconds".to_owned()
            }),
        };
        let time = match read {
            Ok(time) => time,
            Err(why) => {
                self.wrong(field, format!("{} {why}", shown(value)));
                return None;
            }
        };
        if !time.can_be(received_at) {
            let value = shown(value);
            self.wrong(field, format!("{value} cannot be: it is before 2004, or still to come"));
            return None;
        }
        Some(time)
    }

    pub(super) fn flag(&mut self, field: &str) -> Option<bool> {
        let value = self.get(field)?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.wrong(field, format!("{} is neither true nor false", shown(value)));
        }
        flag
    }

    fn amount(&mut self, field: &str, currency: &str) -> Option<WrittenAmount> {
        let value = self.get(field)?;
        let amount = match self.read_amount(value, currency) {
            Ok(amount) => amount,
            Err(why) => {
                self.wrong(field, format!("{} {why}", shown(value)));
                return None;
            }
        };
        if !amount.number.is_zero() && amount.number.round_dp(4).is_zero() {
            let told = format!("{} is less than the smallest amount, 0.0001", amount.number);
            self.wrong(field, told);
        }
        Some(amount)
    }

    fn read_amount(&self, value: &Value, currency: &str) -> Result<WrittenAmount, String> {
        let amount = match value {
            Value::String(text) => {
                let mark = self.style.and_then(|style| style.mark);
                let amount = match read_amount_in(text, mark, "") {
                    // In JSON a point is what it is in its numbers.
                    Err(AmountFault::Open { mark: DecimalMark::Point, .. })
                        if self.style.is_none() =>
                    {
                        read_amount_in(text, Some(DecimalMark::Point), "")
                    }
                    _ => read_amount_in(text, mark, currency),
                };
                amount.map_err(|fault| match (fault, self.style) {
                    (AmountFault::Open { .. }, Some(_)) => format!(
                        "{fault}, and no other amount of the file tells which: say it, --decimal-mark comma or \
                         --decimal-mark point"
                    ),
                    _ => fault.to_string(),
                })?
            }
            Value::Number(number) => WrittenAmount {
                number: plain_number(&number.to_string()).ok_or("is no amount such as 49.90")?,
                currencies: &[],
            },
            _ => return Err("is no amount such as 49.90".to_owned()),
        };
        if amount.number.is_sign_negative() && !amount.number.is_zero() {
            let told = "is negative: a refund is the same conversion again, with what was given back as refunded";
            return Err(told.to_owned());
        }
        if amount.number > Decimal::from(MOST_MONEY) {
            return Err("is more than anybody pays".to_owned());
        }
        Ok(amount)
    }

    /// The currency that the column says, or else the amount itself.
    fn currency_of(&mut self, field: &str, amount: Option<WrittenAmount>, told: &str) -> String {
        let Some(amount) = amount else { return String::new() };
        match amount.currency_beside(told) {
            Ok(currency) => currency,
            Err(why) => {
                self.wrong(field, why);
                told.to_owned()
            }
        }
    }

    /// Value without what was refunded, its currency, and whether nothing is left of it.
    pub(super) fn money(&mut self) -> (Option<Decimal>, String, bool) {
        // As some shops write it.
        let told = self.text("currency").trim().to_ascii_uppercase();
        let amount = self.amount("value", &told);
        let value = amount.map(|amount| amount.number);
        let errors = self.errors.len();
        let currency = self.currency_of("value", amount, &told);
        if value.is_some() && !is_currency(&currency) && self.errors.len() == errors {
            let currency = shown(&Value::String(currency.clone()));
            self.wrong("currency", format!("{currency} is none such as EUR"));
        }
        if self.get("refunded").is_some_and(Value::is_boolean) {
            return (value, currency, self.flag("refunded").unwrap_or(false));
        }
        let Some(refunded) = self.amount("refunded", &currency) else {
            return (value, currency, false);
        };
        self.currency_of("refunded", Some(refunded), &currency);
        let refunded = refunded.number;
        let Some(paid) = value else {
            self.wrong("refunded", "there is no value of which it could be a part".to_owned());
            return (value, currency, false);
        };
        if refunded > paid {
            let refunded = shown(&Value::String(refunded.to_string()));
            self.wrong("refunded", format!("{refunded} is more than the value {paid}"));
        }
        (Some(paid - refunded), currency, refunded == paid && !paid.is_zero())
    }

    /// The number of a click, or a ref with it behind.
    pub(super) fn click(&mut self) -> String {
        let text = self.text("click");
        if text.is_empty() {
            return text;
        }
        let marked = if text.contains("-mfc") { text.clone() } else { format!("-mfc{text}") };
        if let Some(click) = ClickId::split(&marked).1 {
            return click.to_string();
        }
        self.wrong("click", "it is no click's number: 20 digits 0 to 9 and a to f".to_owned());
        String::new()
    }

    pub(super) fn contacts(&mut self) -> Vec<String> {
        let mut contacts = Vec::new();
        let kinds: [(&str, Hash, &str); 4] = [
            (
                "phone",
                international_hash,
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

/// The hash of a phone number that begins with its country's code: after `+` or `00`, or by itself if the
/// number is so long that it cannot be without. No thread would ever have that of another.
fn international_hash(phone: &str) -> Option<String> {
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let is_international =
        phone.starts_with('+') || phone.starts_with("00") || !phone.starts_with('0') && digits > 10;
    contact_hash(phone).filter(|_| is_international && !phone.contains('@'))
}

/// A value for a message; if it may be somebody's phone number or address, it is not repeated: columns may
/// have moved.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_personal = text.contains('@') || digits > 6 || text.len() > 40;
    if is_personal { "it".to_owned() } else { text }
}
