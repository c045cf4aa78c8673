//! Ranges that move with the day: what a report covers as of the instant at which it is due.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::{Period, Timestamp};
use crate::language::{Message, say};

/// Days that a range has at most: what Meta keeps of ads, 37 months.
const MOST_DAYS: i64 = 1127;

/// A range as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    /// From the day's begin to now.
    Today,
    /// So many whole days before today.
    LastDays(i64),
    /// From Monday to now.
    ThisWeek,
    /// The whole week before, from Monday.
    LastWeek,
    /// From the first of the month to now.
    ThisMonth,
    /// The whole month before.
    LastMonth,
}

impl Range {
    /// Reads `today`, `yesterday`, `last_7_days`, `this_week`, `last_week`, `this_month`, `last_month`.
    ///
    /// # Errors
    /// If it is none of them.
    pub(super) fn parse(text: &str) -> Result<Self, Message> {
        Ok(match text {
            "today" => Self::Today,
            "yesterday" => Self::LastDays(1),
            "this_week" => Self::ThisWeek,
            "last_week" => Self::LastWeek,
            "this_month" => Self::ThisMonth,
            "last_month" => Self::LastMonth,
            _ => {
                let days = days_of(text).and_then(|days| days.parse().ok());
                let days = days.filter(|days| (1..=MOST_DAYS).contains(days));
                Self::LastDays(days.ok_or_else(|| {
                    let told = say("reports-no-range").with("range", text);
                    told.with("most", MOST_DAYS.to_string())
                })?)
            }
        })
    }

    /// The period as of an instant, in a zone.
    #[must_use]
    pub(super) fn as_of(self, due: Timestamp, zone: &TimeZone) -> Period {
        let instant =
            jiff::Timestamp::from_millisecond(due.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let today = instant.to_zoned_datetime(zone.clone()).date();
        let monday =
            today.saturating_sub(i64::from(today.weekday().to_monday_zero_offset()).days());
        let first = today.first_of_month();
        let now = due;
        let whole = Period { from: due, to: due, zone: zone.clone() };
        let days = |from: Date, to: Date| [whole.start_of(from), whole.start_of(to)];
        let [from, to] = match self {
            Self::Today => [whole.start_of(today), now],
            Self::ThisWeek => [whole.start_of(monday), now],
            Self::ThisMonth => [whole.start_of(first), now],
            Self::LastDays(count) => days(today.saturating_sub(count.days()), today),
            Self::LastWeek => days(monday.saturating_sub(1.week()), monday),
            Self::LastMonth => days(first.saturating_sub(1.month()), first),
        };
        // What begins with this instant holds nothing yet.
        let to = Timestamp(to.0.max(from.0 + 1));
        Period { from, to, ..whole }
    }
}

fn days_of(text: &str) -> Option<&str> {
    text.strip_prefix("last_").and_then(|rest| rest.strip_suffix("_days"))
}

/// A range as people call it.
pub(super) fn told(text: &str) -> String {
    if let Some(days) = days_of(text) {
        return say("reports-range-days").with("days", days).to_string();
    }
    let told = say(format!("reports-range-{text}"));
    // What was written may be none.
    if told.is_known() { told.to_string() } else { text.replace('_', " ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_days_of_the_zone() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        // A Monday, the day behind the change of clocks.
        let due: jiff::Timestamp = "2026-10-26T06:00:00Z".parse().unwrap();
        for (text, from, to) in [
            ("today", "2026-10-25T23:00:00.000Z", "2026-10-26T06:00:00.000Z"),
            ("yesterday", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"),
            ("last_7_days", "2026-10-18T22:00:00.000Z", "2026-10-25T23:00:00.000Z"),
            ("this_week", "2026-10-25T23:00:00.000Z", "2026-10-26T06:00:00.000Z"),
            ("last_week", "2026-10-18T22:00:00.000Z", "2026-10-25T23:00:00.000Z"),
            ("this_month", "2026-09-30T22:00:00.000Z", "2026-10-26T06:00:00.000Z"),
            ("last_month", "2026-08-31T22:00:00.000Z", "2026-09-30T22:00:00.000Z"),
        ] {
            let period = Range::parse(text).unwrap().as_of(Timestamp(due.as_millisecond()), &zone);
            let told = (period.from.to_rfc3339(), period.to.to_rfc3339());
            assert_eq!(told, (from.to_owned(), to.to_owned()), "{text}");
        }
        for text in ["", "last_0_days", "last_x_days", "next_week", "last_9999_days"] {
            let told = Range::parse(text).unwrap_err().to_string();
            assert!(told.contains("is no range"), "{told}");
        }
    }

    #[test]
    fn ranges_are_called_as_they_are_written() {
        for text in ["today", "yesterday", "last_28_days", "this_week", "last_month", "ever_so"] {
            assert_eq!(told(text), text.replace('_', " "));
        }
    }
}
