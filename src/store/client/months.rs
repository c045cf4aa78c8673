//! Months, UTC, as partitions are named by their first days.

use clickhouse::query::Query;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Beyond it there is no month: ClickHouse's dates end in 2149.
const LAST_MS: i64 = 5_600_000_000_000;

/// The first day of the month of an instant, UTC; from 1970 to 2147.
pub(in crate::store) fn month_of(time: i64) -> Date {
    let instant = jiff::Timestamp::from_millisecond(time.clamp(0, LAST_MS)).unwrap_or_default();
    TimeZone::UTC.to_datetime(instant).date().first_of_month()
}

/// The first month that begins at an instant or later.
fn month_after(time: i64) -> Date {
    let last = month_of(time.saturating_sub(1));
    last.checked_add(jiff::Span::new().months(1)).unwrap_or(last)
}

/// The question with the months of `from` to `until` (UTC milliseconds; exclusive) as `from_month` and `to_month`.
pub(in crate::store) fn of_months(question: Query, from: i64, until: i64) -> Query {
    let [from_month, to_month] =
        [month_of(from), month_after(until)].map(|month| month.to_string());
    question.param("from_month", from_month).param("to_month", to_month)
}
