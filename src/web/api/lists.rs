//! Lists of rows: conversations, touchpoints, conversions, feedback, and what one person did.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use polars_core::frame::DataFrame;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::problem::Problem;
use crate::http::{respond, stream};
use crate::insights::error::AnswerError;
use crate::insights::format::Format;
use crate::insights::list_filters::{listed_filters, read_stage};
use crate::insights::listing::Listing;
use crate::insights::person::answer_person;
use crate::insights::query::QueryParams;
use crate::insights::{cursor, worker};
use crate::render::frames;
use crate::store::{
    ConversationRow, EventRow, FEEDBACK_STATUSES, FeedbackRow, Listed, ReportedRow, Span,
    TouchpointRow,
};
use crate::web::page_scope::Allowed;
use crate::web::request::{self, Asks};
use crate::web::state::Views;

/// Rows of a page of a list that take some megabytes.
const MANY_ROWS: u64 = 5_000;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page {
    /// Begin of the range, RFC 3339.
    from: String,
    /// Its end, exclusive.
    to: String,
    /// How many rows there are in all; told on the first page.
    total: Option<u64>,
    /// Rows left out before the first.
    offset: usize,
    /// The cursor of the next page; none behind the last.
    next: Option<String>,
}

/// Conversations, in the order in which they were opened.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationPage {
    #[serde(flatten)]
    page: Page,
    conversations: Vec<ConversationRow>,
}

/// Touchpoints, in time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TouchpointPage {
    #[serde(flatten)]
    page: Page,
    touchpoints: Vec<TouchpointRow>,
}

/// Reported conversions, in time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportedPage {
    #[serde(flatten)]
    page: Page,
    conversions: Vec<ReportedRow>,
}

/// Events that Meta is told of, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedbackPage {
    #[serde(flatten)]
    page: Page,
    events: Vec<FeedbackRow>,
}

/// One person's conversations and events.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Journey {
    /// Page or Instagram account.
    page: String,
    /// Person.
    person: String,
    /// In time.
    conversations: Vec<ConversationRow>,
    /// In time; the latest 10,000.
    events: Vec<EventRow>,
}

/// Conversations that were opened in the range, one a row.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "rows",
    responses((status = 200, body = ConversationPage)))]
pub(crate) async fn conversations(
    Allowed(views): Allowed,
    uri: Uri,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let page = |page, conversations| ConversationPage { page, conversations };
    list::<ConversationRow, _>(&views, &uri, asked, &headers, frames::conversations, page).await
}

/// Touchpoints in the range, one a row.
#[utoipa::path(get, path = "/api/v1/touchpoints", tag = "rows",
    responses((status = 200, body = TouchpointPage)))]
pub(crate) async fn touchpoints(
    Allowed(views): Allowed,
    uri: Uri,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let page = |page, touchpoints| TouchpointPage { page, touchpoints };
    list::<TouchpointRow, _>(&views, &uri, asked, &headers, frames::touchpoints, page).await
}

/// Conversions that others have reported, with whose they are.
#[utoipa::path(get, path = "/api/v1/conversions", tag = "rows",
    responses((status = 200, body = ReportedPage)))]
pub(crate) async fn conversions(
    Allowed(views): Allowed,
    uri: Uri,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let page = |page, conversions| ReportedPage { page, conversions };
    list::<ReportedRow, _>(&views, &uri, asked, &headers, frames::reported, page).await
}

/// What became of conversions that Meta is told of.
#[utoipa::path(get, path = "/api/v1/feedback", tag = "rows",
    responses((status = 200, body = FeedbackPage)))]
pub(crate) async fn feedback(
    Allowed(views): Allowed,
    uri: Uri,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let status = asked.as_ref().ok().and_then(|Query(asked)| asked.status.clone());
    if let Some(status) = status.as_deref().filter(|status| !FEEDBACK_STATUSES.contains(status)) {
        let known = FEEDBACK_STATUSES.join(", ");
        let reason = format!("{status:?} is no status; known are {known}");
        return Err(Problem::in_parameter("status", reason));
    }
    let page = |page, events| FeedbackPage { page, events };
    list::<FeedbackRow, _>(&views, &uri, asked, &headers, frames::feedback, page).await
}

/// One person's journey: conversations and events.
#[utoipa::path(get, path = "/api/v1/people/{page}/{id}", tag = "people",
    params(("page" = String, Path, description = "Page or Instagram account"),
        ("id" = String, Path, description = "Person")),
    responses((status = 200, body = Journey)))]
pub(crate) async fn person(
    Allowed(views): Allowed,
    Path((page, person)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let found = answer_person(&views.store, &page, &person);
    let (conversations, events) = found.await.map_err(Problem::from)?;
    if events.is_empty() {
        let text = format!("nothing is known of person {person:?} of the Page {page:?}");
        return Err(Problem::new(StatusCode::NOT_FOUND, text));
    }
    Ok(Json(Journey { page, person, conversations, events }).into_response())
}

/// A page of a list as JSON, with where it goes on; in the other forms all of it, as it comes.
async fn list<R: Listed, P: Serialize>(
    views: &Views,
    uri: &Uri,
    asked: Asks,
    headers: &HeaderMap,
    frame: fn(&[R]) -> DataFrame,
    page: fn(Page, Vec<R>) -> P,
) -> Result<Response, Problem> {
    let status = asked.as_ref().ok().and_then(|Query(asked)| asked.status.clone());
    let stage = |name, of: fn(&QueryParams) -> &Option<String>| {
        let asked = asked.as_ref().ok().and_then(|Query(asked)| of(asked).as_deref());
        read_stage(name, asked).map_err(AnswerError::from).map_err(Problem::from)
    };
    let reached = stage("reached", |asked| &asked.reached)?;
    let missed = stage("missed", |asked| &asked.missed)?;
    let (question, look) = request::understand(views, asked, headers)?;
    let limit = look.rows_of(&question) as u64;
    let after = question.cursor.as_deref().map(|cursor| cursor::read(R::ROWS, cursor));
    let after = after.transpose().map_err(AnswerError::from).map_err(Problem::from)?;
    let filters = listed_filters(&question).map_err(AnswerError::from).map_err(Problem::from)?;
    let span = Span {
        period: &question.period,
        filters: &filters,
        status: status.as_deref().unwrap_or_default(),
        reached,
        missed,
        after: after.as_ref(),
        offset: question.offset as u64,
        limit,
    };
    let failed = |error| Problem::from(AnswerError::from(error));
    if look.format.has_rows() {
        return stream::streamed(&look, views.store.list::<R>(&span).map_err(failed)?, frame);
    }
    if look.format != Format::Json {
        return respond::listed(&look, DataFrame::default, || ().into_response());
    }
    // What takes a lot of memory is made one after the other.
    let _turn = if limit > MANY_ROWS { Some(worker::turn().await?) } else { None };
    let Listing { rows, total, next } = Listing::of(&views.store, &span).await.map_err(failed)?;
    let told = Page {
        from: question.period.from.to_rfc3339(),
        to: question.period.to.to_rfc3339(),
        total,
        offset: question.offset,
        next: next.clone(),
    };
    let mut answer = ([(header::VARY, "accept")], Json(page(told, rows))).into_response();
    if let Some(link) = next.and_then(|next| next_page(uri, &next).parse().ok()) {
        answer.headers_mut().insert(header::LINK, link);
    }
    Ok(answer)
}

/// The same question's next page, as RFC 8288 writes links; without a token that stood in the address.
fn next_page(uri: &Uri, cursor: &str) -> String {
    let asked = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let kept = asked.filter(|(key, _)| !matches!(key.as_ref(), "cursor" | "offset" | "token"));
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(kept).append_pair("cursor", cursor);
    format!("<{}?{}>; rel=\"next\"", uri.path(), query.finish())
}
