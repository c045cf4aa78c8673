//! A page with what keeps it safe, and a problem as a page.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use crate::language::{Message, filters, say};

/// Pages load nothing but our style sheet and our script, run nothing else, and are shown in no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                      script-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "error.html", config = "dashboards/askama.toml")]
struct ErrorPage {
    page: &'static str,
    title: Message,
    detail: String,
}

/// A problem as a page.
pub(crate) fn refused(problem: Problem) -> Response {
    let status = problem.status();
    let title = say(format!("error-{}", status.as_str()));
    let title = if title.is_known() { title } else { say("error-other") };
    html(status, ErrorPage { page: "", title, detail: problem.detail() }.render())
}

/// A page, with what keeps it safe.
pub fn html(status: StatusCode, page: Result<String, askama::Error>) -> Response {
    match page {
        Ok(page) => {
            let headers = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CONTENT_SECURITY_POLICY, POLICY),
                (header::REFERRER_POLICY, "same-origin"),
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
