//! `/api/v1/message-costs`: what WhatsApp messages cost.

use axum::http::HeaderMap;
use axum::response::Response;

use crate::http::problem::Problem;
use crate::http::respond;
use crate::insights::message_costs::{MessageCostReport, answer_message_costs};
use crate::render::frames;
use crate::web::page_scope::Allowed;
use crate::web::request::{self, Asks};

/// What WhatsApp messages cost, by category, type, country and currency.
#[utoipa::path(get, path = "/api/v1/message-costs", tag = "costs",
    responses((status = 200, body = MessageCostReport)))]
pub(crate) async fn message_costs(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = request::understand(&views, asked, &headers)?;
    let report = answer_message_costs(&views.store, &question.period).await;
    respond::rendered(&look, report.map_err(Problem::from)?, frames::message_costs)
}
