//! The days that a page shows: its form and its presets.

use jiff::Span;
use jiff::civil::Date;

use crate::domain::{Period, Timestamp};
use crate::http::carried;
use crate::language::{Message, say};
use crate::store::CollectionState;

/// The days that a page shows.
pub(crate) struct Range {
    pub first_day: String,
    pub last_day: String,
    /// Both, as people write them.
    pub label: Message,
    pub time_zone: String,
    pub presets: Vec<Preset>,
    /// Path of the page, and what its address asks besides the days.
    pub page: String,
    pub kept: Vec<(String, String)>,
    /// What the days may be compared with; nothing on a page that does not compare.
    pub comparisons: Vec<Preset>,
    /// The page's filters; none of a page without.
    pub filters: Option<Filters>,
    /// Begin and end, RFC 3339, if they are not those of whole days.
    instants: Option<[String; 2]>,
}

/// A choice of a menu.
pub(crate) struct Preset {
    pub id: &'static str,
    pub label: Message,
    pub href: String,
    pub is_current: bool,
}

/// The filters of a page.
pub(crate) struct Filters {
    pub chips: Vec<Chip>,
    /// Dimensions that a filter may be added of: each one's name and label.
    pub offered: Vec<(&'static str, Message)>,
}

/// A filter, and the address of the page without it.
pub(crate) struct Chip {
    pub label: Message,
    pub without: String,
}

impl Range {
    /// The days and their zone, in words.
    pub(crate) fn told(&self) -> Message {
        let told = say("days-shown").with("first", &self.first_day).with("last", &self.last_day);
        told.with("zone", &self.time_zone)
    }

    /// The same range, as an address asks for it.
    pub(crate) fn asked(&self) -> [(&'static str, String); 2] {
        self.days(&self.first_day, &self.last_day)
    }

    /// As much of these days as lies in it.
    pub(crate) fn days(&self, first: &str, last: &str) -> [(&'static str, String); 2] {
        let (begin, end) = match &self.instants {
            Some([from, to]) => (
                (first <= self.first_day.as_str()).then(|| from.clone()),
                (last >= self.last_day.as_str()).then(|| to.clone()),
            ),
            None => (None, None),
        };
        let first = first.max(self.first_day.as_str());
        let last = last.min(self.last_day.as_str());
        [
            ("from", begin.unwrap_or_else(|| first.to_owned())),
            end.map_or_else(|| ("through", last.to_owned()), |to| ("to", to)),
        ]
    }

    /// Presets lead to `page`, with `rest` (`&key=value…`) behind the days.
    pub(crate) fn new(period: &Period, now: Timestamp, page: &str, rest: &str) -> Self {
        let (first, last) = period.first_and_last_day();
        let now = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
        let days = presets(period.zone.to_datetime(now).date());
        let kept = form_urlencoded::parse(rest.trim_start_matches('&').as_bytes());
        let mut kept: Vec<(String, String)> = kept.into_owned().collect();
        // What other pages are filtered by goes along through this one.
        for (name, value) in carried::beside_days() {
            if !kept.iter().any(|(known, _)| *known == name) {
                kept.push((name, value));
            }
        }
        let rest = form_urlencoded::Serializer::new(String::new()).extend_pairs(&kept).finish();
        let rest = if rest.is_empty() { rest } else { format!("&{rest}") };
        // Of two that are the same days (on the 30th the month and 30 days) the first.
        let is_shown = |(_, from, through): &(&str, Date, Date)| {
            period.whole_days() == Some((*from, *through))
        };
        let current = days.iter().find(|days| is_shown(days)).map(|(id, ..)| *id);
        let presets = days.into_iter().map(|(id, from, through)| Preset {
            id,
            label: say(id),
            href: format!("{page}?from={from}&through={through}{rest}"),
            is_current: current == Some(id),
        });
        Self {
            label: label(first, last),
            page: page.to_owned(),
            kept,
            comparisons: Vec::new(),
            filters: None,
            first_day: first.to_string(),
            last_day: last.to_string(),
            time_zone: period.zone.iana_name().unwrap_or("UTC").to_owned(),
            presets: presets.collect(),
            instants: period
                .whole_days()
                .is_none()
                .then(|| [period.from.to_rfc3339(), period.to.to_rfc3339()]),
        }
    }
}

/// `1 – 30 Nov 2026`: what both days share is told once.
pub(crate) fn label(first: Date, last: Date) -> Message {
    let month = |date: Date| say(format!("month-{}", date.month()));
    let told = if first == last {
        say("range-day")
    } else if first.first_of_month() == last.first_of_month() {
        say("range-days")
    } else if first.year() == last.year() {
        say("range-months").with("first-month", month(first))
    } else {
        let told = say("range-years").with("first-month", month(first));
        told.with("first-year", first.year().to_string())
    };
    let told = told.with("first", first.day().to_string()).with("last", last.day().to_string());
    told.with("month", month(last)).with("year", last.year().to_string())
}

/// Ranges that people ask for most, each with its first and last day.
fn presets(today: Date) -> [(&'static str, Date, Date); 8] {
    let before = |days: i64| today.saturating_sub(Span::new().days(days));
    let month = today.first_of_month();
    let last_of_month_before = month.saturating_sub(Span::new().days(1));
    [
        ("preset-today", today, today),
        ("preset-yesterday", before(1), before(1)),
        ("preset-7", before(6), today),
        ("preset-28", before(27), today),
        ("preset-30", before(29), today),
        ("preset-90", before(89), today),
        ("preset-month", month, today),
        ("preset-last-month", last_of_month_before.first_of_month(), last_of_month_before),
    ]
}

/// The overview of everything that is stored.
pub(crate) fn all_time(state: &CollectionState, period: &Period, now: Timestamp) -> String {
    let from = Timestamp(state.first_event.min(now.0));
    let to = Timestamp(state.last_event.max(from.0) + 1);
    // As much of it as a page shows.
    let longest = (MOST_DAYS.cast_signed() - 1) * 86_400_000;
    let from = Timestamp(from.0.max(to.0 - longest));
    Period::new(from, to, period.zone.clone())
        .map_or_else(|_| "/".to_owned(), |all| format!("/{}", days_of(&all)))
}

fn days_of(period: &Period) -> String {
    let (first, last) = period.first_and_last_day();
    format!("?from={first}&through={last}")
}

/// Days of a page at most. The API takes more.
pub(crate) const MOST_DAYS: u64 = 1_100;

pub(crate) fn is_too_long(period: &Period) -> bool {
    let days = period.to.0.saturating_sub(period.from.0) / 86_400_000;
    u64::try_from(days).is_ok_and(|days| days > MOST_DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_calendar_also_over_the_turn_of_the_year() {
        let of = |today: Date, id: &str| {
            let found = presets(today).into_iter().find(|(preset, ..)| *preset == id);
            found.map(|(_, from, through)| format!("{from} {through}")).unwrap()
        };
        let january = Date::constant(2027, 1, 31);
        assert_eq!(of(january, "preset-month"), "2027-01-01 2027-01-31");
        assert_eq!(of(january, "preset-last-month"), "2026-12-01 2026-12-31");
        assert_eq!(of(Date::constant(2028, 3, 1), "preset-last-month"), "2028-02-01 2028-02-29");
        assert_eq!(of(january, "preset-yesterday"), "2027-01-30 2027-01-30");
        assert_eq!(of(january, "preset-7"), "2027-01-25 2027-01-31");
    }
}
