//! Who reached a step of a funnel, and who of them went no further.

use askama::Template;
use axum::extract::Query;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};

use super::builder::{Builder, only};
use super::download;
use super::labels::{label, usual_title};
use crate::analysis::{DEFAULT_FUNNEL, Filter};
use crate::domain::Timestamp;
use crate::insights::funnel_people::{FunnelPeople, answer_people};
use crate::insights::query::Question;
use crate::language::{Message, filters, say};
use crate::render::labels;
use crate::render::numbers::local_minute;
use crate::store::ReachedRow;
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::download::is_asked;
use crate::web::dashboard::page::{Asking, Asks, show};
use crate::web::dashboard::person::link::address;
use crate::web::page_scope::WithFunnels;

const HERE: &str = "/funnels/people";
/// People that there is room for; the others are in the CSV.
const MOST_PEOPLE: usize = 200;

#[derive(Template)]
#[template(path = "people.html", config = "dashboards/askama.toml")]
struct PeoplePage {
    page: &'static str,
    range: Range,
    heading: Message,
    /// What all have in common.
    told: Vec<Message>,
    title: String,
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
pub(crate) async fn people(
    WithFunnels(views): WithFunnels,
    uri: Uri,
    headers: HeaderMap,
    asking: Asks,
) -> Response {
    let builder = Builder::read(uri.query().unwrap_or_default());
    let built = match (builder.is_begun, &builder.checked) {
        (false, _) => None,
        (true, Ok(funnel)) => Some(funnel),
        // The form tells what is wrong.
        (true, Err(_)) => {
            return Redirect::to(&format!("/funnels/build?{}", builder.query)).into_response();
        }
    };
    let part = |of: fn(&Asking) -> &Option<String>| {
        let asking = asking.as_ref().ok();
        asking.and_then(|Query(asking)| of(asking).clone()).filter(|text| !text.is_empty())
    };
    let reached = part(|asking| &asking.reached);
    let name = match built {
        Some(funnel) => funnel.name.clone(),
        None => part(|asking| &asking.name).unwrap_or_else(|| DEFAULT_FUNNEL.to_owned()),
    };
    let own = built.map(only);
    if is_asked(&asking) {
        let own = own.as_ref().unwrap_or(&views.funnels);
        let told = download::list(&views, asking, &headers, own, &name).await;
        return told.unwrap_or_else(IntoResponse::into_response);
    }
    show(&views, asking, async |views, question, now| {
        let own = own.as_ref().unwrap_or(&views.funnels);
        let reached = reached.as_deref();
        let found =
            answer_people(&views.store, own, &name, &question, reached, MOST_PEOPLE).await?;
        let title = own.get(&name).map_or_else(usual_title, |funnel| funnel.title.clone());
        let query = builder.is_begun.then_some(builder.query.as_str());
        Ok(PeoplePage::new(&found, title, query, &question, now))
    })
    .await
}

impl PeoplePage {
    /// `built` is the funnel, as it stands in an address, if it has no name.
    fn new(
        found: &FunnelPeople,
        title: String,
        built: Option<&str>,
        question: &Question,
        now: Timestamp,
    ) -> Self {
        let period = &question.period;
        let mut funnel: Vec<(String, String)> = match built {
            Some(query) => form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            None => vec![("name".to_owned(), found.funnel.clone())],
        };
        let filter = Filter::written(&question.filters);
        if !filter.is_empty() {
            funnel.push(("filter".to_owned(), filter));
        }
        let which = if found.no_further { "step" } else { "reached" };
        let mut kept = funnel.clone();
        kept.push((which.to_owned(), found.step.clone()));
        let written = |pairs: &[(String, String)]| {
            form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
        };
        let range = Range::new(period, now, HERE, &format!("&{}", written(&kept)));
        let person = |row: &ReachedRow| Person {
            href: address(&row.page_id, &row.person_id),
            id: row.person_id.clone(),
            entered: local_minute(Timestamp(row.entered_at.0), &period.zone),
            reached: local_minute(Timestamp(row.reached_at.0), &period.zone),
        };
        let days = written(&range.asked().map(|(name, value)| (name.to_owned(), value)));
        let (path, api) = if built.is_some() {
            ("/funnels/build", format!("{HERE}?{days}&{}", written(&kept)))
        } else {
            let (from, to) = (period.from.to_rfc3339(), period.to.to_rfc3339());
            let mut asked = form_urlencoded::Serializer::new(String::new());
            asked.append_pair("from", &from).append_pair("to", &to);
            // The funnel's name is in the path.
            asked.extend_pairs(kept.iter().filter(|(name, _)| name != "name"));
            ("/funnels", format!("/api/v1/funnels/{}/people?{}", found.funnel, asked.finish()))
        };
        let heading = say(if found.no_further { "people-no-further" } else { "people-reached" });
        Self {
            page: "funnels",
            heading: heading.with("step", label(&found.step)),
            told: question.filters.iter().map(labels::filter).collect(),
            title,
            total: found.total,
            more: found.total.saturating_sub(found.people.len() as u64),
            people: found.people.iter().map(person).collect(),
            api,
            back: format!("{path}?{days}&{}", written(&funnel)),
            range,
        }
    }
}
