//! One person's journey as a timeline.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;

use crate::domain::Timestamp;
use crate::http::page::{html, refused};
use crate::http::problem::Problem;
use crate::insights::person::answer_person;
use crate::language::{filters, say};
use crate::render::labels;
use crate::render::numbers::{local_minute, money, thousands};
use crate::render::page_names::page;
use crate::store::{ConversationRow, EventRow};
use crate::web::dashboard::conversation_cells::{came_by, furthest};
use crate::web::page_scope::Allowed;

#[derive(Template)]
#[template(path = "person.html", config = "dashboards/askama.toml")]
pub(crate) struct PersonPage {
    page: &'static str,
    page_id: String,
    person: String,
    time_zone: String,
    first: String,
    last: String,
    conversations: Vec<Conversation>,
    days: Vec<Day>,
    /// How many.
    events: usize,
    /// Address of the journey as JSON.
    api: String,
}

struct Conversation {
    number: u32,
    opened: String,
    door: String,
    by: String,
    reached: String,
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
    pub(crate) fn new(
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
            events: events.len(),
            page_id: page(&page_id),
            person,
            api,
        }
    }
}

fn conversation(row: &ConversationRow, at: &impl Fn(i64) -> String) -> Conversation {
    Conversation {
        number: row.number,
        opened: at(row.opened_at.0),
        door: labels::source(&row.source).0,
        by: came_by(row),
        reached: labels::stage(furthest(row)).0,
        acts: thousands(u64::from(row.acts)),
        answers: thousands(u64::from(row.answers)),
    }
}

fn line(event: &EventRow, time: &str) -> Line {
    let did = |kind: &str| say(format!("person-did-{kind}")).to_string();
    let (who, what) = match event.kind.as_str() {
        kind @ ("message" | "postback" | "referral" | "opt_in" | "read") => ("person", did(kind)),
        kind @ ("echo" | "delivery") => ("business", did(kind)),
        "conversion" => ("goal", labels::stage(&event.name).0),
        _ => ("person", event.name.clone()),
    };
    let mut detail = Vec::new();
    if !event.source.is_empty() {
        let by = say("person-detail-by").with("source", labels::source(&event.source).0);
        detail.push(by.to_string());
    }
    for (label, text) in [
        ("person-detail-ad", &event.ad_title),
        ("person-detail-ad", &event.ad_id),
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
    // The zone stands above.
    let time = time.split(' ').next().unwrap_or(time).to_owned();
    Line { time, who, what, detail: detail.join(", ") }
}

/// `GET /people/{page}/{id}`.
pub(crate) async fn person(
    Allowed(views): Allowed,
    Path((page, person)): Path<(String, String)>,
) -> Response {
    match answer_person(&views.store, &page, &person).await {
        Ok((_, events)) if events.is_empty() => {
            let text = format!("Nothing is known of person {person:?} of the Page {page:?}.");
            refused(Problem::new(StatusCode::NOT_FOUND, text))
        }
        Ok((conversations, events)) => {
            let zone = &views.defaults.zone;
            let page = PersonPage::new((page, person), &conversations, &events, zone);
            html(StatusCode::OK, page.render())
        }
        Err(error) => refused(Problem::from(error)),
    }
}
