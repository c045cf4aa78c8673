//! Numbers as people read them.

use jiff::tz::TimeZone;

use crate::analysis::{Rate, Step};
use crate::domain::Timestamp;
pub(crate) use crate::language::count as thousands;
use crate::language::{self, places_of, say, share_of};

/// Money without its currency: `12,345.60`.
pub(crate) fn amount(value: f64) -> String {
    language::decimal(value, 2)
}

/// Money of a currency.
pub(crate) fn money(value: f64, currency: &str) -> String {
    say("money").with("amount", amount(value)).with("currency", currency).to_string()
}

/// Parts of conversions: whole ones without decimals.
pub(crate) fn credit(conversions: f64) -> String {
    language::decimal(conversions.max(0.0), usize::from(conversions.fract() != 0.0))
}

/// A share of so many.
pub(crate) fn percent(rate: Option<f64>, of: u64) -> String {
    rate.map_or_else(dash, |rate| share_of(rate, of))
}

/// A share of credit, which may be parts of conversions.
pub(crate) fn credit_share(rate: Option<f64>, total: f64) -> String {
    percent(rate, whole(total))
}

/// The share of a step of those of the step before.
pub(crate) fn of_previous(step: &Step) -> String {
    percent(step.rate_from_previous, of_how_many(step.count, step.rate_from_previous))
}

/// The share of a step of those of the first.
pub(crate) fn of_first(step: &Step) -> String {
    percent(step.rate_from_first, of_how_many(step.count, step.rate_from_first))
}

/// Of how many a count is a share: the two tell.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(crate) fn of_how_many(count: Option<u64>, rate: Option<f64>) -> u64 {
    let of = count.zip(rate.filter(|rate| *rate > 0.0)).map_or(0.0, |(n, rate)| n as f64 / rate);
    whole(of.round())
}

/// Whole ones of parts of conversions.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
pub(crate) fn whole(count: f64) -> u64 {
    count.max(0.0) as u64
}

pub(crate) fn dash() -> String {
    say("none").to_string()
}

/// `1.2 to 3.4`.
pub(crate) fn between(low: String, high: String) -> String {
    say("between").with("low", low).with("high", high).to_string()
}

pub(crate) fn local_minute(instant: Timestamp, zone: &TimeZone) -> String {
    jiff::Timestamp::from_millisecond(instant.0).map_or_else(
        |_| instant.to_rfc3339(),
        |instant| instant.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string(),
    )
}

/// A time span in its largest fitting unit: `45 s`, `3.5 min`, `2.0 h`, `1.2 days`.
pub(crate) fn span(milliseconds: Option<f64>) -> String {
    let Some(seconds) = milliseconds.map(|ms| ms / 1000.0) else { return dash() };
    let (name, number) = match seconds {
        ..60.0 => ("span-seconds", language::decimal(seconds, 0)),
        ..3_600.0 => ("span-minutes", language::decimal(seconds / 60.0, 1)),
        ..86_400.0 => ("span-hours", language::decimal(seconds / 3_600.0, 1)),
        _ => ("span-days", language::decimal(seconds / 86_400.0, 1)),
    };
    say(name).with("number", number).to_string()
}

/// An RFC 3339 instant in a zone, to the minute.
pub(crate) fn local(instant: &str, zone: &TimeZone) -> String {
    instant.parse::<jiff::Timestamp>().map_or_else(
        |_| instant.to_owned(),
        |at| local_minute(Timestamp(at.as_millisecond()), zone),
    )
}

/// A share of so many with its interval: `12.3 % (10.1 to 14.9)`.
pub(crate) fn rate(rate: Option<Rate>, of: u64) -> String {
    let Some(Rate { rate, low, high }) = rate else { return dash() };
    let percents = |part: f64| language::decimal(part * 100.0, places_of(of));
    format!("{} ({})", share_of(rate, of), between(percents(low), percents(high)))
}
