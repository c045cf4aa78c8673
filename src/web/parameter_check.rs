//! Refuses parameters that a question does not take: they are not passed over, so that nobody believes in a filter that
//! does nothing.

use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::routes;
use crate::http::problem::Problem;
use crate::insights::sizes;

/// Refuses what the question does not take.
pub(crate) async fn known(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    if let Some((name, reason)) = sizes::wrong(request.uri().query().unwrap_or_default()) {
        let problem = match name {
            Some(name) => Problem::in_parameter(name.into_owned(), reason),
            None => Problem::new(StatusCode::BAD_REQUEST, reason),
        };
        return problem.into_response();
    }
    let route = path.as_ref().and_then(|path| routes::find(request.method(), path.as_str()));
    if let Some((route, parameters)) = route.and_then(|route| Some((route, route.parameters()?))) {
        let taken: Vec<&str> = parameters.map(|one| one.name).collect();
        let asked = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
        let is_known = |name: &str| name == "token" || taken.contains(&name);
        if let Some((name, _)) = asked.into_iter().find(|(name, _)| !is_known(name)) {
            let text = format!("{name:?} is not taken here; taken are {}", taken.join(", "));
            return Problem::in_parameter(name.into_owned(), text).into_response();
        }
        if let Some((_, format)) = asked.into_iter().find(|(name, _)| name == "format")
            && route.formats() == ["json"]
            && format != "json"
        {
            let text = format!("{format:?}: this is more than one table; ask for json");
            return Problem::in_parameter("format", text).into_response();
        }
    }
    next.run(request).await
}
