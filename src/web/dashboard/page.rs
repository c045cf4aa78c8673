//! A page's question, and the page that answers it or says why not.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::date_range::{MOST_DAYS, is_too_long};
use crate::domain::{Period, Timestamp};
use crate::http::page::{html, refused};
use crate::http::problem::Problem;
use crate::insights::error::AnswerError;
use crate::insights::invalid_parameter::InvalidParameter;
use crate::insights::query::{CreditParams, QueryParams, Question};
use crate::language::say;
use crate::web::state::Views;

/// A page's question: days as the form sends them (the last one inclusive) or a range as the API
/// takes it, and what the attribution page asks besides.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asking {
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) through: Option<String>,
    pub(crate) by: Option<String>,
    /// What the period is compared with.
    pub(crate) compare: Option<String>,
    /// The funnel.
    pub(crate) name: Option<String>,
    pub(crate) step: Option<String>,
    pub(crate) of: Option<String>,
    /// The stage that all rows have reached, the one that none has, and where their list goes on.
    pub(crate) reached: Option<String>,
    pub(crate) missed: Option<String>,
    pub(crate) cursor: Option<String>,
    pub(crate) filter: Option<String>,
    /// The form of a file; of a built funnel, which figures stand in it; of a list, which rows.
    pub(crate) format: Option<String>,
    pub(crate) figures: Option<String>,
    pub(crate) limit: Option<String>,
    pub(crate) offset: Option<String>,
    /// The link that a form has just saved.
    pub(crate) saved: Option<String>,
    #[serde(flatten)]
    pub(crate) credit: CreditParams,
}

pub(crate) type Asks = Result<Query<Asking>, QueryRejection>;

pub(crate) async fn show<P: Template>(
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

fn understand(asking: Asking, views: &Views, now: Timestamp) -> Result<Question, InvalidParameter> {
    asked(asking, views)?.understand(&views.defaults, now)
}

/// What the API would be asked.
pub(crate) fn asked(asking: Asking, views: &Views) -> Result<QueryParams, InvalidParameter> {
    let through = asking.through.filter(|through| !through.is_empty());
    let to = match &through {
        Some(through) => {
            let day_after = Period::day_after(through, &views.defaults.zone);
            Some(day_after.map_err(|error| InvalidParameter {
                parameter: "through",
                reason: error.to_string(),
            })?)
        }
        None => asking.to,
    };
    let Asking { from, by, step, of, filter, compare, credit, .. } = asking;
    let rest = QueryParams::default();
    Ok(QueryParams { from, to, by, filter, step, of, compare, credit, ..rest })
}
