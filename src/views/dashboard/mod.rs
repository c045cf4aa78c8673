//! The pages.

mod ads;
mod attribution;
mod audience;
mod behind;
mod cohorts;
mod conversations;
mod files;
mod funnels;
mod link_form;
mod links;
mod overview;
mod person;
mod quality;
mod range;
mod rows;
mod touchpoints;

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Views;
use crate::accounts::{Scope, Who};
use crate::domain::{Period, Timestamp};
use crate::http::page::{html, refused};
use crate::http::problem::Problem;
use crate::insights::attribution::{Ways, spend_of};
use crate::insights::audience::answer_audience;
use crate::insights::data_quality::answer_quality;
use crate::insights::error::AnswerError;
use crate::insights::invalid_parameter::Misunderstood;
use crate::insights::links::answer_links;
use crate::insights::person::answer_person;
use crate::insights::query::{Asked, AskedCredit, Question};
use crate::insights::response_times::answer_responses;
use crate::insights::retention::answer_cohorts;
use crate::insights::worker;
use crate::language::say;
use crate::views::allowed::Allowed;
pub(super) use ads::ads;
use attribution::{AttributionPage, Credits};
use audience::AudiencePage;
use cohorts::CohortsPage;
use conversations::ConversationsPage;
pub(super) use funnels::{build, funnels, people};
pub(super) use link_form::{edit_link, new_link};
use links::LinksPage;
pub(super) use overview::overview;
use person::PersonPage;
use quality::QualityPage;
pub(super) use rows::rows;
pub(super) use touchpoints::touchpoints;

const STYLE: &str = include_str!("../../../dashboards/style.css");
const LIVE: &str = include_str!("../../../dashboards/live.js");
const IN_PLACE: &str = include_str!("../../../dashboards/in_place.js");

/// A page's question: days as the form sends them (the last one inclusive) or a range as the API
/// takes it, and what the attribution page asks besides.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asking {
    from: Option<String>,
    to: Option<String>,
    through: Option<String>,
    by: Option<String>,
    /// The funnel.
    name: Option<String>,
    step: Option<String>,
    of: Option<String>,
    /// The stage that all rows have reached, the one that none has, and where their list goes on.
    reached: Option<String>,
    missed: Option<String>,
    cursor: Option<String>,
    filter: Option<String>,
    /// The form of a file; of a built funnel, which figures stand in it; of a list, which rows.
    format: Option<String>,
    figures: Option<String>,
    limit: Option<String>,
    offset: Option<String>,
    /// The link that a form has just saved.
    saved: Option<String>,
    #[serde(flatten)]
    credit: AskedCredit,
}

type Asks = Result<Query<Asking>, QueryRejection>;

/// `GET /attribution`.
pub(super) async fn attribution(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    asking: Asks,
) -> Response {
    show(&views, asking, async |views, question, now| {
        let asked = question.clone();
        let spend = spend_of(&views.store, &question.period).await?;
        let credits = worker::in_turn(Ways::of(&views.store, &question), move |ways, wanted| {
            Credits::new(&ways, &asked, &spend, wanted)
        });
        Ok(AttributionPage::new(&credits.await?, &question, now, who.may(Scope::People)))
    })
    .await
}

/// `GET /links`.
pub(super) async fn links(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    asking: Asks,
) -> Response {
    let saved = asking.as_ref().ok().and_then(|Query(asking)| asking.saved.clone());
    show(&views, asking, async |views, question, now| {
        let public_url = views.public_url.as_deref();
        let report = answer_links(&views.store, &question, public_url).await?;
        Ok(LinksPage::new(&report, saved, &question.period, now, who.may(Scope::People)))
    })
    .await
}

/// `GET /conversations`.
pub(super) async fn conversations(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    asking: Asks,
) -> Response {
    show(&views, asking, async |views, question, now| {
        let window = &views.window;
        let report = answer_responses(&views.store, &question, window, now).await?;
        let report = report.for_whom(&who, &views.accounts);
        let shows_people = who.may(Scope::People);
        Ok(ConversationsPage::new(&report, &question.period, now, shows_people))
    })
    .await
}

/// `GET /audience`.
pub(super) async fn audience(Allowed(views): Allowed, asking: Asks) -> Response {
    show(&views, asking, async |views, question, now| {
        let report = answer_audience(&views.store, &question).await?;
        Ok(AudiencePage::new(&report, &question.period, now))
    })
    .await
}

/// `GET /cohorts`.
pub(super) async fn cohorts(Allowed(views): Allowed, asking: Asks) -> Response {
    show(&views, asking, async |views, question, now| {
        let cohorts = answer_cohorts(&views.store, &question).await?;
        Ok(CohortsPage::new(&cohorts, &question.period, now))
    })
    .await
}

/// `GET /people/{page}/{id}`.
pub(super) async fn person(
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

/// `GET /quality`.
pub(super) async fn quality(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    asking: Asks,
) -> Response {
    show(&views, asking, async |views, question, now| {
        let report = answer_quality(&views.store, &question, now).await?;
        Ok(QualityPage::new(&report, &question.period, now, who.may(Scope::People)))
    })
    .await
}

async fn show<P: Template>(
    views: &Views,
    asking: Asks,
    make: impl AsyncFnOnce(&Views, Question, Timestamp) -> Result<P, AnswerError>,
) -> Response {
    let now = Timestamp((views.clock)());
    let page = match asking {
        Ok(Query(asking)) => match understand(asking, views, now) {
            Ok(question) if is_too_long(&question.period) => {
                let text = say("error-days").with("count", MOST_DAYS).to_string();
                Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, text))
            }
            Ok(question) => make(views, question, now).await.map_err(Problem::from),
            Err(error) => Err(Problem::from(AnswerError::from(error))),
        },
        Err(rejection) => Err(Problem::new(StatusCode::BAD_REQUEST, rejection.body_text())),
    };
    match page {
        Ok(page) => html(StatusCode::OK, page.render()),
        Err(problem) => refused(problem),
    }
}

/// Days of a page at most. The API takes more.
const MOST_DAYS: u64 = 1_100;

fn is_too_long(period: &Period) -> bool {
    let days = period.to.0.saturating_sub(period.from.0) / 86_400_000;
    u64::try_from(days).is_ok_and(|days| days > MOST_DAYS)
}

fn understand(asking: Asking, views: &Views, now: Timestamp) -> Result<Question, Misunderstood> {
    asked(asking, views)?.understand(&views.defaults, now)
}

/// What the API would be asked.
fn asked(asking: Asking, views: &Views) -> Result<Asked, Misunderstood> {
    let through = asking.through.filter(|through| !through.is_empty());
    let to = match &through {
        Some(through) => {
            let day_after = Period::day_after(through, &views.defaults.zone);
            Some(day_after.map_err(|error| Misunderstood {
                parameter: "through",
                reason: error.to_string(),
            })?)
        }
        None => asking.to,
    };
    let Asking { from, by, step, of, filter, credit, .. } = asking;
    Ok(Asked { from, to, by, filter, step, of, credit, ..Asked::default() })
}

/// `GET /assets/style.css`.
pub(super) async fn style_sheet() -> impl IntoResponse {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, STYLE)
}

/// `GET /assets/live.js`.
pub(super) async fn live_script() -> impl IntoResponse {
    script(LIVE)
}

/// `GET /assets/in_place.js`.
pub(super) async fn in_place_script() -> impl IntoResponse {
    script(IN_PLACE)
}

fn script(text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=300"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text)
}
