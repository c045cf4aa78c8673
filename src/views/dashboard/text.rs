//! Numbers as people read them.

use jiff::tz::TimeZone;

use crate::domain::Timestamp;

/// `12 345`, with narrow spaces that do not break.
pub(in crate::views) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

pub(super) fn numbered(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "values are sums of conversions"
)]
pub(super) fn money(value: f64) -> String {
    let hundredths = (value.abs() * 100.0).round() as u64;
    format!("{}.{:02}", thousands(hundredths / 100), hundredths % 100)
}

/// Parts of conversions: whole ones without decimals.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "credit is a part of a count"
)]
pub(in crate::views) fn credit(conversions: f64) -> String {
    let tenths = (conversions.max(0.0) * 10.0).round() as u64;
    let whole = thousands(tenths / 10);
    if conversions.fract() == 0.0 { whole } else { format!("{whole}.{}", tenths % 10) }
}

pub(in crate::views) fn percent(rate: Option<f64>) -> String {
    rate.map_or_else(dash, |rate| format!("{:.1} %", rate * 100.0))
}

pub(super) fn dash() -> String {
    "–".to_owned()
}

pub(super) fn local_minute(instant: Timestamp, zone: &TimeZone) -> String {
    jiff::Timestamp::from_millisecond(instant.0).map_or_else(
        |_| instant.to_rfc3339(),
        |instant| instant.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string(),
    )
}

/// A time span in its largest fitting unit: `45 s`, `3.5 min`, `2.0 h`, `1.2 days`.
pub(super) fn span(milliseconds: Option<f64>) -> String {
    let Some(seconds) = milliseconds.map(|ms| ms / 1000.0) else { return dash() };
    match seconds {
        ..60.0 => format!("{seconds:.0}\u{a0}s"),
        ..3_600.0 => format!("{:.1}\u{a0}min", seconds / 60.0),
        ..86_400.0 => format!("{:.1}\u{a0}h", seconds / 3_600.0),
        _ => format!("{:.1}\u{a0}days", seconds / 86_400.0),
    }
}

/// An RFC 3339 instant in a zone, to the minute.
pub(super) fn local(instant: &str, zone: &TimeZone) -> String {
    instant.parse::<jiff::Timestamp>().map_or_else(
        |_| instant.to_owned(),
        |at| local_minute(Timestamp(at.as_millisecond()), zone),
    )
}
