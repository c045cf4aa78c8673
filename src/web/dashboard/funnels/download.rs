//! The figures of a funnel that stands in the address, as files: the API knows only funnels that have a name.

use axum::http::HeaderMap;
use axum::response::Response;

use super::builder::only;
use crate::analysis::{Funnel, FunnelError, Funnels};
use crate::http::problem::Problem;
use crate::insights::error::AnswerError;
use crate::insights::invalid_parameter::InvalidParameter;
use crate::web::api::{funnel_people, funnels};
use crate::web::dashboard::download::understand;
use crate::web::dashboard::page::Asks;
use crate::web::state::Views;

/// What the page of the funnel shows, by `figures`: the funnel itself, its `comparison` or its `flows`.
pub(crate) async fn figures(
    views: &Views,
    asking: Asks,
    headers: &HeaderMap,
    funnel: &Result<Funnel, FunnelError>,
) -> Result<Response, Problem> {
    let funnel = funnel
        .as_ref()
        .map_err(|error| Problem::in_parameter(error.key.clone(), error.reason.clone()))?;
    let (asking, question, look) = understand(views, asking, headers)?;
    let (own, name) = (only(funnel), funnel.name.as_str());
    match asking.figures.as_deref() {
        None => funnels::funnel_of(views, &own, name, &question, &look).await,
        Some("comparison") => funnels::comparison_in(views, &own, name, &question, &look).await,
        Some("flows") => funnels::flows_in(views, &own, name, question, &look).await,
        Some(other) => {
            let reason = format!("{other:?} is none; there are comparison and flows");
            Err(AnswerError::from(InvalidParameter { parameter: "figures", reason }).into())
        }
    }
}

/// Who reached a step of a funnel of `own`.
pub(crate) async fn list(
    views: &Views,
    asking: Asks,
    headers: &HeaderMap,
    own: &Funnels,
    name: &str,
) -> Result<Response, Problem> {
    let (asking, question, look) = understand(views, asking, headers)?;
    funnel_people::people_in(views, own, name, &question, asking.reached.as_deref(), &look).await
}
