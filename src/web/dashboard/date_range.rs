//! The days that a page shows: its form and its presets.

use crate::domain::{Period, Timestamp};
use crate::language::{Message, say};
use crate::store::CollectionState;

/// The days that a page shows.
pub(crate) struct Range {
    pub first_day: String,
    pub last_day: String,
    pub time_zone: String,
    pub presets: Vec<Preset>,
    /// Begin and end, RFC 3339, if they are not those of whole days.
    instants: Option<[String; 2]>,
}

pub(crate) struct Preset {
    pub label: Message,
    pub days: i64,
    pub href: String,
    pub is_current: bool,
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
        let presets = [("preset-7", 6), ("preset-30", 29), ("preset-90", 89)];
        let presets = presets.into_iter().filter_map(|(label, before)| {
            let preset = Period::last_days(before, &period.zone, now).ok()?;
            let is_current = preset.from == period.from && preset.to == period.to;
            Some(Preset {
                label: say(label),
                days: before + 1,
                href: format!("{page}{}{rest}", days_of(&preset)),
                is_current,
            })
        });
        Self {
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
