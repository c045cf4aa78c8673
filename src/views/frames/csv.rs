//! CSV (RFC 4180: CRLF, UTF-8), as the reader's country writes numbers.

use std::sync::Arc;

use ::csv::{QuoteStyle, Terminator, WriterBuilder};
use fixed_decimal::Decimal;
use icu_decimal::DecimalFormatter;
use icu_decimal::options::DecimalFormatterOptions;
use icu_locale_core::Locale;
use jiff::tz::TimeZone;
use polars::frame::DataFrame;
use polars::prelude::{AnyValue, Column};

/// How CSV is written.
#[derive(Debug, Clone)]
pub struct CsvStyle {
    /// Between cells.
    pub separator: u8,
    /// Between a number's whole and the rest.
    pub decimal_mark: Arc<str>,
    /// Whether a byte order mark comes first, by which Excel knows UTF-8.
    pub has_bom: bool,
    /// The zone in which times are told.
    pub zone: TimeZone,
}

impl Default for CsvStyle {
    /// As programs read it: commas, points, UTC.
    fn default() -> Self {
        Self { separator: b',', decimal_mark: ".".into(), has_bom: false, zone: TimeZone::UTC }
    }
}

impl CsvStyle {
    /// As people write numbers where `locale` (BCP 47, such as `fr` or `de-CH`) is spoken, by Unicode's
    /// CLDR. Where that is with a comma, cells are separated by semicolons, as spreadsheets there do.
    ///
    /// # Errors
    /// If it is no locale.
    pub fn new(locale: &str, has_bom: bool, zone: TimeZone) -> Result<Self, String> {
        let no_locale = || format!("{locale:?} is no locale such as en-GB, fr or de-CH");
        let known: Locale = locale.trim().replace('_', "-").parse().map_err(|_| no_locale())?;
        let formatter = DecimalFormatter::try_new(known.into(), DecimalFormatterOptions::default());
        let mut half = Decimal::from(5);
        half.multiply_pow10(-1);
        let half = formatter.map_err(|_| no_locale())?.format(&half).to_string();
        // What stands between two digits.
        let mark: String = half.chars().skip(1).take_while(|letter| !letter.is_numeric()).collect();
        let separator = if mark == "," { b';' } else { b',' };
        // Some write it as a letter that no spreadsheet takes: a point is understood everywhere.
        let mark = if matches!(mark.as_str(), "," | ".") { mark } else { ".".to_owned() };
        Ok(Self { separator, decimal_mark: mark.into(), has_bom, zone })
    }
}

/// The line of column names.
pub(super) fn header(frame: &DataFrame, style: &CsvStyle) -> Vec<u8> {
    let names = frame.columns().iter().map(|column| column.name().to_string()).collect();
    let mut bytes = if style.has_bom { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
    bytes.extend(lines(std::iter::once(names), style));
    bytes
}

/// A line for each row. What a spreadsheet would take for a formula is defused.
pub(super) fn rows(frame: &DataFrame, style: &CsvStyle) -> Vec<u8> {
    let row = |row| frame.columns().iter().map(|column| cell(column, row, style)).collect();
    lines((0..frame.height()).map(row), style)
}

fn lines(rows: impl Iterator<Item = Vec<String>>, style: &CsvStyle) -> Vec<u8> {
    let writer = |quotes: QuoteStyle| {
        let mut builder = WriterBuilder::new();
        builder.terminator(Terminator::CRLF).delimiter(style.separator).quote_style(quotes);
        builder.from_writer(Vec::new())
    };
    let mut bytes = Vec::new();
    let mut usual = writer(QuoteStyle::Necessary);
    for row in rows {
        // Writing into memory does not fail.
        let written = if row.iter().any(|cell| may_split(cell)) {
            let before = std::mem::replace(&mut usual, writer(QuoteStyle::Necessary));
            bytes.extend(before.into_inner().unwrap_or_default());
            let mut quoted = writer(QuoteStyle::Always);
            let written = quoted.write_record(row);
            bytes.extend(quoted.into_inner().unwrap_or_default());
            written
        } else {
            usual.write_record(row)
        };
        if let Err(error) = written {
            tracing::error!(%error, "a CSV row was left out");
        }
    }
    bytes.extend(usual.into_inner().unwrap_or_default());
    bytes
}

/// Whether a spreadsheet of a country with another separator would find a formula inside: what is quoted it
/// does not split.
fn may_split(cell: &str) -> bool {
    let pairs = cell.as_bytes().windows(2);
    let mut pairs = pairs.map(|pair| (pair[0], pair[1]));
    pairs.any(|(one, next)| {
        matches!(one, b',' | b';' | b'\t') && matches!(next, b'=' | b'+' | b'-' | b'@')
    })
}

fn cell(column: &Column, row: usize, style: &CsvStyle) -> String {
    match column.get(row) {
        Err(_) | Ok(AnyValue::Null) => String::new(),
        Ok(AnyValue::String(text)) => defused(text),
        Ok(AnyValue::StringOwned(text)) => defused(&text),
        Ok(AnyValue::Datetime(time, ..) | AnyValue::DatetimeOwned(time, ..)) => {
            instant(time, &style.zone)
        }
        Ok(AnyValue::Float64(number)) => {
            let number = number.to_string();
            if &*style.decimal_mark == "." {
                number
            } else {
                number.replace('.', &style.decimal_mark)
            }
        }
        Ok(other) => other.to_string(),
    }
}

/// ISO 8601 with the zone's offset.
fn instant(millis: i64, zone: &TimeZone) -> String {
    let Ok(instant) = jiff::Timestamp::from_millisecond(millis) else { return millis.to_string() };
    if *zone == TimeZone::UTC {
        return format!("{instant:.3}");
    }
    instant.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S.%3f%:z").to_string()
}

/// What a spreadsheet would take for a formula gets an apostrophe in front; a ref is text that
/// anybody can write.
fn defused(text: &str) -> String {
    // A negative number is none.
    let is_number = text.strip_prefix('-').is_some_and(|rest| rest.parse::<f64>().is_ok());
    if !is_number && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_says_how_numbers_are_written() {
        let marks = |locale: &str| {
            let style = CsvStyle::new(locale, false, TimeZone::UTC).unwrap();
            (style.separator as char, style.decimal_mark.to_string())
        };
        for (locale, separator, mark) in [
            ("en", ',', "."),
            ("en-GB", ',', "."),
            ("fr", ';', ","),
            ("fr_FR", ';', ","),
            ("de-CH", ',', "."),
            ("de", ';', ","),
            ("pt-BR", ';', ","),
            ("ar-EG", ',', "."),
        ] {
            assert_eq!(marks(locale), (separator, mark.to_owned()), "{locale}");
        }
        // Split by another separator it would be a formula.
        let rows =
            [vec!["x;=1+1".to_owned(), "2".to_owned()], vec!["x;y".to_owned(), "2".to_owned()]];
        let bytes = lines(rows.into_iter(), &CsvStyle::default());
        assert_eq!(String::from_utf8(bytes).unwrap(), "\"x;=1+1\",\"2\"\r\nx;y,2\r\n");
        let told = CsvStyle::new("french please", false, TimeZone::UTC).unwrap_err();
        assert!(told.contains("no locale such as"), "{told}");
    }
}
