//! One person's journey as a timeline.

use askama::Template;
use jiff::tz::TimeZone;

use super::text::{local_minute, money, numbered, thousands};
use super::words;
use crate::domain::Timestamp;
use crate::store::{ConversationRow, EventRow};

#[derive(Template)]
#[template(path = "person.html", config = "dashboards/askama.toml")]
pub(super) struct PersonPage {
    page: &'static str,
    page_id: String,
    person: String,
    time_zone: String,
    first: String,
    last: String,
    conversations: Vec<Conversation>,
    days: Vec<Day>,
    counted: String,
    /// Address of the journey as JSON.
    api: String,
}

struct Conversation {
    number: u32,
    opened: String,
    door: String,
    by: String,
    reached: &'static str,
    acts: String,
    answers: String,
}

struct Day {
    date: String,
    events: Vec<Line>,
}

struct Line {
    time: String,
    /// `person`, `business` or `goal`: who did it.
    who: &'static str,
    what: String,
    detail: String,
}

impl PersonPage {
    pub(super) fn new(
        (page_id, person): (String, String),
        conversations: &[ConversationRow],
        events: &[EventRow],
        zone: &TimeZone,
    ) -> Self {
        let at = |time: i64| local_minute(Timestamp(time), zone);
        let mut days: Vec<Day> = Vec::new();
        for event in events {
            let minute = at(event.time.0);
            let (date, time) = minute.split_once(' ').unwrap_or((&minute, ""));
            if days.last().is_none_or(|day| day.date != date) {
                days.push(Day { date: date.to_owned(), events: Vec::new() });
            }
            if let Some(day) = days.last_mut() {
                day.events.push(line(event, time));
            }
        }
        let api = format!("/api/v1/people/{page_id}/{person}");
        Self {
            page: "",
            time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            first: events.first().map(|event| at(event.time.0)).unwrap_or_default(),
            last: events.last().map(|event| at(event.time.0)).unwrap_or_default(),
            conversations: conversations.iter().map(|row| conversation(row, &at)).collect(),
            days,
            counted: numbered(events.len() as u64, "event", "events"),
            page_id,
            person,
            api,
        }
    }
}

fn conversation(row: &ConversationRow, at: &impl Fn(i64) -> String) -> Conversation {
    let stages = [
        ("purchase", row.purchase_at),
        ("lead", row.lead_at),
        ("engaged", row.engaged_at),
        ("answered", row.answered_at),
        ("messaged", row.messaged_at),
    ];
    let reached = stages.into_iter().find_map(|(name, at)| at.map(|_| name)).unwrap_or("opened");
    let by = [&row.ad_title, &row.ad_id, &row.link, &row.referral_ref, &row.referer];
    Conversation {
        number: row.number,
        opened: at(row.opened_at.0),
        door: words::source(&row.source).0.to_owned(),
        by: by.into_iter().find(|text| !text.is_empty()).cloned().unwrap_or_default(),
        reached: words::stage(reached).0,
        acts: thousands(u64::from(row.acts)),
        answers: thousands(u64::from(row.answers)),
    }
}

fn line(event: &EventRow, time: &str) -> Line {
    let (who, what) = match event.kind.as_str() {
        "message" => ("person", "Wrote"),
        "postback" => ("person", "Tapped a button"),
        "referral" => ("person", "Came"),
        "opt_in" => ("person", "Opted in"),
        "read" => ("person", "Read"),
        "echo" => ("business", "The business wrote"),
        "delivery" => ("business", "Delivered"),
        "conversion" => match words::stage(&event.name) {
            ("", _) => ("goal", event.name.as_str()),
            (label, _) => ("goal", label),
        },
        _ => ("person", event.name.as_str()),
    };
    let mut detail = Vec::new();
    if !event.source.is_empty() {
        detail.push(format!("by {}", words::source(&event.source).0));
    }
    for (label, text) in [
        ("ad", &event.ad_title),
        ("ad", &event.ad_id),
        ("ref", &event.referral_ref),
        ("payload", &event.payload),
    ] {
        if !text.is_empty() {
            detail.push(format!("{label} {text}"));
        }
    }
    if let Some(value) = event.value {
        detail.push(format!("{} {}", money(value), event.currency));
    }
    // The zone stands above.
    let time = time.split(' ').next().unwrap_or(time).to_owned();
    let what = what.to_owned();
    Line { time, who, what, detail: detail.join(", ") }
}
