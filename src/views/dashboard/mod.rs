//! The overview page.

mod figures;
mod page;
mod words;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::answer::AnswerError;
use super::problem::Problem;
use super::{Asked, Views, answer};
use crate::domain::{Period, Timestamp};
use figures::Figures;
use page::{ErrorPage, Overview};

const STYLE: &str = include_str!("../../../dashboards/style.css");
/// Pages load nothing but our style sheet, run nothing, and are shown in no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Days as the form sends them (the last one inclusive), or a range as the API takes it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Days {
    from: Option<String>,
    to: Option<String>,
    through: Option<String>,
}

/// `GET /`.
pub(super) async fn overview(
    State(views): State<Views>,
    days: Result<Query<Days>, QueryRejection>,
) -> Response {
    let page = match days {
        Ok(Query(days)) => make(&views, days).await.map_err(Problem::from),
        Err(rejection) => Err(Problem::new(StatusCode::BAD_REQUEST, rejection.body_text())),
    };
    match page {
        Ok(page) => html(StatusCode::OK, page.render()),
        Err(problem) => {
            let status = problem.status();
            let title = match status {
                StatusCode::BAD_REQUEST => "These days cannot be shown",
                _ => "The figures cannot be shown now",
            };
            html(status, ErrorPage { title, detail: problem.detail() }.render())
        }
    }
}

/// `GET /assets/style.css`.
pub(super) async fn style_sheet() -> impl IntoResponse {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, STYLE)
}

async fn make(views: &Views, days: Days) -> Result<Overview, AnswerError> {
    let now = Timestamp((views.clock)());
    let through = days.through.filter(|through| !through.is_empty());
    let to = match &through {
        Some(through) => Some(Period::day_after(through, &views.zone).map_err(|error| {
            super::Misunderstood { parameter: "through", reason: error.to_string() }
        })?),
        None => days.to,
    };
    let asked = Asked { from: days.from, to, ..Asked::default() };
    let question = asked.understand(&views.zone, now)?;
    let period = question.period;
    let figures = answer::over_threads(&views.store, period.clone(), Figures::new);
    let (figures, state) = tokio::join!(figures, views.store.collection_state());
    Ok(Overview::new(&figures?, &state?, &period, now))
}

fn html(status: StatusCode, page: Result<String, askama::Error>) -> Response {
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
