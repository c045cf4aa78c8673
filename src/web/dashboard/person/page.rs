//! One person's journey: their conversations, and what happened as a chat.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::chat::{Day, chat};
use crate::domain::Timestamp;
use crate::http::page::{html, refused};
use crate::http::problem::Problem;
use crate::insights::person::answer_person;
use crate::language::filters;
use crate::render::labels;
use crate::render::numbers::{local_minute, thousands};
use crate::render::page_names::page;
use crate::store::{ConversationRow, EventRow};
use crate::web::dashboard::ads;
use crate::web::dashboard::conversation_cells::{came_by, furthest};
use crate::web::page_scope::Allowed;
use crate::web::state::Views;

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
    /// Address of the ad that led to it; none if none did.
    ad: String,
    reached: String,
    acts: String,
    answers: String,
}

impl PersonPage {
    pub(crate) fn new(
        (page_id, person): (String, String),
        conversations: &[ConversationRow],
        events: &[EventRow],
        views: &Views,
    ) -> Self {
        let zone = &views.defaults.zone;
        let at = |time: i64| local_minute(Timestamp(time), zone);
        let api = format!("/api/v1/people/{page_id}/{person}");
        Self {
            page: "",
            time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            first: events.first().map(|event| at(event.time.0)).unwrap_or_default(),
            last: events.last().map(|event| at(event.time.0)).unwrap_or_default(),
            conversations: conversations.iter().map(|row| conversation(row, &at)).collect(),
            days: chat(conversations, events, &views.window, zone, (views.clock)()),
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
        ad: if row.ad_id.is_empty() { String::new() } else { ads::link::address(&row.ad_id) },
        reached: labels::stage(furthest(row)).0,
        acts: thousands(u64::from(row.acts)),
        answers: thousands(u64::from(row.answers)),
    }
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
            let page = PersonPage::new((page, person), &conversations, &events, &views);
            html(StatusCode::OK, page.render())
        }
        Err(error) => refused(Problem::from(error)),
    }
}
