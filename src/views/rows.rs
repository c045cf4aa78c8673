//! Lists of rows: conversations, touchpoints, and what one person did.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use polars::frame::DataFrame;
use polars::prelude::{AnyValue, Column};
use serde_json::{Map, Value, json};

use super::answer::{self, AnswerError};
use super::problem::Problem;
use super::{Asked, Question, Views, api, frames, render};
use crate::domain::Timestamp;
use crate::store::{FEEDBACK_STATUSES, Store, StoreError, is_time};

/// `GET /api/v1/conversations`.
pub(super) async fn conversations(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    list(&views, asked, &headers, "conversations", async |store, question| {
        let Question { period, offset, limit, .. } = question;
        store.conversation_list(period, *offset as u64, *limit as u64).await
    })
    .await
}

/// `GET /api/v1/touchpoints`.
pub(super) async fn touchpoints(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    list(&views, asked, &headers, "touchpoints", async |store, question| {
        let Question { period, offset, limit, .. } = question;
        store.touchpoint_list(period, *offset as u64, *limit as u64).await
    })
    .await
}

/// `GET /api/v1/conversions`: those that others have reported, with whose they are.
pub(super) async fn conversions(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    list(&views, asked, &headers, "conversions", async |store, question| {
        let Question { period, offset, limit, .. } = question;
        store.reported_list(period, *offset as u64, *limit as u64).await
    })
    .await
}

/// `GET /api/v1/feedback`: what became of conversions that Meta is told of.
pub(super) async fn feedback(
    State(views): State<Views>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let status = asked.as_ref().ok().and_then(|Query(asked)| asked.status.clone());
    if let Some(status) = status.as_deref().filter(|status| !FEEDBACK_STATUSES.contains(status)) {
        let known = FEEDBACK_STATUSES.join(", ");
        let reason = format!("{status:?} is no status; known are {known}");
        return Err(Problem::in_parameter("status", reason));
    }
    list(&views, asked, &headers, "events", async |store, question| {
        let Question { period, offset, limit, .. } = question;
        let status = status.unwrap_or_default();
        store.feedback_list(period, &status, *offset as u64, *limit as u64).await
    })
    .await
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
        "conversations": objects(&counted(conversations).0),
        "events": objects(&events),
    });
    Ok(Json(answer).into_response())
}

async fn list(
    views: &Views,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: &HeaderMap,
    name: &'static str,
    rows: impl AsyncFnOnce(&Store, &Question) -> Result<DataFrame, StoreError>,
) -> Result<Response, Problem> {
    let (question, format) = api::understand(views, asked, headers)?;
    if !question.by.is_empty() {
        let text = format!("{name} are rows; they take no breakdown");
        return Err(Problem::in_parameter("by", text));
    }
    let rows = rows(&views.store, &question).await.map_err(AnswerError::from);
    let (rows, total) = counted(rows.map_err(Problem::from)?);
    let rows = frames::typed(&rows);
    let json = || {
        let told = json!({
            "from": question.period.from.to_rfc3339(),
            "to": question.period.to.to_rfc3339(),
            "total": total,
            "offset": question.offset,
            name: objects(&rows),
        });
        Json(told).into_response()
    };
    render::listed(format, || rows.clone(), json)
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
