//! Numbers as a language writes them, by Unicode's CLDR.

use fixed_decimal::Decimal;
use fluent_bundle::FluentValue;

use super::Language;

/// `12,345` in English, `12 345` in French.
#[must_use]
pub fn count(number: u64) -> String {
    written(Decimal::from(number))
}

/// With a fixed number of places behind the mark: `1,234.50`.
#[must_use]
pub fn decimal(number: f64, places: usize) -> String {
    let digits = format!("{number:.places$}");
    // "inf" and "NaN" are no decimals in any language.
    digits.parse().map_or(digits, written)
}

/// A part of one as percents, with one place: `12.3 %`.
#[must_use]
pub fn percent(part: f64) -> String {
    super::say("percent").with("number", decimal(part * 100.0, 1)).to_string()
}

/// How a number inside of a message is written; anything else is not for us.
pub(super) fn of_message(value: &FluentValue<'_>) -> Option<String> {
    match value {
        FluentValue::Number(number) => {
            Some(decimal(number.value, number.options.minimum_fraction_digits.unwrap_or(0)))
        }
        _ => None,
    }
}

fn written(number: Decimal) -> String {
    match &Language::current().digits {
        Some(digits) => digits.format(&number).to_string(),
        None => number.to_string(),
    }
}
