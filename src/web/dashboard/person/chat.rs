//! A person's journey as a chat: what they did, what the business did, and between them where conversations begin, where
//! people entered, what they became, and when the messaging window closed.

use jiff::tz::TimeZone;

use crate::language::say;
use crate::render::labels;
use crate::render::numbers::{money, thousands};
use crate::store::{ConversationRow, EventRow, MessagingWindow};

const HOUR_MS: i64 = 3_600_000;

/// A day of the chat.
pub(crate) struct Day {
    pub date: String,
    pub lines: Vec<Line>,
}

/// Something in the chat.
pub(crate) struct Line {
    /// `person` or `business`, who did it; `mark` of what stands between (`mark added` of what is no event), `goal` of a
    /// conversion, `receipt`.
    pub side: &'static str,
    pub time: String,
    pub what: String,
    pub detail: Vec<String>,
}

/// All of it, day by day. Windows that have not closed `now` (UTC milliseconds) are not told.
pub(crate) fn chat(
    conversations: &[ConversationRow],
    events: &[EventRow],
    window: &MessagingWindow,
    zone: &TimeZone,
    now: i64,
) -> Vec<Day> {
    let begun = conversations.iter().map(|row| (row.opened_at.0, 0, begins(row)));
    let told = events.iter().map(|event| (event.time.0, 1, line(event)));
    let closed = closings(conversations, events, window).into_iter().filter(|time| *time <= now);
    let closed = closed.map(|time| (time, 2, mark("person-window-closed")));
    let mut all: Vec<(i64, u8, Line)> = begun.chain(told).chain(closed).collect();
    all.sort_by_key(|(time, kind, _)| (*time, *kind));
    let mut days: Vec<Day> = Vec::new();
    for (instant, _, line) in all {
        let (date, time) = day_and_time(instant, zone);
        if days.last().is_none_or(|day| day.date != date) {
            days.push(Day { date, lines: Vec::new() });
        }
        if let Some(day) = days.last_mut() {
            day.lines.push(Line { time, ..line });
        }
    }
    days
}

/// When the business could not answer freely any more: after each act that no other followed in time.
fn closings(
    conversations: &[ConversationRow],
    events: &[EventRow],
    window: &MessagingWindow,
) -> Vec<i64> {
    let channel = conversations.first().map_or("", |row| row.channel.as_str());
    let of_channel = window.by_channel.iter().find(|(name, _)| name == channel);
    let hours = of_channel.map_or(window.hours, |(_, hours)| *hours);
    // Longer where the conversation came by certain entry points, from its first message on.
    let longer = |act: i64| {
        let of_act = conversations.iter().rev().find(|row| row.opened_at.0 <= act)?;
        let source = window
            .by_source
            .iter()
            .find(|one| one.channel == channel && one.source == of_act.source)?;
        Some(of_act.messaged_at?.0 + source.hours * HOUR_MS)
    };
    let is_act = |event: &&EventRow| {
        matches!(event.kind.as_str(), "message" | "postback" | "referral" | "opt_in")
    };
    let acts: Vec<i64> = events.iter().filter(is_act).map(|event| event.time.0).collect();
    let closes = |act: i64| (act + hours * HOUR_MS).max(longer(act).unwrap_or(0));
    let followed = acts.iter().enumerate().map(|(at, act)| (closes(*act), acts.get(at + 1)));
    followed
        .filter(|(closes, next)| next.is_none_or(|next| next > closes))
        .map(|(closes, _)| closes)
        .collect()
}

fn day_and_time(instant: i64, zone: &TimeZone) -> (String, String) {
    let instant = jiff::Timestamp::from_millisecond(instant).unwrap_or_default();
    let local = zone.to_datetime(instant);
    (local.date().to_string(), local.strftime("%H:%M").to_string())
}

fn mark(name: &'static str) -> Line {
    Line {
        side: "mark added",
        time: String::new(),
        what: say(name).to_string(),
        detail: Vec::new(),
    }
}

fn begins(row: &ConversationRow) -> Line {
    let what = say("person-conversation").with("number", thousands(u64::from(row.number)));
    let what = what.with("source", labels::source(&row.source).0).to_string();
    Line { what, ..mark("person-conversation") }
}

fn line(event: &EventRow) -> Line {
    let did = |kind: &str| say(format!("person-did-{kind}")).to_string();
    let (side, what) = match event.kind.as_str() {
        kind @ ("message" | "postback" | "opt_in") => ("person", did(kind)),
        "referral" => ("mark", did("referral")),
        "echo" => ("business", did("echo")),
        kind @ ("delivery" | "read") => ("receipt", did(kind)),
        "conversion" => ("goal", labels::stage(&event.name).0),
        _ => ("mark", event.name.clone()),
    };
    let mut detail = Vec::new();
    if !event.source.is_empty() {
        let by = say("person-detail-by").with("source", labels::source(&event.source).0);
        detail.push(by.to_string());
    }
    let ad = if event.ad_title.is_empty() { &event.ad_id } else { &event.ad_title };
    for (label, text) in [
        ("person-detail-ad", ad),
        ("person-detail-ref", &event.referral_ref),
        ("person-detail-payload", &event.payload),
    ] {
        if !text.is_empty() {
            detail.push(say(label).with("text", text).to_string());
        }
    }
    if let Some(value) = event.value {
        detail.push(money(value, &event.currency));
    }
    Line { side, time: String::new(), what, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Instant;

    fn event(hours: i64, kind: &str) -> EventRow {
        EventRow {
            time: Instant(hours * HOUR_MS),
            kind: kind.to_owned(),
            name: String::new(),
            source: String::new(),
            source_name: String::new(),
            referral_ref: String::new(),
            ad_id: String::new(),
            ad_title: String::new(),
            payload: String::new(),
            value: None,
            currency: String::new(),
        }
    }

    #[test]
    fn a_window_closes_after_an_act_that_no_other_follows_in_time() {
        let window = MessagingWindow {
            hours: 24,
            by_channel: Vec::new(),
            by_source: Vec::new(),
            free_entry_hours: 72,
        };
        let events =
            [event(0, "message"), event(10, "echo"), event(20, "postback"), event(60, "message")];
        let closed = closings(&[], &events, &window);
        assert_eq!(closed, [44 * HOUR_MS, 84 * HOUR_MS]);
        let days = chat(&[], &events, &window, &TimeZone::UTC, 50 * HOUR_MS);
        let sides: Vec<&str> =
            days.iter().flat_map(|day| &day.lines).map(|line| line.side).collect();
        assert_eq!(sides, ["person", "business", "person", "mark added", "person"]);
        assert_eq!(days[1].date, "1970-01-02");
        assert_eq!(
            (days[1].lines[0].side, days[1].lines[0].time.as_str()),
            ("mark added", "20:00")
        );
    }
}
