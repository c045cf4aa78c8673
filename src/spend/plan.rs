//! Which days of an account have to be fetched: those that are unknown, and those that were fetched
//! while Meta could still change them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Span, Timestamp};

/// Days whose figures still change: attribution reaches 28 days (Marketing API, "Insights").
pub(super) const REFETCH_DAYS: i64 = 28;
/// Days in one window.
const WINDOW_DAYS: usize = 28;
/// Months that insights reach back (Marketing API, "Insights", 2026).
pub(super) const MOST_MONTHS: u32 = 37;

/// Days that are fetched together, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// The first.
    pub since: Date,
    /// The last.
    pub until: Date,
}

impl Window {
    /// How many days.
    #[must_use]
    pub fn days(&self) -> u64 {
        let days = self.until.since(self.since).map_or(0, |span| span.get_days());
        u64::try_from(days + 1).unwrap_or(1)
    }

    /// Its halves; `None` of a single day.
    #[must_use]
    pub fn halves(&self) -> Option<(Self, Self)> {
        let half = i64::try_from(self.days() / 2).ok().filter(|half| *half > 0)?;
        let middle = self.since.saturating_add(Span::new().days(half));
        let before = middle.yesterday().ok()?;
        Some((Self { since: self.since, until: before }, Self { since: middle, until: self.until }))
    }
}

/// The first day that a back-fill of some months reaches.
#[must_use]
pub fn first_day(today: Date, months: u32) -> Date {
    let months = i64::from(months.min(MOST_MONTHS));
    today.saturating_sub(Span::new().months(months))
}

/// What has to be fetched of the days from `first` until yesterday, the newest first. `known` tells
/// when each day was fetched last. A day that was fetched less than [`REFETCH_DAYS`] after its end is due
/// again, unless that was after `fresh_since`. Today is not over: it is never due.
#[must_use]
pub fn due(
    first: Date,
    today: Date,
    known: &BTreeMap<Date, Timestamp>,
    fresh_since: Timestamp,
) -> Vec<Window> {
    let is_due = |date: &Date| {
        let Some(fetched) = known.get(date) else { return true };
        // Zones differ by less than a day: a day more is on the safe side.
        let settled = date.saturating_add(Span::new().days(REFETCH_DAYS + 2));
        let settled =
            settled.to_zoned_datetime(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp());
        settled.is_ok_and(|settled| *fetched < settled) && *fetched < fresh_since
    };
    let days: Vec<Date> =
        first.series(Span::new().days(1)).take_while(|date| *date < today).collect();
    let mut windows: Vec<Window> = Vec::new();
    for date in days.into_iter().rev().filter(is_due) {
        let grown = windows.last_mut().filter(|window| {
            let is_next = date.tomorrow().is_ok_and(|next| next == window.since);
            is_next && window.days() < WINDOW_DAYS as u64
        });
        match grown {
            Some(window) => window.since = date,
            None => windows.push(Window { since: date, until: date }),
        }
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn unknown_days_are_due_the_newest_first() {
        let windows = due(date("2026-08-27"), date("2026-11-25"), &BTreeMap::new(), Timestamp::MIN);
        let told: Vec<(String, String, u64)> = windows
            .iter()
            .map(|window| (window.since.to_string(), window.until.to_string(), window.days()))
            .collect();
        assert_eq!(told[0], ("2026-10-28".into(), "2026-11-24".into(), 28));
        assert_eq!(told[3], ("2026-08-27".into(), "2026-09-01".into(), 6));
        assert_eq!(windows.iter().map(Window::days).sum::<u64>(), 90);
        let (first, second) = windows[3].halves().unwrap();
        assert_eq!((first.days(), second.days(), second.until), (3, 3, date("2026-09-01")));
        assert_eq!(Window { since: first.since, until: first.since }.halves(), None);
    }

    #[test]
    fn days_that_may_change_are_fetched_again_each_night_and_settled_ones_never() {
        let (first, today) = (date("2026-08-01"), date("2026-11-25"));
        let fetched = at("2026-11-24T04:00:00Z");
        let known: BTreeMap<Date, Timestamp> = first
            .series(Span::new().days(1))
            .take_while(|date| *date < today)
            .map(|date| (date, fetched))
            .collect();
        let tonight = due(first, today, &known, at("2026-11-24T22:00:00Z"));
        assert_eq!(tonight[0].until, date("2026-11-24"));
        assert_eq!(tonight.last().unwrap().since, date("2026-10-26"));
        // Cut off in the middle and begun again: what was fetched just now is not fetched again.
        assert_eq!(due(first, today, &known, at("2026-11-24T03:00:00Z")), []);
        // Fetched once while it was young, and then the service was off for months.
        let late = due(first, date("2027-02-01"), &known, at("2027-01-31T22:00:00Z"));
        assert!(late.iter().any(|window| window.since <= date("2026-11-20")));
    }
}
