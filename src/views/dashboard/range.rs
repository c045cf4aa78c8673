//! The days that a page shows: its form and its presets.

use crate::domain::{Period, Timestamp};
use crate::language::{Message, say};
use crate::store::CollectionState;

/// The days that a page shows.
pub(super) struct Range {
    pub first_day: String,
    pub last_day: String,
    pub time_zone: String,
    pub presets: Vec<Preset>,
}

pub(super) struct Preset {
    pub label: Message,
    pub days: i64,
    pub href: String,
    pub is_current: bool,
}

impl Range {
    /// The days and their zone, in words.
    pub(super) fn told(&self) -> Message {
        let told = say("days-shown").with("first", &self.first_day).with("last", &self.last_day);
        told.with("zone", &self.time_zone)
    }

    /// Presets lead to `page`, with `rest` (`&key=value…`) behind the days.
    pub(super) fn new(period: &Period, now: Timestamp, page: &str, rest: &str) -> Self {
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
        }
    }
}

/// The overview of everything that is stored.
pub(super) fn all_time(state: &CollectionState, period: &Period, now: Timestamp) -> String {
    let from = Timestamp(state.first_event.min(now.0));
    let to = Timestamp(state.last_event.max(from.0) + 1);
    // As much of it as a page shows.
    let longest = (super::MOST_DAYS.cast_signed() - 1) * 86_400_000;
    let from = Timestamp(from.0.max(to.0 - longest));
    Period::new(from, to, period.zone.clone())
        .map_or_else(|_| "/".to_owned(), |all| format!("/{}", days_of(&all)))
}

fn days_of(period: &Period) -> String {
    let (first, last) = period.first_and_last_day();
    format!("?from={first}&through={last}")
}
