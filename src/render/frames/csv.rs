//! CSV (RFC 4180: CRLF, UTF-8), as the reader's country writes numbers.

use ::csv::{QuoteStyle, Terminator, WriterBuilder};
use jiff::tz::TimeZone;
use polars_core::frame::DataFrame;
use polars_core::prelude::{AnyValue, Column};

use crate::insights::csv_style::CsvStyle;

/// The line of column names.
pub(crate) fn header(frame: &DataFrame, style: &CsvStyle) -> Vec<u8> {
    // A step of a funnel is a column, and is called as somebody likes.
    let names = frame.columns().iter().map(|column| defused(column.name())).collect();
    let mut bytes = if style.has_bom { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
    bytes.extend(lines(std::iter::once(names), style));
    bytes
}

/// A line for each row. What a spreadsheet would take for a formula is defused.
pub(crate) fn rows(frame: &DataFrame, style: &CsvStyle) -> Vec<u8> {
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
    cell.split([',', ';', '\t', '|']).skip(1).any(begins_formula)
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
            let number = plain(number);
            if &*style.decimal_mark == "." {
                number
            } else {
                number.replace('.', &style.decimal_mark)
            }
        }
        Ok(other) => other.to_string(),
    }
}

/// A number without the noise of binary fractions: the fifteen digits that spreadsheets and binary fractions have in common;
/// a very small one with an exponent, which spreadsheets read.
fn plain(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return number.to_string();
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    if rounded.abs() < 1e-6 { format!("{rounded:E}") } else { rounded.to_string() }
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
    if !is_number && (text.starts_with(['\t', '\r', '\n']) || begins_formula(text)) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Whether a spreadsheet would begin to compute here: some take full-width signs for the others, and read over what
/// shows nothing, such as blanks, line feeds and marks of the order of letters.
fn begins_formula(text: &str) -> bool {
    let shows_nothing = |letter: char| {
        letter.is_whitespace()
            || letter.is_control()
            || matches!(
                letter,
                '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
                    | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
                    | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{e0000}'..='\u{e0fff}'
            )
    };
    let first = text.trim_start_matches(shows_nothing).chars().next();
    first.is_some_and(|first| {
        matches!(
            first,
            '=' | '+'
                | '-'
                | '@'
                | '\u{2212}'
                | '\u{fe62}'
                | '\u{fe63}'
                | '\u{fe66}'
                | '\u{fe6b}'
                | '\u{ff0b}'
                | '\u{ff0d}'
                | '\u{ff1d}'
                | '\u{ff20}'
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::frames::columns::Columns;

    #[test]
    fn numbers_say_what_they_are_without_noise() {
        let told = [681.680_000_000_000_1, 0.1 + 0.2, 1e-34 / 3.0, -0.000_25, 0.0, 1e15, 1.0 / 3.0];
        let told = told.map(plain);
        assert_eq!(
            told,
            [
                "681.68",
                "0.3",
                "3.33333333333333E-35",
                "-0.00025",
                "0",
                "1000000000000000",
                "0.333333333333333"
            ]
        );
    }

    #[test]
    fn nothing_that_somebody_writes_is_a_formula() {
        for formula in [
            "=1+1",
            "+1+1",
            "-1+1",
            "@SUM(1)",
            "\u{61c}=1",
            "\u{3164}=1",
            "\u{2800}\u{fe0f}=1",
            "\u{e0001}=1",
            "\u{fe66}1",
            "\u{fe62}1",
            "\t=1",
            "\r=1",
            "\n=1",
            "\r\n=1",
            " =1",
            "\u{a0}=1",
            "\u{0}=1",
            "\u{b}=1",
            "\u{85}=1",
            "\u{feff}=1",
            "\u{200b}=1",
            "\u{202e}=1",
            "\u{ff1d}1",
            "\u{ff0b}1",
            "\u{ff0d}1",
            "\u{ff20}A1",
            "\t",
            "\r",
            "\n",
            "\nplain",
        ] {
            assert_eq!(defused(formula), format!("'{formula}"), "{formula:?}");
        }
        for text in [
            "",
            "plain",
            "-12.5",
            "-1e3",
            "a=1",
            "1-2",
            "#1",
            "'=1",
            "Summer + more",
            "\u{e9}t\u{e9}",
        ] {
            assert_eq!(defused(text), text, "{text:?}");
        }
        for (cell, splits) in [
            ("x;=1", true),
            ("x; =1", true),
            ("x\t\u{ff1d}1", true),
            ("x|@a", true),
            ("x,\n=1", true),
            ("x;y", false),
            ("a=1", false),
            ("", false),
        ] {
            assert_eq!(may_split(cell), splits, "{cell:?}");
        }
        // A step of a funnel that is called so.
        let rows = [1_u64];
        let frame = Columns::of(&rows).count("=cmd", |row| *row).done();
        assert_eq!(header(&frame, &CsvStyle::default()), b"'=cmd\r\n");
    }

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
