//! What a page shows as a file, where no question of the API is the same.

use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};

use super::page::{Asking, Asks, asked};
use crate::domain::Timestamp;
use crate::http::problem::Problem;
use crate::http::respond::OutputOptions;
use crate::insights::error::AnswerError;
use crate::insights::query::Question;
use crate::web::request;
use crate::web::state::Views;

/// Whether a file is asked for, not a page.
pub(crate) fn is_asked(asking: &Asks) -> bool {
    asking.as_ref().is_ok_and(|Query(asking)| asking.format.is_some())
}

/// The page's question, and how the file is to look.
pub(crate) fn understand(
    views: &Views,
    asking: Asks,
    headers: &HeaderMap,
) -> Result<(Asking, Question, OutputOptions), Problem> {
    let Query(asking) =
        asking.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let mut asked = asked(asking.clone(), views).map_err(AnswerError::from)?;
    asked.format.clone_from(&asking.format);
    (asked.limit, asked.offset) = (asking.limit.clone(), asking.offset.clone());
    let now = Timestamp((views.clock)());
    let question = asked.understand(&views.defaults, now).map_err(AnswerError::from)?;
    let look = request::look(&question, headers);
    Ok((asking, question, look))
}
