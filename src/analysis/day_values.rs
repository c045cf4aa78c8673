//! What purchases of ads were worth, by the day of their conversations' opening.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use polars_core::frame::DataFrame;
use polars_core::prelude::PolarsResult;

use super::AnalysisError;
use super::columns::text;

/// What an ad's purchases of a day were worth.
#[derive(Debug, Clone, PartialEq)]
pub struct DayValue {
    /// The ad; empty of conversations without one.
    pub ad: String,
    /// ISO 4217.
    pub currency: String,
    /// The day of the opening.
    pub day: Date,
    /// In units of the currency.
    pub value: f64,
}

/// Rows of `queries/attribution/purchase_values.sql` by ad, currency and day in a zone.
///
/// # Errors
/// If the frame has other columns.
pub fn day_values(values: &DataFrame, zone: &TimeZone) -> Result<Vec<DayValue>, AnalysisError> {
    Ok(rows(values, zone)?)
}

fn rows(values: &DataFrame, zone: &TimeZone) -> PolarsResult<Vec<DayValue>> {
    let (ads, currencies) = (values.column("ad_id")?.str()?, values.column("currency")?.str()?);
    let (opened, worth) = (values.column("opened_at")?.i64()?, values.column("value")?.f64()?);
    let row = |row: usize| {
        let instant = opened.get(row).and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())?;
        Some(DayValue {
            ad: text(ads, row).to_owned(),
            currency: text(currencies, row).to_owned(),
            day: zone.to_datetime(instant).date(),
            value: worth.get(row)?,
        })
    };
    Ok((0..values.height()).filter_map(row).collect())
}
