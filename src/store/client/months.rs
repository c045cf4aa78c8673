//! Months, UTC, as partitions are named by their first days.

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The first day of the month of an instant, UTC; from 1970 on.
pub(in crate::store) fn month_of(time: i64) -> Date {
    let instant = jiff::Timestamp::from_millisecond(time.max(0)).unwrap_or_default();
    TimeZone::UTC.to_datetime(instant).date().first_of_month()
}

/// The first month that begins at an instant or later.
pub(in crate::store) fn month_after(time: i64) -> Date {
    let last = month_of(time.saturating_sub(1));
    last.checked_add(jiff::Span::new().months(1)).unwrap_or(last)
}
