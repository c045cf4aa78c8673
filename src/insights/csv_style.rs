//! How CSV is written: by programs, or as a country writes numbers.

use std::sync::Arc;

use fixed_decimal::Decimal;
use icu_decimal::DecimalFormatter;
use icu_decimal::options::DecimalFormatterOptions;
use icu_locale_core::Locale;
use jiff::tz::TimeZone;

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
