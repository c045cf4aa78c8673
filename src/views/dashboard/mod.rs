//! The pages.

mod ads;
mod attribution;
mod audience;
mod cohorts;
mod conversations;
mod figures;
mod funnels;
mod journeys;
mod link_form;
mod links;
mod overview;
mod person;
mod quality;
mod range;
mod text;
pub mod words;

use askama::Template;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::answer::{AnswerError, Ways};
use super::problem::Problem;
use super::{Asked, AskedCredit, Credit, Misunderstood, Question, Views, answer};
use crate::accounts::{Scope, Who};
use crate::analysis::{DEFAULT_FUNNEL, Dimension, Model, Parameters};
use crate::domain::{FUNNEL_WINDOW_MS, Period, Timestamp};
use crate::store::Apart;
use crate::views::allowed::Allowed;
use ads::AdsPage;
use attribution::{AttributionPage, Credits};
use audience::AudiencePage;
use cohorts::CohortsPage;
use conversations::ConversationsPage;
use figures::Figures;
use funnels::{FunnelsPage, Parts};
pub(super) use link_form::{edit_link, new_link};
use links::LinksPage;
use overview::Overview;
use person::PersonPage;
use quality::QualityPage;
pub(super) use text::{credit, percent, thousands};
pub(super) use words::stage;

const STYLE: &str = include_str!("../../../dashboards/style.css");
const LIVE: &str = include_str!("../../../dashboards/live.js");
/// Pages load nothing but our style sheet and our script, run nothing else, and are shown in no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                      script-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "error.html", config = "dashboards/askama.toml")]
struct ErrorPage<'a> {
    page: &'static str,
    title: &'a str,
    detail: &'a str,
}

/// A page's question: days as the form sends them (the last one inclusive) or a range as the API
/// takes it, and what the attribution page asks besides.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asking {
    from: Option<String>,
    to: Option<String>,
    through: Option<String>,
    by: Option<String>,
    /// The funnel.
    name: Option<String>,
    /// The link that a form has just saved.
    saved: Option<String>,
    #[serde(flatten)]
    credit: AskedCredit,
}

type Asks = Result<Query<Asking>, QueryRejection>;

/// `GET /`.
pub(super) async fn overview(Allowed(views): Allowed, asking: Asks) -> Response {
    show(&views, asking, async |views, question, now| {
        let store = &views.store;
        let by = [Dimension::Source, Dimension::Ad, Dimension::Day];
        // The last touch of every conversion: by the usual window, whatever the question's credit.
        let credit = Credit {
            model: Model::Last,
            parameters: Parameters::default(),
            conversion: None,
            intervals: false,
        };
        let question = Question { by: Vec::new(), credit, ..question };
        let lookback = question.credit.parameters.lookback_ms();
        let fetch = async {
            tokio::try_join!(
                store.funnel_counts(&question.period, answer::apart(&by)),
                store.ad_titles(&question.period),
                store.touchpoints(&question.period, lookback, true, Apart::default()),
                store.conversions(&question.period, 0),
                answer::spend_of(store, &question.period),
            )
        };
        let asked = question.clone();
        let figures =
            answer::in_turn(fetch, move |(counts, titles, touchpoints, conversions, spend)| {
                let ways = Ways { touchpoints, conversions };
                Figures::new(&counts, &titles, &ways, &asked, &spend)
            });
        let (figures, state) = tokio::join!(figures, store.collection_state());
        Ok(Overview::new(&figures?, &state?, &question.period, now))
    })
    .await
}

/// `GET /funnels`.
pub(super) async fn funnels(Allowed(views): Allowed, asking: Asks) -> Response {
    let name = asking.as_ref().ok().and_then(|Query(asking)| asking.name.clone());
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| DEFAULT_FUNNEL.to_owned());
    show(&views, asking, async |views, question, now| {
        let (store, own) = (&views.store, &views.funnels);
        let mut question = question;
        question.by.truncate(1);
        if question.by.is_empty() {
            question.by = vec![Dimension::Source];
        }
        let before = super::funnels::period_before(&question);
        let until = question.period.to.0.saturating_add(FUNNEL_WINDOW_MS);
        let sequences = async {
            let found = store.top_sequences(&question.period, until, 8, 40).await;
            found.map_err(AnswerError::from)
        };
        let (report, before, sequences) = tokio::try_join!(
            answer::answer_funnel(store, own, &name, &question),
            answer::answer_funnel(store, own, &name, &before),
            sequences,
        )?;
        let verdicts = super::funnels::rows_compared(&report, &question)?;
        let against = super::funnels::periods_compared(&report, &before, &question)?;
        let flows = crate::analysis::flows(&report, &question.by[0].name());
        let parts = Parts { name, report, verdicts, against, flows, sequences };
        Ok(FunnelsPage::new(&parts, own, &question, now))
    })
    .await
}

/// `GET /attribution`.
pub(super) async fn attribution(Allowed(views): Allowed, asking: Asks) -> Response {
    show(&views, asking, async |views, question, now| {
        let asked = question.clone();
        let spend = answer::spend_of(&views.store, &question.period).await?;
        let credits = answer::in_turn(Ways::of(&views.store, &question), move |ways| {
            Credits::new(&ways, &asked, &spend)
        });
        Ok(AttributionPage::new(&credits.await?, &question, now))
    })
    .await
}

/// `GET /ads`.
pub(super) async fn ads(Allowed(views): Allowed, asking: Asks) -> Response {
    show(&views, asking, async |views, question, now| {
        let titles = async {
            let found = views.store.ad_titles(&question.period).await.map_err(AnswerError::from)?;
            Ok(crate::analysis::ad_titles(&found, "titled_at")?)
        };
        let (report, titles) =
            tokio::try_join!(super::answer_ads(&views.store, &question), titles)?;
        Ok(AdsPage::new(&report, &titles, &question, now))
    })
    .await
}

/// `GET /links`.
pub(super) async fn links(Allowed(views): Allowed, asking: Asks) -> Response {
    let saved = asking.as_ref().ok().and_then(|Query(asking)| asking.saved.clone());
    show(&views, asking, async |views, question, now| {
        let public_url = views.public_url.as_deref();
        let report = super::answer_links(&views.store, &question, public_url).await?;
        Ok(LinksPage::new(&report, saved, &question.period, now))
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
        let report = super::answer_responses(&views.store, &question, window, now).await?;
        let report = report.for_whom(&who, &views.accounts);
        let shows_people = who.may(Scope::People);
        Ok(ConversationsPage::new(&report, &question.period, now, shows_people))
    })
    .await
}

/// `GET /audience`.
pub(super) async fn audience(Allowed(views): Allowed, asking: Asks) -> Response {
    show(&views, asking, async |views, question, now| {
        let report = super::answer_audience(&views.store, &question).await?;
        Ok(AudiencePage::new(&report, &question.period, now))
    })
    .await
}

/// `GET /cohorts`.
pub(super) async fn cohorts(Allowed(views): Allowed, asking: Asks) -> Response {
    show(&views, asking, async |views, question, now| {
        let cohorts = super::answer_cohorts(&views.store, &question).await?;
        Ok(CohortsPage::new(&cohorts, &question.period, now))
    })
    .await
}

/// `GET /people/{page}/{id}`.
pub(super) async fn person(
    Allowed(views): Allowed,
    Path((page, person)): Path<(String, String)>,
) -> Response {
    match answer::answer_person(&views.store, &page, &person).await {
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
pub(super) async fn quality(Allowed(views): Allowed, asking: Asks) -> Response {
    show(&views, asking, async |views, question, now| {
        let report = super::answer_quality(&views.store, &question, now).await?;
        Ok(QualityPage::new(&report, &question.period, now))
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

/// A problem as a page.
pub(super) fn refused(problem: Problem) -> Response {
    let status = problem.status();
    let title = match status {
        StatusCode::BAD_REQUEST => "This cannot be shown",
        StatusCode::NOT_FOUND => "There is no such page",
        StatusCode::FORBIDDEN => "You may not see this",
        _ => "The figures cannot be shown now",
    };
    html(status, ErrorPage { page: "", title, detail: problem.detail() }.render())
}

fn understand(asking: Asking, views: &Views, now: Timestamp) -> Result<Question, Misunderstood> {
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
    let (by, credit) = (asking.by, asking.credit);
    let asked = Asked { from: asking.from, to, by, credit, ..Asked::default() };
    asked.understand(&views.defaults, now)
}

/// `GET /assets/style.css`.
pub(super) async fn style_sheet() -> impl IntoResponse {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, STYLE)
}

/// `GET /assets/live.js`.
pub(super) async fn live_script() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=300"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, LIVE)
}

/// A page, with what keeps it safe.
pub fn html(status: StatusCode, page: Result<String, askama::Error>) -> Response {
    match page {
        Ok(page) => {
            let headers = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CONTENT_SECURITY_POLICY, POLICY),
                (header::REFERRER_POLICY, "no-referrer"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (status, headers, page).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
