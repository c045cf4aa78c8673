//! Who reached a step of a funnel and went no further.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;

use super::super::super::dropped::{DroppedPeople, answer_dropped_people};
use super::super::range::Range;
use super::super::text::local_minute;
use super::super::{Asks, show};
use super::labels::{label, usual_title};
use crate::analysis::DEFAULT_FUNNEL;
use crate::domain::Timestamp;
use crate::language::filters;
use crate::store::DroppedRow;
use crate::views::Question;
use crate::views::allowed::Allowed;

/// People that there is room for; the others are in the CSV.
const MOST_PEOPLE: usize = 200;

#[derive(Template)]
#[template(path = "dropped.html", config = "dashboards/askama.toml")]
struct DroppedPage {
    page: &'static str,
    range: Range,
    name: String,
    title: String,
    step: String,
    /// The step as its author calls it.
    step_name: String,
    total: u64,
    people: Vec<Person>,
    more: u64,
    api: String,
    /// Address of the funnel.
    back: String,
}

struct Person {
    href: String,
    id: String,
    entered: String,
    reached: String,
}

/// `GET /funnels/people`.
pub(in crate::views) async fn dropped(Allowed(views): Allowed, asking: Asks) -> Response {
    let name = asking.as_ref().ok().and_then(|Query(asking)| asking.name.clone());
    let name = name.filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| DEFAULT_FUNNEL.to_owned());
    show(&views, asking, async |views, question, now| {
        let found = answer_dropped_people(views, &name, &question, MOST_PEOPLE).await?;
        let title = views.funnels.get(&name).map(|funnel| funnel.title.clone());
        Ok(DroppedPage::new(&found, title, &question, now))
    })
    .await
}

impl DroppedPage {
    fn new(
        found: &DroppedPeople,
        title: Option<String>,
        question: &Question,
        now: Timestamp,
    ) -> Self {
        let period = &question.period;
        let rest = form_urlencoded::Serializer::new(String::new())
            .append_pair("name", &found.funnel)
            .append_pair("step", &found.step)
            .finish();
        let range = Range::new(period, now, "/funnels/people", &format!("&{rest}"));
        let person = |row: &DroppedRow| Person {
            href: super::super::person::address(&row.page_id, &row.person_id),
            id: row.person_id.clone(),
            entered: local_minute(Timestamp(row.entered_at.0), &period.zone),
            reached: local_minute(Timestamp(row.reached_at.0), &period.zone),
        };
        let (from, to) = (period.from.to_rfc3339(), period.to.to_rfc3339());
        let step: String = form_urlencoded::byte_serialize(found.step.as_bytes()).collect();
        Self {
            page: "funnels",
            title: title.unwrap_or_else(usual_title),
            step: label(&found.step),
            step_name: found.step.clone(),
            total: found.total,
            more: found.total.saturating_sub(found.people.len() as u64),
            people: found.people.iter().map(person).collect(),
            api: format!("/api/v1/funnels/{}/people?from={from}&to={to}&step={step}", found.funnel),
            back: format!(
                "/funnels?from={}&through={}&name={}",
                range.first_day, range.last_day, found.funnel
            ),
            name: found.funnel.clone(),
            range,
        }
    }
}
