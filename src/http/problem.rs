//! Errors over HTTP: `application/problem+json` (RFC 9457), with the parameter at fault.

use std::borrow::Cow;

use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::analysis::AnalysisError;
use crate::insights::error::AnswerError;
use crate::insights::share::Busy;
use crate::language::say;
use crate::store::Bound;

/// What a client is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<Cow<'static, str>>,
    /// The message by which pages say it in their reader's language.
    #[serde(skip)]
    on_pages: Option<&'static str>,
}

impl Problem {
    /// With a status and a sentence.
    #[must_use]
    pub fn new(status: StatusCode, detail: String) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self { title, status: status.as_u16(), detail, parameter: None, on_pages: None }
    }

    /// A wrong parameter, and what is wrong with it.
    #[must_use]
    pub fn in_parameter(parameter: impl Into<Cow<'static, str>>, detail: String) -> Self {
        Self { parameter: Some(parameter.into()), ..Self::new(StatusCode::BAD_REQUEST, detail) }
    }

    /// The same, with the message by which pages say it.
    fn said_as(self, message: &'static str) -> Self {
        Self { on_pages: Some(message), ..self }
    }

    /// What went wrong, in the reader's language as far as it is not another's words.
    pub(crate) fn detail(&self) -> String {
        match (self.on_pages, &self.parameter) {
            (Some(message), _) => say(message).to_string(),
            (None, Some(parameter)) => say("error-in-parameter")
                .with("parameter", parameter.as_ref())
                .with("reason", &self.detail)
                .to_string(),
            (None, None) => self.detail.clone(),
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<AnswerError> for Problem {
    /// The cause of a failure on our side goes to the log, not to the client.
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::InvalidParameter(error) => {
                Self::in_parameter(error.parameter, error.reason)
            }
            AnswerError::Unknown(detail) => Self::new(StatusCode::NOT_FOUND, detail),
            AnswerError::Store(error) if error.bound().is_some() => {
                tracing::warn!(%error, "a question was too large");
                let (what, key) = match error.bound() {
                    Some(Bound::Refused) => {
                        let detail = "ClickHouse cannot work off this question: a regular expression or a list in it \
                                      is not one that it takes. The log of this server has its words.";
                        return Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail.to_owned())
                            .said_as("error-not-taken");
                    }
                    Some(Bound::Groups) => {
                        let detail = "This question tells more apart than anybody reads: choose fewer dimensions, or \
                                      fewer days.";
                        return Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail.to_owned())
                            .said_as("error-too-many-groups");
                    }
                    Some(Bound::Memory) => ("memory", "clickhouse.question_memory_mb"),
                    _ => ("time", "clickhouse.question_seconds"),
                };
                let detail = format!(
                    "This question takes more {what} than one may take ({key} in the settings). Choose fewer days, \
                     or fewer things to tell apart, and ask again."
                );
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail).said_as("error-too-large")
            }
            AnswerError::Store(error) => {
                tracing::error!(%error, "a question could not be answered");
                let detail = "ClickHouse did not answer; events are still collected. The log of \
                              this server says why."
                    .to_owned();
                Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).said_as("error-unreachable")
            }
            AnswerError::Analysis(
                error @ (AnalysisError::TooManyGroups { .. }
                | AnalysisError::TooManyChannels { .. }),
            ) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
            AnswerError::Busy => {
                let detail = "Too many questions are asked at once; ask again in a few seconds.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, detail.to_owned()).said_as("error-busy")
            }
            AnswerError::Analysis(_) | AnswerError::CutOff(_) | AnswerError::Unwritten(_) => {
                tracing::error!(%error, "a question could not be answered");
                let detail = "The analysis failed. The log of this server says why.".to_owned();
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail).said_as("error-failed")
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.status(), kind, body).into_response()
    }
}

/// A path that is there, asked in a way that it does not take.
pub async fn not_allowed(method: Method, uri: Uri) -> Problem {
    let text = format!("{} takes no {method}", uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, text)
}

impl IntoResponse for Busy {
    fn into_response(self) -> Response {
        let text = "Too many ask for this at once; try again in a few seconds.".to_owned();
        let mut answer = Problem::new(StatusCode::SERVICE_UNAVAILABLE, text).into_response();
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        answer
    }
}
