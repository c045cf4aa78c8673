//! Lists of rows: conversations, touchpoints, and what one person did.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use polars::frame::DataFrame;
use polars::prelude::{AnyValue, Column};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::answer::{self, AnswerError};
use super::problem::Problem;
use super::{Asked, Format, Views, api, cursor, frames, render};
use crate::domain::Timestamp;
use crate::store::{
    ConversationRow, FEEDBACK_STATUSES, FeedbackRow, Listed, ReportedRow, Span, TouchpointRow,
    is_time,
};

type Asks = Result<Query<Asked>, QueryRejection>;

/// `GET /api/v1/conversations`.
pub(super) async fn conversations(
    State(views): State<Views>,
    uri: Uri,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    list::<ConversationRow>(&views, &uri, asked, &headers, frames::conversations).await
}

/// `GET /api/v1/touchpoints`.
pub(super) async fn touchpoints(
    State(views): State<Views>,
    uri: Uri,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    list::<TouchpointRow>(&views, &uri, asked, &headers, frames::touchpoints).await
}

/// `GET /api/v1/conversions`: those that others have reported, with whose they are.
pub(super) async fn conversions(
    State(views): State<Views>,
    uri: Uri,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    list::<ReportedRow>(&views, &uri, asked, &headers, frames::reported).await
}

/// `GET /api/v1/feedback`: what became of conversions that Meta is told of.
pub(super) async fn feedback(
    State(views): State<Views>,
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
    list::<FeedbackRow>(&views, &uri, asked, &headers, frames::feedback).await
}

/// `GET /api/v1/people/{page}/{id}`: the person's conversations and events.
pub(super) async fn person(
    State(views): State<Views>,
    Path((page, person)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let found = answer::answer_person(&views.store, &page, &person);
    let (conversations, events) = found.await.map_err(Problem::from)?;
    if events.height() == 0 {
        let text = format!("nothing is known of person {person:?} of the Page {page:?}");
        return Err(Problem::new(StatusCode::NOT_FOUND, text));
    }
    let answer = json!({
        "page": page,
        "person": person,
        "conversations": conversations,
        "events": objects(&events),
    });
    Ok(Json(answer).into_response())
}

/// A page of a list as JSON, with where it goes on; in the other forms all of it, as it comes.
async fn list<R: Listed + Serialize>(
    views: &Views,
    uri: &Uri,
    asked: Asks,
    headers: &HeaderMap,
    frame: fn(&[R]) -> DataFrame,
) -> Result<Response, Problem> {
    let status = asked.as_ref().ok().and_then(|Query(asked)| asked.status.clone());
    let (question, look) = api::understand(views, asked, headers)?;
    if !question.by.is_empty() {
        let text = format!("{} are rows; they take no breakdown", R::ROWS);
        return Err(Problem::in_parameter("by", text));
    }
    let limit = look.rows_of(&question) as u64;
    let span = Span {
        period: &question.period,
        status: status.as_deref().unwrap_or_default(),
        after: question.after.as_ref(),
        offset: question.offset as u64,
        limit,
    };
    let failed = |error| Problem::from(AnswerError::from(error));
    if look.format.has_rows() {
        return Ok(render::streamed(&look, views.store.list::<R>(&span).map_err(failed)?, frame));
    }
    if look.format != Format::Json {
        return render::listed(&look, DataFrame::default, || ().into_response());
    }
    // One more tells whether the list goes on.
    let one_more = Span { limit: limit.saturating_add(1), ..span.clone() };
    let rows = async { views.store.list::<R>(&one_more)?.all().await };
    let total = async {
        match span.after {
            // The first page has told it.
            Some(_) => Ok(None),
            None => views.store.list_total::<R>(&span).await.map(Some),
        }
    };
    let (mut rows, total) = tokio::try_join!(rows, total).map_err(failed)?;
    let has_more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| has_more).map(|row| cursor::written(&row.place()));
    let told = json!({
        "from": question.period.from.to_rfc3339(),
        "to": question.period.to.to_rfc3339(),
        "total": total,
        "offset": question.offset,
        "next": next,
        R::ROWS: rows,
    });
    let mut answer = ([(header::VARY, "accept")], Json(told)).into_response();
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

/// The rows without the column that tells how many there are in all, and that number.
pub(super) fn counted(rows: DataFrame) -> (DataFrame, u64) {
    let total = rows.column("total").ok().and_then(|column| column.u64().ok()?.iter().next()?);
    let rows = rows.drop("total").unwrap_or(rows);
    (rows, total.unwrap_or(0))
}

/// Rows as objects: instants as RFC 3339, empty texts null.
pub(super) fn objects(frame: &DataFrame) -> Vec<Value> {
    let object = |row| {
        let fields = frame.columns().iter();
        let fields = fields.map(|column| (column.name().to_string(), cell(column, row)));
        Value::Object(fields.collect::<Map<String, Value>>())
    };
    (0..frame.height()).map(object).collect()
}

fn cell(column: &Column, row: usize) -> Value {
    match column.get(row) {
        Ok(AnyValue::Int64(time)) if is_time(column.name()) => {
            json!(Timestamp(time).to_rfc3339())
        }
        Ok(AnyValue::Datetime(time, ..) | AnyValue::DatetimeOwned(time, ..)) => {
            json!(Timestamp(time).to_rfc3339())
        }
        Ok(AnyValue::Int64(number)) => json!(number),
        Ok(AnyValue::UInt32(number)) => json!(number),
        Ok(AnyValue::Float64(number)) => json!(number),
        Ok(AnyValue::String(text)) if !text.is_empty() => json!(text),
        Ok(AnyValue::StringOwned(text)) if !text.is_empty() => json!(text.as_str()),
        _ => Value::Null,
    }
}
